"""Summaries in bulk: many customers in flight, each durable as soon as it is finished.

A profile is current if its fact sheet, prompt, model and language are those of this run; every
other one is written anew, and the report names why. So a run can be stopped at any point and
started again, and does only what is missing.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from agent.data import store as tables
from agent.data.store import now, upsert
from agent.errors import ModelError, UnknownError
from agent.facts.sheet import Fact, sheet_hash
from agent.llm.client import Client
from agent.llm.endpoint import Endpoint
from agent.profiles.checker import Checker
from agent.profiles.sheets import Sheets, sheets_to_tell
from agent.profiles.writer import Writer, Written
from agent.progress import Progress, Tick, silent
from agent.prompts import Prompt, load_claims, load_prompt, read_text
from agent.settings import Language, Settings
from agent.tags.names import catalogue_names
from agent.workspace import Workspace


@dataclass
class SummaryReport:
    """What became of the customers that were chosen."""

    chosen: int = 0
    current: int = 0
    written: int = 0
    templates: int = 0
    failed: int = 0
    tokens: int = 0
    rewritten: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON can hold it."""
        return asdict(self)


@dataclass(frozen=True)
class Version:
    """What a summary is made with, beside the facts."""

    language: Language
    prompt_hash: str
    model: str


@dataclass(frozen=True)
class _Task:
    """One customer to be written."""

    customer: str
    sheet: list[Fact]
    facts_hash: str


def choose_customers(
    sheets: Sheets, customers: Sequence[str] = (), limit: int | None = None
) -> list[str]:
    """The named customers, or the first `limit` (default all) in a stable random order.

    The order is that of a hash of the id, so a limited build is a fair sample and a larger limit
    later adds to it. Raises `UnknownError` for a name without facts.
    """
    if customers:
        unknown = sorted(set(customers) - set(sheets.customers))
        if unknown:
            raise UnknownError(f"no facts for: {', '.join(unknown[:10])}; ingest their data first")
        return list(dict.fromkeys(customers))[:limit]
    order = sorted(sheets.customers, key=lambda c: hashlib.sha256(c.encode()).digest())
    return order[:limit]


def write_summaries(
    workspace: Workspace,
    endpoints: Callable[[], Sequence[Endpoint]],
    customers: Sequence[str],
    language: Language,
    progress: Progress = silent,
) -> SummaryReport:
    """Write the summaries of these customers that are missing or stale.

    `endpoints` gives the servers, and is called only if there is something to write. A customer
    that they fail goes to the dead letters, the others go on; `failed` counts them.
    """
    settings = workspace.settings
    sheets = sheets_to_tell(workspace)
    prompt = load_prompt("summary", language)
    report = SummaryReport(chosen=len(customers))
    version = Version(language, _rules_hash(prompt), settings.model.name)
    tasks = _stale(workspace, sheets, customers, version, report)
    if tasks:
        names = catalogue_names(workspace, sheets.glossary, language)
        checker = Checker(language, load_claims(), names)
        job = _write_all(
            workspace, endpoints(), tasks, (prompt, checker, version), report, progress
        )
        asyncio.run(job)
    return report


def _rules_hash(prompt: Prompt) -> str:
    """Changes with the prompt, and with what the checker takes."""
    return hashlib.sha256((prompt.hash + read_text("claims.yaml")).encode()).hexdigest()[:16]


async def _write_all(
    workspace: Workspace,
    endpoints: Sequence[Endpoint],
    tasks: Sequence[_Task],
    how: tuple[Prompt, Checker, Version],
    report: SummaryReport,
    progress: Progress,
) -> None:
    prompt, checker, version = how
    settings = workspace.settings
    async with _client(endpoints, settings) as client:
        writer = Writer(client, prompt, checker)
        async for task, outcome in _outcomes(writer, tasks, settings.model.in_flight):
            if isinstance(outcome, Written):
                _keep(workspace, _profile_row(task, outcome, version), outcome, report)
            else:
                _bury(workspace, task.customer, outcome, report)
            progress(_tick(report, len(tasks)))


def _client(endpoints: Sequence[Endpoint], settings: Settings) -> Client:
    model = settings.model
    return Client(endpoints, in_flight=model.in_flight, timeout_seconds=model.timeout_seconds)


def _stale(
    workspace: Workspace,
    sheets: Sheets,
    customers: Sequence[str],
    version: Version,
    report: SummaryReport,
) -> list[_Task]:
    """The customers to write, with the reason counted for those that have an older profile."""
    table = tables.profiles
    have = {row["customer"]: row for row in workspace.store.rows(sa.select(table))}
    tasks = []
    for customer in customers:
        sheet = sheets.sheet(customer, version.language)
        task = _Task(customer, sheet, sheet_hash(sheet, version.language))
        reason = _why_stale(have.get(customer), task, version)
        if reason is None:
            report.current += 1
            continue
        if customer in have:
            _count(report.rewritten, reason)
        tasks.append(task)
    return tasks


def _why_stale(row: dict[str, Any] | None, task: _Task, version: Version) -> str | None:
    if row is None:
        return "missing"
    changes = {
        "language": row["language"] != version.language,
        "prompt": row["prompt_hash"] != version.prompt_hash,
        "model": row["model"] != version.model,
        "facts": row["facts_hash"] != task.facts_hash,
    }
    return next((f"{what} changed" for what, changed in changes.items() if changed), None)


async def _outcomes(
    writer: Writer, tasks: Sequence[_Task], in_flight: int
) -> AsyncIterator[tuple[_Task, Written | ModelError]]:
    """Every task with its outcome, as they finish; a bounded number is under way at once."""
    waiting = iter(tasks)
    running: dict[asyncio.Task[Written], _Task] = {}

    def fill() -> None:
        while len(running) < 2 * in_flight and (task := next(waiting, None)):
            running[asyncio.create_task(writer.write(task.sheet))] = task

    try:
        fill()
        while running:
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for finished in done:
                yield running.pop(finished), _outcome(finished)
            fill()
    finally:
        for unfinished in running:
            unfinished.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _outcome(finished: asyncio.Task[Written]) -> Written | ModelError:
    error = finished.exception()
    if isinstance(error, ModelError):
        return error
    return finished.result()


def _profile_row(task: _Task, written: Written, version: Version) -> dict[str, Any]:
    return {
        "customer": task.customer,
        "language": version.language,
        "summary": written.summary,
        "summary_source": written.source,
        "sheet": [asdict(fact) for fact in task.sheet],
        "facts_hash": task.facts_hash,
        "prompt_hash": version.prompt_hash,
        "model": version.model,
        "attempts": written.attempts,
        "tokens": written.tokens,
        "refused": list(written.refused),
        "made_at": now(),
    }


def _keep(
    workspace: Workspace, row: dict[str, Any], written: Written, report: SummaryReport
) -> None:
    with workspace.store.begin() as connection:
        upsert(connection, tables.profiles, [row])
        letters = tables.dead_letters
        connection.execute(sa.delete(letters).where(letters.c.customer == row["customer"]))
    report.written += 1
    report.templates += written.source == "template"
    report.tokens += written.tokens
    for reason in written.refused:
        _count(report.refusals, reason.split(":")[0])


def _count(counts: dict[str, int], name: str) -> None:
    # A plain dict: asdict() makes a Counter count its own items.
    counts[name] = counts.get(name, 0) + 1


def _bury(workspace: Workspace, customer: str, error: ModelError, report: SummaryReport) -> None:
    letter = {
        "customer": customer,
        "step": "summary",
        "reason": str(error),
        "answer": "",
        "at": now(),
    }
    workspace.store.upsert(tables.dead_letters, [letter])
    report.failed += 1


def _tick(report: SummaryReport, total: int) -> Tick:
    counts = {
        "tokens": report.tokens,
        "templates": report.templates,
        "failed": report.failed,
    }
    return Tick("write summaries", report.written + report.failed, total, counts)
