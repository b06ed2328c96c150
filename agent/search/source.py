"""What the search knows of each customer, from the store: summary, categories liked, tags.

Categories that touch on health and the like are left out, as they are from summaries: nobody is to
be found by them.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from agent.data import store as tables
from agent.data.glossary import load_glossary
from agent.facts.catalogue import facts_table
from agent.search.lexicon_files import Document, Labels
from agent.search.words import VERSION
from agent.tags.names import load_vocabulary, sensitive_categories
from agent.tags.taxonomy import switched_off
from agent.workspace import Workspace

TAG_BITS = 2.0  # of a sure tag; half of all likings have 3 and more
_STREAM = 10_000  # rows fetched at a time: a large shop has tens of millions


class StoreSource:
    """A `Source` of the hybrid search. Raises `StoreError`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._store = workspace.store

    def state(self) -> str:
        """Changes with facts, tags, summaries, names and the tokenizer."""
        parts: list[Any] = [
            [VERSION, TAG_BITS, sorted(self._workspace.settings.sensitive_tags)],
            [self._store.get_meta(key) for key in ("facts_of", "tags_of")],
            [self._store.count(table) for table in (facts_table, _PROFILES)],
            self._store.rows(sa.select(sa.func.max(_PROFILES.c.made_at))),
            self._store.rows(tables.glossary.select()),
        ]
        content = json.dumps(parts, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def labels(self) -> Labels:
        """The names that somebody is tied to, in English and Chinese."""
        glossary = load_glossary(self._store)
        terms = load_vocabulary(self._workspace).tags
        enabled = self._workspace.settings.sensitive_tags
        hidden, untold = switched_off(enabled), sensitive_categories(self._workspace, enabled)
        likings = {
            f"category:{name}": glossary.pair(name)
            for name in self._distinct(sa.select(_LIKES.c.name))
            if name not in untold
        }
        tags = {
            f"tag:{tag}": (terms[tag].label("en"), terms[tag].label("zh"))
            for tag in self._distinct(sa.select(_TAGS.c.tag).where(_GIVEN))
            if tag in terms and tag not in hidden
        }
        return likings | tags

    def documents(self) -> Iterator[Document]:
        """One for each customer of whom anything is known, in order of id."""
        with self._store.begin() as connection:
            stream = connection.execution_options(yield_per=_STREAM).execute(_everything())
            for customer, rows in groupby(stream, key=itemgetter(0)):
                yield _document(customer, [(kind, text, number) for _, kind, text, number in rows])

    def _distinct(self, query: sa.Select[Any]) -> list[str]:
        rows = self._store.rows(query.distinct())
        return sorted(value for row in rows for value in row.values())


_LIKES, _TAGS, _PROFILES = tables.affinities, tables.tags, tables.profiles
_GIVEN = _TAGS.c.decision == "yes"


def _everything() -> sa.Select[Any]:
    """Rows of customer, kind, text and number, those of a customer together."""
    parts = sa.union_all(
        _part(_LIKES, "category", _LIKES.c.name, _LIKES.c.surprise),
        _part(_TAGS, "tag", _TAGS.c.tag, _TAGS.c.probability).where(_GIVEN),
        _part(_PROFILES, "summary", _PROFILES.c.summary, sa.literal(0.0)),
    ).subquery()
    with_facts = parts.c.customer.in_(sa.select(facts_table.c.customer))
    return sa.select(parts).where(with_facts).order_by(parts.c.customer)


def _part(
    table: sa.Table, kind: str, text: sa.ColumnElement[str], number: sa.ColumnElement[float]
) -> sa.Select[Any]:
    columns = (table.c.customer, sa.literal(kind).label("kind"), text.label("text"))
    return sa.select(*columns, number.label("number"))


def _document(customer: str, rows: Sequence[tuple[str, str, float]]) -> Document:
    text = " ".join(text for kind, text, _ in rows if kind == "summary")
    ties = {f"{kind}:{name}": _bits(kind, n) for kind, name, n in rows if kind != "summary"}
    return Document(customer, text, ties)


def _bits(kind: str, number: float) -> float:
    """Of a surprise in nats, which grows with the orders, or of a tag's probability."""
    return math.log2(1 + number) if kind == "category" else TAG_BITS * number
