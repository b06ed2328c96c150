"""The evidence of a tag in words, of a rule and of a score, in both languages."""

from __future__ import annotations

import pytest

from agent.settings import Language
from agent.tags.evidence import evidence_words
from agent.vocabulary import Term, Vocabulary

BOUGHT = {"name": "BABY FOODS", "level": "category", "orders": 12, "last": "2017-12-30"}
NAMES = Vocabulary({}, {}, {}, {"BABY FOODS": ("baby food", "婴儿食品")})


@pytest.mark.parametrize(
    ("language", "more", "words"),
    [
        ("en", {}, "baby food: 12 orders, last on 2017-12-30"),
        ("en", {"weight": 0.0863}, "baby food: 12 orders, last on 2017-12-30 (9% of the score)"),
        ("en", {"weight": 0.004}, "baby food: 12 orders, last on 2017-12-30 (<1% of the score)"),
        ("zh", {"weight": 0.0863}, "婴儿食品：12单，最近在2017-12-30（占得分的9%）"),
    ],
)
def test_what_was_bought_is_told_with_its_part_in_a_score(
    language: Language, more: dict[str, float], words: str
) -> None:
    assert evidence_words({**BOUGHT, **more}, language, NAMES) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "channel 406: 1 order, last on 2017-12-30 (20% of the score)"),
        ("zh", "渠道406：1单，最近在2017-12-30（占得分的20%）"),
    ],
)
def test_a_channel_is_told_as_one(language: Language, words: str) -> None:
    item = {"name": "406", "level": "channel", "orders": 1, "last": "2017-12-30", "weight": 0.2}
    assert evidence_words(item, language, NAMES) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "spend 4,360.3 (5% of the score)"), ("zh", "消费金额 4,360.3（占得分的5%）")],
)
def test_a_figure_is_told_with_its_part_in_a_score(language: Language, words: str) -> None:
    spend = Term("spend", "spend", "消费金额", "money", numeric=True)
    item = {"field": "spend", "value": 4360.3, "weight": 0.05}
    assert evidence_words(item, language, Vocabulary({"spend": spend}, {}, {}, {})) == words
