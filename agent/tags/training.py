"""Training: every labelled tag is learned, judged on customers it has not seen, and saved.

1. Vectors of all customers, and what rules and priors say of the labelled tags.
2. For each tag, nested cross-validation: every choice is made inside the other folds.
3. The figures of these unseen customers go on the card. A tag that ranks them no better than chance
   stays unknown; one that breaks its promised precision on them is never given.
4. The model is fitted on all labelled customers and saved.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from agent.data.cleaning import fold
from agent.data.store import now
from agent.data.warehouse import Warehouse
from agent.errors import DataError, SettingsError
from agent.progress import Progress, Tick, silent
from agent.tags.bootstrap import intervals, resamples
from agent.tags.decision import MIN_DECIDED, Aim, Thresholds
from agent.tags.folds import folds
from agent.tags.known import Known, load_known
from agent.tags.labels import Labels
from agent.tags.learned import Fitted, check_enough, fit_tag
from agent.tags.models import Card, Model, save_model
from agent.tags.quality import decide, quality
from agent.tags.space import View, fit_views, linear_weights
from agent.tags.taxonomy import load_taxonomy
from agent.tags.vectors import Vectors, load_vectors
from agent.workspace import Workspace

Floats = npt.NDArray[np.float64]
Features = dict[str, sparse.csr_matrix]


@dataclass(frozen=True)
class Material:
    """All that tags are learned from: no label, and nothing that a customer said."""

    vectors: Vectors
    views: dict[str, View]
    features: Features
    known: Known

    def of_tag(self, tag: str) -> tuple[dict[str, View], Features]:
        """The views of one tag: the common ones, and what rule and prior say of it."""
        own = self.vectors.only(self.known.parts(tag, self.vectors))
        views = fit_views(own)
        features = {name: view.transform(own) for name, view in views.items()}
        return self.views | views, self.features | features


@dataclass(frozen=True)
class Unseen:
    """Out-of-fold results, by labelled customer: decision is 1, 0 or NaN (unknown).

    thresholds: those of each fold.
    """

    probability: pd.Series
    decision: pd.Series
    sources: pd.Series
    thresholds: list[Thresholds]


def load_material(workspace: Workspace, warehouse: Warehouse, tags: list[str]) -> Material:
    """The material for these tags, of every customer with facts."""
    vectors = load_vectors(workspace, warehouse)
    if not vectors.customers:
        raise DataError("there are no facts yet: run `portrait build --limit 0` first")
    views = fit_views(vectors)
    features = {name: view.transform(vectors) for name, view in views.items()}
    return Material(vectors, views, features, load_known(workspace, warehouse, tags))


def judge(material: Material, labels: pd.Series, aim: Aim) -> Unseen:
    """Each labelled customer as seen by a model of the other folds."""
    _, features = material.of_tag(str(labels.name))
    found = Unseen(
        probability=pd.Series(np.nan, labels.index, dtype=float),
        decision=pd.Series(np.nan, labels.index, dtype=float),
        sources=pd.Series(index=labels.index, dtype=object),
        thresholds=[],
    )
    for train, test in folds(labels):
        fitted = _fit(material, features, labels[train], aim)
        probability = fitted.probability(_of(material, features, test))
        found.probability[test] = probability
        cuts = fitted.thresholds
        found.decision[test] = decide(probability, cuts.yes_from, cuts.no_below)
        found.thresholds.append(cuts)
        found.sources[test] = fitted.candidate.source
    return found


def train(
    workspace: Workspace, labels: Labels, aim: Aim, progress: Progress = silent
) -> tuple[list[Card], list[str]]:
    """Learn, judge and save every tag; the cards, and the reason for each tag that was refused.

    Raises `DataError` where there are no facts, and `SettingsError` for a sensitive tag that the
    settings do not switch on.
    """
    _check_sensitive(workspace, labels)
    cards, refused = [], []
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        material = load_material(workspace, warehouse, list(labels.tags))
    for number, (tag, known) in enumerate(labels.tags.items()):
        progress(Tick("learn tags", number, len(labels.tags)))
        try:
            check_enough(tag, known.to_numpy(dtype=bool))
        except DataError as error:
            refused.append(str(error))
            continue
        model = _learn(workspace, material, known, aim)
        save_model(workspace.models, model)
        cards.append(model.card)
    progress(Tick("learn tags", len(labels.tags), len(labels.tags)))
    return cards, refused


def _hash(labels: pd.Series) -> str:
    """Changes with any customer or value."""
    return hashlib.sha256(labels.to_csv().encode()).hexdigest()[:16]


def _check_sensitive(workspace: Workspace, labels: Labels) -> None:
    enabled = workspace.settings.sensitive_tags
    wrong = next((tag for tag in enabled if tag not in {one.id for one in load_taxonomy()}), None)
    if wrong is not None:
        raise SettingsError(f"sensitive_tags: there is no tag {wrong!r}; `portrait tags` lists all")
    given = {fold(tag) for tag in labels.tags}
    for tag in load_taxonomy():
        names = {fold(name) for name in (tag.id, tag.en.label, tag.zh.label)}
        if tag.sensitive and names & given and tag.id not in enabled:
            raise SettingsError(
                f"{tag.id} is a sensitive tag: name it under sensitive_tags in settings.yaml with "
                "the reason for it, or take it out of the labels"
            )


def _learn(workspace: Workspace, material: Material, labels: pd.Series, aim: Aim) -> Model:
    unseen = judge(material, labels, aim)
    views, features = material.of_tag(str(labels.name))
    fitted = _fit(material, features, labels, aim)
    figures = card_figures(labels, unseen)
    better = figures["auc_low"] > 0.5
    kept = aim.share is None or (
        figures["given"] >= MIN_DECIDED and figures["precision"] >= aim.share
    )
    thresholds = fitted.thresholds if better else Thresholds(np.inf, -np.inf)
    if not kept:
        thresholds = replace(thresholds, yes_from=np.inf)
    card = Card(
        tag=str(labels.name),
        source=fitted.candidate.source if better else "unknown",
        aim=str(aim),
        threshold=thresholds.as_dict(),
        kept=kept,
        n=len(labels),
        positive=int(labels.sum()),
        figures=figures,
        compared=_compared(material, features, labels) | {"chosen": figures["auc"]},
        made_at=now(),
        as_of=workspace.as_of.isoformat(),
        data_hash=workspace.store.get_meta("data_hash"),
        labels_hash=_hash(labels),
        intercept=fitted.intercept,
        slope=fitted.slope,
        offset=fitted.offset,
    )
    return Model(card, linear_weights(views, fitted.coefficients))


def card_figures(labels: pd.Series, unseen: Unseen) -> dict[str, int | float]:
    """AUC with its 95% interval, and what `quality` tells, of customers not seen; `given`: yes."""
    truth = labels.to_numpy(dtype=bool)
    found = quality(truth, unseen.probability.to_numpy(), unseen.decision.to_numpy())
    spread = intervals(labels, unseen.probability, unseen.decision, resamples(labels.index))
    kept = ("auc", "average_precision", "brier", "ece", "precision", "recall", "f1", "coverage")
    return {name: round(float(getattr(found, name)), 4) for name in (*kept, "found")} | {
        "auc_low": round(spread["auc"].low, 4),
        "auc_high": round(spread["auc"].high, 4),
        "given": int((unseen.decision == 1).sum()),
    }


def _compared(material: Material, features: Features, labels: pd.Series) -> dict[str, float]:
    """AUC of the rule and of the prior alone, where there are any."""
    truth = labels.to_numpy(dtype=bool)
    columns = _of(material, features, labels.index)
    return {
        name: round(float(roc_auc_score(truth, columns[name].toarray().ravel())), 4)
        for name in ("prior", "rule")
        if name in columns
    }


def _fit(material: Material, features: Features, labels: pd.Series, aim: Aim) -> Fitted:
    # On busy cores more threads make these small fits ten times slower.
    with threadpool_limits(1):
        known = _of(material, features, labels.index)
        return fit_tag(known, labels.to_numpy(dtype=bool), aim)


def _of(material: Material, features: Features, customers: pd.Index) -> Features:
    rows = material.vectors.rows([str(customer) for customer in customers])
    return {name: matrix[rows] for name, matrix in features.items()}
