"""The demonstration: reference data, 40 profiles in two languages, an index, three questions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.ask.answer import Asker
from agent.data.example import load_example
from agent.errors import UnknownError
from agent.llm.endpoint import Endpoint
from agent.llm.server import endpoints
from agent.profiles.build import refresh_facts, refresh_tags
from agent.profiles.sheets import Sheets
from agent.profiles.show import show_profile
from agent.profiles.summaries import choose_customers, write_summaries
from agent.progress import Progress
from agent.search.customers import refresh_index
from agent.settings import LANGUAGES, Language
from agent.workspace import Workspace

DATA = "completejourney"
PER_LANGUAGE = 20
QUESTIONS = (
    "How many pet owners ordered at least 5 times in the last 30 days?",
    "哪些顾客买过婴儿辅食，而且近90天消费超过500元？",
    "How many coupon lovers are there by age?",
)


@dataclass(frozen=True)
class Step:
    """One finished step: what it was, how long it took, what to print."""

    title: str
    seconds: float
    text: str = ""
    failed: bool = field(default=False)


def run_demo(workspace: Workspace, progress: Progress) -> Iterator[Step]:
    """All steps in order, each as soon as it is finished; finished work is not done again."""
    yield _timed("reference data", lambda: _load(workspace, progress))
    yield _timed("facts", lambda: _done(refresh_facts(workspace, progress), "customers computed"))
    yield _timed("tags", lambda: _done(refresh_tags(workspace, progress), "tags given"))
    chosen = choose_customers(Sheets(workspace.store), limit=PER_LANGUAGE * len(LANGUAGES))
    server = _Server(workspace, progress)
    for place, language in enumerate(LANGUAGES):
        mine = chosen[place * PER_LANGUAGE : (place + 1) * PER_LANGUAGE]
        yield from _written(workspace, server, mine, language, progress)
    yield _timed("index", lambda: _done(refresh_index(workspace, progress), "texts embedded"))
    yield from _shown(workspace, chosen)
    yield from _asked(workspace)


class _Server:
    """The model server, started when the first summary is to be written, and timed apart."""

    def __init__(self, workspace: Workspace, progress: Progress) -> None:
        self._workspace, self._progress = workspace, progress
        self._found: list[Endpoint] = []
        self._seconds = 0.0
        self._told = False

    def __call__(self) -> Sequence[Endpoint]:
        if not self._found:
            began = time.monotonic()
            logs = self._workspace.logs
            self._found = endpoints(self._workspace.settings.model, logs, self._progress)
            self._seconds = time.monotonic() - began
        return self._found

    def step(self) -> Step | None:
        """The start as a step of the demonstration, once, if there was one."""
        if self._told or not self._found:
            return None
        self._told = True
        return Step(
            "model server", self._seconds, f"{self._found[0].model} on {self._found[0].url}"
        )


def _written(
    workspace: Workspace,
    server: _Server,
    customers: Sequence[str],
    language: Language,
    progress: Progress,
) -> Iterator[Step]:
    began = time.monotonic()
    report = write_summaries(workspace, server, customers, language, progress)
    seconds = time.monotonic() - began
    if started := server.step():
        yield started
        seconds -= started.seconds
    text = (
        f"{report.written} written, {report.templates} of them by the template, "
        f"{report.current} current, {report.failed} failed; {report.tokens:,} tokens"
    )
    title = f"summaries in {'English' if language == 'en' else 'Chinese'}"
    yield Step(title, seconds, text, failed=report.failed > 0)


def _load(workspace: Workspace, progress: Progress) -> str:
    if workspace.store.get_meta("data_hash") is not None:
        if workspace.store.get_meta("example") != DATA:
            raise UnknownError(
                f"{workspace.home} holds data of your own: give the demonstration another --home"
            )
        return "already loaded"
    report = load_example(workspace, DATA, progress=progress)
    return (
        f"{report.given:,} rows given, {report.accepted:,} accepted, "
        f"{report.quarantined:,} in quarantine; {report.customers:,} customers"
    )


def _done(count: int, what: str) -> str:
    return f"{count:,} {what}" if count else "current"


def _shown(workspace: Workspace, chosen: Sequence[str]) -> Iterator[Step]:
    for customer in chosen[::PER_LANGUAGE]:  # the first of each language; a home may hold few
        profile = show_profile(workspace, customer)
        tags = ", ".join(tag["label"] for tag in profile["tags"])
        text = f"{profile['summary']}\n{tags}"
        yield Step(f"customer {profile['customer']}", 0.0, text)


def _asked(workspace: Workspace) -> Iterator[Step]:
    with Asker(workspace) as asker:
        for question in QUESTIONS:
            began = time.monotonic()
            result = asker.ask(question)
            lines = [result.answer]
            lines += [f"  [{c.customer}] {' | '.join(c.evidence)}" for c in result.citations[:2]]
            yield Step(question, time.monotonic() - began, "\n".join(lines))


def _timed(title: str, work: Callable[[], Any]) -> Step:
    began = time.monotonic()
    return Step(title, text=str(work()), seconds=time.monotonic() - began)
