"""Saved audiences: a query under a name that later questions may use.

A name is letters of any language, digits, blanks, - and _. Names are told apart as questions are
read: width and case do not matter. A name that says something already in a question is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import sqlalchemy as sa
from rapidfuzz import process

from agent.ask.query import Query, check_query, query_from_json, query_to_json
from agent.ask.read.frame import FRAME_EN, FRAME_ZH
from agent.conditions import Condition
from agent.data import store as tables
from agent.data.store import Store, insert, now
from agent.errors import ConditionError, SettingsError, UnknownError
from agent.vocabulary import Vocabulary, word_set

MAX_NAME = 60
# What else is asked is no single audience: two of them, one customer, or nobody counted.
_KEPT = ("count", "list", "breakdown", "describe", "trend")
# Texts that `word_set` reads whole; of others it sees only parts.
_READ_WHOLE = re.compile(r"[a-z0-9\u4e00-\u9fff _-]+")


@dataclass(frozen=True)
class SavedAudience:
    """One entry; `query` is JSON as it was saved, which `load_audience` checks."""

    name: str
    query: dict[str, Any]
    question: str
    made_at: str


def save_audience(
    store: Store, vocabulary: Vocabulary, name: str, query: Query, question: str
) -> SavedAudience | None:
    """Keep a query under a name; returns the one that it replaces, if the name was in use.

    Raises `SettingsError` for a name that cannot be used and for a query that is no audience,
    `ConditionError` for a query that does not fit the vocabulary.
    """
    plain = checked_name(name, vocabulary)
    if query.kind not in _KEPT:
        raise SettingsError(f"a question of kind {query.kind} has no audience to keep as {plain!r}")
    if query.limit is not None:
        raise SettingsError(
            f"the first {query.limit} of a list cannot be kept as {plain!r}: ask for a share "
            "instead, such as the top 10% by spend"
        )
    check_query(query, vocabulary)
    old = _find(store, plain)
    content = query_to_json(query)
    row = {"name": plain, "query": content, "question": question, "made_at": now()}
    with store.begin() as connection:
        if old:
            connection.execute(_deletion(old.name))
        insert(connection, tables.audiences, [row])
    return old


def list_audiences(store: Store) -> list[SavedAudience]:
    """All of them by name."""
    rows = store.rows(sa.select(tables.audiences))
    return [SavedAudience(**row) for row in sorted(rows, key=lambda row: _folded(row["name"]))]


def load_audience(store: Store, vocabulary: Vocabulary, name: str) -> Query:
    """A saved query, if all its names still exist.

    Raises `UnknownError` for a name that was not saved, `ConditionError` for what is gone.
    """
    return _checked(_known(store, name), vocabulary)


def load_conditions(
    store: Store, vocabulary: Vocabulary
) -> tuple[dict[str, Condition], dict[str, str]]:
    """Name -> whom it means; and of those that do not fit any more, name -> what is gone."""
    good: dict[str, Condition] = {}
    gone: dict[str, str] = {}
    for saved in list_audiences(store):
        try:
            good[saved.name] = _checked(saved, vocabulary).where
        except ConditionError as error:
            gone[saved.name] = str(error)
    return good, gone


def delete_audience(store: Store, name: str) -> SavedAudience:
    """Forget one; returns what it was. Raises `UnknownError`."""
    found = _known(store, name)
    with store.begin() as connection:
        connection.execute(_deletion(found.name))
    return found


def checked_name(name: str, vocabulary: Vocabulary) -> str:
    """The name in ordinary letters with single blanks. Raises `SettingsError` with the reason."""
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    strange = next((letter for letter in plain if not _allowed(letter)), None)
    if strange is not None:
        raise SettingsError(
            f"{name[:80]!r} is no name for an audience: write letters, digits, blanks, - and _, "
            f"not {strange!r}"
        )
    if not 2 <= len(plain) <= MAX_NAME or not any(map(str.isalpha, plain)):
        raise SettingsError(
            f"{name[:80]!r} is no name for an audience: write 2 to {MAX_NAME} characters, one of "
            "them a letter"
        )
    meaning = next(_meanings(plain, vocabulary), None)
    if meaning is not None:
        raise SettingsError(
            f"{name!r} already {meaning}, and a question could not tell them apart: choose "
            "another name"
        )
    return plain


def _allowed(letter: str) -> bool:
    """Letters with their marks, digits, blanks, - and _."""
    category = unicodedata.category(letter)
    return category[0] in "LM" or category == "Nd" or letter in " -_"


def _meanings(name: str, vocabulary: Vocabulary) -> Iterator[str]:
    """What the name says in a question before it is saved."""
    folded = _folded(name)
    if set(folded.split()) <= FRAME_EN or not FRAME_ZH.sub("", folded).strip():
        yield "is a word of questions themselves"
    for meaning, words in chain(_spoken(vocabulary), vocabulary.labels.items()):
        if any(_same(name, word) for word in (meaning, *words)):
            yield f"names {meaning!r}"
    if _READ_WHOLE.fullmatch(folded):  # else a part of the name would be taken for all of it
        yield from (f"names products, such as {item.name!r}" for item in vocabulary.holding([name]))
    for product in chain.from_iterable(vocabulary.catalogue.values()):
        if _folded(product) == folded:
            yield f"names the product {product!r}"


def _spoken(vocabulary: Vocabulary) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each field, tag and value of a field, with what people call it."""
    for term in chain(vocabulary.fields.values(), vocabulary.tags.values()):
        yield term.name, (term.label_en, term.label_zh)
        yield from ((value, ()) for value in term.values)


def _same(one: str, other: str) -> bool:
    """Whether a question could mean either: blanks, -, _ and plurals do not matter."""
    first, second = _folded(one), _folded(other)
    if _joined(first) == _joined(second):
        return True
    whole = _READ_WHOLE.fullmatch(first) and _READ_WHOLE.fullmatch(second)
    return bool(whole) and word_set(first) == word_set(second)


def _joined(text: str) -> str:
    return re.sub(r"[ _-]", "", text)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _find(store: Store, name: str) -> SavedAudience | None:
    wanted = _folded(name)
    return next((one for one in list_audiences(store) if _folded(one.name) == wanted), None)


def _known(store: Store, name: str) -> SavedAudience:
    found = _find(store, name)
    if found is not None:
        return found
    names = [saved.name for saved in list_audiences(store)]
    near = [match[0] for match in process.extract(name, names, processor=_folded, limit=5)]
    told = f"the nearest are: {', '.join(near)}" if near else "none was saved yet"
    raise UnknownError(f"no audience is called {name!r}; {told}")


def _checked(saved: SavedAudience, vocabulary: Vocabulary) -> Query:
    try:
        query = query_from_json(saved.query)
        check_query(query, vocabulary)
    except ConditionError as error:
        raise ConditionError(
            f"the audience {saved.name!r} does not fit any more: {error}; save it anew"
        ) from error
    return query


def _deletion(name: str) -> sa.Delete:
    return sa.delete(tables.audiences).where(tables.audiences.c.name == name)
