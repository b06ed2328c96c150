"""The taxonomy of tags: `prompts/taxonomy.yaml`, loaded and checked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from agent.conditions import Condition, HasTag, Like, walk
from agent.errors import PromptError
from agent.facts.catalogue import Words
from agent.prompts import read_yaml
from agent.settings import Language, describe_validation
from agent.vocabulary import Term

Source = Literal["rule", "learned", "prior"]


class People(BaseModel):
    """Whom a tag means, and against whom they are held: names of groups, as a sentence has them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    who: Annotated[tuple[str, ...], Field(min_length=1)]
    others: Annotated[tuple[str, ...], Field(min_length=1)]


class Prior(BaseModel):
    """What the language model is asked about a tag, and the share of customers who carry it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_rate: Annotated[float, Field(gt=0, lt=1)]
    ask: Annotated[dict[Language, People], Field(min_length=1)]

    def people(self, language: Language) -> People:
        """The groups in a language, else in the first that there is."""
        return self.ask.get(language) or next(iter(self.ask.values()))


class TagDef(BaseModel):
    """One tag; the head of `taxonomy.yaml` tells what its parts mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    group: str
    source: Source
    sensitive: bool = False
    en: Words
    zh: Words
    rule: Condition | None = None
    prior: Prior | None = None

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if (self.source == "rule") != (self.rule is not None):
            raise ValueError(f"{self.id}: 'rule' goes with source: rule and only with it")
        if self.prior is None if self.source == "prior" else self.rule and self.prior:
            raise ValueError(f"{self.id}: 'prior' goes with source: prior or learned")
        parts = walk(self.rule) if self.rule is not None else ()
        if any(isinstance(part, HasTag | Like) for part in parts):
            raise ValueError(f"{self.id}: a rule reads facts and purchases, not other tags")
        return self

    def words(self, language: Language) -> Words:
        """Label and description in a language."""
        return self.zh if language == "zh" else self.en

    def term(self) -> Term:
        """The tag as conditions know it."""
        return Term(self.id, self.en.label, self.zh.label)


@cache
def load_taxonomy() -> tuple[TagDef, ...]:
    """All tags in the order of the file. Raises `PromptError`."""
    return parse_taxonomy(read_yaml("taxonomy.yaml"), "prompts/taxonomy.yaml")


def switched_off(enabled: Collection[str]) -> frozenset[str]:
    """The sensitive tags that are not among the enabled: neither given nor shown."""
    return frozenset(t.id for t in load_taxonomy() if t.sensitive and t.id not in enabled)


def parse_taxonomy(entries: object, place: str) -> tuple[TagDef, ...]:
    """Tags from parsed YAML; `place` names it in errors. Raises `PromptError`."""
    if not isinstance(entries, list):
        raise PromptError(f"{place} must be a list of tags")
    tags: dict[str, TagDef] = {}
    for number, entry in enumerate(entries, start=1):
        try:
            tag = TagDef.model_validate(entry)
        except ValidationError as error:
            raise PromptError(f"{place}, tag {number}: {describe_validation(error)}") from error
        if tag.id in tags:
            raise PromptError(f"{place}: the tag {tag.id!r} is there twice; rename one of them")
        tags[tag.id] = tag
    return tuple(tags.values())


def terms(taxonomy: Iterable[TagDef]) -> dict[str, Term]:
    """The tags by id, as a `Vocabulary` takes them."""
    return {tag.id: tag.term() for tag in taxonomy}
