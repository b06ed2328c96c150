"""What conditions are counted on, as files that are mapped into memory: opening takes no time.

facts.arrow  one row a customer, in order of id; the row is the customer's number
tags.arrow   customer, tag, probability, decision, in the order of tags
Purchases lie beside the facts, see `agent.data.purchases`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from agent.data.files import whole_folder
from agent.data.purchases import Purchases, open_purchases, read_purchases, save_purchases
from agent.data.warehouse import Warehouse
from agent.errors import StoreError

_FACTS, _TAGS = "facts.arrow", "tags.arrow"
_TEXTS = pa.dictionary(pa.int32(), pa.string())
_TAG_ROWS = pa.schema(
    {"customer": pa.int32(), "tag": _TEXTS, "probability": pa.float64(), "decision": _TEXTS}
)


@dataclass(frozen=True)
class Arrays:
    """facts: customer and one column for each field and attribute. tags: its column `customer` is
    a dictionary of all customers, so that its indices are their numbers."""

    facts: pa.Table
    tags: pa.Table
    purchases: Purchases


def save_facts(facts: pd.DataFrame, warehouse: Warehouse, folder: Path) -> None:
    """Write a frame of facts, and the purchases of its customers. Raises `StoreError`."""
    texts = {name: "str" for name in facts if facts[name].dtype == object}
    table = pa.Table.from_pandas(facts.astype(texts).sort_values("customer"), preserve_index=False)
    warehouse.register("customer_facts", table)
    purchases = read_purchases(warehouse)
    with whole_folder(folder) as part:
        _write(table, part / _FACTS)
        save_purchases(purchases, part)


def save_tags(blocks: Iterable[pd.DataFrame], facts: Path, folder: Path) -> None:
    """Write tags (customer, tag, probability, decision) of those in a folder of facts.

    Raises `StoreError`.
    """
    customers = column(_read(facts / _FACTS), "customer").cast(pa.string())
    numbers = pd.Index(customers.to_numpy(zero_copy_only=False))
    parts = [_numbered(block, numbers) for block in blocks]
    table = pa.concat_tables([_TAG_ROWS.empty_table(), *parts]).unify_dictionaries()
    who, tag = (column(table, name) for name in ("customer", "tag"))
    table = table.take(np.lexsort((who.to_numpy(), tag.indices.to_numpy())))
    who = pa.DictionaryArray.from_arrays(column(table, "customer"), customers)
    with whole_folder(folder) as part:
        _write(table.set_column(0, "customer", who), part / _TAGS)


def open_arrays(facts: Path, tags: Path) -> Arrays:
    """What was saved in two folders. Raises `StoreError`."""
    return Arrays(_read(facts / _FACTS), _read(tags / _TAGS), open_purchases(facts))


def column(table: pa.Table, name: str) -> pa.Array:
    """A column in one piece; one that was written by this module is not copied."""
    chunks = table[name]
    return chunks.chunk(0) if chunks.num_chunks == 1 else chunks.combine_chunks()


def _numbered(block: pd.DataFrame, numbers: pd.Index) -> pa.Table:
    """The rows of known customers, who are named by their numbers."""
    places = numbers.get_indexer(pd.Index(block["customer"]))
    known = block.assign(customer=places)[places >= 0]
    return pa.Table.from_pandas(known, _TAG_ROWS, preserve_index=False)


def _write(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_file(path, table.schema) as file:
        file.write_table(table.combine_chunks())


def _read(path: Path) -> pa.Table:
    try:
        return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except (OSError, pa.ArrowException) as error:
        raise StoreError(
            f"{path}: cannot be read ({error}); delete the folder {path.parent.name}"
        ) from error
