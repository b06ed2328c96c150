"""What each customer is known by: the words of texts and labels (BM25), and ties to names.

A name is a category of the catalogue or a tag; a tie tells how strongly it holds for a customer,
in bits. The lexicon is derived data in a folder of the home, and replaced as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from agent.errors import SearchIndexError
from agent.search.folder import Folder
from agent.search.lexicon_files import (
    Document,
    Labels,
    read_json,
    read_ties,
    read_words,
    write_lexicon,
)
from agent.search.words import words

Scores = NDArray[np.float32]
_REPAIR = "run `portrait repair` to make the index anew from the store"


class Lexicon:
    """The content of a folder, to be asked; `Scores` are one a customer, in order of rows."""

    def __init__(self, content: Path) -> None:
        self.customers: list[str] = list(read_json(content / "customers.json"))
        self._columns = {
            name: place for place, name in enumerate(read_json(content / "names.json"))
        }
        self._rows, self._strengths, self._bounds = read_ties(content)
        self._words = read_words(content)
        size = len(self.customers) if self._words is None else self._words.scores["num_docs"]
        ends = {len(self._rows), len(self._strengths), int(self._bounds[-1])}
        if (
            size != len(self.customers)
            or len(self._bounds) != len(self._columns) + 1
            or len(ends) > 1
        ):
            raise ValueError("its parts do not fit each other")

    @cached_property
    def rows(self) -> dict[str, int]:
        """Customer -> row."""
        return {customer: row for row, customer in enumerate(self.customers)}

    def by_words(self, text: str) -> Scores:
        """BM25 for the words of a text."""
        known = dict.fromkeys(words(text)) if self._words else {}
        numbers = self._words.get_tokens_ids(known) if known else []
        if not numbers:
            return np.zeros(len(self.customers), np.float32)
        scores: Scores = self._words.get_scores_from_ids(numbers)
        return scores

    def by_names(self, weights: Mapping[str, float]) -> Scores:
        """The sum of weight x strength over names."""
        scores = np.zeros(len(self.customers), np.float32)
        for name, weight in weights.items():
            rows, strengths = self._ties(name)
            scores[rows] += np.float32(weight) * strengths
        return scores

    def strength(self, row: int, name: str) -> float:
        """How strongly a name holds for a customer; 0 where it does not."""
        rows, strengths = self._ties(name)
        place = int(np.searchsorted(rows, row))
        return float(strengths[place]) if place < len(rows) and rows[place] == row else 0.0

    def _ties(self, name: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """The rows tied to a name, ascending, and how strongly; none for an unknown name."""
        if (place := self._columns.get(name)) is None:
            return self._rows[:0], self._strengths[:0]
        column = slice(self._bounds[place], self._bounds[place + 1])
        return self._rows[column], self._strengths[column]


class LexiconFolder:
    """Where the lexicon is kept. Locked from here to `close`. Raises `SearchIndexError`."""

    def __init__(self, path: Path) -> None:
        self.place = str(path)
        self._folder = Folder(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let another process have the folder."""
        self._folder.close()

    def write(self, state: str, labels: Labels, documents: Iterable[Document]) -> None:
        """Put a new lexicon in force, all of it or nothing; `state` tells what it is made from.

        Each document is of another customer. Ties to names without labels are left out.
        """
        content = self._folder.new()
        with self._mapped():
            content.mkdir()
            write_lexicon(content, labels, documents)
            (content / "state").write_text(state, encoding="utf-8")
            self._folder.switch(content)

    def holds(self, state: str) -> bool:
        """Whether the lexicon was made from just this."""
        try:
            return (self._content / "state").read_text(encoding="utf-8") == state
        except (OSError, ValueError):
            return False

    def read(self) -> Lexicon:
        """The lexicon; it stays usable when another takes its place."""
        with self._mapped():
            return Lexicon(self._content)

    @property
    def _content(self) -> Path:
        """Where it is kept; before the first `write`, where nothing is."""
        return self._folder.current or self._folder.new()

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        """Turn what unwritable or damaged files lead to into a `SearchIndexError`."""
        try:
            yield
        except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
            reason = " ".join(str(error).split())[:300] or type(error).__name__
            raise SearchIndexError(f"{self.place}: {reason}; {_REPAIR}") from error
