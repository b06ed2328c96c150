"""Chinese conditions in many wordings, each with a condition written by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ask.plan import Known
from agent.ask.planner import Planner
from agent.ask.read.chinese import plain_chinese
from agent.ask.read.dates_zh import plain_days
from agent.conditions import to_json
from agent.tags.names import load_vocabulary
from tests.ask.conftest import Shop

Json = dict[str, Any]


def bought(*words: str, **rest: Any) -> Json:
    return {"bought": list(words), **rest}


def no(part: Json) -> Json:
    return {"not": part}


def field(name: str, op: str, value: Any, **rest: Any) -> Json:
    return {"field": name, "op": op, "value": value, **rest}


YEAR = {"since": "2024-01-01", "until": "2024-12-31"}
APRIL = {"since": "2024-04-01", "until": "2024-04-30"}
CASES: list[tuple[str, list[Json]]] = [
    # purchases: other verbs, and items before them
    ("囤过狗粮的有多少人", [bought("狗粮")]),
    ("购物车里有过猫砂的家庭有几户", [bought("猫砂")]),
    ("在我们店里给自家狗子买过狗粮的顾客有多少", [bought("狗粮")]),
    ("啤酒和咖啡都买过的有多少", [bought("啤酒"), bought("咖啡")]),
    ("啤酒、咖啡,这两样最近60天都买齐了的有多少", [
        bought("啤酒", last_days=60), bought("咖啡", last_days=60)
    ]),
    ("啤酒、咖啡任意买过一种的有几位", [bought("啤酒", "咖啡")]),
    ("买过啤酒、咖啡或茶叶当中任意一样的有多少", [bought("啤酒", "咖啡", "茶叶")]),
    ("咖啡累计买了8次以上的顾客数量", [bought("咖啡", at_least=8)]),
    ("9月份买咖啡两回及以上的有多少户", [
        bought("咖啡", at_least=2, since="2023-09-01", until="2023-09-30")
    ]),
    ("狗粮的买家有多少", [bought("狗粮")]),
    # never
    ("一次咖啡都没在我们这儿买过的客户有多少", [no(bought("咖啡"))]),
    ("买过啤酒,但从来没碰过咖啡的有多少", [bought("啤酒"), no(bought("咖啡"))]),
    ("狗粮买过但猫砂没买过的有几个", [bought("狗粮"), no(bought("猫砂"))]),
    ("既没买过啤酒也没买过咖啡的有多少", [no(bought("啤酒")), no(bought("咖啡"))]),
    ("除了买过啤酒以外还买过咖啡的有几个", [bought("啤酒"), bought("咖啡")]),
    # figures
    ("折扣占比介于两成和三成之间的有多少", [field("discount_share", "between", 0.2, to=0.3)]),
    ("4月连两百元都没花到的有多少", [field("spend", "<", 200, **APRIL)]),
    ("下单超过300元的顾客有多少", [field("spend", ">", 300)]),
    ("过半的订单用了券的有多少人", [field("coupon_share", ">", 0.5)]),
    ("通常每隔20到40天才下一单的人有多少", [field("usual_gap_days", "between", 20, to=40.0)]),
    ("第一次下单到现在不满半年的有多少人", [field("tenure_days", "<", 180)]),
    ("上一单距今超过两周的有多少人", [field("days_since_last_order", ">", 14)]),
    ("来过3次以上的有多少", [field("orders", ">=", 3)]),
    ("按消费金额排名,处于末尾15%的是多少人", [field("spend", "bottom_percent", 15)]),
    # days
    ("4月中旬下过单的有多少人", [
        field("orders", ">=", 1, since="2024-04-11", until="2024-04-20")
    ]),
    ("今年前三个月花了不到100的有多少", [
        field("spend", "<", 100, since="2024-01-01", until="2024-03-31")
    ]),
    ("去年国庆期间买过啤酒的有多少人", [
        bought("啤酒", since="2023-10-01", until="2023-10-07")
    ]),
    ("最近仨月花了不到200的有多少", [field("spend_last_90d", "<", 200)]),
    ("4月和5月都买过咖啡的有几个", [
        bought("咖啡", **APRIL),
        bought("咖啡", since="2024-05-01", until="2024-05-31"),
    ]),
    # who they are
    ("单身、租着房子住的有多少人", [
        field("marital_status", "=", "Unmarried"), field("home_ownership", "=", "Renter")
    ]),
    ("家里有两个以上孩子的有多少", [field("kids_count", "in", ["2", "3+"])]),
    ("年薪十万以上的有多少", [field("income", "in", ["100-124K", "250K+"])]),
    ("65岁以上的老人总共多少位", [field("age", "=", "65+")]),
    ("没有孩子的不要,剩下的顾客有多少", [field("kids_count", "!=", "0")]),
    ("要么养猫要么养狗的有多少", [{"any": [{"tag": "cat_owner"}, {"tag": "dog_owner"}]}]),
]  # fmt: skip


@pytest.fixture(scope="module")
def planner(shop: Shop) -> Planner:
    return Planner(load_vocabulary(shop.workspace), Known(shop.workspace.as_of))


@pytest.mark.parametrize(("question", "expected"), [case for case in CASES if case[1]])
def test_a_wording_becomes_its_conditions(
    planner: Planner, question: str, expected: list[Json]
) -> None:
    plan = planner.plan(question)
    assert plan.unanswerable is None
    found = to_json(plan.condition)
    assert sorted(map(str, found["all"])) == sorted(map(str, expected))


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("一千五", "1500"),
        ("两万三", "23000"),
        ("1万2", "12000"),
        ("二十五到三十四岁", "25到34岁"),
        ("双十一", "双十一"),
        ("三五百", "三五百"),
        ("一百多块", "一百多块"),
        ("连2%都不到", "不到2%"),
    ],
)
def test_numbers_become_digits_where_they_are_exact(said: str, plain: str) -> None:
    assert plain_chinese(said) == plain


WORDS = "一二两三四五十百千万半个成月年日天次单到至和都没不过买前后上下旬季度0123456789%元、,的"


@given(st.text(alphabet=WORDS, max_size=25))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert isinstance(plain_days(plain_chinese(text)), str)
