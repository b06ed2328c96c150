"""Numbers in running text: where they stand, what they are worth and what they count.

Used by the checker on a summary and on its fact sheet alike. Reads digits with separators, percent
and money marks, English number words and Chinese numerals. Fractions count as percent: a half is
50%, 三成 is 30%.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Unit = Literal["percent", "money", "orders", "days", "things", "plain"]


@dataclass(frozen=True)
class Number:
    """A number of a folded text: its value, what it counts, its words and where they stand."""

    value: Decimal
    unit: Unit
    text: str
    start: int
    end: int


_CJK_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CJK_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_WORDS = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_WORDS |= {"eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13}
_WORDS |= {"fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18}
_WORDS |= {"nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60}
_WORDS |= {"seventy": 70, "eighty": 80, "ninety": 90}
_WORDS |= {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000}
_WORDS |= {"once": 1, "twice": 2, "thrice": 3}
_FRACTIONS = {"half": 50, "third": 33, "quarter": 25, "fifth": 20, "tenth": 10}

# A comma belongs to a number only before three digits: "$16,31 days" tells two numbers.
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+")
_WORD = "(?:" + "|".join(sorted(_WORDS, key=len, reverse=True)) + ")"
_ENGLISH = re.compile(rf"\b{_WORD}(?:[\s-]+(?:and\s+)?{_WORD})*\b")
_FRACTION = re.compile(
    r"\b(?:(?P<times>a|an|one|two|three|four)[\s-]+)?(?P<part>half|third|quarter|fifth|tenth)s?\b"
)
_CHINESE = re.compile(
    "百分之(?P<percent>[零〇一二两三四五六七八九十百]+)"
    "|(?P<below>[二三四五六七八九十])分之(?P<above>[一二两三四五六七八九])"
    "|(?P<tenths>[一二两三四五六七八九])成(?P<more>半?)"
    "|一半|(?P<whole>[零〇一二两三四五六七八九十百千万]+)"
)

# Words that hold a numeral and count nothing, or belong to a phrasing ("once every 7 days"). The
# "one" of "twenty-one euros" and the 之一 of 百分之一 do count.
_IDIOMS = re.compile(
    r"(?<!ty[\s-])(?<!hundred and )(?<!thousand and )(?<!hundred )(?<!thousand )"
    r"\bone\b(?!\s+(?:orders?|purchases?|visits?|days?|times?|percent|half|third|quarter"
    r"|dollars?|usd|euros?|eur|pounds?|gbp|yuan|rmb|cny|rupees?|inr)\b)"
    r"|\bonce\s+(?=every\b)"
    r"|翻了?一倍多?|(?:这|那)一?[位名]|一[般直定些样起共]|(?<!分)之一|唯一|统一"
)
_RATE = re.compile(r"(每[^，。；,;]{0,8}天[^，。；,;\d]{0,4}?)一([次单])")

_AFTER: tuple[tuple[Unit, re.Pattern[str]], ...] = (
    ("percent", re.compile(r"\s*(?:%|percent\b|per cent\b)")),
    ("orders", re.compile(r"\s*(?:orders?\b|purchases?\b|visits?\b|times\b|个?订单|单|次|笔)")),
    ("days", re.compile(r"[\s-]*(?:days?\b|天|日)")),
    ("money", re.compile(r"\s*(?:dollars?\b|usd\b|euros?\b|eur\b|yuan\b|rmb\b|cny\b|美?元|块)")),
    (
        "things",
        re.compile(
            r"\s*(?:items?|products?|categor\w+|customers?|baskets?)\b"
            r"|\s*(?:件|种|类|个|位|名|家|倍|周|年|月|季|小时|点)"
        ),
    ),
)
# The signs and words of each currency. A sum told in another one is another sum.
_CURRENCIES = {
    "dollar": re.compile(r"\$|\b(?:usd|dollars?)\b|美[元金]"),
    "euro": re.compile(r"€|\b(?:eur|euros?)\b|欧元"),
    "pound": re.compile(r"£|\b(?:gbp|pounds?)\b|英镑"),
    "yuan": re.compile(r"¥|\b(?:yuan|rmb|cny)\b|人民币|(?<![美欧日])元"),
    "rupee": re.compile(r"₹|\b(?:inr|rupees?)\b|卢比"),
}
_MONEY_BEFORE = re.compile(r"(?:[$€£¥₹]|\b(?:us\$|usd|eur|cny|rmb|gbp))\s*$")


def fold(text: str) -> str:
    """Full-width characters in their plain form, lower case; a Chinese comma stays apart."""
    return unicodedata.normalize("NFKC", text.replace("，", "， ")).casefold()


def numbers_in(folded: str) -> list[Number]:
    """Every number of a folded text in order of place."""
    found = [
        _number(folded, match.span(), Decimal(match[0].replace(",", "")))
        for match in _DIGITS.finditer(folded)
    ]
    found += _spelled(folded)
    return sorted(found, key=lambda number: number.start)


def currencies_in(folded: str) -> dict[str, str]:
    """Each currency that a folded text names, and the first words that name it."""
    found = {name: pattern.search(folded) for name, pattern in _CURRENCIES.items()}
    return {name: match[0] for name, match in found.items() if match}


def _number(text: str, span: tuple[int, int], value: Decimal, unit: Unit | None = None) -> Number:
    start, end = span
    return Number(value.normalize(), unit or _unit(text, span), text[start:end], start, end)


def _unit(text: str, span: tuple[int, int]) -> Unit:
    if _MONEY_BEFORE.search(text[: span[0]]):
        return "money"
    rest = text[span[1] :]
    return next((unit for unit, pattern in _AFTER if pattern.match(rest)), "plain")


def _spelled(text: str) -> Iterator[Number]:
    text = _IDIOMS.sub(lambda match: " " * len(match[0]), _RATE.sub(r"\1 \2", text))
    for match in _FRACTION.finditer(text):
        times = _WORDS.get(match["times"] or "", 1)
        yield _number(text, match.span(), Decimal(times * _FRACTIONS[match["part"]]), "percent")
    for match in _ENGLISH.finditer(_FRACTION.sub(lambda match: " " * len(match[0]), text)):
        yield _number(text, match.span(), _english_value(match[0]))
    for match in _CHINESE.finditer(text):
        yield _chinese(text, match)


def _english_value(words: str) -> Decimal:
    """The value of English number words: twenty-five 25, two hundred and three 203."""
    total = section = 0
    for word in re.findall(r"[a-z]+", words):
        value = _WORDS.get(word, 0)
        if value >= 1000:
            total, section = total + max(section, 1) * value, 0
        elif value == 100 or word == "dozen":
            section = max(section, 1) * value
        else:
            section += value
    return Decimal(total + section)


def _chinese(text: str, match: re.Match[str]) -> Number:
    if match["whole"]:
        return _number(text, match.span(), Decimal(_chinese_value(match["whole"])))
    if match["percent"]:
        percent = Decimal(_chinese_value(match["percent"]))
    elif match["below"]:
        share = Decimal(_chinese_value(match["above"])) / _chinese_value(match["below"])
        percent = (share * 100).quantize(Decimal(1))
    elif match["tenths"]:
        percent = Decimal(10 * _chinese_value(match["tenths"]) + (5 if match["more"] else 0))
    else:
        percent = Decimal(50)
    return _number(text, match.span(), percent, "percent")


def _chinese_value(word: str) -> int:
    """The value of a Chinese numeral: 三十五 35, 一百零五 105, 一百五 150, 一二三 123."""
    total, section = 0, 0
    digit: int | None = None
    scale = 10  # that of the last sign: a digit behind it without 零 counts its tenths
    for char in word:
        if char in _CJK_DIGITS:
            value = _CJK_DIGITS[char]
            scale = scale if value else 10
            digit = digit * 10 + value if digit else value
        elif char == "万":
            total, section, digit = (total + section + (digit or 0)) * 10_000, 0, None
            scale = 10_000
        else:
            scale = _CJK_SCALES[char]
            section += (1 if digit is None else digit) * scale
            digit = None
    return total + section + (digit or 0) * scale // 10
