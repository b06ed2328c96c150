"""Can the model be trusted to translate category names? It is held against the glossary by hand.

    python -m eval.translations --home DIR

Needs a home of the reference data. Each of its department and category names is translated into
Chinese by the model of the home's settings, as `translate_names: true` would; nothing is written.
`alike` is the share of names whose translation has at least half of the characters of the label by
hand, or the other way round (the shorter of the two counts): a generous stand-in for "right".
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections.abc import Mapping
from pathlib import Path

from agent.data.glossary import load_glossary
from agent.llm.client import Client
from agent.llm.endpoint import Endpoint
from agent.llm.server import endpoints
from agent.profiles.translate import translate_name
from agent.prompts import load_prompt
from agent.tags.names import category_names
from agent.workspace import Workspace

SHOWN = 12


def alike(translation: str, label: str) -> bool:
    """Whether the two share at least half of the characters of the shorter one."""
    shared = set(translation) & set(label)
    return 2 * len(shared) >= min(len(set(translation)), len(set(label)))


async def _translate(server: Endpoint, names: list[str]) -> dict[str, str | None]:
    prompt = load_prompt("translate", "zh")
    async with Client([server]) as client:
        return dict(await asyncio.gather(*(translate_name(client, prompt, n) for n in names)))


def report(made: Mapping[str, str | None], labels: Mapping[str, str]) -> list[str]:
    """The figures and a sample, one line each."""
    answered = {name: label for name, label in made.items() if label}
    same = sum(labels[name] == label for name, label in answered.items())
    near = sum(alike(label, labels[name]) for name, label in answered.items())
    lines = [
        f"{len(made)} names, {len(answered)} translated",
        f"the same as by hand: {same / len(made):.0%}; alike: {near / len(made):.0%}",
    ]
    shown = random.Random(0).sample(sorted(answered), min(SHOWN, len(answered)))  # noqa: S311
    return lines + [f"  {name}: {answered[name]} (by hand: {labels[name]})" for name in shown]


def main() -> None:
    """Translate, compare and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--home", type=Path, required=True)
    with Workspace(parser.parse_args().home) as workspace:
        glossary = load_glossary(workspace.store)
        labels = {name: glossary.label(name, "zh") for name in category_names(workspace)}
        server = endpoints(workspace.settings.model, workspace.logs)[0]
    made = asyncio.run(_translate(server, list(labels)))
    sys.stdout.write("\n".join(report(made, labels)) + "\n")


if __name__ == "__main__":
    main()
