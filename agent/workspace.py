"""A home folder: the one object that knows where everything of a retailer lives."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Self

from sqlalchemy.engine import URL

from agent.data.store import Store
from agent.errors import DataError, StoreError
from agent.settings import Settings, load_settings


class Workspace:
    """Opens `home`, made on first use.

    In it: settings.yaml, portrait.sqlite, events/, products.parquet, arrays/, models/, chroma/,
    logs/.
    """

    def __init__(self, home: Path, settings: Settings | None = None) -> None:
        self.home = home.expanduser().resolve()
        try:
            self.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{self.home}: cannot be made: {error.strerror}") from error
        self.settings = settings or load_settings(self.home / "settings.yaml")

    @cached_property
    def store(self) -> Store:
        """The database of this home."""
        if url := self.settings.store_url:
            return Store(url.get_secret_value())
        return Store(URL.create("sqlite", database=str(self.home / "portrait.sqlite")))

    @property
    def as_of(self) -> date:
        """The date that facts are stated for: as set, or that of the last event.

        Raises `DataError` where nothing was ingested yet.
        """
        if self.settings.as_of:
            return self.settings.as_of
        known = self.store.get_meta("as_of")
        if known is None:
            raise DataError(
                f"{self.home} holds no data yet: run `portrait example completejourney` "
                "or `portrait ingest` first"
            )
        return date.fromisoformat(known)

    @property
    def events(self) -> Path:
        """The folder of event buckets, `bucket=0007/events.parquet`."""
        return self.home / "events"

    @property
    def products(self) -> Path:
        """The catalogue of products."""
        return self.home / "products.parquet"

    @property
    def arrays(self) -> Path:
        """The folder of what conditions are counted on."""
        return self.home / "arrays"

    @property
    def chroma(self) -> Path:
        """The folder of the vector index."""
        return self.home / "chroma"

    @property
    def models(self) -> Path:
        """The folder of learned tags, one file a tag."""
        return self.home / "models"

    @property
    def logs(self) -> Path:
        """The folder of log files."""
        return self.home / "logs"

    def close(self) -> None:
        """Give back the database."""
        if "store" in self.__dict__:
            self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
