"""The catalogue of fields: what is known of a customer, and what each figure means.

`fields.yaml` defines every computed field; the mapping's attributes join them. SQL, conditions,
fact sheets, the index and the documentation all read this catalogue.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Literal

import sqlalchemy as sa
import yaml
from pydantic import BaseModel, ConfigDict

from agent.data.store import metadata
from agent.settings import Language
from agent.vocabulary import Term

FieldType = Literal["integer", "number", "category"]
_SQL_TYPES: dict[FieldType, type[sa.types.TypeEngine[Any]]] = {
    "integer": sa.Integer,
    "number": sa.Float,
    "category": sa.String,
}


class Words(BaseModel):
    """How one language calls a field and explains it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    description: str


class Field(BaseModel):
    """One computed field; `fields.yaml` tells what `table`, `sql` and `zero` mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: FieldType
    unit: str
    table: Literal["orders", "items", "acts"]
    sql: str
    zero: int | None = None
    en: Words
    zh: Words

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.type != "category"

    def words(self, language: Language) -> Words:
        """Label and description in a language."""
        return self.zh if language == "zh" else self.en

    def term(self) -> Term:
        """The field as conditions know it."""
        return Term(self.name, self.en.label, self.zh.label, self.unit, numeric=self.numeric)


@cache
def catalogue() -> tuple[Field, ...]:
    """All computed fields in the order of `fields.yaml`."""
    text = files("agent.facts").joinpath("fields.yaml").read_text(encoding="utf-8")
    return tuple(Field.model_validate(entry) for entry in yaml.safe_load(text))


facts_table = sa.Table(
    "facts",
    metadata,
    sa.Column("customer", sa.String, primary_key=True),
    *(sa.Column(field.name, _SQL_TYPES[field.type]) for field in catalogue()),
)
