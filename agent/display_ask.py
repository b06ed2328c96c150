"""How the evaluation of questions looks in a terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from agent.display import make_table, open_console

_HEAD = (
    *("", "questions", "exact (95%)", "Jaccard", "invented"),
    *("recognised", "falsely refused", "median s", "p95 s"),
)


def evaluation(result: dict[str, Any], wrong: Sequence[Any]) -> None:
    """One table a system: all questions, then by kind, language and level; what went wrong."""
    out = open_console()
    for name, system in result["systems"].items():
        shown = make_table(*_HEAD)
        shown.add_row(name, *_figures(system["overall"]))
        for group in ("by_kind", "by_language", "by_level"):
            for part, figures in system[group].items():
                shown.add_row(f"  {part}", *_figures(figures))
        out.print(shown)
        if system["failed"]:
            out.print(f"{name}: {system['failed']} questions failed; they count as wrong")
    for one in wrong:
        out.print(f"{one['id']}: {' / '.join(one['turns'])}", markup=False)
        for title in ("expected", "got"):
            told = {k: v for k, v in one[title].items() if k not in ("customers", "groups")}
            out.print(f"  {title}: {json.dumps(told, ensure_ascii=False)}", markup=False)


def _figures(figures: dict[str, Any]) -> tuple[str, ...]:
    exact = figures["exact"]
    return (
        str(figures["questions"]),
        f"{exact['value']:.0%} ({exact['low']:.0%}-{exact['high']:.0%})",
        _number(figures["jaccard"]),
        *(_share(figures[name]) for name in ("invented", "recognised", "falsely_refused")),
        *(_number(figures[name]) for name in ("seconds_median", "seconds_p95")),
    )


def _share(share: dict[str, Any]) -> str:
    return "" if share["value"] is None else f"{share['value']:.0%}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def search_evaluation(result: dict[str, Any]) -> None:
    """Every way of searching on the test half, and how far ours is ahead of it."""
    shown = make_table("", "nDCG@10", "recall@100", "MRR", "en", "zh", "ours ahead by (95%)")
    for system in result["systems"]:
        parts, ahead = system["parts"]["test"], system["ahead"]
        told = f"{ahead['value']:.2f} ({ahead['low']:.2f} to {ahead['high']:.2f})" if ahead else ""
        figures = [f"{parts['all'][name]:.3f}" for name in ("ndcg_10", "recall_100", "mrr")]
        languages = [f"{parts[language]['ndcg_10']:.3f}" for language in ("en", "zh")]
        shown.add_row(system["system"], *figures, *languages, told)
    open_console().print(shown)
