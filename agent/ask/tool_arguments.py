"""What the tools of the agent take, as the model is told it."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _parsed(given: Any) -> Any:
    """Models often write an object as a text that holds it."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except ValueError as error:
        raise ValueError("conditions are a JSON object") from error


Words = Annotated[str, Field(min_length=1, max_length=300)]
Handle = Annotated[str, Field(max_length=20, description="The handle of an audience, as A1.")]


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FindArguments(_Arguments):
    """Who is looked for: in words or in JSON."""

    words: Words | None = Field(
        None, description='Plain words, as "pet owners who bought wine in the last 90 days".'
    )
    conditions: Annotated[dict[str, Any] | None, BeforeValidator(_parsed)] = Field(
        None,
        description='Instead of words: {"field": "spend", "op": ">=", "value": 500}, '
        '{"tag": "pet_owner"}, {"bought": ["wine"], "last_days": 90}, '
        '{"all": [...]}, {"any": [...]}, {"not": {...}}.',
    )
    within: Handle | None = Field(None, description="Look only among this audience, as A1.")


class BreakDownArguments(_Arguments):
    """What is broken down, and by what."""

    audience: Handle
    by: Words = Field(description="A field, an attribute or a tag, by its name or in words.")


class CompareArguments(_Arguments):
    """The two sides."""

    audience: Handle
    other: Handle


class AudienceArguments(_Arguments):
    """One audience."""

    audience: Handle


class CustomerArguments(_Arguments):
    """One customer."""

    customer: Words = Field(description="The customer's id.")
    audience: Handle | None = Field(None, description="Also tell whether they belong to it.")


class RecommendArguments(_Arguments):
    """For whom."""

    audience: Handle
    customer: Words | None = Field(
        None, description="The id of one customer: leave out what they have bought."
    )
