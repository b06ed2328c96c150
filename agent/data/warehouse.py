"""DuckDB over the Parquet buckets: the tables that facts and conditions are asked of.

events          all event lines up to the as-of date
products        the catalogue: product, name, department, category, type, brand, size, price
purchases       purchase lines of orders that were not cancelled, with their catalogue levels
customer_facts  one row a customer: every field and attribute      (from the store)
customer_tags   customer, tag, probability, decision               (from the store)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects import postgresql

from agent.errors import DataError, ReadError

# $1, $2 … are DuckDB's own parameters; its SQL is close enough to PostgreSQL's for Core.
_dialect = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]

_NO_PRODUCTS = """
CREATE VIEW products AS SELECT * FROM (VALUES
  (NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR,
   NULL::VARCHAR, NULL::DECIMAL(18, 4)))
  t(product, name, department, category, type, brand, size, price) WHERE false
"""

# Purchases and returns (negative) of orders that were not cancelled. An order without an id is
# everything one customer bought in the same second; a return without one stands alone.
_LINES = """
CREATE VIEW lines AS
SELECT l.customer, l.kind = 'return' AS returned, l.time, l.time::DATE AS day,
       coalesce(l.order_id, l.kind || strftime(l.time, ' at %Y-%m-%d %H:%M:%S')) AS order_id,
       l.quantity, coalesce(l.amount, 0) AS amount,
       coalesce(l.discount, 0) + coalesce(l.coupon_discount, 0) AS discounts,
       coalesce(l.coupon_discount, 0) <> 0 AS coupon,
       l.channel, l.product, p.department, p.category, p.type, p.brand, p.size, p.name
FROM (SELECT * FROM events WHERE kind IN ('purchase', 'return')) l
ANTI JOIN (SELECT customer, order_id FROM events WHERE kind = 'cancel') c
  ON l.customer = c.customer AND l.order_id = c.order_id
LEFT JOIN products p ON l.product = p.product
"""
_PURCHASES = "CREATE VIEW purchases AS SELECT * FROM lines WHERE NOT returned"
# What was paid and what was given back belong to the day on which the order began.
_ORDERS = """
CREATE VIEW customer_orders AS
SELECT customer, order_id, coalesce(min(time) FILTER (NOT returned), min(time)) AS begun,
       begun::DATE AS day, bool_or(NOT returned) AS bought, bool_or(returned) AS returned,
       sum(amount) AS paid, sum(discounts) AS discounts,
       bool_or(coupon AND NOT returned) AS coupon
FROM lines GROUP BY customer, order_id
"""


class Warehouse:
    """One DuckDB connection over the buckets of a home. `buckets`: only those (default: all)."""

    def __init__(
        self, events: Path, products: Path, as_of: date, buckets: Sequence[int] | None = None
    ) -> None:
        self.as_of = as_of
        self._db = duckdb.connect()
        with _mapped():
            self._db.execute("SET TimeZone = 'UTC'")
            self._db.execute("SET enable_progress_bar = false")  # only the command line prints
            self._open_events(event_files(events, buckets), as_of)
            if products.exists():
                _read(self._db, [products]).create_view("products")
            else:
                self._db.execute(_NO_PRODUCTS)
            self._db.execute(_LINES)
            self._db.execute(_PURCHASES)
            self._db.execute(_ORDERS)

    def _open_events(self, files: Sequence[Path], as_of: date) -> None:
        if not files:
            raise ReadError(
                "there are no events here yet: run `portrait ingest` or `example` first"
            )
        _read(self._db, files).create_view("all_events")
        day = as_of.isoformat()
        self._db.execute(
            f"CREATE VIEW events AS SELECT * FROM all_events WHERE time::DATE <= DATE '{day}'"
        )

    def register(self, name: str, frame: pd.DataFrame | pa.Table) -> None:
        """Offer a frame or an Arrow table as a table, replacing one of that name."""
        with _mapped():
            self._db.register(name, frame)

    def execute(self, sql: str) -> None:
        """Run a statement of the project's own."""
        with _mapped():
            self._db.execute(sql)

    def frame(self, sql: str) -> pd.DataFrame:
        """The result of a query of the project's own."""
        with _mapped():
            return self._db.execute(sql).df()

    def arrays(self, sql: str) -> dict[str, NDArray[Any]]:
        """The columns of a query of the project's own, without unknown values."""
        with _mapped():
            found = self._db.execute(sql).fetchnumpy()
        return {name: np.asarray(values) for name, values in found.items()}

    def rows(self, query: sa.Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """All rows of a query built from conditions; its values travel as parameters."""
        compiled = query.compile(dialect=_dialect, compile_kwargs={"render_postcompile": True})
        values = [compiled.params[name] for name in compiled.positiontup or ()]
        with _mapped():
            return self._db.execute(str(compiled), values).fetchall()

    def close(self) -> None:
        """Give back the connection."""
        self._db.close()

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read(database: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> duckdb.DuckDBPyRelation:
    """The rows of Parquet files. A folder called `customer=acme` is a name, not a column."""
    return database.read_parquet([str(file) for file in files], hive_partitioning=False)


def event_files(events: Path, buckets: Iterable[int] | None = None) -> list[Path]:
    """The Parquet files of the given buckets, or of all, in order."""
    if buckets is None:
        return sorted(events.glob("bucket=*/*.parquet"))
    return [f for b in sorted(buckets) for f in sorted(events.glob(f"bucket={b:04d}/*.parquet"))]


@contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:  # what DuckDB makes of Ctrl-C
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from error
        raise
    except duckdb.Error as error:
        raise DataError(f"the event files cannot be read: {str(error).splitlines()[0]}") from error
