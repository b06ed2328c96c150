"""How right one answer is: the marks of a system for one question.

A system answers the turns of a conversation with a mapping

    query         the query's JSON, or None where the system makes none
    customers     the ids of the audience; of a list, those on it; of `explain`, the one
    count         how many, or None
    groups        breakdown: value and count (of a tag: yes and no); trend: value (the period) and
                  count (the figure), in order of time; compare: customers, one entry a side
    unanswerable  why it cannot be answered, or None
    seconds       how long it took

The sides of a comparison are taken from `groups`, else from the query, in either order.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from statistics import fmean
from typing import Any, TypedDict

from agent.errors import ConditionError
from eval.ask_bank import Json, Question
from eval.ask_gold import Shop, audience, breakdown, ranked, trend

Answer = Mapping[str, Any]
# Fields that are another one over a fixed span of days.
_SPAN_OF = {f"{name}_last_{days}d": name for name in ("orders", "spend") for days in (30, 90)}
_CENT = 0.005


class Mark(TypedDict):
    """exact: as right as the gold. jaccard: of the audience; count_error: of its size, relative.

    Both are None where a question asks for no audience, and bad where an answer tells none.
    invented: an answer that is not exact holds a condition that nobody asked for.
    """

    id: str
    kind: str
    language: str
    level: str
    exact: bool
    jaccard: float | None
    count_error: float | None
    invented: bool
    refused: bool
    seconds: float


class Judge:
    """Judges answers by one shop; audiences are worked out once."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._known: dict[str, frozenset[str]] = {}

    def audience(self, where: Json) -> frozenset[str]:
        """The customers of a condition; nobody where it names what does not exist."""
        key = json.dumps(where, sort_keys=True, default=str)
        if key not in self._known:
            try:
                self._known[key] = audience(self.shop, where)
            except ConditionError:
                self._known[key] = frozenset()
        return self._known[key]

    def goods(self, leaf: Json) -> frozenset[str]:
        """The products that a condition names; words that name none name something else."""
        if "bought" not in leaf:
            return frozenset()
        try:
            return self.shop.catalogue.meant(leaf)
        except ConditionError:
            return frozenset({f"nothing: {leaf['bought']}"})

    def right(self, question: Question) -> list[Json]:
        """The queries that are right here: a reading that means nobody serves nobody."""
        gold, *others = question.queries()
        return [gold, *(query for query in others if self.audience(query["where"]))]


def mark(judge: Judge, question: Question, answer: Answer) -> Mark:
    """Every mark of an answer."""
    refused = bool(answer.get("unanswerable"))
    told = not refused and "error" not in answer
    exact = refused if question.unanswerable else told and _exact(judge, question, answer)
    return Mark(
        id=question.id,
        kind=question.kind,
        language=question.language,
        level=question.level,
        exact=exact,
        jaccard=_jaccard(judge, question, answer if told else {}),
        count_error=_count_error(judge, question, answer if told else {}),
        invented=told and not exact and _invented(judge, question, answer),
        refused=refused,
        seconds=float(answer["seconds"]),
    )


# ---- exact ---------------------------------------------------------------------------------------
def _exact(judge: Judge, question: Question, answer: Answer) -> bool:
    return any(_SAME[question.kind](judge, query, answer) for query in judge.right(question))


def _same_audience(judge: Judge, query: Json, answer: Answer) -> bool:
    right = judge.audience(query["where"])
    return _customers(answer) == right and answer.get("count") in (None, len(right))


def _same_list(judge: Judge, query: Json, answer: Answer) -> bool:
    sure, tied, length = ranked(judge.shop, query)
    listed = _customers(answer)
    return sure <= listed <= sure | tied and len(listed) == length


def _same_breakdown(judge: Judge, query: Json, answer: Answer) -> bool:
    counts = {str(group["value"]): group["count"] for group in _groups(answer) if group["count"]}
    known = {value: n for value, n in counts.items() if value not in ("None", "unknown")}
    by = (answer.get("query") or {}).get("by")
    return (
        _tag_or_field(by) == _tag_or_field(query["by"])
        and known == breakdown(judge.shop, query["where"], query["by"])
        and _same_audience(judge, query, answer)
    )


def _same_sides(judge: Judge, query: Json, answer: Answer) -> bool:
    told = _told_sides(judge, answer)
    return _sides(judge, query) in (told, told[::-1])


def _same_customer(_: Judge, query: Json, answer: Answer) -> bool:
    named = (answer.get("query") or {}).get("customer")
    told = {str(named)} if named is not None else set()
    return told | _customers(answer) == {query["customer"]}


def _same_trend(judge: Judge, query: Json, answer: Answer) -> bool:
    right = _trimmed(trend(judge.shop, query).values())
    told = _trimmed(float(group["count"]) for group in _groups(answer))
    return len(right) == len(told) and all(
        math.isclose(one, other, rel_tol=0, abs_tol=_CENT)
        for one, other in zip(right, told, strict=True)
    )


_SAME: dict[str, Callable[[Judge, Json, Answer], bool]] = {
    "count": _same_audience,
    "describe": _same_audience,
    "list": _same_list,
    "breakdown": _same_breakdown,
    "compare": _same_sides,
    "explain": _same_customer,
    "trend": _same_trend,
}


# ---- near ----------------------------------------------------------------------------------------
def _jaccard(judge: Judge, question: Question, answer: Answer) -> float | None:
    if question.kind not in ("count", "describe", "list", "breakdown", "compare"):
        return None
    return max(
        fmean(len(right & told) / max(1, len(right | told)) for right, told in pairs)
        for query in judge.right(question)
        for pairs in [list(_pairs(judge, query, answer))]
    )


def _count_error(judge: Judge, question: Question, answer: Answer) -> float | None:
    if question.kind not in ("count", "describe", "breakdown"):
        return None
    told = answer.get("count")
    count = len(_customers(answer)) if told is None else int(told)
    sizes = [len(judge.audience(query["where"])) for query in judge.right(question)]
    return min(abs(count - size) / max(1, size) for size in sizes)


def _pairs(
    judge: Judge, query: Json, answer: Answer
) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """The right audience and the told one; of a comparison, those of each side."""
    if query["kind"] == "compare":
        told = _told_sides(judge, answer) or [frozenset(), frozenset()]
        yield from zip(_sides(judge, query), told, strict=True)
    elif query["kind"] == "list":
        sure, tied, length = ranked(judge.shop, query)
        listed = _customers(answer)
        last = sorted(tied, key=lambda one: (one not in listed, one))
        yield sure | frozenset(last[: length - len(sure)]), listed
    else:
        yield judge.audience(query["where"]), _customers(answer)


# ---- invented ------------------------------------------------------------------------------------
def _invented(judge: Judge, question: Question, answer: Answer) -> bool:
    """Whether a field, tag or goods stand in the answer that no right reading holds."""
    asked = [leaf for where in question.conditions() for leaf in _leaves(where)]
    names = {_name(leaf) for leaf in asked}
    goods = frozenset[str]().union(*(judge.goods(leaf) for leaf in asked))
    query = answer.get("query") or {}
    told = [leaf for side in ("where", "against") for leaf in _leaves(query.get(side) or {})]
    return any(_name(leaf) not in names or not judge.goods(leaf) <= goods for leaf in told)


def _leaves(where: Json) -> Iterator[Json]:
    if {"field", "tag", "bought"} & set(where):
        yield where
    inner = [where["not"]] if "not" in where else [*where.get("all", ()), *where.get("any", ())]
    for part in inner:
        yield from _leaves(part)


def _name(leaf: Json) -> tuple[str, str]:
    """Its field or tag; goods are told apart by the products that they are."""
    if "bought" in leaf:
        return "bought", ""
    if "tag" in leaf:
        return "tag", leaf["tag"]
    field = str(leaf["field"])
    return "field", _SPAN_OF.get(field, field)


# ---- what an answer holds ------------------------------------------------------------------------
def _customers(told: Answer) -> frozenset[str]:
    return frozenset(str(one) for one in told.get("customers") or ())


def _groups(answer: Answer) -> list[Answer]:
    return list(answer.get("groups") or ())


def _sides(judge: Judge, query: Json) -> list[frozenset[str]]:
    return [judge.audience(query[side]) for side in ("where", "against")]


def _told_sides(judge: Judge, answer: Answer) -> list[frozenset[str]]:
    groups = _groups(answer)
    if len(groups) == 2 and all("customers" in group for group in groups):
        return [_customers(group) for group in groups]
    query = answer.get("query") or {}
    return _sides(judge, query) if {"where", "against"} <= set(query) else []


def _tag_or_field(by: Any) -> Any:
    return by.get("tag") if isinstance(by, Mapping) else by


def _trimmed(figures: Iterable[float]) -> list[float]:
    """Without the months before the first and after the last in which anything was."""
    told = list(figures)
    some = [place for place, figure in enumerate(told) if figure]
    return told[some[0] : some[-1] + 1] if some else []
