"""The vocabulary of a home: every name that its conditions may use."""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from agent.conditions import Bought, walk
from agent.conditions_sql import ITEM_LEVELS
from agent.data.attributes import attribute_terms
from agent.data.glossary import Glossary, load_glossary
from agent.errors import DataError
from agent.facts.catalogue import catalogue
from agent.settings import Language
from agent.tags.models import load_cards
from agent.tags.rules import local_rules
from agent.tags.taxonomy import load_taxonomy, switched_off
from agent.vocabulary import Term, Vocabulary
from agent.workspace import Workspace

LABELLED_LEVELS = ("department", "category")


def load_vocabulary(workspace: Workspace) -> Vocabulary:
    """Fields, attributes and tags, and all names of the product catalogue with their labels."""
    glossary = load_glossary(workspace.store)
    names = _catalogue(workspace, ITEM_LEVELS)
    given = attribute_terms(workspace.store)
    labelled = [name for level in LABELLED_LEVELS for name in names[level]]
    labelled += [value for term in given for value in term.values]
    terms: list[Term] = [*(field.term() for field in catalogue()), *given]
    return Vocabulary(
        fields={term.name: term for term in terms},
        tags=_tags(workspace),
        catalogue=names,
        labels={name: glossary.pair(name) for name in labelled},
    )


def _tags(workspace: Workspace) -> dict[str, Term]:
    """The taxonomy, and the outcomes of the user's own that were learned, under their own names."""
    own = {tag: Term(tag, tag, tag) for tag in load_cards(workspace.models)}
    return own | {tag.id: tag.term() for tag in load_taxonomy()}


def sensitive_categories(workspace: Workspace, enabled: Collection[str]) -> frozenset[str]:
    """The categories that make a sensitive tag, but for those of the tags that are switched on."""
    vocabulary = load_vocabulary(workspace)
    rules, _ = local_rules(load_taxonomy(), vocabulary, [t.id for t in load_taxonomy()])
    sensitive = switched_off(enabled)
    return frozenset(
        item.name
        for tag, rule in rules.items()
        if tag in sensitive
        for part in walk(rule)
        if isinstance(part, Bought)
        for words in [vocabulary.known_words(part.bought, "category")]
        for item in vocabulary.items(words, "category")
    )


def category_names(workspace: Workspace) -> list[str]:
    """Every department and category as in the data."""
    found = _catalogue(workspace, LABELLED_LEVELS)
    return list(dict.fromkeys(name for level in LABELLED_LEVELS for name in found[level]))


def catalogue_names(workspace: Workspace, glossary: Glossary, language: Language) -> list[str]:
    """Every department and category, as in the data and as a language says it."""
    names = category_names(workspace)
    return [*names, *(glossary.label(name, language) for name in names)]


def _catalogue(workspace: Workspace, levels: tuple[str, ...]) -> dict[str, list[str]]:
    """The distinct names at each level of the product catalogue."""
    if not workspace.products.exists():
        return {level: [] for level in levels}
    try:
        table = duckdb.connect().read_parquet([str(workspace.products)], hive_partitioning=False)
        return {
            level: [
                name for (name,) in table.project(level).distinct().order(level).fetchall() if name
            ]
            for level in levels
        }
    except duckdb.Error as error:
        raise DataError(f"{workspace.products}: {str(error).splitlines()[0]}") from error
