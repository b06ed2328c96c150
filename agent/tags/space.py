"""From counts to numbers that a linear model can weigh, by what all customers of a shop show.

    share      square root of a customer's share (Hellinger: Jebara et al. 2004, "Probability
               product kernels"): many lines of one kind do not drown the rest
    presence   bought at all, by how rare that is (TF-IDF), rows of length one
    log        1 + ln(count), by how rare the feature is (TF-IDF), rows of length one
    figure     distance from the mean in standard deviations; what is unknown is the mean
    raw        as it is
    topic      how the features go together over all customers, labelled or not: a truncated
               singular value decomposition (Deerwester et al. 1990), every direction of equal
               length, so that the few labels are asked about habits and not about single items

No step sees a label, so it may read every customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from agent.tags.vectors import Counts, Vectors

Array = npt.NDArray[np.float64]

TOPICS = 40
# Part of the vectors, how it is weighed, and its length beside the others'. Measured on other
# folds than those of the evaluation; `python -m eval.learned` prints what each part brings.
VIEWS: dict[str, tuple[str, str, float]] = {
    "kinds": ("kinds", "share", 1.0),
    "variants": ("variants", "presence", 1.0),
    "products": ("products", "presence", 1.0),
    "places": ("places", "share", 0.5),
    "figures": ("figures", "figure", 0.3),
    "topics": ("variants", "topic", 0.6),
    "plain": ("kinds", "log", 1.0),
    "prior": ("prior", "raw", 1.0),
    "rule": ("rule", "raw", 1.0),
}


@dataclass(frozen=True)
class View:
    """One view of one part. scale, centre: one a feature; axes: features x topics, of topics."""

    part: str
    weighing: str
    length: float
    features: tuple[str, ...]
    kinds: tuple[str | None, ...]
    scale: Array
    centre: Array
    axes: Array | None = None

    def transform(self, vectors: Vectors) -> sparse.csr_matrix:
        """Customers x features (or topics), as long as `length` says."""
        if self.part == "figures":
            return sparse.csr_matrix(self.length * self._figures(vectors.figures))
        weighed = _weigh(_aligned(vectors.parts[self.part], self.features), self)
        if self.axes is not None:
            return sparse.csr_matrix(self.length * (weighed @ self.axes))
        return self.length * weighed

    def _figures(self, frame: pd.DataFrame) -> Array:
        values = _flatten(frame.reindex(columns=list(self.features)))
        known: Array = np.nan_to_num((values - self.centre) / self.scale)
        shorter: Array = known / np.sqrt(len(self.features))
        return shorter


def fit_views(vectors: Vectors) -> dict[str, View]:
    """Every view of `VIEWS` that these vectors have anything for."""
    return {
        name: _fit(vectors, part, weighing, length)
        for name, (part, weighing, length) in VIEWS.items()
        if _tells(vectors, part, weighing)
    }


def _tells(vectors: Vectors, part: str, weighing: str) -> bool:
    """Not without anything, and a single feature (all bought in one place) parts nobody either."""
    if part == "figures":
        return sum(map(_varies, _flatten(vectors.figures).T)) > 1
    counts = vectors.parts.get(part)
    least = 1 if weighing == "raw" else 2
    return counts is not None and counts.matrix.nnz > 0 and len(counts.features) >= least


def _fit(vectors: Vectors, part: str, weighing: str, length: float) -> View:
    if part == "figures":
        return _fit_figures(vectors.figures, weighing, length)
    counts = vectors.parts[part]
    rows, columns = counts.matrix.shape
    scale = np.ones(columns)
    if weighing not in {"share", "raw"}:
        carriers = np.diff(counts.matrix.tocsc().indptr)
        scale = np.log((1 + rows) / (1 + carriers)) + 1  # scikit-learn's smooth idf
    view = View(part, weighing, length, counts.features, counts.kinds, scale, np.zeros(columns))
    return view if weighing != "topic" else _with_axes(view, counts.matrix)


def _with_axes(view: View, matrix: sparse.csr_matrix) -> View:
    weighed = _weigh(matrix, view)
    topics = min(TOPICS, min(weighed.shape) - 1)
    svd = TruncatedSVD(max(topics, 1), algorithm="arpack", random_state=0).fit(weighed)
    # What is always bought together spans fewer directions: the rest is rounding.
    held = svd.singular_values_ > 1e-6 * svd.singular_values_.max()
    lengths = svd.singular_values_[held]
    # Mean squared length one over the customers, and each topic as long as any other.
    axes = svd.components_[held].T / lengths * np.sqrt(weighed.shape[0] / len(lengths))
    return View(
        view.part,
        view.weighing,
        view.length,
        view.features,
        view.kinds,
        view.scale,
        view.centre,
        axes,
    )


def _fit_figures(frame: pd.DataFrame, weighing: str, length: float) -> View:
    values = _flatten(frame)
    known = [str(name) for name, column in zip(frame, values.T, strict=True) if _varies(column)]
    values = _flatten(frame[known])
    centre, scale = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    return View("figures", weighing, length, tuple(known), (None,) * len(known), scale, centre)


def _varies(column: Array) -> bool:
    present = column[~np.isnan(column)]
    return len(present) > 1 and bool(np.ptp(present) > 0)


def _flatten(frame: pd.DataFrame) -> Array:
    """Counts and money by their logarithm: a few customers spend a hundred times what most do."""
    values = frame.to_numpy(dtype=np.float64)
    flat: Array = np.sign(values) * np.log1p(np.abs(values))
    return flat


def _aligned(counts: Counts, features: tuple[str, ...]) -> sparse.csr_matrix:
    """The columns in the order of `features`: new ones are left out, missing ones are nothing."""
    if counts.features == features:
        return counts.matrix
    place = {feature: column for column, feature in enumerate(counts.features)}
    pairs = [(new, place[name]) for new, name in enumerate(features) if name in place]
    new, old = (
        np.array(side, dtype=np.intp) for side in (zip(*pairs, strict=True) if pairs else ((), ()))
    )
    pick = sparse.csr_matrix(
        (np.ones(len(pairs)), (old, new)), shape=(len(counts.features), len(features))
    )
    return sparse.csr_matrix(counts.matrix @ pick)


def _weigh(matrix: sparse.csr_matrix, view: View) -> sparse.csr_matrix:
    weighed = matrix.astype(np.float64).copy()
    if view.weighing == "share":
        return normalize(weighed, norm="l1").sqrt()
    if view.weighing == "raw":
        return weighed
    weighed.data = (
        1 + np.log(weighed.data) if view.weighing == "log" else np.ones_like(weighed.data)
    )
    return normalize(weighed @ sparse.diags(view.scale))


def linear_weights(views: Mapping[str, View], coefficients: Mapping[str, Array]) -> pd.DataFrame:
    """A linear model over views as one weight a feature, as `agent.tags.models` keeps it.

    Topics are sums of their features, so theirs are weights of these features' presence.
    """
    return pd.concat(
        [_weights(name, views[name], found) for name, found in coefficients.items()],
        ignore_index=True,
    )


def _weights(name: str, view: View, coefficient: Array) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "view": name,
            "part": view.part,
            "weighing": "presence" if view.weighing == "topic" else view.weighing,
            "feature": view.features,
            "kind": view.kinds,
            "scale": view.scale,
            "centre": view.centre,
            "weight": view.length * (coefficient if view.axes is None else view.axes @ coefficient),
        }
    )
