"""Reads back what `agent.words` writes, so that an answer's conditions can be asked again as told.

The reader is made of the writer: each kind of condition is written once with marks in place of its
numbers, days and names, and what stands around the marks becomes a pattern. So the two cannot
drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import product
from typing import Any, get_args

from agent.ask.query import Query
from agent.conditions import (
    WINDOWED,
    All,
    Bought,
    Condition,
    Like,
    NumberOp,
    check,
    from_json,
    negated,
    parts_of,
    walk,
)
from agent.errors import ConditionError
from agent.settings import Language
from agent.vocabulary import Term, Vocabulary
from agent.words import JOINTS, SINGULAR, condition_words, is_plain, item_words, label_of

Json = dict[str, Any]

# Marks: numbers, days and names that no data hold.
_LOW, _HIGH, _DAYS, _SURE = 700_001, 700_002, 700_003, 0.700004
_SINCE, _UNTIL = "1007-01-01", "1007-01-02"
_NAME, _EXCEPTED = "\ue000", "\ue001"
_QUOTE = 0xE100  # from here on one character stands for each quoted text
_MOST_BRACKETS = 100  # a text with more was not written for people
_PRIVATE = re.compile("[\ue000-\uf8ff]")

_OPS = get_args(NumberOp)
_WINDOWS: tuple[Json, ...] = (
    {"last_days": _DAYS},
    {"since": _SINCE},
    {"until": _UNTIL},
    {"since": _SINCE, "until": _UNTIL},
    {},  # last, so that no name takes in the days behind it
)
_COUNTS: tuple[Json, ...] = (
    {"at_most": 0},
    {"at_least": _LOW},
    {"at_least": 0, "at_most": _HIGH},
    {"at_least": _LOW, "at_most": _LOW},
    {"at_least": _LOW, "at_most": _HIGH},
)
_JOINT = r"(?:, |、|或)"
_NUMBER = r"-?\d[\d,]*(?:\.\d+)?"
_MARKED = re.compile(
    rf"[\"“](?P<quoted>{_NAME})[\"”]"
    rf"|(?P<names>{_NAME}(?:{_JOINT}{_NAME})*|{_EXCEPTED})"
    rf"|(?P<day>{_SINCE}|{_UNTIL})|(?P<number>{_NUMBER})"
    rf"|\b(?P<plural>{'|'.join(SINGULAR)})\b"
)
_QUOTED = re.compile(r'"((?:\\.|[^"\\])*)"|“((?:\\.|[^”\\])*)”', re.DOTALL)
_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Form:
    """A way of saying something: its pattern, the condition with marks, and the mark and the scale
    of each group (a share of 0.5 is said as 50)."""

    pattern: re.Pattern[str]
    condition: Json
    groups: tuple[tuple[Any, Decimal], ...]

    def read(self, text: str) -> Json | None:
        """The condition of a text, its names as texts still; None if it is said in no such way."""
        match = self.pattern.fullmatch(text)
        if match is None:
            return None
        said = {
            mark: _number(group, scale) if isinstance(mark, int | float) else group
            for (mark, scale), group in zip(self.groups, match.groups(), strict=True)
        }
        return {
            key: [said[mark] for mark in value[:1]]
            if isinstance(value, list)
            else said.get(value, value)
            for key, value in self.condition.items()
        }


@dataclass(frozen=True)
class Told:
    """Conditions in the words of an answer; `asked`: what a question asks of them, if anything."""

    asked: str
    language: Language
    condition: Condition

    @property
    def like(self) -> str | None:
        """The text that they are ranked by."""
        parts = walk(self.condition)
        return next((part.like for part in parts if isinstance(part, Like)), None)

    def of(self, query: Query) -> Query:
        """What a query asks, of those who meet them."""
        where = All(all=(*parts_of(query.where), *parts_of(self.condition)))
        return query.model_copy(update={"where": where, "like": self.like})


class OwnWords:
    """Reads over one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def told(self, question: str) -> Told | None:
        """A question that is such words, or ends with them behind a colon; else None."""
        bare = question.strip().rstrip("?？!！.。")
        head, _, tail = bare.replace("：", ":", 1).partition(":")
        for asked, words in (("", bare), (head, tail.strip())):
            if words and (said := self.read(words)):
                return Told(asked, *said)
        return None

    def read(self, text: str) -> tuple[Language, Condition] | None:
        """The language and the condition of a text that `condition_words` wrote; else None."""
        if _PRIVATE.search(text) or len(re.findall("[(（]", text)) > _MOST_BRACKETS:
            return None
        languages: tuple[Language, ...] = ("zh", "en") if _CHINESE.search(text) else ("en",)
        for language in languages:
            found = _Reader(self._forms[language], language, self._vocabulary, text).condition()
            if found is not None:
                return language, found
        return None

    @cached_property
    def _forms(self) -> dict[Language, Forms]:
        return {"en": Forms("en", self._vocabulary), "zh": Forms("zh", self._vocabulary)}


class Forms:
    """All ways in which a language says one condition, and what is bought in it."""

    def __init__(self, language: Language, vocabulary: Vocabulary) -> None:
        self._language = language
        # One tag and one value stand for all of them.
        fields = {
            name: term if term.numeric else replace(term, values=(_NAME,))
            for name, term in vocabulary.fields.items()
        }
        self._marked = Vocabulary(fields, {_NAME: Term(_NAME, _NAME, _NAME)})
        self._levels = tuple(vocabulary.catalogue)

    @cached_property
    def conditions(self) -> tuple[Form, ...]:
        """Of a whole condition."""
        marked = self._marked
        return tuple(
            _form(given, condition_words(from_json(given), self._language, marked))
            for given in _conditions(marked)
        )

    @cached_property
    def items(self) -> tuple[Form, ...]:
        """Of what is bought."""
        bought = (
            {"bought": [_NAME] * several, **level, **excepted}
            for several in (1, 3)
            for level in ({}, *({"level": level} for level in self._levels))
            for excepted in ({}, {"but_not": [_EXCEPTED]})
        )
        marked = ((given, Bought.model_validate(given)) for given in bought)
        return tuple(
            _form(given, item_words(part, self._language, self._marked)) for given, part in marked
        )


def _conditions(vocabulary: Vocabulary) -> Iterator[Json]:
    """Every kind of condition with marks."""
    yield from ({"all": []}, {"like": _NAME}, {"tag": _NAME}, {"tag": _NAME, "at_least": _SURE})
    for name, term in vocabulary.fields.items():
        if not term.numeric:
            yield from ({"field": name, "op": op, "value": _NAME} for op in ("=", "!="))
            yield {"field": name, "op": "in", "value": [_NAME]}
            continue
        yield from _figures(name)
    # Behind the fields that have days in their own names.
    for name, window in product(filter(vocabulary.fields.get, WINDOWED), _WINDOWS[:-1]):
        yield from ({**figure, **window} for figure in _figures(name))
    yield from ({"bought": [_NAME], **c, **window} for c, window in product(_COUNTS, _WINDOWS))


def _figures(name: str) -> Iterator[Json]:
    for op in _OPS:
        to = {"to": _HIGH} if op == "between" else {}
        yield {"field": name, "op": op, "value": _LOW, **to}


def _form(given: Json, words: str) -> Form:
    """The form of a condition with marks and its words."""
    groups: list[tuple[Any, Decimal]] = []
    pattern, place = "", 0
    for match in _MARKED.finditer(words):
        pattern += re.escape(words[place : match.start()])
        place = match.end()
        if match["plural"]:
            pattern += f"(?:{match[0]}|{SINGULAR[match[0]]})"
            continue
        mark, scale = _meant(match)
        if mark is None:
            pattern += re.escape(match[0])
            continue
        groups.append((mark, scale))
        pattern += f"({_slot(match)})"
    return Form(re.compile(pattern + re.escape(words[place:]), re.DOTALL), given, tuple(groups))


def _meant(match: re.Match[str]) -> tuple[Any, Decimal]:
    """The mark that is said and its scale; None for a number of the writer's own."""
    one = Decimal(1)
    if match["number"]:
        said = Decimal(match[0].replace(",", ""))
        marks = {
            Decimal(repr(n)) * k: (n, k) for n in (_LOW, _HIGH, _DAYS, _SURE) for k in (1, 100)
        }
        mark, scale = marks.get(said, (None, 1))
        return mark, Decimal(scale)
    return (match[0] if match["day"] else (match["quoted"] or match["names"])[0]), one


def _slot(match: re.Match[str]) -> str:
    if match["number"]:
        return _NUMBER
    if match["day"]:
        return r"\d{4}-\d\d-\d\d"
    return ".+?" if match["names"] else f"[{chr(_QUOTE)}-\uf8ff]"


def _number(said: str, scale: Decimal) -> int | float:
    value = float(Decimal(said.replace(",", "")) / scale)
    return int(value) if value.is_integer() else value


class _Reader:
    """One text; each quoted name in it is one character while it is read."""

    def __init__(self, forms: Forms, language: Language, vocabulary: Vocabulary, text: str) -> None:
        self._forms, self._language, self._vocabulary = forms, language, vocabulary
        self._quoted: list[str] = []
        self._brackets: dict[str, Condition | None] = {}  # each is looked into once
        self._text = _QUOTED.sub(self._mask, text)

    def condition(self) -> Condition | None:
        """What the whole text says."""
        found = self._several(self._text)
        return found if found is not None and self._fits(found) else None

    def _mask(self, match: re.Match[str]) -> str:
        self._quoted.append(re.sub(r"\\(.)", r"\1", match[1] or match[2] or ""))
        return chr(_QUOTE + len(self._quoted) - 1)

    def _several(self, text: str) -> Condition | None:
        """Parts that one joint joins, or one."""
        for name, kind in (("and", "all"), ("or", "any")):
            joint = JOINTS[self._language][name]
            pieces = _split(text, joint)
            parts = self._each(pieces, joint) if len(pieces) > 1 else None
            if parts is not None:
                return parts[0] if len(parts) == 1 else from_json({kind: parts})
        return self._part(text)

    def _each(self, pieces: Sequence[str], joint: str) -> list[Condition] | None:
        """The parts; a label may hold a joint of its own, so that a part is one piece or more."""
        if not pieces:
            return []
        for end in range(1, len(pieces) + 1):
            first = self._part(joint.join(pieces[:end]))
            rest = None if first is None else self._each(pieces[end:], joint)
            if first is not None and rest is not None:
                return [first, *rest]
        return None

    def _part(self, text: str) -> Condition | None:
        """One part, in brackets if it is made of several."""
        for name in ("not", "group"):
            begin, end = JOINTS[self._language][name].split("{}")
            if text.startswith(begin) and text.endswith(end):
                inside = self._inside(text[len(begin) : -len(end)])
                return negated(inside) if inside is not None and name == "not" else inside
        readings = (self._filled(form.read(text)) for form in self._forms.conditions)
        return next((found for found in readings if found is not None), None)

    def _inside(self, text: str) -> Condition | None:
        if text not in self._brackets:
            self._brackets[text] = self._several(text)
        return self._brackets[text]

    def _filled(self, said: Json | None) -> Condition | None:
        """The condition with the names of the data in it; None if one is unknown."""
        if said is None:
            return None
        named = self._named(said)
        try:
            found = None if named is None else from_json(named)
        except ConditionError:
            return None
        return found if found is not None and self._fits(found) else None

    def _fits(self, condition: Condition) -> bool:
        """Whether all that it names is there."""
        try:
            check(condition, self._vocabulary)
        except ConditionError:
            return False
        return True

    def _named(self, said: Json) -> Json | None:
        if "like" in said:
            return {"like": self._unquoted(said["like"])}
        if "tag" in said:
            tag = self._tag(self._unquoted(said["tag"]))
            return {**said, "tag": tag} if tag else None
        if "bought" in said:
            readings = (self._items(said["bought"][0], form) for form in self._forms.items)
            found = next((items for items in readings if items is not None), None)
            return {**said, **found} if found else None
        if "field" not in said:
            return said
        term = self._vocabulary.field(said["field"])
        return said if term.numeric else self._valued(said, term)

    def _tag(self, label: str) -> str | None:
        terms = self._vocabulary.tags.items()
        return next((name for name, t in terms if t.label(self._language) == label), None)

    def _items(self, text: str, form: Form) -> Json | None:
        said = form.read(text)
        if said is None:
            return None
        lists = {key: self._names(said[key][0]) for key in ("bought", "but_not") if key in said}
        bought = lists["bought"]
        # "wine, beer" alone may mean both.
        fits = bought is not None and (len(bought) > 1) == (len(form.condition["bought"]) > 1)
        return said | lists if fits and None not in lists.values() else None

    def _valued(self, said: Json, term: Term) -> Json | None:
        several = isinstance(said["value"], list)
        parts = re.split(_JOINT, said["value"][0]) if several else [said["value"]]
        values = [self._value(part, term) for part in parts]
        return None if None in values else {**said, "value": values if several else values[0]}

    def _value(self, said: str, term: Term) -> str | None:
        """The value of that label. A text in quotes need not be known."""
        label = self._unquoted(said)
        known = term.values or self._vocabulary.called(label, self._language)
        values = [v for v in known if label_of(v, self._language, self._vocabulary) == label]
        literal = label if _PRIVATE.fullmatch(said) or label in term.values else None
        return values[0] if values else literal

    def _names(self, said: str) -> list[str] | None:
        """A list of names, each plain or in quotes."""
        parts = re.split(_JOINT, said)
        plain = all(_PRIVATE.fullmatch(part) or is_plain(part) for part in parts)
        return [self._unquoted(part) for part in parts] if plain else None

    def _unquoted(self, said: str) -> str:
        return self._quoted[ord(said) - _QUOTE] if _PRIVATE.fullmatch(said) else said


def _split(text: str, joint: str) -> list[str]:
    """A text at the joints that stand in no bracket."""
    pieces, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += {"(": 1, "（": 1, ")": -1, "）": -1}.get(character, 0)
        if depth == 0 and text.startswith(joint, place):
            pieces.append(text[start:place])
            start = place + len(joint)
    return [*pieces, text[start:]]
