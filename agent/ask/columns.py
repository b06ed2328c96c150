"""The columns of an exported audience: which there are, what they mean, and their rows in pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from agent.data import store as tables
from agent.data.store import Store
from agent.data.warehouse import Warehouse
from agent.errors import ConditionError
from agent.facts.catalogue import catalogue
from agent.tags.rules import local_rules
from agent.tags.taxonomy import load_taxonomy, switched_off
from agent.vocabulary import Term, Vocabulary
from agent.workspace import Workspace

Kind = Literal["text", "integer", "number"]
Pair = tuple[str, str]  # English, Chinese
# What is in memory at one time; a row group of a Parquet file.
PAGE = 20_000

_ARROW = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64()}
_SQL = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE"}
_KINDS: dict[str, Kind] = {"integer": "integer", "number": "number", "category": "text"}
_UNITS: dict[str, Pair] = {
    "orders": ("orders", "单"),
    "money": ("the shop's currency", "店铺货币"),
    "days": ("days", "天"),
    "ratio": ("ratio", "比值"),
    "share": ("share from 0 to 1", "占比，0到1"),
    "categories": ("categories", "个品类"),
    "category": ("name of a category, as in the data", "品类名称（与数据一致）"),
    "department": ("name of a department, as in the data", "部门名称（与数据一致）"),
    "views": ("views", "次浏览"),
    "additions": ("additions to the cart", "次加购"),
    "searches": ("searches", "次搜索"),
    "reviews": ("reviews", "条评价"),
    "stars": ("stars", "星"),
}
_CUSTOMER = (
    "the customer's id; import it as text, or a spreadsheet drops zeros at its start",
    "顾客编号；请按文本导入，否则电子表格会丢掉开头的零",
)
_SUMMARY = ("the written summary; empty: none was written", "文字概述；空：尚未撰写")


@dataclass(frozen=True)
class Choice:
    """What stands beside the ids: fields and attributes, tags, the summary."""

    fields: Sequence[str] = ()
    tags: Sequence[str] = ()
    summary: bool = False


@dataclass(frozen=True)
class Column:
    """One column. `sql`: its value in `_ROWS`; None for the summary, which the store holds."""

    name: str
    kind: Kind
    meaning: Pair
    unit: Pair | None
    sql: str | None

    def as_dict(self) -> dict[str, Any]:
        """As the header says it."""
        unit = None if self.unit is None else {"en": self.unit[0], "zh": self.unit[1]}
        meaning = {"en": self.meaning[0], "zh": self.meaning[1]}
        return {"name": self.name, "type": self.kind, "unit": unit, "meaning": meaning}


def choose_columns(
    choice: Choice, workspace: Workspace, vocabulary: Vocabulary, warehouse: Warehouse
) -> list[Column]:
    """The id, then what was chosen, in that order and each once.

    Raises `ConditionError` for a name that does not exist, for a tag that this shop does not give,
    and where two columns would have the same name.
    """
    fields, tags = (list(dict.fromkeys(names)) for names in (choice.fields, choice.tags))
    money = workspace.store.get_meta("currency") or ""
    columns = [Column("customer", "text", _CUSTOMER, None, "i.customer")]
    columns += [_field(vocabulary.field(name), money) for name in fields]
    _check_tags(tags, workspace, vocabulary, warehouse)
    for number, tag in enumerate(tags):
        columns += _tag(vocabulary.tag(tag), number)
    if choice.summary:
        columns.append(Column("summary", "text", _SUMMARY, None, None))
    name, count = Counter(column.name for column in columns).most_common(1)[0]
    if count > 1:
        raise ConditionError(f"two columns would be called {name!r}: leave one of them out")
    return columns


def schema(columns: Sequence[Column]) -> pa.Schema:
    """The columns as Arrow types; every value may be unknown but the id."""
    return pa.schema([(column.name, _ARROW[column.kind]) for column in columns])


def read_pages(
    columns: Sequence[Column],
    tags: Sequence[str],
    customers: Sequence[str],
    store: Store,
    warehouse: Warehouse,
) -> Generator[pa.Table, None, None]:
    """The customers' rows in their order, a page at a time. Raises `DataError`, `StoreError`."""
    counted = np.arange(len(customers))
    chosen = list(dict.fromkeys(tags))
    warehouse.register("export_ids", _frame("customer", customers, counted))
    warehouse.register("export_tags", _frame("tag", chosen, np.arange(len(chosen))))
    told = [column for column in columns if column.sql]
    values = ", ".join(f"CAST({c.sql} AS {_SQL[c.kind]}) AS c{n}" for n, c in enumerate(told))
    warehouse.execute(_ROWS.format(values=values, tags=_tag_values(len(chosen))))
    try:
        for start in range(0, len(customers), PAGE):
            frame = warehouse.frame(
                f"SELECT * EXCLUDE n FROM export_rows WHERE n BETWEEN {start} "
                f"AND {start + PAGE - 1} ORDER BY n"
            )
            frame.columns = pd.Index([column.name for column in told])
            yield _page(frame, columns, store)
    finally:
        warehouse.execute("DROP TABLE export_rows")


# A tag without a row is one that the customer does not carry, as conditions have it.
_ROWS = """
CREATE OR REPLACE TEMP TABLE export_rows AS
SELECT i.n, {values}
FROM export_ids i
LEFT JOIN customer_facts f ON f.customer = i.customer
LEFT JOIN (
  SELECT g.customer{tags}
  FROM customer_tags g JOIN export_tags c ON c.tag = g.tag GROUP BY g.customer
) t ON t.customer = i.customer
"""


def _tag_values(count: int) -> str:
    return "".join(
        f", max(g.{value}) FILTER (WHERE c.n = {n}) AS {value}{n}"
        for n in range(count)
        for value in ("probability", "decision")
    )


def _frame(name: str, values: Sequence[str], counted: Any) -> pd.DataFrame:
    return pd.DataFrame({"n": counted, name: pd.Series(values, dtype="str")})


def _page(frame: pd.DataFrame, columns: Sequence[Column], store: Store) -> pa.Table:
    customers: list[str] = frame["customer"].tolist()
    for column in columns:
        if column.sql is None:
            written = _summaries(customers, store)
            frame[column.name] = [written.get(customer) for customer in customers]
    return pa.Table.from_pandas(frame, schema(columns), preserve_index=False)


def _summaries(customers: Sequence[str], store: Store) -> dict[str, str]:
    table = tables.profiles
    query = sa.select(table.c.customer, table.c.summary).where(table.c.customer.in_(customers))
    with store.begin() as connection:
        return dict(connection.execute(query).all())


def _field(term: Term, currency: str) -> Column:
    computed = next((field for field in catalogue() if field.name == term.name), None)
    sql = 'f."' + term.name.replace('"', '""') + '"'
    if computed is None:
        meaning = f"{term.label_en}, as the shop gave it", f"{term.label_zh}（店铺提供）"
        return Column(term.name, "number" if term.numeric else "text", meaning, None, sql)
    meaning = (
        f"{computed.en.label}: {computed.en.description}",
        f"{computed.zh.label}：{computed.zh.description}",
    )
    unit = _UNITS.get(term.unit, (term.unit, term.unit))
    if currency and term.unit == "money":
        unit = currency, currency
    return Column(term.name, _KINDS[computed.type], meaning, unit, sql)


def _tag(term: Term, number: int) -> list[Column]:
    told = next((tag for tag in load_taxonomy() if tag.id == term.name), None)
    en, zh = (f": {told.en.description}", f"：{told.zh.description}") if told else ("", "")
    chance = (
        f'probability of the tag "{term.label_en}"{en} Empty: not carried, no figure',
        f"标签“{term.label_zh}”的概率{zh}空：不带此标签，没有数值",
    )
    decision = (
        f'whether the customer carries the tag "{term.label_en}": yes, no or unknown',
        f"顾客是否带有标签“{term.label_zh}”：yes（是）、no（否）或unknown（未知）",
    )
    share = ("probability from 0 to 1", "概率，0到1")
    return [
        Column(f"{term.name}_probability", "number", chance, share, f"t.probability{number}"),
        Column(
            f"{term.name}_decision", "text", decision, None, f"coalesce(t.decision{number}, 'no')"
        ),
    ]


def _check_tags(
    tags: Sequence[str], workspace: Workspace, vocabulary: Vocabulary, warehouse: Warehouse
) -> None:
    """A tag that the shop does not give says "no" of nobody."""
    sensitive = tuple(workspace.settings.sensitive_tags)
    off = switched_off(sensitive)
    for tag in tags:
        vocabulary.tag(tag)
        if tag in off:
            raise ConditionError(
                f"the tag {tag!r} is sensitive and switched off: name it in the settings under "
                "sensitive_tags, and build"
            )
    rules, _ = local_rules(load_taxonomy(), vocabulary, sensitive)
    missing = [tag for tag in tags if tag not in rules]
    if not missing:
        return
    given = set(warehouse.frame("SELECT DISTINCT tag FROM customer_tags")["tag"])
    for tag in missing:
        if tag not in given:
            raise ConditionError(
                f"this shop does not give the tag {tag!r}: `portrait tags` lists those it gives"
            )
