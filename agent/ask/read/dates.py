"""Spans of days in a question: "in the last 3 months", "since October", "12月", "今年上半年".

"In the last N" are days up to the as-of date: 7 a week, 30 a month, 90 a quarter, 365 a year. A
calendar month, quarter or year without a year is the latest that has begun by the as-of date.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from agent.ask.read import lexicon
from agent.ask.read.day_parts import parts
from agent.ask.read.numerals import to_number

Days = tuple[date, date]

_MONTHS = {name.casefold(): n for n, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.casefold(): n for n, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_MONTH_WORDS = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_UNITS = {
    **{"day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 90, "year": 365},
    **{"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30, "季度": 90, "年": 365},
}
_N = lexicon.SMALL_NUMBER
_LAST = re.compile(
    rf"(?:(?:in|within|during|over|for|from)\s+)?(?:the|their|these)?\s*\b(?:last|past|previous)\s+"
    rf"(?:(?P<n>{_N}|couple of|few|half)[\s-]*(?:a\s+)?)?(?P<unit>day|week|fortnight"
    rf"|month|quarter|year)s?\b"
)
_LAST_ZH = re.compile(
    rf"在?(?:最近|近期?|过去|此前|往前推?|倒推|前)的?这?(?:整整)?\s*(?P<n>{_N}"
    rf"|半)\s*个?(?P<unit>天|日|周|星期|礼拜|月"
    rf"|季度|年)(?:之?内|以内|里|中|来(?![过了店买逛\d一二两三四五六七八九十]))?"
    rf"|(?P<n2>{_N}|半)\s*个?(?P<unit2>天|日|周|星期|礼拜|月|季度|年)(?:之内|内|以内)"
)
_YEAR = r"(?:19|20)\d\d"
_DAY_EN = (
    rf"(?:(?P<iso>{_YEAR}-\d\d?-\d\d?)|(?P<my>1[0-2]|0?[1-9])/(?P<myy>{_YEAR})"
    rf"|(?P<d1>\d\d?)(?:st|nd|rd"
    rf"|th)?\s+(?:of\s+)?(?P<m1>{_MONTH_WORDS})\b\.?(?:,?\s*(?P<y1>{_YEAR}))?"
    rf"|(?P<m2>{_MONTH_WORDS})\b\.?(?:\s+(?P<d2>\d\d?)(?:st|nd|rd|th)?(?!\d|\s*(?:orders?|times)))?"
    rf"(?:,?\s*(?:of\s+)?(?P<y2>{_YEAR}))?"
    rf"|q(?P<q>[1-4])(?:\s*(?:of\s+)?(?P<qy>{_YEAR}))?"
    rf"|(?:the\s+)?(?P<nq>{'|'.join(_NTH)})\s+quarter(?:\s+of)?(?:\s+(?P<nqy>{_YEAR}"
    rf"|the year|this year))?"
    rf"|(?:the\s+)?(?P<half>first|second)\s+half(?:\s+of)?(?:\s+(?P<hy>{_YEAR}|the year"
    rf"|this year))?"
    rf"|h(?P<h>[12])(?:\s*(?P<hhy>{_YEAR}))?"
    r"|(?P<rel>this|last|previous|the current)\s+(?P<relunit>week|month|quarter|year)\b"
    rf"|(?P<y>{_YEAR})(?!\d))"
)
_DAY_ZH = (
    rf"(?:(?P<iso>{_YEAR}[-/.]\d\d?[-/.]\d\d?)"
    rf"|(?:(?P<y>{_YEAR})年|(?P<rely>今年|去年|本年|前年)的?)?(?:"
    r"(?P<m>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?(?:(?P<d>[123]?\d"
    r"|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])[日号])?"
    r"|第?(?P<q>[一二三四1-4])季度|q(?P<q2>[1-4])|(?P<half>上|下)半年)"
    rf"|(?P<yonly>{_YEAR})年|(?P<relonly>今年|去年|本年|前年)(?!以来|年初|初)"
    r"|(?P<rel>上个?|这个?|本|当)(?P<relunit>周|星期|月|季度|年)(?!以来))"
)
_TO_EN = r"\s*(?:to|and|or|through|until|till|-|–|~)\s*(?:the\s+end\s+of\s+)?"
_TO_ZH = r"\s*(?:到|至|和|-|–|~|—)\s*"


@dataclass(frozen=True)
class Window:
    """A span of the question and the days it means: `last_days`, or `since` and `until`."""

    start: int
    end: int
    last_days: int | None = None
    since: date | None = None
    until: date | None = None

    def as_span(self) -> dict[str, Any]:
        """The keys of a condition."""
        keys = {"last_days": self.last_days, "since": self.since, "until": self.until}
        return {name: value for name, value in keys.items() if value is not None}


def windows(text: str, as_of: date) -> list[Window]:
    """All spans of days in a folded text, in order; of overlapping ones the longest."""
    found = [*_running(text), *_named(text, as_of)]
    for start, end, since, until in parts(text, as_of):
        found.append(Window(start, end, since=since, until=until))
    found.sort(key=lambda window: window.start - window.end)
    kept: list[Window] = []
    for window in found:
        if all(window.end <= other.start or other.end <= window.start for other in kept):
            kept.append(window)
    return _with_same_time(text, sorted(kept, key=lambda window: window.start))


SAME_TIME = re.compile(
    r"\b(?:in|during|over|within|throughout|for|across)\s+(?:all\s+(?:of\s+)?)?(?:that"
    r"|the\s+(?:very\s+)?"
    r"same|this|those|these|the\s+said)\s+(?:same\s+)?(?:time|period|window|span|stretch|timespan"
    r"|time-?frame|interval|phase|days|weeks|months|spell|dates|season|range)(?:\s+(?:period"
    r"|frame|span"
    r"|of\s+time))?\b"
    r"|\b(?:in\s+the\s+)?meantime\b|\bmeanwhile\b|\bduring\s+it\b"
    r"|\bat\s+the\s+same\s+time\b(?=\s*[?.!]|$)"
    r"|(?:在)?(?:这|那|同)(?:一)?段(?:时间|期间)(?:之?内|里)?|(?:在此|同|这)期间|同期"
)


def _with_same_time(text: str, found: list[Window]) -> list[Window]:
    """ "in that time" means the days said last before it."""
    for match in SAME_TIME.finditer(text):
        before = [window for window in found if window.end <= match.start()]
        if before:
            found.append(replace(before[-1], start=match.start(), end=match.end()))
    return sorted(found, key=lambda window: window.start)


def _running(text: str) -> Iterator[Window]:
    for match in _LAST.finditer(text):
        words, unit = match["n"], match["unit"]
        bare = words is None
        if bare and not re.search(r"\b(?:the|their|these|past)\b", match[0]):
            continue  # "last month" is a month of the calendar, "the last month" 30 days
        if days := _running_days(words or "1", unit):
            yield Window(*match.span(), last_days=days)
    for match in _LAST_ZH.finditer(text):
        words, unit = match["n"] or match["n2"], match["unit"] or match["unit2"]
        if days := _running_days(words, unit):
            yield Window(*match.span(), last_days=days)


def _running_days(words: str, unit: str) -> int | None:
    """The days of so many units; None where the number is none."""
    if words == "few":
        return None
    if words in ("half", "半"):
        return {"month": 15, "月": 15, "year": 180, "年": 180}.get(unit)
    days = 2 * _UNITS[unit] if words == "couple of" else days_of(words, unit)
    return days if 0 < days < 100_000 else None


def days_of(number: str, unit: str) -> int:
    """The days of a number of units: `("three", "months")` is 90."""
    return int(to_number(number) * _UNITS[unit.rstrip("s")])


def _named(text: str, as_of: date) -> Iterator[Window]:
    yield from _ranges(text, as_of)
    for pattern, build in _SINGLE:
        for match in pattern.finditer(text):
            window = build(match, as_of)
            if window is not None:
                yield window


def _ranges(text: str, as_of: date) -> Iterator[Window]:
    for pattern, read in ((_RANGE_EN, _read_en), (_RANGE_ZH, _read_zh)):
        for match in pattern.finditer(text):
            one, other = match["one"], match["other"]
            if one.isdigit() and pattern is _RANGE_EN:
                one = re.sub(
                    r"\d+(?:st|nd|rd|th)?(?=\s+(?:of\s+)?[a-z])|(?<=[a-z]\s)\d+(?:st|nd|rd|th)?",
                    one,
                    other,
                    count=1,
                )
            first, last = read(one, as_of), read(other, as_of)
            if first is None or last is None:
                continue
            since, until = first[0], last[1]
            if (
                _APART.search(match[0])
                and since <= until
                and last[0] - first[1] > timedelta(days=1)
            ):
                continue  # "in June and December" is not all that lies between
            if since > until:  # "between November and February"
                since = _add_years(since, -1)
            yield Window(*match.span(), since=since, until=until)


_APART = re.compile(r"^(?!.*\b(?:between|from)\b).*\b(?:and|or)\b")


def _bare(name: str) -> str:
    """The pattern of a day without its named groups, so that it can stand twice."""
    return re.sub(r"\(\?P<\w+>", "(?:", name)


_RANGE_EN = re.compile(
    rf"(?:\b(?:between|from|in"
    rf"|during)\s+)?(?:the\s+start\s+of\s+)?\b(?P<one>{_bare(_DAY_EN)}"
    rf"|\d\d?(?=\s*(?:and|to|-|–)\s*\d\d?(?:st|nd|rd"
    rf"|th)?\s+(?:of\s+)?(?:{_MONTH_WORDS})\b)){_TO_EN}"
    rf"(?P<other>{_bare(_DAY_EN)})(?![\w-])"
)
_RANGE_ZH = re.compile(
    rf"(?:在|从|自)?(?P<one>{_bare(_DAY_ZH)}|(?:1[0-2]"
    rf"|[1-9])(?=\s*[-–~—到至]\s*(?:1[0-2]|[1-9])月))"
    rf"{_TO_ZH}(?P<other>{_bare(_DAY_ZH)})(?:之间|期间|这?(?:段|几个月)(?:时间|期间)?)?(?:内|里)?"
)


def _read_en(words: str, as_of: date) -> Days | None:
    match = re.fullmatch(_DAY_EN, words.strip())
    return _day_en(match, as_of) if match else None


def _read_zh(words: str, as_of: date) -> Days | None:
    words = words if not words.isdigit() else f"{words}月"
    match = re.fullmatch(_DAY_ZH, words.strip())
    return _day_zh(match, as_of) if match else None


def _day_en(match: re.Match[str], as_of: date) -> Days | None:
    g = match.groupdict()
    if g["iso"]:
        return _one_day(*map(int, g["iso"].split("-")))
    if g["my"]:
        return _month(int(g["my"]), None, g["myy"], as_of)
    if month := g["m1"] or g["m2"]:
        return _month(_MONTHS[month], g["d1"] or g["d2"], g["y1"] or g["y2"], as_of)
    if quarter := g["q"] or g["nq"]:
        return _quarter(_NTH.get(quarter) or int(quarter), g["qy"] or _digits(g["nqy"]), as_of)
    if half := g["half"] or g["h"]:
        return _half(half in ("first", "1"), _digits(g["hy"] or g["hhy"]), as_of)
    if g["rel"]:
        return _relative(g["relunit"], g["rel"] in ("last", "previous"), as_of)
    return date(int(g["y"]), 1, 1), date(int(g["y"]), 12, 31)


def _day_zh(match: re.Match[str], as_of: date) -> Days | None:
    g = match.groupdict()
    if g["iso"]:
        return _one_day(*map(int, re.split(r"[-/.]", g["iso"])))
    year = g["y"] or g["yonly"]
    if relative := g["rely"] or g["relonly"]:
        year = str(as_of.year - {"去年": 1, "前年": 2}.get(relative, 0))
    if g["m"]:
        return _month(int(to_number(g["m"])), g["d"] and str(to_number(g["d"])), year, as_of)
    if quarter := g["q"] or g["q2"]:
        return _quarter(int(to_number(quarter)), year, as_of)
    if g["half"]:
        return _half(g["half"] == "上", year, as_of)
    if g["rel"]:
        unit = {"周": "week", "星期": "week", "月": "month", "季度": "quarter", "年": "year"}
        return _relative(unit[g["relunit"]], g["rel"].startswith("上"), as_of)
    return (date(int(year), 1, 1), date(int(year), 12, 31)) if year else None


def _digits(words: str | None) -> str | None:
    return words if words and words.isdigit() else None


def _one_day(year: int, month: int, day: int) -> Days | None:
    try:
        return date(year, month, day), date(year, month, day)
    except ValueError:
        return None


def _month(month: int, day: str | None, year: str | None, as_of: date) -> Days | None:
    chosen = int(year) if year else as_of.year - (month > as_of.month)
    if day:
        return _one_day(chosen, month, int(day))
    return date(chosen, month, 1), date(chosen, month, calendar.monthrange(chosen, month)[1])


def _quarter(quarter: int, year: str | None, as_of: date) -> Days:
    first = 3 * quarter - 2
    chosen = int(year) if year else as_of.year - (first > as_of.month)
    return date(chosen, first, 1), _end_of_month(chosen, first + 2)


def _half(first: bool, year: str | None, as_of: date) -> Days:
    chosen = int(year) if year else as_of.year - (not first and as_of.month < 7)
    return (
        (date(chosen, 1, 1), date(chosen, 6, 30))
        if first
        else (
            date(chosen, 7, 1),
            date(chosen, 12, 31),
        )
    )


def _relative(unit: str, before: bool, as_of: date) -> Days:
    """This or the last week (from Monday), month, quarter or year of the calendar."""
    if unit == "week":
        monday = as_of - timedelta(days=as_of.weekday() + 7 * before)
        return monday, monday + timedelta(days=6)
    if unit == "year":
        return date(as_of.year - before, 1, 1), date(as_of.year - before, 12, 31)
    length = 1 if unit == "month" else 3
    index = as_of.year * 12 + (as_of.month - 1) // length * length - length * before
    year, month = index // 12, index % 12 + 1
    return date(year, month, 1), _end_of_month(year, month + length - 1)


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _add_years(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)


Build = Callable[[re.Match[str], date], Window | None]


def _in(read: Callable[[str, date], Days | None]) -> Build:
    def build(match: re.Match[str], as_of: date) -> Window | None:
        days = read(match["day"], as_of)
        return days and Window(*match.span(), since=days[0], until=days[1])

    return build


def _since(read: Callable[[str, date], Days | None]) -> Build:
    """From the first of these days on; after "after" from the day behind the last."""

    def build(match: re.Match[str], as_of: date) -> Window | None:
        days = read(match["day"], as_of)
        if days is None:
            return None
        behind = match.groupdict().get("after")
        return Window(*match.span(), since=days[1] + timedelta(days=1) if behind else days[0])

    return build


def _until(read: Callable[[str, date], Days | None]) -> Build:
    """Up to the last of these days; after "before" up to the day before the first."""

    def build(match: re.Match[str], as_of: date) -> Window | None:
        days = read(match["day"], as_of)
        if days is None:
            return None
        before = match.groupdict().get("before")
        return Window(*match.span(), until=days[0] - timedelta(days=1) if before else days[1])

    return build


def _this_year(match: re.Match[str], as_of: date) -> Window:
    return Window(*match.span(), since=date(as_of.year, 1, 1))


_EN, _ZH = _bare(_DAY_EN), _bare(_DAY_ZH)
_START = r"(?:the\s+)?(?:start|beginning)\s+of\s+"
_SINGLE: tuple[tuple[re.Pattern[str], Build], ...] = (
    (re.compile(r"\b(?:since|from)\s+(?:the\s+)?(?:start|beginning)\s+of\s+(?:the|this)\s+year\b"
                r"|\b(?:so\s+far\s+this\s+year|year\s+to\s+date|ytd)\b|今年以来|年初以来|(?:从"
        r"|自)?今?年初(?:到现在|至今|以来)"),
     _this_year),
    (re.compile(rf"\b(?:since|from|starting(?:\s+in)?"
        rf"|as of)\s+(?:{_START})?(?P<day>{_EN})(?:\s+(?:on|onwards?))?(?![\w-])"),
     _since(_read_en)),
    (re.compile(rf"\b(?P<after>after)\s+(?P<day>{_EN})(?![\w-])"), _since(_read_en)),
    (re.compile(rf"\b(?:until|till|up to|through"
        rf"|by)\s+(?:the\s+end\s+of\s+)?(?P<day>{_EN})(?![\w-])"), _until(_read_en)),
    (re.compile(rf"\b(?P<before>before|prior to)\s+(?P<day>{_EN})(?![\w-])"), _until(_read_en)),
    (re.compile(rf"\b(?:(?:in|during|over|on|for|throughout)\s+)(?:the\s+(?:whole\s+)?(?:month"
        rf"|year)\s+of\s+)?(?P<day>{_EN})(?![\w-])"), _in(_read_en)),
    (re.compile(r"\b(?P<day>(?:this|last|previous|the current)\s+(?:week|month|quarter|year))\b"),
     _in(_read_en)),
    (re.compile(rf"\b(?P<day>(?:q[1-4]|h[12]|jan|feb|apr|jun|jul|aug|sept?|oct|nov|dec|january"
        rf"|february|april|june|july|august|september|october|november"
        rf"|december)(?:\s+{_YEAR})?)(?![\w-])"), _in(_read_en)),
    (re.compile(rf"(?:从|自)?(?P<day>{_ZH})(?:开始)?(?:以来|以后|起至今|至今|到现在"
        rf"|到目前|起|开始)"), _since(_read_zh)),
    (re.compile(rf"(?P<day>{_ZH})(?P<after>之后|过后|后)"), _since(_read_zh)),
    (re.compile(rf"(?P<day>{_ZH})(?P<before>之前|以前|前)"), _until(_read_zh)),
    (re.compile(rf"(?:截至|截止到?|到|直到)(?P<day>{_ZH})(?:底|末)?(?:为止)?"), _until(_read_zh)),
    (re.compile(rf"在?(?P<day>{_ZH})(?:里|内|中|期间|当月|整月|全年)?"), _in(_read_zh)),
)  # fmt: skip
