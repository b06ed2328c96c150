"""The result of `eval tags` as plain data: what `--json` prints and the report is made from.

Ours and every baseline are judged on the same customers, folds and bootstrap samples. The
difference is always to the plain regression, which was named before anything was measured: the
difference to whichever baseline turned out best would be too small by chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import NotRequired, TypedDict

import numpy as np
import pandas as pd

from agent.tags.bootstrap import Interval, auc_difference, intervals, mean_auc_difference
from agent.tags.folds import NAME as FOLDS_NAME
from agent.tags.folds import folds
from agent.tags.quality import (
    best_f1_threshold,
    curve,
    decide,
    error_by_chance,
    quality,
    reliability,
)
from eval.baselines import REFERENCE


class Difference(TypedDict):
    """AUC of ours less that of the baseline `to`, with its 95% interval."""

    to: str
    auc: float
    low: float
    high: float


class Example(TypedDict):
    """One customer who was given the tag, and why, in the reader's words."""

    customer: str
    probability: float
    evidence: list[str]


class TagResult(TypedDict):
    """One tag. threshold: {"yes_from", "no_below"}, None for never; source: as a card has it."""

    tag: str
    n: int
    positive: int
    auc: float
    auc_low: float
    auc_high: float
    average_precision: float
    brier: float
    ece: float
    ece_by_chance: float  # what perfect probabilities would have
    precision: float
    recall: float
    f1: float
    accuracy: float
    coverage: float
    abstention: float
    found: float
    intervals: dict[str, list[float]]  # figure -> [low, high]
    baselines: dict[str, float]  # name -> AUC
    baseline_details: dict[str, dict[str, float]]
    difference: Difference
    reliability: list[dict[str, float]]
    curve: list[tuple[float, float]]
    curves: dict[str, list[tuple[float, float]]]  # of the baselines
    source: NotRequired[str]
    aim: NotRequired[str]
    threshold: NotRequired[Mapping[str, float | None]]
    label: NotRequired[str]
    examples: NotRequired[list[Example]]


class Result(TypedDict):
    """The whole run. `commands`: how to run it again; `notes`: anything the reader must know."""

    tags: list[TagResult]
    mean_auc: float
    mean_baseline_auc: float
    mean_difference: Difference
    mean_ece: float
    folds: str
    data_hash: NotRequired[str]
    made_at: NotRequired[str]
    seconds: NotRequired[float]
    commands: NotRequired[list[str]]
    notes: NotRequired[list[str]]


def decide_by_folds(labels: pd.Series, probability: pd.Series) -> pd.Series:
    """1 or 0 for each customer, from the threshold that gives the other folds the best F1."""
    decision = pd.Series(np.nan, index=labels.index)
    for train, test in folds(labels):
        threshold = best_f1_threshold(_flags(labels[train]), _values(probability[train]))
        decision[test] = decide(_values(probability[test]), threshold, threshold)
    return decision


def tag_result(
    labels: pd.Series,
    ours: pd.Series,
    decision: pd.Series,
    others: Mapping[str, pd.Series],
    drawn: pd.DataFrame,
) -> TagResult:
    """All figures of one tag; the caller adds source, aim, threshold, label and examples.

    labels: True or False by customer, named by the tag. ours, others: out-of-fold probabilities.
    decision: 1, 0 or NaN for abstain. drawn: `resamples` of at least these customers. The
    `REFERENCE` must be among the others.
    """
    truth, probability = _flags(labels), _values(ours[labels.index])
    figures = quality(truth, probability, _values(decision[labels.index]))
    spread = intervals(labels, ours, decision, drawn)
    details = {name: _detail(labels, ours, one, drawn) for name, one in others.items()}
    reference = details[REFERENCE]
    return {
        "tag": str(labels.name),
        **asdict(figures),  # type: ignore[typeddict-item]
        "ece_by_chance": error_by_chance(probability),
        "auc_low": spread["auc"].low,
        "auc_high": spread["auc"].high,
        "intervals": {name: [one.low, one.high] for name, one in spread.items()},
        "baselines": {name: detail["auc"] for name, detail in details.items()},
        "baseline_details": details,
        "difference": {
            "to": REFERENCE,
            "auc": reference["difference"],
            "low": reference["difference_low"],
            "high": reference["difference_high"],
        },
        "reliability": [asdict(one) for one in reliability(truth, probability)],
        "curve": curve(truth, probability),
        "curves": {name: curve(truth, _values(p[labels.index])) for name, p in others.items()},
    }


def overall(
    tags: Sequence[TagResult],
    labels: Mapping[str, pd.Series],
    ours: Mapping[str, pd.Series],
    reference: Mapping[str, pd.Series],
    drawn: pd.DataFrame,
) -> Result:
    """The means over all tags, customers drawn jointly; the mappings are by tag."""
    difference = mean_auc_difference(labels, ours, reference, drawn)
    return {
        "tags": list(tags),
        "mean_auc": float(np.mean([tag["auc"] for tag in tags])),
        "mean_baseline_auc": float(np.mean([tag["baselines"][REFERENCE] for tag in tags])),
        "mean_difference": _difference(difference),
        "mean_ece": float(np.mean([tag["ece"] for tag in tags])),
        "folds": FOLDS_NAME,
    }


def _detail(
    labels: pd.Series, ours: pd.Series, theirs: pd.Series, drawn: pd.DataFrame
) -> dict[str, float]:
    """The figures of one baseline; decided for each fold by the best F1 of the others."""
    decision = decide_by_folds(labels, theirs)
    found = quality(_flags(labels), _values(theirs[labels.index]), _values(decision))
    difference = auc_difference(labels, ours, theirs, drawn)
    kept = ("auc", "average_precision", "brier", "ece", "precision", "recall", "f1", "accuracy")
    return {name: value for name, value in asdict(found).items() if name in kept} | {
        "difference": difference.value,
        "difference_low": difference.low,
        "difference_high": difference.high,
    }


def _difference(found: Interval) -> Difference:
    return {"to": REFERENCE, "auc": found.value, "low": found.low, "high": found.high}


def _flags(labels: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.asarray(labels, dtype=np.bool_)


def _values(series: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(series, dtype=np.float64)
