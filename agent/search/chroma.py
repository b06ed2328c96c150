"""Where Chroma keeps the collection: in a folder of ours, or on a server.

Every failure of Chroma leaves as a `SearchIndexError` with the next action.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import chromadb
from chromadb.api.client import Client
from chromadb.config import Settings
from chromadb.errors import NotFoundError

from agent.errors import PortraitError, SearchIndexError
from agent.search.folder import Folder

CUSTOMERS = "customers"


class EmbeddedChroma:
    """Chroma in a folder that this process owns until `close`."""

    def __init__(self, path: Path, collection: str) -> None:
        self.place = str(path)
        self._collection = collection
        self._folder = Folder(path)
        self._client: Client | None = None

    def open(self, embedder: str) -> chromadb.Collection:
        """The collection; made for that embedder where there is none yet."""
        self.disconnect()
        content = self._folder.current
        if content is None:
            with self.replace(embedder):
                pass
            return self.open(embedder)
        if damage := _damage(content):
            raise SearchIndexError(f"{self.place}: {content.name}/{damage}; {_REPAIR}")
        self._client = _open_folder(content)
        return self._client.get_collection(self._collection, embedding_function=None)

    @contextmanager
    def replace(self, embedder: str) -> Iterator[chromadb.Collection]:
        """An empty collection to fill, which then takes the old one's place on disk."""
        content = self._folder.new()
        try:
            with mapped(self.place):
                client = _open_folder(content)
            try:
                with mapped(self.place):
                    draft = _create(client, self._collection, embedder)
                yield draft
            finally:
                client.close()
            self.disconnect()
            with mapped(self.place):
                self._folder.switch(content)
        except BaseException:
            shutil.rmtree(content, ignore_errors=True)
            raise

    def disconnect(self) -> None:
        """Close the collection, and keep the folder."""
        if self._client:
            self._client.close()
        self._client = None

    def close(self) -> None:
        """Close the collection, and let another process have the folder."""
        self.disconnect()
        self._folder.close()


class ChromaServer:
    """Chroma behind a URL, shared by many processes. It erases only what its own disk erases."""

    def __init__(self, url: str, collection: str) -> None:
        self.place = url
        self._collection, self._draft = collection, f"{collection}-draft"
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SearchIndexError(f"chroma_url: {url!r} is no URL: write http://HOST:PORT")
        self._host, self._secure = parts.hostname, parts.scheme == "https"
        self._port = parts.port or (443 if self._secure else 8000)
        self._client: Client | None = None

    def open(self, embedder: str) -> chromadb.Collection:
        """The collection; made for that embedder where there is none yet."""
        return _create(self._connected(), self._collection, embedder)

    @contextmanager
    def replace(self, embedder: str) -> Iterator[chromadb.Collection]:
        """An empty collection to fill, which then takes the old one's place."""
        with mapped(self.place):
            client = self._connected()
            _drop(client, self._draft)
            draft = _create(client, self._draft, embedder)
        yield draft
        with mapped(self.place):
            _drop(client, self._collection)
            draft.modify(name=self._collection)

    def close(self) -> None:
        """Close the connection."""
        if self._client:
            self._client.close()
        self._client = None

    def _connected(self) -> Client:
        if not self._client:
            client = chromadb.HttpClient(
                self._host, self._port, self._secure, settings=_quiet_settings()
            )
            self._client = cast(Client, client)
        return self._client


@contextmanager
def mapped(place: str) -> Iterator[None]:
    """Turn whatever Chroma raises into a `SearchIndexError` that names the place."""
    try:
        yield
    except PortraitError:
        raise
    except BaseException as error:
        # Chroma raises nearly anything for a damaged folder; a panic of its core is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise SearchIndexError(f"{place}: {_explain(error)}") from error


_REPAIR = "run `portrait repair` to make the index anew from the store"

# What a person can do about Chroma's own words.
_ADVICE = {
    "connect": "is the Chroma server running at chroma_url?",
    "timed out": "is the Chroma server running at chroma_url?",
    "unauthorized": "the Chroma server wants a login: use one without, on a network you trust",
    "forbidden": "the Chroma server wants a login: use one without, on a network you trust",
    "disk is full": "free some disk space and run the command again",
    "no space left": "free some disk space and run the command again",
    "readonly": "make the folder writable",
    "permission denied": "make the folder writable",
}


def _explain(error: BaseException) -> str:
    reason = " ".join(str(error).split()) or type(error).__name__
    advice = next((text for key, text in _ADVICE.items() if key in reason.lower()), _REPAIR)
    return f"{reason[:300]}; {advice}"


def _damage(content: Path) -> str | None:
    """What is missing of the files, where Chroma would start empty or crash without a word."""
    if not (content / "chroma.sqlite3").exists():
        return "chroma.sqlite3 is gone"
    for header in content.glob("*/header.bin"):
        fields = header.read_bytes()[: _HEADER.size]
        if len(fields) < _HEADER.size:
            return f"{header.parent.name}/{header.name} is cut short"
        version, _, _, elements, size = _HEADER.unpack(fields)
        vectors = header.with_name("data_level0.bin")
        held = vectors.stat().st_size if vectors.exists() else 0
        if version == 1 and held < elements * size:
            return f"{header.parent.name}/{vectors.name} is cut short"
    return None


# Of hnswlib: version, offset, elements there is room for, elements, bytes an element.
_HEADER = struct.Struct("<iQQQQ")


def _open_folder(content: Path) -> Client:
    return cast(Client, chromadb.PersistentClient(content, settings=_quiet_settings()))


def _quiet_settings() -> Settings:
    return Settings(anonymized_telemetry=False)


def _create(client: Client, name: str, embedder: str) -> chromadb.Collection:
    """The collection, made if it is not there; one that is there keeps its metadata."""
    return client.get_or_create_collection(
        name,
        configuration={"hnsw": {"space": "cosine"}},
        metadata={"embedder": embedder},
        embedding_function=None,
    )


def _drop(client: Client, name: str) -> None:
    try:
        client.delete_collection(name)
    except NotFoundError:
        return
