"""Translations of category names, made by the model once and kept in the glossary.

Only names that are not in the language's script and that nobody gave a label for are translated. A
translation that does not end by itself is dropped, and the name stays as in the data.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from agent.data import store as tables
from agent.llm.client import Client, Constraint
from agent.llm.endpoint import Endpoint
from agent.progress import Progress, Tick, silent
from agent.prompts import Prompt, load_prompt
from agent.settings import Language
from agent.tags.names import category_names
from agent.workspace import Workspace

_OWN_SCRIPT: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"[A-Za-z]"),
    "zh": re.compile(r"[\u3400-\u9fff]"),
}


def refresh_glossary(
    workspace: Workspace,
    endpoints: Callable[[], Sequence[Endpoint]],
    language: Language,
    progress: Progress = silent,
) -> int:
    """Translate the names that lack a label in `language`; returns how many got one.

    Raises `ModelError`; what is translated by then is kept.
    """
    missing = missing_names(workspace, language)
    if not missing:
        return 0
    found = endpoints()
    return asyncio.run(_translate_all(workspace, found, missing, language, progress))


def missing_names(workspace: Workspace, language: Language) -> list[str]:
    """Category names of the catalogue in another script, without an entry in the glossary."""
    table = tables.glossary
    query = sa.select(table.c.name).where(table.c.language == language)
    known = {row["name"] for row in workspace.store.rows(query)}
    own = _OWN_SCRIPT[language]
    return [
        name for name in category_names(workspace) if name not in known and not own.search(name)
    ]


async def _translate_all(
    workspace: Workspace,
    endpoints: Sequence[Endpoint],
    names: Sequence[str],
    language: Language,
    progress: Progress,
) -> int:
    settings, prompt = workspace.settings.model, load_prompt("translate", language)
    translated = 0
    async with Client(
        endpoints, in_flight=settings.in_flight, timeout_seconds=settings.timeout_seconds
    ) as client:
        jobs = [translate_name(client, prompt, name) for name in names]
        for done, job in enumerate(asyncio.as_completed(jobs), start=1):
            name, label = await job
            if label:
                row = {"name": name, "language": language, "label": label, "source": settings.name}
                workspace.store.upsert(tables.glossary, [row])
                translated += 1
            progress(Tick("translate categories", done, len(names)))
    return translated


async def translate_name(client: Client, prompt: Prompt, name: str) -> tuple[str, str | None]:
    """The name and its translation, None if the model did not come to an end."""
    constraint = Constraint("regex", prompt.pattern) if prompt.pattern else None
    answer = await client.chat(
        prompt.messages(name=name), max_tokens=prompt.max_tokens, constraint=constraint
    )
    return name, answer.text.strip() if answer.finish_reason == "stop" else None
