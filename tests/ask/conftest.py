from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from agent.search.customers import refresh_index
from agent.workspace import Workspace
from tests.ask.shop import Truth, make_home


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
    """The same with its index."""
    refresh_index(shop.workspace)
    return shop
