"""From a probability to a decision: yes, no, or unknown between the two.

A stated aim decides where yes begins: `precision 0.8` (of those who get the tag, at least so many
carry it) or `f1` (the best balance of precision and recall). No is said under the same promise
where the aim is a precision. Thresholds are chosen on customers that the model has not seen, and
so that the lower bound of the precision keeps the aim: of many cuts the one that looks best looks
better than it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
import numpy.typing as npt

from agent.errors import SettingsError
from agent.tags.quality import best_f1_threshold, wilson

Floats = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]
Decision = Literal["yes", "no", "unknown"]

# A promise about fewer customers than this is a guess.
MIN_DECIDED = 20
EVEN = 0.5
# One-sided 90% bound of a share.
_Z = 1.2816


@dataclass(frozen=True)
class Aim:
    """What the decisions are for: `precision` of at least `share`, or the best F1 (None)."""

    share: float | None = 0.6

    def __str__(self) -> str:
        return "f1" if self.share is None else f"precision {self.share:g}"


def read_aim(text: str) -> Aim:
    """`f1`, or `precision` and a share, as in `precision=0.8` or `precision 80%`.

    Raises `SettingsError`.
    """
    folded = text.strip().lower()
    if folded == "f1":
        return Aim(None)
    found = re.fullmatch(r"precision[\s=:]*(0?\.\d+|\d{1,2}(?:\.\d+)?%)", folded)
    share = _share(found[1]) if found else 0.0
    if not EVEN <= share < 1:
        raise SettingsError(
            f"{text!r} is no aim: write f1, or precision and a share from a half up: precision=0.8"
        )
    return Aim(share)


def _share(text: str) -> float:
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


@dataclass(frozen=True)
class Thresholds:
    """Yes from `yes_from` on, no below `no_below`; infinite where nobody can be decided so."""

    yes_from: float
    no_below: float

    def decide(self, probability: float) -> Decision:
        """The decision for one probability."""
        if probability >= self.yes_from:
            return "yes"
        return "no" if probability < self.no_below else "unknown"

    def as_dict(self) -> dict[str, float | None]:
        """As JSON can hold it: None for never."""
        return {
            "yes_from": self.yes_from if math.isfinite(self.yes_from) else None,
            "no_below": self.no_below if math.isfinite(self.no_below) else None,
        }

    @classmethod
    def read(cls, content: Mapping[str, float | None]) -> Self:
        """What `as_dict` wrote."""
        yes, no = content["yes_from"], content["no_below"]
        return cls(math.inf if yes is None else yes, -math.inf if no is None else no)


def median(found: Sequence[Thresholds]) -> Thresholds:
    """The middle of the thresholds of several folds; never where most of them say never."""
    ends = [[one.yes_from for one in found], [one.no_below for one in found]]
    return Thresholds(*(float(np.sort(end)[len(end) // 2]) for end in ends))


def choose_thresholds(truth: Truth, probability: Floats, aim: Aim) -> Thresholds:
    """The thresholds that keep the aim on these customers, deciding as many as possible.

    truth and probability: one of each a customer, the probability from a model that has not seen
    the customer. Under a precision nobody is yes below even odds, nor no above: the promise is of
    the group, and a group may keep it together with some whom it does not fit.
    """
    if aim.share is None:
        cut = best_f1_threshold(truth, probability)
        return Thresholds(cut, cut)
    likely = probability >= EVEN
    yes_from = _lowest_keeping(truth[likely], probability[likely], aim.share)
    highest_no = -_lowest_keeping(~truth[~likely], -probability[~likely], aim.share)
    decides = math.isfinite(highest_no)
    return Thresholds(yes_from, math.nextafter(highest_no, math.inf) if decides else -math.inf)


def _lowest_keeping(truth: Truth, score: Floats, share: float) -> float:
    """The lowest score from which on at least `share` are true; infinite where there is none."""
    order = np.argsort(-score, kind="stable")
    decided = np.arange(1, len(order) + 1)
    kept, _ = wilson(np.cumsum(truth[order]) / decided, decided, _Z)
    last = np.append(np.diff(score[order]) != 0, True)  # between two equal scores is no cut
    holds = np.flatnonzero((kept >= share) & last & (decided >= MIN_DECIDED))
    if not len(holds):
        return math.inf
    # Below the last who is true, only those would join who can but break the promise.
    inside = order[: holds[-1] + 1]
    return float(score[inside][truth[inside]].min())
