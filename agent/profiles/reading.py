"""A summary as the checker reads it: folded, its categories and numbers masked, cut into clauses.

A category's label may hold numbers, commas, "and" and words that claim something ("7 up", "cakes
with nuts"); so every label of the sheet becomes one sign before anything else looks at the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from agent.facts.sheet import Fact
from agent.profiles.numbers import Number, fold, numbers_in

LABEL = "\ue000-\uf8ff"  # the signs that stand for labels, as a range of characters
Span = tuple[int, int]

_CLAUSE_END = re.compile(r"[;；,.。!?！？]|\b(?:and|but|with|while)\b|但|而且|并且")
_SENTENCE_END = re.compile(r"[;；.。!?！？]")
_COUNT = r"(?=\s*(?:\(|\d))"


@dataclass(frozen=True)
class Like:
    """A liked category of the sheet: its fact, the sign that stands for its label, its orders."""

    fact: Fact
    label: str
    sign: str
    orders: Number


class Reading:
    """A text with the labels of the sheet as signs and every number as #s, in its own length."""

    def __init__(self, text: str, likes: Sequence[Like], is_plain: Callable[[str], bool]) -> None:
        self.folded = fold(text)
        signed = self.folded
        for like in sorted(likes, key=lambda like: len(like.label), reverse=True):
            # "coupons" may be a category and a matter of its own: then its count must follow.
            ending = _COUNT if is_plain(like.label) else ""
            signed = re.sub(_inflected(like.label) + ending, like.sign, signed)
        self.signed = signed
        self.numbers = numbers_in(signed)
        for number in self.numbers:
            length = number.end - number.start
            signed = signed[: number.start] + "#" * length + signed[number.end :]
        self.text = signed

    @cached_property
    def clauses(self) -> list[Span]:
        """Where each clause stands."""
        return _cut(self.text, _CLAUSE_END)

    @cached_property
    def sentences(self) -> list[Span]:
        """Where each sentence stands."""
        return _cut(self.text, _SENTENCE_END)

    def clause(self, place: int) -> Span:
        """The clause that holds a place."""
        return _around(self.clauses, place)

    def sentence(self, place: int) -> Span:
        """The sentence that holds a place."""
        return _around(self.sentences, place)


def read_likes(sheet: Sequence[Fact]) -> list[Like]:
    """The liked categories of a sheet, each with a sign of its own."""
    found = []
    for place, fact in enumerate(fact for fact in sheet if fact.id.startswith("likes:")):
        text = fold(fact.text)
        orders = numbers_in(text)[-1]
        label = text[: text.rindex("(")].strip()
        found.append(Like(fact, label, chr(0xE000 + place), orders))
    return found


def _inflected(label: str) -> str:
    """A regex for a label in singular or plural; Chinese has neither."""
    if not label[-1].isascii():
        return re.escape(label)
    stem, ending = label, "(?:e?s)?"
    if label.endswith("ies"):
        stem, ending = label[:-3], "(?:y|ies)"
    elif label.endswith("s") and not label.endswith("ss"):
        stem, ending = label[:-1], "s?"
    return rf"(?<![a-z]){re.escape(stem)}{ending}(?![a-z])"


def _cut(text: str, ends: re.Pattern[str]) -> list[Span]:
    edges = [0, *(match.end() for match in ends.finditer(text)), len(text)]
    return [(low, high) for low, high in pairwise(edges) if low < high]


def _around(spans: Sequence[Span], place: int) -> Span:
    return next(span for span in spans if span[0] <= place < span[1])


def inflected(names: Sequence[str]) -> re.Pattern[str]:
    """A pattern for any of these names, longest first."""
    ordered = sorted(names, key=len, reverse=True)
    return re.compile("|".join(_inflected(name) for name in ordered) or r"(?!)")
