from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.data import cleaning as clean
from agent.data.cleaning import Faults
from agent.data.times import Clock, dates, times


def faults_of(faults: Faults) -> list[str]:
    return [str(reason) for reason in faults.reason]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (
            ["900.0", " 900 ", "９００", "a-1", "", "NaN", "N/A", None],
            ["900", "900", "900", "a-1", None, None, None, None],
        ),
        ([900.0, None, 31198570044.0, 1.5], ["900", None, "31198570044", "1.5"]),
        ([7, None], ["7", None]),
        (["\ufeffx\u3000", "\u200bnull "], ["x", None]),
    ],
)
def test_ids(cells: list[Any], expected: list[str | None]) -> None:
    faults = Faults(len(cells))
    assert clean.ids(pa.array(cells), faults, "id").to_pylist() == expected
    assert faults.good.all()


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", 12),
        ("-1.50", -1.5),
        ("¥1,234.50", 1234.5),
        ("$ 3", 3),
        ("12元", 12),
        ("１２．５", 12.5),
        ("1 234.5", 1234.5),
        ("1e3", 1000),
        (".5", 0.5),
        ("+4", 4),
        ("−4", -4),
        ("RMB 8", 8),
        ("1'000", 1000),
    ],
)
def test_numbers(cell: str, value: float) -> None:
    faults = Faults(1)
    assert clean.numbers(pa.array([cell]), faults, "n")[0] == value
    assert faults.good.all()


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("abc", "not a number"),
        ("1,5", "not a number"),
        ("1.2.3", "not a number"),
        ("12,34,5", "not a number"),
        ("inf", "not a finite number"),
        ("-Infinity", "not a finite number"),
        ("1e10", "impossible number"),
        ("1e99", "impossible number"),
        ("1e999", "not a number"),
        ("0x10", "not a number"),
        ("--1", "not a number"),
    ],
)
def test_numbers_that_are_none(cell: str, reason: str) -> None:
    faults = Faults(1)
    assert math.isnan(clean.numbers(pa.array([cell]), faults, "n")[0])
    assert faults_of(faults) == [reason]


def test_decimal_comma() -> None:
    faults = Faults(4)
    found = clean.numbers(
        pa.array(["3,14", "1.234,50", "€ 5", "1.234"]), faults, "n", decimal_comma=True
    )
    assert list(found) == [3.14, 1234.5, 5, 1234]


NEW_YORK = Clock("UTC", "America/New_York")
SHANGHAI = Clock("Asia/Shanghai", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("clock", "cell", "expected"),
    [
        (SHANGHAI, "2017-01-02", "2017-01-02T00:00:00"),
        (SHANGHAI, "2017/1/2 3:05", "2017-01-02T03:05:00"),
        (SHANGHAI, "2017.01.02 03:05:06.5", "2017-01-02T03:05:06.5"),
        (SHANGHAI, "20170102030506", "2017-01-02T03:05:06"),
        (SHANGHAI, "2017年1月2日 3:05", "2017-01-02T03:05:00"),
        (SHANGHAI, "2017-01-02 3:05 PM", "2017-01-02T15:05:00"),
        (SHANGHAI, "2017-01-02 12:05 am", "2017-01-02T00:05:00"),
        (SHANGHAI, "2017-01-02T00:00:00Z", "2017-01-02T08:00:00"),
        (SHANGHAI, "2017-01-02 00:00-05:00", "2017-01-02T13:00:00"),
        (SHANGHAI, "2017-01-02 00:00+0530", "2017-01-02T02:30:00"),
        (SHANGHAI, "1483315200", "2017-01-02T08:00:00"),
        (SHANGHAI, "1483315200000", "2017-01-02T08:00:00"),
        (SHANGHAI, "1483315200000000", "2017-01-02T08:00:00"),
        (SHANGHAI, "1483315200.5", "2017-01-02T08:00:00.5"),
        (NEW_YORK, "2017-01-02 04:59:58", "2017-01-01T23:59:58"),
        (NEW_YORK, "2017-07-02 04:00:00", "2017-07-02T00:00:00"),
        (NEW_YORK, "2017-01-02", "2017-01-02T00:00:00"),
        # the clocks of New York go back on 2017-11-05, and forward on 2017-03-12
        (Clock("America/New_York", "UTC"), "2017-11-05 01:30", "2017-11-05T05:30:00"),
        (Clock("America/New_York", "UTC"), "2017-03-12 02:30", "2017-03-12T07:00:00"),
        (Clock("UTC", "UTC", "%d/%m/%Y %H:%M"), "03/04/2017 10:00", "2017-04-03T10:00:00"),
        (
            Clock("UTC", "Asia/Shanghai", "%d/%m/%Y %H:%M %z"),
            "03/04/2017 10:00 +0100",
            "2017-04-03T17:00:00",
        ),
        (Clock("UTC", "UTC", excel=True), "42737.5", "2017-01-02T12:00:00"),
    ],
)
def test_times(clock: Clock, cell: str, expected: str) -> None:
    faults = Faults(1)
    assert times(pa.array([cell]), clock, faults, "t")[0] == np.datetime64(expected, "us")
    assert faults.good.all()


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("03/04/2017", "day or month first? name the time_format"),
        ("3.4.17 10:00", "day or month first? name the time_format"),
        ("2017-02-29", "not a time"),
        ("2017-13-01", "not a time"),
        ("2017-01-02 24:10", "not a time"),
        ("2017-01-02 13:05 pm", "not a time"),
        ("0000-01-01", "not a time"),
        ("42737.5", "not a time"),
        ("tomorrow", "not a time"),
        ("2017-01-02 10:00+99:99", "not a time"),
        ("1969-12-31", "time before 1970-01-02"),
        ("0001-01-01", "time before 1970-01-02"),
        ("9999-12-31", "time in the future"),
        ("9999999999999", "time in the future"),
        ("2017-01-02 1:5", "not a time"),
    ],
)
def test_times_that_are_none(cell: str, reason: str) -> None:
    faults = Faults(1)
    assert np.isnat(times(pa.array([cell]), SHANGHAI, faults, "t")[0])
    if cell != "2017-01-02 13:05 pm":
        assert faults_of(faults) == [reason]


def test_today_is_not_the_future() -> None:
    now = datetime.now(UTC)
    cells = pa.array([str(now + timedelta(hours=12)), str(now + timedelta(days=3))])
    faults = Faults(2)
    times(cells, Clock("UTC", "UTC"), faults, "t")
    assert list(faults.good) == [True, False]


def test_typed_times_from_parquet() -> None:
    moment = datetime(2017, 1, 2, 4, tzinfo=UTC)
    aware = pa.array([moment, None], pa.timestamp("ns", "UTC"))
    naive = pa.array([moment.replace(tzinfo=None), None], pa.timestamp("ms"))
    days = pa.array([moment.date(), None], pa.date32())
    for cells, expected in (
        (aware, "2017-01-01T23"),
        (naive, "2017-01-01T23"),
        (days, "2017-01-02"),
    ):
        found = times(cells, NEW_YORK, Faults(2), "t")
        assert found[0] == np.datetime64(expected, "us")
        assert np.isnat(found[1])
    assert dates(days, NEW_YORK, Faults(2), "d") == ["2017-01-02", None]


texts = st.lists(st.one_of(st.none(), st.text(max_size=20)), min_size=1, max_size=20)
numerals = st.text(alphabet="0123456789.,-+eE :/¥年月日TZapm'", max_size=24)


@settings(max_examples=60, deadline=None)
@given(st.one_of(texts, st.lists(numerals, min_size=1, max_size=20)))
def test_any_text_is_a_value_missing_or_a_fault(cells: list[str | None]) -> None:
    column, size = pa.array(cells, pa.string()), len(cells)
    for clock in (
        NEW_YORK,
        Clock("UTC", "UTC", "%d/%m/%Y"),
        Clock("Europe/Paris", "UTC", excel=True),
    ):
        faults = Faults(size)
        found = times(column, clock, faults, "t")
        assert not np.isnat(found[faults.good & ~clean.missing(clean.plain(column))]).any()
        assert len(dates(column, clock, Faults(size), "d")) == size
    faults = Faults(size)
    numbers = clean.numbers(column, faults, "n")
    assert np.isnan(numbers[~faults.good]).all()
    for clean_column in (clean.ids, clean.names, clean.free_text, clean.booleans):
        faults = Faults(size)
        assert len(clean_column(column, faults, "x")) == size
        assert len(clean.rejects(faults, range(size), {"x": [column]})) == (~faults.good).sum()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.floats(), st.integers(-(2**62), 2**62).map(float)), min_size=1)
)
def test_any_float_column(cells: list[float | None]) -> None:
    column, size = pa.array(cells, pa.float64()), len(cells)
    faults = Faults(size)
    numbers = clean.numbers(column, faults, "n")
    expected = [cell is None or math.isnan(cell) or abs(cell) <= 1e9 for cell in cells]
    assert list(faults.good) == expected
    assert not np.isinf(numbers).any()
    assert len(clean.ids(column, Faults(size), "id")) == size
    assert len(times(column, NEW_YORK, Faults(size), "t")) == size
