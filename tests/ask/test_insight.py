"""Descriptions and comparisons against pandas and scipy on the shop's rows."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from agent.ask.insight import Comparison, Measure, Trait, compare, describe, restated
from agent.ask.insight_words import compare_words, describe_words, trait_words
from agent.conditions import from_json
from agent.tags.rules import local_rules
from agent.tags.taxonomy import load_taxonomy
from agent.vocabulary import Term, Vocabulary
from tests.ask.conftest import Shop
from tests.ask.data import Data, open_data
from tests.ask.gold_effects import fisher, katz, rank_sum, walter
from tests.ask.shop import ATTRIBUTES, PRODUCTS

ALL = 10_000
CATEGORIES = sorted({category for _, _, category in PRODUCTS.values()})


@pytest.fixture(scope="module")
def data(shop: Shop) -> Iterator[Data]:
    with open_data(shop) as opened:
        yield opened


# The gold: every trait as a series over the customers, unknown as None.


@dataclass(frozen=True)
class Gold:
    kind: str
    name: str
    value: str | None
    inside: float
    outside: float
    effect: float
    p: float


def gold_series(data: Data) -> dict[tuple[str, str, str | None], pd.Series]:
    everyone = data.facts.index
    found: dict[tuple[str, str, str | None], pd.Series] = {}
    for tag, rows in data.tags.groupby("tag"):
        decision = rows.set_index("customer")["decision"].reindex(everyone).fillna("no")
        found["tag", str(tag), None] = decision.map({"yes": 1, "no": 0})
    for name, (_, _, values) in ATTRIBUTES.items():
        given = data.truth.people.set_index("who")[name].reindex(everyone)
        for value in values:
            found["value", name, value] = (given == value).where(given.notna())
    for category in CATEGORIES:
        bought = data.truth.bought(category)
        found["category", category, None] = pd.Series(everyone.isin(bought.index), index=everyone)
    for name, term in data.vocabulary.fields.items():
        if term.numeric:
            found["number", name, None] = data.facts[name].astype(float)
    return found


def gold(data: Data, inside: Sequence[str], outside: Sequence[str]) -> list[Gold]:
    """Every trait that passes, before anything is left out."""
    candidates, sure = [], []
    for (kind, name, value), series in gold_series(data).items():
        a = series.loc[list(inside)].dropna().astype(float).tolist()
        b = series.loc[list(outside)].dropna().astype(float).tolist()
        if not a or not b or len({*a, *b}) < 2:
            continue
        if kind == "number":
            effect, p = rank_sum(a, b)
            middle = float(np.median(a)), float(np.median(b))
            sure.append(p < 0.05)
        else:
            counts = int(sum(a)), len(a), int(sum(b)), len(b)
            middle = counts[0] / counts[1], counts[2] / counts[3]
            effect = middle[0] / middle[1] if middle[1] else np.inf
            p = fisher(*counts)
            low, high = katz(*counts) if counts[0] and counts[2] else walter(*counts)
            sure.append(low > 1 or high < 1)
        candidates.append(Gold(kind, name, value, *middle, effect, p))
    corrected = stats.false_discovery_control([one.p for one in candidates])
    return [
        one for one, p, told in zip(candidates, corrected, sure, strict=True) if p <= 0.05 and told
    ]


AUDIENCES: dict[str, dict[str, Any]] = {
    "wine": {"bought": ["wine"]},
    "many orders": {"field": "orders", "op": "top_percent", "value": 40},
    "homeowners": {"field": "home_ownership", "op": "=", "value": "Homeowner"},
    "pets": {"tag": "pet_owner"},
    "coupons": {"field": "coupon_share", "op": ">", "value": 0.3},
}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_all_traits_are_those_of_pandas_and_scipy(data: Data, audience: str) -> None:
    inside = data.asked(AUDIENCES[audience])
    outside = [who for who in data.facts.index if who not in set(inside)]
    found: dict[tuple[str, str, str | None], Trait] = {
        (t.kind, t.name, t.value): t
        for t in describe(data.warehouse, data.vocabulary, inside, most=ALL)
    }
    expected = {(one.kind, one.name, one.value): one for one in gold(data, inside, outside)}
    assert found.keys() == expected.keys()
    assert expected
    for key, one in expected.items():
        trait = found[key]
        assert [trait.inside, trait.outside] == pytest.approx([one.inside, one.outside])
        effect = trait.auc if one.kind == "number" else trait.lift
        assert (np.inf if effect is None else effect) == pytest.approx(one.effect)


def test_counts_and_the_interval_of_one_trait(data: Data) -> None:
    """Beer among the buyers of wine, from the rows of the shop."""
    wine, vinegar = set(data.truth.bought("WINE").index), set(data.truth.bought("VINEGAR").index)
    others = set(data.facts.index) - wine
    traits = describe(data.warehouse, data.vocabulary, sorted(wine | vinegar), sorted(others))
    found = next(t for t in traits if t.name == "WINE")
    assert found.n_inside == len(wine)
    assert found.known_inside == len(wine | vinegar)
    assert found.known_outside == len(others)


def test_a_second_audience_may_overlap(data: Data) -> None:
    """Shares are those of all customers of each, so anybody can count them again."""
    coffee, tea = (sorted(data.truth.bought(name).index) for name in ("COFFEE", "TEA"))
    traits = describe(data.warehouse, data.vocabulary, coffee, tea, most=ALL)
    assert {"COFFEE", "TEA"} <= {t.name for t in traits}
    for trait in traits:
        if trait.kind == "category":
            buyers = set(data.truth.bought(trait.name).index)
            assert trait.inside == pytest.approx(len(buyers & set(coffee)) / len(coffee))
            assert trait.outside == pytest.approx(len(buyers & set(tea)) / len(tea))


def plant(data: Data, **tags: dict[str, str]) -> None:
    """Tags of the test's own: tag -> customer -> decision."""
    rows = [
        (customer, tag, 0.5, decision)
        for tag, decisions in tags.items()
        for customer, decision in decisions.items()
    ]
    frame = pd.DataFrame(rows, columns=["customer", "tag", "probability", "decision"])
    data.warehouse.register("customer_tags", frame)


@pytest.fixture
def planted(data: Data) -> Iterator[Data]:
    yield data
    data.warehouse.register("customer_tags", data.tags)


def test_the_unknown_count_on_neither_side(planted: Data) -> None:
    everyone = sorted(planted.facts.index)
    inside, outside = everyone[:40], everyone[40:]
    plant(
        planted,
        wine=dict.fromkeys(inside[:20], "yes") | dict.fromkeys(inside[20:30], "unknown"),
        beer=dict.fromkeys(everyone, "unknown"),
        tea=dict.fromkeys(outside[:30], "yes") | dict.fromkeys(inside[:3], "no"),
    )
    found = describe(planted.warehouse, planted.vocabulary, inside, most=ALL)
    tags = {t.name: t for t in found if t.kind == "tag"}
    assert tags.keys() == {"wine", "tea"}
    wine, tea = tags["wine"], tags["tea"]
    assert (wine.n_inside, wine.known_inside, wine.known_outside) == (20, 30, 40)
    assert (wine.inside, wine.outside, wine.lift, wine.high) == (20 / 30, 0, None, None)
    assert (tea.inside, tea.outside, tea.lift, tea.low) == (0, 30 / 40, 0, 0)


def test_neither_tiny_groups_nor_trivial_lifts_lead(planted: Data) -> None:
    everyone = sorted(planted.facts.index)
    inside, outside = everyone[:40], everyone[40:]
    plant(
        planted,
        # 10 against none, 40 against 30 of 40, 24 against 6 of 40.
        tea=dict.fromkeys(inside[:10], "yes"),
        beer=dict.fromkeys([*inside, *outside[:30]], "yes"),
        wine=dict.fromkeys([*inside[:24], *outside[:6]], "yes"),
    )
    found = describe(planted.warehouse, planted.vocabulary, inside)
    tags = [t.name for t in found if t.kind == "tag"]
    assert tags[0] == "wine"
    assert set(tags) == {"wine", "beer", "tea"}


def test_chance_alone_is_seldom_told(data: Data) -> None:
    """At 5%: of 10 audiences drawn by lot a few at most have any trait."""
    draw, everyone = random.Random(4), sorted(data.facts.index)
    found = [
        bool(describe(data.warehouse, data.vocabulary, draw.sample(everyone, 30)))
        for _ in range(10)
    ]
    assert sum(found) <= 2


def test_what_restates_the_conditions_comes_last(data: Data) -> None:
    inside = data.asked(AUDIENCES["wine"])
    plain = describe(data.warehouse, data.vocabulary, inside, most=ALL)
    assert plain[0].name == "WINE"
    given = {"WINE", "wine"}
    found = describe(data.warehouse, data.vocabulary, inside, given=given, most=ALL)
    marks = [t.given for t in found]
    assert marks == sorted(marks)
    assert {t.name for t in found if t.given} == given
    assert describe_words(found, "en", data.vocabulary).count("bought wine") == 0


def test_what_is_hidden_never_appears(data: Data) -> None:
    inside = data.asked(AUDIENCES["wine"])
    found = describe(data.warehouse, data.vocabulary, inside, hidden={"WINE", "wine"}, most=ALL)
    assert not {"WINE", "wine"} & {t.name for t in found}


def test_a_tag_that_the_vocabulary_does_not_know_is_left_out(planted: Data) -> None:
    everyone = sorted(planted.facts.index)
    plant(planted, forgotten=dict.fromkeys(everyone[:40], "yes"))
    found = describe(planted.warehouse, planted.vocabulary, everyone[:40])
    assert not [t for t in found if t.kind == "tag"]


def test_attributes_may_have_any_name(planted: Data) -> None:
    """Even those of the tables that the sides are kept in; a name is never a part of SQL's text."""
    everyone = sorted(planted.facts.index)
    names = ("side", "have_0", "value", 'x"; DROP TABLE y; --')
    halves = ["left"] * 40 + ["right"] * 40
    frame = pd.DataFrame({"customer": everyone, **dict.fromkeys(names, halves)})
    numbers = {"first": [1.0] * 40 + [2.0] * 40, "customers": [1.0] * 40 + [2.0] * 40}
    terms = [Term(name, name, name) for name in names]
    terms += [Term(name, name, name, numeric=True) for name in numbers]
    planted.warehouse.register("customer_facts", frame.assign(**numbers))
    try:
        found = describe(
            planted.warehouse, Vocabulary({t.name: t for t in terms}), everyone[:40], most=ALL
        )
    finally:
        planted.warehouse.register("customer_facts", planted.facts.reset_index())
    told = [t for t in found if t.kind in ("value", "number")]
    assert {t.name for t in told} == {*names, *numbers}
    assert {(t.inside, t.outside) for t in told} == {(0.0, 1.0), (1.0, 0.0), (1.0, 2.0)}


def test_at_most_so_many_of_a_kind(data: Data) -> None:
    inside = data.asked(AUDIENCES["many orders"])
    kinds = [t.kind for t in describe(data.warehouse, data.vocabulary, inside, most=2)]
    assert max(kinds.count(kind) for kind in kinds) == 2


@pytest.mark.parametrize(
    ("condition", "names", "not_named"),
    [
        ({"bought": ["wine"]}, {"WINE", "wine"}, {"BEER", "pet_owner", "orders"}),
        (
            {"not": {"tag": "pet_owner"}},
            {"pet_owner", "dog_owner", "cat_owner", "DOG FOOD", "CAT LITTER"},
            {"wine", "WINE"},
        ),
        (
            {"field": "spend", "op": ">", "value": 100},
            {"spend", "spend_last_30d", "spend_last_90d", "value_top"},
            {"orders", "average_order_value", "big_basket"},
        ),
        ({"field": "age", "op": "=", "value": "65+"}, {"age"}, {"income"}),
        ({"all": []}, set(), {"orders"}),
    ],
)
def test_what_conditions_speak_of(
    data: Data, condition: dict[str, object], names: set[str], not_named: set[str]
) -> None:
    rules, _ = local_rules(load_taxonomy(), data.vocabulary)
    found = restated(from_json(condition), rules, data.vocabulary, data.warehouse)
    assert names <= found
    assert not not_named & found


def test_two_audiences_side_by_side(data: Data) -> None:
    coffee, tea = (sorted(data.truth.bought(name).index) for name in ("COFFEE", "TEA"))
    found = compare(data.warehouse, data.vocabulary, coffee, tea)
    both = set(coffee) & set(tea)
    assert (found.customers_a, found.customers_b) == (len(coffee), len(tea))
    assert found.customers_both == len(both) > 0
    expected = gold_measures(data, coffee), gold_measures(data, tea)
    assert [one.name for one in found.measures] == list(expected[0])
    for one in found.measures:
        a, b = (figures[one.name] for figures in expected)
        assert [one.a, one.b, one.ratio] == pytest.approx([a, b, a / b])
    turned = compare(data.warehouse, data.vocabulary, tea, coffee).measures
    assert [(one.b, one.a) for one in turned] == [(one.a, one.b) for one in found.measures]


def gold_measures(data: Data, customers: Sequence[str]) -> dict[str, float]:
    orders = data.truth.by_order[data.truth.by_order["who"].isin(customers)]
    last = pd.to_datetime(orders.groupby("who")["day"].max())
    as_of = pd.Timestamp(data.warehouse.as_of)
    return {
        "customers": len(customers),
        "orders": len(orders),
        "spend": orders["paid"].sum(),
        "average_order_value": orders["paid"].sum() / len(orders),
        "spend_per_customer": orders["paid"].sum() / len(customers),
        "days_since_last_order": (as_of - last).dt.days.median(),
        "coupon_share": orders["coupon"].mean(),
    }


def test_audiences_of_nobody_of_everybody_and_of_strangers(data: Data) -> None:
    everyone = list(data.facts.index)
    for audience in ([], everyone, ["nobody knows me"], everyone[:1]):
        assert describe(data.warehouse, data.vocabulary, audience) == []
    found = compare(data.warehouse, data.vocabulary, [], everyone)
    assert (found.customers_a, found.customers_both, found.traits) == (0, 0, [])
    assert found.measures[0] == Measure("customers", 0, len(everyone), 0)
    assert found.measures[3].a is None
    assert found.measures[3].ratio is None
    assert compare(data.warehouse, data.vocabulary, everyone, everyone).traits == []


def test_ids_that_are_there_twice_count_once(data: Data) -> None:
    inside = data.asked(AUDIENCES["wine"])
    once = describe(data.warehouse, data.vocabulary, inside)
    assert describe(data.warehouse, data.vocabulary, [*inside, *inside, "stranger"]) == once


def test_a_home_without_tags(planted: Data) -> None:
    plant(planted)
    inside = planted.asked(AUDIENCES["wine"])
    found = describe(planted.warehouse, planted.vocabulary, inside)
    assert {t.kind for t in found} == {"category", "number"}


def test_json_can_hold_it(data: Data) -> None:
    inside = data.asked(AUDIENCES["wine"])
    found = compare(
        data.warehouse, data.vocabulary, inside, sorted(set(data.facts.index) - {*inside})
    )
    printed = json.loads(json.dumps(asdict(found), allow_nan=False))
    assert set(printed["traits"][0]) >= {"kind", "name", "inside", "outside", "lift", "low", "high"}


def trait(kind: str, name: str, value: str | None = None, **others: object) -> Trait:
    figures = {
        **{"inside": 0.4475, "outside": 0.107, "lift": 4.1822, "auc": None, "low": 3.5},
        **{"high": 4.9, "n_inside": 9, "known_inside": 20, "known_outside": 60, "p": 0.001},
    }
    return Trait(kind, name, value, **{**figures, **others})  # type: ignore[arg-type]


TRAITS = [
    (trait("tag", "pet_owner"), 'tagged "pet owner": 44.75% against 10.7% (4.18 times)'),
    (trait("tag", "pet_owner"), "标签“养宠物”：44.75%对比10.7%（4.18倍）"),
    (trait("category", "BEER"), "bought beer and ale: 44.75% against 10.7% (4.18 times)"),
    (trait("category", "BEER"), "购买啤酒：44.75%对比10.7%（4.18倍）"),
    (
        trait("value", "home_ownership", "Homeowner", outside=0.0, lift=None, high=None),
        "home ownership is homeowner: 44.75% against 0%",
    ),
    (
        trait("value", "home_ownership", "Homeowner", inside=0.0, lift=0.0),
        "住房情况为有房：0%对比10.7%（0倍）",
    ),
    (
        trait("number", "spend", inside=2243.5, outside=690.25, lift=None, auc=0.75),
        "spend: median 2,243.5 against 690.25 (higher in 75% of pairs)",
    ),
    (
        trait("number", "coupon_share", inside=0.05, outside=0.125, lift=None, auc=0.2),
        "用券订单占比：中位数5%对比12.5%（两两相比80%更低）",
    ),
]


@pytest.mark.parametrize(("told", "expected"), TRAITS)
def test_traits_in_words(data: Data, told: Trait, expected: str) -> None:
    language = "zh" if re.search(r"[一-鿿]", expected) else "en"
    assert trait_words(told, language, data.vocabulary) == expected  # type: ignore[arg-type]


def test_a_comparison_in_words(data: Data) -> None:
    measures = [
        Measure("customers", 1104, 1298, 0.85),
        Measure("spend_per_customer", 2790.769, 2411.5, 1.1573),
        Measure("average_order_value", None, 30.2, None),
        Measure("days_since_last_order", 2.0, 4.0, 0.5),
    ]
    found = Comparison(1104, 1298, 782, measures, [trait("category", "BEER")])
    assert compare_words(found, "en", data.vocabulary) == (
        "1,104 customers against 1,298, of whom 782 are in both; "
        "spend per customer: 2,790.77 against 2,411.5 (1.16 times); "
        "average order value: unknown against 30.2; "
        "median days since the last order: 2 against 4 (0.5 times). "
        "What sets the first apart from the second: "
        "bought beer and ale: 44.75% against 10.7% (4.18 times)."
    )
    assert compare_words(found, "zh", data.vocabulary) == (
        "1,104位顾客对比1,298位，其中782位同属两者；人均消费：2,790.77对比2,411.5（1.16倍）；"
        "客单价：未知对比30.2；距上次下单天数中位数：2对比4（0.5倍）。"
        "前者与后者相比的特点：购买啤酒：44.75%对比10.7%（4.18倍）。"
    )


def test_nothing_to_tell_is_said(data: Data) -> None:
    restating = [trait("category", "BEER", given=True)]
    assert "nothing" in describe_words(restating, "en", data.vocabulary)
    assert "没有" in describe_words([], "zh", data.vocabulary)


def test_each_language_keeps_to_itself(data: Data) -> None:
    found = compare(data.warehouse, data.vocabulary, data.asked(AUDIENCES["wine"]), [])
    traits = describe(data.warehouse, data.vocabulary, data.asked(AUDIENCES["pets"]))
    english = compare_words(found, "en", data.vocabulary) + describe_words(
        traits, "en", data.vocabulary
    )
    assert re.search(r"[一-鿿，。：；（）]", english) is None
    chinese = describe_words(traits, "zh", data.vocabulary)
    assert re.search(r"[a-z]{2}", chinese) is None
