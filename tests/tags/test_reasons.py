"""The evidence of learned tags: orders and days recounted from the rows of the CSV file, and the
weights worked out from the saved numbers alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from agent.data.warehouse import Warehouse
from agent.facts.frame import facts_frame
from agent.tags.models import Model, load_models
from agent.tags.reasons import ITEMS_SHOWN, learned_evidence
from agent.tags.vectors import Vectors, load_vectors
from agent.workspace import Workspace
from tests.tags.shop import LEVELS, LOOKS, PRODUCTS, Trained, called, standing

LEARNED = ("has_kids", "流失")


@pytest.fixture(scope="module")
def workspace(trained: Trained) -> Iterator[Workspace]:
    with Workspace(trained.home) as opened:
        yield opened


@pytest.fixture(scope="module")
def warehouse(workspace: Workspace) -> Iterator[Warehouse]:
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as opened:
        yield opened


@pytest.fixture(scope="module")
def vectors(workspace: Workspace, warehouse: Warehouse) -> Vectors:
    return load_vectors(workspace, warehouse)


@pytest.mark.parametrize("tag", LEARNED)
def test_orders_and_days_are_those_of_the_rows(
    trained: Trained, workspace: Workspace, tag: str
) -> None:
    bought = standing(trained.lines)
    columns = {"channel": "via", "product": "sku"}
    facts = facts_frame(workspace.store).set_index("customer")
    checked = 0
    for customer, row in trained.rows(workspace, tag).items():
        if row["decision"] != "yes":
            assert row["evidence"] == []
            continue
        mine = bought[bought["who"] == customer]
        assert 1 <= len(row["evidence"]) <= ITEMS_SHOWN
        for item in row["evidence"]:
            if "field" in item:
                assert item["value"] == pytest.approx(facts.loc[customer, item["field"]])
                continue
            held = mine[mine[columns.get(item["level"], "kind")] == item["name"]]
            assert item["orders"] == held["order"].nunique() > 0
            assert item["last"] == held["day"].max()
            assert item["level"] in {*columns, *map(_level, held["sku"])}
            checked += 1
    assert checked > 100


def _level(sku: str) -> str:
    """The level that the product is called by."""
    names = dict(zip(LEVELS, PRODUCTS[sku], strict=True))
    return next(level for level in ("type", "category", "department", "name") if names[level])


@pytest.mark.parametrize("tag", LEARNED)
def test_weights_are_parts_of_the_score(trained: Trained, workspace: Workspace, tag: str) -> None:
    facts = facts_frame(workspace.store).set_index("customer")
    figures = facts.select_dtypes("number").astype(float)
    expected = _parts_by_hand(trained, load_models(workspace.models)[tag], figures)
    total = expected.abs().sum(axis=1)
    given = {c: r for c, r in trained.rows(workspace, tag).items() if r["decision"] == "yes"}
    for customer, row in given.items():
        weights = [item["weight"] for item in row["evidence"]]
        assert weights == sorted(weights, reverse=True)
        assert 0 < sum(weights) <= 1 + 1e-3
        for item in row["evidence"]:
            part = expected.loc[customer, item.get("name", item.get("field"))] / total[customer]
            assert item["weight"] == pytest.approx(part, abs=1e-4)


def _parts_by_hand(trained: Trained, model: Model, facts: pd.DataFrame) -> pd.DataFrame:
    """Customers x reasons: what each adds to the score, from the rows of the file."""
    bought = standing(trained.lines)
    sizes = bought["sku"].map(lambda sku: PRODUCTS[sku][LEVELS.index("size")] or "")
    features = {
        "kinds": bought["kind"],
        "variants": bought["kind"] + " · " + sizes,
        "products": bought["sku"],
        "places": bought["via"],
    }
    parts = []
    for _, rows in model.weights.groupby("view"):
        part, names = rows["part"].iloc[0], list(rows["feature"])
        if part == "figures":
            logs = np.sign(facts[names]) * np.log1p(facts[names].abs())
            distance = (logs - rows["centre"].to_numpy()) / rows["scale"].to_numpy()
            values = distance.fillna(0) / np.sqrt(len(names))
        else:
            counts = pd.crosstab(bought["who"], features[part])
            counts = counts.reindex(index=facts.index, columns=names, fill_value=0)
            values = _weigh(counts, rows["weighing"].iloc[0], rows["scale"].to_numpy())
        reasons = rows["kind"].fillna(rows["feature"]).to_numpy()
        parts.append((values * rows["weight"].to_numpy()).set_axis(reasons, axis=1))
    total: pd.DataFrame = pd.concat(parts, axis=1).T.groupby(level=0).sum().T
    return total - total.mean()


def _weigh(counts: pd.DataFrame, weighing: str, rarity: npt.NDArray[np.float64]) -> pd.DataFrame:
    if weighing == "share":
        return counts.div(counts.sum(axis=1).clip(lower=1), axis=0).pow(0.5)
    logs: pd.DataFrame = counts.where(counts > 0, 1).transform(np.log) + 1
    present = logs.where(counts > 0, 0) if weighing == "log" else (counts > 0).astype(float)
    weighed = present * rarity
    lengths = np.sqrt((weighed**2).sum(axis=1))
    return weighed.div(lengths.where(lengths > 0, 1), axis=0)


def test_what_was_planted_is_named_first(trained: Trained, workspace: Workspace) -> None:
    baby = {called(sku) for sku in ("b1", "b2", "b3")}
    rows = trained.rows(workspace, "has_kids").values()
    surest = sorted(rows, key=lambda row: -float(row["probability"]))[:40]
    assert sum(row["evidence"][0]["name"] in baby for row in surest) >= 36


def test_what_was_returned_or_cancelled_is_no_evidence(trained: Trained, vectors: Vectors) -> None:
    assert set(trained.lines["state"]) == {"paid", "refunded", "cancelled", "viewed"}
    bought = standing(trained.lines)
    for part, column in (("products", "sku"), ("kinds", "kind"), ("places", "via")):
        counts = vectors.parts[part]
        expected = pd.crosstab(bought["who"], bought[column])
        expected = expected.reindex(index=list(vectors.customers), fill_value=0)
        assert list(counts.features) == list(expected.columns)
        assert (counts.matrix.toarray() == expected.to_numpy()).all()
    assert not vectors.parts["products"].matrix[vectors.rows([LOOKS])].nnz


def test_nobody_given_needs_no_reasons(
    workspace: Workspace, warehouse: Warehouse, vectors: Vectors
) -> None:
    model = load_models(workspace.models)["has_kids"]
    assert learned_evidence(model, vectors, warehouse, []) == {}
