"""What the index holds of each customer: summary, tags and main facts, as text to be found by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa

from agent.data import store as tables
from agent.errors import SearchIndexError
from agent.facts.catalogue import facts_table
from agent.profiles.sheets import Sheets
from agent.progress import Progress, silent
from agent.search.catalogue import rebuild_catalogue, refresh_catalogue
from agent.search.embeddings import embedder
from agent.search.hybrid import HybridSearch
from agent.search.index import Entry, Index
from agent.search.label_vectors import label_embedder
from agent.search.lexicon import LexiconFolder
from agent.search.source import StoreSource
from agent.settings import Language
from agent.tags.taxonomy import load_taxonomy
from agent.workspace import Workspace

MAIN_NUMBERS = ("orders", "spend", "average_order_value", "days_since_last_order", "coupon_share")
_TAGS: dict[Language, tuple[str, str]] = {"en": (" Tags: ", ", "), "zh": (" 标签：", "、")}


def open_index(workspace: Workspace) -> Index:
    """The index of a home. Raises `SearchIndexError`; close it after use."""
    url = workspace.settings.chroma_url
    folder = None if url else workspace.chroma
    return Index(folder, url, embedder(workspace.settings.embedding))


def open_search(workspace: Workspace) -> HybridSearch:
    """The hybrid search of a home. Raises `SearchIndexError`; close it after use."""
    url = workspace.settings.chroma_url
    folder = workspace.home / "search"
    names = Index(
        None if url else folder / "names",
        url,
        label_embedder(embedder(workspace.settings.embedding)),
        "names",
    )
    try:
        return HybridSearch(names, LexiconFolder(folder / "lexicon"), StoreSource(workspace))
    except SearchIndexError:
        names.close()
        raise


def refresh_index(workspace: Workspace, progress: Progress = silent) -> int:
    """Make search, catalogue and profiles hold just what the store does; returns how many profiles
    were embedded."""
    entries = list(customer_entries(workspace))
    refresh_catalogue(workspace, progress)
    with open_search(workspace) as search:
        search.refresh(progress)
    with open_index(workspace) as index:
        index.delete(index.ids() - {entry.customer for entry in entries})
        return index.upsert(entries, progress)


def rebuild_index(workspace: Workspace, progress: Progress = silent) -> int:
    """Make all three anew, damaged or erased; returns how many profiles were embedded."""
    rebuild_catalogue(workspace, progress)
    with open_search(workspace) as search:
        search.rebuild(progress)
    with open_index(workspace) as index:
        return index.rebuild(list(customer_entries(workspace)), progress)


def customer_entries(workspace: Workspace) -> Iterator[Entry]:
    """One entry a profile, in order of id.

    Customers without a summary are left out: embedding takes longer than all other steps for them
    together, and counting does not need the index.
    """
    sheets = Sheets(workspace.store)
    labels = {tag.id: tag.term() for tag in load_taxonomy()}
    carried = _carried(workspace)
    for profile in _profiles(workspace):
        customer, spoken = profile["customer"], profile["language"]
        tags = tuple(carried.get(customer, ()))
        head, comma = _TAGS[spoken]
        told = comma.join(labels[tag].label(spoken) for tag in tags if tag in labels)
        yield Entry(
            customer=customer,
            text=profile["summary"] + (head + told if told else ""),
            language=spoken,
            tags=tags,
            numbers=_numbers(sheets.facts(customer)),
        )


def _profiles(workspace: Workspace) -> list[dict[str, Any]]:
    """Those of customers that still have facts."""
    table, facts = tables.profiles, facts_table
    query = sa.select(table.c.customer, table.c.language, table.c.summary)
    known = query.join(facts, facts.c.customer == table.c.customer)
    return workspace.store.rows(known.order_by(table.c.customer))


def _carried(workspace: Workspace) -> Mapping[str, list[str]]:
    table = tables.tags
    carried: dict[str, list[str]] = defaultdict(list)
    given = sa.select(table.c.customer, table.c.tag).where(table.c.decision == "yes")
    for row in workspace.store.rows(given.order_by(table.c.tag)):
        carried[row["customer"]].append(row["tag"])
    return carried


def _numbers(facts: Mapping[str, Any]) -> dict[str, float]:
    known = {name: facts[name] for name in MAIN_NUMBERS}
    return {name: float(value) for name, value in known.items() if not pd.isna(value)}
