"""The tools of the agent against pandas on the CSV rows; what cannot be done is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from agent.ask.answer import Asker
from agent.ask.tools import Toolbox
from tests.ask.conftest import Shop
from tests.ask.shop import EMAIL, Truth

Call = dict[str, Any]


@pytest.fixture(scope="module")
def asker(indexed_shop: Shop) -> Iterator[Asker]:
    with Asker(indexed_shop.workspace) as opened:
        yield opened


@pytest.fixture(scope="module")
def truth(indexed_shop: Shop) -> Truth:
    return indexed_shop.truth


class Kit:
    """A toolbox, called as the agent calls it."""

    def __init__(self, asker: Asker, shop: Shop, question: str) -> None:
        self.box = Toolbox(asker, shop.workspace, asker.plan(question))
        self._tools = {tool.name: tool for tool in self.box.tools()}

    def said(self, name: str, **arguments: Any) -> str:
        call = {"name": name, "args": arguments, "id": "1", "type": "tool_call"}
        return str(self._tools[name].invoke(call).content)

    def __call__(self, name: str, **arguments: Any) -> Call:
        content: Call = json.loads(self.said(name, **arguments))
        return content


@pytest.fixture
def kit(asker: Asker, indexed_shop: Shop) -> Kit:
    return Kit(asker, indexed_shop, "anything")


@pytest.fixture
def chinese(asker: Asker, indexed_shop: Shop) -> Kit:
    return Kit(asker, indexed_shop, "随便问问")


def buyers(truth: Truth, *categories: str) -> set[str]:
    return set(truth.bought(*categories).index)


def test_words_find_an_audience(kit: Kit, truth: Truth) -> None:
    found = kit("find_audience", words="customers who bought wine")
    assert found["audience"] == "A1"
    assert found["conditions"] == "bought wine in at least 1 order"
    assert found["count"] == len(buyers(truth, "WINE"))
    assert found["share"] == f"{100 * found['count'] / 80:.1f}%"
    assert len(found["sample"]) <= 3
    assert set(found["sample"]) <= buyers(truth, "WINE")


def test_conditions_find_an_audience(kit: Kit, truth: Truth) -> None:
    condition = {"all": [{"bought": ["wine"]}, {"not": {"bought": ["beer"]}}]}
    expected = len(buyers(truth, "WINE") - buyers(truth, "BEER"))
    assert kit("find_audience", conditions=condition)["count"] == expected
    as_text = kit("find_audience", conditions=json.dumps(condition))
    assert (as_text["audience"], as_text["count"]) == ("A1", expected)


def test_an_audience_within_another(kit: Kit, truth: Truth) -> None:
    kit("find_audience", words="wine buyers who also bought beer")
    kit("find_audience", words="customers who bought wine")
    inner = kit("find_audience", words="customers who bought beer", within="A2")
    assert inner["count"] == len(buyers(truth, "WINE") & buyers(truth, "BEER"))


def test_groups_add_up(kit: Kit, truth: Truth) -> None:
    whole = kit("find_audience", words="customers who bought wine")
    ages = truth.people.set_index("who")["age"].reindex(sorted(buyers(truth, "WINE")))
    expected = {**ages.value_counts().to_dict(), "unknown": int(ages.isna().sum())}
    for by in ("age", "by age", "age group"):
        broken = kit("break_down", audience="A1", by=by)
        assert {one["group"]: one["customers"] for one in broken["groups"]} == expected
        assert broken["count"] == whole["count"]


def test_groups_by_a_tag_in_both_languages(kit: Kit, chinese: Kit) -> None:
    kit("find_audience", words="customers who bought wine")
    chinese("find_audience", words="买过葡萄酒的顾客")
    english = kit("break_down", audience="A1", by="pet_owner")["groups"]
    groups = chinese("break_down", audience="a1", by="pet_owner")["groups"]
    assert {one["group"] for one in english} <= {"with", "without", "unknown"}
    assert {one["group"] for one in groups} <= {"有", "没有", "未知"}
    assert [one["customers"] for one in english] == [one["customers"] for one in groups]


def test_two_audiences_side_by_side(kit: Kit, truth: Truth) -> None:
    kit("find_audience", words="customers who bought wine")
    kit("find_audience", words="customers who bought beer")
    told = kit("compare", audience="A1", other="A2")["told"]
    wine, beer = buyers(truth, "WINE"), buyers(truth, "BEER")
    assert f"{len(wine)} customers against {len(beer)}, of whom {len(wine & beer)}" in told


def test_a_customer_is_shown(kit: Kit, truth: Truth) -> None:
    who = sorted(buyers(truth, "WINE"))[0]
    kit("find_audience", words="customers who bought wine")
    shown = kit("show_customer", customer=who, audience="A1")
    orders = int((truth.by_order["who"] == who).sum())
    assert shown["customer"] == who
    assert shown["facts"]["orders"] == str(orders)
    assert shown["facts"]["top category"] == shown["facts"]["top category"].lower()
    assert shown["belongs"].endswith("bought wine in at least 1 order: yes.")
    assert "nobody" in kit.said("show_customer", customer="nobody")
    assert EMAIL not in json.dumps(kit.box.steps)


def test_what_an_audience_shares_and_lacks_is_recommended(kit: Kit, truth: Truth) -> None:
    kit("find_audience", words="pet owners")
    offers = kit("recommend", audience="A1")["categories"]
    names = {"dog food": "DOG FOOD", "cat litter": "CAT LITTER"}
    assert offers
    assert {one["category"] for one in offers} <= set(names)
    owners = set(kit.box.results[0].customers)
    for one in offers:
        bought = buyers(truth, names[one["category"]])
        assert one["have_not_yet"] == len(owners - bought)
        assert one["bought_by"] == f"{round(100 * len(owners & bought) / len(owners), 2):g}%"
        who = min(owners & bought)
        again = kit("recommend", audience="A1", customer=who)["categories"]
        assert one["category"] not in {offer["category"] for offer in again}


def test_a_ranked_list_is_cut(kit: Kit, truth: Truth) -> None:
    listed = kit("find_audience", words="top 30 customers by spend")
    spend = truth.by_order.groupby("who")["paid"].sum().sort_values(ascending=False)
    assert len(listed["listed"]) == 20
    assert listed["listed"][0] == spend.index[0]


WRONG: list[tuple[str, Call, str]] = [
    ("find_audience", {}, "give words or conditions"),
    ("find_audience", {"words": "x", "conditions": {"all": []}}, "give words or conditions"),
    ("find_audience", {"words": "jolly wine buyers"}, "not understood: “jolly”"),
    ("find_audience", {"words": "people who opened an email"}, "says nothing about"),
    ("find_audience", {"words": "jazz"}, "not understood: “jazz”"),
    ("find_audience", {"words": "wine buyers by age"}, "leave what is to be done"),
    ("find_audience", {"words": "w" * 400}, "wrong arguments: words"),
    ("find_audience", {"words": "wine buyers", "limit": 3}, "wrong arguments: limit"),
    ("find_audience", {"conditions": "{half"}, "wrong arguments: conditions"),
    ("find_audience", {"conditions": {"felt": "spend"}}, "not a condition"),
    ("find_audience", {"conditions": {"tag": "pet_ownr"}}, "pet_owner"),
    ("find_audience", {"conditions": {"field": "spend", "op": "in", "value": ["a"]}}, "number"),
    ("find_audience", {"conditions": {"bought": ["unicorns"]}}, "unicorns"),
    ("find_audience", {"words": "wine buyers", "within": "A9"}, "no audience 'A9'"),
    ("break_down", {"audience": "A1", "by": "age"}, "there are: none yet"),
    ("compare", {"audience": "A1"}, "wrong arguments: other"),
    ("recommend", {"audience": "A1", "customer": "nobody"}, "'nobody' is not known"),
]


@pytest.mark.parametrize(("name", "arguments", "told"), WRONG)
def test_what_is_wrong_is_told(kit: Kit, name: str, arguments: Call, told: str) -> None:
    said = kit.said(name, **arguments)
    assert told in said
    assert "\n" not in said
    assert kit.box.steps[-1]["tool"] == name
    assert kit.box.steps[-1]["error"] in said
    assert not kit.box.results


def test_an_unknown_field_names_its_neighbours(kit: Kit) -> None:
    kit("find_audience", words="customers who bought wine")
    assert "spend" in kit.said("break_down", audience="A1", by="spendings")


def test_what_was_not_understood_may_have_been_meant_otherwise(chinese: Kit) -> None:
    assert "未能理解" in chinese.said("find_audience", words="友好的养宠物顾客")


def test_ids_are_kept_apart_from_figures(kit: Kit, truth: Truth) -> None:
    found = kit("find_audience", words="customers who bought wine")
    assert kit.box.ids == set(found["sample"])
    assert not any(one in told for told in kit.box.told for one in kit.box.ids)
