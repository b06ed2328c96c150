"""The files of a lexicon: arrays and JSON, written once and then mapped into memory.

customers.json  the customers, in order of rows
names.json      the names in order of columns, each with its labels
ties-*.npy      rows and strengths, column by column, and the bounds of the columns
words/          BM25 as bm25s saves it; nothing is ever unpickled
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.search.words import words

Labels = Mapping[str, tuple[str, ...]]

# A document is mostly a list of what is bought: a long list is no wordier than a short one (b), and
# the labels of a strong tie are said several times.
_BM25 = {"k1": 3.0, "b": 0.0}
_MOST_OFTEN = 8
_TIES = ("rows", "strengths", "bounds")


@dataclass(frozen=True)
class Document:
    """A customer: a text, and the names that hold for them, each with its strength in bits."""

    customer: str
    text: str
    ties: Mapping[str, float]


def write_lexicon(content: Path, labels: Labels, documents: Iterable[Document]) -> None:
    """Write all files into a folder that is there and empty. Raises `OSError`."""
    draft = _Draft(labels)
    for document in documents:
        draft.add(document)
    _dump(content / "customers.json", draft.customers)
    _dump(content / "names.json", dict(labels))
    for part, ties in zip(_TIES, draft.ties(), strict=True):
        np.save(content / f"ties-{part}.npy", ties)
    if draft.vocabulary:
        _write_words(content / "words", draft.texts, draft.vocabulary)


def read_json(path: Path) -> Any:
    """What a JSON file holds. Raises `OSError`, `ValueError`."""
    return json.loads(path.read_text(encoding="utf-8"))


def read_ties(content: Path) -> tuple[NDArray[Any], ...]:
    """Rows, strengths, and for each column where its part of both begins, and the end of all."""
    return tuple(np.load(content / f"ties-{part}.npy", mmap_mode="r") for part in _TIES)


def read_words(content: Path) -> Any:
    """bm25s over the words of all; None where there is not one word."""
    if not (content / "words").exists():
        return None
    import bm25s  # noqa: PLC0415  (takes a second)

    return bm25s.BM25.load(content / "words", mmap=True)


class _Draft:
    """Gathers documents: texts as numbers of words, ties as three lists of the same length."""

    def __init__(self, labels: Labels) -> None:
        self.customers: list[str] = []
        self.texts: list[list[int]] = []
        self.vocabulary: dict[str, int] = {}
        self._columns = {name: column for column, name in enumerate(labels)}
        self._rows, self._places, self._strengths = array("i"), array("i"), array("f")
        self._said = cache(lambda name: [n for label in labels[name] for n in self._numbers(label)])

    def add(self, document: Document) -> None:
        text = self._numbers(document.text)
        for name, strength in document.ties.items():
            if name in self._columns:
                self._rows.append(len(self.customers))
                self._places.append(self._columns[name])
                self._strengths.append(strength)
                text += self._said(name) * min(max(round(strength), 1), _MOST_OFTEN)
        self.customers.append(document.customer)
        self.texts.append(text)

    def ties(self) -> tuple[NDArray[Any], ...]:
        """Sorted by column, and in it by row."""
        places = np.array(self._places, np.int32)
        order = np.argsort(places, kind="stable")
        bounds = np.searchsorted(places[order], np.arange(len(self._columns) + 1))
        rows, strengths = np.array(self._rows, np.int32), np.array(self._strengths, np.float32)
        return rows[order], strengths[order], bounds

    def _numbers(self, text: str) -> list[int]:
        return [self.vocabulary.setdefault(w, len(self.vocabulary)) for w in words(text)]


def _write_words(folder: Path, texts: list[list[int]], vocabulary: dict[str, int]) -> None:
    import bm25s  # noqa: PLC0415  (takes a second)

    index = bm25s.BM25(**_BM25)
    index.index((texts, vocabulary), create_empty_token=False, show_progress=False)
    index.save(folder, show_progress=False)


def _dump(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
