"""Exports read back by csv and DuckDB: rows, headers, cells, consent, and what may be chosen."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.ask import columns
from agent.ask.columns import Choice
from agent.data.ingest import ingest
from agent.data.mapping import load_mapping
from agent.data.warehouse import Warehouse
from agent.errors import ConditionError, UnknownError
from agent.facts.catalogue import catalogue
from agent.profiles.build import refresh_facts
from agent.settings import Settings
from agent.vocabulary import Term
from agent.workspace import Workspace
from tests.ask.exports import (
    QUERY,
    SUMMARY,
    WORDS,
    Home,
    header_of,
    open_home,
    read_csv,
)
from tests.small_shop import Shop, make_shop, vocabulary

RUNNING = tuple("=+-@\t\r\n＝＋－＠")
# What people have sent to shops as their name, and what a spreadsheet makes of it.
STRANGE = [
    *("=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠1", " =1", "\u3000=1"),
    *(
        "'=1",
        "''=1",
        "'x",
        "'",
        "007",
        "1e5",
        "a,b",
        'a"b',
        "a;=1",
        "客户",
        "\ufeff=1",
        "a\r\nb",
        "x'",
    ),
    *('=HYPERLINK("http://x","y")', "1'; DROP TABLE customers; --", "x" * 200, "\u200b-2"),
]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with open_home(tmp_path) as opened:
        yield opened


@dataclass(frozen=True)
class Read:
    names: list[str]
    types: list[str]
    rows: list[tuple[Any, ...]]


def read_parquet(path: Path) -> Read:
    with duckdb.connect() as database:
        found = database.read_parquet(str(path))
        return Read(found.columns, [str(one) for one in found.types], found.fetchall())


def undo(cell: str) -> str:
    """What the header says of getting a text back."""
    if not cell.startswith("'"):
        return cell
    bare = cell.lstrip("'")
    invisible = ("Zs", "Zl", "Zp", "Cc", "Cf")
    first = next(
        (
            letter
            for letter in cell
            if letter != "'" and unicodedata.category(letter) not in invisible
        ),
        "",
    )
    return cell[1:] if bare[:1] in ("\t", "\r", "\n") or first in tuple("=+-@＝＋－＠") else cell


# ---- what stands in the files


CHOICE = Choice(("orders", "spend", "age", "city"), ("kids", "pet_owner"), summary=True)
NAMES = [
    *("customer", "orders", "spend", "age", "city", "kids_probability", "kids_decision"),
    *("pet_owner_probability", "pet_owner_decision", "summary"),
]


def expected(shop: Shop, customer: str) -> list[Any]:
    facts = [shop.customers[customer][name] for name in CHOICE.fields]
    tags = [
        value
        for tag in CHOICE.tags
        for value in (shop.tags.get((customer, tag)), shop.decision(customer, tag) or "no")
    ]
    return [customer, *facts, *tags, SUMMARY if customer in ("c00", "c03") else None]


def test_a_csv_holds_what_was_chosen_in_the_order_of_the_audience(
    home: Home, tmp_path: Path
) -> None:
    customers = sorted(home.shop.customers, reverse=True)
    told = home.export(tmp_path / "audience.csv", customers, CHOICE)
    names, *rows = read_csv(tmp_path / "audience.csv")
    assert names == NAMES
    assert (told.customers, told.held_back, told.path) == (40, 0, tmp_path / "audience.csv")
    for row, customer in zip(rows, customers, strict=True):
        values = expected(home.shop, customer)
        assert [undo(cell) for cell in row] == ["" if v is None else str(v) for v in values]
    assert not list(tmp_path.glob(".*"))


def test_a_parquet_file_holds_the_same_with_types(home: Home, tmp_path: Path) -> None:
    customers = sorted(home.shop.customers, reverse=True)
    home.export(tmp_path / "audience.PARQUET", customers, CHOICE)
    found = read_parquet(tmp_path / "audience.PARQUET")
    text, number = "VARCHAR", "DOUBLE"
    assert found.names == NAMES
    assert found.types == [
        *(text, "BIGINT", number, text, text, number, text, number, text, text),
    ]
    assert found.rows == [tuple(expected(home.shop, customer)) for customer in customers]
    assert header_of(tmp_path / "audience.parquet")["cells"] is None


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_many_pages_are_one_file(
    home: Home, tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "PAGE", 7)
    path = tmp_path / f"audience{ending}"
    customers = sorted(home.shop.customers, reverse=True)
    home.export(path, customers, CHOICE)
    if ending == ".csv":
        assert [row[0] for row in read_csv(path)[1:]] == customers
    else:
        rows = read_parquet(path).rows
        assert [row[0] for row in rows] == customers
        assert {row[0] for row in rows if row[-1]} == {"c00", "c03"}


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_an_audience_of_nobody_is_a_file_with_names(
    home: Home, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"audience{ending}"
    assert home.export(path, [], CHOICE).customers == 0
    if ending == ".csv":
        assert read_csv(path) == [NAMES]
    else:
        assert read_parquet(path).names == NAMES


def test_the_header_says_how_they_were_chosen(home: Home, tmp_path: Path) -> None:
    home.consent({"c00": {"email": True}, "c01": {"email": False}})
    told = home.export(tmp_path / "audience.csv", ["c00", "c01", "c02"], CHOICE, "email")
    header = header_of(tmp_path / "audience.csv")
    assert told.header == tmp_path / "audience.header.json"
    assert header["question"] == "谁买过 wine?"
    assert header["query"] == QUERY
    assert header["conditions"] == WORDS
    assert (header["count"], header["exported"], header["held_back"]) == (3, 1, 2)
    assert header["consent"] | {"words": 0} == {
        **{"channel": "email", "applied": True, "said_no": 1, "never_said": 1, "words": 0},
    }
    assert header["consent"]["words"] == told.words
    assert "2 of 3 held back without consent to email: 1 said no, 1 never" in told.words["en"]
    assert "3人中有2人未同意通过email联系" in told.words["zh"]
    assert (header["as_of"], header["data_hash"]) == ("2024-06-30", "f00d")
    assert datetime.fromisoformat(header["made_at"]).tzinfo is not None
    assert header["file"] == "audience.csv"
    content = (tmp_path / "audience.csv").read_bytes()
    assert header["sha256"] == hashlib.sha256(content).hexdigest()
    assert set(header["cells"]) == {"en", "zh"}


def test_the_header_explains_every_column_in_both_languages(home: Home, tmp_path: Path) -> None:
    home.export(tmp_path / "audience.csv", ["c00"], CHOICE)
    found = {column["name"]: column for column in header_of(tmp_path / "audience.csv")["columns"]}
    assert list(found) == NAMES
    assert all(column["meaning"]["en"] and column["meaning"]["zh"] for column in found.values())
    assert found["spend"]["unit"] == {"en": "¥", "zh": "¥"}
    assert found["spend"]["meaning"]["en"] == "spend: Money paid, less refunds"
    assert found["orders"]["unit"] == {"en": "orders", "zh": "单"}
    assert found["age"]["meaning"] == {"en": "age, as the shop gave it", "zh": "年龄（店铺提供）"}
    assert found["pet_owner_probability"]["type"] == "number"
    assert "养宠物" in found["pet_owner_decision"]["meaning"]["zh"]
    assert "text" in found["customer"]["meaning"]["en"]


def test_every_unit_of_the_catalogue_is_said_in_both_languages(home: Home) -> None:
    terms = {field.name: field.term() for field in catalogue()}
    shop = replace(home.vocabulary, fields=terms)
    chosen = columns.choose_columns(Choice(tuple(terms)), home.workspace, shop, home.warehouse)
    for column in chosen[1:]:
        assert column.unit is not None
        assert column.unit[0] == column.unit[1] == "¥" or not column.unit[1].isascii()


# ---- cells


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.text(min_size=1, max_size=12),
            st.text("='+-@\t\r\n ＝＋－＠\u3000\u200b\ufeffa1,;\"", min_size=1, max_size=6),
        ).filter(lambda text: "\x00" not in text),
        unique=True,
        max_size=8,
    )
)
def test_no_cell_runs_and_every_cell_comes_back(
    home: Home, tmp_path: Path, texts: list[str]
) -> None:
    facts = pd.DataFrame({"customer": texts, "city": texts[::-1]}, dtype="object")
    home.warehouse.register("customer_facts", facts)
    home.export(tmp_path / "audience.csv", texts, Choice(("city",)))
    rows = read_csv(tmp_path / "audience.csv")[1:]
    assert not any(cell.startswith(RUNNING) for row in rows for cell in row)
    assert [[undo(cell) for cell in row] for row in rows] == [
        [one, other] for one, other in zip(texts, texts[::-1], strict=True)
    ]


def test_strange_ids_stay_themselves(home: Home, tmp_path: Path) -> None:
    home.consent({customer: {"email": True} for customer in STRANGE})
    home.export(tmp_path / "a.csv", STRANGE, channel="email")
    cells = [row[0] for row in read_csv(tmp_path / "a.csv")[1:]]
    assert [undo(cell) for cell in cells] == STRANGE
    assert not any(cell.startswith(RUNNING) for cell in cells)
    assert {"007", "1e5", "客户", "'x"} <= set(cells)  # nothing to neutralise
    assert {"'=1+1", "'-1", "'＠1", "''=1", "'\tx"} <= set(cells)
    home.export(tmp_path / "b.parquet", STRANGE)
    assert [row[0] for row in read_parquet(tmp_path / "b.parquet").rows] == STRANGE


def test_negative_numbers_stay_numbers(home: Home, tmp_path: Path) -> None:
    facts = pd.DataFrame({"customer": ["a", "b"], "spend": [-5.5, 1e20], "orders": [-1, None]})
    home.warehouse.register("customer_facts", facts)
    home.export(tmp_path / "a.csv", ["a", "b"], Choice(("spend", "orders")))
    assert read_csv(tmp_path / "a.csv")[1:] == [["a", "-5.5", "-1"], ["b", "1e+20", ""]]


def test_a_spreadsheet_sees_utf8(home: Home, tmp_path: Path) -> None:
    home.export(tmp_path / "a.csv", ["客户"])
    assert (tmp_path / "a.csv").read_bytes() == b"\xef\xbb\xbfcustomer\r\n" + "客户\r\n".encode()


# ---- consent


def test_without_a_channel_nobody_is_held_back_and_that_is_said(home: Home, tmp_path: Path) -> None:
    home.consent({"c00": {"email": False}})
    told = home.export(tmp_path / "a.csv", ["c00", "c01"])
    header = header_of(tmp_path / "a.csv")
    assert (told.customers, told.held_back) == (2, 0)
    assert (header["consent"]["channel"], header["consent"]["applied"]) == (None, False)
    assert "no channel was named" in header["consent"]["words"]["en"]
    assert "没有指定渠道" in header["consent"]["words"]["zh"]


def test_a_channel_that_was_never_recorded_names_the_known(home: Home, tmp_path: Path) -> None:
    home.consent({"c00": {"sms": True}, "c01": {"email": False}})
    with pytest.raises(
        UnknownError, match="'Email' was never recorded; there is consent to: email, sms"
    ):
        home.export(tmp_path / "a.csv", ["c00"], channel="Email")
    home.consent({"c00": {}})
    with pytest.raises(UnknownError, match="no consent was ever recorded"):
        home.export(tmp_path / "a.csv", ["c00"], channel="email")
    assert not list(tmp_path.glob("*a.*"))


def test_consent_from_the_files_of_a_shop(tmp_path: Path) -> None:
    people = "who,mail\n007,yes\n008,no\n009,\n010,maybe\n"
    (tmp_path / "people.csv").write_text(people, encoding="utf-8")
    lines = "".join(f"{who},2024-06-30T12:00:00,5\n" for who in ("007", "008", "009", "010", "011"))
    (tmp_path / "orders.csv").write_text(f"who,at,paid\n{lines}", encoding="utf-8")
    sources = {
        "orders": {
            **{"table": "events", "file": "orders.csv"},
            "columns": {"customer": "who", "time": "at", "amount": "paid"},
        },
        "people": {
            **{"table": "customers", "file": "people.csv", "columns": {"customer": "who"}},
            "consent": {"email": "mail"},
        },
    }
    (tmp_path / "mapping.yaml").write_text(yaml.safe_dump({"sources": sources}), encoding="utf-8")
    with Workspace(tmp_path / "home") as workspace:
        ingest(workspace, load_mapping(tmp_path / "mapping.yaml"), ())
        refresh_facts(workspace)
        with Warehouse(workspace.events, workspace.products, date(2024, 6, 30)) as warehouse:
            empty = pd.DataFrame({"customer": [], "tag": [], "probability": [], "decision": []})
            warehouse.register("customer_facts", pd.DataFrame({"customer": ["007"]}))
            warehouse.register("customer_tags", empty.astype("object"))
            home = Home(workspace, warehouse, vocabulary(), make_shop(1, 1))
            told = home.export(
                tmp_path / "a.csv", ["007", "008", "009", "010", "011"], channel="email"
            )
    assert read_csv(tmp_path / "a.csv") == [["customer"], ["007"]]
    assert (told.customers, told.held_back) == (1, 4)


# ---- what may be chosen


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        (Choice(("shoe_size",)), "no field 'shoe_size'"),
        (Choice(("customer",)), "no field 'customer'"),
        (Choice((), ("sailor",)), "no tag 'sailor'"),
        (Choice((), ("vitamins",)), "sensitive and switched off"),
        (Choice((), ("homeowner",)), "does not give the tag 'homeowner'"),
        (Choice(("kids_decision",), ("kids",)), "two columns would be called 'kids_decision'"),
        (Choice(("summary",), (), summary=True), "two columns would be called 'summary'"),
    ],
)
def test_what_cannot_be_a_column_is_said(
    home: Home, tmp_path: Path, choice: Choice, reason: str
) -> None:
    extra = {name: Term(name, name, name) for name in ("summary", "kids_decision")}
    tags = {name: Term(name, name, name) for name in ("vitamins", "homeowner")}
    shop = replace(
        home.vocabulary,
        fields={**home.vocabulary.fields, **extra},
        tags={**home.vocabulary.tags, **tags},
    )
    with pytest.raises(ConditionError, match=reason):
        replace(home, vocabulary=shop).export(tmp_path / "a.csv", ["c00"], choice)
    assert not list(tmp_path.glob("*a.*"))


def test_a_sensitive_tag_that_is_switched_on_is_exported(home: Home, tmp_path: Path) -> None:
    reason = {"vitamins": "for the pharmacy's own advice"}
    settings = Settings.model_validate({"sensitive_tags": reason})
    tags = pd.DataFrame([("c00", "vitamins", 1.0, "yes")])
    tags.columns = pd.Index(["customer", "tag", "probability", "decision"])
    home.warehouse.register("customer_tags", tags)
    shop = replace(home.vocabulary, tags={"vitamins": Term("vitamins", "s", "s")})
    with Workspace(home.workspace.home, settings) as workspace:
        switched_on = replace(home, vocabulary=shop, workspace=workspace)
        switched_on.export(tmp_path / "a.csv", ["c00", "c01"], Choice((), ("vitamins",)))
    assert read_csv(tmp_path / "a.csv")[1:] == [["c00", "1.0", "yes"], ["c01", "", "no"]]


def test_a_name_is_taken_once_and_never_run(home: Home, tmp_path: Path) -> None:
    tag = '=own" tag'
    tags = pd.DataFrame({"customer": ["c00"], "tag": [tag], "probability": [0.5]})
    home.warehouse.register("customer_tags", tags.assign(decision="unknown"))
    shop = replace(home.vocabulary, tags={tag: Term(tag, tag, tag)})
    chosen = Choice(("age", "age"), (tag, tag))
    replace(home, vocabulary=shop).export(tmp_path / "a.csv", ["c00"], chosen)
    names, row = read_csv(tmp_path / "a.csv")
    assert names == ["customer", "age", f"'{tag}_probability", f"'{tag}_decision"]
    assert row[2:] == ["0.5", "unknown"]
