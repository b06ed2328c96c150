"""No label may reach the features: what gives one away is refused before anything is measured.

Three ways in are watched. A feature may be a label, or an attribute that the label was made from,
under its name. It may hold the same under another name: then it parts the customers almost alone.
Or a test customer may be among those fitted on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.metrics import roc_auc_score

from agent.errors import DataError
from agent.tags.folds import folds
from agent.tags.quality import TELLING_AUC, Floats

MIN_CLASS = 20  # below so many of a class, a harmless feature may part them by chance
CODES = 20  # a feature of at most so many values is taken for a code, whose order means nothing


def check_no_leak(features: pd.DataFrame, labels: pd.Series, barred: Collection[str]) -> None:
    """Refuse features that tell the label.

    features: one row a customer, at least the labelled ones. barred: names of labels and of the
    attributes behind them; also refused are their codes, such as `age=65+`, `age_65+`, `given:age`.
    Raises `DataError` with the names of the features and what to do.
    """
    named = [str(name) for name in features.columns if _bears(str(name), [*barred, labels.name])]
    if named:
        raise DataError(
            f"{labels.name}: the features {_few(named)} are labels or were used to make them; "
            "leave them out"
        )
    telling = telling_features(features.loc[labels.index], labels)
    if telling:
        raise DataError(
            f"{labels.name}: the features {_few(telling)} alone tell the label on customers held "
            f"out (AUC at least {TELLING_AUC}); leave out what was made from labels"
        )


def telling_features(features: pd.DataFrame, labels: pd.Series) -> list[str]:
    """The features that part held-out customers almost perfectly by themselves, either way."""
    if labels.value_counts().reindex([True, False], fill_value=0).min() < MIN_CLASS:
        return []
    truth = labels.to_numpy(dtype=bool)
    inferred = features.infer_objects()
    columns = (inferred.iloc[:, place] for place in range(features.shape[1]))
    return [
        str(column.name)
        for column in columns
        if _best_auc(column, truth) >= TELLING_AUC and _held_out_auc(column, labels) >= TELLING_AUC
    ]


def check_apart(train: Iterable[str], test: Iterable[str]) -> None:
    """Refuse a fold whose test customers are also fitted on. Raises `DataError`."""
    both = sorted(set(train) & set(test))
    if both:
        raise DataError(
            f"the customers {_few(both)} are in a fold's training part and its test part; "
            "take each customer once"
        )


def _bears(name: str, barred: Collection[object]) -> bool:
    """Whether a feature is named like something barred, or is a code of it."""
    bare = name.removeprefix("given:").removeprefix("label:")
    return any(bare == str(b) or bare.startswith((f"{b}=", f"{b}_", f"{b}:")) for b in barred)


def _best_auc(feature: pd.Series, truth: npt.NDArray[np.bool_]) -> float:
    """The most that the values could tell if their meaning were known: a quick first look."""
    codes, values = pd.factorize(feature, sort=feature.dtype != object, use_na_sentinel=False)
    held = np.bincount(codes, truth, len(values))
    others = np.bincount(codes, ~truth, len(values))
    if len(values) <= CODES:
        order = np.argsort(held / (held + others), kind="stable")
        held, others = held[order], others[order]
    auc = float((held * (np.cumsum(others) - others / 2)).sum() / (held.sum() * others.sum()))
    return max(auc, 1 - auc)


def _held_out_auc(feature: pd.Series, labels: pd.Series) -> float:
    """The mean AUC over the folds, what a value means being learned from the training part."""
    found = [
        _auc(labels[test].to_numpy(dtype=bool), _learned(feature, labels[train], test))
        for train, test in folds(labels)
    ]
    return float(np.mean(found))


def _learned(feature: pd.Series, train: pd.Series, customers: pd.Index) -> Floats:
    """A feature as a score that rises with the label, as far as the training customers tell."""
    known = feature[train.index]
    if feature.nunique(dropna=False) <= CODES:
        shares = train.groupby(known.astype(str).to_numpy()).mean()
        mapped = feature[customers].astype(str).map(shares).fillna(train.mean())
        return mapped.to_numpy(dtype=float)
    values = _numeric(known)
    sign = 1.0 if _auc(train.to_numpy(dtype=bool), values) >= 0.5 else -1.0
    return sign * _numeric(feature[customers])


def _numeric(feature: pd.Series) -> Floats:
    """As numbers; names are no scale, and unknown is the lowest."""
    numbers = pd.to_numeric(feature, errors="coerce").astype(float)
    lowest = numbers.min() - 1 if numbers.notna().any() else 0.0
    return np.asarray(numbers.fillna(lowest), dtype=np.float64)


def _auc(truth: npt.NDArray[np.bool_], score: Floats) -> float:
    return float(roc_auc_score(truth, score))


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def check_no_telling_item(
    matrix: sparse.csr_matrix, names: Sequence[str], labels: pd.Series
) -> None:
    """Refuse an item whose mere presence tells the label; for tens of thousands of items at once.

    matrix: labelled customers x items. Raises `DataError` with the items' names.
    """
    truth = labels.to_numpy(dtype=bool)
    if min(truth.sum(), (~truth).sum()) < MIN_CLASS:
        return
    present = (matrix > 0).astype(np.float64)
    held, others = (np.asarray(present[rows].mean(axis=0)).ravel() for rows in (truth, ~truth))
    auc = 0.5 + np.abs(held - others) / 2
    telling = [str(names[place]) for place in np.flatnonzero(auc >= TELLING_AUC)]
    if telling:
        raise DataError(
            f"{labels.name}: buying {_few(telling)} alone tells the label (AUC at least "
            f"{TELLING_AUC}); leave out what was made from labels"
        )
