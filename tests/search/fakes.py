"""An embedder that needs no model and counts what it embeds."""

from __future__ import annotations

import hashlib

import numpy as np

from agent.search.embeddings import Embedder
from agent.search.index import Entry

DIMENSION = 32


class Counter:
    """Gives each text a direction of its own; `embedder` remembers the texts it was given."""

    def __init__(self, name: str = "fake@1") -> None:
        self.documents: list[str] = []
        self.embedder = Embedder(name, self._encode)

    def _encode(self, texts: list[str], role: str) -> list[list[float]]:
        if role == "passage":
            self.documents += texts
        return [direction(text) for text in texts]


def direction(text: str) -> list[float]:
    """A vector of length 1 that depends on the text alone."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    vector = np.random.default_rng(seed).normal(size=DIMENSION)
    unit: list[float] = (vector / np.linalg.norm(vector)).tolist()
    return unit


def entry(number: int, text: str | None = None) -> Entry:
    """A customer `c7` with a text of their own."""
    words = f"profile of customer {number}" if text is None else text
    return Entry(f"c{number}", words, "en", ("wine",), {"spend": float(number)})
