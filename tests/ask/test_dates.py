"""Days in words against dates written by hand; the shop's last day is a Sunday in December."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ask.read.dates import windows

AS_OF = date(2017, 12, 31)
LAST = [
    ("in the last 30 days", 30),
    ("over the past two weeks", 14),
    ("in the last month", 30),
    ("in the last 3 months", 90),
    ("during the past year", 365),
    ("the past quarter", 90),
    ("近30天", 30),
    ("最近一个月", 30),
    ("近俩月", 60),
    ("最近半年", 180),
    ("过去两周", 14),
    ("两个礼拜内", 14),
]
SPANS = [
    ("in december", "2017-12-01", "2017-12-31"),
    ("in october 2016", "2016-10-01", "2016-10-31"),
    ("last month", "2017-11-01", "2017-11-30"),
    ("this year", "2017-01-01", "2017-12-31"),
    ("this week", "2017-12-25", "2017-12-31"),
    ("in q3", "2017-07-01", "2017-09-30"),
    ("in the second half of 2017", "2017-07-01", "2017-12-31"),
    ("between march and may", "2017-03-01", "2017-05-31"),
    ("from 25 june to 10 july", "2017-06-25", "2017-07-10"),
    ("between 1 and 24 december", "2017-12-01", "2017-12-24"),
    ("in 10/2017", "2017-10-01", "2017-10-31"),
    ("on 2017-02-28", "2017-02-28", "2017-02-28"),
    ("since october", "2017-10-01", None),
    ("since sept 1st", "2017-09-01", None),
    ("since the beginning of the year", "2017-01-01", None),
    ("after march", "2017-04-01", None),
    ("before june", None, "2017-05-31"),
    ("until the end of august", None, "2017-08-31"),
    ("by the end of march", None, "2017-03-31"),
    ("12月", "2017-12-01", "2017-12-31"),
    ("十一月份", "2017-11-01", "2017-11-30"),
    ("上个月", "2017-11-01", "2017-11-30"),
    ("今年上半年", "2017-01-01", "2017-06-30"),
    ("第三季度", "2017-07-01", "2017-09-30"),
    ("3月到5月", "2017-03-01", "2017-05-31"),
    ("七月到九月之间", "2017-07-01", "2017-09-30"),
    ("10月以来", "2017-10-01", None),
    ("2017年10月5日起", "2017-10-05", None),
    ("截至8月底", None, "2017-08-31"),
    ("去年", "2016-01-01", "2016-12-31"),
]


@pytest.mark.parametrize(("text", "days"), LAST)
def test_days_that_end_today(text: str, days: int) -> None:
    (found,) = windows(text, AS_OF)
    assert found.as_span() == {"last_days": days}


@pytest.mark.parametrize(("text", "since", "until"), SPANS)
def test_days_of_the_calendar(text: str, since: str | None, until: str | None) -> None:
    (found,) = windows(text, AS_OF)
    assert found.since == (since and date.fromisoformat(since))
    assert found.until == (until and date.fromisoformat(until))


@pytest.mark.parametrize(("as_of", "year"), [(date(2018, 1, 15), 2017), (date(2017, 10, 1), 2017)])
def test_a_month_is_the_latest_that_has_begun(as_of: date, year: int) -> None:
    (found,) = windows("in october", as_of)
    assert found.since == date(year, 10, 1)


def test_the_same_time_is_the_time_said_before() -> None:
    first, second = windows("bought wine in may but no beer in that time", AS_OF)
    assert first.as_span() == second.as_span()


@pytest.mark.parametrize(
    "text", ["may i ask", "the first one", "5 orders", "march on", "30 customers"]
)
def test_other_words_are_no_days(text: str) -> None:
    assert windows(text, AS_OF) == []


@given(st.text(alphabet="in the last since 0123456789 octber dy月日年季度到近 -/", max_size=40))
def test_any_text_is_read_without_an_error_and_spans_never_overlap(text: str) -> None:
    found = windows(text, AS_OF)
    assert all(one.end <= other.start for one, other in pairwise(found))
