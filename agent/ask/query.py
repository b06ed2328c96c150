"""A query: which customers are meant, and what is to be told of them. Plain JSON, like conditions.

    {"kind": "list", "where": {...}, "rank": {"field": "spend"}, "limit": 20}
    {"kind": "breakdown", "where": {...}, "by": "age"}        or "by": {"tag": "pet_owner"}
    {"kind": "compare", "where": {...}, "against": {...}}
    {"kind": "trend", "where": {...}, "every": "month", "measure": "spend"}
    {"kind": "explain", "customer": "1039", "where": {...}}

`search` ranks by text and counts nothing.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from agent.conditions import EVERYONE, WINDOWED, Condition, Span, check, to_json
from agent.errors import ConditionError
from agent.settings import describe_validation
from agent.vocabulary import Vocabulary

Kind = Literal["count", "list", "breakdown", "compare", "describe", "explain", "trend", "search"]
Every = Literal["week", "month"]
Measure = Literal["customers", "orders", "spend"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Rank(Span):
    """In which order customers are listed, by a number over all days or some; unknown come last."""

    field: str
    order: Literal["most", "least"] = "most"


class ByTag(_Part):
    """Groups: with the tag, without it, unknown."""

    tag: str


class Query(Span):
    """What is asked. The span of days is that of a trend.

    `against`: the second audience of a comparison, or those that an audience is held against
    (default: all others). `like`: the text that a list is ranked by."""

    kind: Kind
    where: Condition = EVERYONE
    against: Condition | None = None
    by: str | ByTag | None = None
    rank: Rank | None = None
    limit: Annotated[int, Field(ge=1)] | None = None
    customer: str | None = None
    every: Every | None = None
    measure: Measure | None = None
    like: Annotated[str, Field(min_length=1, max_length=500)] | None = None


_adapter = TypeAdapter(Query)


def query_from_json(given: Any) -> Query:
    """A query from its JSON form (already parsed). Raises `ConditionError`."""
    try:
        return _adapter.validate_python(given)
    except ValidationError as error:
        raise ConditionError(f"not a query: {describe_validation(error)}") from error


def query_to_json(query: Query) -> dict[str, Any]:
    """The JSON form, defaults left out but for kind and where."""
    content = query.model_dump(mode="json", exclude_defaults=True)
    return {
        "kind": query.kind,
        "where": to_json(query.where),
        **{name: value for name, value in content.items() if name not in ("kind", "where")},
        **({"against": to_json(query.against)} if query.against is not None else {}),
    }


def check_query(query: Query, vocabulary: Vocabulary) -> None:
    """Every name and value exists and fits. Raises `ConditionError`."""
    for condition in (query.where, query.against):
        if condition is not None:
            check(condition, vocabulary)
    if isinstance(query.by, ByTag):
        vocabulary.tag(query.by.tag)
    elif query.by is not None:
        vocabulary.field(query.by)
    if query.rank is not None and not vocabulary.field(query.rank.field).numeric:
        raise ConditionError(f"{query.rank.field} is not a number, so nothing can be ranked by it")
    if query.rank is not None and query.rank.windowed and query.rank.field not in WINDOWED:
        raise ConditionError(f"{query.rank.field} is not known for a span of days")
    needed = {"breakdown": "by", "compare": "against", "explain": "customer", "trend": "every"}
    if (name := needed.get(query.kind)) and getattr(query, name) is None:
        raise ConditionError(f"{query.kind} needs {name!r}")


def query_to_yaml(query: Query) -> str:
    """For a person to edit."""
    return yaml.safe_dump(query_to_json(query), allow_unicode=True, sort_keys=False)


def query_from_yaml(text: str) -> Query:
    """What a person made of it. Raises `ConditionError` with the line that is wrong."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        line = f", line {place.line + 1}" if place else ""
        raise ConditionError(f"not YAML{line}: {getattr(error, 'problem', error)}") from error
    return query_from_json(content)
