"""Fact sheets for customers, from what the store holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from agent.data import store as tables
from agent.data.attributes import given_attributes
from agent.data.glossary import Glossary, load_glossary
from agent.data.store import Store
from agent.errors import UnknownError
from agent.facts.frame import facts_frame
from agent.facts.sheet import Fact, Like, fact_sheet, with_ranks
from agent.settings import Language
from agent.tags.names import sensitive_categories
from agent.workspace import Workspace


class Sheets:
    """Makes the fact sheet of any customer of a store, in either language.

    `untold`: categories that no sheet mentions, though the customer buys more of them than others.
    """

    def __init__(
        self, store: Store, tell_attributes: bool = False, untold: Collection[str] = ()
    ) -> None:
        self.glossary: Glossary = load_glossary(store)
        self._currency: str = store.get_meta("currency") or ""
        self._facts = with_ranks(facts_frame(store)).set_index("customer")
        self._likes = _likes(store, untold)
        self._given = given_attributes(store) if tell_attributes else {}

    @property
    def customers(self) -> list[str]:
        """All customers with facts."""
        return [str(customer) for customer in self._facts.index]

    def facts(self, customer: str) -> dict[str, Any]:
        """The fields and ranks of one customer. Raises `UnknownError`."""
        if customer not in self._facts.index:
            raise UnknownError(f"no facts for customer {customer!r}; run `portrait build` first")
        return dict(self._facts.loc[customer])

    def sheet(self, customer: str, language: Language) -> list[Fact]:
        """The phrases that are told of one customer. Raises `UnknownError`."""
        facts = self.facts(customer)
        likes = [
            Like(name, self.glossary.label(name, language), orders)
            for name, orders in self._likes.get(customer, [])
        ]
        given = [
            (term, self.glossary.label(value, language))
            for term, value in self._given.get(customer, [])
        ]
        return fact_sheet(facts, likes, given, language, self._currency)


def sheets_to_tell(workspace: Workspace) -> Sheets:
    """The sheets that summaries are written from: without what touches on health and the like."""
    settings = workspace.settings
    untold = sensitive_categories(workspace, settings.sensitive_tags)
    return Sheets(workspace.store, settings.tell_attributes, untold)


def _likes(store: Store, untold: Collection[str]) -> dict[str, list[tuple[str, int]]]:
    table = tables.affinities
    query = sa.select(table.c.customer, table.c.name, table.c.orders)
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in store.rows(query.order_by(table.c.customer, table.c.rank)):
        if row["name"] not in untold:
            found[row["customer"]].append((row["name"], row["orders"]))
    return found
