"""Whether a model's text tells only numbers that its tools gave.

Each number must stand in a result: a percent as a percent, anything else as a plain number, as it
is or rounded. Dates, ranges ("25-34") and ids are names, not numbers: they must stand there as
they are, and an id is only one behind a word such as "customer". What a number is told of is not
checked; the conditions and the exact figures are always shown beside the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from agent.profiles.numbers import Number, fold, numbers_in

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATES = (
    re.compile(r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]"),
    re.compile(rf"\b{_MONTH}\s+{_DAY},?\s+(?P<year>\d{{4}})\b"),
    re.compile(rf"\b{_DAY}\s+(?:of\s+)?{_MONTH},?\s+(?P<year>\d{{4}})\b"),
)
_DASHES = re.compile(r"(?<=\d)\s*[‐-―~-]\s*(?=\d)")
_NAMES = re.compile(r"\d{4}-\d\d?-\d\d?|\d[\d,.]*-\d[\d,.]*[k+]*|\d[\d,.]*(?:k\+?|\+)")
_HANDLE = re.compile(r"(?<![a-z\d])a\d+(?![a-z\d])")
_WHO = r"(?:(?:customers?|households?|ids?)\b|顾客|客户|用户|编号)[\s:#]*(?:ids?\b[\s:#]*)?"


def unheld(text: str, told: Sequence[str], ids: Collection[str] = ()) -> list[str]:
    """The numbers of a text that none of the results `told` holds, as they stand in it.

    `ids`: customers that the results named.
    """
    held = [_read(result, ids) for result in told]
    names = {name for _, mine in held for name in mine}
    numbers = [number for mine, _ in held for number in mine]
    told_numbers, told_names = _read(text, ids)
    wrong = [name for name in told_names if name not in names]
    wrong += [one.text for one in told_numbers if not any(_same(one, two) for two in numbers)]
    return list(dict.fromkeys(wrong))


def _read(text: str, ids: Collection[str]) -> tuple[list[Number], list[str]]:
    """The numbers, and the names that are made of digits."""
    folded = _without_ids(_HANDLE.sub(" ", fold(text)), ids)
    for pattern in _DATES:
        folded = pattern.sub(_iso, folded)
    folded = _DASHES.sub("-", folded)
    return numbers_in(_NAMES.sub("#", folded)), _NAMES.findall(folded)


def _same(said: Number, held: Number) -> bool:
    if (said.unit == "percent") != (held.unit == "percent"):
        return False
    if said.value == held.value:
        return True
    # A held figure is itself rounded: 29.65 may come of 29.648, and be told as 29.6.
    digits = len(said.text.partition(".")[2])
    return said.value != 0 and abs(said.value - held.value) <= Decimal(5).scaleb(-digits - 1)


def _iso(match: re.Match[str]) -> str:
    month = match["month"]
    number = int(month) if month.isdigit() else _MONTHS.index(month) + 1
    return f"{match['year']}-{number:02}-{int(match['day']):02}"


def _without_ids(folded: str, ids: Collection[str]) -> str:
    """Ids taken out: a number only behind a word for customers, any other wherever it stands."""
    for pattern in _id_patterns({fold(one) for one in ids}):
        folded = pattern.sub(" # ", folded)
    return folded


def _id_patterns(ids: Collection[str]) -> Iterator[re.Pattern[str]]:
    numeric = sorted((one for one in ids if one.isdecimal()), key=len, reverse=True)
    others = sorted(set(ids) - set(numeric), key=len, reverse=True)
    if others:
        names = "|".join(map(re.escape, others))
        yield re.compile(rf"(?<![a-z\d])(?:{names})(?![a-z\d])")
    if numeric:
        one = rf"(?:{'|'.join(numeric)})(?![\d%]|[.,]\d)"
        yield re.compile(rf"{_WHO}{one}(?:(?:\s|,|、|and\b|和|与|&)+{one})*")
