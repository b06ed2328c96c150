"""The figure that a percentile is taken of, in the words of an order: "number of categories"."""

from __future__ import annotations

import re
from functools import cache

from agent.ask.read.rank_words import NAMES
from agent.vocabulary import Vocabulary


def ordered_by(text: str, place: int, vocabulary: Vocabulary) -> tuple[str, int] | None:
    """The numeric field whose name of an order (the longest) begins at a place, and its end."""
    found = [
        (field, match.end())
        for field, pattern in _patterns().items()
        if field in vocabulary.fields and (match := pattern.match(text, place))
    ]
    return max(found, key=lambda pair: pair[1], default=None)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {field: re.compile(rf"(?:{words})(?![a-z])") for field, words in NAMES.items()}
