"""The catalogue of products, merged by product id; a blank never overwrites a value."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from agent.data.files import write_parquet

_NAMES = ("name", "department", "category", "type", "brand", "size")
SCHEMA = pa.schema(
    [
        ("product", pa.string()),
        *((name, pa.string()) for name in _NAMES),
        ("price", pa.decimal128(18, 4)),
    ]
)


class Catalogue:
    """Products by id; read from `path` where it exists."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._new: list[pd.DataFrame] = []

    def add(self, rows: pa.Table) -> None:
        """Take in clean rows, each product once; they win over what was known before."""
        self._new.append(_frame(rows.drop_columns(["row"])))

    def save(self) -> None:
        """Write the catalogue, if there is anything new."""
        if not self._new:
            return
        known = _frame(pq.read_table(self.path)) if self.path.exists() else None
        for new in self._new:
            known = new if known is None else new.combine_first(known)
        assert known is not None  # noqa: S101
        price = pa.array(known["price"].round(4), pa.float64(), from_pandas=True)
        table = pa.Table.from_pandas(known.drop(columns="price").sort_index().reset_index())
        table = table.append_column("price", price)
        write_parquet(table.select(SCHEMA.names).cast(SCHEMA), self.path)


def _frame(rows: pa.Table) -> pd.DataFrame:
    price = rows["price"].cast(pa.float64())
    return (
        rows.set_column(rows.column_names.index("price"), "price", price)
        .to_pandas()
        .set_index("product")
    )
