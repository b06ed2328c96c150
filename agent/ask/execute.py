"""Queries run exactly: SQL over the conditions; the hybrid search only orders whom to show.

with Executor(workspace) as executor:
    found = executor.run(query)
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from agent.ask.breakdown import Breakdown, breakdown
from agent.ask.insight import Comparison, Trait, compare, describe, restated
from agent.ask.query import ByTag, Query, check_query
from agent.ask.trend import Trend, trend
from agent.conditions import All, Bought, Condition, Like, Not, walk
from agent.conditions_sql import bought_lines, purchase_lines, select_customers, select_ranked
from agent.data import store as tables
from agent.data.warehouse import Warehouse
from agent.errors import DataError
from agent.facts.frame import customer_frame
from agent.profiles.current import check_current
from agent.search.catalogue import open_catalogue
from agent.search.customers import open_search
from agent.tags.names import load_vocabulary, sensitive_categories
from agent.tags.rules import local_rules
from agent.tags.taxonomy import load_taxonomy, switched_off
from agent.workspace import Workspace

SAMPLE = 5


@dataclass(frozen=True)
class Found:
    """What a query gave; None where its kind does not ask for it.

    customers: those whom the conditions mean, in the order of a list, cut to its length. matching:
    how many there are before that cut. met: of one customer, whether each condition holds.
    """

    customers: list[str]
    matching: int
    against: list[str] | None = None
    breakdown: Breakdown | None = None
    traits: list[Trait] | None = None
    comparison: Comparison | None = None
    trend: Trend | None = None
    met: tuple[tuple[Condition, bool | None], ...] = ()


class Executor:
    """Runs queries over one home; opens everything once, for many questions.

    Raises `DataError` where there are no data, or no facts of just these data, `SearchIndexError`.
    """

    def __init__(self, workspace: Workspace) -> None:
        check_current(workspace)
        self.frame = customer_frame(workspace.store).set_index("customer", drop=False)
        if self.frame.empty:
            raise DataError(f"{workspace.home} holds no facts yet: run `portrait build` first")
        tags = _tags_frame(workspace)
        self.vocabulary = load_vocabulary(workspace)
        enabled = tuple(workspace.settings.sensitive_tags)
        self._rules, _ = local_rules(load_taxonomy(), self.vocabulary, enabled)
        self.given_tags = frozenset({*self._rules, *tags["tag"]})
        self._hidden = switched_off(enabled) | sensitive_categories(workspace, enabled)
        self.store = workspace.store
        self.warehouse = Warehouse(workspace.events, workspace.products, workspace.as_of)
        self.warehouse.register("customer_facts", self.frame.reset_index(drop=True))
        self.warehouse.register("customer_tags", tags)
        with ExitStack() as stack:
            stack.callback(self.warehouse.close)
            self._search = stack.enter_context(open_search(workspace))
            self.catalogue = stack.enter_context(open_catalogue(workspace))
            self._opened = stack.pop_all()

    def close(self) -> None:
        """Give back the indexes and the event files."""
        self._opened.close()

    def __enter__(self) -> Executor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, query: Query) -> Found:
        """The answer in figures. Raises `ConditionError` for a query that does not fit the home."""
        check_query(query, self.vocabulary)
        if query.kind == "explain":
            return self._explain(query)
        customers = self._listed(query) if query.kind == "list" else self._meant(query.where)
        cut = customers[: query.limit] if query.kind == "list" else customers
        found = Found(cut, len(customers))
        match query.kind:
            case "breakdown":
                return self._broken_down(query, found)
            case "describe" | "compare":
                return self._held_against(query, found)
            case "trend":
                return self._over_time(query, found)
        return found

    def nearest(self, text: str, within: Sequence[str] | None, k: int = SAMPLE) -> list[str]:
        """The customers that the hybrid search finds first; where it finds too few, the first of
        the others."""
        found = [match.customer for match in self._search.search(text, k, within)]
        return list(dict.fromkeys([*found, *(within or ())[:k]]))[:k]

    def _meant(self, condition: Condition) -> list[str]:
        query = select_customers(condition, self.vocabulary, self.warehouse.as_of)
        return self.warehouse.ids(query)

    def _listed(self, query: Query) -> list[str]:
        if query.rank is not None:
            rank = query.rank
            ordered = select_ranked(
                query.where,
                self.vocabulary,
                *(self.warehouse.as_of, rank.field, rank, rank.order == "most"),
            )
            return self.warehouse.ids(ordered)
        customers = self._meant(query.where)
        text = query.like or next((p.like for p in walk(query.where) if isinstance(p, Like)), None)
        if text is None or not customers:
            return customers
        first = self.nearest(text, customers, min(len(customers), query.limit or SAMPLE))
        return list(dict.fromkeys([*first, *customers]))

    def _broken_down(self, query: Query, found: Found) -> Found:
        by = query.by.model_dump() if isinstance(query.by, ByTag) else str(query.by)
        groups = breakdown(self.warehouse, self.vocabulary, found.customers, by)
        return Found(found.customers, found.matching, breakdown=groups)

    def _held_against(self, query: Query, found: Found) -> Found:
        given = restated(query.where, self._rules, self.vocabulary, self.warehouse)
        others = None if query.against is None else self._meant(query.against)
        if query.against is not None:
            given |= restated(query.against, self._rules, self.vocabulary, self.warehouse)
        if query.kind == "compare" and others is not None:
            result = compare(
                self.warehouse, self.vocabulary, found.customers, others, given, self._hidden
            )
            return Found(found.customers, found.matching, others, comparison=result)
        traits = describe(
            self.warehouse, self.vocabulary, found.customers, others, given, self._hidden
        )
        return Found(found.customers, found.matching, others, traits=traits)

    def _over_time(self, query: Query, found: Found) -> Found:
        result = trend(
            self.warehouse,
            found.customers,
            query.every or "month",
            query.measure or "customers",
            *query.days(self.warehouse.as_of),
            self._holding(query.where),
        )
        return Found(found.customers, found.matching, trend=result)

    def _holding(self, where: Condition) -> pd.DataFrame | None:
        """ "buyers of ice cream by month" are those of each month: the orders that hold it."""
        parts = where.all if isinstance(where, All) else (where,)
        bought = [part for part in parts if isinstance(part, Bought)]
        if len(bought) != 1 or bought[0] != Bought(bought=bought[0].bought):
            return None
        lines = purchase_lines.c
        matches = bought_lines(bought[0], self.vocabulary, self.warehouse.as_of)
        query = sa.select(lines.customer, lines.order_id).where(matches).distinct()
        return pd.DataFrame(
            self.warehouse.rows(query), columns=["customer", "order_id"], dtype="str"
        )

    def _explain(self, query: Query) -> Found:
        """Whether each condition holds of one customer: True, False, or None for unknown."""
        customer = str(query.customer)
        parts = query.where.all if isinstance(query.where, All) else (query.where,)
        return Found([customer], 1, met=tuple((p, self._holds(customer, p)) for p in parts))

    def _holds(self, customer: str, condition: Condition) -> bool | None:
        if customer in set(self._meant(condition)):
            return True
        negation = Not.model_validate({"not": condition})
        return False if customer in set(self._meant(negation)) else None


def _tags_frame(workspace: Workspace) -> pd.DataFrame:
    table = tables.tags
    columns = ["customer", "tag", "probability", "decision"]
    query = sa.select(*(table.c[name] for name in columns))
    return pd.DataFrame(workspace.store.rows(query), columns=columns)
