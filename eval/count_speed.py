"""How fast are exact counts of a million customers?

    python -m eval.count_speed --home HOME --folder DIR [--customers 1000000] [--json]

HOME is a built home of the reference data, whose customers are multiplied (`eval.count_crowd`);
that takes minutes and 2 GB, and is done once a folder. The conditions are those of the development
questions, but for bare tags, and some that are harder. Counted is by what answers questions
(`agent.ask.execute`), up to the list of all ids; once to warm up and then five times, of which the
median stands. It runs on one core; `cpu` is what it takes of that.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import yaml

from agent.ask.execute import Executor
from agent.ask.query import Query
from agent.conditions import from_json
from agent.errors import PortraitError
from agent.profiles.arrays import home_arrays
from agent.workspace import Workspace
from eval.count_crowd import make_crowd, make_home

ROUNDS = 5
HARD: tuple[dict[str, Any], ...] = (
    {"bought": ["grocery"]},
    {"bought": ["grocery"], "at_least": 5, "last_days": 180},
    {"not": {"bought": ["grocery"], "last_days": 30}},
    {"bought": ["soft drinks", "cheese", "bag snacks"], "at_least": 2, "at_most": 4},
    {"bought": ["national"], "but_not": ["soft drinks"], "at_least": 3},
    {"field": "spend", "op": "bottom_percent", "value": 20},
    {"field": "spend", "op": "top_percent", "value": 10, "last_days": 90},
    {"field": "orders", "op": "top_percent", "value": 1, "since": "2017-01-01"},
    {
        "all": [
            {"field": "spend", "op": "between", "value": 20, "to": 80, "since": "2017-10-01"},
            {"bought": ["frozen"], "at_least": 2},
            {"not": {"tag": "pet_owner"}},
        ]
    },
    {
        "any": [
            {"bought": ["wine"], "last_days": 90},
            {"bought": ["beer"], "last_days": 90},
            {"bought": ["cheese"], "at_least": 3},
        ]
    },
)


def measure(workspace: Workspace, folder: Path, size: int) -> dict[str, Any]:
    """Seconds to make the arrays and to open the executor, milliseconds of each count."""
    make_crowd(workspace, folder, size)
    built = _seconds(lambda: make_home(workspace, folder))
    with Workspace(folder) as home:
        opened = _seconds(lambda: Executor(home).close())
        with Executor(home) as executor:
            counts = [_count(executor, condition) for condition in conditions()]
        lines = len(home_arrays(home).purchases.line_day)
        disk = sum(file.stat().st_size for file in home.arrays.rglob("*.*"))
    return {
        "customers": size,
        "lines": lines,
        "build_s": built,
        "open_s": opened,
        "disk_mb": disk // 10**6,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_000,
        **_spread("ms", counts),
        **_spread("cpu_ms", counts),
        "counts": sorted(counts, key=lambda count: -count["ms"]),
    }


def _seconds(job: Callable[[], object]) -> float:
    began = perf_counter()
    job()
    return round(perf_counter() - began, 1)


def _spread(name: str, counts: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    spent = [count[name] for count in counts]
    p50, p95 = np.percentile(spent, [50, 95])
    figures = {"p50": p50, "p95": p95, "worst": max(spent)}
    return {f"{key}_{name}": round(float(value), 1) for key, value in figures.items()}


def conditions() -> list[dict[str, Any]]:
    """What is counted, in JSON."""
    path = Path(__file__).with_name("ask_questions_dev.yaml")
    asked = [question.get("gold") or {} for question in yaml.safe_load(path.read_text("utf-8"))]
    parts = [gold[side] for gold in asked for side in ("where", "against") if gold.get(side)]
    found = {json.dumps(part, sort_keys=True): part for part in parts if set(part) != {"tag"}}
    return [*found.values(), *HARD]


def _count(executor: Executor, given: Mapping[str, Any]) -> dict[str, Any]:
    query = Query(kind="count", where=from_json(given))
    found, wall, cpu = executor.run(query).matching, [], []
    for _ in range(ROUNDS):
        began, worked = perf_counter(), process_time()
        executor.run(query)
        wall.append(1_000 * (perf_counter() - began))
        cpu.append(1_000 * (process_time() - worked))
    ms, cpu_ms = (round(statistics.median(spent), 1) for spent in (wall, cpu))
    return {"ms": ms, "cpu_ms": cpu_ms, "count": found, "condition": given}


def main() -> int:
    """Print the table or JSON. Exit codes as portrait's own."""
    parser = argparse.ArgumentParser(prog="python -m eval.count_speed", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    try:
        with Workspace(options.home) as workspace:
            result = measure(workspace, options.folder, options.customers)
    except PortraitError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    print(json.dumps(result, ensure_ascii=False) if options.json else _table(result))  # noqa: T201
    return 0


def _table(result: Mapping[str, Any]) -> str:
    head = {name: value for name, value in result.items() if name != "counts"}
    rows: Sequence[Mapping[str, Any]] = result["counts"][:12]
    lines = [json.dumps(head), f"{'ms':>8}{'cpu ms':>8}{'count':>9}  the slowest conditions"]
    lines += [
        f"{row['ms']:8.1f}{row['cpu_ms']:8.1f}{row['count']:9}  "
        + json.dumps(row["condition"], ensure_ascii=False)
        for row in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
