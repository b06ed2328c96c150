"""Rule tags of the reference data, against pandas over the published files."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.resources import files

import pandas as pd
import pytest

from agent.conditions import All, check
from agent.conditions_sql import select_customers
from agent.data.example import load_example
from agent.data.store import Row
from agent.data.warehouse import Warehouse
from agent.facts.catalogue import catalogue
from agent.facts.purchase import compute_facts
from agent.tags.rules import apply_rules, local_rules
from agent.tags.taxonomy import load_taxonomy, terms
from agent.vocabulary import Vocabulary
from agent.workspace import Workspace
from eval.facts_pandas import as_of, read_reference

pytestmark = pytest.mark.reference

TAXONOMY = load_taxonomy()
SENSITIVE = [tag.id for tag in TAXONOMY if tag.sensitive]
LEVELS = {"department": "department", "category": "product_category", "type": "product_type"}
Rows = list[Row]


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    """The published lines with the names of their products."""
    transactions, products = read_reference()
    merged = transactions.merge(products, on="product_id")
    shop_time = (
        merged["transaction_timestamp"].dt.tz_localize("UTC").dt.tz_convert("America/New_York")
    )
    return merged.assign(customer=merged["household_id"].astype(str), day=shop_time.dt.date)


@pytest.fixture(scope="module")
def vocabulary(lines: pd.DataFrame) -> Vocabulary:
    _, products = read_reference()
    names = {level: sorted(products[column].dropna().unique()) for level, column in LEVELS.items()}
    path = files("agent.data") / "examples" / "completejourney_glossary.csv"
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    labels = {row["name"]: (row["en"], row["zh"]) for row in rows}
    fields = {field.name: field.term() for field in catalogue()}
    return Vocabulary(fields, terms(TAXONOMY), names, labels)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    workspace = Workspace(tmp_path_factory.mktemp("reference") / "home")
    load_example(workspace, "completejourney")
    last_day = as_of(read_reference()[0])
    with Warehouse(workspace.events, workspace.products, last_day) as opened:
        opened.register("customer_facts", compute_facts(opened))
        yield opened
    workspace.close()


@pytest.fixture(scope="module")
def rows(warehouse: Warehouse, vocabulary: Vocabulary) -> Rows:
    return apply_rules(warehouse, vocabulary, TAXONOMY, enabled_sensitive=SENSITIVE)


def test_every_rule_can_be_asked_here(vocabulary: Vocabulary) -> None:
    rules, missing = local_rules(TAXONOMY, vocabulary, SENSITIVE)
    assert missing == ()
    check(All(all=tuple(rules.values())), vocabulary)


def test_tags_part_the_households(rows: Rows) -> None:
    """A tag of nearly everyone or of nobody tells nothing; only browsing is not recorded here."""
    behaviour = {tag.id for tag in TAXONOMY if tag.group == "behaviour"}
    carried = Counter(row["tag"] for row in rows)
    for tag in TAXONOMY:
        if tag.rule is not None and tag.id not in behaviour:
            share = carried[tag.id] / 2469
            assert 0.003 < share < (0.9 if tag.id == "active" else 0.5), (tag.id, share)
    assert not behaviour & set(carried)


def carriers(rows: Rows, tag: str) -> set[str]:
    return {row["customer"] for row in rows if row["tag"] == tag}


def _is(column: str, *names: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda frame: frame[column].isin(names)


def _wine(frame: pd.DataFrame) -> pd.Series:
    other = frame["product_type"].str.contains("VINEGAR|COOKING").fillna(False)
    shelf = frame["product_category"].isin(["DOMESTIC WINE", "IMPORTED WINE", "MISC WINE"])
    return (shelf | frame["product_type"].str.contains(r"\bWINES?\b").fillna(False)) & ~other


# What a person who reads the catalogue would count, and in how many orders.
GOLD: dict[str, tuple[Callable[[pd.DataFrame], pd.Series], int]] = {
    "wine": (_wine, 3),
    "tobacco": (
        lambda f: (
            (
                f["product_category"].isin(["CIGARETTES", "CIGARS", "TOBACCO OTHER"])
                | f["product_type"].isin(
                    ["CIGARETTES", "CIGARS", "CHEWING TOBACCO", "SMOKING TOBACCO"]
                )
            )
            & ~f["product_type"].str.contains("LIGHTER|TOBACCO FREE").fillna(False)
        ),
        3,
    ),
    "adult_incontinence": (_is("product_category", "ADULT INCONTINENCE"), 2),
}


@pytest.mark.parametrize("tag", GOLD)
def test_interests_are_those_of_a_count_by_hand(rows: Rows, lines: pd.DataFrame, tag: str) -> None:
    counts, least = GOLD[tag]
    orders = lines[counts(lines)].groupby("customer")["basket_id"].nunique()
    assert carriers(rows, tag) == set(orders[orders >= least].index)


def test_top_spenders_are_the_first_tenth(rows: Rows, lines: pd.DataFrame) -> None:
    spend = lines.groupby("customer")["sales_value"].sum().sort_values(ascending=False)
    assert carriers(rows, "value_top") == set(spend.index[:247])  # 246.9 rounds up


def test_evidence_of_purchases_is_counted_from_the_lines(rows: Rows, lines: pd.DataFrame) -> None:
    """Where nothing is excepted, an item's orders are all orders that hold it."""
    plain = {t.id: t.rule for t in TAXONOMY if t.id in {"adult_incontinence", "family_planning"}}
    checked = 0
    for row in rows:
        for item in row["evidence"] if row["tag"] in plain else ():
            held = lines[
                (lines["customer"] == row["customer"])
                & (lines[LEVELS[item["level"]]] == item["name"])
            ]
            assert item["orders"] == held["basket_id"].nunique()
            assert item["last"] == held["day"].max().isoformat()
            checked += 1
    assert checked > 50


def test_no_evidence_is_of_an_excepted_kind(rows: Rows) -> None:
    told = {row["tag"]: set[str]() for row in rows}
    for row in rows:
        told[row["tag"]] |= {item["name"] for item in row["evidence"] if "name" in item}
    assert not any("VINEGAR" in name for name in told["wine"])
    assert not any("HOT DOG" in name or "CORN DOG" in name for name in told["dog_owner"])
    assert not any("FILTER" in name or "CREAMER" in name for name in told["coffee"])
    assert not any("SOUP" in name or "DOG" in name for name in told["meat_lover"])
    assert all(told[tag.id] for tag in TAXONOMY if tag.group == "interest")


def test_every_row_has_evidence_and_figures_meet_their_rule(rows: Rows) -> None:
    assert all(row["evidence"] for row in rows)
    late = [row for row in rows if row["tag"] == "lapsed"]
    assert all(row["evidence"][0]["value"] >= 90 for row in late)


def test_the_lean_tables_change_nothing(
    rows: Rows, warehouse: Warehouse, vocabulary: Vocabulary
) -> None:
    for tag in ("pet_owner", "fresh_produce"):
        rule = local_rules(TAXONOMY, vocabulary)[0][tag]
        found = warehouse.rows(select_customers(rule, vocabulary, warehouse.as_of))
        assert {customer for (customer,) in found} == carriers(rows, tag)
