"""Intervals: the fast figures are scikit-learn's, and the draws are what they should be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from agent.tags.bootstrap import (
    auc_difference,
    intervals,
    mean_auc_difference,
    resamples,
)

Rows = list[tuple[bool, int, int]]
rows = st.lists(
    st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 3)), min_size=2, max_size=30
)


def _series(values: object, name: str = "") -> pd.Series:
    series = pd.Series(values, name=name)
    return series.set_axis([f"c{place}" for place in range(len(series))])


@given(rows)
def test_a_drawn_figure_is_that_of_the_drawn_customers(drawn: Rows) -> None:
    """Weights stand for repeated customers: scikit-learn is given the repeats."""
    truth = np.array([held for held, _, _ in drawn])
    score = np.array([place / 4 for _, place, _ in drawn])
    times = np.array([count for *_, count in drawn])
    again = np.repeat(np.arange(len(drawn)), times)
    if len(set(truth[again])) < 2 or len(set(truth)) < 2:
        return
    decision = np.where(score > 0.5, 1.0, np.where(score < 0.5, 0.0, np.nan))
    weights = pd.DataFrame([times, times]).set_axis(_series(truth).index, axis=1)
    found = intervals(_series(truth), _series(score), _series(decision), weights)
    held, shown, decided = truth[again], score[again], decision[again]
    assert found["auc"].low == pytest.approx(metrics.roc_auc_score(held, shown))
    assert found["average_precision"].low == pytest.approx(
        metrics.average_precision_score(held, shown)
    )
    assert found["brier"].high == pytest.approx(metrics.brier_score_loss(held, shown))
    known = ~np.isnan(decided)
    if known.any():
        said = decided[known] == 1
        assert found["accuracy"].low == pytest.approx(metrics.accuracy_score(held[known], said))
        for name, figure in (
            ("precision", metrics.precision_score),
            ("recall", metrics.recall_score),
            ("f1", metrics.f1_score),
        ):
            expected = figure(held[known], said, zero_division=0)
            assert found[name].low == pytest.approx(expected)


def test_values_stand_in_their_intervals_and_draws_repeat() -> None:
    random = np.random.default_rng(1)
    truth = _series(random.random(300) < 0.4)
    score = _series(np.clip(truth * 0.2 + random.random(300) * 0.8, 0, 1))
    decision = (score > 0.5).astype(float)
    once = intervals(truth, score, decision, resamples(truth.index))
    assert once == intervals(truth, score, decision, resamples(truth.index))
    assert all(one.low < one.value < one.high for one in once.values())


def test_the_interval_is_as_wide_as_the_formula_of_hanley_and_mcneil() -> None:
    """Their standard error of an AUC (1982), for scores that are the likelihood's exponentials."""
    random = np.random.default_rng(2)
    positives, negatives = 200, 400
    truth = _series([True] * positives + [False] * negatives)
    score = _series(np.r_[random.exponential(2.0, positives), random.exponential(1.0, negatives)])
    found = intervals(truth, score, score * 0, resamples(truth.index))["auc"]
    a = found.value
    q1, q2 = a / (2 - a), 2 * a**2 / (1 + a)
    spread = a * (1 - a) + (positives - 1) * (q1 - a**2) + (negatives - 1) * (q2 - a**2)
    error = (spread / (positives * negatives)) ** 0.5
    assert (found.high - found.low) / (2 * 1.96 * error) == pytest.approx(1, abs=0.12)


def test_each_draw_is_as_large_as_the_whole() -> None:
    drawn = resamples(pd.Index(["a", "b", "c"]), draws=50)
    assert drawn.shape == (50, 3)
    assert (drawn.sum(axis=1) == 3).all()


def test_a_method_does_not_differ_from_itself() -> None:
    truth = _series([True, False, True, False, True])
    score = _series([0.9, 0.8, 0.3, 0.2, 0.5])
    difference = auc_difference(truth, score, score, resamples(truth.index, 40))
    assert (difference.value, difference.low, difference.high) == (0, 0, 0)


def test_the_difference_is_that_of_the_two_figures() -> None:
    truth = _series([True, False, True, False])
    ours, theirs = _series([4, 3, 2, 1]), _series([4, 2, 3, 1])
    # Ours orders 3 of the 4 pairs (not the third customer over the second), theirs all four.
    difference = auc_difference(truth, ours, theirs, resamples(truth.index, 200))
    assert difference.value == pytest.approx(-0.25)
    assert difference.low <= -0.25 <= difference.high <= 0


def test_labels_of_one_customer_are_drawn_together() -> None:
    """The mean over a label taken twice is as unsure as the label; over two apart ones surer."""
    random = np.random.default_rng(3)
    customers = pd.Index([f"c{place}" for place in range(400)])

    def label(part: pd.Index) -> tuple[pd.Series, pd.Series, pd.Series]:
        truth = pd.Series(random.random(len(part)) < 0.5, index=part)
        noisy = [truth + random.normal(0, spread, len(part)) for spread in (1, 2)]
        return truth, noisy[0], noisy[1]

    drawn = resamples(customers)
    truth, ours, theirs = label(customers[:200])
    alone = auc_difference(truth, ours, theirs, drawn)
    pair = {"a": truth, "b": truth}, {"a": ours, "b": ours}, {"a": theirs, "b": theirs}
    assert mean_auc_difference(*pair, drawn) == alone
    other = label(customers[200:])
    both = [{"a": one, "b": two} for one, two in zip((truth, ours, theirs), other, strict=True)]
    apart = mean_auc_difference(both[0], both[1], both[2], drawn)
    assert apart.high - apart.low < 0.85 * (alone.high - alone.low)


def test_customers_may_stand_in_any_order() -> None:
    truth = _series([True, False, True, False, False])
    score = _series([0.9, 0.8, 0.3, 0.2, 0.5])
    drawn = resamples(truth.index, 30)
    mixed = [2, 0, 4, 1, 3]
    other = truth.iloc[mixed]
    assert auc_difference(other, score, -score, drawn) == auc_difference(
        truth, score, -score, drawn
    )
