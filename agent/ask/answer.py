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
from agent.ask.plan import Plan, Planner
from agent.conditions import All, select_customers, to_json
from agent.data import store as tables
from agent.data.warehouse import Warehouse
from agent.facts.frame import customer_frame
from agent.search.customers import open_index
from agent.search.index import Index
from agent.settings import Language
from agent.tags.names import load_vocabulary
from agent.words import condition_words
from agent.workspace import Workspace

SAMPLE = 5


@dataclass(frozen=True)
class Citation:
    """A customer that the answer rests on, and what of the data says so."""

    customer: str
    evidence: list[str]


@dataclass(frozen=True)
class Group:
    """One row of a breakdown; `value` None: unknown."""

    value: str | None
    count: int


@dataclass(frozen=True)
class Result:
    """What `portrait ask --json` prints."""

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
    unanswerable: str | None

    def as_dict(self) -> dict[str, Any]:
        """The result as JSON can hold it."""
        return asdict(self)


class Asker:
    """Answers questions over one home; opens everything once, for many questions."""

    def __init__(self, workspace: Workspace) -> None:
        self._vocabulary = load_vocabulary(workspace)
        self._planner = Planner(self._vocabulary)
        self._frame = customer_frame(workspace.store).set_index("customer", drop=False)
        self._warehouse = Warehouse(workspace.events, workspace.products, workspace.as_of)
        self._warehouse.register("customer_facts", self._frame.reset_index(drop=True))
        self._warehouse.register("customer_tags", _tags_frame(workspace))
        self._store = workspace.store
        self._index: Index = open_index(workspace)

    def close(self) -> None:
        """Give back the index and the event files."""
        self._index.close()
        self._warehouse.close()

    def __enter__(self) -> Asker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, question: str) -> Result:
        """The answer to a question in English or Chinese. Raises `ConditionError`, `DataError`."""
        plan = self._planner.plan(question)
        if plan.unanswerable:
            return self._result(plan, None, [], None, [])
        if plan.kind == "search":
            found = [hit.customer for hit in self._index.search(question, SAMPLE)]
            return self._result(plan, None, found, None, found)
        customers = self._select(plan)
        shown = self._sample(question, customers)
        return self._result(plan, len(customers), customers, self._groups(plan, customers), shown)

    def _select(self, plan: Plan) -> list[str]:
        query = select_customers(plan.condition, self._vocabulary, self._warehouse.as_of)
        return [customer for (customer,) in self._warehouse.rows(query)]

    def _sample(self, question: str, customers: Sequence[str]) -> list[str]:
        hits = self._index.search(question, SAMPLE, within=customers) if customers else []
        return [hit.customer for hit in hits]

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
        shown: list[str],
    ) -> Result:
        parts = plan.condition.all if isinstance(plan.condition, All) else (plan.condition,)
        words = condition_words(plan.condition, plan.language, self._vocabulary)
        return Result(
            question=plan.question,
            language=plan.language,
            kind=plan.kind,
            conditions=[to_json(part) for part in parts],
            conditions_in_words=words,
            count=count,
            customers=customers,
            groups=groups,
            answer=_say(plan, words, count, len(self._frame), self._group_words(plan, groups)),
            citations=[Citation(c, self._evidence(c, plan)) for c in shown],
            unanswerable=plan.unanswerable,
        )

    def _evidence(self, customer: str, plan: Plan) -> list[str]:
        found = customer_evidence(
            customer, plan.condition, plan.language, self._vocabulary, self._warehouse, self._store
        )
        table = tables.profiles
        query = sa.select(table.c.summary).where(table.c.customer == customer)
        return found + [row["summary"] for row in self._store.rows(query)]

    def _group_words(self, plan: Plan, groups: list[Group] | None) -> str:
        if groups is None or plan.group_by is None:
            return ""
        unknown = "unknown" if plan.language == "en" else "未知"
        labels = self._vocabulary.labels
        place = 1 if plan.language == "zh" else 0
        return "; ".join(
            f"{unknown if g.value is None else labels.get(g.value, (g.value, g.value))[place]} "
            f"{g.count:,}"
            for g in groups
        )


def _tags_frame(workspace: Workspace) -> pd.DataFrame:
    table = tables.tags
    query = sa.select(table.c.customer, table.c.tag, table.c.probability)
    return pd.DataFrame(workspace.store.rows(query), columns=["customer", "tag", "probability"])


def _say(plan: Plan, words: str, count: int | None, total: int, groups: str) -> str:
    zh = plan.language == "zh"
    if plan.unanswerable:
        return (
            f"无法回答：{plan.unanswerable}。"
            if zh
            else f"This cannot be answered: {plan.unanswerable}."
        )
    if count is None:
        return (
            "问题中没有可以计数的条件；以下是描述最相近的顾客（仅排序，不计数）。"
            if zh
            else "Nothing in the question is a condition that can be counted; these customers are "
            "the most alike to it (ranked, not counted)."
        )
    share = f"{100 * count / total:.1f}%" if total else "0%"
    answer = (
        f"共{count:,}位顾客（占{total:,}位的{share}）符合：{words}。"
        if zh
        else f"{count:,} of {total:,} customers ({share}): {words}."
    )
    return answer + (f" {groups}." if groups else "")
