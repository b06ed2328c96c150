"""The catalogue of products, merged by product id; a blank never overwrites a value."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa

from agent.data.files import read_parquet, write_parquet

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
        known = _frame(read_parquet(self.path) if self.path.exists() else SCHEMA.empty_table())
        for new in self._new:
            known = new.combine_first(known)
        price = pa.array(known["price"].round(4), pa.float64(), from_pandas=True)
        table = pa.Table.from_pandas(known.drop(columns="price").sort_index().reset_index())
        table = table.append_column("price", price)
        write_parquet(table.select(SCHEMA.names).cast(SCHEMA), self.path)


def _frame(rows: pa.Table) -> pd.DataFrame:
    place = rows.column_names.index("price")
    rows = rows.set_column(place, "price", rows["price"].cast(pa.float64()))
    frame: pd.DataFrame = rows.to_pandas().set_index("product")
    return frame
