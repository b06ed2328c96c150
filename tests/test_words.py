"""Conditions as people read them; every text was written by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from agent.conditions import from_json
from agent.errors import ConditionError
from agent.facts.catalogue import catalogue
from agent.vocabulary import Term, Vocabulary
from agent.words import condition_words, value_words
from tests.small_shop import FIELDS, LABELS, TAGS
from tests.small_shop import vocabulary as small_vocabulary
from tests.test_conditions import CONDITIONS

VOCABULARY = Vocabulary(
    fields={**{field.name: field.term() for field in catalogue()}, "age": FIELDS["age"]},
    tags=TAGS,
    labels={
        **LABELS,
        "FRZN DINNERS": ("frozen dinners and entrees", "冷冻正餐与主菜"),
    },
)
A = {"field": "orders", "op": ">=", "value": 3}
B = {"field": "age", "op": "=", "value": "35+"}
C = {"tag": "kids"}

CASES: list[tuple[dict[str, Any], str, str]] = [
    (
        {
            "all": [
                A | {"field": "orders_last_30d"},
                {"bought": ["wine"], "at_least": 2, "last_days": 90},
            ]
        },
        "at least 3 orders in the last 30 days"
        " and bought wine in at least 2 orders in the last 90 days",
        "近30天订单数至少3 且 近90天至少2个订单购买wine",
    ),
    (A | {"value": 1}, "at least 1 order", "订单数至少1"),
    (A | {"op": "<", "value": 1200}, "fewer than 1,200 orders", "订单数小于1,200"),
    (
        {"field": "spend", "op": ">", "value": 99.95},
        "spend of more than 99.95",
        "消费金额大于99.95",
    ),
    (
        {"field": "days_since_last_order", "op": "between", "value": 30, "to": 89},
        "30 to 89 days since the last order",
        "距上次下单天数在30到89之间",
    ),
    (
        {"field": "usual_gap_days", "op": "<=", "value": 7},
        "usual days between orders of at most 7",
        "通常下单间隔天数至多7天",
    ),
    (
        {"field": "coupon_share", "op": ">=", "value": 0.125},
        "share of orders with a coupon of at least 12.5%",
        "用券订单占比至少12.5%",
    ),
    (
        {"field": "spend", "op": "top_percent", "value": 10},
        "in the top 10% by spend",
        "消费金额位于前10%",
    ),
    (
        {"field": "orders", "op": "bottom_percent", "value": 2.5},
        "in the bottom 2.5% by orders",
        "订单数位于后2.5%",
    ),
    (B, "age is 35+", "年龄为35+"),
    (B | {"op": "!="}, "age is not 35+", "年龄不为35+"),
    (
        {"field": "age", "op": "in", "value": ["18-34", "35+"]},
        "age is one of 18-34, 35+",
        "年龄为18-34、35+之一",
    ),
    (
        {"field": "top_category", "op": "=", "value": "CAT FOOD"},
        "top category is food for cats",
        "最常购买的品类为猫粮",
    ),
    (
        {"field": "top_category", "op": "=", "value": 'so-called "odds"'},
        r'top category is "so-called \"odds\""',
        r"最常购买的品类为“so-called \"odds\"”",
    ),
    (C, 'tagged "kids"', "标签“有孩子”"),
    (
        C | {"at_least": 0.8},
        '"kids" with a probability of at least 80%',
        "标签“有孩子”的概率至少80%",
    ),
    (
        {"bought": ["CAT FOOD", "wine"], "but_not": ["vinegar"], "since": "2024-01-01"},
        "bought any of food for cats, wine (but not vinegar) in at least 1 order since 2024-01-01",
        "2024-01-01以来至少1个订单购买猫粮或wine（不含vinegar）",
    ),
    (
        {"bought": ["FRZN DINNERS"], "at_most": 0, "last_days": 1},
        'never bought "frozen dinners and entrees" in the last 1 day',
        "近1天从未购买“冷冻正餐与主菜”",
    ),
    (
        {"bought": ["wine"], "level": "type", "at_least": 2, "at_most": 5, "until": "2024-05-31"},
        "bought wine (type) in 2 to 5 orders until 2024-05-31",
        "截至2024-05-31，2到5个订单购买wine（类型）",
    ),
    (
        {"bought": ["wine"], "at_most": 1, "since": "2024-01-01", "until": "2024-05-31"},
        "bought wine in exactly 1 order from 2024-01-01 to 2024-05-31",
        "2024-01-01至2024-05-31恰好1个订单购买wine",
    ),
    (
        {"bought": ["wine"], "at_least": 0, "at_most": 3},
        "bought wine in at most 3 orders",
        "至多3个订单购买wine",
    ),
    (
        {"field": "orders", "op": ">=", "value": 3, "last_days": 60},
        "at least 3 orders in the last 60 days",
        "近60天订单数至少3",
    ),
    (
        {"field": "spend", "op": ">", "value": 100, "since": "2024-01-01", "until": "2024-01-31"},
        "spend from 2024-01-01 to 2024-01-31 of more than 100",
        "2024-01-01至2024-01-31消费金额大于100",
    ),
    (
        {"field": "spend", "op": "top_percent", "value": 10, "since": "2024-05-01"},
        "in the top 10% by spend since 2024-05-01",
        "2024-05-01以来消费金额位于前10%",
    ),
    (
        {"like": "cheerful"},
        "ranked by likeness to “cheerful” (not counted)",
        "按与“cheerful”的相近程度排序（不计数）",
    ),
    ({"all": []}, "all customers", "全部顾客"),
    ({"not": C}, 'not (tagged "kids")', "不满足（标签“有孩子”）"),
    (
        {"all": [A, {"any": [B, C]}]},
        'at least 3 orders and (age is 35+ or tagged "kids")',
        "订单数至少3 且 （年龄为35+ 或 标签“有孩子”）",
    ),
    (
        {"any": [{"all": [A, B]}, {"not": {"all": [B, C]}}]},
        '(at least 3 orders and age is 35+) or not (age is 35+ and tagged "kids")',
        "（订单数至少3 且 年龄为35+） 或 不满足（年龄为35+ 且 标签“有孩子”）",
    ),
    ({"any": [{"all": [A]}]}, "at least 3 orders", "订单数至少3"),
    (
        {"all": [{"any": [{"all": [A, B]}]}, C]},
        '(at least 3 orders and age is 35+) and tagged "kids"',
        "（订单数至少3 且 年龄为35+） 且 标签“有孩子”",
    ),
]


@pytest.mark.parametrize(("condition", "english", "chinese"), CASES)
def test_a_condition_in_words(condition: dict[str, Any], english: str, chinese: str) -> None:
    parsed = from_json(condition)
    assert condition_words(parsed, "en", VOCABULARY) == english
    assert condition_words(parsed, "zh", VOCABULARY) == chinese


def test_a_label_stands_for_a_name_only_where_it_means_the_same() -> None:
    vocabulary = Vocabulary(
        fields={},
        catalogue={
            "category": ["BABY FOODS", "OILS", "FATS", "CHEESES"],
            "type": ["baby food", "CHEESE STICKS"],
        },
        labels={
            "BABY FOODS": ("baby food", "婴儿食品"),
            "OILS": ("oils and fats", "油脂"),
            "FATS": ("fats", "油脂"),
            "CHEESES": ("cheese", "奶酪"),
        },
    )

    def words(**given: Any) -> tuple[str, str]:
        condition = from_json(given)
        english = condition_words(condition, "en", vocabulary)
        chinese = condition_words(condition, "zh", vocabulary)
        return english.removesuffix(" in at least 1 order"), chinese.removeprefix("至少1个订单购买")

    # "baby food" is the name of a type, two categories are called 油脂, and "CHEESES" excepts
    # the sticks too, but 奶酪 does not.
    assert words(bought=["BABY FOODS"]) == ("bought BABY FOODS", "婴儿食品")
    assert words(bought=["BABY FOODS"], level="category") == (
        "bought baby food (category)",
        "婴儿食品（品类）",
    )
    assert words(bought=["OILS"]) == ('bought "oils and fats"', "OILS")
    assert words(bought=["FATS"], but_not=["CHEESES"]) == (
        "bought fats (but not cheese)",
        "FATS（不含CHEESES）",
    )


@settings(max_examples=200, deadline=None)
@given(condition=CONDITIONS)
def test_every_condition_has_words_with_balanced_brackets(condition: dict[str, Any]) -> None:
    parsed = from_json(condition)
    english = condition_words(parsed, "en", small_vocabulary())
    chinese = condition_words(parsed, "zh", small_vocabulary())
    assert english.count("(") == english.count(")")
    assert chinese.count("（") == chinese.count("）")
    assert english
    assert chinese


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ConditionError, match="no field 'loyalty'"):
        condition_words(from_json({"field": "loyalty", "op": "=", "value": 1}), "en", VOCABULARY)


@pytest.mark.parametrize(
    ("value", "unit", "english"),
    [
        (0.12345, "share", "12.35%"),
        (0.0, "share", "0%"),
        (4360.349, "money", "4,360.35"),
        (12, "orders", "12"),
        (None, "money", "unknown"),
        (float("nan"), "money", "unknown"),
    ],
)
def test_values_in_words(value: float | None, unit: str, english: str) -> None:
    assert value_words(value, Term("x", "x", "某", unit, numeric=True), "en") == english


def test_a_category_is_its_own_words() -> None:
    assert value_words("35+", FIELDS["age"], "zh") == "35+"
    assert value_words(None, FIELDS["age"], "zh") == "未知"
