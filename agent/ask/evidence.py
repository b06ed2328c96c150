"""Why a customer meets a condition: the figures, tags and purchases that say so, in words."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from agent.ask.query import Query, Rank
from agent.conditions import Bought, Compare, HasTag, walk
from agent.conditions_sql import bought_lines, purchase_lines, select_value
from agent.data import store as tables
from agent.data.store import Store
from agent.data.warehouse import Warehouse
from agent.settings import Language
from agent.tags.evidence import bought_words, evidence_words
from agent.vocabulary import Vocabulary
from agent.words import span_words, value_words

MOST_ITEMS = 3
MAIN_FACTS = ("orders", "spend", "days_since_last_order")


def customer_evidence(
    customer: str,
    query: Query,
    language: Language,
    vocabulary: Vocabulary,
    warehouse: Warehouse,
    store: Store,
) -> list[str]:
    """One line for each field, tag and purchase that the query speaks of, else main facts."""
    lines: list[str] = []
    if query.rank is not None:
        lines += _field(customer, query.rank, language, vocabulary, warehouse)
    for part in walk(query.where):
        if isinstance(part, Compare):
            lines += _field(customer, part, language, vocabulary, warehouse)
        elif isinstance(part, HasTag):
            lines += _tag(customer, part, language, vocabulary, store)
        elif isinstance(part, Bought):
            lines += _purchases(customer, part, language, vocabulary, warehouse)
    if not lines:
        for name in MAIN_FACTS:
            lines += _field(customer, Rank(field=name), language, vocabulary, warehouse)
    return list(dict.fromkeys(lines))


def _field(
    customer: str,
    asked: Compare | Rank,
    language: Language,
    vocabulary: Vocabulary,
    warehouse: Warehouse,
) -> Iterator[str]:
    """The field's value, over the days that are asked of."""
    term = vocabulary.field(asked.field)
    query = select_value(customer, asked.field, asked, vocabulary, warehouse.as_of)
    label = span_words(term.label(language), asked, language)
    for (value,) in warehouse.rows(query):
        if value is not None:
            pair = vocabulary.labels.get(str(value))
            words = pair[language == "zh"] if pair else value_words(value, term, language)
            yield f"{label}{': ' if language == 'en' else '：'}{words}"


def _tag(
    customer: str, part: HasTag, language: Language, vocabulary: Vocabulary, store: Store
) -> Iterator[str]:
    table = tables.tags
    query = sa.select(table.c.evidence).where(table.c.customer == customer, table.c.tag == part.tag)
    label = vocabulary.tag(part.tag).label(language)
    colon, joint = (": ", "; ") if language == "en" else ("：", "；")
    for row in store.rows(query):
        told = [evidence_words(item, language, vocabulary) for item in row["evidence"]]
        more = f" +{len(told) - MOST_ITEMS}" if len(told) > MOST_ITEMS else ""
        yield f"{label}{colon}{joint.join(told[:MOST_ITEMS])}{more}"


def _purchases(
    customer: str, part: Bought, language: Language, vocabulary: Vocabulary, warehouse: Warehouse
) -> Iterator[str]:
    """The categories in most orders among the lines that the condition counts."""
    lines = purchase_lines.c
    name = sa.func.coalesce(lines.category, lines.type, lines.name, lines.product)
    orders = sa.func.count(lines.order_id.distinct())
    query = (
        sa.select(name, orders, sa.func.max(lines.day))
        .where(lines.customer == customer, bought_lines(part, vocabulary, warehouse.as_of))
        .group_by(name)
        .order_by(orders.desc(), name)
        .limit(MOST_ITEMS)
    )
    for item, count, day in warehouse.rows(query):
        yield bought_words(item, count, day, language, vocabulary)
