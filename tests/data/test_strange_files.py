"""Files that are not what their name says: one line of error or rows in quarantine."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agent.data.ingest import ingest
from agent.data.mapping import Mapping
from agent.errors import MappingError, PortraitError, ReadError, StoreError
from agent.workspace import Workspace

EventsOf = Callable[[Workspace], pd.DataFrame]
MakeMapping = Callable[..., Mapping]
SOURCE = {"table": "events", "columns": {"customer": "c", "time": "t", "amount": "a"}}
ROWS = "c,t,a\n1,2017-01-02,5\n2,2017-01-02,6\n"


@pytest.fixture
def read(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping
) -> Callable[..., tuple[int, int]]:
    def run(name: str, content: bytes | None = None, **options: object) -> tuple[int, int]:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        report = ingest(workspace, make_mapping({"s": {**SOURCE, "file": name, **options}}))
        return report.accepted, report.quarantined

    return run


Read = Callable[..., tuple[int, int]]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n\n  \n", "is empty"),
        (
            "binary.csv",
            os.urandom(20_000) + b"\0" * 5000,
            "is not a text file|has no column|column names|cannot be read",
        ),
        ("parquet.csv", b"PAR1....", "is Parquet by its content"),
        ("excel.csv", b"PK\x03\x04....", "is Excel or zip by its content"),
        ("packed.csv", gzip.compress(ROWS.encode()), "is packed with gzip"),
        ("torn.csv.gz", gzip.compress(ROWS.encode() * 1000)[:60], "cannot be read"),
        ("notgz.csv.gz", ROWS.encode(), "cannot be read"),
        ("text.parquet", ROWS.encode(), "cannot be read"),
        ("text.xlsx", ROWS.encode(), "cannot be read"),
        ("text.xls", ROWS.encode(), "cannot be read"),
        ("empty.parquet", b"", "cannot be read"),
        ("empty.xlsx", b"", "cannot be read"),
        ("line.csv", b"x" * 10_000_000, "has no column 'c'|does not begin"),
        ("quote.csv", b'"c,t,a\n1,2017-01-02,5\n', "does not begin with a line of column names"),
        ("nul.csv", b"c,t,a\0\n1,2017-01-02,5\n", "is not a text file"),
        ("wide.csv", ROWS.encode("utf-16-le"), "is UTF-16: then name its encoding"),
        ("twice.csv", b"c,t,a,a\n1,2017-01-02,5,6\n", "column 'a' stands there twice"),
        ("rows.json", b"{}", "the format is not known; known: .csv"),
        ("rows", b"{}", "the format is not known; known: .csv"),
        ("folder.csv", None, "is a folder"),
    ],
)
def test_unreadable(
    read: Read, tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is None:
        (tmp_path / name).mkdir()
    with pytest.raises(PortraitError) as caught:
        read(name, content)
    assert isinstance(caught.value, ReadError | MappingError)
    assert any(part in str(caught.value) for part in message.split("|")), str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "options", "expected"),
    [
        ("header.csv", b"c,t,a\n", {}, (0, 0)),
        ("mac.csv", ROWS.replace("\n", "\r").encode(), {}, (2, 0)),
        ("semicolon.csv", ROWS.replace(",", ";").encode(), {}, (2, 0)),
        ("tab.tsv", ROWS.replace(",", "\t").encode(), {}, (2, 0)),
        ("pipe.txt", ROWS.replace(",", "|").encode(), {}, (2, 0)),
        ("caret.txt", ROWS.replace(",", "^").encode(), {"delimiter": "^"}, (2, 0)),
        ("rows.csv.gz", gzip.compress(ROWS.encode()), {}, (2, 0)),
        ("ROWS.CSV", ROWS.encode("utf-16"), {}, (2, 0)),
        ("wide.csv", ROWS.encode("utf-16-le"), {"encoding": "utf-16-le"}, (2, 0)),
        ("other.csv", b"x,x,c,t,a\n1,2,3,2017-01-02,4\n", {}, (1, 0)),
        ("long.csv", ROWS.encode() + b"x" * 10_000_000 + b"\n3,2017-01-02,1", {}, (3, 1)),
        ("open.csv", ROWS.encode() + b'"open\n' * 3000 + b"3,2017-01-02,1", {}, (3, 3000)),
    ],
)
def test_readable(
    read: Read, name: str, content: bytes, options: dict[str, str], expected: tuple[int, int]
) -> None:
    assert read(name, content, **options) == expected


def test_a_gzip_file_torn_in_the_middle_changes_nothing(
    read: Read, workspace: Workspace, events_of: EventsOf
) -> None:
    rows = "".join(f"{i},2017-01-02,{os.urandom(4).hex()}\n" for i in range(50_000))
    packed = gzip.compress(f"c,t,a\n{rows}".encode())
    with pytest.raises(ReadError, match="cannot be read"):
        read("rows.csv.gz", packed[: len(packed) // 2])
    assert events_of(workspace).empty


def test_nested_and_odd_parquet_columns(read: Read, tmp_path: Path) -> None:
    time = pa.array(["2017-01-02"])
    odd = [
        pa.array([[1, 2]]),
        pa.array([{"x": 1}]),
        pa.array([b"1"]),
        pa.array([b"1" * 16], pa.uuid()),
    ]
    for column in odd:
        pq.write_table(pa.table({"c": column, "t": time, "a": [1]}), tmp_path / "odd.parquet")
        with pytest.raises(MappingError, match=r"column 'c' holds .*, not single values"):
            read("odd.parquet")
    plain = pa.table(
        {
            "c": pa.array(["1"]).dictionary_encode(),
            "t": time.cast(pa.large_string()),
            "a": pa.array([True]),
            "nested": [[1]],
        }
    )
    pq.write_table(plain, tmp_path / "fine.parquet")
    assert read("fine.parquet") == (0, 1)  # true is no amount
    amounts = (
        pa.array([1], pa.uint64()),
        pa.array([Decimal("1.5")]),
        pa.array([1.5], pa.float16()),
    )
    for number, amount in enumerate(amounts):
        table = pa.table({"c": [number], "t": time, "a": amount})
        pq.write_table(table, tmp_path / "more.parquet")
        assert read("more.parquet") == (1, 0)


def test_excel_with_merged_cells_titles_and_sheets(
    read: Read, tmp_path: Path, workspace: Workspace
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "May"
    for row in (
        ["c", "t", "a"],
        ["1", "2017-01-02", 5],
        [None, "2017-01-03", 6],
        [],
        ["2", 42737.5, "x"],
        ["3", 42737.5, 7],
    ):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.create_sheet("Empty")
    book.save(tmp_path / "book.xlsx")
    assert read("book.xlsx") == (2, 2)
    with pytest.raises(ReadError, match="sheet 'Empty' is empty"):
        read("book.xlsx", sheet="Empty")
    with pytest.raises(MappingError, match="has no sheet 'June'; its sheets: May, Empty"):
        read("book.xlsx", sheet="June")


@pytest.mark.parametrize(
    ("text", "encoding", "taken_for"),
    [
        ("好茶，很好喝，下次再买", "gb18030", "gb18030"),
        ("好茶", "gbk", "gb18030"),
        (
            "la crème brûlée était très bonne, déjà goûtée à l'été chez le pâtissier",
            "cp1252",
            "cp1252",
        ),
    ],
)
def test_guessed_encodings(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping, events_of: EventsOf,
    text: str, encoding: str, taken_for: str,
) -> None:  # fmt: skip
    (tmp_path / "e.csv").write_bytes(f'c,t,a,x\n1,2017-01-02,5,"{text}"\n'.encode(encoding))
    columns = {**SOURCE["columns"], "text": "x"}  # type: ignore[dict-item]
    report = ingest(workspace, make_mapping({"s": {**SOURCE, "file": "e.csv", "columns": columns}}))
    assert f"the encoding was taken for {taken_for}" in report.warnings[0]
    assert list(events_of(workspace)["text"]) == [text]


def test_a_damaged_home_is_named(read: Read, workspace: Workspace) -> None:
    read("rows.csv", ROWS.encode())
    for path in workspace.events.glob("bucket=*/events.parquet"):
        path.write_bytes(b"damaged")
    with pytest.raises(StoreError, match=r"events.parquet: is damaged"):
        read("rows.csv", ROWS.encode())
    for name in ("keys.parquet", "products.parquet"):
        (workspace.home / name).write_bytes(b"damaged")
        with pytest.raises(StoreError, match="damaged"):
            read("rows.csv", ROWS.encode())
        (workspace.home / name).unlink()


@pytest.mark.parametrize(
    "name", ["a**b.csv", "x" * 5000, "a\x00b.csv", ".", "[.csv", "/none/*.csv"]
)
def test_odd_names(make_mapping: MakeMapping, workspace: Workspace, name: str) -> None:
    with pytest.raises((MappingError, ReadError)):
        ingest(workspace, make_mapping({"s": {**SOURCE, "file": name}}))
