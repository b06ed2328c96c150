"""The one small language of conditions: tag rules, audiences and answers all speak it.

A condition is plain JSON (one key names its kind) and says which customers are meant:

    {"field": "orders_last_30d", "op": ">=", "value": 3}
    {"field": "spend", "op": "top_percent", "value": 10}
    {"field": "kids_count", "op": "in", "value": ["1", "2", "3+"]}
    {"tag": "pet_owner", "at_least": 0.5}
    {"bought": ["wine"], "but_not": ["vinegar"], "at_least": 2, "last_days": 90}
    {"all": [...]}, {"any": [...]}, {"not": {...}}

An unknown value satisfies neither a comparison nor its negation (three-valued logic, as in SQL).
Conditions are checked against a `Vocabulary` and compile to SQLAlchemy expressions in which every
value is a bound parameter, so nothing that a person or a model wrote reaches SQL as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

import sqlalchemy as sa
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from agent.errors import ConditionError
from agent.settings import describe_validation
from agent.vocabulary import Item, Vocabulary

NumberOp = Literal["=", "!=", "<", "<=", ">", ">=", "between", "top_percent", "bottom_percent"]
_CATEGORY_OPS = frozenset({"=", "!=", "in"})
Value = bool | int | float | str


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False
    )


class Compare(_Part):
    """A field or attribute against a value; `to` ends `between`, where both ends count."""

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


class Bought(_Part):
    """Between `at_least` and `at_most` orders hold something that one of the words names.

    What a `but_not` word names, at any level of the catalogue, does not count. `since` and `until`
    are dates, both included; `last_days` is the window of that many days that ends with the as-of
    date. `level` narrows `bought` to one level of the catalogue.
    """

    bought: Annotated[tuple[str, ...], Field(min_length=1)]
    but_not: tuple[str, ...] = ()
    level: str | None = None
    at_least: Annotated[int, Field(ge=0)] = 1
    at_most: Annotated[int, Field(ge=0)] | None = None
    since: date | None = None
    until: date | None = None
    last_days: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if self.at_most is not None and self.at_most < self.at_least and self.at_least > 1:
            raise ValueError("at_most is below at_least")
        if self.last_days is not None and (self.since or self.until):
            raise ValueError("last_days and since/until exclude each other")
        if self.since and self.until and self.since > self.until:
            raise ValueError("since is later than until")
        return self


class All(_Part):
    """Every part holds. An empty list means all customers."""

    all: tuple[Condition, ...]


class AnyOf(_Part):
    """At least one part holds."""

    any: Annotated[tuple[Condition, ...], Field(min_length=1)]


class Not(_Part):
    """The part is known not to hold."""

    part: Condition = Field(alias="not")


_KINDS = {"field": Compare, "tag": HasTag, "bought": Bought, "all": All, "any": AnyOf, "not": Not}


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


def _check_compare(part: Compare, vocabulary: Vocabulary) -> None:
    term = vocabulary.field(part.field)
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


# The tables that conditions are asked of; `agent.data.warehouse` provides them.
_customers = sa.table("customer_facts", sa.column("customer", sa.String))
_tags = sa.table(
    "customer_tags",
    sa.column("customer", sa.String),
    sa.column("tag", sa.String),
    sa.column("probability", sa.Float),
    sa.column("decision", sa.String),
)
ITEM_LEVELS = ("department", "category", "type", "brand", "name", "product")
purchase_lines = sa.table(
    "purchases",
    sa.column("customer", sa.String),
    sa.column("order_id", sa.String),
    sa.column("day", sa.Date),
    *(sa.column(level, sa.String) for level in ITEM_LEVELS),
)


def select_customers(
    condition: Condition, vocabulary: Vocabulary, as_of: date
) -> sa.Select[tuple[str]]:
    """The query for the ids of all customers that a (checked) condition means, in order of id."""
    check(condition, vocabulary)
    where = _compile(condition, vocabulary, as_of)
    return sa.select(_customers.c.customer).where(where).order_by(_customers.c.customer)


def _compile(condition: Condition, vocabulary: Vocabulary, as_of: date) -> sa.ColumnElement[bool]:
    match condition:
        case Compare():
            return _compile_compare(condition, vocabulary)
        case HasTag():
            return _compile_tag(condition)
        case Bought():
            return _compile_bought(condition, vocabulary, as_of)
        case Not():
            return sa.not_(_compile(condition.part, vocabulary, as_of))
        case All():
            return sa.and_(sa.true(), *(_compile(p, vocabulary, as_of) for p in condition.all))
        case AnyOf():
            return sa.or_(sa.false(), *(_compile(p, vocabulary, as_of) for p in condition.any))


def _compile_compare(part: Compare, vocabulary: Vocabulary) -> sa.ColumnElement[bool]:
    numeric = vocabulary.field(part.field).numeric
    column: sa.ColumnClause[Any] = sa.column(part.field, sa.Float if numeric else sa.String)
    if part.op in ("top_percent", "bottom_percent"):
        return _compile_percent(part, column)
    if isinstance(part.value, tuple):
        return column.in_([str(value) for value in part.value])
    value = float(part.value) if numeric else str(part.value)
    if part.op == "between":
        return column.between(value, part.to)
    return column.op(part.op, is_comparison=True)(value)


def _compile_percent(part: Compare, column: sa.ColumnClause[Any]) -> sa.ColumnElement[bool]:
    """Rank r of n known values is in the top p percent if r - 1 < n * p / 100; ties share r."""
    order = column.desc() if part.op == "top_percent" else column.asc()
    ranked = (
        sa.select(
            _customers.c.customer,
            sa.func.rank().over(order_by=order).label("r"),
            sa.func.count().over().label("n"),
        )
        .where(column.is_not(None))
        .subquery()
    )
    within = (ranked.c.r - 1) * 100.0 < ranked.c.n * float(part.value)  # type: ignore[arg-type]
    inside = _customers.c.customer.in_(sa.select(ranked.c.customer).where(within))
    return sa.case((column.is_(None), sa.null()), else_=inside)


def _compile_tag(part: HasTag) -> sa.ColumnElement[bool]:
    if part.at_least is not None:
        return _in_tags(part.tag, _tags.c.probability >= part.at_least)
    given = _in_tags(part.tag, _tags.c.decision == "yes")
    unknown = _in_tags(part.tag, _tags.c.decision == "unknown")
    return sa.case((unknown, sa.null()), else_=given)


def _in_tags(tag: str, test: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    rows = sa.select(_tags.c.customer).where(_tags.c.tag == tag, test)
    return _customers.c.customer.in_(rows)


def _compile_bought(part: Bought, vocabulary: Vocabulary, as_of: date) -> sa.ColumnElement[bool]:
    orders = sa.func.count(purchase_lines.c.order_id.distinct())
    matches = bought_lines(part, vocabulary, as_of)
    grouped = (
        sa.select(purchase_lines.c.customer).where(matches).group_by(purchase_lines.c.customer)
    )
    if part.at_most is None and part.at_least > 0:
        return _customers.c.customer.in_(grouped.having(orders >= part.at_least))
    below: sa.ColumnElement[bool] = sa.true()
    if part.at_most is not None:
        below = _customers.c.customer.not_in(grouped.having(orders > part.at_most))
    if part.at_least == 0 or part.at_most == 0:
        return below
    return sa.and_(below, _customers.c.customer.in_(grouped.having(orders >= part.at_least)))


def bought_lines(part: Bought, vocabulary: Vocabulary, as_of: date) -> sa.ColumnElement[bool]:
    """Which lines of `purchases` count for the condition: named, not excepted, in the window."""
    named = _at_any_level(vocabulary.items(part.bought, part.level))
    excepted = _at_any_level(vocabulary.holding(part.but_not))
    # A line without a type is not of an excepted type: unknown must count as "no" here.
    kept = sa.not_(sa.func.coalesce(excepted, sa.false())) if part.but_not else sa.true()
    return sa.and_(named, kept, *_window(part, as_of))


def _at_any_level(items: Iterable[Item]) -> sa.ColumnElement[bool]:
    names: dict[str, list[str]] = {}
    for item in items:
        names.setdefault(item.level, []).append(item.name)
    return sa.or_(
        sa.false(), *(purchase_lines.c[level].in_(sorted(found)) for level, found in names.items())
    )


def _window(part: Bought, as_of: date) -> list[sa.ColumnElement[bool]]:
    since, until = part.since, part.until
    if part.last_days is not None:
        since, until = as_of - timedelta(days=part.last_days - 1), as_of
    limits = [purchase_lines.c.day >= since] if since else []
    return [*limits, purchase_lines.c.day <= until] if until else limits
