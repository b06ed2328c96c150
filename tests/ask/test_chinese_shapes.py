"""Chinese lists, breakdowns, trends and asides: what is told, of whom, and what only talks."""

from __future__ import annotations

from typing import Any

import pytest

from agent.ask.plan import Known
from agent.ask.planner import Planner
from agent.ask.query import query_to_json
from agent.ask.read.asides_zh import without_asides
from agent.tags.names import load_vocabulary
from tests.ask.conftest import Shop

Json = dict[str, Any]
PETS: Json = {"all": [{"tag": "pet_owner"}]}
ALL: Json = {"all": []}


def rank(field: str, limit: int | None, order: str = "most") -> Json:
    said = {"field": field, **({"order": order} if order == "least" else {})}
    return {"kind": "list", "rank": said, **({"limit": limit} if limit else {})}


ASKED: list[tuple[str, Json, Json]] = [
    # ---- directions, rows and places
    ("养宠物的顾客按下单次数倒着排,先看15个", rank("orders", 15), PETS),
    ("养宠物的按上次下单时间由近到远排一排,取前18个",
     rank("days_since_last_order", 18, "least"), PETS),
    ("养宠物的人里面,距上次下单最久的30位", rank("days_since_last_order", 30), PETS),
    ("客单价排第一到第十的顾客是哪些", rank("average_order_value", 10), ALL),
    ("养宠物的里面谁买得最杂(品类最多)?来10个", rank("categories", 10), PETS),
    # ---- groups
    ("按家庭收入,给养宠物的顾客分个组", {"kind": "breakdown", "by": "income"}, PETS),
    ("养宠物的和不养宠物的各有多少", {"kind": "breakdown", "by": {"tag": "pet_owner"}}, ALL),
    # ---- trends
    ("养宠物的每月有多少人来买东西",
     {"kind": "trend", "every": "month", "measure": "customers"}, PETS),
    ("每月来消费的人有多少,拉个趋势",
     {"kind": "trend", "every": "month", "measure": "customers"}, ALL),
    # ---- "前" and "头" within words; people that come are no orders
    ("养宠物的顾客目前一共有多少位", {"kind": "count"}, PETS),
    ("咱们手上一共多少个客户呀", {"kind": "count"}, ALL),
    # ---- a month is no number of a customer; who is left out, and who is one of several
    ("哪些顾客8月份下过单?", {"kind": "list"},
     {"all": [{"field": "orders", "op": ">=", "value": 1,
               "since": "2023-08-01", "until": "2023-08-31"}]}),
    ("养猫的和养狗的都不要,剩下多少人", {"kind": "count"},
     {"all": [{"not": {"tag": "cat_owner"}}, {"not": {"tag": "dog_owner"}}]}),
]  # fmt: skip


@pytest.fixture(scope="module")
def planner(shop: Shop) -> Planner:
    return Planner(load_vocabulary(shop.workspace), Known(shop.workspace.as_of))


@pytest.mark.parametrize(("question", "told", "where"), ASKED)
def test_a_shape_is_read_from_its_cue(
    planner: Planner, question: str, told: Json, where: Json
) -> None:
    plan = planner.plan(question)
    assert plan.unanswerable is None
    query = query_to_json(plan.query)
    assert {name: query.get(name) for name in told} == told
    assert query["where"] == where


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("店长问:养狗的有多少", "养狗的有多少"),
        ("给双十一复盘用的,11月下过单的人数", "11月下过单的人数"),
        ("感冒药按月看有几个人买?是不是一到冬天就涨", "感冒药按月看有几个人买?,"),
        ("夜猫子有多少?我指晚间购物者", "多少,晚间购物者"),
        # What limits stays: an audience of the first clause, a question that is the only one.
        ("养狗的重度用户有多少?我指消费超过500的", "养狗的重度用户有多少?我指消费超过500的"),
        ("他们是不是养狗?", "他们是不是养狗?"),
        ("没买过礼包的,有多少", "没买过礼包的,有多少"),
        ("给养狗的顾客做个活动,一共多少人", "给养狗的顾客做个活动,一共多少人"),
        ("做啤酒促销,有多少目标客户", "做啤酒促销,有多少目标客户"),
    ],
)
def test_an_aside_goes_and_a_condition_stays(question: str, asked: str) -> None:
    assert without_asides(question) == asked
