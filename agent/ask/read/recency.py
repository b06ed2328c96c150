"""When somebody ordered last, or not at all: "no order for 60 days", "12月没下过单"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from agent.ask.read import lexicon
from agent.ask.read.dates import Window
from agent.ask.read.reading import Link, Reading, to_days
from agent.conditions import Compare


def silences(reading: Reading) -> Iterator[Link]:
    """ "no order in the last 60 days", "60天没有下单"."""
    for match in lexicon.SILENT.finditer(reading.rest):
        more = "more than" in match[0] or match["over"]
        condition = Compare(
            field="days_since_last_order", op=">" if more else ">=", value=to_days(match)
        )
        reading.take(*match.span())
        yield Link(*match.span(), condition)


def recent_orders(reading: Reading) -> Iterator[Link]:
    """ "ordered in the last 30 days", "no orders in December", "自10月起没下过单"."""
    for window in reading.windows:
        before = lexicon.RECENT.search(reading.rest[: window.start])
        behind = lexicon.RECENT_ZH.match(reading.rest, window.end)
        if not (before or behind):
            continue
        start = before.start() if before else window.start
        end = behind.end() if behind else window.end
        negative = bool(behind and behind["not"])
        yield reading.link(start, end, _ordered(window, negative))


def _ordered(window: Window, negative: bool) -> Compare:
    """Whether there was an order in a span of days; of the last N days the recency tells it."""
    if window.last_days and negative:
        return Compare(field="days_since_last_order", op=">=", value=window.last_days)
    if window.last_days:
        return Compare(field="days_since_last_order", op="<", value=window.last_days)
    if negative:
        return Compare(field="orders", op="=", value=0, **window.as_span())
    return Compare(field="orders", op=">=", value=1, **window.as_span())


def no_orders(reading: Reading) -> Iterator[Link]:
    """ "… but not at all in December", "近30天一单都没下": no order on those days."""
    found = [_no_order(reading, window) for window in reading.windows]
    yield from (link for link in found if link is not None)


def _no_order(reading: Reading, window: Window) -> Link | None:
    behind = lexicon.NO_ORDER_ZH.match(reading.rest, window.end)
    before = lexicon.NO_ORDER_EN.search(reading.rest[: window.start])
    said = lexicon.ORDER_VERB.search(reading.text[: window.start])
    if not behind and not (before and said):
        return None
    start = before.start() if before and not behind else window.start
    end = behind.end() if behind else window.end
    reading.take(start, end)
    return Link(start, end, Compare(field="orders", op="=", value=0, **window.as_span()))


def firsts_and_lasts(reading: Reading) -> Iterator[Link]:
    """ "joined in the last 6 months", "last ordered before October": days up to the as-of date."""
    for window in reading.windows:
        for field, pattern in lexicon.FIRST_OR_LAST.items():
            said = pattern.search(reading.rest[: window.start])
            if said is not None:
                condition = _days_within(field, window, reading.as_of)
                yield reading.link(said.start(), window.end, condition)
                break


def _days_within(field: str, window: Window, as_of: date) -> Compare:
    """The days since an order as a comparison: the older the day, the greater the number."""
    if window.last_days:
        return Compare(field=field, op="<", value=window.last_days)
    least = (as_of - window.until).days if window.until and window.until < as_of else None
    most = (as_of - window.since).days if window.since else None
    if least is None:
        return Compare(field=field, op="<=", value=most or 0)
    if most is None:
        return Compare(field=field, op=">=", value=least)
    return Compare(field=field, op="between", value=least, to=most)
