"""Conditions as queries: SQLAlchemy expressions for DuckDB, SQLite and PostgreSQL.

Every value is a bound parameter, so nothing that a person or a model wrote reaches SQL as text.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

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
    Span,
    check,
)
from agent.vocabulary import Item, Vocabulary

# The tables that conditions are asked of; `agent.data.warehouse` provides them.
_customers = sa.table("customer_facts", sa.column("customer", sa.String))
_tags = sa.table(
    "customer_tags",
    sa.column("customer", sa.String),
    sa.column("tag", sa.String),
    sa.column("probability", sa.Float),
    sa.column("decision", sa.String),
)
ITEM_LEVELS = ("department", "category", "type", "brand", "name", "product")
# One row an order: on which day it began, whether anything was bought, what was paid less refunds.
_orders = sa.table(
    "customer_orders",
    sa.column("customer", sa.String),
    sa.column("day", sa.Date),
    sa.column("bought", sa.Boolean),
    sa.column("paid", sa.Float),
)
purchase_lines = sa.table(
    "purchases",
    sa.column("customer", sa.String),
    sa.column("order_id", sa.String),
    sa.column("day", sa.Date),
    *(sa.column(level, sa.String) for level in ITEM_LEVELS),
)


def select_customers(
    condition: Condition, vocabulary: Vocabulary, as_of: date
) -> sa.Select[tuple[str]]:
    """The query for the ids of all customers that a (checked) condition means, in order of id."""
    check(condition, vocabulary)
    where = _compile(condition, vocabulary, as_of)
    return sa.select(_customers.c.customer).where(where).order_by(_customers.c.customer)


def select_value(
    customer: str, field: str, span: Span, vocabulary: Vocabulary, as_of: date
) -> sa.Select[tuple[Any]]:
    """One customer's value of a field, over a span of days."""
    value = _value(field, span, _customers.c.customer, vocabulary.field(field).numeric, as_of)
    return sa.select(value).where(_customers.c.customer == customer)


def _compile(condition: Condition, vocabulary: Vocabulary, as_of: date) -> sa.ColumnElement[bool]:
    match condition:
        case Compare():
            return _compile_compare(condition, vocabulary, as_of)
        case HasTag():
            return _compile_tag(condition)
        case Bought():
            return _compile_bought(condition, vocabulary, as_of)
        case Like():
            return sa.true()
        case Not():
            return sa.not_(_compile(condition.part, vocabulary, as_of))
        case All():
            return sa.and_(sa.true(), *(_compile(p, vocabulary, as_of) for p in condition.all))
        case AnyOf():
            return sa.or_(sa.false(), *(_compile(p, vocabulary, as_of) for p in condition.any))


def _compile_compare(part: Compare, vocabulary: Vocabulary, as_of: date) -> sa.ColumnElement[bool]:
    numeric = vocabulary.field(part.field).numeric
    if part.op in ("top_percent", "bottom_percent"):
        return _compile_percent(part, as_of)
    column = _value(part.field, part, _customers.c.customer, numeric, as_of)
    if isinstance(part.value, tuple):
        return column.in_([str(value) for value in part.value])
    value = float(part.value) if numeric else str(part.value)
    if part.op == "between":
        return column.between(value, part.to)
    return column.op(part.op, is_comparison=True)(value)


def _value(
    field: str, span: Span, customer: sa.ColumnElement[str], numeric: bool, as_of: date
) -> sa.ColumnElement[Any]:
    """A field's value of a customer, over the days that count."""
    if not span.windowed:
        return sa.column(field, sa.Float if numeric else sa.String)
    orders = _orders.c
    total = sa.func.count() if field == "orders" else sa.func.sum(orders.paid)
    within = [orders.customer == customer, *_within(orders.day, span, as_of)]
    within += [orders.bought] if field == "orders" else []
    found = sa.select(total).where(*within).correlate_except(_orders).scalar_subquery()
    return sa.cast(sa.func.coalesce(found, 0), sa.Float)


def _compile_percent(part: Compare, as_of: date) -> sa.ColumnElement[bool]:
    """Rank r of n known values is in the top p percent if r - 1 < n * p / 100; ties share r."""
    known = sa.select(
        _customers.c.customer,
        _value(part.field, part, _customers.c.customer, True, as_of).label("v"),
    ).subquery()
    order = known.c.v.desc() if part.op == "top_percent" else known.c.v.asc()
    ranked = (
        sa.select(
            known.c.customer,
            sa.func.rank().over(order_by=order).label("r"),
            sa.func.count().over().label("n"),
        )
        .where(known.c.v.is_not(None))
        .subquery()
    )
    within = (ranked.c.r - 1) * 100.0 < ranked.c.n * float(part.value)  # type: ignore[arg-type]
    inside = _customers.c.customer.in_(sa.select(ranked.c.customer).where(within))
    if part.windowed:
        return inside
    return sa.case((sa.column(part.field).is_(None), sa.null()), else_=inside)


def _compile_tag(part: HasTag) -> sa.ColumnElement[bool]:
    if part.at_least is not None:
        return _in_tags(part.tag, _tags.c.probability >= part.at_least)
    given = _in_tags(part.tag, _tags.c.decision == "yes")
    unknown = _in_tags(part.tag, _tags.c.decision == "unknown")
    return sa.case((unknown, sa.null()), else_=given)


def _in_tags(tag: str, test: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    rows = sa.select(_tags.c.customer).where(_tags.c.tag == tag, test)
    return _customers.c.customer.in_(rows)


def _compile_bought(part: Bought, vocabulary: Vocabulary, as_of: date) -> sa.ColumnElement[bool]:
    orders = sa.func.count(purchase_lines.c.order_id.distinct())
    matches = bought_lines(part, vocabulary, as_of)
    grouped = (
        sa.select(purchase_lines.c.customer).where(matches).group_by(purchase_lines.c.customer)
    )
    if part.at_most is None and part.at_least > 0:
        return _customers.c.customer.in_(grouped.having(orders >= part.at_least))
    below: sa.ColumnElement[bool] = sa.true()
    if part.at_most is not None:
        below = _customers.c.customer.not_in(grouped.having(orders > part.at_most))
    if part.at_least == 0 or part.at_most == 0:
        return below
    return sa.and_(below, _customers.c.customer.in_(grouped.having(orders >= part.at_least)))


def bought_lines(part: Bought, vocabulary: Vocabulary, as_of: date) -> sa.ColumnElement[bool]:
    """Which lines of `purchases` count for the condition: named, not excepted, in the window."""
    named = _at_any_level(vocabulary.items(part.bought, part.level))
    excepted = _at_any_level(vocabulary.holding(part.but_not))
    # A line without a type is not of an excepted type: unknown must count as "no" here.
    kept = sa.not_(sa.func.coalesce(excepted, sa.false())) if part.but_not else sa.true()
    return sa.and_(named, kept, *_within(purchase_lines.c.day, part, as_of))


def _at_any_level(items: Iterable[Item]) -> sa.ColumnElement[bool]:
    names: dict[str, list[str]] = {}
    for item in items:
        names.setdefault(item.level, []).append(item.name)
    return sa.or_(
        sa.false(), *(purchase_lines.c[level].in_(sorted(found)) for level, found in names.items())
    )


def _within(day: sa.ColumnElement[date], span: Span, as_of: date) -> list[sa.ColumnElement[bool]]:
    since, until = span.days(as_of)
    limits = [day >= since] if since else []
    return [*limits, day <= until] if until else limits
