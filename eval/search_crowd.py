"""Customers drawn by the million, for measuring speed: likings, tags and summaries as a shop has.

Each is of one of `GROUPS` groups, whose members like much the same of the example's categories and
carry much the same tags; one in ten has a written summary.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from agent.data.example import example_mapping
from agent.data.glossary import read_glossary
from agent.search.lexicon_files import Document, Labels
from agent.search.words import VERSION
from agent.tags.taxonomy import load_taxonomy

GROUPS = 200
LIKED_BY_GROUP, CARRIED_BY_GROUP = 25, 20
LIKINGS, TAGS = 12, 10  # of each customer
SUMMARIES = 0.1
BLOCK = 1_000
# In bits; of the likings in the reference data the median is 2.9 and nine in ten are in 0.7 to 5.3.
MEDIAN_BITS, SPREAD = 2.9, 0.45

_SUMMARY = "A {pace} shopper with {orders} orders, who buys more {first} and {second} than others."
_PACES = ("loyal", "weekly", "weekend", "late", "thrifty")


class Crowd:
    """A `Source` of so many customers, numbered from 0; the same for the same size."""

    def __init__(self, size: int) -> None:
        self.size = size

    def state(self) -> str:
        """Tells how many there are, and how texts are taken apart."""
        return f"crowd of {self.size}, words {VERSION}"

    def labels(self) -> Labels:
        """The example's categories and the taxonomy's tags."""
        return self._labels

    def documents(self) -> Iterator[Document]:
        """One a customer."""
        draw = np.random.default_rng(1)
        liked, carried = self._groups(draw)
        for first in range(0, self.size, BLOCK):
            count = min(BLOCK, self.size - first)
            mine = draw.integers(GROUPS, size=count)
            likings = np.take_along_axis(liked[mine], _some(draw, count, liked, LIKINGS), 1)
            tags = np.take_along_axis(carried[mine], _some(draw, count, carried, TAGS), 1)
            bits = MEDIAN_BITS * np.exp(SPREAD * draw.standard_normal((count, LIKINGS)))
            summarised = draw.random(count) < SUMMARIES
            for at in range(count):
                ties = dict(zip(self._named(likings[at]), bits[at].tolist(), strict=True))
                text = self._summary(draw, list(ties)) if summarised[at] else ""
                ties |= dict.fromkeys(self._named(tags[at]), 2.0)
                yield Document(customer(first + at), text, ties)

    @cached_property
    def _labels(self) -> Labels:
        mapping = example_mapping("completejourney")
        pairs: dict[str, list[str]] = {}
        for row in read_glossary(mapping.glossary) if mapping.glossary else ():
            pairs.setdefault(f"category:{row['name']}", []).append(row["label"])
        tags = {f"tag:{t.id}": (t.words("en").label, t.words("zh").label) for t in load_taxonomy()}
        return {name: tuple(labels) for name, labels in pairs.items()} | tags

    @cached_property
    def _names(self) -> list[str]:
        return list(self._labels)

    def _named(self, places: NDArray[np.int64]) -> list[str]:
        return [self._names[place] for place in places.tolist()]

    def _groups(self, draw: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The places of the names that each group draws its likings and its tags from."""
        tags = [place for place, name in enumerate(self._names) if name.startswith("tag:")]
        goods = [place for place, name in enumerate(self._names) if place not in set(tags)]
        # Some categories sell much more than others.
        shares = draw.pareto(1.5, len(goods)) + 0.1
        liked = [
            draw.choice(goods, LIKED_BY_GROUP, replace=False, p=shares / shares.sum())
            for _ in range(GROUPS)
        ]
        carried = [draw.choice(tags, CARRIED_BY_GROUP, replace=False) for _ in range(GROUPS)]
        return np.array(liked), np.array(carried)

    def _summary(self, draw: np.random.Generator, likings: list[str]) -> str:
        pace, orders = _PACES[int(draw.integers(len(_PACES)))], int(draw.integers(1, 200))
        first, second = (self._labels[name][0] for name in likings[:2])
        return _SUMMARY.format(pace=pace, orders=orders, first=first, second=second)


def customer(number: int) -> str:
    """The id of the customer drawn at a place, from 0."""
    return f"c{number:07}"


def _some(
    draw: np.random.Generator, count: int, groups: NDArray[np.int64], wanted: int
) -> NDArray[np.int64]:
    """For each of `count` customers `wanted` different columns of their group."""
    order: NDArray[np.int64] = np.argsort(draw.random((count, groups.shape[1])), axis=1)
    return order[:, :wanted]
