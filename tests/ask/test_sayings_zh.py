"""Chinese sayings by family, each with a gold query of its own."""

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
PETS: Json = {"tag": "pet_owner"}
NOVEMBER: Json = {"since": "2017-11-01", "until": "2017-11-30"}


def orders(op: str, value: int, **days: Any) -> Json:
    return {"field": "orders", "op": op, "value": value, **days}


def share(field: str, side: str, value: int) -> Json:
    return {"field": field, "op": f"{side}_percent", "value": value}


ASKED: list[tuple[str, str, list[Json]]] = [
    ("订单数垫底的后20%,一共多少位顾客", "count", [share("orders", "bottom", 20)]),
    ("养宠物的当中消费排进前四分之一的有几个", "count", [PETS, share("spend", "top", 25)]),
    ("下单4次以上(含4次)的顾客数", "count", [orders(">=", 4)]),
    ("养宠物的,这个月还一单没下的,大概是个什么情况", "describe",
     [PETS, orders("=", 0, since="2017-12-01", until="2017-12-31")]),
    ("10月份还在下单,11月一单都没有了,这种人有多少", "count",
     [orders(">=", 1, since="2017-10-01", until="2017-10-31"), orders("=", 0, **NOVEMBER)]),
    ("养宠物的周订单量变化", "trend", [PETS]),
    ("算养宠物的有几个、不算的有几个", "breakdown", []),
    ("养宠物的顾客8月份下过单的有哪些", "list",
     [PETS, orders(">=", 1, since="2017-08-01", until="2017-08-31")]),
]  # fmt: skip


@pytest.fixture(scope="module")
def planner(shop: Shop) -> Planner:
    return Planner(load_vocabulary(shop.workspace), Known(date(2017, 12, 31)))


@pytest.mark.parametrize(("question", "kind", "parts"), ASKED)
def test_a_saying_is_read(planner: Planner, question: str, kind: str, parts: list[Json]) -> None:
    plan = planner.plan(question)
    assert plan.unanswerable is None
    assert plan.kind == kind
    where = query_to_json(plan.query)["where"]
    assert where.get("all", [where]) == parts
