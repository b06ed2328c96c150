"""A durable cache of what the model answered: the same question is never paid for twice.

A question is known by its model and the hash of everything that shapes the answer. Every answer is
in the store as soon as it is there, so a run that was stopped goes on where it was; and where all
answers are known, no server is needed at all.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from agent.data import store as tables
from agent.data.store import Store, now
from agent.llm.client import Client, Constraint, Message
from agent.llm.endpoint import Endpoint
from agent.progress import Progress, Tick, silent
from agent.settings import ModelSettings

MOST_PARAMETERS = 5_000  # of one query; databases take some 32,000

# {option: log-probability} of a scored question, {"text", "finish_reason"} of a generated answer.
Given = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """One question: with `options` (one token each) they are scored, else a text is written.

    kind, item and tag say what it is about; prompt_hash and catalogue_hash what it was made from.
    With `skip_long`, an option of several tokens gets None instead of failing the question.
    """

    kind: str
    item: str
    tag: str
    messages: tuple[Message, ...]
    options: tuple[str, ...] = ()
    constraint: Constraint | None = None
    max_tokens: int = 1
    prompt_hash: str = ""
    catalogue_hash: str = ""
    skip_long: bool = False

    @cached_property
    def text(self) -> str:
        """All that the model is told, as text: alike questions begin alike."""
        return json.dumps([dict(message) for message in self.messages], ensure_ascii=False)

    @cached_property
    def asked(self) -> str:
        """The hash of what the question is for and of everything that shapes its answer."""
        form = asdict(self.constraint) if self.constraint else None
        use = [self.kind, self.prompt_hash]  # rows are found by these
        shape = [use, self.text, self.options, form, self.max_tokens]
        return hashlib.sha256(json.dumps(shape, ensure_ascii=False).encode()).hexdigest()


def ask_all(
    store: Store,
    endpoints: Callable[[], Sequence[Endpoint]],
    settings: ModelSettings,
    questions: Sequence[Question],
    progress: Progress = silent,
    step: str = "ask the model",
) -> list[Given]:
    """The answers in the order of the questions; only what the store lacks is asked.

    `endpoints` gives the servers, and is called only if something is missing. Raises `ModelError`
    at the first question that fails; what was answered by then is kept.
    """
    known = known_answers(store, settings.name, questions)
    missing = {one.asked: one for one in questions if one.asked not in known}
    if missing:
        # Neighbours share the longest beginnings, which the server then computes once.
        ordered = sorted(missing.values(), key=lambda one: one.text)
        known |= asyncio.run(_ask(store, endpoints(), settings, ordered, progress, step))
    return [known[one.asked] for one in questions]


def known_answers(store: Store, model: str, questions: Sequence[Question]) -> dict[str, Given]:
    """`asked` -> answer, for the questions that the model answered before."""
    table = tables.answers
    found: dict[str, Given] = {}
    wanted = list(dict.fromkeys(one.asked for one in questions))
    for start in range(0, len(wanted), MOST_PARAMETERS):
        block = wanted[start : start + MOST_PARAMETERS]
        query = sa.select(table.c.asked, table.c.answer)
        query = query.where(table.c.model == model, table.c.asked.in_(block))
        found |= {row["asked"]: row["answer"] for row in store.rows(query)}
    return found


async def _ask(
    store: Store,
    endpoints: Sequence[Endpoint],
    settings: ModelSettings,
    questions: Sequence[Question],
    progress: Progress,
    step: str,
) -> dict[str, Given]:
    answers: dict[str, Given] = {}
    progress(Tick(step, 0, len(questions)))
    async with Client(
        endpoints, in_flight=settings.in_flight, timeout_seconds=settings.timeout_seconds
    ) as client:
        async for block in _answered(client, questions, settings.in_flight):
            store.upsert(tables.answers, [_row(settings.name, *pair) for pair in block])
            answers |= {question.asked: given for question, given in block}
            spent = client.usage.prompt_tokens + client.usage.completion_tokens
            progress(Tick(step, len(answers), len(questions), {"tokens": spent}))
    return answers


async def _answered(
    client: Client, questions: Sequence[Question], in_flight: int
) -> AsyncIterator[list[tuple[Question, Given]]]:
    """Blocks of questions with their answers as they finish, a bounded number under way at once.

    Raises the first failure, after the block in which it came.
    """
    waiting = iter(questions)
    running: dict[asyncio.Task[Given], Question] = {}

    def fill() -> None:
        while len(running) < 2 * in_flight and (question := next(waiting, None)):
            running[asyncio.create_task(_answer(client, question))] = question

    try:
        fill()
        while running:
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            finished = [(running.pop(task), task) for task in done]
            yield [(question, task.result()) for question, task in finished if not task.exception()]
            for _, task in finished:
                task.result()
            fill()
    finally:
        for unfinished in running:
            unfinished.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _answer(client: Client, question: Question) -> Given:
    if question.options:
        options = (
            await client.one_token(question.options) if question.skip_long else question.options
        )
        found = await client.score(question.messages, options)
        return dict.fromkeys(question.options) | dict(zip(options, found, strict=True))
    written = await client.chat(
        question.messages, max_tokens=question.max_tokens, constraint=question.constraint
    )
    return {"text": written.text, "finish_reason": written.finish_reason}


def _row(model: str, question: Question, given: Given) -> dict[str, Any]:
    return {
        "model": model,
        "asked": question.asked,
        "kind": question.kind,
        "item": question.item,
        "tag": question.tag,
        "prompt_hash": question.prompt_hash,
        "catalogue_hash": question.catalogue_hash,
        "answer": given,
        "at": now(),
    }
