"""300 malformed rows of 27 kinds between good ones: all of those are refused, and only those."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agent.data import store as tables
from agent.data.ingest import ingest
from agent.data.mapping import Mapping
from agent.data.report import FileReport
from agent.workspace import Workspace

HEADER = "customer,time,order,product,quantity,amount,discount,rating,comment"
COLUMNS = HEADER.split(",")
SOURCE = {
    "table": "events",
    "columns": {
        **{name: name for name in COLUMNS if name != "comment"},
        "text": "comment",
    },
    "rating_range": [1, 5],
}
# Good rows that look odd: each must be taken.
GOOD = [
    "c1,2017-01-02 13:05,{order},milk,1,2.50,0,5,",
    '"c2","2017/1/2 13:05","{order}","tea, green","2","¥1,234.50","",,"He said ""fine"", twice"',
    "c3,1483362300,{order},milk,0,0,0,,",
    "c4,2017-01-02T13:05:00.123+08:00,{order},,１,９.９９,N/A,null,",
    "c5,20170102,{order},unheard-of,-2,-5.00,0,,",
    'c6,2017-01-02,{order},5" pipe,0,3.10,,,"two\nlines, ok"',
    "c7 ,2017年1月2日 13:05,{order},茶,1,1e1,NaN,4.5,很好，再买",
]
BAD = {
    "missing customer": ",2017-01-02,{order},milk,1,2,0,,",
    "null customer": " N/A ,2017-01-02,{order},milk,1,2,0,,",
    "missing time": "c1,,{order},milk,1,2,0,,",
    "no time": "c1,yesterday,{order},milk,1,2,0,,",
    "day or month": "c1,03/04/2017,{order},milk,1,2,0,,",
    "future": "c1,2999-01-01,{order},milk,1,2,0,,",
    "past": "c1,1899-12-31,{order},milk,1,2,0,,",
    "30 February": "c1,2017-02-30,{order},milk,1,2,0,,",
    "hour 25": "c1,2017-02-03 25:10,{order},milk,1,2,0,,",
    "quantity in words": "c1,2017-01-02,{order},milk,two,2,0,,",
    "amount in words": "c1,2017-01-02,{order},milk,1,free,0,,",
    "infinite amount": "c1,2017-01-02,{order},milk,1,inf,0,,",
    "impossible amount": "c1,2017-01-02,{order},milk,1,1e12,0,,",
    "negative amount": "c1,2017-01-02,{order},milk,1,-2,0,,",
    "negative discount": "c1,2017-01-02,{order},milk,1,2,-1,,",
    "nothing bought": "c1,2017-01-02,{order},,1,,0,,",
    "rating": "c1,2017-01-02,{order},milk,1,2,0,9,",
    "too few fields": "c1,2017-01-02,{order},milk",
    "too many fields": "c1,2017-01-02,{order},milk,1,2,0,,,,x",
    "open quote": 'c1,"2017-01-02,{order},milk,1,2,0,,',
    "torn quote": 'c1,"2017"-01-02,{order},milk,1,2,0,,',
    "NUL": "c1,2017-01-02,{order},mi\0lk,1,2,0,,",
    "control character": "c1,2017-01-02,{order}\x07,milk,1,2,0,,",
    "long id": "c1,2017-01-02,{order}" + "x" * 201 + ",milk,1,2,0,,",
    "long text": "c1,2017-01-02,{order},milk,1,2,0,," + "x" * 100_001,
    "mangled id": "3.12E+10,2017-01-02,{order},milk,1,2,0,,",
    "repeat": "",  # the good row before it once more
}
UNDECODABLE = b"c1,2017-01-02,o,mi\xff\xffk,1,2,0,,"
MALFORMED = 300

EventsOf = Callable[[Workspace], pd.DataFrame]
MakeMapping = Callable[..., Mapping]


def lines(kinds: dict[str, str]) -> tuple[list[str], list[str]]:
    """600 lines, good and bad in turn, and the orders of the good ones."""
    text, orders = [], []
    names = list(kinds)
    for i in range(MALFORMED):
        orders.append(f"good{i}")
        good = GOOD[i % len(GOOD)].format(order=orders[-1])
        bad = kinds[names[i % len(names)]].format(order=f"bad{i}")
        text += [good, bad or good]
    return text, orders


def checked(report: FileReport, events: pd.DataFrame, orders: list[str]) -> None:
    assert report.given == MALFORMED + len(orders)
    assert report.accepted + report.quarantined == report.given
    assert sorted(events["order_id"]) == sorted(orders)
    assert report.quarantined == MALFORMED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv(
    encoding: str,
    workspace: Workspace,
    tmp_path: Path,
    make_mapping: MakeMapping,
    events_of: EventsOf,
) -> None:
    text, orders = lines(BAD)
    path = tmp_path / "rows.csv"
    path.write_bytes("\r\n".join([HEADER, *text, ""]).encode(encoding))
    report = ingest(workspace, make_mapping({"rows": {**SOURCE, "file": "rows.csv"}}))
    checked(report.files[0], events_of(workspace), orders)
    assert len(report.files[0].reasons) >= 15
    assert workspace.store.count(tables.quarantine) == MALFORMED


def test_undecodable_bytes_cost_their_row_only(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping, events_of: EventsOf
) -> None:
    good = [GOOD[6].format(order=f"o{i}").encode() for i in range(5)]
    content = b"\n".join([HEADER.encode(), good[0], UNDECODABLE, *good[1:], UNDECODABLE])
    (tmp_path / "rows.csv").write_bytes(content)
    report = ingest(workspace, make_mapping({"rows": {**SOURCE, "file": "rows.csv"}}))
    assert report.files[0].reasons == {"product: undecodable bytes": 2}
    assert sorted(events_of(workspace)["order_id"]) == [f"o{i}" for i in range(5)]


def test_values_of_the_odd_good_rows(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping, events_of: EventsOf
) -> None:
    rows = [good.format(order=f"o{i}") for i, good in enumerate(GOOD)]
    (tmp_path / "rows.csv").write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    mapping = make_mapping({"rows": {**SOURCE, "file": "rows.csv"}}, shop_timezone="Asia/Shanghai")
    ingest(workspace, mapping)
    found = events_of(workspace).set_index("customer").sort_index()
    times = [
        f"2017-01-02 {clock}"
        for clock in ("13:05", "13:05", "21:05", "13:05:00.123", "00:00", "00:00", "13:05")
    ]
    assert list(found["time"]) == [pd.Timestamp(time) for time in times]
    amounts = [2.5, 1234.5, 0, 9.99, -5, 3.1, 10]
    assert [float(amount) for amount in found["amount"]] == amounts
    assert list(found["quantity"]) == [1, 2, 0, 1, -2, 0, 1]
    assert list(found["kind"]) == ["purchase"] * 4 + ["return"] + ["purchase"] * 2
    assert found.loc["c2", "text"] == 'He said "fine", twice'
    assert found.loc["c6", "product"] == '5" pipe'
    assert found.loc["c7", "product"] == "茶"


def test_row_numbers_are_those_of_the_file(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping
) -> None:
    content = [
        HEADER,  # line 1
        "",
        'c1,2017-01-02,o1,milk,1,2,0,,"three\nlines\nlong"',  # lines 3 to 5
        'c1,2017-01-02,o2,milk,two,2,0,,"two\nlines"',  # lines 6 and 7
        'c1,"2017-01-02,o3,milk,1,2,0,,',  # line 8
        "c1,2017-01-02",  # line 9
    ]
    (tmp_path / "rows.csv").write_text("\n".join(content), encoding="utf-8")
    ingest(workspace, make_mapping({"rows": {**SOURCE, "file": "rows.csv"}}))
    rows = workspace.store.rows(tables.quarantine.select().order_by(tables.quarantine.c.row))
    assert [(r["row"], r["field"], r["reason"], r["value"]) for r in rows] == [
        (6, "quantity", "not a number", "two"),
        (8, "", "quotes that do not match", ""),
        (9, "", "wrong number of fields", "2 fields, not 9"),
    ]


def typed_rows() -> tuple[list[list[Any]], list[str]]:
    """Rows as a table program or a data frame holds them, good and bad in turn."""
    when = pd.Timestamp("2017-01-02 13:05")
    bad: list[list[Any]] = [
        [None, when, "bad", "milk", 1, 2.0, 0.0, None, None],
        ["c1", None, "bad", "milk", 1, 2.0, 0.0, None, None],
        ["c1", pd.Timestamp("2099-01-01"), "bad", "milk", 1, 2.0, 0.0, None, None],
        ["c1", when, "bad", "milk", 1, -2.0, 0.0, None, None],
        ["c1", when, "bad", "milk", 1, 2e10, 0.0, None, None],
        ["c1", when, "bad", "milk", 1, 2.0, -1.0, None, None],
        ["c1", when, "bad", "milk", 1, 2.0, 0.0, 6.0, None],
        ["c1", when, "bad", None, 1, None, 0.0, None, None],
        ["c1", when, "x" * 201, "milk", 1, 2.0, 0.0, None, None],
    ]
    rows, orders = [], []
    for i in range(MALFORMED):
        orders.append(f"good{i}")
        rows.append([f"c{i % 9}", when, orders[-1], "milk", i % 3, 2.5, 0.0, 5.0, "好"])
        rows.append(bad[i % len(bad)])
    return rows, orders


def test_parquet(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping, events_of: EventsOf
) -> None:
    rows, orders = typed_rows()
    table = pa.table({name: [row[i] for row in rows] for i, name in enumerate(COLUMNS)})
    pq.write_table(table, tmp_path / "rows.parquet")
    report = ingest(workspace, make_mapping({"rows": {**SOURCE, "file": "rows.parquet"}}))
    checked(report.files[0], events_of(workspace), orders)


def test_excel(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping, events_of: EventsOf
) -> None:
    rows, orders = typed_rows()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([])  # an empty row first, as people leave one
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append(row)
    sheet.append([None] * 9)
    book.save(tmp_path / "rows.xlsx")
    report = ingest(workspace, make_mapping({"rows": {**SOURCE, "file": "rows.xlsx"}}))
    checked(report.files[0], events_of(workspace), orders)
    first = workspace.store.rows(tables.quarantine.select().order_by(tables.quarantine.c.row))[0]
    assert first["row"] == 4
