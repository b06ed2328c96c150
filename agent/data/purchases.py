"""Purchases as arrays on disk: what conditions are counted on where customers are many.

Made from the events once. The files are mapped into memory: opening them takes no time, and what
nobody asks for takes no memory.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from agent.data.warehouse import Warehouse
from agent.errors import StoreError

MONEY_PARTS = 10_000  # money is kept in whole parts of so many, so that sums are exact

_NUMBERED = """
CREATE OR REPLACE TEMP TABLE numbered_customers AS
SELECT customer, row_number() OVER (ORDER BY customer) - 1 AS number
FROM customer_facts;
CREATE OR REPLACE TEMP TABLE numbered_products AS
SELECT product, department, category, type, brand, name, row_number() OVER (
  ORDER BY department, category, type, brand, name, product) - 1 AS number
FROM products;
CREATE OR REPLACE TEMP TABLE numbered_orders AS
SELECT o.customer, o.order_id, c.number AS owner, day, bought, paid,
       row_number() OVER (ORDER BY day, c.number) - 1 AS number
FROM customer_orders o JOIN numbered_customers c USING (customer)
"""
_PRODUCTS = """
SELECT p.* EXCLUDE (number), coalesce(n, 0) AS lines
FROM numbered_products p LEFT JOIN (SELECT product, count(*) AS n FROM purchases GROUP BY product)
USING (product) ORDER BY number
"""
_ORDERS = f"""
SELECT owner::INTEGER AS order_customer, (day - DATE '1970-01-01')::INTEGER AS order_day,
       bought AS order_bought, (paid * {MONEY_PARTS})::BIGINT AS order_paid
FROM numbered_orders ORDER BY number
"""
_LINES = """
SELECT o.owner::INTEGER AS line_customer, o.number::INTEGER AS line_order,
       (l.day - DATE '1970-01-01')::INTEGER AS line_day
FROM purchases l JOIN numbered_orders o USING (customer, order_id)
JOIN numbered_products p USING (product)
ORDER BY p.number, o.number
"""


@dataclass(frozen=True)
class Purchases:
    """Customers, in order of id, products and orders are numbered from 0; days are counted from
    1970.

    products: one row each, with the names at every level; neighbours in the catalogue are
    neighbours here. first: where the lines of each product begin, and where the last ones end.
    Lines lie in the order of products, orders in that of days; order_paid: in parts of 1/10,000.
    """

    products: pd.DataFrame
    first: NDArray[np.int64]
    line_customer: NDArray[np.int32]
    line_order: NDArray[np.int32]
    line_day: NDArray[np.int32]
    order_customer: NDArray[np.int32]
    order_day: NDArray[np.int32]
    order_bought: NDArray[np.bool_]
    order_paid: NDArray[np.int64]


def read_purchases(warehouse: Warehouse) -> Purchases:
    """The purchases of those who are in the warehouse's `customer_facts`, in memory."""
    warehouse.execute(_NUMBERED)
    products = warehouse.frame(_PRODUCTS)
    arrays: dict[str, Any] = {**warehouse.arrays(_ORDERS), **warehouse.arrays(_LINES)}
    first = np.concatenate([[0], np.cumsum(products.pop("lines").to_numpy(np.int64))])
    return Purchases(products, first, **arrays)


_PRODUCTS_FILE = "products.parquet"
_ARRAYS = tuple(part.name for part in fields(Purchases)[1:])


def save_purchases(purchases: Purchases, folder: Path) -> None:
    """Write them into a folder."""
    purchases.products.to_parquet(folder / _PRODUCTS_FILE)
    for name in _ARRAYS:
        np.save(folder / f"{name}.npy", getattr(purchases, name))


def open_purchases(folder: Path) -> Purchases:
    """What was saved, mapped into memory. Raises `StoreError`."""
    try:
        # As plain arrays: slices of a `memmap` are slow to make.
        arrays = {
            name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in _ARRAYS
        }
        return Purchases(pd.read_parquet(folder / _PRODUCTS_FILE), **arrays)
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{folder}: cannot be read ({error}); delete the folder {folder.name}"
        ) from error
