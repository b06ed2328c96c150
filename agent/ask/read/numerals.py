"""Numbers in words: digits, English number words, Chinese numerals."""

from __future__ import annotations

import re

_SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_TEENS = (
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen"),
    *("sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORDS = {word: n for n, word in enumerate((*_SMALL, *_TEENS), start=1)}
WORDS |= {word: n * 10 for n, word in enumerate(_TENS, start=2)}
CHINESE = {digit: n for n, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2}


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
_TIMES = {"once": "1 times", "twice": "2 times", "thrice": "3 times"}
_FRACTION = re.compile(
    rf"(?<!first )(?<!second )(?<!latter )(?<!last )(?<!1st )(?<!2nd )\b(?:a "
    rf"|one )?({'|'.join(_SHARES)})(?= (?:or more )?(?:of )?(?:their|the|all|its|our) )"
)
_COUNTED = re.compile(rf"\b({'|'.join(_TIMES)})\b")
# "至少买了三单" is "买了至少三单".
_OP_FIRST = re.compile(
    r"(至少|最多|至多|超过|不到|不止|不足)((?:累计|一共|总共)?(?:下过?|买过?|花过?"
    r"|消费过?|来过?)了?)(?=[\d一二两三四五六七八九十百])"
)
_DOZEN = re.compile(rf"\b(?:(?:a|({'|'.join(_SMALL[:5])})) )?dozen\b(?! eggs)")
_TENTHS = re.compile(r"([一二两三四五六七八九])成(半)?")
_PARTS = re.compile(r"([二三四五十])分之([一二三四])")
# "one" is left alone: it is more often no number.
_SPELLED = re.compile(
    rf"\b(?:({'|'.join(_TENS)})(?:[ -]({'|'.join(_SMALL[:9])}))?"
    rf"|({'|'.join((*_SMALL[1:], *_TEENS))}))\b"
)


def plain_numbers(text: str) -> str:
    """A folded text with "half of their orders", "once", "twenty-five" and 六成 as digits."""
    text = re.sub(r"\bw/o\b", "without", text)
    text = re.sub(r"\bw/\s*", "with ", text)
    text = re.sub(r"(?:却|也)?一分钱?(?:都|也)?(?:没|未)(?:有)?花(?:过|掉)?", "消费等于0元", text)
    text = _OP_FIRST.sub(r"\2\1", text)
    text = _FRACTION.sub(lambda match: f"{_SHARES[match[1]]}%", text)
    text = _DOZEN.sub(lambda match: str(12 * WORDS.get(match[1] or "", 1)), text)
    text = re.sub(r"\bhalf (?:a )?12\b", "6", text)
    text = _COUNTED.sub(lambda match: _TIMES[match[1]], text)
    text = _SPELLED.sub(_spelled, text)
    text = re.sub(r"(?<=\d) ?(?:per cent|percent|pct)\b", "%", text)
    text = _TENTHS.sub(lambda m: f"{CHINESE[m[1]] * 10 + (5 if m[2] else 0)}%", text)
    text = re.sub(r"百分之([一二两三四五六七八九十百]+)", lambda m: f"{_chinese(m[1])}%", text)
    text = re.sub(r"百分之(\d+)", r"\1%", text)
    text = _PARTS.sub(lambda m: f"{100 * _chinese(m[2]) / _chinese(m[1]):.6g}%", text)
    text = re.sub(r"不止(?=[\d一二两三四五六七八九十])", "超过", text)
    return re.sub(r"(?<!\d)一半(?=的?(?:订单|以上|的|及))|(?<=[过少到])一半", "50%", text)


def _spelled(match: re.Match[str]) -> str:
    if match[3]:
        return str(WORDS[match[3]])
    return str(WORDS[match[1]] + (WORDS[match[2]] if match[2] else 0))
