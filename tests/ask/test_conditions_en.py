"""English conditions said without the usual verb, in another order, or misspelt."""

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


Q3 = {"since": "2017-07-01", "until": "2017-09-30"}
OCTOBER = {"since": "2017-10-01", "until": "2017-10-31"}
NOVEMBER = {"since": "2017-11-01", "until": "2017-11-30"}
SUMMER = {"since": "2017-06-01", "until": "2017-08-31"}
SAID: list[tuple[str, list[Json]]] = [
    # ---- purchases
    ("How many households where wine ended up in the basket in Q3?", [bought("wine", **Q3)]),
    ("A count of everyone who ever put beer in the cart.", [bought("beer")]),
    ("customers by whom wine as well as beer was purchased", [bought("wine"), bought("beer")]),
    ("How many people buy neither wine nor beer?", [{"not": bought("wine", "beer")}]),
    ("Wine: how many bought it 3+ times since July?",
     [bought("wine", at_least=3, since="2017-07-01")]),
    ("how many stopped buying wine after June?",
     [bought("wine", until="2017-06-30"), {"not": bought("wine", since="2017-07-01")}]),
    ("How many bought wine in October and then beer in November?",
     [bought("wine", **OCTOBER), bought("beer", **NOVEMBER)]),
    ("how many haven't bought wine from us even once", [{"not": bought("wine")}]),
    # ---- figures
    ("How many people placed just a single order?", [field("orders", "=", 1)]),
    ("shoppers whose average basket exceeds $50", [field("average_order_value", ">", 50)]),
    ("How many sit in the bottom 15% for discount share?",
     [field("discount_share", "bottom_percent", 15)]),
    ("How many have been with us for fewer than 90 days?", [field("tenure_days", "<", 90)]),
    ("How many joined more than two years ago?", [field("tenure_days", ">", 730)]),
    ("How many joined in the last 6 months?", [field("tenure_days", "<", 180)]),
    ("How many placed 4 or more orders in October and then fewer than 2 in November?",
     [field("orders", ">=", 4, **OCTOBER), field("orders", "<", 2, **NOVEMBER)]),
    ("How many spent less than half as much in the last 90 days as in the previous 90 days?",
     [field("spend_trend", "<", 0.5)]),
    # ---- days
    ("How many bought wine in the summer (June through August)?", [bought("wine", **SUMMER)]),
    ("How many bought wine this summer?", [bought("wine", **SUMMER)]),
    ("How many bought wine in the first half of October?",
     [bought("wine", since="2017-10-01", until="2017-10-15")]),
    ("How many bought wine in the last week of November?",
     [bought("wine", since="2017-11-24", until="2017-11-30")]),
    # ---- slips of spelling
    ("hw many custmers bougth wine in teh last 3 wks", [bought("wine", last_days=21)]),
]  # fmt: skip
REFUSED = (
    "How many customers spent over $100 in a single order?",
    "How many bought wine in June and December?",
    "How many customers moved house?",
    "How many bought wine in exactly the same week as beer?",
)


@pytest.fixture(scope="module")
def planner(shop: Shop) -> Planner:
    return Planner(load_vocabulary(shop.workspace), Known(date(2017, 12, 31)))


@pytest.mark.parametrize(("question", "conditions"), SAID)
def test_sayings_are_understood(planner: Planner, question: str, conditions: list[Json]) -> None:
    plan = planner.plan(question)
    assert plan.unanswerable is None
    assert query_to_json(plan.query)["where"] == {"all": conditions}


@pytest.mark.parametrize("question", REFUSED)
def test_what_is_not_understood_is_not_counted(planner: Planner, question: str) -> None:
    assert planner.plan(question).unanswerable is not None
