from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from agent.workspace import Workspace
from tests.ask.shop import Truth, make_home, write_profiles


@dataclass(frozen=True)
class Shop:
    workspace: Workspace
    truth: Truth


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The small shop, ingested, with facts and tags."""
    workspace, truth = make_home(tmp_path_factory.mktemp("shop"))
    with workspace:
        yield Shop(workspace, truth)


@pytest.fixture(scope="session")
def indexed_shop(shop: Shop) -> Shop:
    """The same with summaries for thirty customers, and their index."""
    write_profiles(shop.workspace)
    return shop
