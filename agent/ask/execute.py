"""Queries run exactly: conditions on arrays; the hybrid search only orders whom to show.

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
from agent.conditions import All, Bought, Condition, Like, walk
from agent.conditions_arrays import Counter
from agent.conditions_sql import bought_lines, purchase_lines
from agent.data.warehouse import Warehouse
from agent.errors import DataError
from agent.profiles.arrays import home_arrays
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
        arrays = home_arrays(workspace)
        if not arrays.facts.num_rows:
            raise DataError(f"{workspace.home} holds no facts yet: run `portrait build` first")
        self.vocabulary = load_vocabulary(workspace)
        self._counter = Counter(arrays, self.vocabulary, workspace.as_of)
        self.customers = frozenset(self._counter.customers)
        enabled = tuple(workspace.settings.sensitive_tags)
        self._rules, _ = local_rules(load_taxonomy(), self.vocabulary, enabled)
        self.given_tags = frozenset({*self._rules, *self._counter.tags})
        self._hidden = switched_off(enabled) | sensitive_categories(workspace, enabled)
        self.store = workspace.store
        self.warehouse = Warehouse(workspace.events, workspace.products, workspace.as_of)
        self.warehouse.register("customer_facts", arrays.facts)
        self.warehouse.register("customer_tags", arrays.tags)
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
        customers = self._listed(query) if query.kind == "list" else self._counter.ids(query.where)
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

    def _listed(self, query: Query) -> list[str]:
        if (rank := query.rank) is not None:
            return self._counter.ranked(query.where, rank.field, rank, rank.order == "most")
        customers = self._counter.ids(query.where)
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
        others = None if query.against is None else self._counter.ids(query.against)
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
        known = customer in self.customers
        met = ((part, self._counter.holds(customer, part) if known else None) for part in parts)
        return Found([customer], 1, met=tuple(met))
