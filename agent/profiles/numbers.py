"""Numbers in running text: where they stand, what they are worth and what they count.

Used by the checker on a summary and on its fact sheet alike. Reads digits with separators, percent
and money marks, English number words and Chinese numerals.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Unit = Literal["percent", "money", "orders", "days", "age", "plain"]


@dataclass(frozen=True)
class Number:
    """A number of a text: its value (percent as written: 12% is 12), what it counts, its words."""

    value: Decimal
    unit: Unit
    text: str


_CJK_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CJK_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS: dict[str, int | Decimal] = {word: value for value, word in enumerate(_SMALL)}
_WORDS |= {word: 10 * value for value, word in enumerate(_TENS, start=2)}
_WORDS |= {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000}
_WORDS |= {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "third": Decimal("0.33")}
_WORDS |= {"twice": 2, "thrice": 3, "once": 1, "triple": 3, "tripled": 3}

_DIGITS = re.compile(r"(?<![\d.,])\d[\d,]*(?:\.\d+)?")
_WORD = "(?:" + "|".join(sorted(_WORDS, key=len, reverse=True)) + ")"
_ENGLISH = re.compile(rf"\b{_WORD}(?:[\s-]+(?:and\s+)?{_WORD})*\b", re.I)
_CHINESE = re.compile(
    r"(?:百分之|成)?[零〇一二两三四五六七八九十百千万]+[成半]?|[两几数]?十余|一半|数[十百千]"
)

# Words that hold a numeral and count nothing, or belong to the phrasing ("once every 7 days").
_CJK_IDIOMS = re.compile(
    "一次下单|下单一次|一般|一直|一定|一些|一样|一起|统一|第一|唯一|之一|一倍多|一位|一名|一个|一种"
    "|零食|零钱|零售|万能|千万|百货|百合|八角|九层塔|五谷|三文鱼|三明治|二手|千层|千岛|五金|四季|七喜|百洁|百香|百里香|十分"
)
_ENGLISH_IDIOMS = re.compile(
    r"\bone\b(?!\s+(?:orders?|purchases?|days?|times?|percent|dollars?)\b)|\bhalf-and-half\b", re.I
)

_AFTER: tuple[tuple[Unit, re.Pattern[str]], ...] = (
    ("percent", re.compile(r"\s*(?:%|percent\b|per cent\b)", re.I)),
    ("orders", re.compile(r"\s*(?:orders?\b|purchases?\b|times\b|单|次|笔|个订单)", re.I)),
    ("days", re.compile(r"[\s-]*(?:days?\b|天|日)", re.I)),
    (
        "money",
        re.compile(r"\s*(?:dollars?\b|usd\b|euros?\b|eur\b|yuan\b|rmb\b|cny\b|元|美元|块)", re.I),
    ),
)
_MONEY_BEFORE = re.compile(r"(?:[$€£¥₹]|US\$|USD|EUR|CNY|RMB)\s*$", re.I)


def numbers_in(text: str) -> list[Number]:
    """Every number of a text in order of place. Full-width characters count as their plain form."""
    plain = unicodedata.normalize("NFKC", text)
    found = [
        (match.start(), _number(plain, match, Decimal(match[0].replace(",", ""))))
        for match in _DIGITS.finditer(plain)
        if match[0].strip(",")
    ]
    found += _spelled(plain)
    return [number for _, number in sorted(found, key=lambda pair: pair[0])]


def _number(text: str, match: re.Match[str], value: Decimal) -> Number:
    return Number(value.normalize(), _unit(text, match), match[0])


def _unit(text: str, match: re.Match[str]) -> Unit:
    if _MONEY_BEFORE.search(text[: match.start()]):
        return "money"
    if match[0].startswith("百分之") or match[0].endswith("成"):
        return "percent"
    rest = text[match.end() :]
    return next((unit for unit, pattern in _AFTER if pattern.match(rest)), "plain")


def _spelled(text: str) -> Iterator[tuple[int, Number]]:
    cleaned = _blank(_CJK_IDIOMS, _blank(_ENGLISH_IDIOMS, text))
    for match in _ENGLISH.finditer(cleaned):
        yield match.start(), _number(text, match, _english_value(match[0]))
    for match in _CHINESE.finditer(cleaned):
        value = _chinese_value(match[0])
        if value is not None:
            yield match.start(), _number(text, match, value)


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _english_value(words: str) -> Decimal:
    """The value of English number words: twenty-five 25, two hundred and three 203, a third 0.33."""
    total, section = Decimal(0), Decimal(0)
    for word in re.findall(r"[a-z]+", words.casefold()):
        value = Decimal(_WORDS.get(word, 0))
        if value >= 1000:
            total, section = total + max(section, Decimal(1)) * value, Decimal(0)
        elif value == 100:
            section = max(section, Decimal(1)) * 100
        else:
            section += value
    return total + section


def _chinese_value(word: str) -> Decimal | None:
    """The value of a Chinese numeral: 三十五 35, 两千 2000, 百分之十 10, 三成 30, 一半 0.5."""
    if word == "一半":
        return Decimal("0.5")
    tenths = 10 if word.endswith("成") else 1
    total, section, digit = 0, 0, None
    for char in word.removeprefix("百分之").rstrip("成半余"):
        if char in _CJK_DIGITS:
            digit = _CJK_DIGITS[char] if digit is None else digit * 10 + _CJK_DIGITS[char]
        elif char == "万":
            total, section, digit = (total + section + (digit or 0)) * 10_000, 0, None
        elif char in _CJK_SCALES:
            section += (1 if digit is None else digit) * _CJK_SCALES[char]
            digit = None
    return Decimal((total + section + (digit or 0)) * tenths)
