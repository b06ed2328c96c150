"""Conditions as a marketer reads them, in English and Chinese.

    at least 3 orders in the last 30 days and bought wine in at least 2 orders in the last 90 days
    近30天订单数至少3 且 近90天至少2个订单购买wine

A part that is itself made of several stands in brackets, and a name that could be taken for words
around it stands in quotes, so that a text has one reading: `agent.ask.read.own_words` finds it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd

from agent.conditions import (
    All,
    AnyOf,
    Bought,
    Compare,
    Condition,
    HasTag,
    Like,
    Not,
    Span,
)
from agent.settings import Language
from agent.vocabulary import Term, Vocabulary

# How comparisons with a number are said; {n} is the number.
_NUMBERS: dict[Language, dict[str, str]] = {
    "en": {
        "=": "exactly {n}",
        "!=": "not exactly {n}",
        "<": "less than {n}",
        "<=": "at most {n}",
        ">": "more than {n}",
        ">=": "at least {n}",
        "between": "{n} to {to}",
    },
    "zh": {
        "=": "等于{n}",
        "!=": "不等于{n}",
        "<": "小于{n}",
        "<=": "至多{n}",
        ">": "大于{n}",
        ">=": "至少{n}",
        "between": "在{n}到{to}之间",
    },
}
_RANKS: dict[Language, dict[str, str]] = {
    "en": {
        "top_percent": "in the top {n}% by {label}",
        "bottom_percent": "in the bottom {n}% by {label}",
    },
    "zh": {"top_percent": "{label}位于前{n}%", "bottom_percent": "{label}位于后{n}%"},
}
_VALUES: dict[Language, dict[str, str]] = {
    "en": {
        "=": "{label} is {value}",
        "!=": "{label} is not {value}",
        "in": "{label} is one of {value}",
    },
    "zh": {"=": "{label}为{value}", "!=": "{label}不为{value}", "in": "{label}为{value}之一"},
}
JOINTS: dict[Language, dict[str, str]] = {
    "en": {
        "and": " and ",
        "or": " or ",
        "not": "not ({})",
        "group": "({})",
        "everyone": "all customers",
    },
    "zh": {
        "and": " 且 ",
        "or": " 或 ",
        "not": "不满足（{}）",
        "group": "（{}）",
        "everyone": "全部顾客",
    },
}
_LISTED: dict[Language, str] = {"en": ", ", "zh": "、"}
_LIKE: dict[Language, str] = {
    "en": "ranked by likeness to “{}” (not counted)",
    "zh": "按与“{}”的相近程度排序（不计数）",
}
# What makes a name look like the words around it.
_UNSAFE = re.compile(
    r"[,;()、，；（）\"“”\\]|\b(?:and|or|not|in)\b|[与和或且]|^(?:one|any) of\b|之一$"
    r"|^$|^\s|[\s.。!！?？]$"
)
# English units that are counted as things: "at least 3 orders in the last 30 days".
SINGULAR = {
    "orders": "order",
    "days": "day",
    "categories": "category",
    "views": "view",
    "searches": "search",
    "reviews": "review",
}


def condition_words(condition: Condition, language: Language, vocabulary: Vocabulary) -> str:
    """The condition in words, names as their labels. Raises `ConditionError` on unknown ones."""
    match condition:
        case Compare():
            return _compare(condition, language, vocabulary)
        case HasTag():
            return _tag(condition, language, vocabulary)
        case Bought():
            return _bought(condition, language, vocabulary)
        case Like():
            return _LIKE[language].format(_escaped(condition.like))
        case Not():
            inside = condition_words(condition.part, language, vocabulary)
            return JOINTS[language]["not"].format(inside)
        case All():
            return _joined(condition.all, "and", language, vocabulary)
        case AnyOf():
            return _joined(condition.any, "or", language, vocabulary)


def value_words(value: Any, term: Term, language: Language) -> str:
    """A field's value: shares as percent, numbers with thousands marks, at most two decimals."""
    if pd.isna(value):
        return "unknown" if language == "en" else "未知"
    if not term.numeric:
        return str(value)
    return _figure(round(value, 4 if term.unit == "share" else 2), term)


def _figure(value: Any, term: Term) -> str:
    return f"{_number(value, times=100)}%" if term.unit == "share" else _number(value)


def _joined(
    parts: tuple[Condition, ...], joint: str, language: Language, vocabulary: Vocabulary
) -> str:
    if not parts:
        return JOINTS[language]["everyone"]
    if len(parts) == 1:
        return condition_words(parts[0], language, vocabulary)
    return JOINTS[language][joint].join(_grouped(part, language, vocabulary) for part in parts)


def _grouped(part: Condition, language: Language, vocabulary: Vocabulary) -> str:
    words = condition_words(part, language, vocabulary)
    return JOINTS[language]["group"].format(words) if _several(part) else words


def _several(part: Condition) -> bool:
    """Whether its words hold a joint of their own that no bracket encloses."""
    if not isinstance(part, All | AnyOf):
        return False
    parts = part.all if isinstance(part, All) else part.any
    return len(parts) > 1 or any(_several(inner) for inner in parts)


def _compare(part: Compare, language: Language, vocabulary: Vocabulary) -> str:
    term = vocabulary.field(part.field)
    label = term.label(language)
    if part.windowed:
        label = span_words(label, part, language)
        term = replace(term, label_en=label, label_zh=label)
    if part.op in _RANKS[language]:
        return _RANKS[language][part.op].format(n=_number(part.value), label=label)
    if not term.numeric:
        return _VALUES[language][part.op].format(
            label=label, value=_values(part, term, language, vocabulary)
        )
    to = part.value if part.to is None else part.to
    said = _NUMBERS[language][part.op].format(n=_figure(part.value, term), to=_figure(to, term))
    if language == "zh":
        return f"{label}{said}{'天' if term.unit == 'days' and part.op != 'between' else ''}"
    return _counted(said, term, one=part.value == 1 and part.op != "between")


def span_words(label: str, span: Span, language: Language) -> str:
    """What is summed over a span of days: `spend since 2017-12-01`, `近60天订单数`."""
    if language == "zh":
        return f"{_window_zh(span)}{label}"
    return f"{label}{_window_en(span)}"


def _counted(said: str, term: Term, one: bool) -> str:
    """`at least 3 orders …` where the label begins with the unit, else `spend of at least 3`."""
    if term.unit not in SINGULAR or not term.label_en.startswith(term.unit):
        return f"{term.label_en} of {said}"
    rest = term.label_en.removeprefix(term.unit)
    fewer = said.replace("less than", "fewer than")
    return f"{fewer} {SINGULAR[term.unit] if one else term.unit}{rest}"


def _values(part: Compare, term: Term, language: Language, vocabulary: Vocabulary) -> str:
    values = part.value if isinstance(part.value, tuple) else (part.value,)
    return _LISTED[language].join(_value(str(one), term, language, vocabulary) for one in values)


def _value(value: str, term: Term, language: Language, vocabulary: Vocabulary) -> str:
    """An attribute's value under its label; one that the vocabulary does not know is quoted."""
    label = label_of(value, language, vocabulary)
    return _safe(label, language, value in term.values or value in vocabulary.labels)


def label_of(name: str, language: Language, vocabulary: Vocabulary) -> str:
    """What people call a name of the data; the name itself where others are called the same."""
    pair = vocabulary.labels.get(name)
    if pair is None:
        return name
    label = pair[language == "zh"]
    shared = len(vocabulary.called(label, language)) > 1
    return name if shared else label


def _safe(label: str, language: Language, known: bool = True) -> str:
    if known and is_plain(label):
        return label
    return f"“{_escaped(label)}”" if language == "zh" else f'"{_escaped(label)}"'


def is_plain(name: str) -> bool:
    """Whether a name stands in words without quotes."""
    return not _UNSAFE.search(name)


def _escaped(text: str) -> str:
    """A text between quotes, with the quotes and backslashes in it marked by a backslash."""
    return re.sub(r'(["“”\\])', r"\\\1", text)


def _tag(part: HasTag, language: Language, vocabulary: Vocabulary) -> str:
    label = _safe(vocabulary.tag(part.tag).label(language), language, known=False)
    if part.at_least is None:
        return f"标签{label}" if language == "zh" else f"tagged {label}"
    sure = _number(part.at_least, times=100)
    if language == "zh":
        return f"标签{label}的概率至少{sure}%"
    return f"{label} with a probability of at least {sure}%"


def _bought(part: Bought, language: Language, vocabulary: Vocabulary) -> str:
    what = item_words(part, language, vocabulary)
    return _bought_zh(part, what) if language == "zh" else _bought_en(part, what)


def item_words(part: Bought, language: Language, vocabulary: Vocabulary) -> str:
    """What must be bought: `any of wine, beer (category) (but not vinegar)`."""
    names = [_item(word, part.level, language, vocabulary) for word in part.bought]
    excepted = _LISTED[language].join(_excepted(w, language, vocabulary) for w in part.but_not)
    if language == "zh":
        what = "或".join(filter(None, ("、".join(names[:-1]), names[-1])))
        what += f"（{_LEVELS.get(part.level, part.level)}）" if part.level else ""
        return f"{what}（不含{excepted}）" if excepted else what
    what = f"any of {', '.join(names)}" if len(names) > 1 else names[0]
    what += f" ({part.level})" if part.level else ""
    return f"{what} (but not {excepted})" if excepted else what


def _item(word: str, level: str | None, language: Language, vocabulary: Vocabulary) -> str:
    """A word under its label, unless something else in the catalogue is called that."""
    label = label_of(word, language, vocabulary)
    known = vocabulary.known_words((word, label), level)
    same = len({tuple(vocabulary.items((one,), level)) for one in known}) < 2
    return _safe(label if same else word, language)


def _excepted(word: str, language: Language, vocabulary: Vocabulary) -> str:
    """A word excepts every name that holds it, and its label may be held by others."""
    label = label_of(word, language, vocabulary)
    same = vocabulary.holding([label]) == vocabulary.holding([word])
    return _safe(label if same else word, language)


_LEVELS = {
    "department": "部门",
    "category": "品类",
    "type": "类型",
    "brand": "品牌",
    "name": "商品名",
    "product": "商品编号",
}


def _bought_en(part: Bought, what: str) -> str:
    if part.at_most == 0:
        return f"never bought {what}{_window_en(part)}"
    if part.at_most is None:
        orders = f"at least {_orders(part.at_least)}"
    elif part.at_least == 0:
        orders = f"at most {_orders(part.at_most)}"
    elif part.at_least == part.at_most:
        orders = f"exactly {_orders(part.at_most)}"
    else:
        orders = f"{part.at_least} to {_orders(part.at_most)}"
    return f"bought {what} in {orders}{_window_en(part)}"


def _orders(count: int) -> str:
    return f"{count} order" if count == 1 else f"{count} orders"


def _window_en(part: Span) -> str:
    if part.last_days is not None:
        return f" in the last {part.last_days} day{'' if part.last_days == 1 else 's'}"
    if part.since and part.until:
        return f" from {part.since} to {part.until}"
    if part.since:
        return f" since {part.since}"
    return f" until {part.until}" if part.until else ""


def _bought_zh(part: Bought, what: str) -> str:
    low, high = part.at_least, part.at_most
    if high == 0:
        return f"{_window_zh(part)}从未购买{what}"
    if high is None:
        orders = f"至少{low}个"
    elif low == 0:
        orders = f"至多{high}个"
    else:
        orders = f"{low}到{high}个" if low != high else f"恰好{low}个"
    return f"{_window_zh(part)}{orders}订单购买{what}"


def _window_zh(part: Span) -> str:
    if part.last_days is not None:
        return f"近{part.last_days}天"
    if part.since and part.until:
        return f"{part.since}至{part.until}"
    if part.since:
        return f"{part.since}以来"
    return f"截至{part.until}，" if part.until else ""


def _number(value: Any, times: int = 1) -> str:
    """All its decimals, with thousands marks and no zeros at the end."""
    text = f"{Decimal(repr(float(value))) * times:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
