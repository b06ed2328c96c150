"""Customers as the search knows them, drawn at random, and how they must be ranked.

The ranking is worked out in plain Python from the published formulas: BM25 as Lucene has it, and
weights by the cosines of texts whose directions are known.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from agent.search.embeddings import Embedder
from agent.search.lexicon_files import Document, Labels
from tests.search.fakes import direction

# Each label is words of its own, so that only texts that say them find it by words.
GOODS = {
    "category:CAT FOOD": ("tuna pouch", "猫粮"),
    "category:WINE": ("red merlot", "葡萄酒"),
    "category:TEA": ("green sencha", "绿茶"),
    "category:TOYS": ("wooden blocks", "积木"),
    "tag:night": ("shops late", "夜猫子"),
}
WORDS_OF = {
    "category:CAT FOOD": ["tuna", "pouch", "猫", "粮"],
    "category:WINE": ["red", "merlot", "葡萄", "葡萄酒"],
    "category:TEA": ["green", "sencha", "绿茶"],
    "category:TOYS": ["wooden", "blocks", "积木"],
    "tag:night": ["shops", "late", "夜猫子"],
}
K1, WORDS_COUNT = 3.0, 0.3


@dataclass
class Scripted:
    """A source whose every part can be changed; it counts how often documents are asked for."""

    customers: list[Document]
    labelled: Labels = field(default_factory=lambda: GOODS)
    version: str = "1"
    read: int = 0

    def state(self) -> str:
        return self.version

    def labels(self) -> Labels:
        return self.labelled

    def documents(self) -> Iterator[Document]:
        self.read += 1
        return iter(self.customers)


def crowd(size: int, seed: int = 0) -> list[Document]:
    """Customers c0, c1, … with up to three ties; some say a word of their own, some nothing."""
    draw = random.Random(seed)
    return [
        Document(
            f"c{number}",
            draw.choice(["", "loyal", "loyal merlot"]),
            {
                name: draw.choice([0.41, 1.13, 2.07, 3.71, 9.3])
                for name in draw.sample(sorted(GOODS), draw.randint(0, 3))
            },
        )
        for number in range(size)
    ]


def means(meanings: Mapping[str, Mapping[str, float]]) -> Embedder:
    """An embedder by which a text points to labels with the cosines given; others to nothing."""

    def encode(texts: list[str], role: str) -> list[list[float]]:
        return [_aim(meanings[text]) if text in meanings else _axis(text) for text in texts]

    return Embedder("scripted@1", encode)


def ranking(documents: list[Document], said: list[str], cosines: Mapping[str, float]) -> list[str]:
    """All customers that match, best first, ties in order of customers as given."""
    words = _parts(_bm25([_says(document) for document in documents], said))
    least = max(cosines.values(), default=0.0) / 2
    weights = {name: (c - least) ** 2 for name, c in cosines.items() if c > least}
    meaning = _parts([sum(w * d.ties.get(n, 0.0) for n, w in weights.items()) for d in documents])
    scores = [m + WORDS_COUNT * w for m, w in zip(meaning, words, strict=True)]
    rows = sorted(range(len(documents)), key=lambda row: (-round(scores[row], 5), row))
    return [documents[row].customer for row in rows if scores[row] > 0]


def _bm25(texts: list[list[str]], said: list[str]) -> list[float]:
    scores = [0.0] * len(texts)
    for word in set(said):
        holders = sum(word in text for text in texts)
        idf = math.log(1 + (len(texts) - holders + 0.5) / (holders + 0.5))
        for row, text in enumerate(texts):
            scores[row] += idf * text.count(word) / (text.count(word) + K1)
    return scores


def _says(document: Document) -> list[str]:
    text = document.text.split()
    for name, bits in document.ties.items():
        text += WORDS_OF[name] * max(1, min(8, round(bits)))
    return text


def _parts(scores: list[float]) -> list[float]:
    best = max(scores, default=0.0)
    return [score / best if best else 0.0 for score in scores]


_AXES = sorted(label for labels in GOODS.values() for label in labels)


def _axis(text: str) -> list[float]:
    """Labels at right angles to each other; anything else in directions beyond theirs."""
    own = np.zeros(len(_AXES) + 32)
    if text in _AXES:
        own[_AXES.index(text)] = 1
    else:
        own[len(_AXES) :] = direction(text)
    return [float(x) for x in own]


def _aim(cosines: Mapping[str, float]) -> list[float]:
    aimed = np.zeros(len(_AXES) + 32)
    for label, cosine in cosines.items():
        aimed[_AXES.index(label)] = cosine
    aimed[-1] = math.sqrt(max(0.0, 1 - float(aimed @ aimed)))
    return [float(x) for x in aimed]
