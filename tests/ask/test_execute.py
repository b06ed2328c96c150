"""What the executor finds on the arrays is what SQL finds in the store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.ask.execute import Executor
from agent.ask.query import query_from_json
from tests.ask.conftest import Shop
from tests.ask.data import Data, open_data
from tests.ask.shop import AGES, PRODUCTS

Json = dict[str, Any]
WINDOWS = st.sampled_from([{}, {"last_days": 30}, {"since": "2024-01-01", "until": "2024-03-31"}])


@pytest.fixture(scope="module")
def executor(shop: Shop) -> Iterator[Executor]:
    with Executor(shop.workspace) as opened:
        yield opened


@pytest.fixture(scope="module")
def data(shop: Shop) -> Iterator[Data]:
    with open_data(shop) as opened:
        yield opened


def _parts() -> st.SearchStrategy[Json]:
    bought = st.builds(
        lambda category, times, days: {"bought": [category.lower()], **times, **days},
        st.sampled_from(sorted({category for _, _, category in PRODUCTS.values()})),
        st.sampled_from([{}, {"at_least": 3}, {"at_most": 0}, {"at_least": 1, "at_most": 2}]),
        WINDOWS,
    )
    numbers = st.builds(
        lambda field, op, value, days: {"field": field, "op": op, "value": value, **days},
        st.sampled_from(["orders", "spend"]),
        st.sampled_from([">=", "<", "top_percent", "bottom_percent"]),
        st.sampled_from([0, 1, 5, 40, 100]),
        WINDOWS,
    )
    stated = st.sampled_from(
        [
            *({"field": "age", "op": op, "value": age} for op in ("=", "!=") for age in AGES),
            {"field": "average_order_value", "op": ">", "value": 30},
            {"field": "usual_gap_days", "op": "bottom_percent", "value": 25},
            {"field": "top_category", "op": "in", "value": ["WINE", "TEA"]},
        ]
    )
    tags = st.builds(
        lambda tag, least: {"tag": tag, **least},
        st.sampled_from(["pet_owner", "tea", "wine", "has_kids"]),
        st.sampled_from([{}, {"at_least": 0.3}, {"at_least": 0.9}]),
    )
    return st.one_of(bought, numbers, stated, tags)


CONDITIONS = st.recursive(
    _parts(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=4,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(condition=CONDITIONS)
def test_the_executor_agrees_with_sql(executor: Executor, data: Data, condition: Json) -> None:
    found = executor.run(query_from_json({"kind": "count", "where": condition}))
    assert found.customers == data.asked(condition)


@pytest.mark.parametrize("order", ["most", "least"])
def test_a_list_is_in_the_order_of_its_field(shop: Shop, executor: Executor, order: str) -> None:
    rank = {"field": "spend", "order": order, "last_days": 60}
    query = {"kind": "list", "where": {"all": []}, "rank": rank, "limit": 7}
    spent = shop.truth.recent(60).groupby("who")["paid"].sum()
    every = sorted(executor.customers)
    spend = spent.reindex(every).fillna(0.0).round(2)
    sign = -1 if order == "most" else 1
    expected = sorted(every, key=lambda who: (sign * spend[who], who))
    found = executor.run(query_from_json(query))
    assert found.customers == expected[:7]
    assert found.matching == len(every)


def test_of_one_customer_each_condition_holds_or_not(shop: Shop, executor: Executor) -> None:
    told = shop.truth.people.set_index("who")["age"]
    known, unknown = told.dropna().index[0], told[told.isna()].index[0]
    condition = {"field": "age", "op": "=", "value": told[known]}
    for who, expected in ((known, True), (unknown, None)):
        query = {"kind": "explain", "where": condition, "customer": who}
        ((_, holds),) = executor.run(query_from_json(query)).met
        assert holds is expected
    other = {**condition, "op": "!="}
    ((_, holds),) = executor.run(
        query_from_json({"kind": "explain", "where": other, "customer": known})
    ).met
    assert holds is False
