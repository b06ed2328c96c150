"""Purchase facts of small shops whose answers were worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zlib import crc32

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.data.warehouse import Warehouse
from agent.facts.affinity import compute_affinities
from agent.facts.purchase import compute_facts

AS_OF = date(2024, 6, 30)  # a Sunday
MONEY = pa.decimal128(18, 4)
TEXT, NUMBER = pa.string(), pa.float64()
EVENTS = pa.schema(
    {
        **{"customer": TEXT, "time": pa.timestamp("us"), "kind": TEXT, "order_id": TEXT},
        **{"product": TEXT, "quantity": NUMBER, "amount": MONEY, "discount": MONEY},
        **{"coupon_discount": MONEY, "channel": TEXT, "text": TEXT, "rating": NUMBER},
        **{"event_id": pa.int64()},
    }
)
LEVELS = ("product", "name", "department", "category", "type", "brand", "size")
PRODUCTS = pa.schema(dict.fromkeys(LEVELS, TEXT) | {"price": MONEY})
CATALOGUE: list[Event] = [
    {"product": "m1", "category": "MILK", "department": "GROCERY"},
    {"product": "b1", "category": "BREAD", "department": "GROCERY"},
    {"product": "b2", "category": "BREAD", "department": "GROCERY"},
    {"product": "p1", "category": "PENS", "department": "OFFICE"},
    {"product": "x1", "category": None, "department": None},
]

Event = dict[str, Any]


def at(age: int, clock: str = "12:00:00") -> datetime:
    """That time of the day `age` days before the as-of date."""
    return datetime.fromisoformat(f"{AS_OF - timedelta(days=age)} {clock}")


def event(kind: str, time: datetime, customer: str = "ann", **more: Any) -> Event:
    return {"customer": customer, "time": time, "kind": kind, **more}


def bought(
    order: str | None, time: datetime, amount: str, product: str = "m1", **more: Any
) -> Event:
    return event("purchase", time, order_id=order, product=product, amount=amount, **more)


def returned(order: str | None, time: datetime, amount: str, product: str = "m1") -> Event:
    return event("return", time, order_id=order, product=product, amount=amount)


def write(home: Path, events: Sequence[Event], buckets: int = 1) -> None:
    """The shop as the store keeps it: a customer's events in one bucket."""
    for bucket in range(buckets):
        folder = home / "events" / f"bucket={bucket:04}"
        folder.mkdir(parents=True)
        rows = [row for row in events if crc32(row["customer"].encode()) % buckets == bucket]
        pq.write_table(_table(rows, EVENTS), folder / "events.parquet")
    pq.write_table(_table(CATALOGUE, PRODUCTS), home / "products.parquet")


def _table(rows: Sequence[Event], schema: pa.Schema) -> pa.Table:
    money = [field.name for field in schema if field.type == MONEY]
    full: list[Event] = [{name: row.get(name) for name in schema.names} for row in rows]
    for row in full:
        row.update((name, Decimal(row[name])) for name in money if row[name] is not None)
    return pa.Table.from_pylist(full, schema)


def compute(home: Path, as_of: date = AS_OF) -> tuple[pd.DataFrame, pd.DataFrame]:
    with Warehouse(home / "events", home / "products.parquet", as_of) as warehouse:
        return compute_facts(warehouse), compute_affinities(warehouse)


def facts_of(home: Path, *events: Event, as_of: date = AS_OF) -> pd.DataFrame:
    write(home, events)
    return compute(home, as_of)[0].set_index("customer")


def one(home: Path, *events: Event) -> dict[str, Any]:
    """The facts of the only customer, unknown ones as None."""
    facts = facts_of(home, *events)
    (row,) = facts.astype(object).where(facts.notna(), None).to_dict("records")
    return {str(name): value for name, value in row.items()}


def part(facts: dict[str, Any], *names: str) -> list[Any]:
    return [facts[name] for name in names]


def test_orders_money_and_habits(tmp_path: Path) -> None:
    facts = one(
        tmp_path,
        bought("k1", at(29, "09:30:00"), "3.10", discount="1.00"),  # a Saturday
        bought("k1", at(29, "09:30:00"), "2.10", "b1"),
        bought("k2", at(19, "17:00:00"), "5.00", coupon_discount="0.50"),  # a Tuesday
        bought("k3", at(16, "16:59:59"), "10.00"),  # a Friday
    )
    assert part(facts, "orders", "spend", "average_order_value") == [3, 20.2, 20.2 / 3]
    assert part(facts, "days_since_last_order", "tenure_days", "usual_gap_days") == [16, 29, 6.5]
    assert part(facts, "coupon_share", "weekend_share", "evening_share") == [1 / 3, 1 / 3, 1 / 3]
    assert facts["discount_share"] == pytest.approx(1.5 / 21.7, rel=1e-12)
    assert part(facts, "categories", "top_category", "top_department") == [2, "MILK", "GROCERY"]


def test_money_is_summed_as_decimals(tmp_path: Path) -> None:
    tenths = [bought("k1", at(1), "0.10") for _ in range(30)]
    assert one(tmp_path, *tenths)["spend"] == 3.0  # 30 floats of 0.1 give 3.0000000000000013


def test_order_windows_end_with_the_as_of_date(tmp_path: Path) -> None:
    last, first = "23:59:59", "00:00:00"
    days = [(0, last), (29, first), (30, last), (89, first), (90, last), (179, first), (180, last)]
    facts = one(
        tmp_path,
        *(bought(f"k{n}", at(*day), str(2**n)) for n, day in enumerate(days)),
    )
    assert part(facts, "orders_last_30d", "spend_last_30d") == [2, 1 + 2]
    assert part(facts, "orders_last_90d", "spend_last_90d") == [4, 1 + 2 + 4 + 8]
    assert facts["spend_trend"] == 15 / (16 + 32)
    assert part(facts, "tenure_days", "days_since_last_order") == [180, 0]
    assert facts["usual_gap_days"] == (1 + 29) / 2  # gaps 1, 89, 1, 59, 1, 29


@pytest.mark.parametrize("kind", ["view", "cart", "search"])
def test_behaviour_windows_end_with_the_as_of_date(tmp_path: Path, kind: str) -> None:
    facts = one(
        tmp_path,
        event(kind, at(0, "23:59:59"), text="pens"),
        event(kind, at(29, "00:00:00"), text="pens"),
        event(kind, at(30, "23:59:59"), text="pens"),
    )
    counted = part(facts, "views_last_30d", "carts_last_30d", "searches_last_30d")
    assert counted == [2 * (kind == name) for name in ("view", "cart", "search")]


def test_reviews_count_for_ever_and_ratings_where_given(tmp_path: Path) -> None:
    facts = one(
        tmp_path,
        event("review", at(0), rating=5.0),
        event("review", at(90), rating=4.0),
        event("review", at(400), text="fine"),
    )
    assert part(facts, "reviews", "average_rating") == [3, 4.5]


def test_the_average_rating_is_the_same_in_any_order_of_lines(tmp_path: Path) -> None:
    reviews = [event("review", at(n), rating=rating) for n, rating in enumerate([0.1, 0.2, 0.3])]
    there, back = one(tmp_path / "there", *reviews), one(tmp_path / "back", *reversed(reviews))
    assert there["average_rating"] == back["average_rating"] == pytest.approx(0.2)


def test_one_order_has_no_gap_and_no_trend(tmp_path: Path) -> None:
    facts = one(tmp_path, bought("k1", at(3), "8"))
    assert part(facts, "orders", "spend_trend", "usual_gap_days") == [1, None, None]
    assert part(facts, "days_since_last_order", "tenure_days") == [3, 3]


def test_a_visitor_without_an_order_has_zeros_and_unknowns(tmp_path: Path) -> None:
    facts = one(tmp_path, event("view", at(3), product="m1"))
    counted = ["orders", "spend", "orders_last_30d", "orders_last_90d", "spend_last_30d"]
    assert part(facts, *counted, "spend_last_90d", "returns", "categories") == [0] * 8
    dates = ["days_since_last_order", "tenure_days", "usual_gap_days", "average_order_value"]
    shares = ["coupon_share", "discount_share", "weekend_share", "evening_share", "spend_trend"]
    assert part(facts, *dates, *shares, "top_category", "top_department") == [None] * 11
    assert facts["views_last_30d"] == 1


def test_trend_is_unknown_without_spend_before_and_zero_without_spend_since(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        event("purchase", at(0), "new", order_id="k1", amount="5"),
        event("purchase", at(180), "back", order_id="k2", amount="5"),
        event("purchase", at(0), "back", order_id="k3", amount="5"),
        event("purchase", at(90), "gone", order_id="k4", amount="5"),
        event("purchase", at(0), "owed", order_id="k5", amount="5"),
        event("return", at(100), "owed", amount="-5"),
    )
    assert facts["spend_trend"].isna().to_dict() == {
        "new": True, "back": True, "gone": False, "owed": True,
    }  # fmt: skip
    assert facts.loc["gone", "spend_trend"] == 0


def test_an_order_across_midnight_belongs_to_the_day_it_began(tmp_path: Path) -> None:
    facts = one(
        tmp_path,
        bought("k1", at(1, "00:03:00"), "4", "b1"),  # Saturday
        bought("k1", at(2, "23:58:00"), "3"),  # Friday evening
        bought("k2", at(29, "00:03:00"), "4"),
        bought("k2", at(30, "23:58:00"), "3"),
    )
    assert part(facts, "orders", "days_since_last_order", "tenure_days") == [2, 2, 30]
    assert part(facts, "weekend_share", "evening_share", "usual_gap_days") == [0, 1, 28]
    assert part(facts, "orders_last_30d", "spend_last_30d", "spend_last_90d") == [1, 7, 14]


def test_events_after_the_as_of_date_are_ignored(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        bought("k1", at(21), "3"),
        bought("k2", at(20, "23:59:59"), "4"),
        bought("k3", at(19, "00:00:00"), "5"),
        returned("k1", at(10), "-3"),
        event("cancel", at(10), order_id="k2"),
        event("view", at(19), "later"),
        as_of=AS_OF - timedelta(days=20),
    )
    assert list(facts.index) == ["ann"]
    ann = facts.loc["ann"]
    assert list(ann[["orders", "spend", "returns", "days_since_last_order"]]) == [2, 7, 0, 0]


def test_products_without_a_category_or_a_catalogue_row_still_cost_money(tmp_path: Path) -> None:
    facts = one(
        tmp_path,
        bought("k1", at(3), "1", "x1"),
        bought("k2", at(2), "2", "not in the catalogue"),
        event("purchase", at(1), order_id="k3", amount="4"),
    )
    assert part(facts, "orders", "spend", "categories") == [3, 7, 0]
    assert part(facts, "top_category", "top_department") == [None, None]


def test_top_is_by_orders_then_spend_then_name(tmp_path: Path) -> None:
    def line(customer: str, order: str, product: str, amount: str) -> Event:
        return bought(order, at(5), amount, product, customer=customer)

    facts = facts_of(
        tmp_path,
        *(line("orders", order, "b1", "1") for order in ("k1", "k2")),
        *(line("orders", "k3", product, "90") for product in ("m1", "m1", "p1")),
        *(line("spend", "k4", product, "2") for product in ("b1", "b2", "p1")),
        *(line("name", "k5", product, "4") for product in ("p1", "m1", "b1")),
    )
    assert facts["top_category"].to_dict() == {"orders": "BREAD", "spend": "BREAD", "name": "BREAD"}
    assert facts.loc["orders", "top_department"] == "GROCERY"
    assert facts.loc["name", "top_department"] == "GROCERY"


def test_a_cancelled_order_never_happened(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        bought("k1", at(9), "3", "p1"),
        bought("k2", at(8), "4"),
        event("cancel", at(7), order_id="k1"),
        bought("k1", at(6), "7", customer="bob"),  # another customer's order of the same number
        bought("k3", at(5), "9", customer="cat"),
        event("cancel", at(5), "cat", order_id="k3"),
    )
    assert facts["orders"].to_dict() == {"ann": 1, "bob": 1, "cat": 0}
    assert facts["spend"].to_dict() == {"ann": 4, "bob": 7, "cat": 0}
    assert facts["top_category"].fillna("none").to_dict() == {
        "ann": "MILK", "bob": "MILK", "cat": "none",
    }  # fmt: skip
    assert facts["tenure_days"].fillna(-1).to_dict() == {"ann": 8, "bob": 6, "cat": -1}


def test_the_refund_of_a_cancelled_order_never_happened_either(tmp_path: Path) -> None:
    facts = one(
        tmp_path,
        bought("k1", at(9), "3"),
        returned("k1", at(8), "-3"),
        event("cancel", at(8), order_id="k1"),
    )
    assert part(facts, "orders", "spend", "spend_last_30d", "returns") == [0, 0, 0, 0]


def test_a_return_lowers_its_order_and_is_no_order(tmp_path: Path) -> None:
    facts = one(
        tmp_path,
        bought("k1", at(40), "20"),
        bought("k1", at(40), "10", "b1"),
        returned("k1", at(5), "-10", "b1"),
        returned("k1", at(4), "-5"),
    )
    assert part(facts, "orders", "spend", "average_order_value", "returns") == [1, 15, 15, 1]
    assert part(facts, "spend_last_30d", "spend_last_90d") == [0, 15]
    assert part(facts, "days_since_last_order", "categories") == [40, 2]


@pytest.mark.parametrize("order", [None, "before our records"])
def test_a_return_of_an_unknown_order_counts_on_its_own_day(
    tmp_path: Path, order: str | None
) -> None:
    facts = one(tmp_path, bought("k1", at(40), "30"), returned(order, at(5), "-10"))
    assert part(facts, "orders", "spend", "returns") == [1, 20, 1]
    assert part(facts, "spend_last_30d", "spend_last_90d") == [-10, 20]
    assert part(facts, "orders_last_30d", "days_since_last_order") == [0, 40]


def test_a_return_gives_its_discount_back(tmp_path: Path) -> None:
    facts = one(
        tmp_path,
        bought("k1", at(9), "10", discount="5"),
        bought("k2", at(8), "10", discount="5"),
        event("return", at(7), order_id="k2", product="m1", amount="-10", discount="-5"),
    )
    assert part(facts, "spend", "discount_share") == [10, 5 / 15]


def test_a_refund_lowers_the_spend_that_decides_a_tie(tmp_path: Path) -> None:
    facts = one(
        tmp_path,
        bought("k1", at(9), "30", "m1"),
        bought("k1", at(9), "20", "p1"),
        returned("k1", at(7), "-20", "m1"),
    )
    assert part(facts, "top_category", "top_department") == ["PENS", "OFFICE"]


def test_lines_without_an_order_number_are_one_order_a_moment(tmp_path: Path) -> None:
    facts = one(
        tmp_path,
        bought(None, at(10, "09:00:00"), "1"),
        bought(None, at(10, "09:00:00"), "2", "b1"),
        bought(None, at(10, "18:00:00"), "4"),
    )
    assert part(facts, "orders", "spend", "evening_share", "usual_gap_days") == [2, 7, 0.5, 0]


CENTS = st.integers(0, 9999).map(lambda cents: str(Decimal(cents) / 100))
TIMES = st.builds(at, st.integers(-5, 200), st.sampled_from(["08:15:00", "17:00:00", "23:59:59"]))
LINES = st.fixed_dictionaries(
    {
        "customer": st.sampled_from(["ann", "bob", "cat", "dan", "安娜"]),
        "time": TIMES,
        "kind": st.sampled_from(["purchase"] * 9 + ["return", "cancel", "view", "review"]),
        "order_id": st.sampled_from([None, *(f"k{n}" for n in range(12))]),
        "product": st.sampled_from([None, "m1", "b1", "b2", "p1", "x1", "?"]),
        "amount": CENTS,
        "discount": st.none() | CENTS,
        "coupon_discount": st.none() | CENTS,
        "rating": st.none() | st.sampled_from([0.1, 0.2, 0.3, 0.7, 4.9]),
    }
).map(lambda line: {**line, "amount": f"-{line['amount']}"} if line["kind"] == "return" else line)


@given(st.lists(LINES, min_size=1, max_size=80), st.integers(2, 7), st.randoms())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_order_of_lines_and_number_of_buckets_change_no_bit(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], buckets: int, random: Any
) -> None:
    home = tmp_path_factory.mktemp("home")
    write(home / "one", events)
    write(home / "many", random.sample(events, len(events)), buckets)
    for left, right in zip(compute(home / "one"), compute(home / "many"), strict=True):
        pd.testing.assert_frame_equal(left, right, check_exact=True)
