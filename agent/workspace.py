"""A home folder: the one object that knows where everything of a retailer lives."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from agent.data.store import Store
from agent.errors import StoreError
from agent.settings import Settings, load_settings


class Workspace:
    """Opens `home` (made on first use). Layout: settings.yaml, portrait.sqlite, events/, products.parquet, chroma/, logs/."""

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
        url = self.settings.store_url
        return Store(url.get_secret_value() if url else f"sqlite:///{self.home / 'portrait.sqlite'}")

    @property
    def events(self) -> Path:
        """The folder of event buckets, `bucket=0007/events.parquet`."""
        return self.home / "events"

    @property
    def products(self) -> Path:
        """The catalogue of products."""
        return self.home / "products.parquet"

    @property
    def chroma(self) -> Path:
        """The folder of the vector index."""
        return self.home / "chroma"

    @property
    def logs(self) -> Path:
        """The folder of log files."""
        return self.home / "logs"

    def close(self) -> None:
        """Give back the database."""
        if "store" in self.__dict__:
            self.store.close()
