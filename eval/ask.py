"""Are questions answered right? Ours and every baseline on the same questions, by gold in pandas.

The gold was written by hand as conditions and is worked out by `eval.ask_gold`, which shares no
line with the code under test. Of the test half only figures leave this module.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean, median
from typing import Any, TypedDict

import numpy as np

from agent.data.store import now
from agent.errors import DataError, PortraitError, UnknownError, UsageError
from agent.profiles.current import check_current
from agent.progress import Progress, Tick, silent
from agent.workspace import Workspace
from eval.ask_bank import Half, Question, load_questions
from eval.ask_gold import Shop, read_shop
from eval.ask_marks import Answer, Judge, Mark, mark
from eval.shares import Share, share

System = Callable[[Sequence[str]], Answer]
REFERENCE = "completejourney"


class Figures(TypedDict):
    """Of some questions. recognised: of the unanswerable ones, those said to be; falsely_refused:
    of the others, those said to be unanswerable. None where there is nothing to take it of."""

    questions: int
    exact: Share
    jaccard: float | None
    count_error: float | None
    invented: Share
    recognised: Share
    falsely_refused: Share
    seconds_median: float | None
    seconds_p95: float | None


class SystemResult(TypedDict):
    """failed: questions on which the system gave up with an error; they count as wrong."""

    overall: Figures
    by_kind: dict[str, Figures]
    by_language: dict[str, Figures]
    by_level: dict[str, Figures]
    failed: int


class Answered(TypedDict):
    """A question of the development half, and what became of it."""

    id: str
    turns: list[str]
    expected: dict[str, Any]
    got: dict[str, Any]
    mark: Mark


class AskResult(TypedDict):
    """answers: by system; empty for the test half."""

    half: Half
    questions: int
    data_hash: str | None
    made_at: str
    systems: dict[str, SystemResult]
    answers: dict[str, list[Answered]]


def evaluate_ask(
    workspace: Workspace,
    half: Half,
    systems: Mapping[str, System],
    progress: Progress = silent,
) -> AskResult:
    """Every system on every question of a half.

    Raises `DataError` for a home without current facts and tags of the reference data: the
    questions are about those.
    """
    questions = load_questions(half)
    check_reference(workspace)
    result = judge_systems(read_shop(workspace), questions, half, systems, progress)
    result["data_hash"] = workspace.store.get_meta("data_hash")
    return result


def check_reference(workspace: Workspace) -> None:
    """Raise `DataError` unless the home holds current facts and tags of the reference data."""
    check_current(workspace)
    if workspace.store.get_meta("example") != REFERENCE:
        raise DataError(
            f"{workspace.home} does not hold the reference data; "
            f"run `portrait example {REFERENCE}` in a new one"
        )


def judge_systems(
    shop: Shop,
    questions: Sequence[Question],
    half: Half,
    systems: Mapping[str, System],
    progress: Progress = silent,
) -> AskResult:
    """The same on given questions about a given shop."""
    judge = Judge(shop)
    results: dict[str, SystemResult] = {}
    answers: dict[str, list[Answered]] = {}
    for name, system in systems.items():
        marks, told = _ask_all(judge, questions, f"ask {name}", system, progress)
        failed = sum("error" in answer for answer in told)
        results[name] = SystemResult(**_grouped(marks), failed=failed)
        if half != "test":
            answers[name] = list(map(_answered, questions, told, marks))
    return AskResult(
        half=half,
        questions=len(questions),
        data_hash=None,
        made_at=now(),
        systems=results,
        answers=answers,
    )


def failures(result: AskResult, system: str) -> list[Answered]:
    """The development questions that a system did not answer exactly.

    Raises `UsageError` for the test half, of which nobody is to see single answers, and
    `UnknownError` for a system that was not measured.
    """
    if result["half"] == "test":
        raise UsageError(
            "failures are told of the development half only: a half that is looked at measures "
            "nothing any more; run it with dev"
        )
    if system not in result["answers"]:
        known = ", ".join(result["answers"])
        raise UnknownError(f"{system!r} was not measured; measured were: {known}")
    return [one for one in result["answers"][system] if not one["mark"]["exact"]]


def _ask_all(
    judge: Judge, questions: Sequence[Question], step: str, system: System, progress: Progress
) -> tuple[list[Mark], list[Answer]]:
    marks: list[Mark] = []
    told: list[Answer] = []
    for number, question in enumerate(questions):
        progress(Tick(step, number, len(questions)))
        told.append(_ask(system, question))
        marks.append(mark(judge, question, told[-1]))
    progress(Tick(step, len(questions), len(questions)))
    return marks, told


def _ask(system: System, question: Question) -> Answer:
    started = time.monotonic()
    try:
        return system(question.turns)
    except PortraitError as error:
        return {"error": str(error), "seconds": time.monotonic() - started}


def _answered(question: Question, answer: Answer, mark: Mark) -> Answered:
    expected = {**question.gold, "or_where": list(question.or_where), "why": question.why}
    got = {key: value for key, value in answer.items() if key not in ("customers", "groups")}
    return Answered(
        id=question.id,
        turns=list(question.turns),
        expected={key: value for key, value in expected.items() if value},
        got=got,
        mark=mark,
    )


class _Grouped(TypedDict):
    overall: Figures
    by_kind: dict[str, Figures]
    by_language: dict[str, Figures]
    by_level: dict[str, Figures]


def _grouped(marks: Sequence[Mark]) -> _Grouped:
    return _Grouped(
        overall=figures(marks),
        by_kind=_by([(one["kind"], one) for one in marks]),
        by_language=_by([(one["language"], one) for one in marks]),
        by_level=_by([(one["level"], one) for one in marks]),
    )


def _by(marks: Iterable[tuple[str, Mark]]) -> dict[str, Figures]:
    groups: dict[str, list[Mark]] = {}
    for name, one in marks:
        groups.setdefault(name, []).append(one)
    return {name: figures(group) for name, group in groups.items()}


def figures(marks: Sequence[Mark]) -> Figures:
    """The figures of marks of one system."""
    jaccards = [one["jaccard"] for one in marks if one["jaccard"] is not None]
    errors = [one["count_error"] for one in marks if one["count_error"] is not None]
    seconds = [one["seconds"] for one in marks]
    return Figures(
        questions=len(marks),
        exact=share([one["exact"] for one in marks]),
        jaccard=fmean(jaccards) if jaccards else None,
        count_error=median(errors) if errors else None,
        invented=share([one["invented"] for one in marks]),
        recognised=share([o["refused"] for o in marks if o["kind"] == "unanswerable"]),
        falsely_refused=share([o["refused"] for o in marks if o["kind"] != "unanswerable"]),
        seconds_median=median(seconds) if seconds else None,
        seconds_p95=float(np.percentile(seconds, 95)) if seconds else None,
    )
