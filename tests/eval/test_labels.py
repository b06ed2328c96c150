"""The labels of the reference data, counted by hand from the published survey."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from agent.data import store as tables
from agent.data.store import Store
from agent.errors import DataError
from agent.tags.folds import folds
from eval.labels import REFERENCE_LABELS, reference_labels


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'survey.sqlite'}")
    yield opened
    opened.close()


def _survey(store: Store, answers: Mapping[str, Mapping[str, str | None]]) -> None:
    rows = [{"customer": c, "attributes": a, "consent": {}} for c, a in answers.items()]
    store.replace_all(tables.customers, rows)


OLD = {
    "age": "65+",
    "income": "Under 15K",
    "home_ownership": "Probable Homeowner",
    "marital_status": "Unmarried",
    "household_size": "1",
    "kids_count": "0",
}
FAMILY = {
    "age": "25-34",
    "income": "100-124K",
    "home_ownership": "Renter",
    "marital_status": "Married",
    "household_size": "5+",
    "kids_count": "3+",
}
MIDDLE = {"age": "35-44", "income": "35-49K", "household_size": "3", "kids_count": None}


def test_answers_become_labels_and_what_is_not_answered_is_unknown(store: Store) -> None:
    _survey(store, {"9": OLD, "10": FAMILY, "11": MIDDLE, "12": {}})
    labels = reference_labels(store)
    assert {tag: dict(series) for tag, series in labels.items()} == {
        "has_kids": {"10": True, "9": False},
        "married": {"10": True, "9": False},
        "homeowner": {"10": False, "9": True},
        "high_income": {"10": True, "11": False, "9": False},
        "low_income": {"10": False, "11": False, "9": True},
        "age_55_plus": {"10": False, "11": False, "9": True},
        "age_under_35": {"10": True, "11": False, "9": False},
        "lives_alone": {"10": False, "11": False, "9": True},
        "large_household": {"10": True, "11": False, "9": False},
    }
    assert list(labels["age_55_plus"].index) == ["10", "11", "9"]  # sorted as text


def test_another_shop_has_no_such_labels(store: Store) -> None:
    _survey(store, {"1": {"city": "Springfield"}})
    with pytest.raises(DataError, match=r"has_kids.*portrait example completejourney"):
        reference_labels(store)


def test_every_label_is_barred_from_the_features_it_was_made_from() -> None:
    assert all(label.attribute in label.told_by for label in REFERENCE_LABELS)
    household = {"has_kids", "lives_alone", "large_household"}
    for label in REFERENCE_LABELS:
        assert ("household_comp" in label.told_by) == (label.tag in household)


def test_folds_part_the_customers_alike_each_time() -> None:
    labels = pd.Series([True] * 20 + [False] * 40, name="kids")
    labels.index = pd.Index([f"c{place:02}" for place in range(60)])
    parts = list(folds(labels))
    assert sorted(np.concatenate([test for _, test in parts])) == sorted(labels.index)
    for (train, test), (again, _) in zip(parts, folds(labels), strict=True):
        assert not set(train) & set(test)
        assert len(train) + len(test) == 60
        assert labels[test].sum() == 4
        assert list(train) == list(again)


def test_too_few_of_a_class_are_refused_with_the_number_needed() -> None:
    labels = pd.Series([True] * 4 + [False] * 40, name="kids")
    with pytest.raises(DataError, match="kids: 4 customers in the rarer class, and 5 folds"):
        list(folds(labels))
