"""The bank of questions: each with the query that answers it.

The development half and the practice questions are for looking at; of those held back and of the
test half only figures are ever told.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Literal, Self, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from agent.conditions import from_json
from agent.errors import UnknownError
from agent.settings import Language

Half = Literal["dev", "practice", "held", "test"]
Kind = Literal[
    "count", "list", "breakdown", "compare", "describe", "explain", "trend", "unanswerable"
]
Level = Literal["easy", "medium", "nasty"]
Json = Mapping[str, Any]


class Question(BaseModel):
    """A conversation whose last turn is answered by the query `gold`.

    or_where: other conditions that are as right. Of an unanswerable question `gold` is the part
    that could be answered, if any, and `why` tells what is missing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    language: Language
    kind: Kind
    level: Level
    turns: tuple[str, ...] = Field(min_length=1)
    gold: Json = {}
    or_where: tuple[Json, ...] = ()
    unanswerable: bool = False
    why: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.unanswerable != (self.kind == "unanswerable") or self.unanswerable != bool(
            self.why
        ):
            raise ValueError(f"{self.id}: an unanswerable question is of that kind and says why")
        if not self.unanswerable and self.gold.get("kind") != self.kind:
            raise ValueError(f"{self.id}: the query is not of the kind {self.kind}")
        for where in self.conditions():
            from_json(where)
        return self

    def conditions(self) -> list[Json]:
        """Every condition that may be part of a right answer."""
        given = [self.gold[side] for side in ("where", "against") if side in self.gold]
        return [*given, *self.or_where]

    def queries(self) -> list[Json]:
        """The gold, then the same with each of the other conditions."""
        return [self.gold, *({**self.gold, "where": where} for where in self.or_where)]


def load_questions(half: Half) -> list[Question]:
    """All questions of a half, in the order of the file. Raises `UnknownError`."""
    if half not in get_args(Half):
        raise UnknownError(f"there is no half {half!r}; there are {', '.join(get_args(Half))}")
    text = files("eval").joinpath(f"ask_questions_{half}.yaml").read_text(encoding="utf-8")
    return [Question.model_validate(one) for one in yaml.safe_load(text)]
