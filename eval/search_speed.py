"""How fast is the search on a million customers? `python -m eval.search_speed --folder DIR`.

The customers are those of `eval.search_crowd`, the questions those of `eval.search_truth` in both
languages. Building takes minutes and some GiB; it is done once a folder.

A search includes the model's part, the vector of the question, which is also reported apart.
`recall_10` is against sorting the scores of everybody and leaving out those not in the filter.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from agent.errors import PortraitError
from agent.search.embeddings import embedder
from agent.search.hybrid import HybridSearch
from agent.search.index import Index
from agent.search.lexicon import LexiconFolder
from agent.settings import LANGUAGES, EmbeddingSettings
from eval.search_crowd import Crowd, customer
from eval.search_truth import load_themes

K = 10


def measure(folder: Path, size: int) -> dict[str, Any]:
    """Seconds and MB of building (0 s if it was built), milliseconds of searching."""
    model, crowd = embedder(EmbeddingSettings()), Crowd(size)
    asked = [theme.text(language) for theme in load_themes() for language in LANGUAGES]
    names = Index(folder / "names", None, model, "names")
    with HybridSearch(names, LexiconFolder(folder / "lexicon"), crowd) as search:
        built = _milliseconds(search.refresh)
        peak = _peak()
        first = _milliseconds(partial(search.search, asked[0], K))
        search.search(asked[1], K)
        searches = [_row(search, asked, *given) for given in _filters(size)]
        searches.append(_far(search, asked[: len(asked) // 10], size // 2))
    return {
        "customers": size,
        "build_s": round(built / 1_000),
        "build_peak_mb": peak,
        "disk_mb": sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) // 10**6,
        "first_search_ms": round(first),
        "embed_ms": _percentiles([_milliseconds(partial(model.queries, [text])) for text in asked]),
        "searches": searches,
    }


def _filters(size: int) -> Iterator[tuple[str, Collection[str] | None]]:
    drawn = np.random.default_rng(2).permutation(size).tolist()
    yield "none", None
    for share in (max(1, size // 10_000), size // 100, size // 2):
        yield f"{share:,}", [customer(number) for number in drawn[:share]]
    yield f"{size // 2:,} as a set", frozenset(customer(number) for number in drawn[: size // 2])


def _row(
    search: HybridSearch, asked: Sequence[str], name: str, within: Collection[str] | None
) -> dict[str, Any]:
    """One filter: percentiles over all questions, recall over every tenth."""
    spent = [_milliseconds(partial(search.search, text, K, within)) for text in asked]
    allowed = None if within is None else frozenset(within)
    recalls = [_recall(search, text, allowed) for text in asked[::10]]
    return {"within": name, **_percentiles(spent), "recall_10": float(np.mean(recalls))}


def _far(search: HybridSearch, asked: Sequence[str], count: int) -> dict[str, Any]:
    """The worst of filters: for each question those that match it least."""
    spent, recalls = [], []
    for text in asked:
        scores = search.scores(text)
        within = sorted(scores, key=lambda who: scores[who])[:count]
        spent.append(_milliseconds(partial(search.search, text, K, within)))
        recalls.append(_recall(search, text, frozenset(within)))
    name = f"the {count:,} that match least"
    return {"within": name, **_percentiles(spent), "recall_10": float(np.mean(recalls))}


def _recall(search: HybridSearch, text: str, allowed: frozenset[str] | None) -> float:
    """How many of the K highest scores are found, by score: customers with the same are alike."""
    scores = search.scores(text)
    best = sorted(
        (scores[w] for w in (scores if allowed is None else allowed) if scores[w] > 0), reverse=True
    )[:K]
    found = [round(match.score, 5) for match in search.search(text, K, allowed)]
    return sum(round(score, 5) in found for score in best) / len(best) if best else 1.0


def _percentiles(milliseconds: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.percentile(milliseconds, [50, 95])
    return {"p50_ms": round(float(p50), 1), "p95_ms": round(float(p95), 1)}


def _milliseconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return 1_000 * (perf_counter() - began)


def _peak() -> int:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_000


def main() -> int:
    """Print the table or JSON. Exit codes as portrait's own."""
    parser = argparse.ArgumentParser(prog="python -m eval.search_speed", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    try:
        result = measure(options.folder, options.customers)
    except PortraitError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    print(json.dumps(result) if options.json else _table(result))  # noqa: T201
    return 0


def _table(result: Mapping[str, Any]) -> str:
    head = {name: value for name, value in result.items() if name != "searches"}
    lines = [json.dumps(head), f"{'within':36}{'p50 ms':>9}{'p95 ms':>9}{'recall@10':>11}"]
    lines += [
        f"{row['within']:36}{row['p50_ms']:9.1f}{row['p95_ms']:9.1f}{row['recall_10']:11.3f}"
        for row in result["searches"]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
