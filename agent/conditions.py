"""The one small language of conditions: tag rules, audiences and answers all speak it.

A condition is plain JSON (one key names its kind) and says which customers are meant:

    {"field": "orders_last_30d", "op": ">=", "value": 3}
    {"field": "spend", "op": "top_percent", "value": 10}
    {"field": "spend", "op": ">", "value": 100, "since": "2017-12-01", "until": "2017-12-24"}
    {"field": "kids_count", "op": "in", "value": ["1", "2", "3+"]}
    {"tag": "pet_owner", "at_least": 0.5}
    {"bought": ["wine"], "but_not": ["vinegar"], "at_least": 2, "last_days": 90}
    {"like": "spontaneous, loves to try new things"}
    {"all": [...]}, {"any": [...]}, {"not": {...}}

An unknown value satisfies neither a comparison nor its negation (three-valued logic, as in SQL).
`like` is for what only text can tell: it ranks customers and never counts. Conditions are checked
against a `Vocabulary`; `agent.conditions_sql` makes queries of them and `agent.words` texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    Tag,
    TypeAdapter,
    ValidationError,
    model_serializer,
    model_validator,
)

from agent.errors import ConditionError
from agent.settings import describe_validation
from agent.vocabulary import Vocabulary

NumberOp = Literal["=", "!=", "<", "<=", ">", ">=", "between", "top_percent", "bottom_percent"]
# Fields that are sums over orders, so that they can be asked of any span of days.
WINDOWED = ("orders", "spend")
_CATEGORY_OPS = frozenset({"=", "!=", "in"})
Value = bool | int | float | str


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False
    )


class Span(_Part):
    """Days that count: `since` and `until` are dates, both included; `last_days` is the window of
    that many days that ends with the as-of date. All absent: any day."""

    since: date | None = None
    until: date | None = None
    last_days: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _one_window(self) -> Self:
        if self.last_days is not None and (self.since or self.until):
            raise ValueError("last_days and since/until exclude each other")
        if self.since and self.until and self.since > self.until:
            raise ValueError("since is later than until")
        return self

    @model_serializer(mode="wrap")
    def _days_last(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What is asked comes before the days it is asked of."""
        found: dict[str, Any] = write(self)
        days = {name: found.pop(name) for name in Span.model_fields if name in found}
        return found | days

    @property
    def windowed(self) -> bool:
        """Whether only some days count."""
        return any((self.since, self.until, self.last_days))

    def days(self, as_of: date) -> tuple[date | None, date | None]:
        """The first and the last day that count; None: no limit."""
        if self.last_days is None:
            return self.since, self.until
        try:
            return as_of - timedelta(days=self.last_days - 1), as_of
        except OverflowError:  # longer than the calendar
            return None, as_of


class Compare(Span):
    """A field or attribute against a value; `to` ends `between`, where both ends count.

    Of `orders` and `spend` a span of days can be asked; who has no order in it has 0 there.
    """

    field: str
    op: NumberOp | Literal["in"]
    value: Value | tuple[Value, ...]
    to: float | None = None

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if (self.op == "between") != (self.to is not None):
            raise ValueError("'to' goes with 'between' and only with it")
        if isinstance(self.value, int | float) and self.to is not None and self.value > self.to:
            raise ValueError("between goes from the lower value to the higher")
        if (self.op == "in") != isinstance(self.value, tuple):
            raise ValueError("'in' takes a list, every other comparison one value")
        if isinstance(self.value, tuple) and not self.value:
            raise ValueError("'in' needs at least one value")
        return self


class HasTag(_Part):
    """The customer was given a tag; with `at_least`, has it with at least that probability.

    Where the tag is undecided the condition is neither true nor false, and neither is its negation.
    """

    tag: str
    at_least: Annotated[float, Field(ge=0, le=1)] | None = None


class Bought(Span):
    """Between `at_least` and `at_most` orders hold something that one of the words names.

    What a `but_not` word names, at any level of the catalogue, does not count. `level` narrows
    `bought` to one level of the catalogue.
    """

    bought: Annotated[tuple[str, ...], Field(min_length=1)]
    but_not: tuple[str, ...] = ()
    level: str | None = None
    at_least: Annotated[int, Field(ge=0)] = 1
    at_most: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if self.at_most is not None and self.at_most < self.at_least and self.at_least > 1:
            raise ValueError("at_most is below at_least")
        return self


class Like(_Part):
    """Customers whose profile reads like a text. It ranks and never counts, so it holds for all."""

    like: Annotated[str, Field(min_length=1, max_length=500)]


class All(_Part):
    """Every part holds. An empty list means all customers."""

    all: tuple[Condition, ...]


class AnyOf(_Part):
    """At least one part holds."""

    any: Annotated[tuple[Condition, ...], Field(min_length=1)]


class Not(_Part):
    """The part is known not to hold."""

    part: Condition = Field(alias="not")


_KINDS = {
    **{"field": Compare, "tag": HasTag, "bought": Bought, "like": Like},
    **{"all": All, "any": AnyOf, "not": Not},
}


def _kind(given: Any) -> str | None:
    if isinstance(given, BaseModel):
        return next((key for key, kind in _KINDS.items() if isinstance(given, kind)), None)
    if not isinstance(given, dict):
        return None
    return next((key for key in _KINDS if key in given), None)


Condition = Annotated[
    Annotated[Compare, Tag("field")]
    | Annotated[HasTag, Tag("tag")]
    | Annotated[Bought, Tag("bought")]
    | Annotated[Like, Tag("like")]
    | Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")],
    Discriminator(
        _kind,
        custom_error_type="condition_kind",
        custom_error_message="a condition is an object with one of the keys " + ", ".join(_KINDS),
    ),
]
for _model in (All, AnyOf, Not):
    _model.model_rebuild()
_adapter: TypeAdapter[Condition] = TypeAdapter(Condition)
EVERYONE = All(all=())


def from_json(given: Any) -> Condition:
    """A condition from its JSON form (already parsed). Raises `ConditionError`."""
    try:
        return _adapter.validate_python(given)
    except ValidationError as error:
        raise ConditionError(f"not a condition: {describe_validation(error)}") from error


def to_json(condition: Condition) -> dict[str, Any]:
    """The JSON form, defaults left out; `from_json` gives the same condition back."""
    return condition.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def negated(condition: Condition) -> Condition:
    """The condition's negation; that of a negation is what it negates."""
    if isinstance(condition, Not):
        return condition.part
    return Not.model_validate({"not": condition})


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """What must all hold: the parts of `all`, else the condition alone."""
    return condition.all if isinstance(condition, All) else (condition,)


def walk(condition: Condition) -> Iterator[Condition]:
    """The condition and all parts inside it, outermost first."""
    yield condition
    parts: tuple[Condition, ...] = ()
    if isinstance(condition, All):
        parts = condition.all
    elif isinstance(condition, AnyOf):
        parts = condition.any
    elif isinstance(condition, Not):
        parts = (condition.part,)
    for part in parts:
        yield from walk(part)


def check(condition: Condition, vocabulary: Vocabulary) -> None:
    """Every name and value exists, every comparison fits its field. Raises `ConditionError`."""
    for part in walk(condition):
        if isinstance(part, Compare):
            _check_compare(part, vocabulary)
        elif isinstance(part, HasTag):
            vocabulary.tag(part.tag)
        elif isinstance(part, Bought):
            vocabulary.items(part.bought, part.level)
            vocabulary.items(part.but_not)
        elif isinstance(part, AnyOf | Not) and any(isinstance(p, Like) for p in walk(part)):
            raise ConditionError("like ranks and does not count: it cannot stand in any or not")


def _check_compare(part: Compare, vocabulary: Vocabulary) -> None:
    term = vocabulary.field(part.field)
    if part.windowed and part.field not in WINDOWED:
        raise ConditionError(
            f"{part.field} is not known for a span of days; {' and '.join(WINDOWED)} are"
        )
    if term.numeric:
        if part.op == "in" or isinstance(part.value, str | bool | tuple):
            raise ConditionError(f"{part.field} is a number; {part.op} {part.value!r} does not fit")
        return
    if part.op not in _CATEGORY_OPS:
        raise ConditionError(f"{part.field} takes =, != or in, not {part.op}")
    values = part.value if isinstance(part.value, tuple) else (part.value,)
    for value in values:
        if term.values and str(value) not in term.values:
            known = ", ".join(term.values[:20])
            raise ConditionError(f"{part.field} is never {value!r}; it is one of: {known}")
