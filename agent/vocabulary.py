"""The names that conditions may use: fields and attributes, tags, and what can be bought.

Built from the catalogue of fields, the mapping's attributes, the taxonomy and the products. Names
are looked up here and nowhere else, and an unknown one is an error that offers its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from functools import cached_property

from rapidfuzz import process

from agent.errors import ConditionError
from agent.settings import Language


@dataclass(frozen=True)
class Term:
    """A field, an attribute or a tag: its name, how people call it, and its values if closed."""

    name: str
    label_en: str
    label_zh: str
    unit: str = ""
    numeric: bool = False
    values: tuple[str, ...] = ()

    def label(self, language: Language) -> str:
        """What people call it."""
        return self.label_zh if language == "zh" else self.label_en


@dataclass(frozen=True, order=True)
class Item:
    """One name at one level of the product catalogue."""

    level: str
    name: str


@dataclass(frozen=True)
class Vocabulary:
    """All names. `catalogue`: level -> names as in the data; `labels`: name -> (en, zh)."""

    fields: Mapping[str, Term]
    tags: Mapping[str, Term] = default(default_factory=dict)
    catalogue: Mapping[str, Sequence[str]] = default(default_factory=dict)
    labels: Mapping[str, tuple[str, str]] = default(default_factory=dict)

    def field(self, name: str) -> Term:
        """The field or attribute of that name. Raises `ConditionError` with the nearest names."""
        return _find(name, self.fields, "field")

    def tag(self, name: str) -> Term:
        """The tag of that id. Raises `ConditionError` with the nearest ids."""
        return _find(name, self.tags, "tag")

    def items(self, words: Iterable[str], level: str | None = None) -> list[Item]:
        """What the words name in the catalogue, at any level or at one.

        A word group that equals a name (or its label) means just that; otherwise it means every
        name that holds all of its words: English ones whole, plural or not, Chinese ones anywhere.
        Raises `ConditionError` if it means none.
        """
        found: set[Item] = set()
        for phrase in words:
            matches = self._match(phrase, level)
            if not matches:
                where = f"any {level}" if level else "the product catalogue"
                raise ConditionError(f"{phrase!r} names nothing in {where}{self._near(phrase)}")
            found.update(matches)
        return sorted(found)

    def holding(self, words: Iterable[str]) -> list[Item]:
        """Every name that holds all words of one of the groups, or equals it; none is no error."""
        found: set[Item] = set()
        for phrase in words:
            found.update(self._exact.get(phrase.casefold().strip(), ()), self._holding(phrase))
        return sorted(found)

    def known_words(self, words: Iterable[str], level: str | None = None) -> tuple[str, ...]:
        """Those of the word groups that name something in this catalogue."""
        return tuple(phrase for phrase in words if self._match(phrase, level))

    def called(self, label: str, language: Language) -> tuple[str, ...]:
        """The names of the data that people call so."""
        return self._by_label[language].get(label.casefold(), ())

    @cached_property
    def _by_label(self) -> dict[Language, dict[str, tuple[str, ...]]]:
        found: dict[Language, dict[str, tuple[str, ...]]] = {"en": {}, "zh": {}}
        for name, (english, chinese) in self.labels.items():
            for names, label in ((found["en"], english), (found["zh"], chinese)):
                names[label.casefold()] = (*names.get(label.casefold(), ()), name)
        return found

    def _match(self, phrase: str, level: str | None) -> list[Item]:
        exact = self._exact.get(phrase.casefold().strip(), [])
        chosen = [item for item in exact if level in (None, item.level)]
        if chosen:
            return chosen
        return [item for item in self._holding(phrase) if level in (None, item.level)]

    def _holding(self, phrase: str) -> frozenset[Item]:
        wanted = word_set(phrase)
        if not wanted:
            return frozenset()
        first, *others = (self._with_word(word) for word in wanted)
        return first.intersection(*others)

    def _with_word(self, word: str) -> frozenset[Item]:
        if not _CHINESE.match(word):
            return self._by_word.get(word, frozenset())
        runs = (items for run, items in self._chinese_runs if word in run)
        return frozenset[Item]().union(*runs)

    @cached_property
    def _chinese_runs(self) -> list[tuple[str, frozenset[Item]]]:
        return [(run, items) for run, items in self._by_word.items() if _CHINESE.match(run)]

    @cached_property
    def _all_items(self) -> list[Item]:
        return [Item(level, name) for level, names in self.catalogue.items() for name in names]

    @cached_property
    def _exact(self) -> dict[str, list[Item]]:
        index: dict[str, list[Item]] = {}
        for item in self._all_items:
            for spelling in {item.name, *self.labels.get(item.name, ())}:
                index.setdefault(spelling.casefold(), []).append(item)
        return index

    @cached_property
    def _by_word(self) -> dict[str, frozenset[Item]]:
        index: dict[str, set[Item]] = {}
        for item in self._all_items:
            if item.level == "product":
                continue
            for word in word_set(" ".join((item.name, *self.labels.get(item.name, ())))):
                index.setdefault(word, set()).add(item)
        return {word: frozenset(items) for word, items in index.items()}

    def _near(self, phrase: str) -> str:
        names = [item.name for item in self._all_items if item.level in ("department", "category")]
        labels = [label for name in names for label in self.labels.get(name, ())]
        return _offer(phrase, list(dict.fromkeys(names + labels)))


_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def word_set(text: str) -> frozenset[str]:
    """The words of a text for matching: lower case, singular; a run of Chinese is one word."""
    return frozenset(
        _singular(word) for word in re.findall(r"[a-z0-9]+|[\u4e00-\u9fff]+", text.casefold())
    )


def _singular(word: str) -> str:
    for ending, instead in (("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + instead
    keep = len(word) < 4 or word.endswith(("ss", "us"))
    return word if keep or not word.endswith("s") else word[:-1]


def _find(name: str, known: Mapping[str, Term], what: str) -> Term:
    if name not in known:
        raise ConditionError(f"there is no {what} {name!r}{_offer(name, list(known))}")
    return known[name]


def _offer(name: str, known: Sequence[str]) -> str:
    near = [match[0] for match in process.extract(name, known, processor=str.casefold, limit=5)]
    return f"; the nearest are: {', '.join(near)}" if near else ""
