"""How much texts repeat themselves and each other: distinct-n, shared 4-grams, common phrases.

A token is a word of any script in which words are spaced, one Chinese character, or one number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypedDict

from agent.profiles.numbers import fold

OVERLAP = 4
_LONGEST = 12
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+(?:'[a-z]+)?")
_CLAUSE = re.compile(r"[;。!?、()（）]|[.,](?!\d)")

Gram = tuple[str, ...]


class Phrase(TypedDict):
    """Words that stand in `texts` texts; # is any number."""

    phrase: str
    texts: int


def tokens(text: str) -> list[str]:
    """The tokens of a text, in lower case and plain width."""
    return _TOKEN.findall(fold(text))


def distinct(texts: Sequence[str], n: int) -> float:
    """Distinct n-grams of all texts / tokens of all texts (Li et al. 2016), 0 without tokens.

    "A diversity-promoting objective function for neural conversation models". It falls with the
    number of texts: compare it only over equally many.
    """
    listed = [tokens(text) for text in texts]
    found = {gram for one in listed for gram in _grams(one, n)}
    return len(found) / max(sum(map(len, listed)), 1)


def overlaps(texts: Sequence[str]) -> list[float]:
    """For each text the share of its 4-grams that stand in another text; 0 if it has none."""
    listed = [list(_grams(tokens(text), OVERLAP)) for text in texts]
    held_by = Counter(gram for grams in listed for gram in set(grams))
    return [sum(held_by[g] > 1 for g in grams) / max(len(grams), 1) for grams in listed]


def common_phrases(texts: Sequence[str], top: int = 10) -> list[Phrase]:
    """The phrases of 4 to 12 tokens of one clause that most texts hold, longer ones first.

    Of phrases that share four tokens in a row only the first is told.
    """
    held_by = Counter(gram for text in texts for gram in _phrases(text))
    common = [gram for gram, count in held_by.items() if count > 1]
    kept: list[Gram] = []
    told: set[Gram] = set()
    for gram in sorted(common, key=lambda gram: (-held_by[gram], -len(gram), gram)):
        parts = set(_grams(gram, OVERLAP))
        if len(kept) < top and not parts & told:
            kept.append(gram)
            told |= parts
    return [{"phrase": _words(gram), "texts": held_by[gram]} for gram in kept]


def _phrases(text: str) -> set[Gram]:
    """Every phrase of a text, its numbers as #."""
    clauses = [tokens(clause) for clause in _CLAUSE.split(fold(text))]
    masked = [["#" if token[0].isdigit() else token for token in clause] for clause in clauses]
    return {g for one in masked for n in range(OVERLAP, _LONGEST + 1) for g in _grams(one, n)}


def _grams(listed: Sequence[str], n: int) -> Iterator[Gram]:
    return (tuple(listed[place : place + n]) for place in range(len(listed) - n + 1))


def _words(gram: Gram) -> str:
    """Chinese without spaces, everything else with."""
    return re.sub(
        r"(?<=[\u3400-\u9fff#]) (?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff]) (?=#)", "", " ".join(gram)
    )
