"""Rule tags: conditions asked of all customers at once, each tag with its evidence.

The warehouse must offer `customer_facts` (one row a customer: fields and attributes). Evidence is
a list that a person can open, in plain JSON without a language:

    {"field": "spend", "value": 4360.3, "rule": {...}}     a figure, and the condition it meets
    {"name": "DOG FOODS", "level": "category", "orders": 12, "last": "2017-12-30"}

What a rule wants absent leaves no evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import sqlalchemy as sa

from agent.conditions import (
    All,
    AnyOf,
    Bought,
    Compare,
    Condition,
    HasTag,
    Like,
    Not,
    negated,
    to_json,
)
from agent.conditions_sql import bought_lines, purchase_lines, select_customers
from agent.data.store import Row
from agent.data.warehouse import Warehouse
from agent.tags.taxonomy import TagDef
from agent.vocabulary import Vocabulary

ITEMS_SHOWN = 5
# Of several levels that name a line, evidence shows the one that people know best.
_SHOWN_FIRST = ("category", "type", "name", "brand", "department", "product")


def apply_rules(
    warehouse: Warehouse,
    vocabulary: Vocabulary,
    taxonomy: Sequence[TagDef],
    enabled_sensitive: Sequence[str] = (),
) -> list[Row]:
    """Rows for the store's table `tags`: every rule tag of every customer, with its evidence.

    enabled_sensitive: ids of the sensitive tags to give all the same.
    """
    rules, _ = local_rules(taxonomy, vocabulary, enabled_sensitive)
    with _lean_purchases(warehouse):
        return [
            {
                "customer": customer,
                "tag": tag,
                "probability": 1.0,
                "decision": "yes",
                "source": "rule",
                "evidence": evidence,
            }
            for tag, rule in rules.items()
            for customer, evidence in _carriers(warehouse, vocabulary, rule).items()
        ]


def local_rules(
    taxonomy: Sequence[TagDef], vocabulary: Vocabulary, enabled_sensitive: Sequence[str] = ()
) -> tuple[dict[str, Condition], tuple[str, ...]]:
    """The rules as this shop's catalogue can answer them, and the ids of those that it cannot."""
    wanted = {
        tag.id: localise(tag.rule, vocabulary)
        for tag in taxonomy
        if tag.rule is not None and (not tag.sensitive or tag.id in enabled_sensitive)
    }
    rules = {tag: rule for tag, rule in wanted.items() if rule is not None}
    return rules, tuple(tag for tag, rule in wanted.items() if rule is None)


def localise(condition: Condition, vocabulary: Vocabulary) -> Condition | None:
    """The condition without words that name nothing here; None if nothing is left of it."""
    match condition:
        case Bought():
            return _localise_bought(condition, vocabulary)
        case Compare():
            return condition if condition.field in vocabulary.fields else None
        case HasTag():
            return condition if condition.tag in vocabulary.tags else None
        case Like():
            return None
        case Not():
            part = localise(condition.part, vocabulary)
            return None if part is None else negated(part)
        case All():
            parts = [localise(part, vocabulary) for part in condition.all]
            known = tuple(part for part in parts if part is not None)
            return All(all=known) if len(known) == len(parts) else None
        case AnyOf():
            parts = [localise(part, vocabulary) for part in condition.any]
            known = tuple(part for part in parts if part is not None)
            return AnyOf(any=known) if known else None


def _localise_bought(part: Bought, vocabulary: Vocabulary) -> Bought | None:
    words = vocabulary.known_words(part.bought, part.level)
    excepted = vocabulary.known_words(part.but_not)
    if set(vocabulary.items(words, part.level)) <= set(vocabulary.holding(excepted)):
        return None
    return part.model_copy(update={"bought": words, "but_not": excepted})


def _carriers(
    warehouse: Warehouse, vocabulary: Vocabulary, rule: Condition
) -> dict[str, list[dict[str, Any]]]:
    """Everyone whom the rule means, with the evidence of those of its parts that hold."""
    everyone = _asked(warehouse, vocabulary, rule)
    found: dict[str, list[dict[str, Any]]] = {customer: [] for customer in everyone}
    for part in _parts(rule):
        holds = everyone if part is rule else _asked(warehouse, vocabulary, All(all=(rule, part)))
        warehouse.register("holders", pd.DataFrame({"customer": holds}, dtype="str"))
        for customer, entry in _evidence(warehouse, vocabulary, part):
            found[customer].append(entry)
    return found


def _asked(warehouse: Warehouse, vocabulary: Vocabulary, condition: Condition) -> list[str]:
    rows = warehouse.rows(select_customers(condition, vocabulary, warehouse.as_of))
    return [customer for (customer,) in rows]


@contextmanager
def _lean_purchases(warehouse: Warehouse) -> Iterator[None]:
    """Inside, `purchases` is a table joined by number: every rule reads all of it."""
    warehouse.execute(
        "CREATE OR REPLACE TEMP TABLE numbered AS"
        " SELECT row_number() OVER () AS number, * FROM products"
    )
    warehouse.execute(
        "CREATE OR REPLACE TEMP TABLE bought AS SELECT DISTINCT p.customer, order_id, day, number"
        " FROM main.purchases p JOIN numbered USING (product)"
    )
    warehouse.execute(
        "CREATE TEMP VIEW purchases AS SELECT * FROM bought JOIN numbered USING (number)"
    )
    try:
        yield
    finally:
        for kind, name in (("VIEW", "purchases"), ("TABLE", "bought"), ("TABLE", "numbered")):
            warehouse.execute(f"DROP {kind} temp.{name}")


def _parts(condition: Condition) -> Iterator[Condition]:
    """The comparisons and purchases that a condition is made of, negated where it negates them."""
    match condition:
        case All() | AnyOf():
            for part in condition.all if isinstance(condition, All) else condition.any:
                yield from _parts(part)
        case Not():
            for part in _parts(condition.part):
                yield negated(part)
        case _:
            yield condition


def _evidence(
    warehouse: Warehouse, vocabulary: Vocabulary, part: Condition
) -> Iterator[tuple[str, dict[str, Any]]]:
    """(customer, entry) for the customers in `holders`, of whom the part holds."""
    asked = part.part if isinstance(part, Not) else part
    rule = to_json(part)
    if isinstance(asked, Compare) and not asked.windowed:
        for customer, value in warehouse.rows(_values(asked.field)):
            yield customer, {"field": asked.field, "value": value, "rule": rule}
    elif isinstance(part, Bought) and part.at_least > 0 and part.at_most is None:
        items = _items_bought(part, vocabulary, warehouse)
        for customer, level, name, orders, last in warehouse.rows(items):
            item = {"name": name, "level": level, "orders": orders, "last": last.isoformat()}
            yield customer, item


_holders = sa.table("holders", sa.column("customer", sa.String))


def _values(field: str) -> sa.Select[Any]:
    facts = sa.table("customer_facts", sa.column("customer"), sa.column(field))
    return sa.select(facts.c.customer, facts.c[field]).where(
        facts.c.customer.in_(sa.select(_holders.c.customer))
    )


def _items_bought(part: Bought, vocabulary: Vocabulary, warehouse: Warehouse) -> sa.Select[Any]:
    """Customer, level, name, orders, last day of the items in most orders, `ITEMS_SHOWN` each."""
    lines = purchase_lines.c
    level, name = _shown(part, vocabulary)
    orders = sa.func.count(lines.order_id.distinct()).label("orders")
    last = sa.func.max(lines.day).label("last")
    items = (
        sa.select(lines.customer, level, name, orders, last)
        .where(bought_lines(part, vocabulary, warehouse.as_of))
        .where(lines.customer.in_(sa.select(_holders.c.customer)))
        .group_by(lines.customer, sa.text("2"), sa.text("3"))
        .subquery("items")
    )
    place = sa.func.row_number().over(
        partition_by=items.c.customer, order_by=(items.c.orders.desc(), items.c.shown)
    )
    ranked = sa.select(items, place.label("place")).subquery("ranked").c
    kept = (ranked.customer, ranked.level, ranked.shown, ranked.orders, ranked.last)
    top = sa.select(*kept).where(ranked.place <= ITEMS_SHOWN)
    return top.order_by(ranked.customer, ranked.place)


def _shown(part: Bought, vocabulary: Vocabulary) -> tuple[sa.Label[Any], sa.Label[Any]]:
    """Level and name under which a matching line is shown."""
    names: dict[str, list[str]] = {}
    for item in vocabulary.items(part.bought, part.level):
        names.setdefault(item.level, []).append(item.name)
    lines = purchase_lines.c
    tests = [
        (level, lines[level].in_(sorted(names[level]))) for level in _SHOWN_FIRST if level in names
    ]
    level = sa.case(*((test, sa.literal(level)) for level, test in tests))
    name = sa.case(*((test, lines[level]) for level, test in tests))
    return level.label("level"), name.label("shown")
