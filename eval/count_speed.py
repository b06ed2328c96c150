"""How fast are exact counts of a million customers?

    python -m eval.count_speed --home HOME --folder DIR [--customers 1000000] [--json]

HOME is a built home of the reference data, whose customers are multiplied (`eval.count_crowd`);
that takes minutes and 2 GB, and is done once a folder. The conditions are those of the development
questions, but for bare tags, and some that are harder. Each is counted once to warm up and then
three times, of which the median stands. It runs on one core; `cpu` is what it takes of that
whatever else the machine does.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd
import yaml

from agent.conditions import from_json
from agent.conditions_arrays import Counter
from agent.data.purchases import open_purchases, read_purchases, save_purchases
from agent.data.warehouse import Warehouse
from agent.errors import PortraitError
from agent.tags.names import load_vocabulary
from agent.workspace import Workspace
from eval.count_crowd import FACTS, TAGS, make_crowd

ROUNDS = 3
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
    """Seconds to make and to open the arrays, milliseconds of each count."""
    make_crowd(workspace, folder, size)
    began = perf_counter()
    made = _make_arrays(workspace, folder)
    built = perf_counter() - began
    began = perf_counter()
    counter = _open(workspace, folder, made)
    opened = perf_counter() - began
    counts = [_count(counter, condition) for condition in conditions()]
    spent = [count["ms"] for count in counts]
    p50, p95 = np.percentile(spent, [50, 95])
    return {
        "customers": size,
        "lines": len(open_purchases(made).line_day),
        "build_s": round(built, 1),
        "open_s": round(opened, 1),
        "disk_mb": sum(file.stat().st_size for file in made.iterdir()) // 10**6,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_000,
        "p50_ms": round(float(p50), 1),
        "p95_ms": round(float(p95), 1),
        "worst_ms": max(spent),
        "p95_cpu_ms": round(float(np.percentile([count["cpu_ms"] for count in counts], 95)), 1),
        "counts": sorted(counts, key=lambda count: -count["ms"]),
    }


def conditions() -> list[dict[str, Any]]:
    """What is counted, in JSON."""
    path = Path(__file__).with_name("ask_questions_dev.yaml")
    asked = [question.get("gold") or {} for question in yaml.safe_load(path.read_text("utf-8"))]
    parts = [gold[side] for gold in asked for side in ("where", "against") if gold.get(side)]
    found = {json.dumps(part, sort_keys=True): part for part in parts if set(part) != {"tag"}}
    return [*found.values(), *HARD]


def _make_arrays(workspace: Workspace, folder: Path) -> Path:
    made = folder / "purchases"
    if not made.exists():
        with Warehouse(folder / "events", workspace.products, workspace.as_of) as warehouse:
            warehouse.register("customer_facts", pd.read_parquet(folder / FACTS))
            save_purchases(read_purchases(warehouse), made)
    return made


def _open(workspace: Workspace, folder: Path, made: Path) -> Counter:
    facts, tags = pd.read_parquet(folder / FACTS), pd.read_parquet(folder / TAGS)
    vocabulary = load_vocabulary(workspace)
    return Counter(facts, tags, open_purchases(made), vocabulary, workspace.as_of)


def _count(counter: Counter, given: Mapping[str, Any]) -> dict[str, Any]:
    condition = from_json(given)
    found, wall, cpu = counter.count(condition), [], []
    for _ in range(ROUNDS):
        began, worked = perf_counter(), process_time()
        counter.count(condition)
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
