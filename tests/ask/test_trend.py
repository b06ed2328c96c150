"""Periods against pandas on the shop's rows, and sums on random orders with returns."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agent.ask.trend import Every, Point, Trend, trend, trend_words
from agent.data.warehouse import Warehouse
from tests.ask.conftest import Shop
from tests.ask.data import Data, open_data


@pytest.fixture(scope="module")
def data(shop: Shop) -> Iterator[Data]:
    with open_data(shop) as opened:
        yield opened


def gold(data: Data, audience: list[str], every: Every) -> dict[str, tuple[int, int, float]]:
    """Period -> customers, orders, spend."""
    orders = data.truth.by_order[data.truth.by_order["who"].isin(audience)]
    days = pd.to_datetime(orders["day"])
    period = days.dt.strftime("%Y-%m" if every == "month" else "%G-W%V")
    return {
        str(name): (mine["who"].nunique(), len(mine), float(mine["paid"].sum()))
        for name, mine in orders.groupby(period)
    }


@pytest.mark.parametrize("every", ["month", "week"])
def test_periods_are_those_of_pandas(data: Data, every: Every) -> None:
    wine = sorted(data.truth.bought("WINE").index)
    found = trend(data.warehouse, wine, every, "spend")
    expected = gold(data, wine, every)
    assert set(expected) <= {point.period for point in found.points}
    for point in found.points:
        customers, orders, spend = expected.get(point.period, (0, 0, 0.0))
        assert (point.customers, point.orders) == (customers, orders)
        assert point.spend == pytest.approx(spend)
    assert (found.every, found.measure) == (every, "spend")


@pytest.mark.parametrize("every", ["month", "week"])
def test_periods_follow_each_other_over_all_days_of_the_data(data: Data, every: Every) -> None:
    """Those of everybody's events, although this customer alone ordered on few days."""
    points = trend(data.warehouse, ["c001"], every).points
    first, last = data.truth.by_order["day"].min(), data.truth.by_order["day"].max()
    assert points[0].since <= first <= points[0].until
    assert points[-1].since <= last <= points[-1].until
    for one, other in pairwise(points):
        assert date.fromisoformat(one.until) + timedelta(1) == date.fromisoformat(other.since)
    assert [point.partial for point in points] == [
        point.since < first or point.until > last for point in points
    ]
    assert any(point.orders == 0 for point in points)


def test_only_some_days_count(data: Data) -> None:
    """A window that begins or ends within a period counts those days of it alone."""
    everyone = list(data.facts.index)
    points = trend(
        data.warehouse, everyone, since=date(2024, 4, 10), until=date(2024, 5, 31)
    ).points
    orders = data.truth.by_order
    april = orders[(orders["day"] >= "2024-04-10") & (orders["day"] <= "2024-04-30")]
    may = orders[orders["day"].str[:7] == "2024-05"]
    assert [(p.period, p.partial, p.orders) for p in points] == [
        ("2024-04", True, len(april)),
        ("2024-05", False, len(may)),
    ]
    assert points[0].spend == pytest.approx(april["paid"].sum())
    assert trend(data.warehouse, everyone, since=date(1999, 1, 1)) == trend(
        data.warehouse, everyone
    )
    assert trend(data.warehouse, everyone, since=date(2030, 1, 1)).points == []


def test_an_audience_of_nobody_has_every_period_with_nothing(data: Data) -> None:
    points = trend(data.warehouse, []).points
    assert len(points) == len(trend(data.warehouse, ["c001"]).points)
    assert {(p.customers, p.orders, p.spend) for p in points} == {(0, 0, 0.0)}


def write_events(folder: Path, rows: list[dict[str, Any]]) -> Warehouse:
    money, text = pa.decimal128(18, 4), pa.string()
    columns = {"customer": text, "time": pa.timestamp("us"), "kind": text, "order_id": text}
    columns |= {"product": text, "quantity": pa.float64(), "amount": money}
    columns |= {"discount": money, "coupon_discount": money, "channel": text}
    path = folder / "events" / "bucket=0000" / "events.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows, pa.schema(columns)), path)
    return Warehouse(folder / "events", folder / "products.parquet", date(2025, 3, 2))


def event(customer: str, order: str, time: str, amount: str, kind: str = "purchase") -> Any:
    return {
        **{"customer": customer, "time": datetime.fromisoformat(time), "kind": kind},
        **{"order_id": order, "amount": Decimal(amount)},
    }


def test_an_order_belongs_to_the_day_on_which_it_began(tmp_path: Path) -> None:
    rows = [
        event("a", "1", "2024-12-31T23:50", "10"),
        event("a", "1", "2025-01-01T00:10", "5.50"),  # the same order, past midnight
        event("a", "1", "2025-02-03T10:00", "-4", "return"),  # given back a month later
        event("b", "2", "2025-02-10T10:00", "7"),
        event("b", "3", "2025-02-11T10:00", "100"),
        event("b", "3", "2025-02-12T10:00", "0", "cancel"),
        event("c", "4", "2024-12-05T10:00", "1000"),  # not of the audience
        event("b", "9", "2025-03-01T10:00", "-2", "return"),  # of an order before these data
    ]
    with write_events(tmp_path, rows) as warehouse:
        points = trend(warehouse, ["a", "b"]).points
        weeks = trend(warehouse, ["a", "b"], "week").points
    assert [(p.period, p.partial, p.customers, p.orders, p.spend) for p in points] == [
        ("2024-12", True, 1, 1, 11.5),
        ("2025-01", False, 0, 0, 0.0),
        ("2025-02", False, 1, 1, 7.0),
        ("2025-03", True, 0, 0, -2.0),
    ]
    assert (weeks[0].period, weeks[0].since) == ("2024-W49", "2024-12-02")
    # The year of an ISO week is that of its Thursday.
    assert [p.period for p in weeks if p.orders] == ["2025-W01", "2025-W07"]
    assert [p.partial for p in weeks] == [True, *[False] * 11, True]


@pytest.mark.parametrize("seed", range(4))
def test_periods_add_up_to_all_orders_and_spend(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    rows, spend, orders = [], Decimal(0), 0
    audience = [f"c{number}" for number in range(0, 30, 2)]
    for number in range(400):
        who = f"c{draw.randrange(30)}"
        start = datetime(2023, 11, 20) + timedelta(minutes=draw.randrange(450 * 24 * 60))
        for _ in range(draw.randint(1, 3)):
            amount = Decimal(draw.randrange(1, 20_000)) / 100
            at = (start + timedelta(minutes=draw.randrange(90))).isoformat()
            rows.append(event(who, f"o{number}", at, str(amount)))
            spend += amount if who in audience else 0
        if draw.random() < 0.2:
            at = (start + timedelta(days=draw.randrange(1, 40))).isoformat()
            rows.append(event(who, f"o{number}", at, "-0.99", "return"))
            spend -= Decimal("0.99") if who in audience and at < "2025-03-03" else 0
        orders += who in audience
    with write_events(tmp_path, rows) as warehouse:
        for every in ("month", "week"):
            points = trend(warehouse, audience, every).points
            assert sum(point.orders for point in points) == orders
            assert sum(point.spend for point in points) == pytest.approx(float(spend), abs=1e-6)
            assert all(point.customers <= min(point.orders, len(audience)) for point in points)


def test_json_can_hold_it(data: Data) -> None:
    printed = json.loads(json.dumps(asdict(trend(data.warehouse, ["c001"])), allow_nan=False))
    assert set(printed) == {"every", "measure", "points"}
    assert set(printed["points"][0]) == {
        *("period", "since", "until", "partial", "customers", "orders", "spend")
    }


def months(measure: Any, *orders: int, partial: tuple[int, ...] = ()) -> Trend:
    points = [
        Point(f"2017-{n:02}", f"2017-{n:02}-01", "", n in partial, count // 2, count, count * 2.5)
        for n, count in enumerate(orders, start=1)
    ]
    return Trend("month", measure, points)


WORDS = [
    (
        months("orders", 3, 1200, 900, 1020, partial=(1,)),
        "Orders by month: 2017-01 3 (partial); 2017-02 1,200; 2017-03 900; 2017-04 1,020. Of the "
        "whole periods most in 2017-02 (1,200), least in 2017-03 (900); -15% from 2017-02 to "
        "2017-04.",
        "按月订单数：2017-01 3（不完整）；2017-02 1,200；2017-03 900；2017-04 1,020。完整的各期中，"
        "2017-02最高（1,200），2017-03最低（900）；2017-02到2017-04变化-15%。",
    ),
    (
        months("spend", 0, 3),
        "Spend by month: 2017-01 0; 2017-02 7.5. Of the whole periods most in 2017-02 (7.5), "
        "least in 2017-01 (0).",
        "按月消费金额：2017-01 0；2017-02 7.5。"
        "完整的各期中，2017-02最高（7.5），2017-01最低（0）。",
    ),
    (
        months("customers", 8, partial=(1,)),
        "Active customers by month: 2017-01 4 (partial).",
        "按月活跃顾客数：2017-01 4（不完整）。",
    ),
]


@pytest.mark.parametrize(("found", "english", "chinese"), WORDS)
def test_a_trend_in_words(data: Data, found: Trend, english: str, chinese: str) -> None:
    assert trend_words(found, "en", data.vocabulary) == english
    assert trend_words(found, "zh", data.vocabulary) == chinese


def test_many_periods_are_told_by_their_ends(data: Data) -> None:
    found = trend(data.warehouse, list(data.facts.index), "week")
    words = trend_words(found, "en", data.vocabulary)
    ends = f"{found.points[0].period} to {found.points[-1].period}"
    assert words.startswith(f"Orders by week, {len(found.points)} periods from {ends}.")
