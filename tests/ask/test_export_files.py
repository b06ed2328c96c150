"""Exports that fail leave the old files, and what is no place for a file is said in one line."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from agent.ask.columns import Choice
from agent.errors import DataError, StoreError
from tests.ask.exports import Home, header_of, open_home, read_csv


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with open_home(tmp_path) as opened:
        yield opened


# ---- whole or not at all


OLD = {"a.csv": "old rows", "a.header.json": '{"file": "a.csv"}'}


def old_files(folder: Path) -> Path:
    for name, text in OLD.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "a.csv"


def assert_old(folder: Path) -> None:
    found = {path.name: path.read_text() for path in folder.glob("*a.*")}
    assert found == OLD


def test_an_older_export_is_replaced(home: Home, tmp_path: Path) -> None:
    home.export(old_files(tmp_path), ["c00"])
    assert read_csv(tmp_path / "a.csv") == [["customer"], ["c00"]]
    assert header_of(tmp_path / "a.csv")["exported"] == 1


def test_a_failure_in_the_middle_leaves_the_old_files(home: Home, tmp_path: Path) -> None:
    path = old_files(tmp_path)
    with home.workspace.store.begin() as connection:
        connection.execute(sa.text("DROP TABLE profiles"))
    with pytest.raises(StoreError):
        home.export(path, ["c00"], Choice(summary=True))
    assert_old(tmp_path)


@contextmanager
def little_space(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
@pytest.mark.parametrize("size", [0, 300, 600, 900])  # in the rows, and in the header
def test_a_full_disk_leaves_the_old_files(home: Home, tmp_path: Path, name: str, size: int) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    before = {folder / name: "old rows", folder / "a.header.json": json.dumps({"file": name})}
    for path, text in before.items():
        path.write_text(text)
    with little_space(size), pytest.raises(DataError, match="cannot be written"):
        home.export(folder / name, sorted(home.shop.customers), Choice(("spend",)))
    assert {path: path.read_text() for path in folder.iterdir()} == before


@pytest.mark.parametrize("failure", [OSError, KeyboardInterrupt])
@pytest.mark.parametrize("which", [".a.header.json.part", ".a.csv.part"])
@pytest.mark.parametrize("old", [True, False])
def test_a_failure_at_the_very_end_leaves_the_old_files(
    home: Home,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    failure: type[BaseException],
    which: str,
    old: bool,
) -> None:
    path = old_files(tmp_path) if old else tmp_path / "a.csv"
    replaced = Path.replace

    def fail(part: Path, place: Path) -> Path:
        if part.name == which:
            raise failure(5, "Input/output error")
        return replaced(part, place)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(DataError if failure is OSError else failure):
        home.export(path, ["c00"])
    monkeypatch.undo()
    if old:
        assert_old(tmp_path)
    else:
        assert not list(tmp_path.glob("*a.*"))


# ---- where it may lie


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("audience", "let its name end in .csv or .parquet"),
        ("data.sqlite", "let its name end in .csv or .parquet"),
        (".csv", "let its name end in .csv or .parquet"),
        ("audience.csv.gz", "let its name end in .csv or .parquet"),
        ("", "let its name end in .csv or .parquet"),
        ("folder.csv", "not a file"),
        ("taken.csv", "not a file"),  # where its header is a folder
        ("pipe.csv", "not a file"),
        ("missing/a.csv", "No such file or directory"),
        ("data.sqlite/a.csv", "Not a directory"),
        ("loop.csv", "loop"),
        ("x" * 300 + ".csv", "too long"),
        ("~nobody-of-this-name/a.csv", "home directory"),
        ("/proc/a.csv", "cannot be written"),
        ("home/products.parquet", "keeps its data"),
        ("home/events/bucket=0000/events.parquet", "keeps its data"),
        ("other.csv", "tells of other.parquet"),
    ],
)
def test_a_place_that_cannot_be_written_is_one_line(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "taken.header.json").mkdir()
    (tmp_path / "data.sqlite").write_text("precious")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    home.export(tmp_path / "other.parquet", ["c00"])
    with pytest.raises(DataError, match=reason) as raised:
        home.export(Path(place), ["c00"])
    assert "\n" not in str(raised.value)
    assert (tmp_path / "data.sqlite").read_text() == "precious"
    assert header_of(tmp_path / "other.parquet")["file"] == "other.parquet"
    assert not list(tmp_path.rglob("*.part"))


def test_a_read_only_file_is_kept(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = old_files(tmp_path)
    path.chmod(0o444)
    if os.access(path, os.W_OK):  # nothing is read-only to the root user
        monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(DataError, match="read-only"):
        home.export(path, ["c00"])
    assert_old(tmp_path)


def test_a_link_is_followed(home: Home, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "a.csv").symlink_to(tmp_path / "real" / "b.csv")
    told = home.export(tmp_path / "a.csv", ["c00"])
    assert (tmp_path / "a.csv").is_symlink()
    assert told.path == tmp_path / "real" / "b.csv"
    assert read_csv(told.path) == [["customer"], ["c00"]]
    assert told.header == tmp_path / "real" / "b.header.json"


def test_a_place_with_a_strange_name(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s "my" 文件夹?#=%20'
    folder.mkdir()
    home.export(folder / "観客'; DROP.csv", ["c00"])
    assert read_csv(folder / "観客'; DROP.csv") == [["customer"], ["c00"]]
    assert header_of(folder / "観客'; DROP.csv")["file"] == "観客'; DROP.csv"
