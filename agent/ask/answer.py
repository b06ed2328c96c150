"""Answers: the conditions in words, the exact count, a sample with its evidence.

Counting is done by SQL over the conditions; the vector index only chooses which of the customers
that meet them are shown, the most alike to the question first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from agent.ask.evidence import customer_evidence
from agent.ask.planner import Known, Plan, Planner
from agent.ask.say import answer_words
from agent.conditions import All, to_json
from agent.conditions_sql import select_customers
from agent.data import store as tables
from agent.data.warehouse import Warehouse
from agent.errors import DataError
from agent.facts.frame import customer_frame
from agent.profiles.current import check_current
from agent.search.customers import open_index
from agent.search.index import Index
from agent.settings import Language
from agent.tags.names import load_vocabulary
from agent.tags.rules import local_rules
from agent.tags.taxonomy import load_taxonomy
from agent.words import condition_words
from agent.workspace import Workspace

SAMPLE = 5


@dataclass(frozen=True)
class Citation:
    """A customer that the answer rests on: what of the data says so, and the written profile."""

    customer: str
    evidence: list[str]
    summary: str | None = None


@dataclass(frozen=True)
class Group:
    """One row of a breakdown; `value` None: unknown."""

    value: str | None
    count: int


@dataclass(frozen=True)
class Result:
    """What `portrait ask --json` prints. `unused`: the words that were not understood."""

    question: str
    language: Language
    kind: str
    conditions: list[dict[str, Any]]
    conditions_in_words: str
    count: int | None
    customers: list[str]
    groups: list[Group] | None
    answer: str
    citations: list[Citation]
    unused: list[str]
    unanswerable: str | None

    def as_dict(self) -> dict[str, Any]:
        """The result as JSON can hold it."""
        return asdict(self)


class Asker:
    """Answers questions over one home; opens everything once, for many questions.

    Raises `DataError` where there are no data, or no facts of just these data, `SearchIndexError`.
    """

    def __init__(self, workspace: Workspace) -> None:
        as_of = workspace.as_of
        check_current(workspace)
        self._frame = customer_frame(workspace.store).set_index("customer", drop=False)
        if self._frame.empty:
            raise DataError(f"{workspace.home} holds no facts yet: run `portrait build` first")
        tags = _tags_frame(workspace)
        self._vocabulary = load_vocabulary(workspace)
        sensitive = tuple(workspace.settings.sensitive_tags)
        rules, _ = local_rules(load_taxonomy(), self._vocabulary, sensitive)
        self._planner = Planner(
            self._vocabulary,
            Known(as_of, frozenset({*rules, *tags["tag"]}), frozenset(self._frame.index)),
        )
        self._store = workspace.store
        self._warehouse = Warehouse(workspace.events, workspace.products, as_of)
        self._warehouse.register("customer_facts", self._frame.reset_index(drop=True))
        self._warehouse.register("customer_tags", tags)
        try:
            self._index: Index = open_index(workspace)
        except BaseException:
            self._warehouse.close()
            raise

    def close(self) -> None:
        """Give back the index and the event files."""
        self._index.close()
        self._warehouse.close()

    def __enter__(self) -> Asker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, question: str) -> Result:
        """The answer to a question in English or Chinese. Raises `DataError`."""
        plan = self._planner.plan(question)
        if plan.unanswerable:
            return self._result(plan, None, [], None, [])
        if plan.kind == "search":
            return self._result(plan, None, [], None, self._nearest(question, None))
        customers = self._select(plan)
        shown = self._nearest(question, customers)
        return self._result(plan, len(customers), customers, self._groups(plan, customers), shown)

    def _select(self, plan: Plan) -> list[str]:
        query = select_customers(plan.condition, self._vocabulary, self._warehouse.as_of)
        return [customer for (customer,) in self._warehouse.rows(query)]

    def _nearest(self, question: str, within: Sequence[str] | None) -> list[str]:
        """The customers most alike to the question by their written profiles; where those are too
        few, the first of the others."""
        if within is not None and not within:
            return []
        hits = self._index.search(question, SAMPLE, within=within)
        found = [hit.customer for hit in hits if hit.customer in self._frame.index]
        return list(dict.fromkeys([*found, *(within or ())[:SAMPLE]]))[:SAMPLE]

    def _groups(self, plan: Plan, customers: Sequence[str]) -> list[Group] | None:
        if plan.group_by is None:
            return None
        order = {v: n for n, v in enumerate(self._vocabulary.field(plan.group_by).values)}
        values = self._frame.loc[list(customers), plan.group_by]
        counts = values.dropna().astype(str).value_counts().to_dict()
        known = [Group(str(value), int(n)) for value, n in counts.items()]
        known.sort(key=lambda g: (order.get(g.value or "", len(order)), -g.count, g.value or ""))
        unknown = int(values.isna().sum())
        return known + ([Group(None, unknown)] if unknown else [])

    def _result(
        self,
        plan: Plan,
        count: int | None,
        customers: list[str],
        groups: list[Group] | None,
        shown: Sequence[str],
    ) -> Result:
        parts = plan.condition.all if isinstance(plan.condition, All) else (plan.condition,)
        words = condition_words(plan.condition, plan.language, self._vocabulary)
        table = [] if groups is None else [(self._label(g, plan.language), g.count) for g in groups]
        return Result(
            question=plan.question,
            language=plan.language,
            kind=plan.kind,
            conditions=[to_json(part) for part in parts],
            conditions_in_words=words,
            count=count,
            customers=customers,
            groups=groups,
            answer=answer_words(plan, words, count, len(self._frame), table, len(shown)),
            citations=[self._citation(customer, plan) for customer in shown],
            unused=list(plan.unused),
            unanswerable=plan.unanswerable,
        )

    def _citation(self, customer: str, plan: Plan) -> Citation:
        found = customer_evidence(
            customer, plan.condition, plan.language, self._vocabulary, self._warehouse, self._store
        )
        table = tables.profiles
        query = sa.select(table.c.summary).where(table.c.customer == customer)
        summaries = [row["summary"] for row in self._store.rows(query)]
        return Citation(customer, found, next(iter(summaries), None))

    def _label(self, group: Group, language: Language) -> str:
        if group.value is None:
            return "unknown" if language == "en" else "未知"
        pair = self._vocabulary.labels.get(group.value, (group.value, group.value))
        return pair[language == "zh"]


def _tags_frame(workspace: Workspace) -> pd.DataFrame:
    table = tables.tags
    columns = ["customer", "tag", "probability", "decision"]
    query = sa.select(*(table.c[name] for name in columns))
    return pd.DataFrame(workspace.store.rows(query), columns=columns)
