"""A home's customers multiplied, for measuring speed: what they like and what they are stays real.

Each is one of the home's customers who made only some of the orders, 3.5 on average. Facts are
computed from the events by portrait's own code; tags are those of the customer who was copied.
The folder is a home that holds names, events and arrays: all that counting reads. Its store has no
facts or tags.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pandas as pd
import sqlalchemy as sa

from agent.data import store as tables
from agent.data.arrays import save_facts, save_tags
from agent.data.warehouse import Warehouse
from agent.facts.frame import customer_frame
from agent.facts.purchase import compute_facts
from agent.profiles.arrays import array_folders
from agent.profiles.current import facts_state, tags_state
from agent.workspace import Workspace

BUCKETS = 16
FACTS, TAGS = "facts.parquet", "tags.parquet"

_HOME = """
CREATE TABLE trips AS
SELECT customer, order_id, row_number() OVER (PARTITION BY customer ORDER BY order_id) - 1 AS nth
FROM (SELECT DISTINCT customer, order_id FROM events WHERE order_id IS NOT NULL);
CREATE TABLE people AS
SELECT row_number() OVER (ORDER BY customer) - 1 AS place, customer, count(*) AS trips
FROM trips GROUP BY customer;
CREATE VIEW crowd AS
SELECT i, printf('c%07d', i) AS who, p.customer, p.trips
FROM range({size}) t(i) JOIN people p ON p.place = i * 7919 % (SELECT count(*) FROM people)
"""
_MADE = """
CREATE OR REPLACE TABLE made AS
SELECT DISTINCT who, customer, (hash(i, j) % trips)::BIGINT AS nth
FROM (SELECT *, unnest(range(1 + (-2.9 * ln((hash(i) % 1000000 + 1) / 1000001.0))::INT)) AS j
      FROM crowd WHERE i >= {first} AND i < {last})
"""
_EVENTS = """
COPY (
  SELECT m.who AS customer, e.* EXCLUDE (customer, order_id), m.who || '-' || e.order_id AS order_id
  FROM made m JOIN trips t USING (customer, nth) JOIN events e USING (customer, order_id)
  ORDER BY m.who, e.time, e.order_id, e.product
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""
_GIVEN = "SELECT who AS customer, g.* EXCLUDE (customer) FROM crowd c JOIN given g USING (customer)"


def make_crowd(workspace: Workspace, folder: Path, size: int) -> None:
    """Write events, facts and tags of so many customers into a folder, unless they are there."""
    if (folder / TAGS).exists():
        return
    with duckdb.connect() as database:
        events = str(workspace.events / "*" / "*.parquet")
        database.read_parquet(events, hive_partitioning=False).create_view("events")
        database.execute(_HOME.format(size=size))
        facts = [_bucket(database, workspace, folder, bucket, size) for bucket in range(BUCKETS)]
        given = customer_frame(workspace.store)
        kept = ["customer", *(name for name in given if name not in facts[0])]
        crowd = pd.concat(facts).merge(_copied(database, given[kept]), on="customer")
        crowd.to_parquet(folder / FACTS, index=False)
        _copied(database, _tags(workspace)).to_parquet(folder / TAGS, index=False)


def make_home(workspace: Workspace, folder: Path) -> None:
    """Make a home of a folder with a crowd, as a build of these data would leave it."""
    for path in (workspace.home / "settings.yaml", workspace.products):
        shutil.copy(path, folder)
    with Workspace(folder) as home:
        for table in (tables.meta, tables.attributes, tables.glossary):
            home.store.replace_all(table, workspace.store.rows(sa.select(table)))
        home.store.set_meta("files", [])
        home.store.set_meta("facts_of", facts_state(home))
        home.store.set_meta("tags_of", tags_state(home))
        facts, tags = array_folders(home)
        if not facts.exists():
            with Warehouse(home.events, home.products, home.as_of) as warehouse:
                save_facts(pd.read_parquet(folder / FACTS), warehouse, facts)
        if not tags.exists():
            save_tags([pd.read_parquet(folder / TAGS)], facts, tags)


def _bucket(
    database: duckdb.DuckDBPyConnection, workspace: Workspace, folder: Path, bucket: int, size: int
) -> pd.DataFrame:
    first, last = (size * place // BUCKETS for place in (bucket, bucket + 1))
    path = folder / "events" / f"bucket={bucket:04d}" / "events.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    database.execute(_MADE.format(first=first, last=last))
    database.execute(_EVENTS.format(path=path))
    with Warehouse(folder / "events", workspace.products, workspace.as_of, [bucket]) as warehouse:
        return compute_facts(warehouse)


def _copied(database: duckdb.DuckDBPyConnection, given: pd.DataFrame) -> pd.DataFrame:
    """Rows of the home's customers, for each of the crowd who copies one."""
    database.register("given", given)
    return database.execute(_GIVEN).df()


def _tags(workspace: Workspace) -> pd.DataFrame:
    columns = ("customer", "tag", "probability", "decision")
    rows = workspace.store.rows(sa.select(*(tables.tags.c[name] for name in columns)))
    return pd.DataFrame(rows, columns=list(columns))
