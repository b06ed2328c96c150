"""What vectors of whole profiles would cost at a million customers, and how they could be filtered.

    python -m eval.search_vectors --folder DIR --home HOME

The search embeds names and no profiles (eval/search.md); this is what it is weighed against. The
vectors are drawn around those that `portrait eval search` has kept in the home: a real one, moved
towards another and along the difference of two more, so that they lie as the real ones do.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from agent.errors import PortraitError, UsageError
from agent.search import index as index_module
from agent.search.embeddings import Embedder, embedder
from agent.search.index import Entry, Index
from agent.search.languages import Role, Vectors
from agent.settings import LANGUAGES, EmbeddingSettings
from eval.search_crowd import customer
from eval.search_truth import load_themes

K = 10
BLOCK = 5_000  # written to Chroma at a time
MOVED, ALONG = 0.5, 0.3
SLOW_MS = 500

Matrix = NDArray[np.float32]
Half = NDArray[np.float16]
Rows = NDArray[np.int64]
Way = Callable[[int, Rows | None], list[int]]


def draw_vectors(kept: Matrix, size: int) -> Iterator[Matrix]:
    """Blocks of unit vectors, one row a customer."""
    draw = np.random.default_rng(3)
    for first in range(0, size, BLOCK):
        count = min(BLOCK, size - first)
        one, other, plus, minus = (kept[draw.integers(len(kept), size=count)] for _ in range(4))
        moved = one + draw.uniform(0, MOVED, (count, 1)) * (other - one) + ALONG * (plus - minus)
        yield (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)


def measure(folder: Path, kept: Matrix, size: int) -> dict[str, Any]:
    """Seconds and MB of loading (0 s if it is there), milliseconds and recall of each way."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = [theme.text(language) for theme in load_themes() for language in LANGUAGES]
    queries = np.array(embedder(EmbeddingSettings()).queries(asked), np.float32)
    matrix = _matrix(folder / "vectors.npy", kept, size)
    with Index(folder / "chroma", None, _scripted(matrix, queries)) as index:
        loaded = _milliseconds(partial(_fill, index, size))
        rows = [
            _row(matrix, queries, way, within, search)
            for within in _filters(size)
            for way, search in _ways(index, matrix, queries).items()
        ]
    return {
        "customers": size,
        "chroma_load_s": round(loaded / 1_000),
        "chroma_mb": sum(f.stat().st_size for f in (folder / "chroma").rglob("*.*")) // 10**6,
        "matrix_mb": matrix.nbytes // 10**6,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_000,
        "ways": [row for row in rows if row],
    }


def _matrix(file: Path, kept: Matrix, size: int) -> Half:
    """All vectors in half precision, mapped into memory."""
    if not file.exists():
        whole = np.empty((size, kept.shape[1]), np.float16)
        for number, block in enumerate(draw_vectors(kept, size)):
            whole[number * BLOCK : number * BLOCK + len(block)] = block
        np.save(file, whole)
    return np.load(file, mmap_mode="r")  # type: ignore[no-any-return]


def _scripted(matrix: Half, queries: Matrix) -> Embedder:
    """Texts are numbers of rows: of customers, or of questions."""

    def encode(texts: list[str], role: Role) -> Vectors:
        source = queries if role == "query" else matrix
        vectors: Vectors = source[[int(text) for text in texts]].astype(np.float32).tolist()
        return vectors

    return Embedder("drawn", encode)


def _fill(index: Index, size: int) -> None:
    if not index.ids():
        entries = [Entry(customer(n), str(n), "en", (), {}) for n in range(size)]
        with patch.object(index_module, "WRITE_BATCH", BLOCK):
            index.rebuild(entries)


def _filters(size: int) -> list[Rows | None]:
    drawn = np.random.default_rng(2).permutation(size)
    return [None, *(drawn[:count] for count in (max(1, size // 10_000), size // 100, size // 2))]


def _ways(index: Index, matrix: Half, queries: Matrix) -> dict[str, Way]:
    """Each takes the number of a question and a filter, and gives rows."""

    def over_fetching(question: int, within: Rows | None) -> list[int]:
        ids = None if within is None else [customer(n) for n in within.tolist()]
        return [int(hit.customer[1:]) for hit in index.search(str(question), K, ids)]

    def own_filter(question: int, within: Rows | None) -> list[int]:
        ids = None if within is None else [customer(n) for n in within.tolist()]
        vector: Any = [queries[question]]
        found = index._collection.query(query_embeddings=vector, n_results=K, ids=ids, include=[])
        return [int(name[1:]) for name in found["ids"][0]]

    def plain_matrix(question: int, within: Rows | None) -> list[int]:
        return exhaustive(matrix, queries[question], within)

    return {
        "Chroma, more is fetched and filtered": over_fetching,
        "Chroma, its own filter": own_filter,
        "matrix of halves, one by one": plain_matrix,
    }


def exhaustive(matrix: Half, query: Matrix, within: Rows | None) -> list[int]:
    """The rows of the K nearest of those within, each compared."""
    rows = np.arange(len(matrix)) if within is None else np.sort(within)
    parts = [rows[at : at + BLOCK] for at in range(0, len(rows), BLOCK)]
    scores = np.concatenate([matrix[part].astype(np.float32) @ query for part in parts])
    best = np.argpartition(-scores, min(K, len(rows) - 1))[:K]
    return [int(rows[at]) for at in best[np.argsort(-scores[best])]]


def _row(
    matrix: Half, queries: Matrix, way: str, within: Rows | None, search: Way
) -> dict[str, Any] | None:
    """Figures of one way with one filter; None where it fails. Slow ways are asked less."""
    name = "none" if within is None else f"{len(within):,}"
    try:
        once = _milliseconds(partial(search, 0, within))
    except PortraitError as error:
        return {"way": way, "within": name, "error": str(error)[:120]}
    except Exception as error:  # noqa: BLE001  (Chroma raises nearly anything)
        return {"way": way, "within": name, "error": " ".join(str(error).split())[:120]}
    asked = range(0, len(queries), 1 if once < SLOW_MS else 10)
    spent = [_milliseconds(partial(search, question, within)) for question in asked]
    recalls = []
    for question in range(0, len(queries), 10):
        right = exhaustive(matrix, queries[question], within)
        recalls.append(len(set(search(question, within)) & set(right)) / len(right))
    p50, p95 = np.percentile(spent, [50, 95])
    figures = {"p50_ms": round(float(p50), 1), "p95_ms": round(float(p95), 1)}
    return {"way": way, "within": name, **figures, "recall_10": float(np.mean(recalls))}


def _milliseconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return 1_000 * (perf_counter() - began)


def main() -> int:
    """Print JSON. Exit codes as portrait's own."""
    parser = argparse.ArgumentParser(prog="python -m eval.search_vectors", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--customers", type=int, default=1_000_000)
    options = parser.parse_args()
    try:
        files = sorted((options.home / "eval").glob("profiles-*.npz"))
        if not files:
            raise UsageError(f"{options.home} has no vectors yet: run `portrait eval search` there")
        with np.load(files[0]) as found:
            result = measure(options.folder, found["vectors"], options.customers)
    except PortraitError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    print(json.dumps(result, indent=1))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
