"""Every kind of answer against the rows of the shop, from the question to the figures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from agent.ask.answer import Asker, Result
from agent.ask.query import query_from_json, query_from_yaml, query_to_json, query_to_yaml
from agent.errors import ConditionError, DataError, SettingsError
from tests.ask.conftest import Shop
from tests.ask.shop import Truth


@pytest.fixture(scope="module")
def asker(indexed_shop: Shop) -> Iterator[Asker]:
    with Asker(indexed_shop.workspace) as opened:
        yield opened


@pytest.fixture(scope="module")
def truth(indexed_shop: Shop) -> Truth:
    return indexed_shop.truth


def ask(asker: Asker, *turns: str) -> Result:
    *_, last = asker.converse(turns)
    assert last.unanswerable is None, last.answer
    json.dumps(last.as_dict(), allow_nan=False)
    return last


def in_order(values: pd.Series, count: int) -> list[str]:
    """The customers with the most, ties by id."""
    frame = values.rename("value").rename_axis("who").reset_index()
    return frame.sort_values(["value", "who"], ascending=[False, True])["who"].tolist()[:count]


def test_a_list_is_ranked_and_cut(asker: Asker, truth: Truth) -> None:
    spend = truth.by_order.groupby("who")["paid"].sum()
    result = ask(asker, "Top 5 customers by spend")
    assert result.customers == in_order(spend, 5)
    assert (result.kind, result.count) == ("list", 5)
    assert [one.customer for one in result.citations] == result.customers
    recent = truth.recent(60).groupby("who")["order"].nunique()
    assert ask(asker, "近60天订单数最多的3位顾客").customers == in_order(recent, 3)


def test_days_of_the_calendar(asker: Asker, truth: Truth) -> None:
    orders = truth.by_order
    june = orders[orders["day"].between("2024-06-01", "2024-06-30")]
    paid = june.groupby("who")["paid"].sum()
    result = ask(asker, "Who spent more than 30 in June 2024?")
    assert set(result.customers) == set(paid[paid > 30].index)
    silent = ask(asker, "How many customers placed no orders in June 2024?")
    assert not set(silent.customers) & set(june["who"])


def test_a_trend_adds_up(asker: Asker, truth: Truth) -> None:
    owners = ask(asker, "How many pet owners?").customers
    mine = truth.by_order[truth.by_order["who"].isin(owners)]
    result = ask(asker, "monthly spend of pet owners")
    assert result.trend is not None
    found = {point["period"]: point["spend"] for point in result.trend if point["spend"]}
    expected = mine.groupby(mine["day"].str[:7])["paid"].sum()
    assert found == pytest.approx(expected[expected > 0].to_dict())


def test_a_trend_of_buyers_is_of_the_orders_that_hold_it(asker: Asker, truth: Truth) -> None:
    result = ask(asker, "每月购买葡萄酒的人数")
    wines = truth.orders[truth.orders["sku"].isin(["W1", "W2"])]
    expected = wines.groupby(wines["at"].str[:7])["who"].nunique().to_dict()
    assert result.trend is not None
    assert {p["period"]: p["customers"] for p in result.trend if p["customers"]} == expected


def test_two_audiences_side_by_side(asker: Asker) -> None:
    wine = ask(asker, "How many bought wine?").customers
    beer = ask(asker, "How many bought beer?").customers
    result = ask(asker, "Compare customers who bought wine with those who bought beer")
    assert result.customers == wine
    assert result.against == {"count": len(beer), "customers": beer}
    assert result.comparison is not None
    assert result.comparison["customers_both"] == len(set(wine) & set(beer))
    assert f"{len(wine):,}" in result.answer
    assert f"{len(beer):,}" in result.answer


def test_an_audience_is_described_without_its_own_conditions(asker: Asker) -> None:
    result = ask(asker, "What sets customers who bought wine apart?")
    assert result.traits is not None
    named = [trait for trait in result.traits if trait["name"] == "WINE"]
    assert all(trait["given"] for trait in named)


def test_one_customer_is_explained(asker: Asker) -> None:
    owner = ask(asker, "How many pet owners?").customers[0]
    other = next(c for c in ask(asker, "Who is not a pet owner?").customers)
    assert "yes" in ask(asker, f"Why is customer {owner} a pet owner?").answer
    assert "no" in ask(asker, f"Why is customer {other} a pet owner?").answer
    assert asker.ask("Why is customer nobody77 a pet owner?").unanswerable is not None


def test_follow_ups_narrow_and_swap(asker: Asker) -> None:
    wine = set(ask(asker, "How many bought wine?").customers)
    owners = set(ask(asker, "How many pet owners?").customers)
    talk = ("How many bought wine?", "only pet owners")
    assert set(ask(asker, *talk).customers) == wine & owners
    swapped = ask(asker, *talk, "what about beer?")
    assert set(swapped.customers) == set(ask(asker, "How many bought beer?").customers) & owners
    grouped = ask(asker, *talk, "by age?")
    assert grouped.groups is not None
    assert sum(group["count"] for group in grouped.groups) == len(wine & owners)


def test_an_edited_query_is_run_again(asker: Asker) -> None:
    result = ask(asker, "How many bought wine?")
    text = query_to_yaml(query_from_json(result.query)).replace("wine", "beer")
    again = asker.run(query_from_yaml(text), result)
    assert again.customers == ask(asker, "How many bought beer?").customers
    with pytest.raises(ConditionError, match="names nothing"):
        asker.run(query_from_yaml(text.replace("beer", "unicorns")), result)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "kind: dance", "kind: count\nwhere: {sql: x}", "kind: count\nlimit: 0", "a: [", "1",
     "kind: list\nrank: {field: spend, order: sideways}"],
)  # fmt: skip
def test_what_is_no_query_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ConditionError) as refused:
        query_from_yaml(text)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "question",
    ["Top 5 customers by spend", "pet owners by age", "Compare pet owners with coupon lovers",
     "monthly spend of pet owners", "What sets pet owners apart?", "How many pet owners?"],
)  # fmt: skip
def test_queries_come_back_from_json_and_yaml(asker: Asker, question: str) -> None:
    query = asker.plan(question).query
    assert query_from_json(json.loads(json.dumps(query_to_json(query)))) == query
    assert query_from_yaml(query_to_yaml(query)) == query


def test_an_answer_without_an_audience_is_not_kept(asker: Asker) -> None:
    lost: Any = asker.ask("friendly pet owners")
    with pytest.raises(DataError, match="no audience"):
        asker.save("friends", lost)
    with pytest.raises(SettingsError, match="cannot be kept"):
        asker.save("best five", ask(asker, "Top 5 customers by spend"))
