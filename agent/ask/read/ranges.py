"""Closed values that stand for ranges of numbers: "25-34", "65+", "Under 15K"."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

_RANGE = re.compile(
    r"(?P<under>under\s+|<\s*)?(?P<low>\d+)(?:\s*-\s*(?P<high>\d+))?(?P<k>k)?(?P<more>\+)?", re.I
)


def values_within(
    values: Sequence[str], op: str, number: float, to: float | None
) -> tuple[str, ...] | None:
    """The values inside a comparison; None if one lies half inside or is no range."""
    ranges = [value_range(value) for value in values]
    inside: list[str] = []
    low, high = _limits(op, number, to)
    if op in ("between", "<=") and high >= 1_000:  # "75 to 99K" is all of 75-99K
        high = next((s[1] for s in ranges if s and s[1] == high + 1_000), high)
    for value, span in zip(values, ranges, strict=True):
        if span is None:
            return None
        if low <= span[0] and span[1] <= high:
            inside.append(value)
        elif span[0] < high and low < span[1]:
            return None
    return tuple(inside)


def value_range(value: str) -> tuple[float, float] | None:
    """[from, up to) of a value; None if it is no range. "25-34": 25 up to 35; 15-24K: to 25,000."""
    match = _RANGE.fullmatch(value.strip())
    if match is None:
        return None
    factor = 1000 if match["k"] else 1
    low = int(match["low"]) * factor
    if match["under"]:
        return -math.inf, low
    if match["more"]:
        return low, math.inf
    return low, (int(match["high"] or match["low"]) + 1) * factor


def _limits(op: str, number: float, to: float | None) -> tuple[float, float]:
    """The comparison as [from, up to); numbers are whole, those of thousands as good as any."""
    one = 0 if number >= 1_000 else 1
    if op == "between" and to is not None:
        return number, to + (0 if to >= 1_000 else 1)
    return {
        ">=": (number, math.inf),
        ">": (number + one, math.inf),
        "<": (-math.inf, number),
        "<=": (-math.inf, number + one),
        "=": (number, number + 1),
    }[op]
