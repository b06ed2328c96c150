"""Events in Parquet, partitioned by a stable hash of the customer.

`events/bucket=0007/events.parquet`, sorted by customer, time, order, product and event id. A
bucket is the unit of work, update, erasure and distribution. New rows wait in a staging folder
until all files are read; then each touched bucket is merged and replaced as a whole, so an ingest
that is stopped anywhere can simply be run again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from agent.data.files import read_parquet, write_parquet
from agent.errors import StoreError

_MONEY = pa.decimal128(18, 4)
SCHEMA = pa.schema(
    [
        ("customer", pa.string()),
        ("time", pa.timestamp("us")),
        ("kind", pa.string()),
        ("order_id", pa.string()),
        ("product", pa.string()),
        ("quantity", pa.float64()),
        ("amount", _MONEY),
        ("discount", _MONEY),
        ("coupon_discount", _MONEY),
        ("channel", pa.string()),
        ("text", pa.string()),
        ("rating", pa.float64()),
        ("event_id", pa.int64()),
    ]
)
_NAMES = ", ".join(SCHEMA.names)
_STAGED = ", ".join(
    f"CAST(round({field.name}, 4) AS DECIMAL(18, 4)) AS {field.name}"
    if field.type == _MONEY
    else field.name
    for field in SCHEMA
)
_MERGE = f"""
    SELECT *, row_number() OVER (PARTITION BY event_id ORDER BY file, row) AS nth
    FROM (
        SELECT {_STAGED}, file, row FROM read_parquet($staged, hive_partitioning = false)
        WHERE bucket = $bucket
        UNION ALL
        SELECT {_NAMES}, -1 AS file, 0 AS row FROM kept
    )
    ORDER BY customer, time, order_id NULLS FIRST, product NULLS FIRST, event_id, file, row
"""


def bucket_of(customer: str, buckets: int) -> int:
    """The bucket of a customer, from 0 to `buckets` - 1; the same on every machine and for ever."""
    digest = blake2b(customer.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") % buckets


def bucket_path(folder: Path, bucket: int) -> Path:
    """Where a bucket's events are."""
    return folder / f"bucket={bucket:04d}" / "events.parquet"


def bucket_paths(folder: Path) -> list[Path]:
    """Every bucket that holds events."""
    return sorted(folder.glob("bucket=*/events.parquet"))


@dataclass(frozen=True)
class Merged:
    """What a merge did to one bucket: the customers of staged rows, and the repeats (file, row).

    Repeated rows name their customers too: a stopped ingest wrote buckets, but no customers yet.
    """

    customers: list[str]
    repeats: pa.Table


class Staging:
    """New events on their way into the buckets of `folder`."""

    def __init__(self, folder: Path, buckets: int) -> None:
        self.folder, self.buckets = folder, buckets
        self.place = folder / ".staging"
        self._touched: set[int] = set()
        self._parts = 0

    def __enter__(self) -> Staging:
        try:
            shutil.rmtree(self.place, ignore_errors=True)
            self.place.mkdir(parents=True)
        except OSError as error:
            raise StoreError(f"{self.place}: cannot be made: {error.strerror}") from error
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.place, ignore_errors=True)

    def add(self, rows: pa.Table, file: int) -> None:
        """Stage clean events of the `file`-th file."""
        if not rows.num_rows:
            return
        encoded = rows["customer"].combine_chunks().dictionary_encode()
        numbers = [bucket_of(customer, self.buckets) for customer in encoded.dictionary.to_pylist()]
        bucket = pa.array(numbers, pa.int32()).take(encoded.indices)
        self._touched.update(bucket.unique().to_pylist())
        rows = rows.append_column("bucket", bucket)
        rows = rows.append_column("file", pa.array([file] * len(rows), pa.int32())).sort_by(
            "bucket"
        )
        try:
            pq.write_table(rows, self.place / f"{self._parts:06d}.parquet", row_group_size=20_000)
        except OSError as error:
            raise StoreError(f"{self.place}: cannot be written: {error.strerror}") from error
        self._parts += 1

    @property
    def touched(self) -> list[int]:
        """The buckets that have new rows."""
        return sorted(self._touched)

    def merge(self) -> Iterator[Merged]:
        """Merge every touched bucket, one a step; a bucket without a new event is left alone."""
        with _mapped(self.folder), duckdb.connect() as database:
            database.execute("SET temp_directory = ?", [str(self.place)])
            for bucket in self.touched:
                yield self._merge_one(database, bucket)

    def _merge_one(self, database: duckdb.DuckDBPyConnection, bucket: int) -> Merged:
        path = bucket_path(self.folder, bucket)
        kept = read_parquet(path) if path.exists() else SCHEMA.empty_table()
        database.register("kept", kept)
        parts = [str(part) for part in sorted(self.place.glob("*.parquet"))]
        rows = database.sql(_MERGE, params={"staged": parts, "bucket": bucket}).to_arrow_table()
        first = pc.equal(rows["nth"], 1)
        staged = pc.greater_equal(rows["file"], 0)
        repeats = rows.filter(pc.invert(first)).select(["file", "row"])
        if pc.any(pc.and_(first, staged)).as_py():
            write_parquet(rows.filter(first).select(SCHEMA.names).cast(SCHEMA), path)
        return Merged(rows["customer"].filter(staged).unique().to_pylist(), repeats)


def totals(folder: Path, products: Path) -> dict[str, Any]:
    """Over all buckets: `events`, `last` (datetime or None), `products`, and of those that events
    name but the catalogue lacks, `unknown_products` and `unknown_lines`.
    """
    catalogue = read_parquet(products) if products.exists() else _NO_PRODUCTS
    counts = {"products": catalogue.num_rows, "events": 0, "last": None}
    paths = [str(path) for path in bucket_paths(folder)]
    if not paths:
        return {**counts, "unknown_products": 0, "unknown_lines": 0}
    with _mapped(folder), duckdb.connect() as database:
        database.register("catalogue", catalogue)
        found = database.sql(_TOTALS, params={"paths": paths}).to_arrow_table()
        return {**counts, **found.to_pylist()[0]}


_NO_PRODUCTS = pa.table({"product": pa.array([], pa.string())})
_TOTALS = """
    SELECT count(*) AS events, max(time) AS last,
           count(DISTINCT product) FILTER (NOT known) AS unknown_products,
           count(*) FILTER (NOT known) AS unknown_lines
    FROM (
        SELECT time, product,
               product IS NULL OR product IN (SELECT product FROM catalogue) AS known
        FROM read_parquet($paths, hive_partitioning = false)
    )
"""


@contextmanager
def _mapped(folder: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise StoreError(f"{folder}: {' '.join(str(error).split())}") from error
