"""English shares, gaps, ages, incomes, habits and lists, said as people say them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agent.ask.plan import Known
from agent.ask.planner import Planner
from agent.ask.query import query_to_json
from agent.tags.names import load_vocabulary
from tests.ask.conftest import Shop

Json = dict[str, Any]


def bought(*words: str, **rest: Any) -> Json:
    return {"bought": list(words), **rest}


def field(name: str, op: str, value: Any, **rest: Any) -> Json:
    return {"field": name, "op": op, "value": value, **rest}


OCTOBER = {"since": "2017-10-01", "until": "2017-10-31"}
DECEMBER = {"since": "2017-12-01", "until": "2017-12-31"}
SAID: list[tuple[str, list[Json]]] = [
    ("how many dog owners, leaving out anyone using coupons in more than half of their orders",
     [{"tag": "dog_owner"}, {"not": field("coupon_share", ">", 0.5)}]),
    # ---- parts of all orders
    ("How many people do more than two thirds of their ordering in the evening?",
     [field("evening_share", ">", 2 / 3)]),
    ("who orders on weekends more than 60% of the time", [field("weekend_share", ">", 0.6)]),
    ("How many place most of their orders at the weekend?", [field("weekend_share", ">", 0.5)]),
    ("people whose discount share is between 10% and 20%",
     [field("discount_share", "between", 0.1, to=0.2)]),
    # ---- days between orders
    ("how many usually let more than two weeks pass between orders",
     [field("usual_gap_days", ">", 14)]),
    ("How many order every 10 days or more often?", [field("usual_gap_days", "<=", 10)]),
    # ---- the same on other days
    ("How many ordered in both October and December?",
     [field("orders", ">=", 1, **OCTOBER), field("orders", ">=", 1, **DECEMBER)]),
    ("how many bought wine in October and again in December",
     [bought("wine", **OCTOBER), bought("wine", **DECEMBER)]),
    ("how many bought wine before March but not after?",
     [bought("wine", until="2017-02-28"), {"not": bought("wine", since="2017-03-01")}]),
    # ---- ages and incomes
    ("How many under-35s bought wine?",
     [field("age", "in", ["19-24", "25-34"]), bought("wine")]),
    ("unmarried renters under 45",
     [field("marital_status", "=", "Unmarried"), field("home_ownership", "=", "Renter"),
      field("age", "in", ["19-24", "25-34", "35-44"])]),
    # ---- spend
    ("How many shelled out $600 or more in the last 90 days?",
     [field("spend_last_90d", ">=", 600)]),
    ("How many with 2 orders or more in the last 90 days and a total spend above $800?",
     [field("orders_last_90d", ">=", 2), field("spend", ">", 800)]),
    # ---- lists of items
    ("How many people bought both: wine and beer?", [bought("wine"), bought("beer")]),
    ("How many bought any of these: wine, beer?", [bought("wine", "beer")]),
    # ---- names and hours that are only talk
    ("For the 9:30 standup, how many bought wine? Many thanks, Judith", [bought("wine")]),
]  # fmt: skip
REFUSED = (
    "How many of the 20 biggest spenders bought wine?",
    "Of our top 100 customers, how many bought wine?",
    "How many customers bought wine and beer in the same order?",
    "How many people clicked on our Friday banner?",
    "How many customers bought wine in the morning?",
)
RANKED = (
    ("Show me the 15 who use coupons the most", "coupon_share", "most", 15),
    ("The 20 customers with the largest share of their orders on weekends", "weekend_share",
     "most", 20),
    ("Which 15 order in the evening the most?", "evening_share", "most", 15),
    ("the 5 who use the fewest coupons", "coupon_share", "least", 5),
)  # fmt: skip


@pytest.fixture(scope="module")
def planner(shop: Shop) -> Planner:
    return Planner(load_vocabulary(shop.workspace), Known(date(2017, 12, 31)))


@pytest.mark.parametrize(("question", "conditions"), SAID)
def test_sayings_are_understood(planner: Planner, question: str, conditions: list[Json]) -> None:
    plan = planner.plan(question)
    assert plan.unanswerable is None
    assert query_to_json(plan.query)["where"] == {"all": conditions}


@pytest.mark.parametrize("question", REFUSED)
def test_what_cannot_be_told_is_not_counted(planner: Planner, question: str) -> None:
    assert planner.plan(question).unanswerable is not None


@pytest.mark.parametrize(("question", "name", "order", "limit"), RANKED)
def test_lists_by_shares(
    planner: Planner, question: str, name: str, order: str, limit: int
) -> None:
    query = planner.plan(question).query
    assert query.rank is not None
    assert (query.rank.field, query.rank.order, query.limit) == (name, order, limit)


def test_values_side_by_side_are_a_breakdown(planner: Planner) -> None:
    plan = planner.plan("Are wine drinkers mostly homeowners or renters?")
    assert (plan.kind, plan.query.by, plan.unanswerable) == ("breakdown", "home_ownership", None)
