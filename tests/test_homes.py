"""Homes in odd places, and homes whose data are not those of the facts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from agent.ask.answer import Asker
from agent.data.ingest import ingest
from agent.data.mapping import load_mapping
from agent.errors import DataError
from agent.profiles.build import refresh_facts, refresh_tags
from agent.settings import Settings
from agent.workspace import Workspace
from tests.ask.shop import make_home

QUESTION = "How many customers ordered at least 5 times?"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data files, a mapping and `home`, whose facts and tags are current."""
    folder = tmp_path_factory.mktemp("shop")
    workspace, _ = make_home(folder)
    workspace.close()
    return folder


@pytest.fixture
def copy(shop: Path, tmp_path: Path) -> Path:
    shutil.copytree(shop, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def opened(copy: Path) -> Iterator[Workspace]:
    with Workspace(copy / "home") as workspace:
        yield workspace


def count(workspace: Workspace) -> int | None:
    with Asker(workspace) as asker:
        return asker.ask(QUESTION).count


def add_order(folder: Path) -> None:
    """A day later, one more customer with one order."""
    orders = pd.read_csv(folder / "orders.csv")
    last = orders.iloc[[-1]].assign(order="new", who="newcomer", at="2024-07-01T12:00:00")
    pd.concat([orders, last]).to_csv(folder / "orders.csv", index=False)


@pytest.mark.parametrize(
    "name", ["a b", "店", 'it\'s "it"', "why?x=1#2", "50%20[1]*", "customer=me"]
)
def test_a_home_may_be_called_anything(shop: Path, tmp_path: Path, name: str) -> None:
    with Workspace(shop / "home") as workspace:
        expected = count(workspace)
    folder = tmp_path / name
    folder.mkdir()
    workspace, _ = make_home(folder)
    with workspace:
        assert (folder / "home" / "portrait.sqlite").is_file()
        assert count(workspace) == expected


def test_facts_older_than_the_data_answer_nothing(copy: Path, opened: Workspace) -> None:
    add_order(copy)
    ingest(opened, load_mapping(copy / "mapping.yaml"))
    with pytest.raises(DataError, match="portrait build"):
        Asker(opened)
    refresh_facts(opened)
    with pytest.raises(DataError, match="portrait build"):  # the tags are still the old ones
        Asker(opened)
    refresh_tags(opened)
    assert count(opened) is not None


def test_facts_of_another_day_answer_nothing(copy: Path) -> None:
    settings = Settings.model_validate({"as_of": "2024-05-01"})
    with (
        Workspace(copy / "home", settings) as workspace,
        pytest.raises(DataError, match="portrait build"),
    ):
        Asker(workspace)


def test_a_stopped_ingest_is_not_built_on(
    copy: Path, opened: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    add_order(copy)
    mapping = load_mapping(copy / "mapping.yaml")
    with monkeypatch.context() as patch:
        patch.setattr("agent.data.ingest.save_attributes", stop)
        with pytest.raises(KeyboardInterrupt):
            ingest(opened, mapping)
    for attempt in (refresh_facts, Asker):
        with pytest.raises(DataError, match="ingest"):
            attempt(opened)
    ingest(opened, mapping)
    assert refresh_facts(opened) == 81


@pytest.mark.parametrize("gone", ["products.parquet", "events/bucket=0003/events.parquet"])
def test_a_file_that_is_gone_is_missed(copy: Path, opened: Workspace, gone: str) -> None:
    expected = count(opened)
    (opened.home / gone).unlink()
    for attempt in (refresh_facts, Asker):
        with pytest.raises(DataError, match=f"{gone} is gone"):
            attempt(opened)
    ingest(opened, load_mapping(copy / "mapping.yaml"))
    refresh_facts(opened)
    refresh_tags(opened)
    assert count(opened) == expected
