"""The store: what holds the truth about customers, facts, tags and profiles.

SQLite in WAL mode by default, PostgreSQL by URL, both through SQLAlchemy Core. Every write is one
transaction; every database error leaves as a `StoreError` with the next action.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from agent.errors import StoreError

metadata = sa.MetaData()
Row = Mapping[str, Any]

# JSON columns keep Chinese text readable in the file and compare equal on both databases.
_JSON = sa.JSON()

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("value", _JSON, nullable=False),
)
attributes = sa.Table(
    "attributes",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("type", sa.String, nullable=False),
    sa.Column("label_en", sa.String, nullable=False),
    sa.Column("label_zh", sa.String, nullable=False),
    sa.Column("values", _JSON, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
)
customers = sa.Table(
    "customers",
    metadata,
    sa.Column("customer", sa.String, primary_key=True),
    sa.Column("attributes", _JSON, nullable=False),
    sa.Column("consent", _JSON, nullable=False),
)
affinities = sa.Table(
    "affinities",
    metadata,
    sa.Column("customer", sa.String, primary_key=True),
    sa.Column("rank", sa.Integer, primary_key=True),
    sa.Column("level", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("orders", sa.Integer, nullable=False),
    sa.Column("spend", sa.Numeric(18, 4), nullable=False),
    sa.Column("share", sa.Float, nullable=False),
    sa.Column("base_share", sa.Float, nullable=False),
    sa.Column("lift", sa.Float, nullable=False),
    sa.Column("surprise", sa.Float, nullable=False),
)
tags = sa.Table(
    "tags",
    metadata,
    sa.Column("customer", sa.String, primary_key=True),
    sa.Column("tag", sa.String, primary_key=True),
    sa.Column("probability", sa.Float, nullable=False),
    sa.Column("decision", sa.String, nullable=False),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("evidence", _JSON, nullable=False),
)
profiles = sa.Table(
    "profiles",
    metadata,
    sa.Column("customer", sa.String, primary_key=True),
    sa.Column("language", sa.String, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("summary_source", sa.String, nullable=False),
    sa.Column("sheet", _JSON, nullable=False),
    sa.Column("facts_hash", sa.String, nullable=False),
    sa.Column("prompt_hash", sa.String, nullable=False),
    sa.Column("model", sa.String, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("tokens", sa.Integer, nullable=False),
    sa.Column("refused", _JSON, nullable=False),
    sa.Column("made_at", sa.String, nullable=False),
)
glossary = sa.Table(
    "glossary",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("language", sa.String, primary_key=True),
    sa.Column("label", sa.String, nullable=False),
    sa.Column("source", sa.String, nullable=False),
)
answers = sa.Table(
    "answers",
    metadata,
    sa.Column("model", sa.String, primary_key=True),
    sa.Column("asked", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("item", sa.String, nullable=False),
    sa.Column("tag", sa.String, nullable=False),
    sa.Column("prompt_hash", sa.String, nullable=False),
    sa.Column("catalogue_hash", sa.String, nullable=False),
    sa.Column("answer", _JSON, nullable=False),
    sa.Column("at", sa.String, nullable=False),
)
audiences = sa.Table(
    "audiences",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("query", _JSON, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("made_at", sa.String, nullable=False),
)
runs = sa.Table(
    "runs",
    metadata,
    sa.Column("run", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("command", sa.String, nullable=False),
    sa.Column("started_at", sa.String, nullable=False),
    sa.Column("ended_at", sa.String),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("report", _JSON, nullable=False),
)
dead_letters = sa.Table(
    "dead_letters",
    metadata,
    sa.Column("customer", sa.String, primary_key=True),
    sa.Column("step", sa.String, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("at", sa.String, nullable=False),
)
quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("file", sa.String, nullable=False),
    sa.Column("row", sa.BigInteger, nullable=False),
    sa.Column("field", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("value", sa.String, nullable=False),
)
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("detail", _JSON, nullable=False),
)


class Store:
    """Tables in one database, given by an SQLAlchemy URL; an SQLite file is made on first use."""

    def __init__(self, url: str | URL) -> None:
        parsed = _parse(url)
        self.place = parsed.render_as_string(hide_password=True)
        with self._mapped():
            if parsed.database and parsed.get_backend_name() == "sqlite":
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine = sa.create_engine(
                parsed, json_serializer=lambda value: json.dumps(value, ensure_ascii=False)
            )
            if self.engine.dialect.name == "sqlite":
                sa.event.listen(self.engine, "connect", _prepare_sqlite)
            self._drop_outdated()
            metadata.create_all(self.engine)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """One transaction: all of its writes, or none. Raises `StoreError`."""
        with self._mapped(), self.engine.begin() as connection:
            yield connection

    def rows(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        """All rows of a query as plain dicts. Raises `StoreError`."""
        with self.begin() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def blocks(self, query: sa.Select[Any], size: int = 100_000) -> Iterator[Sequence[sa.Row[Any]]]:
        """The rows of a query in blocks, for what is too large as dicts. Raises `StoreError`."""
        with self.begin() as connection:
            streamed = connection.execution_options(stream_results=True).execute(query)
            yield from streamed.partitions(size)

    def upsert(self, table: sa.Table, rows: Iterable[Row]) -> int:
        """Insert rows, replacing those with the same primary key; returns how many."""
        with self.begin() as connection:
            return upsert(connection, table, rows)

    def replace_all(self, table: sa.Table, rows: Iterable[Row]) -> int:
        """Make a table hold exactly these rows, in one transaction; returns how many."""
        with self.begin() as connection:
            connection.execute(sa.delete(table))
            return insert(connection, table, rows)

    def count(self, table: sa.Table) -> int:
        """How many rows a table holds."""
        return int(self.rows(sa.select(sa.func.count().label("n")).select_from(table))[0]["n"])

    def get_meta(self, key: str) -> Any:
        """A value kept by `set_meta`, or None."""
        found = self.rows(sa.select(meta.c.value).where(meta.c.key == key))
        return found[0]["value"] if found else None

    def set_meta(self, key: str, value: Any) -> None:
        """Keep a JSON value under a key."""
        self.upsert(meta, [{"key": key, "value": value}])

    def start_run(self, command: str, report: Row) -> int:
        """Open an entry in the table of runs; returns its number."""
        row = {"command": command, "started_at": now(), "status": "running", "report": report}
        with self.begin() as connection:
            result = connection.execute(sa.insert(runs).values(**row))
            return int(result.inserted_primary_key[0])  # type: ignore[index]

    def end_run(self, run: int, status: str, report: Row) -> None:
        """Close a run as `done`, `failed` or `stopped`, with its report."""
        change = sa.update(runs).where(runs.c.run == run)
        with self.begin() as connection:
            connection.execute(change.values(ended_at=now(), status=status, report=report))

    def note(self, action: str, detail: Row) -> None:
        """Add a line to the audit."""
        with self.begin() as connection:
            connection.execute(sa.insert(audit).values(at=now(), action=action, detail=detail))

    def _drop_outdated(self) -> None:
        """Tags come from the data: a table of an older version's shape is made anew by a build."""
        inspector = sa.inspect(self.engine)
        if inspector.has_table(tags.name):
            found = {column["name"] for column in inspector.get_columns(tags.name)}
            if found != {column.name for column in tags.columns}:
                with self.engine.begin() as connection:
                    tags.drop(connection)
                    connection.execute(sa.delete(meta).where(meta.c.key == "tags_of"))

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise StoreError(self._explain(str(getattr(error, "orig", error)))) from error
        except OSError as error:
            raise StoreError(self._explain(str(error))) from error
        except ImportError as error:
            raise StoreError(
                f"{self.place}: its driver is not installed ({error}); write "
                "postgresql+psycopg://… and install portrait[postgres], or sqlite:///FILE"
            ) from error

    def _explain(self, reason: str) -> str:
        advice = next((text for key, text in _ADVICE.items() if key in reason.lower()), "")
        return f"{self.place}: {' '.join(reason.split())}{advice}"


# What a person can do about the database's own words.
_ADVICE = {
    "locked": "; another portrait command is writing: wait for it, or stop it",
    "readonly": "; make the home folder writable, or choose another with --home",
    "read-only": "; make the home folder writable, or choose another with --home",
    "permission denied": "; make the home folder writable, or choose another with --home",
    "full": "; free some disk space and run the command again",
    "not a database": "; the file is damaged: restore it, or choose another home with --home",
    "malformed": "; the file is damaged: restore it, or choose another home with --home",
    "unable to open": "; check that the folder exists and is writable",
    "connection": "; check that the server runs and that the URL is right",
}


def insert(connection: sa.Connection, table: sa.Table, rows: Iterable[Row]) -> int:
    """Insert rows in blocks; returns how many."""
    total = 0
    for block in _blocks(rows, 10_000):
        connection.execute(sa.insert(table), block)
        total += len(block)
    return total


def upsert(connection: sa.Connection, table: sa.Table, rows: Iterable[Row]) -> int:
    """Insert rows in blocks, replacing those with the same primary key; returns how many."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as dialect_insert  # noqa: PLC0415
    else:
        from sqlalchemy.dialects.sqlite import insert as dialect_insert  # type: ignore[assignment]  # noqa: PLC0415
    statement = dialect_insert(table)
    keys = [column.name for column in table.primary_key]
    others = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    total = 0
    for block in _blocks(rows, 10_000):
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=others), block)
        total += len(block)
    return total


def now() -> str:
    """The time as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def plain(value: Any) -> Any:
    """A value as JSON can hold it: dates as ISO text, decimals as floats."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def _parse(url: str | URL) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:
        raise StoreError(
            "store_url is not a database URL; write sqlite:///FILE or postgresql+psycopg://…"
        ) from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()


def _blocks(rows: Iterable[Row], size: int) -> Iterator[Sequence[Row]]:
    block: list[Row] = []
    for row in rows:
        block.append(row)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block
