"""Groups against pandas on the shop's rows, and sums on random data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.ask.breakdown import Breakdown, Group, breakdown, breakdown_words
from agent.errors import ConditionError
from agent.vocabulary import Term, Vocabulary
from tests.ask.conftest import Shop
from tests.ask.data import Data, open_data
from tests.ask.shop import AGES


@pytest.fixture(scope="module")
def data(shop: Shop) -> Iterator[Data]:
    with open_data(shop) as opened:
        yield opened


@pytest.fixture
def changed(data: Data) -> Iterator[Data]:
    """For tests that put facts of their own in place."""
    yield data
    data.warehouse.register("customer_facts", data.facts.reset_index())


def broken(data: Data, audience: Sequence[str], by: Any) -> Breakdown:
    return breakdown(data.warehouse, data.vocabulary, audience, by)


def mean_spend(data: Data, customers: Sequence[str]) -> float:
    orders = data.truth.by_order
    return float(orders.loc[orders["who"].isin(customers), "paid"].sum() / len(customers))


def test_by_an_attribute_in_the_order_of_its_values(data: Data) -> None:
    wine = sorted(data.truth.bought("WINE").index)
    ages = data.truth.people.set_index("who")["age"].reindex(wine)
    found = broken(data, wine, "age")
    expected = [age for age in AGES if (ages == age).any()]
    assert [group.value for group in found.groups] == [*expected, None]
    for group in found.groups:
        mine = ages[ages.isna() if group.value is None else ages == group.value].index
        assert (group.count, group.share) == (len(mine), len(mine) / len(wine))
        assert group.spend_per_customer == pytest.approx(mean_spend(data, list(mine)))
        assert (group.above, group.upto) == (None, None)
    assert found.count == len(wine) == sum(group.count for group in found.groups)


def test_by_a_field_without_an_order_the_most_common_first(data: Data) -> None:
    everyone = list(data.facts.index)
    found = broken(data, everyone, "top_category").groups
    counts = data.facts["top_category"].value_counts().to_dict()
    assert {group.value: group.count for group in found} == counts
    ranks = [(-group.count, group.value) for group in found]
    assert ranks == sorted(ranks)


def test_by_a_tag(data: Data) -> None:
    everyone = sorted(data.facts.index)
    orders = data.truth.bought("DOG FOOD", "CAT LITTER", days=365)
    owners = set(orders[orders >= 3].index)
    found = broken(data, everyone, {"tag": "pet_owner"})
    assert [(g.value, g.count) for g in found.groups] == [
        ("yes", len(owners)),
        ("no", len(everyone) - len(owners)),
    ]
    assert found.by == {"tag": "pet_owner"}
    assert found.groups[0].spend_per_customer == pytest.approx(mean_spend(data, sorted(owners)))


def test_the_undecided_of_a_tag_are_unknown(data: Data) -> None:
    decisions = {"c001": "yes", "c002": "no", "c003": "unknown", "c004": "unknown"}
    rows = [(who, "wine", 0.5, decision) for who, decision in decisions.items()]
    rows += [("c005", "beer", 1.0, "yes")]
    frame = pd.DataFrame(rows, columns=["customer", "tag", "probability", "decision"])
    data.warehouse.register("customer_tags", frame)
    try:
        found = broken(data, [*decisions, "c005"], {"tag": "wine"})
    finally:
        data.warehouse.register("customer_tags", data.tags)
    assert [(g.value, g.count) for g in found.groups] == [("yes", 1), ("no", 2), (None, 2)]


def by_values(data: Data, values: Sequence[float | None], field: str = "spend_trend") -> Breakdown:
    """The breakdown of customers with just these values of a field."""
    customers = [f"n{number}" for number in range(len(values))]
    frame = pd.DataFrame({"customer": customers, field: values, "spend": 1.0})
    if field == "spend":
        frame["spend"] = values
    data.warehouse.register("customer_facts", frame.astype({field: "float64", "spend": "float64"}))
    return broken(data, customers, field)


QUARTERS: list[tuple[str, list[float | None], list[tuple[str | None, int]]]] = [
    ("orders", [*range(1, 13)], [("≤3", 3), ("4–6", 3), ("7–9", 3), ("≥10", 3)]),
    # The quartiles 1,090.5, 2,080.5 and 3,070.5 to the hundreds.
    (
        "spend",
        [100.5 + 99 * number for number in range(41)],
        [("≤1,100", 11), ("1,100–2,100", 10), ("2,100–3,100", 10), (">3,100", 10)],
    ),
    ("returns", [*[0] * 8, 1, 5], [("0", 8), ("≥1", 2)]),
    ("returns", [*[0] * 4, 1, 2, 3, 4], [("0", 4), ("1–2", 2), ("≥3", 2)]),
    ("coupon_share", [0, 0, 0, 0.48, None], [("0%", 3), (">12%", 1), (None, 1)]),
    ("coupon_share", [0.25, 0.25], [("25%", 2)]),
    ("weekend_share", [0, 0.25, 0.5, 1, 1, 1], [("≤31%", 2), ("31%–75%", 1), (">75%", 3)]),
    ("spend_trend", [0.5, 1, 1, 1, 1, 1], [("0.5–1", 6)]),
    ("average_rating", [None, None], [(None, 2)]),
    ("spend", [-20.5, 0, 10, 40], [("≤-5", 1), ("-5–5", 1), ("5–18", 1), (">18", 1)]),
]


@pytest.mark.parametrize(("field", "values", "expected"), QUARTERS)
def test_numbers_are_parted_where_people_can_read_it(
    changed: Data,
    field: str,
    values: list[float | None],
    expected: list[tuple[str | None, int]],
) -> None:
    found = by_values(changed, values, field)
    assert [(group.value, group.count) for group in found.groups] == expected


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.integers(-50, 400).map(float),
            st.floats(-1e7, 1e7).map(lambda number: round(number, 2)),
            st.sampled_from([0.0, 0.0, 1.0]),
        ),
        min_size=1,
        max_size=60,
    )
)
@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_value_lies_in_one_group(changed: Data, values: list[float | None]) -> None:
    found = by_values(changed, values)
    assert sum(group.count for group in found.groups) == found.count == len(values)
    assert sum(group.share for group in found.groups) == pytest.approx(1)
    assert len({group.value for group in found.groups}) == len(found.groups)
    for group in found.groups:
        above = -np.inf if group.above is None else group.above
        upto = np.inf if group.upto is None else group.upto
        known = [value for value in values if value is not None]
        held = sum(above < value <= upto for value in known)
        assert group.count == (held if group.value is not None else len(values) - len(known))
        assert group.count > 0


@given(st.sets(st.integers(0, 79)), st.sampled_from(["income", "orders", "spend", "tag"]))
@settings(max_examples=60, deadline=None)
def test_groups_add_up_to_the_audience_and_its_spend(
    data: Data, numbers: set[int], by: str
) -> None:
    audience = [f"c{number:03}" for number in sorted(numbers)]
    found = broken(data, audience, {"tag": "wine"} if by == "tag" else by)
    assert sum(group.count for group in found.groups) == found.count == len(audience)
    spend = sum(group.count * (group.spend_per_customer or 0) for group in found.groups)
    orders = data.truth.by_order
    assert spend == pytest.approx(orders.loc[orders["who"].isin(audience), "paid"].sum())


def test_strangers_and_ids_given_twice(data: Data) -> None:
    found = broken(data, ["c001", "c001", "stranger"], "orders")
    assert [group.count for group in found.groups] == [1, 1]
    assert found.groups[1] == Group(None, None, None, 1, 0.5, None)
    assert broken(data, [], "age") == Breakdown("age", 0, [])
    assert broken(data, [], "orders").groups == []


def test_names_that_do_not_exist(data: Data) -> None:
    for by in ("shoe_size", {"tag": "astronaut"}):
        with pytest.raises(ConditionError):
            broken(data, ["c001"], by)


def test_an_attribute_may_have_any_name(changed: Data) -> None:
    """A name is an identifier of SQL, never a part of its text."""
    name = 'side"; DROP TABLE x; --'
    odd = Vocabulary({**changed.vocabulary.fields, name: Term(name, "odd", "怪")})
    frame = changed.facts.reset_index().assign(**{name: "x"})
    changed.warehouse.register("customer_facts", frame)
    found = breakdown(changed.warehouse, odd, ["c001", "c002"], name)
    assert [(group.value, group.count) for group in found.groups] == [("x", 2)]


def test_json_can_hold_it(data: Data) -> None:
    printed = json.loads(json.dumps(asdict(broken(data, list(data.facts.index), "spend"))))
    assert set(printed) == {"by", "count", "groups"}
    assert set(printed["groups"][0]) == {
        *("value", "above", "upto", "count", "share", "spend_per_customer")
    }


def test_a_breakdown_in_words(data: Data) -> None:
    groups = [
        Group("Homeowner", None, None, 1230, 0.75, 410.126),
        Group(None, None, None, 410, 0.25, None),
    ]
    found = Breakdown("home_ownership", 1640, groups)
    assert breakdown_words(found, "en", data.vocabulary) == (
        "1,640 customers by home ownership. "
        "homeowner: 1,230 (75%, mean spend 410.13); unknown: 410 (25%, mean spend unknown)."
    )
    assert breakdown_words(found, "zh", data.vocabulary) == (
        "1,640位顾客按住房情况。有房：1,230位（75%，人均消费410.13）；未知：410位（25%，人均消费未知）。"
    )
    tagged = Breakdown({"tag": "pet_owner"}, 3, [Group("no", None, None, 3, 1.0, 1.5)])
    assert breakdown_words(tagged, "en", data.vocabulary) == (
        "3 customers by the tag “pet owner”. without: 3 (100%, mean spend 1.5)."
    )
    assert breakdown_words(tagged, "zh", data.vocabulary) == (
        "3位顾客按标签“养宠物”。没有：3位（100%，人均消费1.5）。"
    )


def test_many_groups_are_cut_short_and_counted(data: Data) -> None:
    groups = [Group(f"v{number}", None, None, 2, 0.04, 1.0) for number in range(25)]
    words = breakdown_words(Breakdown("top_category", 50, groups), "en", data.vocabulary)
    assert words.endswith("; 5 more groups with 10.")
    assert len(re.findall("v[0-9]+:", words)) == 20
