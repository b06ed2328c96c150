"""Chunks of cells to the canonical rows of events, customers, products and keys.

Returns and refunds are kept with negative quantity and amount, so that money paid is a sum.
A cancelled order keeps its lines and gets lines of kind `cancel`; whoever counts leaves out every
line whose order holds one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from agent.data import cleaning as clean
from agent.data.cleaning import Faults, Floats, Mask, Reject
from agent.data.keys import KeyMap
from agent.data.mapping import (
    KINDS,
    Attribute,
    CustomerSource,
    EventSource,
    KeySource,
    ProductSource,
)
from agent.data.readers import Chunk
from agent.data.times import Clock, dates, times

MONEY = ("amount", "discount", "coupon_discount")
PRODUCT_NAMES = ("name", "department", "category", "type", "brand", "size")


@dataclass(frozen=True)
class Clean:
    """The good rows of a chunk, `row` among their columns, and the rejects."""

    rows: pa.Table
    rejects: list[Reject]


class _Columns:
    """The mapped columns of a chunk by field; a field without a column is all null."""

    def __init__(self, chunk: Chunk, columns: dict[str, Any]) -> None:
        self.chunk = chunk
        self.size = len(chunk.rows)
        self.faults = Faults(self.size)
        self.parts = {
            field: [chunk.cells[name] for name in ([given] if isinstance(given, str) else given)]
            for field, given in columns.items()
        }

    def __getitem__(self, field: str) -> pa.Array:
        return self.parts[field][0] if field in self.parts else pa.nulls(self.size, pa.string())

    def need(self, values: pa.Array, field: str) -> pa.Array:
        """The values, where a missing one is a fault."""
        self.faults.mark(clean.missing(values), field, "missing")
        return values

    def done(self, values: dict[str, Any]) -> Clean:
        """The good rows of these columns, and the rejects of the others."""
        table = pa.table({"row": self.chunk.rows, **values})
        bad = clean.rejects(self.faults, self.chunk.rows, self.parts)
        return Clean(table.filter(pa.array(self.faults.good)), [*self.chunk.rejects, *bad])


def clean_events(chunk: Chunk, name: str, source: EventSource, clock: Clock, keys: KeyMap) -> Clean:
    """Events with the columns of the buckets, and `row`. `name`: the source's."""
    columns = _Columns(chunk, source.columns.model_dump(exclude_none=True))
    faults = columns.faults
    customer = _customers(columns, source.key, keys)
    moments = times(columns["time"], clock, faults, "time")
    faults.mark(np.isnat(moments), "time", "missing")
    order = clean.ids(columns["order"], faults, "order")
    product = clean.ids(columns["product"], faults, "product")
    number = {
        field: _summed(columns.parts.get(field, []), columns, field, source.decimal_comma)
        for field in ("quantity", *MONEY, "rating")
    }
    kind, number = _signed(_kinds(columns, source), number, source, faults)
    _mark_rating(number["rating"], source, faults)
    text = clean.free_text(columns["text"], faults, "text")
    own_id = clean.ids(columns["event"], faults, "event")
    if source.columns.event:
        columns.need(own_id, "event")
    written = (("order", order), ("product", product), ("text", text))
    absent = {field: clean.missing(column) for field, column in written}
    absent |= {field: np.isnan(number[field]) for field in ("amount", "rating")}
    _mark_incomplete(kind, absent, faults)
    values = {
        "customer": customer,
        "time": pa.array(moments, pa.timestamp("us")),
        "kind": kind,
        "order_id": order,
        "product": product,
        **{field: _nullable(number[field]) for field in ("quantity", *MONEY)},
        "channel": clean.names(columns["channel"], faults, "channel"),
        "text": text,
        "rating": _nullable(number["rating"]),
    }
    identity = {"source": pa.array([name] * columns.size, pa.string()), "event": own_id}
    values["event_id"] = _event_ids(identity if source.columns.event else values)
    return columns.done(values)


def clean_customers(chunk: Chunk, source: CustomerSource, clock: Clock, keys: KeyMap) -> Clean:
    """Customers with one column an attribute (`a.NAME`) and a channel of consent (`c.NAME`)."""
    given: dict[str, Any] = {"customer": source.columns.customer}
    given |= {name: attribute.column for name, attribute in source.attributes.items()}
    given |= {f"consent {channel}": column for channel, column in source.consent.items()}
    columns = _Columns(chunk, given)
    values = {"customer": _customers(columns, source.key, keys)}
    for name, attribute in source.attributes.items():
        values[f"a.{name}"] = _attribute(columns, name, attribute, source, clock)
    for channel in source.consent:
        field = f"consent {channel}"
        values[f"c.{channel}"] = clean.booleans(columns[field], columns.faults, field)
    return columns.done(values)


def clean_products(chunk: Chunk, source: ProductSource) -> Clean:
    """Products in the columns of the catalogue."""
    columns = _Columns(chunk, source.columns.model_dump(exclude_none=True))
    faults = columns.faults
    values = {"product": columns.need(clean.ids(columns["product"], faults, "product"), "product")}
    for field in PRODUCT_NAMES:
        values[field] = clean.names(columns[field], faults, field)
    price = _summed(columns.parts.get("price", []), columns, "price", source.decimal_comma)
    faults.mark(price < 0, "price", "negative")
    return columns.done({**values, "price": _nullable(price)})


def clean_keys(chunk: Chunk, source: KeySource) -> Clean:
    """Aliases with their namespace and the customer they belong to."""
    columns = _Columns(chunk, source.columns.model_dump(exclude_none=True))
    values = {
        field: columns.need(clean.ids(columns[field], columns.faults, field), field)
        for field in ("alias", "customer")
    }
    if source.namespace:
        values["namespace"] = pa.array([source.namespace] * columns.size, pa.string())
    else:
        found = clean.ids(columns["namespace"], columns.faults, "namespace")
        values["namespace"] = columns.need(found, "namespace")
    return columns.done(values)


def _customers(columns: _Columns, key: str | None, keys: KeyMap) -> pa.Array:
    given = columns.need(clean.ids(columns["customer"], columns.faults, "customer"), "customer")
    return keys.translate(key, given, columns.faults)


def _summed(
    parts: Sequence[pa.Array], columns: _Columns, field: str, decimal_comma: bool
) -> Floats:
    total: Floats = np.full(columns.size, np.nan)
    for cells in parts:
        values = clean.numbers(cells, columns.faults, field, decimal_comma)
        total = np.where(np.isnan(total), values, total + np.nan_to_num(values))
    return total


def _kinds(columns: _Columns, source: EventSource) -> pa.Array:
    if not source.columns.kind:
        return pa.array([source.kind] * columns.size, pa.string())
    allowed = {value: kind for kind, values in source.kinds.items() for value in values}
    allowed = allowed or {kind: kind for kind in KINDS}
    return columns.need(clean.choices(columns["kind"], allowed, columns.faults, "kind"), "kind")


def _signed(
    kind: pa.Array, number: dict[str, Floats], source: EventSource, faults: Faults
) -> tuple[pa.Array, dict[str, Floats]]:
    """Kinds and numbers in which exactly the returns are negative."""
    quantity, amount = number["quantity"], number["amount"]
    purchase = clean.mask(pc.equal(kind, "purchase"))
    if not source.columns.kind:
        given_back = purchase & ((quantity < 0) | (np.isnan(quantity) & (amount < 0)))
        kind = pc.if_else(pa.array(given_back), pa.scalar("return"), kind)
        purchase &= ~given_back
    faults.mark(purchase & (quantity < 0), "quantity", "negative")
    faults.mark(purchase & (amount < 0), "amount", "negative")
    for field in ("discount", "coupon_discount"):
        faults.mark(purchase & (number[field] < 0), field, "negative")
    returned = clean.mask(pc.equal(kind, "return"))
    signed = {
        field: np.where(returned, -np.abs(values), values)
        for field, values in number.items()
        if field != "rating"
    }
    return kind, {**number, **signed}


def _mark_rating(rating: Floats, source: EventSource, faults: Faults) -> None:
    if source.rating_range:
        low, high = source.rating_range
        faults.mark((rating < low) | (rating > high), "rating", f"not from {low:g} to {high:g}")


def _mark_incomplete(kind: pa.Array, values: dict[str, Mask], faults: Faults) -> None:
    """Mark what a row of its kind cannot do without. `values`: where each field is missing."""
    for kinds, alternatives, reason in _NEEDED:
        concerned = clean.mask(pc.is_in(kind, value_set=pa.array(kinds)))
        absent = np.logical_and.reduce([values[field] for field in alternatives])
        faults.mark(concerned & absent, alternatives[0], reason)


# Rows of these kinds need one of these fields.
_NEEDED = (
    (("purchase", "return"), ("product", "amount"), "neither product nor amount"),
    (("cancel",), ("order",), "missing"),
    (("search",), ("text",), "missing"),
    (("review",), ("text", "rating"), "neither text nor rating"),
)


def _attribute(
    columns: _Columns, name: str, attribute: Attribute, source: CustomerSource, clock: Clock
) -> pa.Array:
    cells, faults = columns[name], columns.faults
    match attribute.type:
        case "number":
            return _nullable(clean.numbers(cells, faults, name, source.decimal_comma))
        case "date":
            return pa.array(dates(cells, clock, faults, name), pa.string())
        case "boolean":
            return clean.booleans(cells, faults, name)
        case "text":
            return clean.free_text(cells, faults, name)
        case "category":
            return clean.names(cells, faults, name)


def _event_ids(values: dict[str, pa.Array]) -> pa.Array:
    """64 bits of a hash of what makes a row this row and no other."""
    parts = [_canonical(column) for column in values.values()]
    joined = pc.binary_join_element_wise(
        *parts, "\x1f", null_handling="replace", null_replacement="\x00"
    )
    digests = [blake2b(key.encode(), digest_size=8).digest() for key in joined.to_pylist()]
    return pa.array(np.frombuffer(b"".join(digests), dtype="<i8"), pa.int64())


def _canonical(column: pa.Array) -> pa.Array:
    if pa.types.is_floating(column.type):
        column = pc.cast(pc.round(pc.multiply(column, 10_000.0)), pa.int64(), safe=False)
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    return column.cast(pa.string())


def _nullable(values: Floats) -> pa.Array:
    return pa.array(values, pa.float64(), from_pandas=True)
