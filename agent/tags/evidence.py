"""The evidence of a tag in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.conditions import from_json
from agent.settings import Language
from agent.vocabulary import Vocabulary
from agent.words import condition_words, value_words

BOUGHT: dict[Language, str] = {
    "en": "{name}: {orders} order{s}, last on {last}",
    "zh": "{name}：{orders}单，最近在{last}",
}
# Where they buy may be called by a number alone.
CHANNEL: dict[Language, str] = {"en": "channel {name}", "zh": "渠道{name}"}
# What a score stands on is told with its part in the score.
PART: dict[Language, str] = {
    "en": "{words} ({part} of the score)",
    "zh": "{words}（占得分的{part}）",
}


def evidence_words(item: Mapping[str, Any], language: Language, vocabulary: Vocabulary) -> str:
    """One piece of a tag's evidence, as the store keeps it, in words."""
    if "field" in item:
        term = vocabulary.field(item["field"])
        words = f"{term.label(language)} {value_words(item['value'], term, language)}"
    elif "name" in item:
        name = CHANNEL[language].format(**item) if item["level"] == "channel" else item["name"]
        words = bought_words(name, item["orders"], item["last"], language, vocabulary)
    else:
        words = condition_words(from_json(item["rule"]), language, vocabulary)
    part = item.get("weight")
    if part is None:
        return words
    return PART[language].format(words=words, part=f"{part:.0%}" if part >= 0.01 else "<1%")


def bought_words(
    name: str, orders: int, last: Any, language: Language, vocabulary: Vocabulary
) -> str:
    """What was bought, in how many orders, and when last."""
    pair = vocabulary.labels.get(name, (name, name))
    s = "" if orders == 1 else "s"
    return BOUGHT[language].format(name=pair[language == "zh"], orders=orders, s=s, last=last)
