"""Thresholds hold what they promise: every bound is worked out anew, every cut tried."""

from __future__ import annotations

import json
import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from agent.errors import SettingsError
from agent.tags.decision import (
    EVEN,
    MIN_DECIDED,
    Aim,
    Thresholds,
    choose_thresholds,
    median,
    read_aim,
)

Floats = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]

# Few values, so that there are ties; as many customers as a small shop labels.
CUSTOMERS = st.lists(st.tuples(st.booleans(), st.integers(0, 12)), min_size=1, max_size=150).map(
    lambda rows: (np.array([t for t, _ in rows]), np.array([s / 12 for _, s in rows]))
)
SHARES = st.floats(0.05, 0.95)


def lower_bound(carriers: int, of: int) -> float:
    """The lower root of Wilson's (share - p)^2 = z^2 p (1 - p) / n, z for one-sided 90%."""
    z2, share = 1.2815515655446004**2 / of, carriers / of
    roots = np.roots([1 + z2, -(2 * share + z2), share**2])
    return float(min(roots.real))


def keeps(group: Truth, share: float) -> bool:
    return len(group) >= MIN_DECIDED and lower_bound(int(group.sum()), len(group)) >= share - 1e-4


def decided(thresholds: Thresholds, score: Floats) -> npt.NDArray[np.str_]:
    return np.array([thresholds.decide(float(one)) for one in score])


@given(CUSTOMERS, SHARES)
@settings(max_examples=150, deadline=None)
def test_both_promises_are_kept_on_the_given_customers(
    customers: tuple[Truth, Floats], share: float
) -> None:
    truth, score = customers
    said = decided(choose_thresholds(truth, score, Aim(share)), score)
    for word, carries in (("yes", truth), ("no", ~truth)):
        if (said == word).any():
            assert keeps(carries[said == word], share), word


@pytest.mark.parametrize("below", [30, 6])
def test_who_can_only_be_wrong_is_not_given_the_tag(below: int) -> None:
    """Ninety keep the promise together, but the thirty in the middle are all without the tag."""
    truth = np.array([False, True] * (below // 2) + [False] * 30 + [True] * 60)
    score = np.repeat([0.1, 0.5, 0.9], [below, 30, 60])
    said = decided(choose_thresholds(truth, score, Aim(0.596)), score)
    assert (said == "yes").tolist() == (score == 0.9).tolist()
    assert "no" not in said


def test_nobody_is_yes_below_even_odds_nor_no_above() -> None:
    """Nine in ten carry the tag at either score, and at either the promise would hold."""
    truth, score = np.array(([True] * 9 + [False]) * 20), np.repeat([0.3, 0.8], 100)
    assert decided(choose_thresholds(truth, score, Aim(0.6)), score).tolist() == (
        ["unknown"] * 100 + ["yes"] * 100
    )
    without = decided(choose_thresholds(~truth, score, Aim(0.6)), score)
    assert without.tolist() == ["no"] * 100 + ["unknown"] * 100


@given(CUSTOMERS, SHARES)
@settings(max_examples=100, deadline=None)
def test_as_many_as_possible_get_the_tag(customers: tuple[Truth, Floats], share: float) -> None:
    truth, score = customers
    thresholds = choose_thresholds(truth, score, Aim(share))
    given_to = (decided(thresholds, score) == "yes").sum()
    for cut in np.unique(score[truth & (score >= EVEN)]):
        group = truth[score >= cut]
        clearly = len(group) >= MIN_DECIDED and (
            lower_bound(int(group.sum()), len(group)) >= share + 1e-4
        )
        assert not clearly or len(group) <= given_to


@given(CUSTOMERS, SHARES)
@settings(max_examples=100, deadline=None)
def test_yes_and_no_never_overlap_and_unknown_lies_between(
    customers: tuple[Truth, Floats], share: float
) -> None:
    truth, score = customers
    thresholds = choose_thresholds(truth, score, Aim(share))
    assert thresholds.no_below <= thresholds.yes_from
    order = {"no": 0, "unknown": 1, "yes": 2}
    places = [order[word] for word in decided(thresholds, np.sort(score))]
    assert places == sorted(places)


@given(CUSTOMERS)
@settings(max_examples=100, deadline=None)
def test_f1_is_the_best_of_all_cuts(customers: tuple[Truth, Floats]) -> None:
    truth, score = customers
    truth[0] = True  # without a carrier there is no F1
    said = decided(choose_thresholds(truth, score, Aim(None)), score)
    assert set(said) <= {"yes", "no"}
    best = max(f1_score(truth, score >= cut) for cut in np.unique(score))
    assert f1_score(truth, said == "yes") == pytest.approx(best)


def test_nobody_is_decided_among_too_few() -> None:
    truth = np.ones(MIN_DECIDED - 1, dtype=bool)
    found = choose_thresholds(truth, np.linspace(0, 1, len(truth)), Aim(0.1))
    assert found.as_dict() == {"yes_from": None, "no_below": None}


def test_the_median_of_folds_is_never_where_most_of_them_say_never() -> None:
    never = Thresholds(np.inf, -np.inf)
    assert median([Thresholds(0.7, 0.2), never, Thresholds(0.6, 0.3)]) == Thresholds(0.7, 0.2)
    assert median([never, Thresholds(0.6, 0.3), never]) == never


def test_a_promise_that_no_group_keeps_gives_nobody_the_tag() -> None:
    truth = np.tile([True, False], 200)
    said = decided(choose_thresholds(truth, np.linspace(0, 1, 400), Aim(0.9)), np.ones(3))
    assert set(said) == {"unknown"}


@given(
    st.floats(0, 1) | st.just(math.inf),
    st.floats(0, 1) | st.just(-math.inf),
    st.lists(st.floats(0, 1), min_size=5),
)
def test_thresholds_come_back_from_json(yes: float, no: float, score: list[float]) -> None:
    thresholds = Thresholds(yes, min(yes, no))
    text = json.dumps(thresholds.as_dict(), allow_nan=False)
    again = Thresholds.read(json.loads(text))
    assert again == thresholds
    assert [again.decide(one) for one in score] == [thresholds.decide(one) for one in score]


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("f1", None),
        (" F1 ", None),
        ("precision=0.8", 0.8),
        ("precision 80%", 0.8),
        ("Precision: .75", 0.75),
        ("precision0.5", 0.5),
        ("precision=99.5%", 0.995),
    ],
)
def test_aims_are_read(text: str, share: float | None) -> None:
    aim = read_aim(text)
    assert aim.share == pytest.approx(share) if share else aim.share is None
    assert read_aim(str(aim)) == aim


@pytest.mark.parametrize(
    "text",
    ["", "precision", "precision=1", "precision=0", "precision=80", "precision=.0", "recall=0.8",
     "precision=100%", "precision=-0.5", "f1=0.5", "准确率0.8", "precision=nan", "0.8",
     "precision=1%"],
)  # fmt: skip
def test_other_aims_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(SettingsError, match=r"write f1, or precision and a share .*precision=0\.8"):
        read_aim(text)
