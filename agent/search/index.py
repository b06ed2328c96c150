"""The vector index: one document a customer in Chroma, derived from the store.

    with Index(workspace.chroma, None, embedder(settings.embedding)) as index:
        index.upsert(entries)
        index.search("families who buy baby food", k=10, within=ids)

Chroma is embedded in a folder that one process owns, or a server by URL. It may be lost at any
time: `rebuild` makes it anew. It ranks and explains; it never counts.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import chromadb
import numpy as np
from numpy.typing import NDArray

from agent.errors import SearchIndexError
from agent.progress import Progress, Tick, silent
from agent.search.chroma import CUSTOMERS, ChromaServer, EmbeddedChroma, mapped
from agent.search.embeddings import Embedder, clean

WRITE_BATCH = 64  # texts embedded, then durable, at a time
READ_BATCH = 5_000  # Chroma's SQL takes at most 32,766 variables
EXACT_BELOW = 500  # so many vectors are compared one by one sooner than the graph is walked

Metadata = Mapping[str, Any]
Vector = Sequence[float]
Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Entry:
    """A customer as the index holds them: what is embedded, and what can be filtered by."""

    customer: str
    text: str
    language: str
    tags: tuple[str, ...]
    numbers: Mapping[str, float]

    @property
    def hash(self) -> str:
        """Changes with anything in the entry."""
        numbers = sorted((name, float(number)) for name, number in self.numbers.items())
        return _hash([self.text_hash, self.language, self.tags, numbers])

    @property
    def text_hash(self) -> str:
        """Changes with what is embedded."""
        return _hash(clean(self.text))


@dataclass(frozen=True)
class Hit:
    """A customer found. `score` is the cosine of text and question, 1 being the same direction."""

    customer: str
    score: float
    text: str


class Index:
    """Give a `folder`, or the `url` of a Chroma server. Raises `SearchIndexError` throughout.

    The folder is locked from here to `close`; Chroma is opened on first use, so that a damaged
    index can still be rebuilt.
    """

    def __init__(
        self, folder: Path | None, url: str | None, embedder: Embedder, collection: str = CUSTOMERS
    ) -> None:
        if url:
            self._chroma: EmbeddedChroma | ChromaServer = ChromaServer(url, collection)
        elif folder:
            self._chroma = EmbeddedChroma(folder, collection)
        else:
            raise SearchIndexError("the index needs a folder or the URL of a Chroma server")
        self.place = self._chroma.place
        self._embedder = embedder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close Chroma and let another process have the folder."""
        self._chroma.close()
        self._forget("_collection", "_everything")

    def upsert(self, entries: Sequence[Entry], progress: Progress = silent) -> int:
        """Make the index hold these entries; returns how many were embedded.

        Only a changed text is embedded. Each batch is durable before the next begins.
        """
        embedded = 0
        self._forget("_everything")
        for done, batch in _batches(entries):
            embedded += self._update(batch)
            progress(Tick("index", done, len(entries), {"embedded": embedded}))
        return embedded

    def delete(self, customers: Collection[str]) -> None:
        """Take customers out of every answer. Their bytes stay on disk until `rebuild`."""
        self._forget("_everything")
        with mapped(self.place):
            for block in _blocks(list(customers), READ_BATCH):
                self._collection.delete(ids=block)

    def ids(self) -> set[str]:
        """Every customer in the index."""
        with mapped(self.place):
            return set(self._collection.get(include=[])["ids"])

    def hashes(self) -> dict[str, str]:
        """The `Entry.hash` that every customer was last written with."""
        with mapped(self.place):
            found = self._collection.get(include=["metadatas"])
        return {
            customer: str(metadata["hash"])
            for customer, metadata in zip(found["ids"], found["metadatas"] or [], strict=True)
        }

    def search(self, text: str, k: int, within: Collection[str] | None = None) -> list[Hit]:
        """The `k` customers nearest to the text, best first, of those `within` if given.

        Always min(k, customers there are) of them: where Chroma's approximate search finds
        fewer, the vectors are compared one by one.
        """
        allowed = None if within is None else set(within)
        if k < 1 or (allowed is not None and not allowed):
            return []
        query = self._embedder.queries([text])[0]
        with mapped(self.place):
            hits = self._approximate(query, k, allowed)
            return self._exact(query, k, allowed) if hits is None else hits

    def cosines(self, text: str) -> dict[str, float]:
        """The cosine of every entry and the text, compared one by one: for an index that is small.

        The vectors stay in memory until something is written.
        """
        query = self._embedder.queries([text])[0]
        with mapped(self.place):
            ids, vectors = self._everything
        return dict(zip(ids, _cosines(vectors, query).tolist(), strict=True))

    def rebuild(
        self,
        entries: Sequence[Entry],
        progress: Progress = silent,
        *,
        keep_vectors: bool = False,
    ) -> int:
        """Make the index anew, holding just these entries; returns how many were embedded.

        In a folder nothing of the old index is left on disk, and until the new one is complete
        the old one stays in force. With `keep_vectors`, vectors of unchanged texts are copied
        from the old index if it is sound. A server erases only what its own disk erases.
        """
        embedded = 0
        with self._chroma.replace(self._embedder.name) as draft:
            for done, batch in _batches(entries):
                vectors = self._kept_vectors(batch) if keep_vectors else {}
                missing = [entry for entry in batch if entry.customer not in vectors]
                vectors |= self._vectors(missing)
                with mapped(self.place):
                    _put(draft, batch, vectors, {})
                embedded += len(missing)
                progress(Tick("index", done, len(entries), {"embedded": embedded}))
        self._forget("_collection", "_everything")
        return embedded

    def _update(self, batch: Sequence[Entry]) -> int:
        """Write what changed of a batch; returns how many were embedded."""
        with mapped(self.place):
            old = self._metadatas([entry.customer for entry in batch])
        differ = [e for e in batch if old.get(e.customer, {}).get("hash") != e.hash]
        reworded = [e for e in differ if not _same_text(e, old)]
        vectors = self._vectors(reworded)
        with mapped(self.place):
            _put(self._collection, reworded, vectors, old)
            same = [e for e in differ if e.customer not in vectors]
            if same:
                self._collection.update(
                    ids=[entry.customer for entry in same],
                    metadatas=[_metadata(entry, old) for entry in same],
                )
        return len(reworded)

    def _vectors(self, entries: Sequence[Entry]) -> dict[str, Vector]:
        texts = [entry.text for entry in entries]
        vectors = self._embedder.documents(texts)
        return {entry.customer: vector for entry, vector in zip(entries, vectors, strict=True)}

    def _kept_vectors(self, batch: Sequence[Entry]) -> dict[str, Vector]:
        """Vectors of the entries whose text the index holds; none where it cannot be read."""
        try:
            with mapped(self.place):
                old = self._metadatas([entry.customer for entry in batch])
                kept = [entry.customer for entry in batch if _same_text(entry, old)]
                return dict(self._embeddings(kept))
        except SearchIndexError:
            return {}

    def _metadatas(self, customers: list[str]) -> dict[str, Metadata]:
        found = self._collection.get(ids=customers, include=["metadatas"])
        return dict(zip(found["ids"], found["metadatas"] or [], strict=True))

    def _embeddings(self, customers: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """Pairs of customer and vector (float32), of those that the index knows."""
        for block in _blocks(customers, READ_BATCH):
            found = self._collection.get(ids=block, include=["embeddings"])
            yield from zip(found["ids"], found["embeddings"], strict=True)  # type: ignore[arg-type]

    def _approximate(self, query: Vector, k: int, allowed: set[str] | None) -> list[Hit] | None:
        """The nearest by Chroma's graph, or None if that does not yield `k`.

        It is asked for more until enough of them are allowed: its own filter takes no long list.
        """
        if allowed is not None and len(allowed) <= EXACT_BELOW:
            return None
        size = self._collection.count()
        # Twice what would do if those allowed were spread evenly.
        fetch = k if allowed is None else math.ceil(2 * k * size / len(allowed))
        while fetch < size:
            hits = [
                hit for hit in self._nearest(query, fetch) if not allowed or hit.customer in allowed
            ]
            if len(hits) >= k:
                return hits[:k]
            fetch *= 4
        return None

    def _nearest(self, query: Vector, count: int) -> list[Hit]:
        found = self._collection.query(
            query_embeddings=[query], n_results=count, include=["documents", "distances"]
        )
        columns = zip(found["ids"][0], found["distances"][0], found["documents"][0], strict=True)  # type: ignore[index]
        hits = [Hit(customer, 1 - distance, text or "") for customer, distance, text in columns]
        return sorted(hits, key=_best_first)

    def _exact(self, query: Vector, k: int, allowed: set[str] | None) -> list[Hit]:
        """The nearest by comparing the query with every vector allowed."""
        ids, vectors = self._matrix(self.ids() if allowed is None else allowed)
        scores = _cosines(vectors, query)
        best = {ids[at]: float(scores[at]) for at in np.argsort(-scores, kind="stable")[:k]}
        return self._described(best)

    @cached_property
    def _everything(self) -> tuple[list[str], Matrix]:
        return self._matrix(self.ids())

    def _matrix(self, customers: Collection[str]) -> tuple[list[str], Matrix]:
        """Those that the index knows, in order, and their vectors as rows."""
        pairs = list(self._embeddings(sorted(customers)))
        vectors = np.array([vector for _, vector in pairs], dtype=np.float32)
        return [customer for customer, _ in pairs], vectors

    def _forget(self, *properties: str) -> None:
        for name in properties:
            self.__dict__.pop(name, None)

    def _described(self, scores: Mapping[str, float]) -> list[Hit]:
        hits = []
        for block in _blocks(list(scores), READ_BATCH):
            found = self._collection.get(ids=block, include=["documents"])
            texts = zip(found["ids"], found["documents"] or [], strict=True)
            hits += [Hit(customer, scores[customer], text or "") for customer, text in texts]
        return sorted(hits, key=_best_first)

    @cached_property
    def _collection(self) -> chromadb.Collection:
        """The collection, after a look whether its vectors are there and are this embedder's."""
        collection = self._chroma.open(self._embedder.name)
        made_by = (collection.metadata or {}).get("embedder")
        if made_by != self._embedder.name:
            raise SearchIndexError(
                f"{self.place}: made with the embedder {made_by}, not {self._embedder.name}: "
                "set `embedding` back, or run `portrait repair` to make the index anew"
            )
        # Where the files of vectors are gone, Chroma answers from the last few writes and says
        # nothing; only asking for an old vector tells.
        collection.get(limit=1, include=["embeddings"])
        return collection


def _cosines(vectors: Matrix, query: Vector) -> Matrix:
    """Of each row and the query."""
    if not len(vectors):
        return np.zeros(0, np.float32)
    direction = np.array(query, dtype=np.float32)
    scale = np.linalg.norm(vectors, axis=1) * np.linalg.norm(direction)
    scores: Matrix = vectors @ direction / np.maximum(scale, 1e-12)
    return scores


def _put(
    collection: chromadb.Collection,
    entries: Sequence[Entry],
    vectors: Mapping[str, Vector],
    old: Mapping[str, Metadata],
) -> None:
    if entries:
        # Chroma refuses a list that mixes lists and arrays, and its types refuse float32.
        embeddings: Any = [np.array(vectors[e.customer], dtype=np.float32) for e in entries]
        collection.upsert(
            ids=[entry.customer for entry in entries],
            embeddings=embeddings,
            documents=[clean(entry.text) for entry in entries],
            metadatas=[_metadata(entry, old) for entry in entries],
        )


def _metadata(entry: Entry, old: Mapping[str, Metadata]) -> dict[str, Any]:
    """What Chroma can filter by. It merges: a key no longer there is set to None to go."""
    gone = dict.fromkeys(old.get(entry.customer, {}))
    numbers = {name: float(n) for name, n in entry.numbers.items() if math.isfinite(n)}
    tags = {"tags": list(entry.tags)} if entry.tags else {}  # an empty list is refused
    fixed = {"language": entry.language, "hash": entry.hash, "text_hash": entry.text_hash}
    return {**gone, **numbers, **tags, **fixed}


def _same_text(entry: Entry, old: Mapping[str, Metadata]) -> bool:
    return old.get(entry.customer, {}).get("text_hash") == entry.text_hash


def _best_first(hit: Hit) -> tuple[float, str]:
    return -hit.score, hit.customer


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()


def _batches(entries: Sequence[Entry]) -> Iterator[tuple[int, list[Entry]]]:
    """Blocks to write, each with how many are done after it; of one customer's, the last counts."""
    for at in range(0, len(entries), WRITE_BATCH):
        block = entries[at : at + WRITE_BATCH]
        yield at + len(block), list({entry.customer: entry for entry in block}.values())


def _blocks(items: Sequence[str], size: int) -> Iterator[list[str]]:
    for at in range(0, len(items), size):
        yield list(items[at : at + size])
