"""Arrays are those of the facts and tags in the store, and no others are left."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from agent.ask.answer import Asker
from agent.data.files import only_writer
from agent.data.ingest import ingest
from agent.data.mapping import load_mapping
from agent.errors import StoreError
from agent.profiles.build import refresh_facts, refresh_tags
from agent.settings import Settings
from agent.workspace import Workspace
from tests.ask.shop import make_home


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data files, a mapping and `home`, whose facts and tags are current."""
    folder = tmp_path_factory.mktemp("shop")
    workspace, _ = make_home(folder)
    workspace.close()
    return folder


@pytest.fixture
def home(shop: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(shop, tmp_path / "copy")
    with Workspace(tmp_path / "copy" / "home") as workspace:
        yield workspace


def wine_buyers(workspace: Workspace) -> list[str]:
    with Asker(workspace) as asker:
        return asker.ask("Who bought wine?").customers


def names(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in workspace.arrays.iterdir())


def test_a_home_without_arrays_makes_them_at_the_first_question(home: Workspace) -> None:
    built, found = names(home), wine_buyers(home)
    shutil.rmtree(home.arrays)
    assert wine_buyers(home) == found
    assert names(home) == built
    assert len(built) == 2


def test_other_data_have_other_arrays(home: Workspace) -> None:
    before, buyers = names(home), wine_buyers(home)
    folder = home.home.parent
    orders = pd.read_csv(folder / "orders.csv")
    left = sorted(set(orders["who"]) - {buyers[0]})
    new = orders[orders["who"].isin(left)].head(1).assign(order="new", who="newcomer", sku="W1")
    pd.concat([orders, new]).to_csv(folder / "orders.csv", index=False)
    ingest(home, load_mapping(folder / "mapping.yaml"), ())
    refresh_facts(home)
    refresh_tags(home)
    assert wine_buyers(home) == sorted([*buyers, "newcomer"])
    assert len(names(home)) == 2
    assert not set(names(home)) & set(before)


def test_other_tags_leave_the_purchases_as_they_are(home: Workspace) -> None:
    facts, tags = names(home)
    with Workspace(home.home, Settings(sensitive_tags={"tobacco": "asked by the shop"})) as other:
        refresh_tags(other)
        assert names(other)[0] == facts
        assert names(other)[1] != tags


def test_damaged_arrays_are_told_in_one_line(home: Workspace) -> None:
    (tags,) = home.arrays.glob("tags-*/*")
    tags.write_bytes(b"nothing")
    with pytest.raises(StoreError) as refused:
        Asker(home)
    assert f"delete the folder {tags.parent.name}" in str(refused.value)
    assert "\n" not in str(refused.value)
    shutil.rmtree(tags.parent)
    assert wine_buyers(home)


def test_nobody_makes_arrays_while_another_command_writes(home: Workspace) -> None:
    shutil.rmtree(home.arrays)
    with only_writer(home.home), pytest.raises(StoreError, match="another portrait command"):
        Asker(home)
    assert wine_buyers(home)
