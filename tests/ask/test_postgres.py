"""A home whose store is a real PostgreSQL holds and answers what one in SQLite does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from agent.ask.audiences import list_audiences, load_audience, save_audience
from agent.ask.execute import Executor
from agent.ask.query import Query
from agent.conditions import from_json
from agent.data import store as tables
from agent.data.ingest import ingest
from agent.data.mapping import load_mapping
from agent.data.store import Store
from agent.errors import StoreError
from agent.facts.catalogue import facts_table
from agent.search.source import StoreSource
from agent.settings import Settings
from agent.tags.names import load_vocabulary
from agent.workspace import Workspace
from tests.ask.conftest import Shop
from tests.ask.shop import make_home
from tests.postgres_server import PostgresServer

CONDITIONS: list[dict[str, Any]] = [
    {"bought": ["wine"], "last_days": 60},
    {"bought": ["茶叶"], "at_least": 2},
    {"all": [{"tag": "pet_owner"}, {"not": {"bought": ["coffee"]}}]},
    {"any": [{"field": "spend", "op": "top_percent", "value": 10}, {"tag": "tea"}]},
    {"field": "income", "op": "in", "value": ["50-74K", "75-99K"]},
]


@pytest.fixture(scope="module")
def twin(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The small shop in PostgreSQL."""
    url = postgres.database().render_as_string(hide_password=False)
    settings = Settings(store_url=SecretStr(url))
    workspace, truth = make_home(tmp_path_factory.mktemp("twin"), settings)
    with workspace:
        yield Shop(workspace, truth)


@pytest.mark.parametrize(
    "table",
    [tables.attributes, tables.customers, tables.affinities, tables.tags, facts_table],
    ids=lambda table: table.name,
)
def test_both_stores_hold_the_same_rows(twin: Shop, shop: Shop, table: sa.Table) -> None:
    def held(workspace: Workspace) -> list[dict[str, Any]]:
        return workspace.store.rows(sa.select(table).order_by(*table.primary_key))

    assert held(twin.workspace) == held(shop.workspace)
    assert held(twin.workspace)


def test_both_count_the_same(twin: Shop, shop: Shop) -> None:
    queries = [Query(kind="count", where=from_json(condition)) for condition in CONDITIONS]
    with Executor(twin.workspace) as ours, Executor(shop.workspace) as theirs:
        found = [ours.run(query).customers for query in queries]
        assert found == [theirs.run(query).customers for query in queries]
    assert all(found)
    assert found[0] == sorted(twin.truth.bought("WINE", days=60).index)


def test_the_search_reads_the_same_of_both(twin: Shop, tmp_path: Path) -> None:
    # A shop of its own: other tests write profiles into the one that they share.
    workspace, _ = make_home(tmp_path)
    with workspace:
        read = list(StoreSource(twin.workspace).documents())
        assert read == list(StoreSource(workspace).documents())
    assert read


def test_a_saved_audience_is_replaced_and_found_again(twin: Shop) -> None:
    url, names = twin.workspace.settings.store_url, load_vocabulary(twin.workspace)
    assert url is not None
    wine = from_json(CONDITIONS[0])
    for query in (Query(kind="list", where=wine), Query(kind="count", where=wine)):
        save_audience(twin.workspace.store, names, "爱酒", query, "谁买过酒？")
    again = Store(url.get_secret_value())
    assert [one.question for one in list_audiences(again)] == ["谁买过酒？"]
    assert load_audience(again, names, "爱酒") == query
    again.close()


def test_rows_that_cannot_be_read_are_kept_aside(twin: Shop, tmp_path: Path) -> None:
    home, store = twin.workspace.home, twin.workspace.store
    rows = [
        "order,who,at,sku,paid,coupon",
        "b1,c000,yesterday,W1,5,0",
        "b2,c000,2024-06-30,W\0,5,0",
    ]
    (tmp_path / "orders.csv").write_text("\n".join(rows), encoding="utf-8")
    ingest(twin.workspace, load_mapping(home.parent / "mapping.yaml"), [tmp_path / "orders.csv"])
    aside = store.rows(sa.select(tables.quarantine.c.field, tables.quarantine.c.reason))
    assert [row["field"] for row in aside] == ["time", "product"]
    statuses = store.rows(sa.select(tables.runs.c.status).order_by(tables.runs.c.run))
    assert [row["status"] for row in statuses] == ["done", "done"]


def test_a_server_that_is_gone_is_told_in_one_line(postgres: PostgresServer) -> None:
    url = postgres.database().set(password="secret", query={"host": str(postgres.folder / "gone")})
    with pytest.raises(StoreError) as refused:
        Store(url)
    assert "check that the server runs" in str(refused.value)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)
