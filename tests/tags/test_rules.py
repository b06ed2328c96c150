"""Rule tags of a small shop, and rules in catalogues of other kinds and languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from agent.conditions import from_json, to_json
from agent.data.warehouse import Warehouse
from agent.facts.catalogue import catalogue
from agent.tags.rules import ITEMS_SHOWN, apply_rules, local_rules, localise
from agent.tags.taxonomy import TagDef, load_taxonomy, parse_taxonomy, terms
from agent.vocabulary import Item, Vocabulary
from tests.small_shop import (
    AS_OF,
    EXCEPTED,
    NAMED,
    PRODUCTS,
    Shop,
    make_shop,
    open_warehouse,
    vocabulary,
)

RULES: dict[str, Any] = {
    "rich": {"field": "spend", "op": "top_percent", "value": 25},
    "either": {
        "any": [
            {"field": "orders", "op": ">=", "value": 5},
            {"all": [{"field": "coupon_share", "op": ">", "value": 0}, {"bought": ["猫"]}]},
        ]
    },
    "middle": {
        "all": [
            {"field": "spend", "op": ">=", "value": 20},
            {"not": {"field": "spend", "op": ">=", "value": 100}},
        ]
    },
    "drinker": {"bought": ["Wines", "cognac"], "but_not": ["vinegar", "rum"], "at_least": 2},
    "eater": {"bought": ["food"], "last_days": 90},
    "secret": {"bought": ["drinks"]},
    "elsewhere": {"bought": ["cognac"]},
}


def taxonomy() -> tuple[TagDef, ...]:
    words = {"label": "x", "description": "x."}
    shared = {"group": "g", "source": "rule", "en": words, "zh": words}
    entries = [
        {"id": tag, "rule": rule, "sensitive": tag == "secret", **shared}
        for tag, rule in RULES.items()
    ]
    return parse_taxonomy(entries, "test")


@pytest.fixture(scope="module")
def shop() -> Shop:
    return make_shop(seed=11, size=60)


@pytest.fixture(scope="module")
def warehouse(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with open_warehouse(shop, tmp_path_factory.mktemp("shop")) as opened:
        yield opened


@pytest.fixture(scope="module")
def rows(warehouse: Warehouse) -> list[Any]:
    return apply_rules(warehouse, vocabulary(), taxonomy())


def of_tag(rows: list[Any], tag: str) -> dict[str, list[dict[str, Any]]]:
    return {row["customer"]: row["evidence"] for row in rows if row["tag"] == tag}


@pytest.mark.parametrize("tag", ["rich", "either", "middle", "eater"])
def test_carriers_are_those_of_whom_the_rule_is_true(shop: Shop, rows: list[Any], tag: str) -> None:
    assert list(of_tag(rows, tag)) == shop.truth(RULES[tag])
    assert of_tag(rows, tag)


def test_words_that_name_nothing_here_are_left_out(shop: Shop, rows: list[Any]) -> None:
    known = {"bought": ["Wines"], "but_not": ["vinegar"], "at_least": 2}
    assert list(of_tag(rows, "drinker")) == shop.truth(known)
    assert of_tag(rows, "elsewhere") == {}
    assert local_rules(taxonomy(), vocabulary())[1] == ("elsewhere",)


def test_rows_are_as_the_store_keeps_them(rows: list[Any]) -> None:
    keys = [(row["customer"], row["tag"]) for row in rows]
    assert len(set(keys)) == len(keys)
    assert {(row["probability"], row["source"]) for row in rows} == {(1.0, "rule")}
    assert all(row["evidence"] for row in rows)


def test_sensitive_tags_are_given_only_when_switched_on(
    shop: Shop, warehouse: Warehouse, rows: list[Any]
) -> None:
    assert of_tag(rows, "secret") == {}
    enabled = apply_rules(warehouse, vocabulary(), taxonomy(), enabled_sensitive=["secret"])
    assert list(of_tag(enabled, "secret")) == shop.truth(RULES["secret"])


def test_evidence_of_figures_is_the_figure_and_the_condition_it_meets(
    shop: Shop, rows: list[Any]
) -> None:
    for customer, evidence in of_tag(rows, "middle").items():
        spend = shop.customers[customer]["spend"]
        assert evidence == [
            {"field": "spend", "value": spend, "rule": RULES["middle"]["all"][0]},
            {"field": "spend", "value": spend, "rule": RULES["middle"]["all"][1]},
        ]


def test_evidence_of_alternatives_names_only_those_that_hold(shop: Shop, rows: list[Any]) -> None:
    for customer, evidence in of_tag(rows, "either").items():
        orders = shop.customers[customer]["orders"]
        told = [entry for entry in evidence if entry.get("field") == "orders"]
        assert bool(told) == (orders is not None and orders >= 5)
        assert ("猫" in str(evidence) or "CAT FOOD" in str(evidence)) == (
            customer in shop.truth({"bought": ["猫"]})
        )


def counted(shop: Shop, customer: str, meant: set[str], level_of: dict[str, Item]) -> list[Any]:
    """The evidence that plain counting gives, most orders first."""
    orders: dict[Item, dict[str, Any]] = {}
    for who, order, day, product in shop.lines:
        if who == customer and product in meant:
            orders.setdefault(level_of[product], {})[order] = day
    found = [
        {"name": i.name, "level": i.level, "orders": len(d), "last": max(d.values()).isoformat()}
        for i, d in orders.items()
    ]
    return sorted(found, key=lambda entry: (-entry["orders"], entry["name"]))[:ITEMS_SHOWN]


def test_evidence_of_purchases_is_what_plain_counting_finds(shop: Shop, rows: list[Any]) -> None:
    meant = NAMED["Wines"] - EXCEPTED["vinegar"]
    shown = {product: Item("category", str(PRODUCTS[product]["category"])) for product in meant}
    for customer, evidence in of_tag(rows, "drinker").items():
        assert evidence == counted(shop, customer, meant, shown)


def test_the_warehouse_is_left_as_it_was(warehouse: Warehouse, rows: list[Any]) -> None:
    columns = warehouse.frame("SELECT * FROM purchases LIMIT 0").columns
    assert "amount" in columns


def test_a_rule_is_kept_as_far_as_the_shop_can_answer_it() -> None:
    def local(rule: dict[str, Any]) -> dict[str, Any] | None:
        found = localise(from_json(rule), vocabulary())
        return None if found is None else to_json(found)

    assert local({"any": [{"bought": ["cognac"]}, {"bought": ["猫粮", "rum"]}]}) == {
        "any": [{"bought": ["猫粮"]}]
    }
    assert local({"all": [{"bought": ["cognac"]}, {"bought": ["猫粮"]}]}) is None
    assert local({"not": {"bought": ["cognac"]}}) is None
    assert local({"field": "loyalty", "op": ">", "value": 1}) is None
    assert local({"bought": ["vinegar"], "but_not": ["Wines"]}) is None


def shop_of(*categories: str) -> Vocabulary:
    fields = {field.name: field.term() for field in catalogue()}
    return Vocabulary(fields, terms(load_taxonomy()), {"category": categories})


CASES = [
    (("天然猫粮",), {"pet_owner", "cat_owner"}),
    (("冷冻狗粮",), {"pet_owner", "dog_owner"}),
    (("热狗", "狗玩具绳"), set()),
    (("进口红酒",), {"wine"}),
    (("红酒杯", "红酒醋"), set()),
    (("Wine vinegar", "Wine racks"), set()),
    (("Red wine",), {"wine"}),
    (("婴儿纸尿裤",), {"baby_products"}),
    (("Baby carrots", "Hot dogs", "Adult diapers"), set()),
    (("咖啡豆",), {"coffee"}),
    (("Coffee tables", "Coffee makers"), set()),
    (("Root beer", "Ginger ale"), set()),
    (("有机蔬菜",), {"wholesome_food"}),
    (("Board games",), {"toys"}),
    (("口红",), {"cosmetics"}),
]


@pytest.mark.parametrize(("categories", "expected"), CASES, ids=str)
def test_interests_in_other_catalogues(categories: tuple[str, ...], expected: set[str]) -> None:
    rules, missing = local_rules(load_taxonomy(), shop_of(*categories))
    interests = {tag.id for tag in load_taxonomy() if tag.group == "interest"}
    assert set(rules) & interests == expected
    assert set(missing) == interests - expected


def test_as_of_is_the_end_of_windows(shop: Shop) -> None:
    assert max(day for _, _, day, _ in shop.lines) == AS_OF
