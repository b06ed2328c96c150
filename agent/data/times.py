"""Times to the shop's wall clock, a column of a chunk at a time.

Year first (2017-01-02, 2017/1/2 13:05, 20170102, 2017年1月2日), with or without an offset; seconds
to nanoseconds since 1970 by their number of digits; Excel's day numbers in Excel files. Dates whose
order of day and month is not known need a `time_format`. A date without a time is the shop's own
date and is not converted. A local time that a clock change makes double is the first of the two;
one that it leaves out is moved forward to the next that exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from agent.data.cleaning import Faults, Mask, mask, missing, plain

Times = np.ndarray[Any, np.dtype[np.datetime64]]

_CLOCK = (
    r"(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"\s*(?P<ap>[AaPp][Mm])?\s*(?P<z>Z|z|UTC|GMT|[+-][01]\d:?(?:[0-5]\d)?)?"
)
_LAYOUTS = (
    rf"^(?P<y>\d{{4}})(?P<sep>[-/.])(?P<mo>\d{{1,2}})[-/.](?P<d>\d{{1,2}})(?:[Tt\s]\s*{_CLOCK})?$",
    r"^(?P<y>\d{4})(?P<mo>\d{2})(?P<d>\d{2})"
    r"(?:[Tt ]?(?P<h>\d{2})(?P<mi>\d{2})(?P<s>\d{2})(?P<z>[Zz])?)?$",
)
_EPOCH = r"^\d{9,10}(\.\d+)?$|^\d{12,13}(\.\d+)?$|^\d{15,16}$|^\d{18,19}$"
_EXCEL_DAY = r"^\d{5}(\.\d+)?$"
_DAY_OR_MONTH_FIRST = r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b"
_UNITS = {9: 1e6, 10: 1e6, 12: 1e3, 13: 1e3, 15: 1.0, 16: 1.0, 18: 1e-3, 19: 1e-3}
_EXCEL_EPOCH = np.datetime64("1899-12-30", "us")
# The first day of 1970 is what a lost time looks like after a conversion.
_EARLIEST = np.datetime64("1970-01-02", "us")


@dataclass(frozen=True)
class Clock:
    """How a source writes times: its zone, the shop's, a format, and whether it is Excel."""

    zone: str
    shop: str
    time_format: str | None = None
    excel: bool = False


@dataclass
class _Parsed:
    time: Times
    absolute: Mask  # known to the instant: an offset was given, or the value counts from 1970
    date_only: Mask


def times(cells: pa.Array, clock: Clock, faults: Faults, field: str) -> Times:
    """Naive times on the shop's clock in microseconds, NaT where missing or faulty."""
    found = _typed(cells) or _written(cells, clock, faults, field)
    latest = np.datetime64(datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1), "us")
    faults.mark(found.time < _EARLIEST, field, "time before 1970-01-02")
    faults.mark(found.time > latest, field, "time in the future")
    found.time[(found.time < _EARLIEST) | (found.time > latest)] = np.datetime64("NaT")
    return _on_shop_clock(found, clock)


def dates(cells: pa.Array, clock: Clock, faults: Faults, field: str) -> list[str | None]:
    """Dates as ISO text, from the same ways of writing; any year is possible."""
    found = _typed(cells) or _written(cells, clock, faults, field)
    days = found.time.astype("datetime64[D]")
    return [None if np.isnat(day) else str(day) for day in days]


def _typed(cells: pa.Array) -> _Parsed | None:
    kind = cells.type
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        return None
    absolute = pa.types.is_timestamp(kind) and kind.tz is not None
    micros = pc.cast(
        pc.cast(cells, pa.timestamp("us", getattr(kind, "tz", None)), safe=False), pa.int64()
    )
    values = np.array(micros.fill_null(0).to_numpy(zero_copy_only=False)).astype("datetime64[us]")
    values[missing(cells)] = np.datetime64("NaT")
    size = len(cells)
    return _Parsed(values, np.full(size, absolute), np.full(size, pa.types.is_date(kind)))


def _written(cells: pa.Array, clock: Clock, faults: Faults, field: str) -> _Parsed:
    text = plain(cells)
    found = _by_format(text, clock.time_format) if clock.time_format else _by_layout(text, clock)
    unread = np.isnat(found.time) & ~missing(text)
    if not clock.time_format:
        unclear = mask(pc.match_substring_regex(text, _DAY_OR_MONTH_FIRST))
        faults.mark(unread & unclear, field, "day or month first? name the time_format")
    faults.mark(unread, field, "not a time")
    return found


def _by_format(text: pa.Array, time_format: str) -> _Parsed:
    aware = "%z" in time_format
    parsed = pd.to_datetime(
        pd.Series(text.to_pylist(), dtype="str"), format=time_format, errors="coerce", utc=aware
    )
    naive = parsed.dt.tz_localize(None) if aware else parsed
    size = len(text)
    values = naive.to_numpy().astype("datetime64[us]")
    return _Parsed(
        values,
        np.full(size, aware),
        np.full(size, "%H" not in time_format and "%I" not in time_format),
    )


def _by_layout(text: pa.Array, clock: Clock) -> _Parsed:
    text = pc.replace_substring_regex(text, "[年月]", "-")
    text = pc.utf8_trim_whitespace(pc.replace_substring(text, "日", " "))
    size = len(text)
    found = _Parsed(
        np.full(size, np.datetime64("NaT"), "datetime64[us]"),
        np.zeros(size, bool),
        np.zeros(size, bool),
    )
    for layout in _LAYOUTS:
        _fill_from_layout(found, text, layout)
    _fill_from_epoch(found, text)
    if clock.excel:
        days = _floats(text, _EXCEL_DAY)
        _fill(found, _EXCEL_EPOCH + _micros(days * 86_400e6), ~np.isnan(days))
    return found


def _fill_from_layout(found: _Parsed, text: pa.Array, layout: str) -> None:
    parts = pc.extract_regex(text, layout)
    matched = ~missing(parts)
    have = {field.name for field in parts.type}

    def part(name: str) -> pa.Array:
        return parts.field(name) if name in have else pa.nulls(len(text), pa.string())

    year, month, day, hour, minute, second = (
        _integers(part(name)) for name in ("y", "mo", "d", "h", "mi", "s")
    )
    hour, half_day_fits = _full_hours(hour, part("ap"))
    first = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
    days = first.astype("datetime64[D]") + (day - 1)
    possible = (
        (year > 0) & (month >= 1) & (month <= 12) & (days.astype("datetime64[M]") == first)
        & (hour < 24) & (minute < 60) & (second < 60) & half_day_fits
    )  # fmt: skip
    micros = (hour * 3600 + minute * 60 + second) * 1_000_000 + _fraction(part("f"))
    offset, has_offset = _offset(part("z"))
    values = days.astype("datetime64[us]") + micros.astype("timedelta64[us]") - offset
    clocked = ~missing(pc.if_else(pc.equal(part("h"), ""), None, part("h")))
    usable = matched & possible
    _fill(found, values, usable, has_offset, ~clocked)


def _fill_from_epoch(found: _Parsed, text: pa.Array) -> None:
    numbers = _floats(text, _EPOCH)
    digits = pc.utf8_length(pc.replace_substring_regex(text, r"\..*$", ""))
    lengths = np.array(digits.fill_null(0).to_numpy(zero_copy_only=False))
    unit = np.array([_UNITS.get(int(n), np.nan) for n in range(20)])[np.clip(lengths, 0, 19)]
    known = ~np.isnan(numbers) & ~np.isnan(unit)
    values = np.datetime64(0, "us") + _micros(np.where(known, numbers * unit, 0))
    _fill(found, values, known, absolute=np.ones(len(text), bool))


def _fill(
    found: _Parsed,
    values: Times,
    usable: Mask,
    absolute: Mask | None = None,
    date_only: Mask | None = None,
) -> None:
    new = usable & np.isnat(found.time)
    found.time[new] = values[new]
    for target, given in ((found.absolute, absolute), (found.date_only, date_only)):
        if given is not None:
            target[new] = given[new]


def _on_shop_clock(found: _Parsed, clock: Clock) -> Times:
    local = ~found.absolute & ~found.date_only
    result = found.time.copy()
    result[found.absolute] = _converted(found.time[found.absolute], "UTC", clock.shop)
    if clock.zone != clock.shop:
        result[local] = _converted(found.time[local], clock.zone, clock.shop)
    return result


def _converted(values: Times, zone: str, shop: str) -> Times:
    index = pd.DatetimeIndex(values)
    first = np.ones(len(index), dtype=bool)
    placed = index.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
    return placed.tz_convert(shop).tz_localize(None).to_numpy().astype("datetime64[us]")


def _integers(part: pa.Array) -> np.ndarray[Any, Any]:
    given = pc.if_else(pc.equal(part, ""), None, part)
    return np.array(pc.cast(given, pa.int64()).fill_null(0).to_numpy(zero_copy_only=False))


def _full_hours(hour: np.ndarray[Any, Any], half: pa.Array) -> tuple[np.ndarray[Any, Any], Mask]:
    half = pc.utf8_lower(half)
    morning, evening = mask(pc.equal(half, "am")), mask(pc.equal(half, "pm"))
    full = np.where(morning | evening, hour % 12 + 12 * evening, hour)
    return full, ~(morning | evening) | ((hour >= 1) & (hour <= 12))


def _fraction(part: pa.Array) -> np.ndarray[Any, Any]:
    padded = pc.utf8_slice_codeunits(pc.utf8_rpad(part.fill_null(""), 6, "0"), 0, 6)
    return np.array(pc.cast(padded, pa.int64()).to_numpy(zero_copy_only=False))


def _offset(part: pa.Array) -> tuple[np.ndarray[Any, Any], Mask]:
    given = mask(pc.not_equal(part.fill_null(""), ""))
    pieces = pc.extract_regex(part.fill_null(""), r"^(?P<sign>[+-])(?P<h>\d{2}):?(?P<m>\d{2})?$")
    minutes = _integers(pieces.field("h")) * 60 + _integers(pieces.field("m"))
    minutes[missing(pieces)] = 0
    sign = np.where(mask(pc.equal(pieces.field("sign"), "-")), -1, 1)
    return (sign * minutes * 60_000_000).astype("timedelta64[us]"), given


def _floats(text: pa.Array, pattern: str) -> np.ndarray[Any, Any]:
    matched = pc.if_else(
        pc.match_substring_regex(text, pattern), text, pa.scalar(None, pa.string())
    )
    return np.array(pc.cast(matched, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _micros(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    whole: np.ndarray[Any, Any] = np.round(np.nan_to_num(values)).astype("int64")
    return whole.astype("timedelta64[us]")
