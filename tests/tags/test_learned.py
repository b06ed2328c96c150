"""Learning from labels: what is there is found, what is not there is not claimed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy import sparse
from sklearn.metrics import roc_auc_score

from agent.errors import DataError
from agent.tags.decision import Aim
from agent.tags.learned import MIN_EACH, Candidate, Fitted, check_enough, fit_tag
from tests.tags.blind import check_blind

Floats = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]
Features = dict[str, sparse.csr_matrix]

SIZE = 240


def draw(seed: int, size: int = SIZE, strength: float = 2.0) -> tuple[Features, Truth]:
    """Three views of unit-length rows; the first feature of `kinds` speaks for the label."""
    random = np.random.default_rng(seed)
    truth = random.random(size) < 0.4
    kinds = random.normal(size=(size, 12))
    kinds[:, 0] += strength * truth
    views = {"kinds": kinds, "places": random.normal(size=(size, 3))}
    views["plain"] = random.normal(size=(size, 12))
    return {
        name: sparse.csr_matrix(one / np.linalg.norm(one, axis=1, keepdims=True))
        for name, one in views.items()
    }, truth


def rows(features: Features, places: npt.NDArray[np.intp]) -> Features:
    return {name: matrix[places] for name, matrix in features.items()}


def held_out_auc(features: Features, truth: Truth) -> float:
    """Of a model of the first two thirds, on the last third."""
    cut = 2 * len(truth) // 3
    first, last = np.arange(cut), np.arange(cut, len(truth))
    fitted = fit_tag(rows(features, first), truth[first], Aim())
    return float(roc_auc_score(truth[last], fitted.probability(rows(features, last))))


def test_a_planted_signal_is_found() -> None:
    assert held_out_auc(*draw(0)) > 0.85


def test_noise_stays_noise() -> None:
    found = [held_out_auc(*draw(seed, strength=0.0)) for seed in range(6)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.08)


def test_what_speaks_against_a_tag_never_turns_round() -> None:
    """Folds of noise rank their held-out customers backwards; that must not become a claim."""
    for seed in range(8):
        features, truth = draw(seed, size=120, strength=0.0)
        fitted = fit_tag(features, truth, Aim())
        assert fitted.slope >= 0
        assert fitted.held_out.mean() == pytest.approx(truth.mean(), abs=0.005)


def test_the_view_that_tells_is_chosen() -> None:
    features, truth = draw(1)
    prior = sparse.csr_matrix((3.0 * truth + np.random.default_rng(2).normal(size=SIZE))[:, None])
    assert fit_tag(features | {"prior": prior}, truth, Aim()).candidate.source == "prior"
    rule = sparse.csr_matrix(truth[:, None].astype(float))
    fitted = fit_tag(features | {"rule": rule}, truth, Aim())
    assert fitted.candidate.source == "rule"
    assert list(fitted.coefficients) == ["rule"]


@pytest.mark.parametrize("left", [("plain",), ("kinds",), ("places",), ("prior",)])
def test_a_shop_with_one_view_learns_from_it(left: tuple[str, ...]) -> None:
    features, truth = draw(3)
    prior = sparse.csr_matrix((truth + np.random.default_rng(2).normal(size=SIZE))[:, None])
    some = {name: one for name, one in (features | {"prior": prior}).items() if name in left}
    fitted = fit_tag(some, truth, Aim())
    assert fitted.candidate.views == left
    assert np.isfinite(fitted.probability(some)).all()


def test_without_any_view_there_is_nothing_to_learn_from() -> None:
    with pytest.raises(DataError, match="ingest events first"):
        fit_tag({}, draw(0)[1], Aim())


def test_probabilities_are_calibrated() -> None:
    features, truth = draw(4, size=1200, strength=1.0)
    fitted = fit_tag(features, truth, Aim())
    assert fitted.held_out.mean() == pytest.approx(truth.mean(), abs=0.005)
    bins = pd.qcut(fitted.held_out, 5, labels=False)
    for number in range(5):
        inside = bins == number
        assert fitted.held_out[inside].mean() == pytest.approx(truth[inside].mean(), abs=0.09)
    fresh, unseen = draw(5, size=1200, strength=1.0)
    assert fitted.probability(fresh).mean() == pytest.approx(unseen.mean(), abs=0.04)


def test_held_out_probabilities_are_of_models_that_did_not_see_the_customer() -> None:
    """With more features than customers a model that saw the labels would part them perfectly."""
    random = np.random.default_rng(0)
    truth = random.random(100) < 0.5
    wide = sparse.csr_matrix(random.normal(size=(100, 500)))
    fitted = fit_tag({"kinds": wide}, truth, Aim())
    assert roc_auc_score(truth, fitted.score({"kinds": wide})) > 0.99
    assert roc_auc_score(truth, fitted.held_out) < 0.7


def test_the_same_labels_give_the_same_model() -> None:
    one, two = (fit_tag(*draw(6), Aim()) for _ in range(2))
    assert one.candidate == two.candidate
    assert (one.slope, one.offset, one.thresholds) == (two.slope, two.offset, two.thresholds)
    assert (one.held_out == two.held_out).all()
    for view, weights in one.coefficients.items():
        assert (weights == two.coefficients[view]).all()


def test_the_aim_moves_the_thresholds_alone() -> None:
    features, truth = draw(7)
    found: dict[str, Fitted] = {
        str(aim): fit_tag(features, truth, aim) for aim in (Aim(0.5), Aim(0.8), Aim(None))
    }
    low, high, f1 = found.values()
    assert (low.held_out == high.held_out).all()
    assert low.thresholds.yes_from <= high.thresholds.yes_from
    assert f1.thresholds.yes_from == f1.thresholds.no_below


def test_labels_of_test_customers_change_nothing() -> None:
    features, truth = draw(8)
    labels = pd.Series(truth, index=[f"c{n}" for n in range(SIZE)], name="planted")

    def predict(known: pd.Series, test: pd.Index) -> Floats:
        train = labels.index.difference(test, sort=False)
        fitted = fit_tag(
            rows(features, labels.index.get_indexer(train)), known[train].to_numpy(), Aim()
        )
        return fitted.probability(rows(features, labels.index.get_indexer(test)))

    check_blind(predict, labels)


@pytest.mark.parametrize(
    ("truth", "missing", "told"),
    [
        ([True] * 39 + [False] * 90, 1, "39 of the labelled customers are with it"),
        ([True] * 90 + [False] * 2, 38, "2 of the labelled customers are without it"),
        ([True] * 90, 40, "0 of the labelled customers are without it"),
        ([], 40, "0 of the labelled customers are with it"),
    ],
)
def test_too_few_are_refused_with_how_many_more(truth: list[bool], missing: int, told: str) -> None:
    with pytest.raises(DataError, match=f"churned: {told}.* at least 40 .*label {missing} more"):
        check_enough("churned", np.array(truth, dtype=bool))


def test_just_enough_are_enough() -> None:
    features, _ = draw(9, size=2 * MIN_EACH)
    even = np.arange(2 * MIN_EACH) % 2 == 0
    check_enough("churned", even)
    assert np.isfinite(fit_tag(features, even, Aim()).probability(features)).all()


def test_candidates_say_where_a_tag_comes_from() -> None:
    told = {Candidate(views, 1.0).source for views in (("kinds", "topics"), ("plain",))}
    assert told == {"learned"}
    assert Candidate(("prior",), 1.0).source == "prior"
    assert Candidate(("rule",), 1.0).source == "rule"
