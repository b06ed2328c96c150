"""Fact sheets recomputed from the events, so that a summary is held against what is true now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pandas as pd

from agent.data.attributes import given_attributes
from agent.data.glossary import load_glossary
from agent.data.warehouse import Warehouse
from agent.facts.affinity import compute_affinities
from agent.facts.purchase import compute_facts
from agent.facts.sheet import Fact, Like, fact_sheet, with_ranks
from agent.profiles.current import facts_state
from agent.settings import Language
from agent.tags.names import sensitive_categories
from agent.workspace import Workspace


def fresh_sheets(workspace: Workspace, languages: Mapping[str, Language]) -> dict[str, list[Fact]]:
    """Customer -> the sheet in its language; a customer without events has none.

    languages: customer -> the language of the sheet. Raises `DataError` without whole data.
    """
    facts_state(workspace)
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        facts = with_ranks(compute_facts(warehouse)).set_index("customer")
        likes = _likes(workspace, compute_affinities(warehouse))
    store, settings = workspace.store, workspace.settings
    glossary, currency = load_glossary(store), store.get_meta("currency") or ""
    given = given_attributes(store) if settings.tell_attributes else {}
    return {
        customer: fact_sheet(
            {str(name): value for name, value in facts.loc[customer].items()},
            [Like(name, glossary.label(name, language), n) for name, n in likes[customer]],
            [(term, glossary.label(value, language)) for term, value in given.get(customer, [])],
            language,
            currency,
        )
        for customer, language in languages.items()
        if customer in facts.index
    }


def _likes(workspace: Workspace, affinities: pd.DataFrame) -> dict[str, list[tuple[str, int]]]:
    untold = sensitive_categories(workspace, workspace.settings.sensitive_tags)
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in affinities.sort_values(["customer", "rank"]).to_dict("records"):
        if row["name"] not in untold:
            found[row["customer"]].append((row["name"], row["orders"]))
    return found
