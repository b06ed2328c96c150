"""Which model should write? Seconds a profile and what the checker accepts, model by model.

    python -m eval.writers --home DIR MODEL… [--customers 40] [--json]

Needs a home with facts (`portrait demo` or `build --limit 0`). Each model gets a server of its
own, one after the other; nothing is written into the home. The first round warms the server up and
is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean

from agent.llm.client import Client
from agent.llm.endpoint import Endpoint
from agent.llm.machine import plan
from agent.llm.models import pull
from agent.llm.server import start, stop
from agent.profiles.checker import Checker
from agent.profiles.sheets import sheets_to_tell
from agent.profiles.summaries import choose_customers
from agent.profiles.writer import Writer, Written
from agent.prompts import load_claims, load_prompt
from agent.settings import LANGUAGES, Language
from agent.tags.names import catalogue_names
from agent.workspace import Workspace

WARM_UP = 8


@dataclass(frozen=True)
class Row:
    """One model in one language. Shares are of customers; `first` is the greedy first answer."""

    model: str
    language: Language
    customers: int
    seconds_per_profile: float
    tokens_per_profile: float
    first_answer_accepted: float
    accepted: float
    refusals: dict[str, int]


def measure(workspace: Workspace, model: str, customers: int) -> list[Row]:
    """One row a language for a model on this machine."""
    folder = pull(model)
    log = workspace.logs / "vllm-eval.log"
    server = start(folder, plan(folder), model, log, replace=True)
    return [
        asyncio.run(_measure_language(workspace, server, language, customers))
        for language in LANGUAGES
    ]


async def _measure_language(
    workspace: Workspace, server: Endpoint, language: Language, customers: int
) -> Row:
    sheets = sheets_to_tell(workspace)
    chosen = choose_customers(sheets, limit=customers + WARM_UP)
    names = catalogue_names(workspace, sheets.glossary, language)
    checker = Checker(language, load_claims(), names)
    async with Client([server]) as client:
        writer = Writer(client, load_prompt("summary", language), checker)

        async def write(batch: Sequence[str]) -> list[Written]:
            return await asyncio.gather(*(writer.write(sheets.sheet(c, language)) for c in batch))

        await write(chosen[:WARM_UP])
        began = time.monotonic()
        written = await write(chosen[WARM_UP:])
        seconds = time.monotonic() - began
    return _row(server.model, language, written, seconds)


def _row(model: str, language: Language, written: Sequence[Written], seconds: float) -> Row:
    tests = Counter(
        part.split(":")[0] for w in written for r in w.refused for part in r.split("; ")
    )
    return Row(
        model=model,
        language=language,
        customers=len(written),
        seconds_per_profile=round(seconds / len(written), 2),
        tokens_per_profile=round(mean(w.tokens for w in written), 1),
        first_answer_accepted=round(mean(w.attempts == 1 for w in written), 3),
        accepted=round(mean(w.source == "model" for w in written), 3),
        refusals=dict(tests),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("models", nargs="+")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--customers", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with Workspace(given.home) as workspace:
        rows = [row for model in given.models for row in measure(workspace, model, given.customers)]
    stop()
    sys.stdout.write(
        json.dumps([asdict(row) for row in rows], indent=2) if given.json else _table(rows)
    )
    sys.stdout.write("\n")


def _table(rows: Sequence[Row]) -> str:
    head = (
        "| model | language | customers | s/profile | tokens | first answer accepted | accepted |"
    )
    lines = [head, "|---|---|---|---|---|---|---|"]
    lines += [
        f"| {r.model} | {r.language} | {r.customers} | {r.seconds_per_profile:.2f} "
        f"| {r.tokens_per_profile:.0f} | {r.first_answer_accepted:.0%} | {r.accepted:.0%} |"
        for r in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
