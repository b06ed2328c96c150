"""Answers: the conditions in words, the exact figures, a sample with its evidence.

Conditions are counted exactly; the hybrid search only chooses which of the customers
that meet them are shown, the most alike to the question first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from agent.ask.audiences import load_conditions, save_audience
from agent.ask.candidates import Candidates
from agent.ask.columns import Choice
from agent.ask.evidence import customer_evidence
from agent.ask.execute import Executor, Found
from agent.ask.export import Audience, Exported, export_audience
from agent.ask.plan import Known, Plan
from agent.ask.planner import Planner
from agent.ask.query import Query, query_from_json, query_to_json
from agent.ask.say import answer_words
from agent.conditions import EVERYONE, All, to_json
from agent.data import store as tables
from agent.errors import DataError, SettingsError
from agent.settings import LANGUAGES, Language
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
class Result:
    """What `portrait ask --json` prints.

    query: what was understood, which `--edit` opens. customers: all who are meant, or those listed;
    matching: how many meet the conditions of a list. unused: words that were not understood.
    """

    question: str
    language: Language
    kind: str
    conditions: list[dict[str, Any]]
    conditions_in_words: str
    count: int | None
    customers: list[str]
    groups: list[dict[str, Any]] | None
    answer: str
    citations: list[Citation]
    unused: list[str]
    unanswerable: str | None
    query: dict[str, Any] = field(default_factory=dict)
    matching: int | None = None
    against: dict[str, Any] | None = None
    traits: list[dict[str, Any]] | None = None
    comparison: dict[str, Any] | None = None
    trend: list[dict[str, Any]] | None = None

    def as_dict(self) -> dict[str, Any]:
        """The result as JSON can hold it."""
        return asdict(self)


class Asker:
    """Answers questions over one home; opens everything once, for many questions.

    Raises `DataError` where there are no data, or no facts of just these data, `SearchIndexError`.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.executor = Executor(workspace)
        self._audiences, gone = load_conditions(workspace.store, self.executor.vocabulary)
        known = Known(
            workspace.as_of,
            self.executor.given_tags,
            self.executor.customers,
            self._audiences,
            gone,
        )
        candidates = Candidates(self.executor.vocabulary, self.executor.catalogue)
        self._planner = Planner(self.executor.vocabulary, known, candidates)

    def close(self) -> None:
        """Give back the index and the event files."""
        self.executor.close()

    def __enter__(self) -> Asker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def plan(self, question: str, before: Query | None = None) -> Plan:
        """What a question asks for; `before`: the query that it may refine."""
        return self._planner.plan(question, before)

    def ask(self, question: str) -> Result:
        """The answer to a question in English or Chinese. Raises `DataError`."""
        return self.answer(self.plan(question))

    def converse(self, questions: Sequence[str]) -> Iterator[Result]:
        """The answers in turn; a question may refine the last one that was understood."""
        before: Query | None = None
        for place, question in enumerate(questions):
            plan = self.plan(question, before)
            if place and before is None and self._planner.goes_on(question):
                plan = self._planner.unheard(plan)
            before = before if plan.unanswerable else plan.query
            yield self.answer(plan)

    def answer(self, plan: Plan) -> Result:
        """A plan carried out. Raises `ConditionError` where it does not fit the home."""
        if plan.unanswerable:
            return self._result(plan, None, [])
        if plan.kind == "search":
            shown = self.executor.nearest(plan.query.like or plan.question, None)
            return self._result(plan, None, shown)
        found = self.executor.run(plan.query)
        return self._result(plan, found, self._shown(plan, found))

    def run(self, query: Query, of: Result) -> Result:
        """A query that a person edited, answered as the question that it came from."""
        return self.answer(Plan(of.question, of.language, query))

    def save(self, name: str, result: Result) -> None:
        """Keep the audience of an answer. Raises `SettingsError` where it is none."""
        _check_counted(result)
        self._check_new(name)
        query = query_from_json(result.query)
        save_audience(self.executor.store, self.executor.vocabulary, name, query, result.question)

    def _check_new(self, name: str) -> None:
        """A name that a question already understands by itself could not be told from its words."""
        plan = self.plan(name)
        meant = plan.condition if not plan.unanswerable else EVERYONE
        if meant != EVERYONE and name.casefold() not in map(str.casefold, self._audiences):
            words = condition_words(meant, plan.language, self.executor.vocabulary)
            raise SettingsError(
                f"{name!r} already means “{words}” in a question: choose another name"
            )

    def export(self, path: Path, result: Result, choice: Choice, channel: str | None) -> Exported:
        """Write the audience of an answer, see `export_audience`. Raises `DataError`."""
        _check_counted(result)
        query = query_from_json(result.query)
        vocabulary = self.executor.vocabulary
        words = {
            language: condition_words(query.where, language, vocabulary) for language in LANGUAGES
        }
        audience = Audience(result.question, query, words, result.customers)
        return export_audience(
            path, audience, choice, channel, self._workspace, self.executor.warehouse, vocabulary
        )

    def _shown(self, plan: Plan, found: Found) -> list[str]:
        """A list is shown from its top, anyone else by likeness to the question."""
        if plan.query.rank is not None or plan.query.like is not None:
            return found.customers[:SAMPLE]
        if plan.kind in ("describe", "compare", "trend"):
            return []
        return self.executor.nearest(plan.question, found.customers)

    def _result(self, plan: Plan, found: Found | None, shown: Sequence[str]) -> Result:
        vocabulary, query = self.executor.vocabulary, plan.query
        parts = query.where.all if isinstance(query.where, All) else (query.where,)
        words = condition_words(query.where, plan.language, vocabulary)
        told = answer_words(
            plan, found, words, len(self.executor.customers), len(shown), vocabulary
        )
        return Result(
            question=plan.question,
            language=plan.language,
            kind=plan.kind,
            conditions=[to_json(part) for part in parts],
            conditions_in_words=words,
            count=None if found is None else len(found.customers),
            customers=[] if found is None else found.customers,
            groups=_groups(found),
            answer=told,
            citations=[self._citation(customer, plan) for customer in shown],
            unused=list(plan.unused),
            unanswerable=plan.unanswerable,
            query=query_to_json(query),
            **_more(found),
        )

    def _citation(self, customer: str, plan: Plan) -> Citation:
        evidence = customer_evidence(
            customer,
            plan.query,
            plan.language,
            *(self.executor.vocabulary, self.executor.warehouse, self.executor.store),
        )
        table = tables.profiles
        query = sa.select(table.c.summary).where(table.c.customer == customer)
        summaries = [row["summary"] for row in self.executor.store.rows(query)]
        return Citation(customer, evidence, next(iter(summaries), None))


def _check_counted(result: Result) -> None:
    if result.unanswerable or result.count is None:
        raise DataError("there is no audience to keep: the question gave no conditions")


def _groups(found: Found | None) -> list[dict[str, Any]] | None:
    if found is None or found.breakdown is None:
        return None
    return [asdict(group) for group in found.breakdown.groups]


def _more(found: Found | None) -> dict[str, Any]:
    """What only some kinds of answers hold."""
    if found is None:
        return {}
    against = found.against
    return {
        "matching": found.matching,
        "against": against and {"count": len(against), "customers": against},
        "traits": found.traits and [asdict(trait) for trait in found.traits],
        "comparison": found.comparison and asdict(found.comparison),
        "trend": found.trend and [asdict(point) for point in found.trend.points],
    }
