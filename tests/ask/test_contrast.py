"""Comparisons, descriptions and follow-ups by family, each with the query that it means."""

from __future__ import annotations

from typing import Any

import pytest

from agent.ask.planner import Planner
from agent.ask.query import query_to_json
from tests.ask.conftest import Shop
from tests.ask.test_planner import COUPONS, KIDS, PETS, Json, bought, field, make_planner, no

MARRIED = field("marital_status", "=", "Married")
UNMARRIED = field("marital_status", "=", "Unmarried")
MAY = {"since": "2024-05-01", "until": "2024-05-31"}
APRIL = {"since": "2024-04-01", "until": "2024-04-30"}


def compare(one: Any, other: Any, **rest: Any) -> Json:
    return {"kind": "compare", "where": one, "against": other, **rest}


def describe(one: Any) -> Json:
    return {"kind": "describe", "where": one}


def count(*parts: Json) -> Json:
    return {"kind": "count", "where": list(parts)}


FAMILIES: list[tuple[list[str], Json]] = [
    # ---- two audiences, with the cue anywhere
    (["Put pet owners next to coupon lovers. In what respects are they different?"],
     compare(PETS, COUPONS)),
    (["I'd like to see what separates pet owners from coupon lovers"], compare(PETS, COUPONS)),
    (["Pet owners against coupon lovers: how do the two differ"], compare(PETS, COUPONS)),
    (["养宠物的顾客和优惠券爱好者，购物上到底有哪些不同？"], compare(PETS, COUPONS)),
    (["拿养宠物的跟优惠券爱好者对照一下"], compare(PETS, COUPONS)),
    # ---- a figure
    (["Who brings in more money, pet owners or coupon lovers?"],
     compare(PETS, COUPONS, measure="spend")),
    (["养宠物的和优惠券爱好者，谁下单更勤？"], compare(PETS, COUPONS, measure="orders")),
    # ---- what one side leaves out
    (["Compare married and unmarried customers who bought wine"],
     compare([MARRIED, bought("wine")], [UNMARRIED, bought("wine")])),
    (["Compare people who bought wine in April versus May"],
     compare(bought("wine", **APRIL), bought("wine", **MAY))),
    (["How do the top 10% by spend differ from the bottom 10%?"],
     compare(field("spend", "top_percent", 10), field("spend", "bottom_percent", 10))),
    (["Among wine buyers, compare married people with unmarried ones"],
     compare([bought("wine"), MARRIED], [bought("wine"), UNMARRIED])),
    (["In May, compare people who bought wine with people who bought beer"],
     compare(bought("wine", **MAY), bought("beer", **MAY))),
    (["Families with three or more kids and families with one kid: compare"],
     compare(field("kids_count", "=", "3+"), field("kids_count", "=", "1"))),
    (["How do those who bought wine in May differ from the ones who didn't?"],
     compare(bought("wine", **MAY), no(bought("wine", **MAY)))),
    (["Compare families with kids with those with none"],
     compare(KIDS, field("kids_count", "=", "0"))),
    (["What do pet owners buy that coupon lovers don't?"], compare(PETS, COUPONS)),
    (["35岁以下的和55岁以上的比，有啥不一样"],
     compare(field("age", "in", ["19-24", "25-34"]), field("age", "in", ["55-64", "65+"]))),
    # ---- one audience
    (["I'd love a portrait of the pet owners"], describe(PETS)),
    (["What characterises pet owners?"], describe(PETS)),
    (["What do our pet owners look like?"], describe(PETS)),
    (["How do pet owners differ from everybody else?"], describe(PETS)),
    (["帮忙做一份养宠物的顾客画像"], describe(PETS)),
    (["养宠物的顾客，整体上呈现什么样的面貌？"], describe(PETS)),
    # ---- no comparison
    (["Who spent more than $1,000?"],
     {"kind": "list", "where": [field("spend", ">", 1000)]}),
    (["Married people spending less than 500 with 3 or more orders. How many?"],
     count(MARRIED, field("spend", "<", 500), field("orders", ">=", 3))),
    # ---- follow-ups: what goes, what comes in its place, what stays
    (["How many coupon lovers have kids?", "drop the kids condition"], count(COUPONS)),
    (["How many coupon lovers have kids?", "Leave out anyone who has ever bought wine."],
     count(COUPONS, KIDS, no(bought("wine")))),
    (["How many people bought wine in May?", "What about April?"], count(bought("wine", **APRIL))),
    (["How many people bought wine in May?", "now April rather than May"],
     count(bought("wine", **APRIL))),
    (["How many people bought wine in May?", "make that beer instead"],
     count(bought("beer", **MAY))),
    (["How many people bought wine?", "only the married ones, and in May"],
     count(bought("wine", **MAY), MARRIED)),
    (["Top ten customers by orders", "now the bottom five"],
     {"kind": "list", "rank": {"field": "orders", "order": "least"}, "limit": 5, "where": []}),
    (["Compare pet owners with coupon lovers", "only the married ones"],
     compare([PETS, MARRIED], [COUPONS, MARRIED])),
    (["How many pet owners are there?", "ok and what are they like?"], describe(PETS)),
    (["Describe the pet owners", "now contrast them with the coupon lovers"],
     compare(PETS, COUPONS)),
    (["How many people bought wine in May?", "and beer?"], count(bought("beer", **MAY))),
    (["How many spent over $500?", "over $1000?"], count(field("spend", ">", 1000))),
    (["Top ten customers by orders", "same but by spend"],
     {"kind": "list", "rank": {"field": "spend"}, "limit": 10, "where": []}),
    # ---- follow-ups that move a number, the days, or a denial
    (["How many spent over $500?", "and over 2000?"], count(field("spend", ">", 2000))),
    (["How many people bought wine in the last 30 days?", "make it 60"],
     count(bought("wine", last_days=60))),
    (["How many people bought wine in May?", "more than 3 times?"],
     count(bought("wine", at_least=4, **MAY))),
    (["How many people bought wine in May?", "and the month before that?"],
     count(bought("wine", **APRIL))),
    (["5月买过葡萄酒的有多少人？", "再上个月呢"], count(bought("葡萄酒", **APRIL))),
    (["How many coupon lovers are married?", "sorry, unmarried"], count(COUPONS, UNMARRIED)),
    (["How many coupon lovers have no pets?", "put the pets back"], count(COUPONS)),
    (["Top ten customers by orders", "too many, just 5"],
     {"kind": "list", "rank": {"field": "orders"}, "limit": 5, "where": []}),
    (["养宠物的顾客有多少？", "把优惠券爱好者再去掉"], count(PETS, no(COUPONS))),
    (["养宠物的顾客有多少？", "跟优惠券爱好者对照一下"], compare(PETS, COUPONS)),
    (["5月买过葡萄酒的有多少人？", "那4月呢"], count(bought("葡萄酒", **APRIL))),
]  # fmt: skip


@pytest.fixture(scope="module")
def planner(shop: Shop) -> Planner:
    return make_planner(shop)


@pytest.mark.parametrize(("turns", "expected"), FAMILIES)
def test_a_family_of_sayings(planner: Planner, turns: list[str], expected: Json) -> None:
    before = None
    for turn in turns:
        plan = planner.plan(turn, before)
        assert plan.unanswerable is None, (turn, plan.unused)
        before = plan.query
    found, wanted = query_to_json(plan.query), dict(expected)
    for side in ("where", "against"):
        if side in found:
            found[side] = found[side].get("all", [found[side]])
        if side in wanted:
            wanted[side] = wanted[side] if isinstance(wanted[side], list) else [wanted[side]]
    assert found == wanted


@pytest.mark.parametrize("turn", ["how about both?", "put the wine back", "两样都买了的呢"])
def test_what_was_never_said_cannot_be_moved(planner: Planner, turn: str) -> None:
    before = planner.plan("How many people bought beer?").query
    assert planner.plan(turn, before).unanswerable


def test_a_condition_that_was_never_asked_for_cannot_be_dropped(planner: Planner) -> None:
    before = planner.plan("How many pet owners are there?").query
    assert planner.plan("drop the age condition", before).unanswerable
