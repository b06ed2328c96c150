"""How an audience bought over time: per calendar month or ISO week of the data.

An order, what was paid for it and what was given back belong to the day on which it began, as in
the facts: over all periods orders and spend add up to those of the audience.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import pandas as pd

from agent.ask.sides import offer_audience
from agent.data.warehouse import Warehouse
from agent.settings import Language
from agent.vocabulary import Term, Vocabulary
from agent.words import value_words

Every = Literal["month", "week"]
TrendMeasure = Literal["customers", "orders", "spend"]
MOST_PERIODS = 24


@dataclass(frozen=True)
class Point:
    """One period: `2017-03` or `2017-W09`, its first and last calendar day as ISO text.

    customers: those with an order that began in it. spend: paid less refunds. partial: the days
    that are looked at begin or end within it.
    """

    period: str
    since: str
    until: str
    partial: bool
    customers: int
    orders: int
    spend: float


@dataclass(frozen=True)
class Trend:
    """All periods of the days that are looked at. `measure`: what is asked for."""

    every: Every
    measure: TrendMeasure
    points: list[Point]


_POINTS = """
SELECT date_trunc('{every}', day)::DATE AS since,
       count(DISTINCT customer) FILTER (bought) AS customers,
       count(*) FILTER (bought) AS orders, sum(paid) AS spend
FROM customer_orders SEMI JOIN audience USING (customer) {holding}
WHERE day BETWEEN DATE '{first}' AND DATE '{last}' GROUP BY 1
"""


def trend(
    warehouse: Warehouse,
    audience: Sequence[str],
    every: Every = "month",
    measure: TrendMeasure = "orders",
    since: date | None = None,
    until: date | None = None,
    holding: pd.DataFrame | None = None,
) -> Trend:
    """Active customers, orders and spend of an audience in each period; 0 where nobody bought.

    Looked at are the days from the first to the last event of the data, those of anybody; if given,
    only from `since` and to `until`. holding: customer and order_id of the orders that count.
    """
    offer_audience(warehouse, audience)
    only = ""
    if holding is not None:
        warehouse.register("holding", holding)
        only = "SEMI JOIN holding USING (customer, order_id)"
    begin, end = _span(warehouse)
    first, last = max(begin, since or begin), min(end, until or end)
    rows = warehouse.frame(_POINTS.format(every=every, first=first, last=last, holding=only))
    found = {row["since"].date(): row for row in rows.to_dict("records")}
    nothing = {"customers": 0, "orders": 0, "spend": 0.0}
    points = [
        Point(
            period=_name(since, every),
            since=since.isoformat(),
            until=until.isoformat(),
            partial=since < first or until > last,
            customers=int(row["customers"]),
            orders=int(row["orders"]),
            spend=float(row["spend"]),
        )
        for since, until in _periods(first, last, every)
        for row in [found.get(since, nothing)]
    ]
    return Trend(every, measure, points)


def _span(warehouse: Warehouse) -> tuple[date, date]:
    """The days of the first and the last event of anybody."""
    days = warehouse.frame("SELECT min(time)::DATE AS first, max(time)::DATE AS last FROM events")
    return days["first"][0].date(), days["last"][0].date()


def _periods(first: date, last: date, every: Every) -> Iterator[tuple[date, date]]:
    """First and last day of each period that holds a day from `first` to `last`."""
    since = first.replace(day=1) if every == "month" else first - timedelta(first.weekday())
    while since <= last:
        length = 7 if every == "week" else 32
        after = since + timedelta(length)
        after = after.replace(day=1) if every == "month" else after
        yield since, after - timedelta(1)
        since = after


def _name(since: date, every: Every) -> str:
    if every == "month":
        return since.isoformat()[:7]
    year, week, _ = since.isocalendar()
    return f"{year}-W{week:02}"


_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "month": "by month",
        "week": "by week",
        "head": "{measure} {every}: {points}.",
        "long": "{measure} {every}, {count:,} periods from {first} to {last}.",
        "point": "{} {}",
        "partial": "{} {} (partial)",
        "stop": "; ",
        "sum": " Of the whole periods most in {top} ({most}), least in {low} ({least})",
        "change": "; {sign}{change} from {first} to {last}",
        "end": ".",
    },
    "zh": {
        "month": "按月",
        "week": "按周",
        "head": "{every}{measure}：{points}。",
        "long": "{every}{measure}，从{first}到{last}共{count:,}期。",
        "point": "{} {}",
        "partial": "{} {}（不完整）",
        "stop": "；",
        "sum": "完整的各期中，{top}最高（{most}），{low}最低（{least}）",
        "change": "；{first}到{last}变化{sign}{change}",
        "end": "。",
    },
}
_CUSTOMERS = Term("customers", "active customers", "活跃顾客数", "customers", numeric=True)
_SHARE = Term("share", "share", "占比", "share", numeric=True)


def trend_words(result: Trend, language: Language, vocabulary: Vocabulary) -> str:
    """Each period where they are few; the highest and the lowest whole one, and the change."""
    say = _WORDS[language]
    term = _CUSTOMERS if result.measure == "customers" else vocabulary.field(result.measure)
    names = {"measure": term.label(language), "every": say[result.every]}
    if len(result.points) > MOST_PERIODS:
        ends = {"first": result.points[0].period, "last": result.points[-1].period}
        text = say["long"].format(count=len(result.points), **ends, **names)
    else:
        points = [
            say["partial" if one.partial else "point"].format(
                one.period, value_words(_value(one, result), term, language)
            )
            for one in result.points
        ]
        text = say["head"].format(points=say["stop"].join(points), **names)
    text = text[:1].upper() + text[1:]
    return text + _summary(result, term, language)


def _value(point: Point, result: Trend) -> float:
    return {"customers": point.customers, "orders": point.orders, "spend": point.spend}[
        result.measure
    ]


def _summary(result: Trend, term: Term, language: Language) -> str:
    say = _WORDS[language]
    whole = [point for point in result.points if not point.partial]
    if len(whole) < 2:
        return ""
    top = max(whole, key=lambda point: _value(point, result))
    low = min(whole, key=lambda point: _value(point, result))
    most, least = (value_words(_value(point, result), term, language) for point in (top, low))
    text = say["sum"].format(top=top.period, most=most, low=low.period, least=least)
    before, after = _value(whole[0], result), _value(whole[-1], result)
    if before > 0:
        change = value_words(abs(after / before - 1), _SHARE, language)
        sign = "+" if after >= before else "-"
        ends = {"first": whole[0].period, "last": whole[-1].period}
        text += say["change"].format(sign=sign, change=change, **ends)
    return text + say["end"]
