"""Hybrid search: customers ranked by what a text means and by the words that it says.

    with open_search(workspace) as search:
        search.search("people with a dog", k=10, within=ids)

Meaning: the names nearest to the text among the categories and tags (dense, in Chroma), then the
customers most strongly tied to them. Words: BM25 over texts and labels in both languages. So the
model embeds the catalogue once, and no customer: vectors of whole profiles found worse what people
buy, and took hours for a million customers (eval/search.md).

The order of all customers does not depend on the filter, and nothing in it is approximate: a
filtered search gives the first of those that are left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from agent.errors import SearchIndexError
from agent.progress import Progress, silent
from agent.search.index import Entry, Index
from agent.search.lexicon import Lexicon, LexiconFolder, Scores
from agent.search.lexicon_files import Document, Labels

LINKED = 10  # names that a text is linked to
WORDS = 0.3  # what the best by words counts beside the best by meaning

# Looking up half a million customers takes longer than the whole search. So only the rows of a
# filter that holds few of all are looked up; for a larger one the first of everybody are gone
# through, which yields enough of them unless it holds just those who match least.
FEW = 0.02
FIRST = 20_000


@dataclass(frozen=True)
class Match:
    """A customer found, and why.

    `score` is `meaning` (1 for the best of all customers) + `words` (up to `WORDS`). `names`: the
    linked names that hold for the customer, what adds most first.
    """

    customer: str
    score: float
    meaning: float
    words: float
    names: tuple[str, ...]


class Source(Protocol):
    """What the search is made from."""

    def state(self) -> str:
        """Changes with anything in labels or documents."""

    def labels(self) -> Labels:
        """Every name that may hold for a customer, with its labels in all languages."""

    def documents(self) -> Iterator[Document]:
        """One a customer."""


class HybridSearch:
    """Makes what is missing, damaged or of older data anew from the source, at first use.

    Both parts are closed with it. Raises `SearchIndexError`.
    """

    def __init__(self, names: Index, lexicon: LexiconFolder, source: Source) -> None:
        self._names, self._folder, self._source = names, lexicon, source

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let another process have both folders."""
        self._names.close()
        self._folder.close()

    def refresh(self, progress: Progress = silent) -> None:
        """Bring both parts up to the source; only labels that are new are embedded."""
        state, labels = self._source.state(), self._source.labels()
        entries = _entries(labels)
        self._names.delete(self._names.ids() - {entry.customer for entry in entries})
        self._names.upsert(entries, progress)
        if not self._folder.holds(state):
            self._write(state, labels)

    def rebuild(self, progress: Progress = silent) -> None:
        """Make both parts anew."""
        state, labels = self._source.state(), self._source.labels()
        self._names.rebuild(_entries(labels), progress)
        self._write(state, labels)

    def search(self, text: str, k: int, within: Collection[str] | None = None) -> list[Match]:
        """The `k` best customers, of those `within` if given; fewer where no more match at all."""
        if k < 1 or (within is not None and not within):
            return []
        lexicon, linked = self._lexicon, self._linked(text)
        meaning, said = _scores(lexicon, text, linked)
        rows = _best(meaning + said, k, lexicon, within)
        return [
            Match(
                customer=lexicon.customers[row],
                score=float(meaning[row] + said[row]),
                meaning=float(meaning[row]),
                words=float(said[row]),
                names=_holding(lexicon, row, linked),
            )
            for row in rows
        ]

    def scores(self, text: str) -> dict[str, float]:
        """Every customer with a score, also of 0: what `search` chooses from."""
        lexicon = self._lexicon
        meaning, said = _scores(lexicon, text, self._linked(text))
        return dict(zip(lexicon.customers, (meaning + said).tolist(), strict=True))

    def _write(self, state: str, labels: Labels) -> None:
        self._folder.write(state, labels, self._source.documents())
        self.__dict__.pop("_lexicon", None)

    @cached_property
    def _lexicon(self) -> Lexicon:
        state = self._source.state()
        if not self._folder.holds(state):
            self.refresh()
        try:
            return self._folder.read()
        except SearchIndexError:  # damaged
            self._write(state, self._source.labels())
            return self._folder.read()

    def _linked(self, text: str) -> dict[str, float]:
        """The names nearest to a text, weighted by how much nearer than half the nearest."""
        near: dict[str, float] = {}
        for entry, cosine in self._names.cosines(text).items():
            near[_name(entry)] = max(cosine, near.get(_name(entry), 0.0))
        least = max(near.values(), default=0.0) / 2
        nearest = sorted(near, key=lambda name: (-near[name], name))[:LINKED]
        return {name: (near[name] - least) ** 2 for name in nearest if near[name] > least}


def _entries(labels: Labels) -> list[Entry]:
    """The labels as the index of names holds them."""
    return [
        Entry(customer=f"{place} {name}", text=label, language="", tags=(), numbers={})
        for name, said in labels.items()
        for place, label in enumerate(dict.fromkeys(said))
    ]


def _name(entry: str) -> str:
    return entry.partition(" ")[2]


def _scores(lexicon: Lexicon, text: str, linked: Mapping[str, float]) -> tuple[Scores, Scores]:
    """What meaning and what words add to the score of every customer."""
    meaning, said = lexicon.by_names(linked), lexicon.by_words(text)
    return _of_best(meaning), _of_best(said) * np.float32(WORDS)


def _of_best(scores: Scores) -> Scores:
    """Scores as parts of the best of all, so that two kinds of them can be added."""
    best = scores.max(initial=0)
    return scores / best if best > 0 else scores


def _best(
    scores: Scores, k: int, lexicon: Lexicon, within: Collection[str] | None
) -> NDArray[np.intp]:
    """The rows of the `k` highest scores above 0 of those allowed, ties in order of rows."""
    if within is None:
        return _highest(scores, k)
    allowed = within if isinstance(within, Set) else frozenset(within)
    only = np.zeros(len(scores), bool)
    if len(allowed) <= FEW * len(scores):
        only[[lexicon.rows[customer] for customer in allowed if customer in lexicon.rows]] = True
        return _highest(np.where(only, scores, 0), k)
    first = _highest(scores, max(k, FIRST))
    kept = [row for row in first if lexicon.customers[row] in allowed][:k]
    if len(kept) == k or len(first) < max(k, FIRST):
        return np.array(kept, np.intp)
    only[:] = [customer in allowed for customer in lexicon.customers]
    return _highest(np.where(only, scores, 0), k)


def _highest(scores: Scores, count: int) -> NDArray[np.intp]:
    rows = np.flatnonzero(scores > 0)
    if len(rows) > count:
        least = np.partition(scores[rows], -count)[-count]
        rows = rows[scores[rows] >= least]
    return rows[np.argsort(-scores[rows], kind="stable")][:count]


def _holding(lexicon: Lexicon, row: int, linked: Mapping[str, float]) -> tuple[str, ...]:
    adds = {name: weight * lexicon.strength(row, name) for name, weight in linked.items()}
    return tuple(sorted((name for name in adds if adds[name] > 0), key=lambda n: -adds[n]))
