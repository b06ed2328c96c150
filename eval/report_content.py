"""What the report of the tags says: the plain result in the reader's words, texts and tables.

The words of both languages are in `templates/words.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.settings import Language
from eval.results import Difference, Example, Result, TagResult
from eval.wording import wording

_FIGURES = (
    *("auc", "average_precision", "precision", "recall", "f1", "accuracy"),
    *("brier", "ece", "coverage", "found"),
)
_OVERVIEW = ("precision", "recall", "f1", "ece")
_DETAILS = ("auc", "average_precision", "precision", "recall", "f1", "brier", "ece")


@dataclass(frozen=True)
class Cell:
    """A cell of a table; `kind` is its style."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Row:
    """A row of a table; `kind` is its style."""

    cells: tuple[Cell, ...]
    kind: str = ""


@dataclass(frozen=True)
class Table:
    """A table with its head, ready to be written."""

    head: tuple[str, ...]
    rows: tuple[Row, ...]


def content(result: Result, language: Language) -> dict[str, Any]:
    """All that the templates show, in one language: texts, and tables of texts."""
    words = wording("words", language)
    return {
        "w": words,
        "language": "zh-CN" if language == "zh" else "en",
        "made": _made(result, words),
        "against": _against(result, words),
        "plainly": _plainly(result["tags"], words, language),
        "notes": result.get("notes", []),
        "overview": _overview(result["tags"], words),
        "methods": _methods(result["tags"], words),
        "tags": [_section(tag, words) for tag in result["tags"]],
        "commands": [" ".join(one.split()) for one in result.get("commands", [])],
    }


def _made(result: Result, words: Any) -> str:
    return str(words["made"]).format(
        made_at=result.get("made_at", "?"),
        data_hash=result.get("data_hash", "?"),
        seconds=result.get("seconds", 0.0),
        folds=result["folds"],
    )


def _against(result: Result, words: Any) -> str:
    difference = result["mean_difference"]
    return str(words["against"]).format(
        tags=len(result["tags"]),
        mean=result["mean_auc"],
        baseline=result["mean_baseline_auc"],
        difference=difference["auc"],
        low=difference["low"],
        high=difference["high"],
        verdict=words["verdicts"][verdict(difference)],
        ece=result["mean_ece"],
    )


def _plainly(tags: Sequence[TagResult], words: Any, language: Language) -> list[str]:
    """Where ours is not better, before anything else is told."""
    joint = "、" if language == "zh" else ", "
    by_verdict: dict[str, list[str]] = {"same": [], "worse": [], "better": []}
    for tag in tags:
        by_verdict[verdict(tag["difference"])].append(_name(tag))
    beaten = [
        f"{_name(tag)} ({_method(best, words)})"
        for tag in tags
        if tag["baselines"][best := max(tag["baselines"], key=tag["baselines"].__getitem__)]
        > tag["auc"]
    ]
    lines = [
        words[key].format(tags=joint.join(names))
        for key, names in (
            ("are_worse", by_verdict["worse"]),
            ("not_better", by_verdict["same"]),
            ("beaten", beaten),
        )
        if names
    ]
    return lines or [words["all_better"]]


def _overview(tags: Sequence[TagResult], words: Any) -> Table:
    columns = words["columns"]
    names = ("tag", "source", "n", "positive", "auc", "difference", "verdict")
    rows = []
    for tag in tags:
        found = verdict(tag["difference"])
        cells = (
            Cell(_name(tag)),
            Cell(_source(tag, words), "text"),
            Cell(str(tag["n"])),
            Cell(str(tag["positive"])),
            Cell(_spread(tag["auc"], tag["auc_low"], tag["auc_high"])),
            Cell(_signed(tag["difference"])),
            Cell(words["verdicts"][found], f"text {found}"),
            *(Cell(_three(tag, name)) for name in _OVERVIEW),
            Cell(f"{tag['coverage']:.0%}"),
        )
        rows.append(Row(cells))
    head = tuple(columns[name] for name in (*names, *_OVERVIEW, "coverage"))
    return Table(head, tuple(rows))


def _methods(tags: Sequence[TagResult], words: Any) -> Table:
    """Tags x methods; the best of a row is marked."""
    names = list(dict.fromkeys(name for tag in tags for name in tag["baselines"]))
    head = (words["columns"]["tag"], *(_method(name, words) for name in ("portrait", *names)))
    rows = []
    for tag in tags:
        found = {"portrait": tag["auc"], **tag["baselines"]}
        best = max(found.values())
        cells = (
            Cell(f"{found[name]:.3f}", "better" if found[name] == best else "")
            if name in found
            else Cell("–")
            for name in ("portrait", *names)
        )
        rows.append(Row((Cell(_name(tag)), *cells)))
    return Table(head, tuple(rows))


def _section(tag: TagResult, words: Any) -> dict[str, Any]:
    share = tag["positive"] / tag["n"]
    return {
        "id": tag["tag"],
        "title": f"{tag['label']} ({tag['tag']})" if "label" in tag else tag["tag"],
        "how": _how(tag, words),
        "share": str(words["share"]).format(**tag, share=share),
        "figures": _figures(tag, words),
        "others": _others(tag, words),
        "examples": [_example(one, words) for one in tag.get("examples", [])],
    }


def _how(tag: TagResult, words: Any) -> str:
    if "threshold" not in tag or "aim" not in tag:
        return str(words["how_plain"]).format(source=_source(tag, words))
    ends = {
        end: words["ends"]["nobody" if cut is None else "from"][end].format(cut=cut)
        for end, cut in tag["threshold"].items()
    }
    return str(words["how"]).format(source=_source(tag, words), aim=tag["aim"], **ends)


def _figures(tag: TagResult, words: Any) -> Table:
    columns = words["columns"]
    rows = []
    for name in _FIGURES:
        low_high = tag["intervals"].get(name)
        spread = f"[{low_high[0]:.3f}, {low_high[1]:.3f}]" if low_high else ""
        if name == "ece":
            spread = words["by_chance"].format(error=tag["ece_by_chance"])
        rows.append(Row((Cell(columns[name]), Cell(_three(tag, name)), Cell(spread))))
    return Table((columns["figure"], columns["value"], columns["interval"]), tuple(rows))


def _others(tag: TagResult, words: Any) -> Table:
    columns = words["columns"]
    ours = (Cell(_method("portrait", words)), *(Cell(_three(tag, name)) for name in _DETAILS))
    rows = [Row((*ours, Cell("")), "ours")]
    for name, detail in tag["baseline_details"].items():
        difference: Difference = {
            "to": name,
            "auc": detail["difference"],
            "low": detail["difference_low"],
            "high": detail["difference_high"],
        }
        figures = (Cell(f"{detail[figure]:.3f}") for figure in _DETAILS)
        rows.append(Row((Cell(_method(name, words)), *figures, Cell(_signed(difference)))))
    head = (columns["method"], *(columns[name] for name in _DETAILS), columns["difference"])
    return Table(head, tuple(rows))


def _example(example: Example, words: Any) -> str:
    reasons = "; ".join(example["evidence"])
    return f"{example['customer']} ({words['probability']} {example['probability']:.2f}): {reasons}"


def _name(tag: TagResult) -> str:
    return tag.get("label", tag["tag"])


def _source(tag: TagResult, words: Any) -> str:
    source = tag.get("source", "unknown")
    return str(words["sources"].get(source, source))


def _method(name: str, words: Any) -> str:
    return str(words["methods"].get(name, name))


def _three(tag: Mapping[str, Any], name: str) -> str:
    return f"{tag[name]:.3f}"


def _spread(value: float, low: float, high: float) -> str:
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def _signed(difference: Difference) -> str:
    return f"{difference['auc']:+.3f} [{difference['low']:+.3f}, {difference['high']:+.3f}]"


def verdict(difference: Difference) -> str:
    """`better`, `worse`, or `same` where the interval holds zero."""
    if difference["low"] > 0:
        return "better"
    return "worse" if difference["high"] < 0 else "same"
