"""Parts of the calendar: "the first half of October", "the last two weeks of 2017", "this summer".

A season is its three whole months: spring from March, summer from June, autumn from September,
winter from December. As of months, the latest that has begun by the as-of date is meant.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta

from agent.ask.read.numerals import to_number

Part = tuple[int, int, date, date]  # start and end in the text, first and last day

_MONTHS = {name.casefold(): n for n, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.casefold(): n for n, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_SPAN = (
    rf"(?:(?:the month of )?{_MONTH}(?:,?\s*(?:of )?{_YEAR})?"
    rf"|q(?P<quarter>[1-4])(?:\s*(?:of )?(?P<qyear>(?:19|20)\d\d))?"
    r"|(?P<whole>(?:19|20)\d\d|(?:the|this|last) year))"
)
_BEFORE = r"(?:\b(?:in|during|over|within|throughout|for|on)\s+)?(?:the\s+)?"
_HALF = re.compile(rf"{_BEFORE}\b(?P<half>first|second|latter|last|1st|2nd)\s+half\s+of\s+{_SPAN}")
_SOME = re.compile(
    rf"{_BEFORE}\b(?P<side>first|last|final|opening|closing)\s+"
    rf"(?:(?P<n>\d{{1,3}}|couple of)\s+)?(?P<unit>day|week|month|fortnight)s?\s+of\s+{_SPAN}"
)
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_SEASON = re.compile(
    r"\b(?:(?:in|during|over|throughout|for)\s+(?:the\s+|this\s+|last\s+"
    r"|this past\s+)?(?:whole\s+)?"
    r"|(?:this|last|this past)\s+|(?P<since>since\s+)(?:the\s+|last\s+)?)"
    r"(?P<season>spring|summer|autumn|fall|winter)(?:time)?(?:\s+months|\s+season)?"
    r"(?:\s+(?:of\s+)?(?P<year>(?:19|20)\d\d))?(?![\w-])(?!\s+(?:catalog\w*|campaign|sale|menu|"
    r"promo\w*|mail\w*|wear|range|items?))"
)
_MONTH_NUMBER = re.compile(
    r"\b(?:(?:in|during|for)\s+)(?P<year>(?:19|20)\d\d)[-/](?P<n>0?[1-9]|1[0-2])(?![\d/-])"
)
_DAYS = {"day": 1, "week": 7, "fortnight": 14}


def parts(text: str, as_of: date) -> Iterator[Part]:
    """The parts of the calendar that a folded English text names, overlapping ones too."""
    for match in _HALF.finditer(text):
        first, last = _whole(match, as_of)
        yield *match.span(), *_half(first, last, match["half"] in ("first", "1st"))
    for match in _SOME.finditer(text):
        first, last = _whole(match, as_of)
        yield *match.span(), *_some(match, first, last)
    for match in _SEASON.finditer(text):
        first, last = _season(match, as_of)
        yield *match.span(), first, as_of if match["since"] else last
    for match in _MONTH_NUMBER.finditer(text):
        first = date(int(match["year"]), int(match["n"]), 1)
        yield *match.span(), first, _last_day(first.year, first.month)


def _whole(match: re.Match[str], as_of: date) -> tuple[date, date]:
    """The month, quarter or year of which a part is said."""
    if match["whole"]:
        said = match["whole"]
        year = int(said) if said.isdigit() else as_of.year - said.startswith("last")
        return date(year, 1, 1), date(year, 12, 31)
    months, said = (1, match["year"]) if match["month"] else (3, match["qyear"])
    month = _MONTHS[match["month"]] if match["month"] else 3 * int(match["quarter"]) - 2
    year = int(said) if said else as_of.year - (month > as_of.month)
    return date(year, month, 1), _last_day(year, month + months - 1)


def _half(first: date, last: date, early: bool) -> tuple[date, date]:
    """Half of a month ends on its 15th, half of a year in June; else the days are halved."""
    days = (last - first).days + 1
    middle = date(first.year, 6, 30) if days > 300 else first + timedelta(days=days // 2 - 1)
    if days < 32:
        middle = first.replace(day=15)
    return (first, middle) if early else (middle + timedelta(days=1), last)


def _some(match: re.Match[str], first: date, last: date) -> tuple[date, date]:
    """The first or last days, weeks or months of a span."""
    number = 2 if match["n"] == "couple of" else int(to_number(match["n"] or "1"))
    early = match["side"] in ("first", "opening")
    if match["unit"] != "month":
        days = timedelta(days=number * _DAYS[match["unit"]] - 1)
        return (first, min(first + days, last)) if early else (max(last - days, first), last)
    number = min(max(number, 1), last.month - first.month + 1)
    if early:
        return first, _last_day(first.year, first.month + number - 1)
    return date(last.year, last.month - number + 1, 1), last


def _season(match: re.Match[str], as_of: date) -> tuple[date, date]:
    month = _SEASONS[match["season"]]
    year = int(match["year"]) if match["year"] else as_of.year - (month > as_of.month)
    end = (year + 1, 2) if month == 12 else (year, month + 2)
    return date(year, month, 1), _last_day(*end)


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
