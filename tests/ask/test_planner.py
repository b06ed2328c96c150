"""Questions against conditions written by hand; what is not understood must be said."""

from __future__ import annotations

from typing import Any

import pytest

from agent.ask.plan import Known, Plan
from agent.ask.planner import Planner
from agent.ask.query import query_to_json
from agent.conditions import All, HasTag, from_json, to_json
from agent.tags.names import load_vocabulary
from tests.ask.conftest import Shop

Json = dict[str, Any]


def tag(name: str) -> Json:
    return {"tag": name}


def field(name: str, op: str, value: Any, **rest: Any) -> Json:
    return {"field": name, "op": op, "value": value, **rest}


def bought(*words: str, **rest: Any) -> Json:
    return {"bought": list(words), **rest}


def no(part: Json) -> Json:
    return {"not": part}


def either(*parts: Json) -> Json:
    return {"any": list(parts)}


PETS, COUPONS, WINE = tag("pet_owner"), tag("coupon_lover"), tag("wine")
KIDS = field("kids_count", "!=", "0")
# question, kind, conditions, field of the breakdown
UNDERSTOOD: list[tuple[str, str, list[Json], str | None]] = [
    # ---- a tag
    ("How many pet owners are there?", "count", [PETS], None),
    ("How many customers are tagged coupon lover?", "count", [COUPONS], None),
    ("How many people own a pet?", "count", [PETS], None),
    ("how many wine lovers do we have", "count", [WINE], None),
    ("How many customers have lapsed?", "count", [tag("lapsed")], None),
    ("有多少养宠物的顾客？", "count", [PETS], None),
    ("优惠券爱好者有多少人？", "count", [COUPONS], None),
    ("喜欢葡萄酒的顾客有几位", "count", [WINE], None),
    ("已流失的顾客有多少？", "count", [tag("lapsed")], None),
    # ---- a figure
    ("How many customers ordered at least 5 times?", "count", [field("orders", ">=", 5)], None),
    ("customers with more than 10 orders", "count", [field("orders", ">", 10)], None),
    ("How many customers placed exactly one order?", "count", [field("orders", "=", 1)], None),
    ("Who spent more than $1,000?", "list", [field("spend", ">", 1000)], None),
    ("customers with 5 or more orders", "count", [field("orders", ">=", 5)], None),
    (
        "How many customers placed between 3 and 6 orders?",
        "count",
        [field("orders", "between", 3, to=6.0)],
        None,
    ),
    (
        "Which customers have an average order value above 40 dollars?",
        "list",
        [field("average_order_value", ">", 40)],
        None,
    ),
    (
        "customers who spend over $60 an order",
        "count",
        [field("average_order_value", ">", 60)],
        None,
    ),
    (
        "How many customers have at least 20% of their orders on weekends?",
        "count",
        [field("weekend_share", ">=", 0.2)],
        None,
    ),
    ("下单至少5次的顾客有多少？", "count", [field("orders", ">=", 5)], None),
    ("消费超过1000元的顾客有多少？", "count", [field("spend", ">", 1000)], None),
    ("消费500元以上的顾客", "count", [field("spend", ">=", 500)], None),
    ("订单数在3到6单之间的顾客有多少", "count", [field("orders", "between", 3, to=6.0)], None),
    ("客单价高于40元的顾客有哪些？", "list", [field("average_order_value", ">", 40)], None),
    ("用券订单占比超过20%的顾客", "count", [field("coupon_share", ">", 0.2)], None),
    ("消费金额超过1万元的顾客有多少", "count", [field("spend", ">", 10000)], None),
    # ---- windows
    (
        "How many pet owners ordered at least 5 times in the last 30 days?",
        "count",
        [PETS, field("orders_last_30d", ">=", 5)],
        None,
    ),
    (
        "In the last 90 days, who spent less than $50?",
        "list",
        [field("spend_last_90d", "<", 50)],
        None,
    ),
    (
        "How many customers ordered in the last 30 days?",
        "count",
        [field("days_since_last_order", "<", 30)],
        None,
    ),
    (
        "How many customers have not ordered in the last 60 days?",
        "count",
        [field("days_since_last_order", ">=", 60)],
        None,
    ),
    (
        "customers who haven't bought anything for two weeks",
        "count",
        [field("days_since_last_order", ">=", 14)],
        None,
    ),
    ("近30天下单超过3次的顾客有多少？", "count", [field("orders_last_30d", ">", 3)], None),
    ("最近90天消费不足50元的顾客", "count", [field("spend_last_90d", "<", 50)], None),
    ("60天没有下单的顾客有多少？", "count", [field("days_since_last_order", ">=", 60)], None),
    ("近30天下过单的顾客有多少？", "count", [field("days_since_last_order", "<", 30)], None),
    ("超过三十天未购买的顾客", "count", [field("days_since_last_order", ">", 30)], None),
    # ---- percentiles
    ("top 10% of customers by spend", "count", [field("spend", "top_percent", 10)], None),
    (
        "Who is in the bottom 20 percent by number of orders?",
        "list",
        [field("orders", "bottom_percent", 20)],
        None,
    ),
    ("消费金额前10%的顾客有多少？", "count", [field("spend", "top_percent", 10)], None),
    (
        "客单价最高的5%顾客中有多少养宠物？",
        "count",
        [field("average_order_value", "top_percent", 5), PETS],
        None,
    ),
    # ---- purchases
    ("How many customers bought wine?", "count", [bought("wine")], None),
    (
        "Who bought baby food in the last 90 days?",
        "list",
        [bought("baby food", last_days=90)],
        None,
    ),
    (
        "How many customers bought coffee at least 3 times in the last 180 days?",
        "count",
        [bought("coffee", at_least=3, last_days=180)],
        None,
    ),
    (
        "How many people bought wine and dog food?",
        "count",
        [bought("wine"), bought("dog food")],
        None,
    ),
    ("How many people bought wine or beer?", "count", [bought("wine", "beer")], None),
    (
        "customers who bought wine but not beer in the last 45 days",
        "count",
        [bought("wine", last_days=45), no(bought("beer", last_days=45))],
        None,
    ),
    ("How many customers never bought coffee?", "count", [no(bought("coffee"))], None),
    (
        "customers with at least 2 orders with vinegar",
        "count",
        [bought("vinegar", at_least=2)],
        None,
    ),
    ("How many customers bought flowers?", "count", [bought("flowers")], None),
    ("买过葡萄酒的顾客有多少？", "count", [bought("葡萄酒")], None),
    (
        "哪些顾客买过婴儿辅食，而且近90天消费超过500元？",
        "list",
        [bought("婴儿辅食"), field("spend_last_90d", ">", 500)],
        None,
    ),
    ("近45天购买过咖啡的顾客有多少", "count", [bought("咖啡", last_days=45)], None),
    ("没有买过咖啡的顾客有多少？", "count", [no(bought("咖啡"))], None),
    ("近60天没买过狗粮的顾客", "count", [no(bought("狗粮", last_days=60))], None),
    ("至少买过3次咖啡的顾客有多少", "count", [bought("咖啡", at_least=3)], None),
    ("买过葡萄酒或啤酒的顾客有多少", "count", [bought("葡萄酒", "啤酒")], None),
    (
        "买过葡萄酒但没买过啤酒的顾客有多少",
        "count",
        [bought("葡萄酒"), no(bought("啤酒"))],
        None,
    ),
    # ---- not
    (
        "How many pet owners are not coupon lovers?",
        "count",
        [PETS, no(COUPONS)],
        None,
    ),
    ("customers without kids", "count", [no(KIDS)], None),
    ("How many pet owners don't have kids?", "count", [PETS, no(KIDS)], None),
    ("养宠物但不是优惠券爱好者的顾客有多少？", "count", [PETS, no(COUPONS)], None),
    ("没有孩子的顾客有多少？", "count", [no(KIDS)], None),
    ("neither", "search", [], None),
    # ---- or
    ("How many are pet owners or coupon lovers?", "count", [either(PETS, COUPONS)], None),
    (
        "pet owners, coupon lovers or wine drinkers who ordered at least 5 times",
        "count",
        [either(PETS, COUPONS, WINE), field("orders", ">=", 5)],
        None,
    ),
    (
        "customers who are not pet owners or coupon lovers",
        "count",
        [no(PETS), no(COUPONS)],
        None,
    ),
    ("养宠物或优惠券爱好者的顾客有多少", "count", [either(PETS, COUPONS)], None),
    # ---- attributes
    ("How many customers are aged 25-34?", "count", [field("age", "=", "25-34")], None),
    (
        "How many customers are under 35?",
        "count",
        [field("age", "in", ["19-24", "25-34"])],
        None,
    ),
    ("customers aged 25 to 44", "count", [field("age", "in", ["25-34", "35-44"])], None),
    ("people 55 or older", "count", [field("age", "in", ["55-64", "65+"])], None),
    (
        "Which homeowners are married?",
        "list",
        [field("home_ownership", "=", "Homeowner"), field("marital_status", "=", "Married")],
        None,
    ),
    (
        "households with an income of at least 100K",
        "count",
        [field("income", "in", ["100-124K", "250K+"])],
        None,
    ),
    ("customers with at least 2 kids", "count", [field("kids_count", "in", ["2", "3+"])], None),
    ("households with household size 2", "count", [field("household_size", "=", "2")], None),
    ("25-34岁的顾客有多少？", "count", [field("age", "=", "25-34")], None),
    ("35岁以下的顾客有多少？", "count", [field("age", "in", ["19-24", "25-34"])], None),
    (
        "已婚且有房的顾客有多少",
        "count",
        [field("marital_status", "=", "Married"), field("home_ownership", "=", "Homeowner")],
        None,
    ),
    ("家庭收入10万以上的顾客", "count", [field("income", "in", ["100-124K", "250K+"])], None),
    ("有孩子的顾客有多少？", "count", [KIDS], None),
    # ---- breakdowns
    ("How many coupon lovers are there by age?", "breakdown", [COUPONS], "age"),
    ("pet owners per age group", "breakdown", [PETS], "age"),
    ("All customers by marital status", "breakdown", [], "marital_status"),
    ("按年龄分组，养宠物的顾客有多少？", "breakdown", [PETS], "age"),
    ("各年龄段的顾客分别有多少", "breakdown", [], "age"),
    # ---- lists and everyone
    ("List all new customers", "list", [tag("new_customer")], None),
    ("Show me customers who live alone", "list", [field("household_size", "=", "1")], None),
    ("列出周末购物者", "list", [tag("weekend_shopper")], None),
    ("谁是新顾客？", "list", [tag("new_customer")], None),
    ("How many customers are there?", "count", [], None),
    ("How many customers do we have in total?", "count", [], None),
    ("一共有多少顾客？", "count", [], None),
    # ---- only ranking is left
    ("Who seems to enjoy cosy evenings?", "search", [], None),
    ("像文艺青年一样生活", "search", [], None),
]

# question, words of which at least these must be reported
NOT_UNDERSTOOD: list[tuple[str, list[str]]] = [
    ("How many friendly pet owners are there?", ["friendly"]),
    ("How many pet owners bought caviar?", ["bought caviar"]),
    ("How many customers bought green wine?", ["green"]),
    ("How many customers spent more than $100 on wine?", ["on"]),
    ("top 10% of customers", ["10"]),
    ("How many orders did pet owners place last month?", ["orders", "last month"]),
    ("What is the average spend of pet owners?", ["average spend"]),
    ("How many customers over 57 are pet owners?", ["57"]),
    ("pet owners and coupon lovers or wine drinkers", ["and … or"]),
    ("How many 17 pet owners", ["17"]),
    ("pet owners not in Berlin", ["not", "berlin"]),
    ("people who are more than 50 percent pet owners", ["50"]),
    ("spent more than 100 on wine and ordered at least 5 times", ["on"]),
    ("How many coupon lovers by age and by shoe size", ["by shoe size"]),
    ("customers who bought wine and beer at least 3 times", ["bought"]),
    ("How many customers used a coupon at least 3 times?", ["used a coupon at least 3 times"]),
    ("customers who used a coupon in more than 3 orders", ["more", "3 orders"]),
    ("customers with wine in at least 3 orders", ["wine in at least 3 orders"]),
    ("customers who bought wine for more than $20", ["wine for more than $20"]),
    ("customers who bought wine using a coupon", ["wine using a coupon"]),
    ("How many people bought wine with a coupon?", ["coupon"]),
    ("wine drinkers in the last 30 days", ["last 30 days"]),
    ("Who bought the most wine?", ["most"]),
    ("用优惠券下单超过3次的顾客", ["用优惠券下单超过3次"]),
    ("用优惠券买过葡萄酒的顾客", ["用优惠券买过葡萄酒"]),
    ("葡萄酒至少3次的顾客", ["葡萄酒至少3次"]),
    ("只买过葡萄酒的顾客", ["只"]),
    ("友好的养宠物顾客有多少？", ["友好"]),
    ("养宠物的顾客上个月消费了多少？", ["上", "消费"]),
    ("买过鱼子酱的养宠物顾客有多少", ["买过鱼子酱"]),
    ("在葡萄酒上消费超过100元的顾客", ["上"]),
    ("近30天下单至少3次且消费超过100元的顾客", ["近30天"]),
    ("养宠物的顾客平均消费多少", ["平均消费"]),
    ("没有养宠物的北京顾客", ["北京"]),
]
UNKNOWN = [
    ("How many pet owners opened our last email?", "opened"),
    ("How many customers bought umbrellas because of the weather?", "weather"),
    ("What is the phone number of our best customer?", "phone"),
    ("养宠物的顾客中有多少打开过邮件？", "邮件"),
    ("顾客的手机号是多少", "手机号"),
]


def make_planner(shop: Shop, **known: Any) -> Planner:
    return Planner(load_vocabulary(shop.workspace), Known(shop.workspace.as_of, **known))


@pytest.fixture(scope="module")
def planner(shop: Shop) -> Planner:
    return make_planner(shop)


def conditions(plan: Plan) -> list[Json]:
    assert isinstance(plan.condition, All)
    return [to_json(part) for part in plan.condition.all]


@pytest.mark.parametrize(("question", "kind", "expected", "group_by"), UNDERSTOOD)
def test_a_question_becomes_its_conditions(
    planner: Planner, question: str, kind: str, expected: list[Json], group_by: str | None
) -> None:
    plan = planner.plan(question)
    found = conditions(plan)
    assert {"unanswerable": plan.unanswerable, "kind": plan.kind, "by": plan.group_by} == {
        "unanswerable": None,
        "kind": kind,
        "by": group_by,
    }
    assert sorted(map(str, found)) == sorted(map(str, expected))
    assert plan.kind == "search" or not plan.unused


@pytest.mark.parametrize(("question", "words"), NOT_UNDERSTOOD)
def test_what_is_not_understood_is_said_and_not_counted(
    planner: Planner, question: str, words: list[str]
) -> None:
    plan = planner.plan(question)
    told = " | ".join(plan.unused)
    assert all(word in told for word in words), told
    assert plan.unanswerable is not None


@pytest.mark.parametrize(("question", "word"), UNKNOWN)
def test_what_no_data_holds_is_said(planner: Planner, question: str, word: str) -> None:
    assert word in str(planner.plan(question).unanswerable)


# turns of one conversation, and the query of the last
WHOLE: list[tuple[list[str], Json]] = [
    (["Top 3 customers by spend"], {"kind": "list", "rank": {"field": "spend"}, "limit": 3}),
    (
        ["Which 5 pet owners ordered most often in the last 90 days?"],
        {"kind": "list", "where": PETS, "rank": {"field": "orders_last_90d"}, "limit": 5},
    ),
    (["消费最低的10位顾客"],
     {"kind": "list", "rank": {"field": "spend", "order": "least"}, "limit": 10}),
    (["Compare pet owners with coupon lovers"],
     {"kind": "compare", "where": PETS, "against": COUPONS}),
    (["养宠物的顾客和优惠券爱好者有什么区别"],
     {"kind": "compare", "where": PETS, "against": COUPONS}),
    (["What sets pet owners apart?"], {"kind": "describe", "where": PETS}),
    (["What sets pet owners apart from coupon lovers?"],
     {"kind": "compare", "where": PETS, "against": COUPONS}),
    (["养宠物的顾客有什么特点"], {"kind": "describe", "where": PETS}),
    (["Monthly spend of pet owners"],
     {"kind": "trend", "where": PETS, "every": "month", "measure": "spend"}),
    (["养宠物的顾客，每周有多少人下单"],
     {"kind": "trend", "where": PETS, "every": "week", "measure": "customers"}),
    (["coupon lovers by whether they own a pet"],
     {"kind": "breakdown", "where": COUPONS, "by": {"tag": "pet_owner"}}),
    (["How many pet owners?", "only coupon lovers"], {"kind": "count", "where": [PETS, COUPONS]}),
    (["How many bought wine?", "and in May 2024?"],
     {"kind": "count", "where": bought("wine", since="2024-05-01", until="2024-05-31")}),
    (["How many bought wine at least twice?", "what about beer?"],
     {"kind": "count", "where": bought("beer", at_least=2)}),
    (["How many pet owners?", "by age?"], {"kind": "breakdown", "where": PETS, "by": "age"}),
    (["养宠物的顾客有多少？", "不要优惠券爱好者"], {"kind": "count", "where": [PETS, no(COUPONS)]}),
    (["How many pet owners?", "How many coupon lovers?"], {"kind": "count", "where": COUPONS}),
    (["customers at least 80% likely to be pet owners"],
     {"kind": "count", "where": {"tag": "pet_owner", "at_least": 0.8}}),
    (['pet owners most like "cheerful and curious"'],
     {"kind": "list", "where": [PETS, {"like": "cheerful and curious"}],
      "like": "cheerful and curious"}),
    (["neither pet owners nor coupon lovers: how many?"],
     {"kind": "count", "where": [no(PETS), no(COUPONS)]}),
    (["In May, how many customers bought wine but no beer?"],
     {"kind": "count", "where": [bought("wine", since="2024-05-01", until="2024-05-31"),
                                 no(bought("beer", since="2024-05-01", until="2024-05-31"))]}),
]  # fmt: skip


@pytest.mark.parametrize(("turns", "expected"), WHOLE)
def test_a_conversation_becomes_a_query(planner: Planner, turns: list[str], expected: Json) -> None:
    before = None
    for turn in turns:
        plan = planner.plan(turn, before)
        assert plan.unanswerable is None, (turn, plan.unused)
        before = plan.query
    where = expected.pop("where", [])
    wanted = {**expected, "where": where if isinstance(where, list) else [where]}
    found = query_to_json(plan.query)
    for side in ("where", "against"):
        if side in found:
            found[side] = found[side].get("all", [found[side]])
    if "against" in wanted:
        wanted["against"] = [wanted["against"]]
    assert found == wanted


def test_one_customer_is_explained_and_a_stranger_named(shop: Shop) -> None:
    planner = make_planner(shop, customers=frozenset({"k7"}))
    plan = planner.plan("Why is customer k7 a pet owner?")
    assert query_to_json(plan.query) == {
        "kind": "explain", "where": {"all": [PETS]}, "customer": "k7",
    }  # fmt: skip
    assert "k99" in str(planner.plan("Tell me about customer k99").unanswerable)


@pytest.mark.parametrize(
    ("question", "expected", "pair"),
    [
        ("How many customers bought coffe at least twice?", bought("coffee", at_least=2),
         ("coffe", "coffee")),
        ("customers who bought babby food", bought("baby food"), ("babby food", "baby food")),
    ],
)  # fmt: skip
def test_a_slip_of_spelling_is_put_right_and_told(
    planner: Planner, question: str, expected: Json, pair: tuple[str, str]
) -> None:
    plan = planner.plan(question)
    assert (conditions(plan), plan.unanswerable) == ([expected], None)
    assert plan.reread == (pair,)
    assert plan.question == question


def test_another_product_is_not_taken_for_one_that_is_sold(planner: Planner) -> None:
    for words in ("laptops", "chairs", "轮胎", "winches"):
        assert planner.plan(f"How many customers bought {words}?").unanswerable is not None


def test_a_saved_audience_is_found_by_its_name(shop: Shop) -> None:
    planner = make_planner(shop, audiences={"cosy evenings": from_json(PETS)})
    plan = planner.plan("How many cosy evenings customers are coupon lovers?")
    assert conditions(plan) == [PETS, COUPONS]


@pytest.mark.parametrize("question", [row[0] for row in UNDERSTOOD if row[1] != "search"])
@pytest.mark.parametrize("word", ["zorble", "42", "怪兽"])
def test_a_strange_word_anywhere_is_never_dropped(
    planner: Planner, question: str, word: str
) -> None:
    for text in (f"{question} {word}", f"{word} {question}", f"{question.rstrip('?？')}, {word}?"):
        plan = planner.plan(text)
        assert any(word in run for run in plan.unused), text
        assert plan.unanswerable or plan.kind == "search"


@pytest.mark.parametrize("question", [row[0] for row in UNDERSTOOD])
def test_case_width_and_blanks_do_not_matter(planner: Planner, question: str) -> None:
    wide = question.translate({ord("%"): "％", ord("0"): "０", ord("5"): "５"})
    for text in (question.upper(), f"  {wide} "):
        assert planner.plan(text).condition == planner.plan(question).condition


def test_a_tag_that_the_shop_does_not_give_is_no_zero(shop: Shop) -> None:
    planner = make_planner(shop, tags=frozenset({"pet_owner"}))
    assert planner.plan("How many pet owners?").unanswerable is None
    assert "vitamins" in str(
        planner.plan("vitamins and supplements: how many customers?").unanswerable
    )
    assert "非处方药" in str(planner.plan("有多少非处方药的顾客？").unanswerable)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How many customers bought 南瓜泥?", "en"),
        ("买过 Dry food for dogs 的顾客有多少", "zh"),
        ("VIP顾客", "zh"),
        ("Combien de clients ?", "en"),
    ],
)
def test_a_name_in_the_other_language_does_not_change_the_language(
    planner: Planner, question: str, language: str
) -> None:
    assert planner.plan(question).language == language


# ---- mere talk


@pytest.mark.parametrize(
    "question",
    [
        "My colleague asks how many pet owners we have, for the board meeting",
        "Hope you're well! Could someone confirm how large our pet owner segment is?",
        "老板要看，麻烦确认一下手头的宠物主人这个群体有多少人",
    ],
)
def test_talk_around_conditions_changes_nothing(planner: Planner, question: str) -> None:
    plan = planner.plan(question)
    assert (plan.unused, plan.unanswerable) == ((), None)
    assert plan.condition == All(all=(HasTag(tag="pet_owner"),))


@pytest.mark.parametrize(
    "question",
    [
        "How many people did we meet at the store?",  # talk alone, and no condition
        "How many loyal pet owners do we have?",
        "How many pet owners met us at the last trade fair?",
        "手头的忠诚宠物主人有多少",
    ],
)
def test_what_is_no_talk_is_not_passed_over(planner: Planner, question: str) -> None:
    assert planner.plan(question).unanswerable


def test_a_saved_audience_that_fits_no_more_is_told(shop: Shop) -> None:
    planner = make_planner(shop, gone={"Old Friends": "there is no tag 'gone_since'"})
    plan = planner.plan("How many old friends are there?")
    assert "“Old Friends” does not fit the data any more: there is no tag" in str(plan.unanswerable)
    assert planner.plan("How many pet owners?").unanswerable is None


@pytest.mark.parametrize(
    "question",
    [
        "How many people clicked on our Black Friday banner?",
        "how many customers visited the stand at our team event",
        "老板想看多少人点开了推送",
    ],
)
def test_a_clause_that_asks_is_no_chatter(planner: Planner, question: str) -> None:
    plan = planner.plan(question)
    assert plan.unanswerable or plan.kind == "search"


@pytest.mark.timeout(30)  # seconds; each took minutes while a pattern tried every way to split them
@pytest.mark.parametrize("words", ["买", "vs ", "10月", "bought ", "一", "or ", "没有"])
def test_the_same_word_again_and_again_takes_no_time(planner: Planner, words: str) -> None:
    planner.plan(words * 2_000)
