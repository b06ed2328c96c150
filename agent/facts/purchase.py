"""Facts from purchases and behaviour: every field of the catalogue for every customer, exactly.

One pass makes three small tables (orders, items, acts) from the event lines; each field is one
aggregate over one of them. Money is summed as decimals, so the result does not depend on the order
of the lines or on how many buckets they lie in.
"""

from __future__ import annotations

import pandas as pd

from agent.data.warehouse import Warehouse
from agent.facts.catalogue import Field, catalogue

_ORDERS = """
CREATE OR REPLACE TEMP TABLE orders AS
SELECT *, date_diff('day', day, DATE '{as_of}') AS age,
       CASE WHEN bought THEN date_diff('day', lag(day) OVER (
         PARTITION BY customer, bought ORDER BY begun, order_id), day) END AS gap
FROM customer_orders
"""

# One row a customer and category or department. Grouped by order first: counting the groups is
# much cheaper than counting distinct orders.
_ITEMS = """
CREATE OR REPLACE TEMP TABLE items AS
WITH held AS (
  SELECT customer, order_id, department, category, bool_or(NOT returned) AS bought,
         sum(amount) AS paid
  FROM lines GROUP BY ALL)
""" + " UNION ALL ".join(
    f"""
SELECT customer, '{level}' AS level, name, count(*) FILTER (bought) AS orders, sum(paid) AS paid
FROM (SELECT customer, order_id, {level} AS name, bool_or(bought) AS bought, sum(paid) AS paid
      FROM held WHERE {level} IS NOT NULL GROUP BY ALL)
GROUP BY customer, name HAVING bool_or(bought)
"""
    for level in ("category", "department")
)
_ACTS = """
CREATE OR REPLACE TEMP TABLE acts AS
SELECT customer, kind, date_diff('day', time::DATE, DATE '{as_of}') AS age, rating
FROM events WHERE kind IN ('view', 'cart', 'search', 'review')
"""


def compute_facts(warehouse: Warehouse) -> pd.DataFrame:
    """One row a customer with any event, one column a field, in the order of customer ids.

    Leaves the temporary tables `orders` and `items` in the warehouse for the affinities.
    """
    for statement in (_ORDERS, _ITEMS, _ACTS):
        warehouse.execute(statement.format(as_of=warehouse.as_of.isoformat()))
    return warehouse.frame(_facts_sql(catalogue()))


def _facts_sql(fields: tuple[Field, ...]) -> str:
    tables = sorted({field.table for field in fields})
    parts = [_part_sql(table, fields) for table in tables]
    columns = ", ".join(_column_sql(field) for field in fields)
    joins = " ".join(f"LEFT JOIN from_{table} USING (customer)" for table in tables)
    return (
        f"WITH {', '.join(parts)}, everyone AS (SELECT DISTINCT customer FROM events) "
        f"SELECT customer, {columns} FROM everyone {joins} ORDER BY customer"
    )


def _part_sql(table: str, fields: tuple[Field, ...]) -> str:
    figures = ", ".join(f"{field.sql} AS {field.name}" for field in fields if field.table == table)
    return f"from_{table} AS (SELECT customer, {figures} FROM {table} GROUP BY customer)"


def _column_sql(field: Field) -> str:
    kind = {"integer": "BIGINT", "number": "DOUBLE", "category": "VARCHAR"}[field.type]
    value = field.name if field.zero is None else f"coalesce({field.name}, {field.zero})"
    return f"{value}::{kind} AS {field.name}"
