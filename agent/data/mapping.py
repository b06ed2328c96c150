"""Mapping files: which column of which file means what.

    shop_timezone: Asia/Shanghai          # the wall clock that events are kept in (default UTC)
    currency: ¥                           # the mark of all money amounts (default none)
    glossary: glossary.csv                # name,en,zh: how category names are said (optional)
    folder: exports                       # where file names start (default: beside this file)
    sources:
      orders:                             # any name; a file may feed several sources
        table: events
        file: orders-*.csv                # csv, tsv, txt (also .gz), parquet, xlsx, xls
        columns: {customer: user_id, time: paid_at, order: order_no, product: sku,
                  quantity: qty, amount: paid, discount: off,
                  coupon_discount: [coupon, shop_coupon],   # money columns may be added up
                  kind: status}
        kinds: {purchase: [paid, shipped], return: refunded, cancel: cancelled}
        timezone: UTC                     # of times without an offset (default: shop_timezone)
        personal: [receiver, phone]       # never read
      members:
        table: customers
        file: members.xlsx
        columns: {customer: card_no}
        key: card                         # ids are aliases; the key map says whose
        attributes:
          age: {column: age_band, type: category, order: [18-24, 25-34, 35+],
                label_en: age, label_zh: 年龄}
        consent: {email: newsletter}      # missing means no
      catalogue:
        table: products
        file: catalogue.tsv
        columns: {product: sku, name: title, department: dept, category: cat, price: price}
      cards:
        table: keys
        file: cards.csv
        columns: {alias: card_no, customer: user_id}
        namespace: card                   # or a column: `columns: {namespace: …}`

Every source may also name its `encoding`, `delimiter`, `sheet` (Excel) and `decimal_comma: true`.
Events may name `time_format` (strptime; needed for 03/04/2017), `kind: view` for a whole file,
`rating_range: [1, 5]`, and a column `event` that holds the row's own id. Without `kinds` a
negative quantity is a return. Without `event` two rows that agree in every field are one event.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Hashable
from functools import cache, cached_property
from importlib.resources import files
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import available_timezones

import pandas as pd
import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from agent.errors import MappingError
from agent.settings import describe_validation

Kind = Literal["purchase", "return", "cancel", "view", "cart", "search", "review"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def _several(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("not a time zone; write one like Asia/Shanghai, America/New_York or UTC")
    return value


def _encoding(value: str) -> str:
    try:
        return TextIOWrapper(BytesIO(), codecs.lookup(value).name).encoding
    except LookupError:
        raise ValueError("not an encoding; write one like utf-8, utf-16, gb18030, cp1252") from None


def _time_format(value: str) -> str:
    try:
        pd.to_datetime("", format=value, errors="coerce")
        known = "%" in value
    except ValueError:
        known = False
    if not known:
        raise ValueError("not a time format; write one like %d/%m/%Y %H:%M")
    return value


@cache
def _taken_names() -> frozenset[str]:
    """`customer` and the computed fields: an attribute of that name would stand in its place."""
    fields = files("agent.facts").joinpath("fields.yaml").read_text(encoding="utf-8")
    return frozenset({"customer", *(field["name"] for field in yaml.safe_load(fields))})


def _attribute_name(value: str) -> str:
    if value in _taken_names():
        raise ValueError(
            f"an attribute cannot be called {value}: a computed field is; call it given_{value}"
        )
    return value


def _range(value: tuple[float, float]) -> tuple[float, float]:
    low, high = value
    if not low < high:
        raise ValueError("write the lowest rating first, then the highest, like [1, 5]")
    return value


Column = Annotated[str, Field(min_length=1)]
Columns = Annotated[tuple[Column, ...], BeforeValidator(_several), Field(min_length=1)]
# Attributes become fields in facts and conditions.
AttributeName = Annotated[str, Field(pattern=r"^\w+$"), AfterValidator(_attribute_name)]
Timezone = Annotated[str, AfterValidator(_timezone)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, value: object) -> object:
        keys = value if isinstance(value, dict) else {}
        unknown = [key for key in keys if key not in cls.model_fields]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not known here; known: {_list(cls.model_fields)}")
        return value


class Attribute(_Part):
    """Something a customer is, as given: its file column, type, labels, and a category's order."""

    column: Column
    type: Literal["category", "number", "text", "date", "boolean"] = "category"
    label_en: str | None = None
    label_zh: str | None = None
    order: tuple[Column, ...] = ()


class EventColumns(_Part):
    """The columns of an events file; money columns may be several, which are added up."""

    customer: Column
    time: Column
    order: Column | None = None
    product: Column | None = None
    quantity: Column | None = None
    amount: Columns | None = None
    discount: Columns | None = None
    coupon_discount: Columns | None = None
    kind: Column | None = None
    channel: Column | None = None
    text: Column | None = None
    rating: Column | None = None
    event: Column | None = None


class CustomerColumns(_Part):
    """The columns of a customers file, beside its attributes and consent."""

    customer: Column


class ProductColumns(_Part):
    """The columns of a catalogue."""

    product: Column
    name: Column | None = None
    department: Column | None = None
    category: Column | None = None
    type: Column | None = None
    brand: Column | None = None
    size: Column | None = None
    price: Column | None = None


class KeyColumns(_Part):
    """The columns of a key map: whose an id of another system is."""

    alias: Column
    customer: Column
    namespace: Column | None = None


class _Source(_Part):
    file: Annotated[str, Field(min_length=1)]
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    delimiter: Annotated[str, Field(pattern=r'^[^"\r\n]\z')] | None = None
    sheet: str | None = None
    decimal_comma: bool = False
    personal: tuple[Column, ...] = ()

    @model_validator(mode="after")
    def _personal_is_unused(self) -> _Source:
        both = [column for column in self.personal if column in self.wanted]
        if both:
            raise ValueError(f"column {both[0]!r} is personal, so nothing else may use it")
        return self

    @cached_property
    def wanted(self) -> tuple[str, ...]:
        """Every file column that is read, once."""
        return tuple(dict.fromkeys(self._named()))

    def _named(self) -> list[str]:
        given: dict[str, Any] = self.columns.model_dump(exclude_none=True)  # type: ignore[attr-defined]
        return [name for value in given.values() for name in _several(value)]


class EventSource(_Source):
    """Files of purchases, returns, cancellations, views, carts, searches or reviews."""

    table: Literal["events"]
    columns: EventColumns
    kind: Kind = "purchase"
    kinds: dict[Kind, Columns] = {}
    timezone: Timezone | None = None
    time_format: Annotated[str, AfterValidator(_time_format)] | None = None
    rating_range: Annotated[tuple[float, float], AfterValidator(_range)] | None = None
    key: Column | None = None

    @model_validator(mode="after")
    def _kinds_fit(self) -> EventSource:
        values = [value for kind in self.kinds.values() for value in kind]
        twice = [value for value in values if values.count(value) > 1]
        if twice:
            raise ValueError(f"kinds: {twice[0]!r} stands under two kinds")
        if self.kinds and not self.columns.kind:
            raise ValueError("kinds needs the column that holds them: columns: {kind: …}")
        return self


class CustomerSource(_Source):
    """Files of what customers are and what they agreed to."""

    table: Literal["customers"]
    columns: CustomerColumns
    attributes: dict[AttributeName, Attribute] = {}
    consent: dict[str, Column] = {}
    time_format: Annotated[str, AfterValidator(_time_format)] | None = None
    key: Column | None = None

    def _named(self) -> list[str]:
        attributes = [attribute.column for attribute in self.attributes.values()]
        return [*super()._named(), *attributes, *self.consent.values()]


class ProductSource(_Source):
    """Files of the catalogue."""

    table: Literal["products"]
    columns: ProductColumns


class KeySource(_Source):
    """Files that say whose an id of another system is."""

    table: Literal["keys"]
    columns: KeyColumns
    namespace: Column | None = None

    @model_validator(mode="after")
    def _one_namespace(self) -> KeySource:
        if (self.namespace is None) == (self.columns.namespace is None):
            raise ValueError("give namespace: NAME or columns: {namespace: COLUMN}, one of them")
        return self


Source = Annotated[
    EventSource | CustomerSource | ProductSource | KeySource, Field(discriminator="table")
]


class Mapping(_Part):
    """A whole mapping file. Sources are read in the order in which they stand; later ones win."""

    shop_timezone: Timezone = "UTC"
    currency: Annotated[str, Field(max_length=8)] = ""
    glossary: Path | None = None
    folder: Path = Path()
    sources: Annotated[dict[str, Source], Field(min_length=1)]

    @model_validator(mode="after")
    def _attributes_agree(self) -> Mapping:
        seen: dict[str, Attribute] = {}
        for source in self.sources.values():
            for name, attribute in getattr(source, "attributes", {}).items():
                other = seen.setdefault(name, attribute)
                if other.type != attribute.type:
                    raise ValueError(
                        f"attribute {name!r} is {other.type} here and {attribute.type} there"
                    )
        return self

    @property
    def attributes(self) -> dict[str, Attribute]:
        """Every attribute by name, in the order of the file; the first to define one wins."""
        found: dict[str, Attribute] = {}
        for source in self.sources.values():
            for name, attribute in getattr(source, "attributes", {}).items():
                found.setdefault(name, attribute)
        return found


def load_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file.

    Raises `MappingError` naming the file, the place in it, and what is allowed there.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_StrictLoader)  # noqa: S506
        mapping = Mapping.model_validate(content)
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise MappingError(f"{path}: cannot be read as YAML: {reason}") from error
    except ValidationError as error:
        raise MappingError(f"{path}: {describe_validation(error)}") from error
    return mapping.model_copy(update={"folder": path.parent / mapping.folder})


class _StrictLoader(yaml.SafeLoader):
    """YAML in which every value is text, so that a column may be called off, 2017 or null.

    A key may stand once: the second of two would silently win.
    """

    yaml_implicit_resolvers = {"<": [("tag:yaml.org,2002:merge", re.compile("<<"))]}  # noqa: RUF012

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        twice = [key for key in keys if isinstance(key, str) and keys.count(key) > 1]
        if twice:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {twice[0]!r} stands twice", node.start_mark
            )
        return super().construct_mapping(node, deep)


def _list(names: Any) -> str:
    return ", ".join(names)
