"""How good probabilities and decisions are.

All figures are of out-of-fold probabilities, pooled over the folds.

ECE: ten bins of equal mass, for bins of equal width leave most of a rare tag in one or two of them
and are more biased (Nixon et al. 2019, "Measuring calibration in deep learning"; Roelofs et al.
2022, "Mitigating bias in calibration error estimation"). Equal probabilities share a bin. Perfect
probabilities score above zero by chance alone, .03 to .045 at 800 customers: `error_by_chance`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn import metrics

Floats = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]

BINS = 10
# No honest label of behaviour was ever told so well: something gives it away.
TELLING_AUC = 0.98
POINTS = 200


@dataclass(frozen=True)
class Quality:
    """One tag, one method. Precision to accuracy are among the decided customers.

    n, positive: customers, and those who carry the tag. coverage: share of customers decided;
    abstention: the others. found: the share of all who carry the tag that are tagged.
    """

    n: int
    positive: int
    auc: float
    average_precision: float
    brier: float
    ece: float
    precision: float
    recall: float
    f1: float
    accuracy: float
    coverage: float
    abstention: float
    found: float


@dataclass(frozen=True)
class Bin:
    """One bin of a reliability diagram; low and high: the interval of `share` (Wilson 1927)."""

    mean_probability: float
    share: float
    n: int
    low: float
    high: float


# 95%, two-sided.
NORMAL_95 = 1.959963984540054


def wilson(
    share: Floats | float, n: npt.NDArray[np.int_] | int, z: float = NORMAL_95
) -> tuple[Floats, Floats]:
    """Low and high of a share seen among n independent observations (Wilson 1927).

    Each bound alone is that of a one-sided interval. Holds at 0 and 1 too.
    """
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.maximum(0.0, middle - half), np.minimum(1.0, middle + half)


def decide(probability: Floats, yes_from: Floats | float, no_below: Floats | float) -> Floats:
    """1 where the probability is at least `yes_from`, 0 below `no_below`, NaN (abstain) between.

    Thresholds are one for all, or one a customer, as folds have their own.
    """
    decided: Floats = np.where(
        probability >= yes_from, 1.0, np.where(probability < no_below, 0.0, np.nan)
    )
    return decided


def quality(truth: Truth, probability: Floats, decision: Floats) -> Quality:
    """All figures. truth, probability and decision (1, 0 or NaN) are by customer; both classes.

    Precision is 0 where nobody is tagged, recall where nobody decided carries the tag; where
    nobody is decided at all, see `coverage`, both are 0 and so are F1 and accuracy.
    """
    known = ~np.isnan(decision)
    precision, recall, f1, accuracy = _decided(truth[known], decision[known] == 1)
    return Quality(
        n=len(truth),
        positive=int(truth.sum()),
        auc=float(metrics.roc_auc_score(truth, probability)),
        average_precision=float(metrics.average_precision_score(truth, probability)),
        brier=float(metrics.brier_score_loss(truth, probability)),
        ece=calibration_error(reliability(truth, probability)),
        precision=precision,
        recall=recall,
        f1=f1,
        accuracy=accuracy,
        coverage=float(known.mean()),
        abstention=float((~known).mean()),
        found=float((truth & (decision == 1)).sum() / truth.sum()),
    )


def _decided(truth: Truth, said: Truth) -> tuple[float, float, float, float]:
    """Precision, recall, F1 and accuracy."""
    if not len(truth):
        return 0.0, 0.0, 0.0, 0.0
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        truth, said, average="binary", zero_division=0
    )
    return float(precision), float(recall), float(f1), float(metrics.accuracy_score(truth, said))


def reliability(truth: Truth, probability: Floats) -> list[Bin]:
    """Bins of equal mass, from low probabilities to high; ties stay together, so maybe fewer."""
    edges = np.quantile(probability, np.linspace(0, 1, BINS + 1))[1:-1]
    place = np.searchsorted(edges, probability)
    return [_bin(truth[place == one], probability[place == one]) for one in np.unique(place)]


def _bin(truth: Truth, probability: Floats) -> Bin:
    share, n = float(truth.mean()), len(truth)
    low, high = wilson(share, n)
    return Bin(float(probability.mean()), share, n, float(low), float(high))


def calibration_error(bins: list[Bin]) -> float:
    """ECE: the mean distance between probability and share, bins weighed by their customers."""
    total = sum(one.n for one in bins)
    return sum(one.n * abs(one.mean_probability - one.share) for one in bins) / total


def error_by_chance(probability: Floats, draws: int = 200, seed: int = 0) -> float:
    """The mean ECE of these probabilities if they were perfect: truths are drawn from them."""
    random = np.random.default_rng(seed)
    truths = random.random((draws, len(probability))) < probability
    return float(np.mean([calibration_error(reliability(one, probability)) for one in truths]))


def curve(truth: Truth, probability: Floats) -> list[tuple[float, float]]:
    """The precision-recall curve as (recall, precision), recall rising from 0; `POINTS` at most."""
    precision, recall, _ = metrics.precision_recall_curve(truth, probability)
    points = list(zip(recall[::-1].tolist(), precision[::-1].tolist(), strict=True))
    kept = np.linspace(0, len(points) - 1, min(POINTS, len(points))).round().astype(int)
    return [points[place] for place in kept]


def best_f1_threshold(truth: Truth, probability: Floats) -> float:
    """The threshold from which tagging gives the best F1; the highest of equals."""
    precision, recall, thresholds = metrics.precision_recall_curve(truth, probability)
    total = precision + recall
    f1 = np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)[:-1]
    return float(thresholds[np.flatnonzero(f1 >= f1.max() - 1e-12)[-1]])
