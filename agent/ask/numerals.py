"""Numbers in words: digits, English number words, Chinese numerals."""

from __future__ import annotations

import re

_SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_TEENS = ("eleven", "twelve", "thirteen", "fourteen", "fifteen")
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
WORDS = {word: n for n, word in enumerate((*_SMALL, *_TEENS), start=1)} | _TENS | {"hundred": 100}
CHINESE = {digit: n for n, digit in enumerate("零一二三四五六七八九")} | {"两": 2}


def to_number(words: str) -> int | float:
    """The value of digits, an English number word or a Chinese numeral below 10,000."""
    digits = words.replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", digits):
        value = float(digits)
        return int(value) if value.is_integer() else value
    if words in WORDS:
        return WORDS[words]
    return _chinese(words)


def _chinese(words: str) -> int:
    total, digit = 0, 0
    for character in words:
        if character in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[character]
            digit = 0
        else:
            digit = CHINESE[character]
    return total + digit


_SHARES = {"half": "50", "third": "33.3333", "quarter": "25", "fifth": "20", "tenth": "10"}
_TIMES = {"once": "1 times", "twice": "2 times", "thrice": "3 times", "a dozen": "12"}
_FRACTION = re.compile(
    rf"\b(?:a |one )?({'|'.join(_SHARES)})(?= (?:of )?(?:their|the|all|its|our) )"
)
_COUNTED = re.compile(rf"\b({'|'.join(_TIMES)})\b")
_TENTHS = re.compile(r"([一二两三四五六七八九])成(半)?")
_PARTS = re.compile(r"([二三四五十])分之([一二三四])")


def plain_numbers(text: str) -> str:
    """A folded text with "half of their orders", "once" and 六成 written as numbers."""
    text = _FRACTION.sub(lambda match: f"{_SHARES[match[1]]}%", text)
    text = _COUNTED.sub(lambda match: _TIMES[match[1]], text)
    text = _TENTHS.sub(lambda m: f"{CHINESE[m[1]] * 10 + (5 if m[2] else 0)}%", text)
    text = _PARTS.sub(lambda m: f"{100 * _chinese(m[2]) / _chinese(m[1]):.6g}%", text)
    return re.sub(
        r"一半(?=的?(?:订单|以上|的))|(?<=超过)一半|(?<=至少)一半|(?<=不到)一半", "50%", text
    )
