"""What does each part of the learned tags bring, and what else was tried? On the reference data.

    python -m eval.learned --home DIR [--tried]

Every line is the mean AUC of the nine labels over folds with other seeds than those of `portrait
eval tags`, and its difference to all pooled views with C fixed at 0.7: choosing by the folds that
judge would flatter. `--tried` adds what was tried and left out (minutes).
eval/learned.md holds the table and what was learned from it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.special import expit
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.preprocessing import normalize
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from agent.data.warehouse import Warehouse
from agent.errors import PortraitError
from agent.search.embeddings import embedder
from agent.settings import EmbeddingSettings
from agent.tags.learned import POOLED, regression
from agent.tags.training import Features, load_material
from agent.workspace import Workspace
from eval.labels import reference_labels

Floats = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]
# Train rows, their truth, test rows -> scores of the test rows.
Method = Callable[[npt.NDArray[np.intp], Truth, npt.NDArray[np.intp]], Floats]

SEEDS = (1, 2)
C = 0.7


@dataclass(frozen=True)
class Bench:
    """The views of all customers, the kinds' names, and each labelled customer's label and row."""

    features: Features
    kinds: tuple[str, ...]
    labels: dict[str, pd.Series]
    rows: dict[str, npt.NDArray[np.intp]]

    def stacked(self, views: Mapping[str, float]) -> sparse.csr_matrix:
        """Some views side by side, each as long as told."""
        return sparse.hstack([self.features[v] * length for v, length in views.items()]).tocsr()

    def auc(self, method_of: Callable[[str], Method]) -> dict[str, float]:
        """The mean AUC over seeds and folds, by tag."""
        with threadpool_limits(1):
            return {
                tag: float(np.mean(list(self._folds(tag, method_of(tag))))) for tag in self.rows
            }

    def _folds(self, tag: str, method: Method) -> Iterator[float]:
        truth = self.labels[tag].to_numpy(dtype=bool)
        for seed in SEEDS:
            splitter = StratifiedKFold(5, shuffle=True, random_state=seed)
            for train, test in splitter.split(truth, truth):
                scores = method(self.rows[tag][train], truth[train], self.rows[tag][test])
                yield float(roc_auc_score(truth[test], scores))


def load_bench(workspace: Workspace) -> Bench:
    """Everything from a home with the reference data and its facts. Raises `DataError`."""
    labels = reference_labels(workspace.store)
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        material = load_material(workspace, warehouse, list(labels))
    rows = {
        tag: np.array(material.vectors.rows([str(who) for who in series.index]))
        for tag, series in labels.items()
    }
    return Bench(material.features, material.views["kinds"].features, labels, rows)


def linear(matrix: sparse.csr_matrix, c: float = C) -> Method:
    """The product's regression over a matrix of all customers."""

    def judge(train: npt.NDArray[np.intp], truth: Truth, test: npt.NDArray[np.intp]) -> Floats:
        scores = regression(c, matrix[train], truth).decision_function(matrix[test])
        return np.asarray(scores, dtype=np.float64)

    return judge


def always(method: Method) -> Callable[[str], Method]:
    """The same method for every tag."""
    return lambda _: method


def parts(bench: Bench) -> Iterator[tuple[str, Callable[[str], Method]]]:
    """Each view alone, and all but each."""
    for view in (*POOLED, "plain"):
        matrix = bench.features[view]
        yield f"{view} alone", always(linear(matrix))
    for view in POOLED:
        matrix = bench.stacked({one: 1.0 for one in POOLED if one != view})
        yield f"without {view}", always(linear(matrix))


def tried(
    bench: Bench, settings: EmbeddingSettings
) -> Iterator[tuple[str, Callable[[str], Method]]]:
    """What was tried besides and did no better, or not by enough to pay for itself."""
    pooled = bench.stacked(dict.fromkeys(POOLED, 1.0))
    dense = np.hstack([normalize(bench.features[view]).toarray() for view in ("topics", "figures")])
    yield "support vectors (RBF) on topics and figures", always(other(dense, SVC(gamma=1.0)))
    trees = ExtraTreesClassifier(200, min_samples_leaf=4, max_features=0.3, random_state=0)
    yield "extra trees on topics and figures", always(other(dense, trees))
    pooled_and = sparse.hstack([pooled, 0.5 * by_meaning(bench, settings)]).tocsr()
    yield "with the kinds' names as text vectors", always(linear(pooled_and))
    yield "features weighed by log-odds in the training part", always(by_odds(bench))
    yield "taught by its own guesses of the unlabelled", always(self_taught(pooled))
    yield "second stage over the scores of all nine tags", lambda tag: chained(bench, pooled, tag)


def other(matrix: Floats, model: SVC | ExtraTreesClassifier) -> Method:
    """Another learner on a dense matrix."""

    def judge(train: npt.NDArray[np.intp], truth: Truth, test: npt.NDArray[np.intp]) -> Floats:
        fitted = model.fit(matrix[train], truth)
        if isinstance(fitted, SVC):
            return np.asarray(fitted.decision_function(matrix[test]))
        return np.asarray(fitted.predict_proba(matrix[test])[:, 1])

    return judge


def by_meaning(bench: Bench, settings: EmbeddingSettings) -> sparse.csr_matrix:
    """What customers buy as one text vector: the mean of its kinds' names, less that of all."""
    names = embedder(settings).documents([name.lower() for name in bench.kinds])
    means = bench.features["kinds"] @ np.asarray(names, dtype=np.float64)
    return sparse.csr_matrix(normalize(means - means.mean(axis=0)))


def by_odds(bench: Bench) -> Method:
    """Variants weighed by how differently the two classes buy them (Wang and Manning 2012)."""
    matrix = bench.features["variants"]
    present = (matrix > 0).astype(np.float64)

    def judge(train: npt.NDArray[np.intp], truth: Truth, test: npt.NDArray[np.intp]) -> Floats:
        held, others = (
            (np.asarray(present[train[part]].sum(axis=0)).ravel() + 1) / (part.sum() + 1)
            for part in (truth, ~truth)
        )
        weighed = normalize(matrix @ sparse.diags(0.3 + np.abs(np.log(held / others))))
        return linear(weighed.tocsr(), 1.0)(train, truth, test)

    return judge


def self_taught(matrix: sparse.csr_matrix, weight: float = 0.1) -> Method:
    """Everyone who is not in the training part joins it, each as likely as a first model says."""

    def judge(train: npt.NDArray[np.intp], truth: Truth, test: npt.NDArray[np.intp]) -> Floats:
        rest = np.setdiff1d(np.arange(matrix.shape[0]), train)
        chance = expit(linear(matrix)(train, truth, rest))
        rows = np.concatenate([train, rest, rest])
        said = np.concatenate([truth, np.ones(len(rest), bool), np.zeros(len(rest), bool)])
        weights = np.concatenate([np.ones(len(train)), weight * chance, weight * (1 - chance)])
        model = LogisticRegression(C=C, solver="liblinear", dual=True, max_iter=5000)
        return np.asarray(model.fit(matrix[rows], said, weights).decision_function(matrix[test]))

    return judge


def chained(bench: Bench, matrix: sparse.csr_matrix, tag: str) -> Method:
    """A second regression over the held-out scores of every tag, the own one held back less."""

    def judge(train: npt.NDArray[np.intp], truth: Truth, test: npt.NDArray[np.intp]) -> Floats:
        stacked = np.column_stack([_scores(bench, matrix, one, train, test) for one in bench.rows])
        own = np.array([one == tag for one in bench.rows])
        spread = stacked[: len(train)].std(axis=0) / np.where(own, 3.0, 1.0)
        second = LogisticRegression(C=0.003).fit(stacked[: len(train)] / spread, truth)
        return np.asarray(second.decision_function(stacked[len(train) :] / spread))

    return judge


def _scores(
    bench: Bench,
    matrix: sparse.csr_matrix,
    tag: str,
    train: npt.NDArray[np.intp],
    test: npt.NDArray[np.intp],
) -> Floats:
    """One tag's scores of the training rows, held out, then of the test rows."""
    free = ~np.isin(bench.rows[tag], test)
    known, truth = bench.rows[tag][free], bench.labels[tag].to_numpy(dtype=bool)[free]
    model = regression(C, matrix[known], truth)
    scores = pd.Series(model.decision_function(matrix[train]), index=train)
    held_out = cross_val_predict(
        LogisticRegression(C=C, solver="liblinear", dual=True, max_iter=5000),
        matrix[known],
        truth,
        cv=StratifiedKFold(4, shuffle=True, random_state=7),
        method="decision_function",
    )
    scores.update(pd.Series(held_out, index=known))
    return np.concatenate([scores.to_numpy(), model.decision_function(matrix[test])])


def main() -> int:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--tried", action="store_true")
    given = parser.parse_args()
    try:
        with Workspace(given.home) as workspace:
            bench, settings = load_bench(workspace), workspace.settings.embedding
    except PortraitError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    whole = linear(bench.stacked(dict.fromkeys(POOLED, 1.0)))
    base = bench.auc(always(whole))
    sys.stdout.write("| | mean AUC | difference |" + "".join(f" {tag} |" for tag in base) + "\n")
    sys.stdout.write("|---|" + "---:|" * (2 + len(base)) + "\n")
    _write("all pooled views", base, base)
    for name, method_of in (*parts(bench), *(tried(bench, settings) if given.tried else ())):
        _write(name, bench.auc(method_of), base)
    return 0


def _write(name: str, found: Mapping[str, float], base: Mapping[str, float]) -> None:
    mean = float(np.mean(list(found.values())))
    gain = mean - float(np.mean(list(base.values())))
    cells = "".join(f" {value:.3f} |" for value in found.values())
    sys.stdout.write(f"| {name} | {mean:.4f} | {gain:+.4f} |{cells}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
