"""Do words that are no name find what they mean, and do foreign ones find nothing?

    python -m eval.linking --home DIR

Needs a home with the reference data; eval/linking.yaml holds the words and what they mean. The
names are embedded anew, which takes a minute. Ways and cuts were chosen on the development half.
The tables and what was learned from them stand in eval/linking.md.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Literal

import yaml

from agent.ask.candidates import Candidate, Candidates, How
from agent.errors import PortraitError
from agent.search.catalogue import CatalogueIndex, sayings
from agent.search.embeddings import embedder
from agent.tags.names import load_vocabulary
from agent.vocabulary import Vocabulary
from agent.workspace import Workspace
from eval.linking_ways import Named, Way, ways

Half = Literal["dev", "test"]
HALVES: tuple[Half, ...] = ("dev", "test")
FALSE = 0.02  # of the foreign words of the development half, for every way alike


@dataclass(frozen=True)
class Words:
    """Words of one list and half; `means` is empty for those that mean nothing here."""

    text: str
    group: str
    half: Half
    means: tuple[str, ...]


def load_words() -> list[Words]:
    """All lists, every second entry for development."""
    text = Path(__file__).with_name("linking.yaml").read_text(encoding="utf-8")
    return [
        Words(
            text, group, HALVES[at % 2], tuple(entries[text] if isinstance(entries, dict) else ())
        )
        for group, entries in yaml.safe_load(text).items()
        for at, text in enumerate(entries)
    ]


def is_right(found: Named, words: Words, vocabulary: Vocabulary) -> bool:
    """Whether a name is one of those that the words mean."""
    kind, name, level = found
    if kind != "item":
        return f"{kind}:{f'{level}={name}' if kind == 'value' else name}" in words.means
    patterns = [means.partition(":")[2] for means in words.means if means.startswith("item:")]
    called = {name}
    for item in vocabulary.items((name,), level or None):
        called |= {item.name, *vocabulary.labels.get(item.name, ())}
    text = " | ".join(called).casefold()
    return any(re.search(pattern, text) for pattern in patterns)


Answer = Callable[[Words], Named | None]


def counts(answer: Answer, words: Sequence[Words], vocabulary: Vocabulary) -> tuple[int, int]:
    """How many of the words are linked to a name that they mean, and to another."""
    found = [(one, name) for one in words if (name := answer(one))]
    right = sum(is_right(name, one, vocabulary) for one, name in found)
    return right, len(found) - right


def stages(candidates: Candidates) -> Mapping[str, Answer]:
    """What is linked with each further way."""

    def first(one: Words) -> Candidate | None:
        return next(iter(candidates.of(one.text, "zh" if one.group.endswith("zh") else "en")), None)

    def only(*hows: How) -> Answer:
        def answer(one: Words) -> Named | None:
            found = first(one)
            return (found.kind, found.name, found.level) if found and found.how in hows else None

        return answer

    return {
        "labels and sayings alone": only("exact"),
        "with spelling": only("exact", "spelling"),
        "with spelling and meaning": only("exact", "spelling", "meaning"),
    }


def stage_table(candidates: Candidates, words: Sequence[Words], vocabulary: Vocabulary) -> str:
    """Right / wrong of each list, the test half; foreign words are wrong where they are linked."""
    groups = list(dict.fromkeys(one.group for one in words))
    lists = {group: [w for w in words if (w.group, w.half) == (group, "test")] for group in groups}
    lines = [
        "| | " + " | ".join(f"{group} ({len(lists[group])})" for group in groups) + " |",
        "|---" * (len(groups) + 1) + "|",
    ]
    for name, answer in stages(candidates).items():
        cells = [counts(answer, lists[group], vocabulary) for group in groups]
        lines.append(f"| {name} | " + " | ".join(f"{r} / {w}" for r, w in cells) + " |")
    return "\n".join(lines)


def way_table(found: Sequence[Way], words: Sequence[Words], vocabulary: Vocabulary) -> str:
    """Each way of meaning at its own cut, on words that are no saying."""
    lists = ("loose_en", "loose_zh", "foreign_en", "foreign_zh")
    parts = {
        (g, h): [w for w in words if (w.group, w.half) == (g, h)] for g in lists for h in HALVES
    }
    head = [f"{half} {group} ({len(parts[group, half])})" for half in HALVES for group in lists]
    lines = ["| | cut | " + " | ".join(head) + " |", "|---" * (len(head) + 2) + "|"]
    for way in found:
        foreign = [*parts["foreign_en", "dev"], *parts["foreign_zh", "dev"]]
        cut = sorted(way.scores[one.text] for one in foreign)[-1 - int(FALSE * len(foreign))]

        def answer(one: Words, way: Way = way, cut: float = cut) -> Named | None:
            return way.names[one.text] if way.scores[one.text] > cut else None

        cells = []
        for half in HALVES:
            for group in lists:
                right, wrong = counts(answer, parts[group, half], vocabulary)
                cells.append(f"{right} / {wrong}" if group.startswith("loose") else str(wrong))
        lines.append(f"| {way.title} | {cut:.2f} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def report(workspace: Workspace) -> str:
    """Both tables as Markdown."""
    vocabulary, words = load_vocabulary(workspace), load_words()
    wanted, embed = sayings(vocabulary), embedder(workspace.settings.embedding)
    embed.documents(["warm"])
    with TemporaryDirectory() as folder, CatalogueIndex(Path(folder), None, embed) as index:
        begun = perf_counter()
        index.refresh(wanted)
        took = perf_counter() - begun
        candidates = Candidates(vocabulary, index)
        stage = stage_table(candidates, words, vocabulary)
        exact = Candidates(vocabulary)
        unsaid = [w for w in words if not w.group.startswith("typos") and not _said(exact, w)]
    way = way_table(list(ways(vocabulary, [one.text for one in unsaid])), unsaid, vocabulary)
    return f"{stage}\n\n{way}\n\n{len(wanted)} texts were embedded in {took:.0f} s.\n"


def _said(exact: Candidates, words: Words) -> bool:
    return any(found.how == "exact" for found in exact.of(words.text, "en"))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--home", type=Path, required=True)
    given = parser.parse_args()
    try:
        with Workspace(given.home) as workspace:
            sys.stdout.write(report(workspace))
    except PortraitError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
