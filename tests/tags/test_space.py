"""Views of customers, against the formulas worked out with numpy and scikit-learn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import StandardScaler

from agent.tags.models import Card, Model
from agent.tags.space import VIEWS, View, fit_views, linear_weights
from agent.tags.vectors import Counts, Vectors

Floats = npt.NDArray[np.float64]

PARTS = ("kinds", "variants", "products", "places")
CUSTOMERS = tuple(f"c{number:02}" for number in range(30))


def counts(table: Floats | list[list[float]], prefix: str = "f") -> Counts:
    matrix = np.asarray(table, dtype=float)
    names = tuple(f"{prefix}{number}" for number in range(matrix.shape[1]))
    return Counts(names, names, sparse.csr_matrix(matrix))


def vectors(
    parts: dict[str, Counts], figures: pd.DataFrame | None = None, rows: int = len(CUSTOMERS)
) -> Vectors:
    everything = {name: counts(np.zeros((rows, 0))) for name in PARTS} | parts
    names = CUSTOMERS[:rows]
    return Vectors(names, everything, pd.DataFrame(index=names) if figures is None else figures)


def draw(seed: int = 0, columns: int = 7) -> Floats:
    """Counts with a customer who has none, as most tables have gaps."""
    table = np.random.default_rng(seed).poisson(0.8, (len(CUSTOMERS), columns)).astype(float)
    table[3] = 0
    return table


def seen(view: View, given_vectors: Vectors) -> Floats:
    return np.asarray(view.transform(given_vectors).todense())


def all_parts() -> Vectors:
    figures = pd.DataFrame(
        np.random.default_rng(1).lognormal(2, 2, (len(CUSTOMERS), 3)),
        CUSTOMERS,
        ["orders", "spend", "gap"],
    )
    figures.iloc[4, 2] = np.nan
    return vectors({n: counts(draw(place), n) for place, n in enumerate(PARTS)}, figures)


# ---- the formulas


def test_shares_are_square_roots_of_what_a_customer_spends_their_lines_on() -> None:
    table = draw()
    found = seen(
        fit_views(vectors({"kinds": counts(table)}))["kinds"], vectors({"kinds": counts(table)})
    )
    total = table.sum(axis=1, keepdims=True)
    assert found == pytest.approx(np.sqrt(table / np.maximum(total, 1)))
    assert not found[3].any()


@pytest.mark.parametrize(("name", "part"), [("variants", "variants"), ("products", "products")])
def test_presence_is_tfidf_of_bought_at_all(name: str, part: str) -> None:
    table = draw(1)
    given_vectors = vectors({part: counts(table)})
    expected = TfidfTransformer().fit_transform((table > 0).astype(float)).toarray()
    assert seen(fit_views(given_vectors)[name], given_vectors) == pytest.approx(expected)


def test_log_counts_are_sublinear_tfidf() -> None:
    table = draw(2)
    given_vectors = vectors({"kinds": counts(table)})
    expected = TfidfTransformer(sublinear_tf=True).fit_transform(table).toarray()
    assert seen(fit_views(given_vectors)["plain"], given_vectors) == pytest.approx(expected)


def test_figures_are_standardised_logs_and_what_is_unknown_is_the_mean() -> None:
    given_vectors = all_parts()
    values = np.log1p(given_vectors.figures.to_numpy())
    expected = StandardScaler().fit_transform(values)
    assert np.isnan(expected[4, 2])
    expected[4, 2] = 0
    length = VIEWS["figures"][2]
    found = seen(fit_views(given_vectors)["figures"], given_vectors)
    assert found == pytest.approx(expected * length / np.sqrt(3))


def test_a_figure_below_zero_is_as_far_down_as_one_above_is_up() -> None:
    figures = pd.DataFrame({"a": [-50.0, 50.0, 0.0], "b": [1.0, 2.0, 3.0]}, CUSTOMERS[:3])
    given_vectors = vectors({}, figures, rows=3)
    found = seen(fit_views(given_vectors)["figures"], given_vectors)[:, 0]
    assert found[0] == pytest.approx(-found[1])
    assert found[2] == pytest.approx(0)


def test_topics_are_orthogonal_and_of_equal_length() -> None:
    given_vectors = vectors({"variants": counts(draw(5))})
    found = seen(fit_views(given_vectors)["topics"], given_vectors)
    products = found.T @ found
    length = VIEWS["topics"][2]
    assert products == pytest.approx(np.eye(len(products)) * products[0, 0], abs=1e-8)
    # The mean squared length of a customer is that of the view.
    assert (found**2).sum(axis=1).mean() == pytest.approx(length**2)


def test_topics_are_the_main_directions_of_presence() -> None:
    given_vectors = vectors({"variants": counts(draw(6))})
    views = fit_views(given_vectors)
    presence, topics = (seen(views[name], given_vectors) for name in ("variants", "topics"))
    left = np.linalg.svd(presence)[0][:, : topics.shape[1]]
    aligned = np.abs(left.T @ (topics / np.linalg.norm(topics, axis=0)))
    assert aligned == pytest.approx(np.eye(topics.shape[1]), abs=1e-6)


# ---- customers whom the views have not seen


@pytest.mark.parametrize("name", sorted(set(VIEWS) - {"prior", "rule"}))
def test_new_customers_are_seen_as_at_training(name: str) -> None:
    """One at a time, with the columns in another order, is the same as all at once."""
    old = all_parts()
    view = fit_views(old)[name]
    expected = seen(view, old)
    turned = {
        part: Counts(one.features[::-1], one.kinds[::-1], one.matrix[:, ::-1].tocsr())
        for part, one in old.parts.items()
    }
    shuffled = Vectors(old.customers, turned, old.figures[old.figures.columns[::-1]])
    assert seen(view, shuffled) == pytest.approx(expected)
    for row in (0, 3, 4, 9):
        parts = {
            part: Counts(one.features, one.kinds, one.matrix[[row]])
            for part, one in old.parts.items()
        }
        alone = Vectors(old.customers[row : row + 1], parts, old.figures.iloc[[row]])
        assert seen(view, alone)[0] == pytest.approx(expected[row])


@pytest.mark.parametrize("name", ["kinds", "variants", "topics", "plain", "places"])
def test_features_that_training_did_not_know_change_nothing(name: str) -> None:
    old = all_parts()
    view = fit_views(old)[name]
    part = old.parts[view.part]
    more = sparse.csr_matrix(np.full((len(CUSTOMERS), 2), 5.0))
    wider = Counts(
        ("unheard-of", *part.features, "zzz"),
        (None, *part.kinds, None),
        sparse.hstack([more[:, :1], part.matrix, more[:, 1:]]).tocsr(),
    )
    new = Vectors(old.customers, old.parts | {view.part: wider}, old.figures)
    assert seen(view, new) == pytest.approx(seen(view, old))


def test_features_that_are_gone_count_as_not_bought() -> None:
    old = all_parts()
    view = fit_views(old)["variants"]
    part = old.parts["variants"]
    less = Counts(part.features[2:], part.kinds[2:], part.matrix[:, 2:].tocsr())
    emptied = part.matrix.toarray() * ([0, 0] + [1] * 5)
    gone = Vectors(old.customers, old.parts | {"variants": less}, old.figures)
    none = Vectors(
        old.customers, old.parts | {"variants": counts(emptied, "variants")}, old.figures
    )
    assert seen(view, gone) == pytest.approx(seen(view, none))
    nothing = Vectors(
        old.customers, old.parts | {"variants": counts(np.zeros((30, 0)))}, old.figures
    )
    assert not seen(view, nothing).any()


def test_who_breaks_a_habit_that_all_had_is_no_stranger_than_others() -> None:
    """Three things always bought together span one direction: there is nothing to scale up."""
    table = draw(7)
    table[:, 4] = table[:, 5] = table[:, 6]
    table[:, 6] *= 1  # the same customers, whatever the counts
    view = fit_views(vectors({"variants": counts(table)}))["topics"]
    usual = np.abs(seen(view, vectors({"variants": counts(table)}))).max()
    odd = np.zeros((1, 7))
    odd[0, 4] = 1
    assert np.abs(seen(view, vectors({"variants": counts(odd)}, rows=1))).max() < 10 * usual


# ---- shops with less


def test_a_shop_with_a_single_thing_and_place_has_no_views_of_them() -> None:
    one = counts(np.ones((30, 1)))
    views = fit_views(vectors({"kinds": one, "variants": one, "products": one, "places": one}))
    assert views == {}


def test_two_things_are_enough_for_every_view() -> None:
    two = counts(np.random.default_rng(0).poisson(1.0, (30, 2)).astype(float))
    given_vectors = vectors(dict.fromkeys(PARTS, two))
    for name, view in fit_views(given_vectors).items():
        assert np.isfinite(seen(view, given_vectors)).all(), name


def test_a_shop_without_anything_has_no_views() -> None:
    assert fit_views(vectors({})) == {}


def test_figures_that_tell_nobody_apart_are_left_out() -> None:
    figures = pd.DataFrame(
        {
            "unknown": np.nan,
            "constant": 3.0,
            "once": [1.0] + [np.nan] * 29,
            "good": np.arange(30.0),
            "better": np.arange(30.0) ** 2,
        },
        CUSTOMERS,
    )
    given_vectors = vectors({}, figures)
    view = fit_views(given_vectors)["figures"]
    assert view.features == ("good", "better")
    assert np.isfinite(seen(view, given_vectors)).all()
    later = figures.assign(good=np.nan, better=1e12)
    assert np.isfinite(seen(view, vectors({}, later))).all()


# ---- a linear model kept as one weight a feature


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_kept_weights_score_as_the_views_themselves(seed: int) -> None:
    """The saved model knows neither topics nor lengths: all is in the weights."""
    given_vectors = all_parts()
    own = given_vectors.only({"prior": given_vectors.column("prior", {"c05": 1.5, "c07": -2.0})})
    views = fit_views(given_vectors) | fit_views(own)
    random = np.random.default_rng(seed)
    features = {
        name: view.transform(given_vectors) for name, view in views.items() if name != "prior"
    }
    features["prior"] = views["prior"].transform(own)
    coefficients = {name: random.normal(size=one.shape[1]) for name, one in features.items()}
    expected = sum(np.asarray(features[name] @ one) for name, one in coefficients.items())
    weights = linear_weights(views, coefficients)
    both = Vectors(CUSTOMERS, given_vectors.parts | own.parts, given_vectors.figures)
    odds = 0.25 + 2.0 * (expected + 0.5)
    assert Model(_card(), weights).probability(both) == pytest.approx(1 / (1 + np.exp(-odds)))


def _card() -> Card:
    return Card(
        tag="any", source="learned", aim="f1", threshold={"yes_from": 0.5, "no_below": 0.5},
        kept=True, n=1, positive=1, figures={}, compared={}, made_at="", as_of="", data_hash="",
        labels_hash="", intercept=0.5, slope=2.0, offset=0.25,
    )  # fmt: skip
