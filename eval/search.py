"""Are the right customers found? Ours and every other way of searching on the same questions.

    portrait eval search --json

The questions and judgements are those of `eval.search_truth`. The figures: nDCG@10 (are the best
first?), recall@100 (are all found?) and MRR (how far down is the first that is right?), by
ir-measures. Whatever was chosen was chosen on the development half.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import TypedDict

import ir_measures
import numpy as np
from ir_measures import RR, Measure, Qrel, R, ScoredDoc, nDCG

from agent.data.store import now
from agent.facts.catalogue import facts_table
from agent.profiles.current import check_current
from agent.progress import Progress, Tick, silent
from agent.settings import LANGUAGES, Language
from agent.workspace import Workspace
from eval.search_systems import OURS, Search, open_systems
from eval.search_truth import HALVES, Judged, judge, load_themes

MEASURES: dict[str, Measure] = {"ndcg_10": nDCG @ 10, "recall_100": R @ 100, "mrr": RR}
DRAWS = 2_000

Found = Mapping[str, Sequence[str]]  # id of a question -> customers, best first
Scores = Mapping[str, Mapping[str, float]]  # measure -> id of a question -> value


class Interval(TypedDict):
    """nDCG@10 of ours less that of another, with its 95% interval over themes."""

    value: float
    low: float
    high: float


class Figures(TypedDict):
    """Means over questions, 0 to 1. recall_100 cannot pass the result's `most_recall_100`."""

    questions: int
    ndcg_10: float
    recall_100: float
    mrr: float


class System(TypedDict):
    """One way of searching. `parts`: by half, and in it `all` and each language."""

    system: str
    parts: dict[str, dict[str, Figures]]
    ahead: Interval | None


class Result(TypedDict):
    """What `portrait eval search --json` prints. relevant: least, median and most customers."""

    systems: list[System]
    questions: int
    customers: int
    relevant: list[int]
    most_recall_100: float
    language: str
    embedding: str
    data_hash: str | None
    made_at: str
    seconds: float
    commands: list[str]


def evaluate_search(workspace: Workspace, progress: Progress = silent) -> Result:
    """The whole run. Raises `DataError` for a home without current facts, or without the themes'
    categories."""
    started = time.monotonic()
    check_current(workspace)
    questions = judge(workspace, load_themes())
    with open_systems(workspace, progress) as systems:
        found = {name: _ask(name, search, questions, progress) for name, search in systems.items()}
    scores = {name: measure(answers, questions) for name, answers in found.items()}
    relevant = sorted(len(question.grades) for question in questions)
    return {
        "systems": [
            {
                "system": name,
                "parts": _parts(mine, questions),
                "ahead": None if name == OURS else ahead(scores[OURS], mine, questions),
            }
            for name, mine in scores.items()
        ],
        "questions": len(questions),
        "customers": workspace.store.count(facts_table),
        "relevant": [relevant[0], int(median(relevant)), relevant[-1]],
        "most_recall_100": fmean(min(1.0, 100 / size) for size in relevant),
        "language": workspace.settings.language,
        "embedding": workspace.settings.embedding.name,
        "data_hash": workspace.store.get_meta("data_hash"),
        "made_at": now(),
        "seconds": round(time.monotonic() - started, 1),
        "commands": ["portrait eval search"],
    }


def _ask(name: str, search: Search, questions: Sequence[Judged], progress: Progress) -> Found:
    found = {}
    for place, question in enumerate(questions, start=1):
        found[question.id] = search(question.text)
        progress(Tick(f"search: {name}", place, len(questions)))
    return found


def measure(found: Found, questions: Sequence[Judged]) -> Scores:
    """Every measure for every question; 0 where nothing was found."""
    judged = [Qrel(q.id, who, grade) for q in questions for who, grade in q.grades.items()]
    ranked = [
        ScoredDoc(id_, customer, -float(place))
        for id_, customers in found.items()
        for place, customer in enumerate(customers)
    ]
    scores = {name: {question.id: 0.0 for question in questions} for name in MEASURES}
    names = {measure: name for name, measure in MEASURES.items()}
    for one in ir_measures.iter_calc(list(names), judged, ranked):
        scores[names[one.measure]][one.query_id] = one.value
    return scores


def _parts(scores: Scores, questions: Sequence[Judged]) -> dict[str, dict[str, Figures]]:
    return {
        half: {
            part: _figures(scores, [q for q in questions if q.half == half and q.language in of])
            for part, of in _PARTS.items()
        }
        for half in HALVES
    }


_PARTS: dict[str, tuple[Language, ...]] = {"all": LANGUAGES, "en": ("en",), "zh": ("zh",)}


def _figures(scores: Scores, questions: Sequence[Judged]) -> Figures:
    def mean(name: str) -> float:
        return fmean([scores[name][question.id] for question in questions] or [0.0])

    return {
        "questions": len(questions),
        "ndcg_10": mean("ndcg_10"),
        "recall_100": mean("recall_100"),
        "mrr": mean("mrr"),
    }


def ahead(ours: Scores, other: Scores, questions: Sequence[Judged]) -> Interval:
    """On the test half; both languages of a theme are drawn together, for they are alike."""
    gains: dict[str, list[float]] = {}
    for question in questions:
        if question.half == "test":
            gain = ours["ndcg_10"][question.id] - other["ndcg_10"][question.id]
            gains.setdefault(question.theme, []).append(gain)
    means = np.array([fmean(values) for values in gains.values()] or [0.0])
    drawn = np.random.default_rng(0).choice(means, (DRAWS, len(means))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"value": float(means.mean()), "low": float(low), "high": float(high)}


def text_table(result: Result) -> str:
    """The figures of the test half as a table for a terminal."""
    lines = [f"{'test half':16}{'nDCG@10':>9}{'recall@100':>12}{'MRR':>7}{'en':>7}{'zh':>7}"]
    for system in result["systems"]:
        parts = system["parts"]["test"]
        figures = parts["all"]
        lines.append(
            f"{system['system']:16}{figures['ndcg_10']:9.3f}{figures['recall_100']:12.3f}"
            f"{figures['mrr']:7.3f}{parts['en']['ndcg_10']:7.3f}{parts['zh']['ndcg_10']:7.3f}"
        )
    return "\n".join(lines)
