"""Learned tags of the reference data: every reason that is shown, recounted from the published
files with pandas."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

from agent.data import store as tables
from agent.data.example import load_example
from agent.facts.frame import facts_frame
from agent.profiles.build import learn_tags
from agent.settings import Settings
from agent.tags.decision import Aim
from agent.workspace import Workspace
from eval.facts_pandas import read_reference
from eval.labels import reference_labels
from tests.tags.shop import write_labels

pytestmark = pytest.mark.reference

TAGS = ["age_55_plus", "has_kids"]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The reference data with two learned tags."""
    folder = tmp_path_factory.mktemp("learned")
    settings = Settings(sensitive_tags={"age_55_plus": "agreed with the households"})
    with Workspace(folder / "home", settings) as opened:
        load_example(opened, "completejourney")
        labels = reference_labels(opened.store)
        given = pd.concat([labels[tag] for tag in TAGS], axis=1)
        report = learn_tags(opened, write_labels(folder / "labels.csv", given), Aim(0.6))
        assert [card["source"] for card in report["tags"]] == ["learned", "learned"]
        assert all(card["figures"]["auc"] > 0.68 for card in report["tags"])
        yield opened


@pytest.fixture(scope="module")
def bought() -> dict[str, pd.DataFrame]:
    """By level: orders and last day of each customer and name."""
    transactions, products = read_reference()
    lines = transactions.merge(products, on="product_id", how="left")
    time = lines["transaction_timestamp"].dt.tz_localize("UTC").dt.tz_convert("America/New_York")
    kind = lines["product_type"].fillna(lines["product_category"]).fillna(lines["department"])
    names = {"kind": kind, "channel": lines["store_id"], "product": lines["product_id"]}
    kept = lines[["basket_id"]].assign(
        customer=lines["household_id"].astype(str), day=time.dt.strftime("%Y-%m-%d")
    )
    return {level: _counted(kept.assign(name=named)) for level, named in names.items()}


def _counted(lines: pd.DataFrame) -> pd.DataFrame:
    orders = lines.dropna(subset=["name"]).drop_duplicates(["customer", "name", "basket_id"])
    named = orders.assign(name=orders["name"].astype(str)).groupby(["customer", "name"])
    return named.agg(orders=("basket_id", "size"), last=("day", "max"))


@pytest.mark.parametrize("tag", TAGS)
def test_every_reason_shown_is_counted_from_the_published_lines(
    workspace: Workspace, bought: dict[str, pd.DataFrame], tag: str
) -> None:
    query = tables.tags.select().where(tables.tags.c.tag == tag)
    rows = workspace.store.rows(query)
    facts = facts_frame(workspace.store).set_index("customer")
    assert len(rows) == 2469
    checked = 0
    for row in rows:
        assert (row["decision"] == "yes") == bool(row["evidence"])
        for item in row["evidence"]:
            if "field" in item:
                assert item["value"] == pytest.approx(facts.loc[row["customer"], item["field"]])
                continue
            level = item["level"] if item["level"] in {"channel", "product"} else "kind"
            held = bought[level].loc[(row["customer"], item["name"])]
            assert item["orders"] == held["orders"]
            assert item["last"] == held["last"]
            checked += 1
    assert checked > 300


def test_the_reasons_are_what_one_would_expect(workspace: Workspace) -> None:
    """Nobody labelled a product: what older households buy is found by itself."""
    told: dict[str, int] = {}
    query = tables.tags.select().where(tables.tags.c.tag == "age_55_plus")
    for row in workspace.store.rows(query):
        for item in row["evidence"]:
            told[item.get("name", "")] = told.get(item.get("name", ""), 0) + 1
    common = sorted(told, key=lambda name: -told[name])[:40]
    assert any("PRUNE" in name or "DENTURE" in name or "BRAN" in name for name in common), common
