"""Learned tags: from labels of some customers to a calibrated probability for every customer.

The model is a logistic regression over the views of `agent.tags.space`: with a few hundred labels
nothing richer did better (`python -m eval.learned` prints what was tried). Which views and how
much it is held back (C) is chosen by cross-validation inside the labelled customers it is given;
so whoever judges it gives it the other folds only. Probabilities are calibrated by a logistic curve
(Platt 1999) over scores of customers that the model had not seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from agent.errors import DataError
from agent.tags.decision import Aim, Thresholds, choose_thresholds
from agent.tags.taxonomy import Source

Floats = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]

# Cross-validation inside cross-validation: of fewer, an inner fold holds too few to rank.
MIN_EACH = 40
INNER_FOLDS = 5
INNER_SEED = 1


@dataclass(frozen=True)
class Candidate:
    """One model that may be chosen: the views it reads, and C (small: held back more)."""

    views: tuple[str, ...]
    c: float

    @property
    def source(self) -> Source:
        """Where the tag then comes from."""
        match self.views:
            case ("prior",):
                return "prior"
            case ("rule",):
                return "rule"
        return "learned"


# All that a customer does; `plain` is kept apart, for it holds the kinds once more.
POOLED = ("kinds", "variants", "products", "places", "figures", "topics")
CANDIDATES = (
    Candidate(POOLED, 0.3),
    Candidate(POOLED, 1.0),
    Candidate(("plain",), 1.0),
    Candidate(("prior",), 1.0),
    Candidate(("rule",), 1.0),
)


@dataclass(frozen=True)
class Fitted:
    """A model fitted on labelled customers.

    coefficients: by view. slope, offset: of the logistic curve over the raw score. held_out: the
    calibrated probability of each labelled customer from a model that had not seen them.
    """

    candidate: Candidate
    coefficients: dict[str, Floats]
    intercept: float
    slope: float
    offset: float
    thresholds: Thresholds
    held_out: Floats

    def score(self, features: Mapping[str, sparse.csr_matrix]) -> Floats:
        """Log-odds by customer, before calibration."""
        parts = [features[view] @ weights for view, weights in self.coefficients.items()]
        return np.asarray(self.intercept + sum(parts), dtype=np.float64)

    def probability(self, features: Mapping[str, sparse.csr_matrix]) -> Floats:
        """The calibrated probability by customer."""
        return np.asarray(expit(self.slope * self.score(features) + self.offset))


def check_enough(tag: str, truth: Truth) -> None:
    """Raise `DataError` unless there are customers enough with and without the tag."""
    for what, count in (("with", int(truth.sum())), ("without", int((~truth).sum()))):
        if count < MIN_EACH:
            raise DataError(
                f"{tag}: {count} of the labelled customers are {what} it, and at least {MIN_EACH} "
                f"are needed to learn and test it: label {MIN_EACH - count} more"
            )


def fit_tag(features: Mapping[str, sparse.csr_matrix], truth: Truth, aim: Aim) -> Fitted:
    """The best candidate for these labelled customers, calibrated, with thresholds for the aim.

    features: customers x features of each view, of the labelled customers alone; truth: the same
    customers' labels. Every choice is made by folds inside these customers.
    """
    candidate, scores = _choose(_available(features), features, truth)
    slope, offset = _calibrate(scores, truth)
    held_out = np.asarray(expit(slope * scores + offset))
    model = _fit(candidate, features, truth)
    return Fitted(
        candidate=candidate,
        coefficients=_by_view(candidate, features, model.coef_[0]),
        intercept=float(model.intercept_[0]),
        slope=slope,
        offset=offset,
        thresholds=choose_thresholds(truth, held_out, aim),
        held_out=held_out,
    )


def _available(features: Mapping[str, sparse.csr_matrix]) -> list[Candidate]:
    """The candidates as far as this shop's data has their views."""
    found = [
        Candidate(tuple(view for view in candidate.views if view in features), candidate.c)
        for candidate in CANDIDATES
    ]
    kept = [candidate for candidate in dict.fromkeys(found) if candidate.views]
    if not kept:
        raise DataError("there are no purchases and no figures to learn from: ingest events first")
    return kept


def _choose(
    candidates: Sequence[Candidate], features: Mapping[str, sparse.csr_matrix], truth: Truth
) -> tuple[Candidate, Floats]:
    """The candidate with the best mean AUC over the inner folds, and its held-out scores."""
    splits = list(
        StratifiedKFold(INNER_FOLDS, shuffle=True, random_state=INNER_SEED).split(truth, truth)
    )
    tried = []
    for candidate in candidates:
        scores, matrix = np.zeros(len(truth)), _matrix(candidate, features)
        for train, test in splits:
            scores[test] = regression(candidate.c, matrix[train], truth[train]).decision_function(
                matrix[test]
            )
        auc = np.mean([roc_auc_score(truth[test], scores[test]) for _, test in splits])
        tried.append((float(auc), scores))
    best = max(range(len(tried)), key=lambda place: tried[place][0])
    return candidates[best], tried[best][1]


def _calibrate(scores: Floats, truth: Truth) -> tuple[float, float]:
    """Slope and offset of the logistic curve; flat where unseen customers were ranked backwards."""
    curve = LogisticRegression(C=1e6).fit(scores[:, None], truth)
    slope = float(curve.coef_[0, 0])
    return (slope, float(curve.intercept_[0])) if slope > 0 else (0.0, float(logit(truth.mean())))


def _fit(
    candidate: Candidate, features: Mapping[str, sparse.csr_matrix], truth: Truth
) -> LogisticRegression:
    return regression(candidate.c, _matrix(candidate, features), truth)


def regression(c: float, matrix: sparse.csr_matrix, truth: Truth) -> LogisticRegression:
    """The one learner: fitted on customers x features and their labels."""
    # The dual is quick with fewer customers than features; a long intercept is hardly held back.
    return LogisticRegression(
        C=c, solver="liblinear", dual=True, max_iter=5000, intercept_scaling=3, random_state=0
    ).fit(matrix, truth)


def _matrix(candidate: Candidate, features: Mapping[str, sparse.csr_matrix]) -> sparse.csr_matrix:
    return sparse.hstack([features[view] for view in candidate.views]).tocsr()


def _by_view(
    candidate: Candidate, features: Mapping[str, sparse.csr_matrix], weights: Floats
) -> dict[str, Floats]:
    ends = np.cumsum([features[view].shape[1] for view in candidate.views])
    return dict(zip(candidate.views, np.split(weights, ends[:-1]), strict=True))
