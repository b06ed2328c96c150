"""How sure one can be of a figure: intervals by drawing the customers anew.

Percentiles of a bootstrap over customers (Efron 1979): they hold the luck of which customers were
labelled, not that of the fit. Several labels of one customer are drawn together, so that their
correlation counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from agent.tags.quality import Floats, Truth

DRAWS = 1_000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """A figure with its 95% bootstrap interval."""

    value: float
    low: float
    high: float


def resamples(customers: pd.Index, draws: int = DRAWS, seed: int = 0) -> pd.DataFrame:
    """How often each customer is drawn (columns) in each bootstrap sample (rows)."""
    size = len(customers)
    counts = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), size=draws)
    return pd.DataFrame(counts, columns=customers)


def intervals(
    truth: pd.Series, probability: pd.Series, decision: pd.Series, drawn: pd.DataFrame
) -> dict[str, Interval]:
    """auc, average_precision, brier, precision, recall, f1 and accuracy, each with its interval.

    The series are by customer; `drawn` (of `resamples`) holds at least these customers.
    """
    arrays = _aligned(truth, probability, decision)
    weights = drawn[truth.index].to_numpy()
    once = np.ones((1, len(truth)), dtype=weights.dtype)
    return {
        name: _interval(float(figure(*arrays, once)[0]), figure(*arrays, weights))
        for name, figure in _FIGURES.items()
    }


def auc_difference(
    truth: pd.Series, ours: pd.Series, theirs: pd.Series, drawn: pd.DataFrame
) -> Interval:
    """AUC of ours less that of theirs, on the same customers in every draw."""
    return mean_auc_difference({"": truth}, {"": ours}, {"": theirs}, drawn)


def mean_auc_difference(
    truth: Mapping[str, pd.Series],
    ours: Mapping[str, pd.Series],
    theirs: Mapping[str, pd.Series],
    drawn: pd.DataFrame,
) -> Interval:
    """The same, averaged over labels whose customers are drawn together."""
    seen, draws = [], []
    for label, known in truth.items():
        held, mine, other = _aligned(known, ours[label], theirs[label])
        weights = drawn[known.index].to_numpy()
        once = np.ones((1, len(held)), dtype=weights.dtype)
        seen.append(_auc(held, mine, once)[0] - _auc(held, other, once)[0])
        draws.append(_auc(held, mine, weights) - _auc(held, other, weights))
    return _interval(float(np.mean(seen)), np.mean(draws, axis=0))


def _aligned(truth: pd.Series, one: pd.Series, other: pd.Series) -> tuple[Truth, Floats, Floats]:
    """As arrays in the order of `truth`; a customer without a value is a KeyError of the caller."""
    return (
        truth.to_numpy(dtype=bool),
        one.loc[truth.index].to_numpy(dtype=float),
        other.loc[truth.index].to_numpy(dtype=float),
    )


def _interval(value: float, draws: Floats) -> Interval:
    """Draws in which a figure does not exist (one class alone) are NaN and do not count."""
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.nanpercentile(draws, [tail, 100 - tail])
    return Interval(value, float(low), float(high))


# Weighted figures, one a row of `weights` (draws x customers). scikit-learn's would need a call a
# draw; a test holds them against it.


def _by_score(truth: Truth, score: Floats, weights: npt.NDArray[Any]) -> tuple[Floats, Floats]:
    """Weights of positives and negatives at each distinct score, from low to high."""
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(score[order]) > 0])
    sorted_weights = weights[:, order].astype(float)
    held = truth[order]
    positives = np.add.reduceat(sorted_weights * held, starts, axis=1)
    negatives = np.add.reduceat(sorted_weights * ~held, starts, axis=1)
    return positives, negatives


def _auc(truth: Truth, score: Floats, weights: npt.NDArray[Any]) -> Floats:
    positives, negatives = _by_score(truth, score, weights)
    below: Floats = np.cumsum(negatives, axis=1) - negatives / 2
    pairs = positives.sum(axis=1) * negatives.sum(axis=1)
    return _ratio((positives * below).sum(axis=1), pairs)


def _average_precision(truth: Truth, score: Floats, weights: npt.NDArray[Any]) -> Floats:
    positives, negatives = (part[:, ::-1] for part in _by_score(truth, score, weights))
    found = np.cumsum(positives, axis=1)
    precision = _ratio(found, found + np.cumsum(negatives, axis=1))
    return _ratio((positives * np.nan_to_num(precision)).sum(axis=1), positives.sum(axis=1))


def _ratio(above: Floats, below: Floats) -> Floats:
    """NaN where there is nothing below."""
    ratio: Floats = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return ratio


_Figure = Callable[[Truth, Floats, Floats, npt.NDArray[Any]], Floats]


def _cells(
    truth: Truth, decision: Floats, weights: npt.NDArray[Any]
) -> tuple[Floats, Floats, Floats, Floats]:
    """True positives, false positives, false negatives and decided customers."""
    said, denied = decision == 1, decision == 0
    masks = (truth & said, ~truth & said, truth & denied, said | denied)
    tp, fp, fn, decided = (weights @ mask.astype(float) for mask in masks)
    return tp, fp, fn, decided


def _precision(truth: Truth, decision: Floats, weights: npt.NDArray[Any]) -> Floats:
    tp, fp, _, _ = _cells(truth, decision, weights)
    return np.nan_to_num(_ratio(tp, tp + fp))


def _recall(truth: Truth, decision: Floats, weights: npt.NDArray[Any]) -> Floats:
    tp, _, fn, _ = _cells(truth, decision, weights)
    return np.nan_to_num(_ratio(tp, tp + fn))


def _f1(truth: Truth, decision: Floats, weights: npt.NDArray[Any]) -> Floats:
    tp, fp, fn, _ = _cells(truth, decision, weights)
    return np.nan_to_num(_ratio(2 * tp, 2 * tp + fp + fn))


def _accuracy(truth: Truth, decision: Floats, weights: npt.NDArray[Any]) -> Floats:
    _, fp, fn, decided = _cells(truth, decision, weights)
    return np.nan_to_num(_ratio(decided - fp - fn, decided))


def _brier(truth: Truth, probability: Floats, weights: npt.NDArray[Any]) -> Floats:
    errors: Floats = weights @ (probability - truth) ** 2
    return _ratio(errors, weights.sum(axis=1).astype(float))


_FIGURES: dict[str, _Figure] = {
    "auc": lambda truth, probability, _, weights: _auc(truth, probability, weights),
    "average_precision": lambda truth, probability, _, weights: _average_precision(
        truth, probability, weights
    ),
    "brier": lambda truth, probability, _, weights: _brier(truth, probability, weights),
    "precision": lambda truth, _, decision, weights: _precision(truth, decision, weights),
    "recall": lambda truth, _, decision, weights: _recall(truth, decision, weights),
    "f1": lambda truth, _, decision, weights: _f1(truth, decision, weights),
    "accuracy": lambda truth, _, decision, weights: _accuracy(truth, decision, weights),
}
