"""How fast are the facts? `python -m eval.facts_speed --home DIR [--rounds 5] [--json]`.

Facts and affinities of all customers of the reference data, from Parquet files to frames in memory:
portrait over a loaded home, and pandas (`eval.facts_pandas`) over the published files. The two take
turns, so that other load on the machine hits both. `ratio` is a contender's median over portrait's.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter

from agent.data.warehouse import Warehouse
from agent.errors import PortraitError, UsageError
from agent.facts.affinity import compute_affinities
from agent.facts.purchase import compute_facts
from agent.workspace import Workspace
from eval.facts_pandas import as_of, gold_affinities, gold_facts, read_reference

BASE = "portrait"


def measure(home: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds of each round, per contender. Raises `UsageError` where the home holds no events."""
    workspace = Workspace(home)
    if not any(workspace.events.glob("bucket=*/events.parquet")):
        raise UsageError(
            f"{home} holds no events; run `portrait --home {home} example completejourney`"
        )
    last_day = as_of(read_reference()[0])

    def portrait() -> None:
        with Warehouse(workspace.events, workspace.products, last_day) as warehouse:
            compute_facts(warehouse)
            compute_affinities(warehouse)

    return take_turns({BASE: portrait, "pandas": _pandas}, rounds)


def take_turns(contenders: Mapping[str, Callable[[], None]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each call, `rounds` a contender, interleaved."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            start = perf_counter()
            run()
            seconds[name].append(perf_counter() - start)
    return seconds


def summarize(seconds: Mapping[str, list[float]]) -> list[dict[str, str | float]]:
    """One row a contender: median, fastest and slowest in seconds, and the ratio to portrait."""
    base = statistics.median(seconds[BASE])
    return [
        {
            "name": name,
            "median_s": statistics.median(times),
            "min_s": min(times),
            "max_s": max(times),
            "ratio": statistics.median(times) / base,
        }
        for name, times in seconds.items()
    ]


def main() -> int:
    """Print the table or JSON. Exit codes as portrait's own."""
    parser = argparse.ArgumentParser(prog="python -m eval.facts_speed", description=__doc__)
    parser.add_argument("--home", type=Path, default=os.environ.get("PORTRAIT_HOME"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.home is None or options.rounds < 1:
        parser.error("name a home with --home or PORTRAIT_HOME, and at least one round")
    try:
        rows = summarize(measure(options.home, options.rounds))
    except PortraitError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    print(json.dumps(rows) if options.json else _table(rows))  # noqa: T201
    return 0


def _pandas() -> None:
    transactions, products = read_reference()
    gold_facts(transactions, products)
    gold_affinities(transactions, products)


def _table(rows: list[dict[str, str | float]]) -> str:
    lines = [f"{'':10}{'median s':>10}{'min s':>8}{'max s':>8}{'ratio':>8}"]
    lines += [
        f"{row['name']:10}{row['median_s']:10.2f}{row['min_s']:8.2f}{row['max_s']:8.2f}"
        f"{row['ratio']:8.2f}"
        for row in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
