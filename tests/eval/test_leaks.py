"""Every way in which a label can reach the features is planted, and refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from agent.errors import DataError
from agent.tags.folds import folds
from agent.tags.quality import Floats
from eval.labels import REFERENCE_LABELS
from eval.leaks import check_apart, check_no_leak
from tests.tags.blind import check_blind

CUSTOMERS = pd.Index([f"c{place:03}" for place in range(300)])
BARRED = next(label.told_by for label in REFERENCE_LABELS if label.tag == "has_kids")


@pytest.fixture
def labels() -> pd.Series:
    return pd.Series(np.arange(300) % 3 == 0, index=CUSTOMERS, name="has_kids")


@pytest.fixture
def features(labels: pd.Series) -> pd.DataFrame:
    """Honest ones: one that knows a good deal, counts that know nothing, and the model's prior."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.poisson(1.0, (300, 40)), index=CUSTOMERS).add_prefix("type ")
    frame["prior:has_kids"] = labels + random.normal(0, 1, 300)  # AUC about .76
    frame["orders"] = random.integers(1, 100, 300)
    frame["top_category"] = random.choice(["MILK", "BREAD"], 300)
    frame["average_rating"] = np.nan
    return frame


def test_honest_features_pass(features: pd.DataFrame, labels: pd.Series) -> None:
    check_no_leak(features, labels, BARRED)


@pytest.mark.parametrize(
    "name",
    [
        "has_kids",
        "label:has_kids",
        "kids_count",
        "given:kids_count",
        "kids_count=3+",
        "kids_count_0",
    ],
)
def test_a_label_or_what_it_was_made_from_is_refused_by_name(
    name: str, features: pd.DataFrame, labels: pd.Series
) -> None:
    features[name] = 0  # whatever it holds
    with pytest.raises(DataError, match=rf"has_kids: the features {name.replace('+', '.')} are"):
        check_no_leak(features, labels, BARRED)


def test_the_label_of_another_tag_is_refused_where_it_is_named(
    features: pd.DataFrame, labels: pd.Series
) -> None:
    features["lives_alone"] = 0
    with pytest.raises(DataError, match="lives_alone"):
        check_no_leak(features, labels, [*BARRED, "lives_alone"])


def _noisy(labels: pd.Series) -> pd.Series:
    return labels * 5 + np.random.default_rng(1).normal(0, 1, len(labels))


def _codes(labels: pd.Series) -> pd.Series:
    """Households without children are 1 and 3, those with them 2 and 4: no order tells that."""
    return labels.astype(int) + 1 + 2 * (np.arange(len(labels)) % 2)


@pytest.mark.parametrize(
    "plant",
    [
        lambda labels: labels.astype(float),
        lambda labels: -_noisy(labels),
        _noisy,
        _codes,
        lambda labels: _codes(labels).map({1: "A", 2: "B", 3: "C", 4: "D"}),
        lambda labels: labels.map({True: "kids", False: None}),
        lambda labels: labels.astype("boolean").where(labels, pd.NA),
        lambda labels: _noisy(labels).astype(object),
    ],
)
def test_a_copy_under_another_name_is_refused(
    plant: object, features: pd.DataFrame, labels: pd.Series
) -> None:
    features["innocent"] = plant(labels)  # type: ignore[operator]
    with pytest.raises(DataError, match="innocent alone tell the label"):
        check_no_leak(features, labels, BARRED)


def test_an_id_of_each_customer_tells_nothing_of_others(
    features: pd.DataFrame, labels: pd.Series
) -> None:
    features["customer"] = CUSTOMERS
    check_no_leak(features, labels, BARRED)


def test_with_few_of_a_class_a_feature_is_not_judged_by_its_values() -> None:
    labels = pd.Series([True] * 6 + [False] * 60, name="rare", index=CUSTOMERS[:66])
    lucky = pd.DataFrame({"lucky": labels.astype(int)})
    check_no_leak(lucky, labels, [])
    with pytest.raises(DataError, match="given:income"):
        check_no_leak(lucky.rename(columns={"lucky": "given:income"}), labels, ["income"])


def test_features_of_customers_without_a_label_do_not_matter(
    features: pd.DataFrame, labels: pd.Series
) -> None:
    check_no_leak(features, labels.iloc[:200], BARRED)


def test_a_fold_that_tests_on_customers_it_was_fitted_on_is_refused() -> None:
    check_apart(["a", "b"], ["c"])
    with pytest.raises(DataError, match="the customers b are in a fold's training part and its"):
        check_apart(["a", "b"], ["b", "c"])


def _neighbours(labels: pd.Series, test: pd.Index, known: pd.Series) -> Floats:
    """The share of carriers among the ten neighbours in the list, as far as `known`."""
    smooth = known.reindex(labels.index).astype(float).rolling(10, min_periods=1).mean()
    return smooth[test].fillna(0.5).to_numpy(dtype=float)


def test_a_fit_that_looks_at_test_labels_is_refused(labels: pd.Series) -> None:
    def honest(given: pd.Series, test: pd.Index) -> Floats:
        return _neighbours(given, test, given.drop(test))

    def peeking(given: pd.Series, test: pd.Index) -> Floats:
        return _neighbours(given, test, given)

    check_blind(honest, labels)
    with pytest.raises(DataError, match="has_kids: labels of test customers change"):
        check_blind(peeking, labels)
    assert next(folds(labels))[1].isin(labels.index).all()
