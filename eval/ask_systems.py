"""The systems that `eval ask` measures: ours, as the questions' harness calls them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent.ask.answer import Asker, Result

System = Callable[[Sequence[str]], Mapping[str, Any]]


def portrait(asker: Asker) -> System:
    """Ours: the turns are one conversation, and the last answer counts."""

    def answer(turns: Sequence[str]) -> dict[str, Any]:
        began = time.monotonic()
        *_, last = asker.converse(turns)
        return {**told(last), "seconds": (time.monotonic() - began) / len(turns)}

    return answer


def told(result: Result) -> dict[str, Any]:
    """A result as the harness reads it, all but the seconds."""
    return {
        "query": result.query,
        "customers": result.customers,
        "count": result.count,
        "groups": _groups(result),
        "unanswerable": _refusal(result),
    }


def _groups(result: Result) -> list[dict[str, Any]] | None:
    if result.trend is not None:
        measure = result.query.get("measure") or "customers"
        return [{"value": point["period"], "count": point[measure]} for point in result.trend]
    if result.against is not None:
        return [{"customers": result.customers}, {"customers": result.against["customers"]}]
    return result.groups


def _refusal(result: Result) -> str | None:
    """Ranking is no count: an answer that only ranks has said that nothing was counted."""
    if result.unanswerable is None and result.kind == "search":
        return "only ranked"
    return result.unanswerable
