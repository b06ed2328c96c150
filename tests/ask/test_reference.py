"""Counts over all of the reference data against pandas on the published files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import pandas as pd
import pytest

from agent.ask.answer import Asker
from agent.ask.query import Query
from agent.conditions import from_json
from agent.conditions_sql import select_customers
from agent.data.example import example_mapping, load_example
from agent.profiles.build import refresh_facts, refresh_tags
from agent.workspace import Workspace
from eval.count_speed import conditions
from eval.facts_pandas import as_of, gold_facts, read_reference

pytestmark = pytest.mark.reference


@dataclass(frozen=True)
class Gold:
    """The published files, and the facts that pandas makes of them."""

    transactions: pd.DataFrame
    products: pd.DataFrame

    @cached_property
    def facts(self) -> pd.DataFrame:
        return gold_facts(self.transactions, self.products)

    @cached_property
    def people(self) -> pd.DataFrame:
        path = example_mapping("completejourney").folder / "demographics.parquet"
        return pd.read_parquet(path).astype(str).set_index("household_id")

    @cached_property
    def lines(self) -> pd.DataFrame:
        frame = self.transactions.merge(self.products, on="product_id", how="left")
        local = (
            frame["transaction_timestamp"].dt.tz_localize("UTC").dt.tz_convert("America/New_York")
        )
        return frame.assign(who=frame["household_id"].astype(str), day=local.dt.date)

    def bought(self, categories: set[str], days: int = 400, kind: str = "") -> pd.Series:
        """Customer -> orders with one of the categories, or with a product type of that name."""
        since = as_of(self.transactions) - timedelta(days=days)
        named = self.lines["product_type"].str.upper() == kind
        mine = self.lines[self.lines["product_category"].isin(categories) | named]
        return mine[mine["day"] > since].groupby("who")["basket_id"].nunique()

    def given(self, column: str, *values: str) -> set[str]:
        return set(self.people[self.people[column].isin(values)].index)


def those(mask: pd.Series) -> set[str]:
    return set(mask[mask.fillna(False)].index)


def top(values: pd.Series, percent: float, *, low: bool = False) -> set[str]:
    ranks = values.rank(method="min", ascending=low)
    return those(ranks - 1 < len(values) * percent / 100)


QUESTIONS: list[tuple[str, Callable[[Gold], set[str]]]] = [
    ("How many customers are there?", lambda g: set(g.facts.index)),
    ("How many customers ordered at least 100 times?", lambda g: those(g.facts["orders"] >= 100)),
    (
        "How many customers ordered more than 5 times in the last 30 days?",
        lambda g: those(g.facts["orders_last_30d"] > 5),
    ),
    ("Who spent over $5,000?", lambda g: those(g.facts["spend"] > 5000)),
    (
        "How many customers spent less than $100 in the last 90 days?",
        lambda g: those(g.facts["spend_last_90d"] < 100),
    ),
    ("top 10% of customers by spend", lambda g: top(g.facts["spend"], 10)),
    (
        "bottom 5% of customers by average order value",
        lambda g: top(g.facts["average_order_value"], 5, low=True),
    ),
    (
        "How many customers bought baby food?",
        lambda g: set(g.bought({"BABY FOODS"}, kind="BABY FOOD").index),
    ),
    (
        "How many customers bought infant formula at least 3 times?",
        lambda g: those(g.bought({"INFANT FORMULA"}) >= 3),
    ),
    (
        "How many customers bought coffee in the last 30 days?",
        lambda g: set(g.bought({"COFFEE"}, 30, "COFFEE").index),
    ),
    (
        "How many customers bought cat food but not cat litter?",
        lambda g: set(g.bought({"CAT FOOD"}).index) - set(g.bought({"CAT LITTER"}).index),
    ),
    (
        "customers under 35 who bought coffee",
        lambda g: g.given("age", "19-24", "25-34") & set(g.bought({"COFFEE"}, kind="COFFEE").index),
    ),
    ("customers without kids", lambda g: g.given("kids_count", "0")),
    ("下单超过200次的顾客有多少？", lambda g: those(g.facts["orders"] > 200)),
    ("60天没有下单的顾客有多少？", lambda g: those(g.facts["days_since_last_order"] >= 60)),
    ("近30天下过单的顾客有多少？", lambda g: those(g.facts["days_since_last_order"] < 30)),
    (
        "哪些顾客买过婴儿辅食，而且近90天消费超过500元？",
        lambda g: set(g.bought({"BABY FOODS"}).index) & those(g.facts["spend_last_90d"] > 500),
    ),
    (
        "近90天买过咖啡或猫粮的顾客有多少？",
        lambda g: set(g.bought({"COFFEE", "CAT FOOD"}, 90).index),
    ),
    (
        "有房且已婚的顾客有多少？",
        lambda g: g.given("home_ownership", "Homeowner") & g.given("marital_status", "Married"),
    ),
    ("有孩子的顾客有多少？", lambda g: g.given("kids_count", "1", "2", "3+")),
    ("用券订单占比超过20%的顾客", lambda g: those(g.facts["coupon_share"] > 0.2)),
]


@pytest.fixture(scope="module")
def gold() -> Gold:
    return Gold(*read_reference())


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """The reference data with facts and tags; no index, which counts do not need."""
    with Workspace(tmp_path_factory.mktemp("reference") / "home") as workspace:
        load_example(workspace, "completejourney")
        refresh_facts(workspace)
        refresh_tags(workspace)
        with Asker(workspace) as opened:
            yield opened


@pytest.mark.parametrize(("question", "expected"), QUESTIONS)
def test_the_audience_is_that_of_pandas(
    asker: Asker, gold: Gold, question: str, expected: Callable[[Gold], set[str]]
) -> None:
    result = asker.ask(question)
    known = expected(gold) & set(gold.facts.index)
    assert result.unanswerable is None
    assert set(result.customers) == known
    assert result.count == len(known) > 0


@pytest.mark.parametrize("condition", conditions())
def test_what_is_counted_is_what_sql_finds(asker: Asker, condition: dict[str, Any]) -> None:
    executor, where = asker.executor, from_json(condition)
    query = select_customers(where, executor.vocabulary, executor.warehouse.as_of)
    found = executor.run(Query(kind="count", where=where)).customers
    assert found == [customer for (customer,) in executor.warehouse.rows(query)]
