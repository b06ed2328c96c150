"""Which products the words of a question mean, worked out from the definition alone.

A phrase that is a name of the catalogue, or what people call it, means just that name. Otherwise it
means every name that holds all of its words: English ones whole, plural or not, Chinese ones
anywhere. It shares no line with what it judges.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from agent.errors import ConditionError

LEVELS = ("department", "category", "type", "brand", "name", "product")


class Name(NamedTuple):
    """A name at one level, how it may be spelled, and the words in it."""

    level: str
    name: str
    spellings: frozenset[str]
    words: frozenset[str]


class Catalogue:
    """products: one row a product, one column a level; labels: name -> how people call it."""

    def __init__(self, products: pd.DataFrame, labels: Mapping[str, Sequence[str]]) -> None:
        self._products = products
        self._ids = {str(one).casefold(): str(one) for one in products["product"]}
        self._names = [
            _name(level, name, labels.get(name, ()))
            for level in LEVELS[:-1]
            for name in products[level].dropna().unique()
        ]

    def meant(self, given: Mapping[str, Any]) -> frozenset[str]:
        """The products that a `bought` condition means.

        Raises `ConditionError` where a phrase of `bought` means nothing.
        """
        level = given.get("level")
        meant = [name for phrase in given["bought"] for name in self._named(phrase, level)]
        excepted = [name for phrase in given.get("but_not", ()) for name in self._excepted(phrase)]
        return frozenset(self._of(meant) - self._of(excepted))

    def _named(self, phrase: str, level: str | None) -> list[Name]:
        names = [name for name in self._names if level in (None, name.level)]
        exact = [name for name in names if _is(name, phrase)]
        exact += self._product(phrase) if level in (None, "product") else []
        if found := exact or [name for name in names if _holds(name, phrase)]:
            return found
        raise ConditionError(f"{phrase!r} names nothing in the product catalogue")

    def _excepted(self, phrase: str) -> list[Name]:
        held = [name for name in self._names if _is(name, phrase) or _holds(name, phrase)]
        return held + self._product(phrase)

    def _product(self, phrase: str) -> list[Name]:
        """The id of a product is no text: it is meant by itself or not at all."""
        found = self._ids.get(phrase.casefold().strip())
        return [_name("product", found, ())] if found else []

    def _of(self, names: Sequence[Name]) -> set[str]:
        products: set[str] = set()
        for level in {name.level for name in names}:
            wanted = {name.name for name in names if name.level == level}
            products.update(self._products.loc[self._products[level].isin(wanted), "product"])
        return products


def _name(level: str, name: str, labels: Sequence[str]) -> Name:
    spellings = (name, *labels)
    words = _words(" ".join(spellings))
    return Name(level, name, frozenset(one.casefold() for one in spellings), words)


def _is(name: Name, phrase: str) -> bool:
    return phrase.casefold().strip() in name.spellings


def _holds(name: Name, phrase: str) -> bool:
    wanted = _words(phrase)
    return bool(wanted) and all(_stands(word, name.words) for word in wanted)


def _stands(word: str, held: frozenset[str]) -> bool:
    return word in held if word.isascii() else any(word in one for one in held)


def _words(text: str) -> frozenset[str]:
    found = re.findall(r"[a-z0-9]+|[\u4e00-\u9fff]+", text.casefold())
    return frozenset(_one_of(word) for word in found)


def _one_of(word: str) -> str:
    """The singular, as far as endings tell: cherries, peaches, radishes, glasses, apples."""
    if len(word) > 4 and word.endswith("ies"):
        return word.removesuffix("ies") + "y"
    if len(word) > 5 and word.endswith(("ches", "shes", "sses")):
        return word.removesuffix("es")
    return re.sub(r"(?<![su])s$", "", word) if len(word) > 3 else word
