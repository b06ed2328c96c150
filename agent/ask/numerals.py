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
