"""Every fact of every household of the reference data, against pandas."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from agent.data.example import load_example
from agent.data.warehouse import Warehouse
from agent.facts.affinity import compute_affinities
from agent.facts.catalogue import catalogue
from agent.facts.purchase import compute_facts
from agent.workspace import Workspace
from eval.facts_pandas import as_of, gold_affinities, gold_facts, read_reference

pytestmark = pytest.mark.reference

# The data holds purchases only. A field added to the catalogue needs gold, or a line here.
WITHOUT_SUCH_EVENTS: dict[str, float] = {
    "returns": 0,
    "views_last_30d": 0,
    "carts_last_30d": 0,
    "searches_last_30d": 0,
    "reviews": 0,
    "average_rating": math.nan,
}

Frames = tuple[pd.DataFrame, pd.DataFrame]


@pytest.fixture(scope="session")
def gold() -> Frames:
    transactions, products = read_reference()
    return gold_facts(transactions, products), gold_affinities(transactions, products)


@pytest.fixture(scope="session")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frames]:
    workspace = Workspace(tmp_path_factory.mktemp("reference") / "home")
    load_example(workspace, "completejourney")
    last_day = as_of(read_reference()[0])
    with Warehouse(workspace.events, workspace.products, last_day) as warehouse:
        facts = compute_facts(warehouse).set_index("customer").sort_index()
        affinities = compute_affinities(warehouse)
        yield facts, affinities.sort_values(["customer", "rank"], ignore_index=True)
    workspace.close()


def test_every_household_is_there_once(computed: Frames, gold: Frames) -> None:
    assert len(gold[0]) == 2469
    assert list(computed[0].index) == list(gold[0].index)


def test_the_columns_are_the_fields_of_the_catalogue(computed: Frames) -> None:
    assert list(computed[0].columns) == [field.name for field in catalogue()]


@pytest.mark.parametrize("name", [field.name for field in catalogue()])
def test_field_agrees_for_all_households(name: str, computed: Frames, gold: Frames) -> None:
    facts, expected = computed[0][name], gold[0].get(name)
    if expected is None:
        assert name in WITHOUT_SUCH_EVENTS, f"{name} has no gold in eval/facts_pandas.py"
        expected = pd.Series(WITHOUT_SUCH_EVENTS[name], index=facts.index)
    _assert_agree(facts, expected)


def test_affinities_agree_for_all_households(computed: Frames, gold: Frames) -> None:
    assert len(computed[1]) == len(gold[1])
    assert set(computed[1]["level"]) == {"category"}
    for column in gold[1].columns:
        _assert_agree(computed[1][column], gold[1][column])


def _assert_agree(given: pd.Series, expected: pd.Series) -> None:
    """Numbers with a fraction to 1e-9 of their size, unknown as unknown, all else exactly."""
    if given.dtype == float:
        np.testing.assert_allclose(given, expected.astype(float), rtol=1e-9, atol=0, equal_nan=True)
    else:
        assert given.notna().all()
        assert list(given) == list(expected)
