"""The baselines find what is there to be found, each by its own means, and look at no label."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from agent.errors import DataError
from agent.tags.folds import folds
from agent.tags.quality import Floats
from eval.baselines import REFERENCE, Baseline, baselines, out_of_fold
from eval.keywords import KEYWORDS, naming
from eval.labels import REFERENCE_LABELS
from eval.material import Material
from tests.eval.shop import CUSTOMERS, FAMILY, TYPES, shop
from tests.tags.blind import check_blind

METHODS = ("majority", "keywords", REFERENCE, "boosted_trees")


@pytest.fixture(scope="module")
def material() -> Material:
    return shop()


@pytest.fixture(scope="module")
def found(material: Material) -> dict[str, pd.Series]:
    return {name: out_of_fold(one, FAMILY) for name, one in baselines(material).items()}


def test_all_methods_give_every_customer_a_probability(found: dict[str, pd.Series]) -> None:
    assert tuple(found) == METHODS
    for probability in found.values():
        assert list(probability.index) == list(CUSTOMERS)
        assert probability.between(0, 1).all()


def test_each_finds_what_its_means_allow(found: dict[str, pd.Series]) -> None:
    auc = {name: roc_auc_score(FAMILY, probability) for name, probability in found.items()}
    assert auc["majority"] == pytest.approx(0.5, abs=0.05)
    assert auc["keywords"] > 0.75  # diapers, cereal and no dentures
    assert auc[REFERENCE] > auc["keywords"]  # the grapes too
    assert auc["boosted_trees"] > auc["keywords"]


def test_the_majority_says_the_share_of_the_other_folds(found: dict[str, pd.Series]) -> None:
    assert found["majority"].tolist() == [0.5] * 240


def test_none_depends_on_the_label_of_whom_it_judges(material: Material) -> None:
    for one in baselines(material).values():

        def predict(given: pd.Series, test: pd.Index, one: Baseline = one) -> Floats:
            return one(given.drop(test), test)

        check_blind(predict, FAMILY)


def test_none_is_shown_a_test_label() -> None:
    seen: list[tuple[pd.Index, pd.Index]] = []

    def spy(train: pd.Series, test: pd.Index) -> Floats:
        seen.append((train.index, test))
        return np.zeros(len(test))

    out_of_fold(spy, FAMILY)
    assert len(seen) == 5
    assert all(not set(train) & set(test) for train, test in seen)
    assert sorted(c for _, test in seen for c in test) == list(CUSTOMERS)


def test_a_labelled_customer_without_purchases_is_named(material: Material) -> None:
    labels = pd.concat([FAMILY, pd.Series({"nobody": True})]).rename("has_kids")
    for name in METHODS[1:]:
        with pytest.raises(DataError, match="1 labelled customers bought nothing, such as nobody"):
            out_of_fold(baselines(material)[name], labels)


def test_keywords_never_turn_round(material: Material) -> None:
    """Where the words point the wrong way the labels do not correct them: nothing is known then."""
    opposite = ~FAMILY
    probability = out_of_fold(baselines(material)["keywords"], opposite.rename("has_kids"))
    assert set(probability) == {0.5}


def test_every_label_has_keywords_and_each_names_whole_words() -> None:
    assert set(KEYWORDS) == {label.tag for label in REFERENCE_LABELS}
    named = naming(KEYWORDS["has_kids"].speaks_for)
    assert [named(name) for name in ("COLD CEREAL KIDS CEREAL", "BABY FOOD", "DIAPERS")] == [
        True
    ] * 3
    assert not named("CANNED BEANS - KIDNEY PINTO")
    assert not naming(("cold kids",))("COLD CEREAL ALL FAMILY CEREAL")


def test_the_regression_is_tfidf_as_the_textbook_has_it(material: Material) -> None:
    """One fold again, with TF-IDF and the fit's optimum worked out from their definitions."""
    train, test = next(folds(FAMILY))
    probability = baselines(material)[REFERENCE](FAMILY[train], test)
    counts = material.lines.pivot(index="customer", columns="type", values="lines").fillna(0)
    counts = counts.reindex(columns=sorted(TYPES))
    bought = (counts.loc[train] > 0).sum()
    idf = bought.map(lambda n: math.log((1 + len(train)) / (1 + n)) + 1)
    weighed = counts.map(lambda n: 1 + math.log(n) if n else 0.0) * idf
    weighed = weighed.div((weighed**2).sum(axis=1) ** 0.5, axis=0)
    logs = material.numbers.map(math.log1p)
    spread = logs.loc[train].std(ddof=0)
    scaled = (logs - logs.loc[train].mean()) / spread.where(spread > 1e-12, 1.0)
    features = weighed.join(scaled)
    # At the optimum the residuals balance the penalty: C X'(y - p) = w, and they sum to zero. The
    # weights are read off the log-odds of the test customers, of whom there are more than features.
    odds = np.log(probability / (1 - probability))
    known = np.c_[features.loc[test], np.ones(len(test))]
    weights = np.linalg.lstsq(known, odds, rcond=None)[0]
    assert known @ weights == pytest.approx(odds, abs=1e-6)
    fitted = 1 / (1 + np.exp(-np.c_[features.loc[train], np.ones(len(train))] @ weights))
    residuals = FAMILY[train].to_numpy(dtype=float) - fitted
    assert residuals.sum() == pytest.approx(0, abs=1e-2)
    pulled = 3.0 * features.loc[train].to_numpy().T @ residuals
    assert pulled == pytest.approx(weights[:-1], abs=0.1)
