"""Labels as people write them: two forms, many spellings, and files that are none."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.errors import ReadError
from agent.tags.labels import Labels, read_labels

CUSTOMERS = ("a", "b", "c", "007", "客户一")


def read(folder: Path, text: str | bytes, encoding: str = "utf-8") -> Labels:
    path = folder / "labels.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read_labels(path, CUSTOMERS)


def plain(labels: Labels) -> dict[str, dict[str, bool]]:
    return {tag: dict(series) for tag, series in labels.tags.items()}


def refused(folder: Path, text: str | bytes) -> str:
    with pytest.raises(ReadError) as found:
        read(folder, text)
    message = str(found.value)
    assert "\n" not in message
    assert str(folder) in message
    return message


# ---- the two forms


def test_one_row_a_label(tmp_path: Path) -> None:
    found = read(tmp_path, "customer,tag,value\nb,kids,yes\na,kids,no\na,churned,1\n")
    assert plain(found) == {"kids": {"a": False, "b": True}, "churned": {"a": True}}
    assert list(found.tags["kids"].index) == ["a", "b"]
    assert found.tags["kids"].name == "kids"
    assert found.unknown == []


def test_one_column_a_tag(tmp_path: Path) -> None:
    found = read(tmp_path, "churned,customer,流失\ny,a,是\n,b,否\nn,客户一,\n")
    assert plain(found) == {
        "churned": {"a": True, "客户一": False},
        "流失": {"a": True, "b": False},
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True), ("Y", True), ("1", True), ("TRUE", True), ("on", True), ("是", True),
        ("有", True), ("ＹＥＳ", True), (" yes ", True), ("１", True),
        ("no", False), ("N", False), ("0", False), ("False", False), ("off", False), ("否", False),
        ("无", False),
    ],
)  # fmt: skip
def test_yes_and_no_in_the_usual_ways(tmp_path: Path, text: str, value: bool) -> None:
    assert plain(read(tmp_path, f"customer,tag,value\na,t,{text}\n")) == {"t": {"a": value}}
    assert plain(read(tmp_path, f"customer,t\na,{text}\n")) == {"t": {"a": value}}


@pytest.mark.parametrize("text", ["1.0", "0.0"])
def test_numbers_as_table_programs_write_them(tmp_path: Path, text: str) -> None:
    """pandas writes 1.0 for 1 in a column with gaps."""
    assert plain(read(tmp_path, f"customer,t\na,{text}\nb,\n")) == {"t": {"a": text == "1.0"}}


@pytest.mark.parametrize("text", ["", " ", "null", "N/A", "nan"])
def test_missing_is_unknown_and_not_no(tmp_path: Path, text: str) -> None:
    assert plain(read(tmp_path, f"customer,t\na,{text}\nb,no\n")) == {"t": {"b": False}}


def test_customers_without_data_are_counted_once(tmp_path: Path) -> None:
    text = "customer,tag,value\na,t,1\nx,t,1\nx,u,0\ny,t,\n"
    found = read(tmp_path, text)
    assert found.unknown == ["x", "y"]
    assert plain(found) == {"t": {"a": True}}


def test_ids_are_those_that_ingest_would_make_of_them(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("customer,t\n12.0,1\n ｃ ,0\n", encoding="utf-8")
    assert plain(read_labels(path, ["12", "c"])) == {"t": {"12": True, "c": False}}


def test_saying_the_same_twice_is_no_conflict(tmp_path: Path) -> None:
    text = "customer,tag,value\na,t,1\na,t,yes\na,t,\n"
    assert plain(read(tmp_path, text)) == {"t": {"a": True}}


# ---- encodings, delimiters, quotes


CHINESE = "customer,流失\na,是\nb,否\n客户一,是\n"
EXPECTED = {"流失": {"a": True, "b": False, "客户一": True}}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-32"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    assert plain(read(tmp_path, CHINESE, encoding)) == EXPECTED


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path: Path, delimiter: str, end: str) -> None:
    text = CHINESE.replace(",", delimiter).replace("\n", end)
    assert plain(read(tmp_path, text)) == EXPECTED


def test_quoted_cells_and_empty_lines(tmp_path: Path) -> None:
    text = '"customer","tag","value"\n\n"a","likes ""x"", y","yes"\n,,\n"b","likes ""x"", y",no'
    assert plain(read(tmp_path, text)) == {'likes "x", y': {"a": True, "b": False}}


def test_headers_in_any_case(tmp_path: Path) -> None:
    found = read(tmp_path, " Customer , TAG ,Value\na,Kids,1\n")
    assert plain(found) == {"Kids": {"a": True}}


# ---- what is refused, and where


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("customer,tag,value\na,t,yes\na,t,no\n", r"row 3: customer 'a' .* 't'.*keep one"),
        ("customer,t\na,1\nb,0\na,0\n", "row 4: customer 'a'"),
        ("customer,tag,value\na,t,maybe\n", "row 2: t is 'maybe': write yes, no or nothing"),
        ("customer,t\na,1\n\nb,2\n", "row 4: t is '2'"),
        ("customer,tag,value\nx,t,perhaps\n", "row 2: t is 'perhaps'"),
        ("customer,tag,value\na,,1\n", "row 2: '' is no name for a tag"),
        ("customer,tag,value\na,t\x07,1\n", "no name for a tag"),
        (f"customer,tag,value\na,{'n' * 1000},1\n", "no name for a tag: 1-60"),
        (f"customer,{'n' * 1000}\na,1\n", "no name for a tag: 1-60"),
        ("customer,tag,value\na,t,1,more\n", "row 2: 4 cells, not 3"),
        ("customer,t\na\n", "row 2: 1 cells, not 2"),
        ("customer,t,t\na,1,0\n", "column 't' is there twice"),
        ("who,t\na,1\n", "its columns are who, t; write customer, tag, value"),
        ("customer\na\n", "its columns are customer; write"),
        ("", "its columns are none; write customer, tag, value"),
        ("\n\n", "its columns are none"),
        ("customer,tag,value\n", "labels none .*: below its column names there is no yes"),
        ("customer,t,u\n", "labels none of the customers"),
        ("customer,t\na,\nb,\n", "labels none of the customers"),
        ("customer,t\nx,1\ny,0\n", r"2 ids are not known here, such as '[xy]'"),
    ],
)
def test_refused_with_the_place_and_what_to_write(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ReadError, match=told):
        read(tmp_path, text)
    assert len(refused(tmp_path, text)) < 400


def test_rows_are_counted_as_the_file_shows_them(tmp_path: Path) -> None:
    """A quoted cell may hold line breaks; the row is the line on which it starts."""
    text = 'customer,tag,value\n"a\nb",t,1\nc,t,what\n'
    assert "row 4: t is 'what'" in refused(tmp_path, text)


@pytest.mark.parametrize(
    "content",
    [b"\x00\x01\x02" * 50, b"PAR1" + bytes(50), b"PK\x03\x04rest", b"customer,t\na,\xff\xfe\x80\n",
     b"\x1f\x8b\x08rest", b"\xff\xfea"],
)  # fmt: skip
def test_files_that_are_no_text(tmp_path: Path, content: bytes) -> None:
    refused(tmp_path, content)


def test_an_unending_cell_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, 'customer,t\n"' + "x" * 200_000)


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    for path, told in ((tmp_path, "Is a directory"), (tmp_path / "no.csv", "No such file")):
        with pytest.raises(ReadError, match=told):
            read_labels(path, CUSTOMERS)


# ---- whatever is labelled comes back, in either form


NAMES = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters="\\"), min_size=1, max_size=20
).filter(lambda name: name.casefold() not in {"customer", "tag", "value"})
TABLES = st.dictionaries(
    NAMES,
    st.dictionaries(st.sampled_from(CUSTOMERS), st.booleans(), min_size=1),
    min_size=1,
    max_size=5,
)


def written(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


@given(TABLES)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_both_forms_come_back(tmp_path: Path, table: dict[str, dict[str, bool]]) -> None:
    words = {True: "yes", False: "no"}
    long = [[c, tag, words[v]] for tag, values in table.items() for c, v in values.items()]
    assert plain(read(tmp_path, written([["customer", "tag", "value"], *long]))) == table
    wide = pd.DataFrame(table, index=list(CUSTOMERS)).replace(words)
    cells = wide.astype(object).where(wide.notna(), "").reset_index().to_numpy().tolist()
    assert plain(read(tmp_path, written([["customer", *table], *cells]))) == table
