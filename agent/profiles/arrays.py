"""The arrays of a home: made by a build, or where it holds none by the first question.

arrays/facts-STATE/, arrays/tags-STATE/: the state of what they hold is their name, so that those of
other data never answer.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from agent.data.arrays import Arrays, open_arrays, save_facts, save_tags
from agent.data.files import only_writer
from agent.data.store import Store, tags
from agent.data.warehouse import Warehouse
from agent.errors import StoreError
from agent.facts.frame import customer_frame
from agent.profiles.current import arrays_state
from agent.progress import Progress, Tick, silent
from agent.workspace import Workspace


def home_arrays(workspace: Workspace) -> Arrays:
    """Those of the facts and tags in the store, which are made if need be. Raises `StoreError`."""
    facts, given = array_folders(workspace)
    if not (facts.exists() and given.exists()):
        with only_writer(workspace.home):
            refresh_arrays(workspace)
    return open_arrays(facts, given)


def refresh_arrays(workspace: Workspace, progress: Progress = silent) -> None:
    """Delete the arrays of other facts and tags, and make those that are missing."""
    facts, given = array_folders(workspace)
    _delete_others(workspace.arrays, {facts.name, given.name})
    progress(Tick("lay out arrays", 0, 2))
    if not facts.exists():
        with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
            save_facts(customer_frame(workspace.store), warehouse, facts)
    progress(Tick("lay out arrays", 1, 2))
    if not given.exists():
        save_tags(_tag_blocks(workspace.store), facts, given)
    progress(Tick("lay out arrays", 2, 2))


def array_folders(workspace: Workspace) -> tuple[Path, Path]:
    """Where the arrays of the current facts and of the current tags are."""
    facts, given = (arrays_state(workspace, of) for of in ("facts_of", "tags_of"))
    return workspace.arrays / f"facts-{facts}", workspace.arrays / f"tags-{given}"


def _delete_others(folder: Path, kept: set[str]) -> None:
    if not folder.exists():
        return
    try:
        for one in folder.iterdir():
            if one.name not in kept:
                shutil.rmtree(one)
    except OSError as error:
        raise StoreError(f"{folder}: cannot be deleted: {error.strerror}") from error


def _tag_blocks(store: Store) -> Iterator[pd.DataFrame]:
    columns = ["customer", "tag", "probability", "decision"]
    query = sa.select(*(tags.c[name] for name in columns))
    return (pd.DataFrame(block, columns=columns) for block in store.blocks(query))
