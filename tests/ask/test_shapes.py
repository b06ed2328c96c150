"""Lists, breakdowns, trends and single customers, said in many ways: what is told and of whom."""

from __future__ import annotations

from typing import Any

import pytest

from agent.ask.plan import Known
from agent.ask.planner import Planner
from agent.ask.query import query_to_json
from agent.tags.names import load_vocabulary
from tests.ask.conftest import Shop

Json = dict[str, Any]
SHOWN = ("by", "rank", "limit", "every", "measure", "customer")


def listed(limit: int | None, field: str, order: str = "most", **days: Any) -> Json:
    rank = {"field": field, **({"order": order} if order == "least" else {}), **days}
    return {"kind": "list", "rank": rank, **({"limit": limit} if limit else {})}


def split(by: Any) -> Json:
    return {"kind": "breakdown", "by": by}


def moving(every: str, measure: str) -> Json:
    return {"kind": "trend", "every": every, "measure": measure}


PETS: Json = {"all": [{"tag": "pet_owner"}]}
ALL: Json = {"all": []}
ASKED: list[tuple[str, Json, Json]] = [
    # ---- the cue beside its field, in front or behind
    ("Pet owners sorted by spend, lowest first, stop at 40", listed(40, "spend", "least"), PETS),
    ("our 12 most recently acquired customers", listed(12, "tenure_days", "least"), ALL),
    ("I need 30 names: pet owners, biggest spenders first", listed(30, "spend"), PETS),
    ("the dozen pet owners who spent the least", listed(12, "spend", "least"), PETS),
    ("pet owners from highest to lowest number of orders, limit 9", listed(9, "orders"), PETS),
    ("show 10 pet owners, those who buy from the most categories", listed(10, "categories"), PETS),
    ("养宠物的顾客里下单次数排前15的", listed(15, "orders"), PETS),
    ("养宠物的，按客单价从低到高，取7个", listed(7, "average_order_value", "least"), PETS),
    ("给我6个养宠物的顾客，要花钱最多的", listed(6, "spend"), PETS),
    ("最久没来的8个是谁", listed(8, "days_since_last_order"), ALL),
    # ---- a label apart from the cue, a tag beside its opposite
    ("Split customers by whether they are pet owners", split({"tag": "pet_owner"}), ALL),
    ("How many customers are pet owners vs not?", split({"tag": "pet_owner"}), ALL),
    ("养宠物的顾客有多少，不养的又有多少？", split({"tag": "pet_owner"}), ALL),
    ("Pet owners, split on age group", split("age"), PETS),
    ("Pet owners: how many have zero kids, one, two, three or more?", split("kids_count"), PETS),
    ("养宠物的顾客，年龄是怎么分布的", split("age"), PETS),
    # ---- how often and what
    ("How has pet owners' spend developed from month to month?", moving("month", "spend"), PETS),
    ("Is the money from pet owners going up or down, weekly?", moving("week", "spend"), PETS),
    ("养宠物的顾客一个月一个月地看，各花了多少钱", moving("month", "spend"), PETS),
    ("养宠物的顾客的订单数周度走势", moving("week", "orders"), PETS),
]  # fmt: skip


@pytest.fixture(scope="module")
def planner(shop: Shop) -> Planner:
    workspace = shop.workspace
    return Planner(load_vocabulary(workspace), Known(workspace.as_of, None, ("C1", "1045")))


@pytest.mark.parametrize(("question", "shown", "where"), ASKED, ids=[q for q, _, _ in ASKED])
def test_a_shape_said_in_another_way_is_understood(
    planner: Planner, question: str, shown: Json, where: Json
) -> None:
    plan = planner.plan(question)
    told = query_to_json(plan.query)
    assert (plan.unused, plan.unanswerable) == ((), None)
    assert {"kind": told["kind"], **{k: told[k] for k in SHOWN if k in told}} == shown
    assert told["where"] == where


@pytest.mark.parametrize(
    "question",
    [
        "编号1045的顾客被归到高频顾客里，依据是什么？",
        "1045号这位客户什么来头？",
        "tell me about 1045",
    ],
)
def test_a_customer_is_known_by_the_id_in_any_wording(planner: Planner, question: str) -> None:
    plan = planner.plan(question)
    assert (plan.kind, plan.query.customer) == ("explain", "1045")


@pytest.mark.parametrize(
    "question", ["which customers buy the most wine", "rank pet owners by shoe size"]
)
def test_an_order_by_what_is_no_field_is_not_understood(planner: Planner, question: str) -> None:
    assert planner.plan(question).unanswerable is not None


@pytest.mark.parametrize(
    ("first", "then", "shown"),
    [
        ("How many pet owners?", "How are people spread across the age groups?", split("age")),
        ("养宠物的有多少？", "这批人每个月一共贡献多少消费？", moving("month", "spend")),
    ],
)
def test_a_shape_of_nobody_is_of_those_said_before(
    planner: Planner, first: str, then: str, shown: Json
) -> None:
    plan = planner.plan(then, planner.plan(first).query)
    told = query_to_json(plan.query)
    assert {"kind": told["kind"], **{k: told[k] for k in SHOWN if k in told}} == shown
    assert told["where"] == PETS


def test_a_question_in_passing_makes_no_breakdown(planner: Planner) -> None:
    plan = planner.plan("没买过啤酒的，是不是养宠物的？先给我个人数吧")
    assert plan.kind != "breakdown"
