"""Conditions as a marketer reads them, in English and Chinese.

    at least 3 orders in the last 30 days and bought wine in at least 2 orders in the last 90 days
    近30天订单数至少3 且 近90天至少2个订单购买wine

A part that is itself made of several stands in brackets, so that a text has one reading.
"""

from __future__ import annotations

import re
from dataclasses import replace
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
    Value,
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
_JOINTS: dict[Language, dict[str, str]] = {
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
_LIKE: dict[Language, str] = {
    "en": "ranked by likeness to “{}” (not counted)",
    "zh": "按与“{}”的相近程度排序（不计数）",
}
# English units that are counted as things: "at least 3 orders in the last 30 days".
_SINGULAR = {
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
            return _LIKE[language].format(condition.like)
        case Not():
            inside = condition_words(condition.part, language, vocabulary)
            return _JOINTS[language]["not"].format(inside)
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
    return f"{_number(value * 100)}%" if term.unit == "share" else _number(value)


def _joined(
    parts: tuple[Condition, ...], joint: str, language: Language, vocabulary: Vocabulary
) -> str:
    if not parts:
        return _JOINTS[language]["everyone"]
    if len(parts) == 1:
        return condition_words(parts[0], language, vocabulary)
    return _JOINTS[language][joint].join(_grouped(part, language, vocabulary) for part in parts)


def _grouped(part: Condition, language: Language, vocabulary: Vocabulary) -> str:
    words = condition_words(part, language, vocabulary)
    return _JOINTS[language]["group"].format(words) if _several(part) else words


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
            label=label, value=_names(part.value, language, vocabulary)
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
    if term.unit not in _SINGULAR or not term.label_en.startswith(term.unit):
        return f"{term.label_en} of {said}"
    rest = term.label_en.removeprefix(term.unit)
    fewer = said.replace("less than", "fewer than")
    return f"{fewer} {_SINGULAR[term.unit] if one else term.unit}{rest}"


def _names(value: Value | tuple[Value, ...], language: Language, vocabulary: Vocabulary) -> str:
    values = value if isinstance(value, tuple) else (value,)
    return _list([str(one) for one in values], language, vocabulary)


def _list(words: list[str] | tuple[str, ...], language: Language, vocabulary: Vocabulary) -> str:
    """Names under their labels; quoted where they hold joints of their own."""
    labels = [_label(word, language, vocabulary) for word in words]
    return "、".join(labels) if language == "zh" else ", ".join(labels)


def _label(word: str, language: Language, vocabulary: Vocabulary) -> str:
    pair = vocabulary.labels.get(word)
    label = word if pair is None else pair[language == "zh"]
    if not re.search(r"[,;()、，；（）]|\b(and|or|not|in)\b|[与和或且]", label):
        return label
    return f"“{label}”" if language == "zh" else f'"{label}"'


def _tag(part: HasTag, language: Language, vocabulary: Vocabulary) -> str:
    label = vocabulary.tag(part.tag).label(language)
    if part.at_least is None:
        return f"标签“{label}”" if language == "zh" else f'tagged "{label}"'
    sure = _number(part.at_least * 100)
    if language == "zh":
        return f"标签“{label}”的概率至少{sure}%"
    return f'"{label}" with a probability of at least {sure}%'


def _bought(part: Bought, language: Language, vocabulary: Vocabulary) -> str:
    what = _list(part.bought, language, vocabulary)
    if part.level:
        what += (
            f" ({part.level})" if language == "en" else f"（{_LEVELS.get(part.level, part.level)}）"
        )
    if part.but_not:
        excepted = _list(part.but_not, language, vocabulary)
        what += f" (but not {excepted})" if language == "en" else f"（不含{excepted}）"
    if language == "zh":
        return _bought_zh(part, what)
    if len(part.bought) > 1:
        what = f"any of {what}"
    return _bought_en(part, what)


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


def _number(value: Any) -> str:
    """Thousands marks, no zeros at the end."""
    text = f"{float(value):,.6f}"
    return text.rstrip("0").rstrip(".")
