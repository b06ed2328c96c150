"""What is known of one customer, and of all tags and problems, as plain data to print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from agent.data import store as tables
from agent.data.attributes import given_attributes
from agent.errors import UnknownError
from agent.facts.catalogue import catalogue
from agent.facts.frame import facts_frame
from agent.profiles.sheets import Sheets
from agent.settings import Language
from agent.tags.evidence import evidence_words
from agent.tags.models import Card, load_cards
from agent.tags.names import load_vocabulary
from agent.tags.taxonomy import load_taxonomy, switched_off
from agent.workspace import Workspace


def show_profile(
    workspace: Workspace, customer: str, language: Language | None = None
) -> dict[str, Any]:
    """Everything about one customer. `language` is that of the words around the summary.

    Raises `UnknownError` for a customer that nobody has heard of.
    """
    table = tables.profiles
    found = workspace.store.rows(sa.select(table).where(table.c.customer == customer))
    profile: dict[str, Any] = found[0] if found else {}
    spoken = language or profile.get("language") or workspace.settings.language
    facts = _facts(workspace, customer, spoken)
    tags = _tags(workspace, customer, spoken)
    return {
        "customer": customer,
        "summary": profile.get("summary"),
        "summary_source": profile.get("summary_source"),
        "language": profile.get("language", spoken),
        "tags": [tag for tag in tags if tag["decision"] == "yes"],
        "not_given": [tag for tag in tags if tag["decision"] != "yes"],
        "facts": facts,
        "likes": _likes(workspace, customer, spoken),
        "model": profile.get("model"),
        "made_at": profile.get("made_at"),
        "refused": profile.get("refused", []),
    }


def _facts(workspace: Workspace, customer: str, language: Language) -> list[dict[str, Any]]:
    frame = facts_frame(workspace.store).set_index("customer")
    if customer not in frame.index:
        raise UnknownError(
            f"customer {customer!r} is not known here; `portrait build` makes facts from the data"
        )
    row = frame.loc[customer]
    facts = [
        {
            "fact": field.name,
            "label": field.words(language).label,
            "value": _plain(row[field.name], field.type),
            "unit": field.unit,
            "source": "purchases",
        }
        for field in catalogue()
        if row[field.name] == row[field.name] and row[field.name] is not None
    ]
    return facts + [
        {
            "fact": term.name,
            "label": term.label(language),
            "value": value,
            "unit": "",
            "source": "given",
        }
        for term, value in given_attributes(workspace.store).get(customer, [])
    ]


def _plain(value: Any, kind: str) -> Any:
    if kind == "category":
        return str(value)
    return int(value) if kind == "integer" else round(float(value), 4)


def _tags(workspace: Workspace, customer: str, language: Language) -> list[dict[str, Any]]:
    vocabulary = load_vocabulary(workspace)
    table = tables.tags
    mine = table.c.customer == customer, table.c.tag.not_in(_off(workspace))
    query = sa.select(table).where(*mine).order_by(table.c.tag)
    cards = load_cards(workspace.models)
    return [
        {
            "tag": row["tag"],
            "label": vocabulary.tag(row["tag"]).label(language),
            "probability": row["probability"],
            "decision": row["decision"],
            "source": row["source"],
            "evidence": [evidence_words(item, language, vocabulary) for item in row["evidence"]],
            "quality": tag_quality(cards.get(row["tag"])),
        }
        for row in workspace.store.rows(query)
        if row["tag"] in vocabulary.tags
    ]


def _off(workspace: Workspace) -> frozenset[str]:
    """Tags in the store that the settings no longer allow: the next build takes them out."""
    return switched_off(workspace.settings.sensitive_tags)


def _likes(workspace: Workspace, customer: str, language: Language) -> list[dict[str, Any]]:
    table = tables.affinities
    query = sa.select(table).where(table.c.customer == customer).order_by(table.c.rank)
    glossary = Sheets(workspace.store).glossary
    return [
        {
            "category": row["name"],
            "label": glossary.label(row["name"], language),
            "orders": row["orders"],
            "spend": float(row["spend"]),
            "lift": round(row["lift"], 2),
        }
        for row in workspace.store.rows(query)
    ]


def tag_table(workspace: Workspace, language: Language) -> list[dict[str, Any]]:
    """All tags in a language: who carries each, by what it is decided, and how good that is."""
    table = tables.tags
    query = sa.select(table.c.tag, table.c.decision, sa.func.count().label("n"))
    counted: dict[str, dict[str, int]] = {}
    query = query.where(table.c.tag.not_in(_off(workspace)))
    for row in workspace.store.rows(query.group_by(table.c.tag, table.c.decision)):
        counted.setdefault(row["tag"], {})[row["decision"]] = row["n"]
    total = max(workspace.store.count(tables.customers), 1)
    cards = load_cards(workspace.models)
    return [
        about
        | {
            "source": cards[about["tag"]].source if about["tag"] in cards else about["source"],
            "customers": counted.get(about["tag"], {}).get("yes", 0),
            "share": round(counted.get(about["tag"], {}).get("yes", 0) / total, 4),
            "unknown": counted.get(about["tag"], {}).get("unknown", 0),
            "quality": tag_quality(cards.get(about["tag"])),
        }
        for about in _all_tags(cards, language)
    ]


def _all_tags(cards: Mapping[str, Card], language: Language) -> list[dict[str, Any]]:
    """The taxonomy, then the user's own outcomes."""
    taxonomy = [
        {
            "tag": tag.id,
            "label": tag.words(language).label,
            "description": tag.words(language).description,
            "group": tag.group,
            "source": tag.source,
            "sensitive": tag.sensitive,
        }
        for tag in load_taxonomy()
    ]
    known = {tag["tag"] for tag in taxonomy}
    own = {"description": "", "group": "own", "source": "learned", "sensitive": False}
    return taxonomy + [
        {"tag": tag, "label": tag} | own for tag in sorted(cards) if tag not in known
    ]


def tag_quality(card: Card | None) -> dict[str, Any] | None:
    """How good a tag is on labelled customers that its model had not seen; None: not measured."""
    if card is None:
        return None
    kept = {"n": card.n, "positive": card.positive, "aim": card.aim, "kept": card.kept}
    return kept | dict(card.figures) | {"threshold": card.threshold, "made_at": card.made_at}


def list_problems(workspace: Workspace) -> dict[str, Any]:
    """What was refused: quarantined rows by reason, each row by itself, and dead letters."""
    table = tables.quarantine
    query = (
        sa.select(
            table.c.file,
            table.c.field,
            table.c.reason,
            sa.func.count().label("rows"),
            sa.func.min(table.c.row).label("first_row"),
        )
        .group_by(table.c.file, table.c.field, table.c.reason)
        .order_by(sa.func.count().desc())
    )
    letters = workspace.store.rows(sa.select(tables.dead_letters))
    every = sa.select(table.c.file, table.c.row, table.c.field, table.c.reason, table.c.value)
    return {
        "quarantine": workspace.store.rows(query),
        "rows": workspace.store.rows(every.order_by(table.c.file, table.c.row)),
        "dead_letters": letters,
    }
