"""A figure over the days that a question says beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any

from agent.ask.read import lexicon
from agent.ask.read.dates import Window
from agent.ask.read.reading import Reading
from agent.conditions import WINDOWED

_NEXT = re.compile(r"[,，、]")
_LAST_WORDS = re.compile(r"\s*(?:的|[。?？!！)]|$|有?多少|有几)")


@dataclass(frozen=True)
class Dated:
    """A field with the span of the question that names it, and the days that it is asked of."""

    field: str
    start: int
    end: int
    days: dict[str, Any] = default(default_factory=dict)
    windowed: bool = False


def dated_by(field: str, start: int, end: int, reading: Reading) -> Dated:
    """The field over the window beside a span, if there is one that it can be asked of."""
    window = _said_with(reading, start, end)
    if window is None or field not in WINDOWED:
        return Dated(field, start, end)
    reading.take(window.start, window.end)
    start, end = min(start, window.start), max(end, window.end)
    if known := lexicon.WINDOWED.get((field, window.last_days or 0)):
        return Dated(known, start, end, windowed=True)
    return Dated(field, start, end, window.as_span(), windowed=True)


def _said_with(reading: Reading, start: int, end: int) -> Window | None:
    """The days of a figure: English says them behind, Chinese in front."""
    behind = reading.window_behind(end)
    if reading.language == "en":
        return behind or reading.window_before(start)
    if (
        behind
        and _NEXT.search(reading.rest[end : behind.start])
        and not _LAST_WORDS.match(reading.rest, behind.end)
    ):
        behind = None  # a comma, days and more words: the days of what comes next
    return reading.window_before(start) or behind
