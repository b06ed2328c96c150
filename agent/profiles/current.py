"""Whether facts and tags are those of the data: the state of each is a hash of all that makes it.

An ingest, a new date or a new version leaves the facts behind while windows of days are counted
from the new events: an answer would mix the two and nobody could tell.
"""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from typing import Any

import sqlalchemy as sa

from agent.data import store as tables
from agent.errors import DataError
from agent.prompts import read_text
from agent.tags.models import models_hash
from agent.workspace import Workspace

_FACTS_CODE = tuple(
    files("agent.facts").joinpath(name).read_text(encoding="utf-8")
    for name in ("fields.yaml", "purchase.py", "affinity.py")
)

_ARRAYS_CODE = tuple(
    files("agent.data").joinpath(name).read_text(encoding="utf-8")
    for name in ("arrays.py", "purchases.py")
)


def facts_state(workspace: Workspace) -> str:
    """What `facts_of` is when the facts are current.

    Raises `DataError` after a stopped ingest, and where a file of the data is gone.
    """
    as_of, data_hash = workspace.as_of.isoformat(), workspace.store.get_meta("data_hash")
    if data_hash is None:
        raise DataError(
            f"{workspace.home}: an ingest is not finished, so the data are "
            "incomplete: wait for it or, if it was stopped, run the same `portrait ingest` again"
        )
    files_of_data: list[str] = workspace.store.get_meta("files") or []
    gone = next((name for name in files_of_data if not (workspace.home / name).exists()), None)
    if gone:
        raise DataError(
            f"{workspace.home / gone} is gone: restore it, or ingest all of the data files again"
        )
    return _state(data_hash, as_of, *_FACTS_CODE)


def tags_state(workspace: Workspace) -> str:
    """What `tags_of` is when the tags are current."""
    facts_of = workspace.store.get_meta("facts_of")
    glossary = workspace.store.rows(tables.glossary.select())
    sensitive = workspace.settings.sensitive_tags
    learned = models_hash(workspace.models)
    return _state(
        facts_of, read_text("taxonomy.yaml"), glossary, sensitive, learned, _priors(workspace)
    )


def _priors(workspace: Workspace) -> list[Any]:
    """Which of the model's answers about the catalogue there are."""
    table, model = tables.answers, workspace.settings.model.name
    query = sa.select(table.c.asked).where(table.c.kind == "prior", table.c.model == model)
    return [row["asked"] for row in workspace.store.rows(query.order_by(table.c.asked))]


def check_current(workspace: Workspace) -> None:
    """Raise `DataError` unless facts and tags are those of the data and the settings."""
    found = {name: workspace.store.get_meta(name) for name in ("facts_of", "tags_of")}
    wanted = {"facts_of": facts_state(workspace), "tags_of": tags_state(workspace)}
    if found != wanted:
        what = "changed since the last build" if found["facts_of"] else "holds no facts yet"
        raise DataError(
            f"{workspace.home}: {what}: run `portrait build` first (with --limit 0 for "
            "facts and tags alone)"
        )


def arrays_state(workspace: Workspace, of: str) -> str:
    """The state of the arrays of what is in the store; `of`: `facts_of` or `tags_of`."""
    return _state(workspace.store.get_meta(of), *_ARRAYS_CODE)


def _state(*parts: Any) -> str:
    content = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
