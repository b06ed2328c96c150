"""An audience in groups: by a field or attribute, or by a tag; the groups add up to it exactly.

Numbers are grouped at the quartiles of the audience, rounded so that people can read them: to the
power of ten that is at most a tenth of the middle half's width.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from agent.ask.sides import offer_audience
from agent.data.warehouse import Warehouse
from agent.settings import Language
from agent.vocabulary import Term, Vocabulary
from agent.words import value_words

MOST_GROUPS = 20


@dataclass(frozen=True)
class Group:
    """One group, `value` None: unknown.

    value: as in the data; of a number, its bounds in figures; of a tag, `yes` or `no`. above, upto:
    the bounds of a number, which is more than `above` and at most `upto`; None: no limit, and of
    anything else. share: of the audience. spend_per_customer: mean spend of the group; None where
    nobody's is known.
    """

    value: str | None
    above: float | None
    upto: float | None
    count: int
    share: float
    spend_per_customer: float | None


@dataclass(frozen=True)
class Breakdown:
    """Groups without anybody are left out. by: a field or attribute, or {"tag": id}."""

    by: str | dict[str, str]
    count: int
    groups: list[Group]


_audience = sa.table("audience", sa.column("customer", sa.String))
_tags = sa.table(
    "customer_tags",
    sa.column("customer", sa.String),
    sa.column("tag", sa.String),
    sa.column("decision", sa.String),
)


def breakdown(
    warehouse: Warehouse,
    vocabulary: Vocabulary,
    audience: Sequence[str],
    by: str | Mapping[str, str],
) -> Breakdown:
    """An audience by a field, an attribute or {"tag": id}. Raises `ConditionError`."""
    offer_audience(warehouse, audience)
    if not isinstance(by, str):
        groups = _by_tag(warehouse, vocabulary.tag(by["tag"]))
    elif vocabulary.field(by).numeric:
        groups = _by_number(warehouse, vocabulary.field(by))
    else:
        groups = _by_value(warehouse, vocabulary.field(by))
    return Breakdown(by if isinstance(by, str) else dict(by), _total(groups), groups)


def _total(groups: Sequence[Group]) -> int:
    return sum(group.count for group in groups)


@dataclass(frozen=True)
class _Counted:
    """What the query finds for one key; None: unknown."""

    key: Any
    count: int
    mean_spend: float | None


def _facts(name: str) -> sa.TableClause:
    names = dict.fromkeys(("customer", "spend", name))
    return sa.table("customer_facts", *(sa.column(each) for each in names))


def _counted(
    warehouse: Warehouse, key: sa.ColumnElement[Any], facts: sa.TableClause, more: Any = None
) -> list[_Counted]:
    """Customers and mean spend of the audience for each value of an expression over `facts`.

    more: a pair of a table and how it is joined, for keys that read it.
    """
    source = _audience.outerjoin(facts, facts.c.customer == _audience.c.customer)
    source = source if more is None else source.outerjoin(*more)
    rows = sa.select(key.label("key"), facts.c.spend).select_from(source).subquery()
    # Of decimals, so that the order of the rows does not matter.
    mean = sa.func.avg(sa.cast(rows.c.spend, sa.Numeric(38, 4)))
    query = sa.select(rows.c.key, sa.func.count(), mean).group_by(rows.c.key)
    return [_Counted(*row) for row in warehouse.rows(query)]


def _groups(
    found: Sequence[_Counted], names: Mapping[Any, tuple[str, float | None, float | None]]
) -> list[Group]:
    """In the order of `names` (key -> value, above, upto), the unknown last."""
    by_key = {one.key: one for one in found}
    total = sum(one.count for one in found)
    ordered = {**names, None: (None, None, None)}
    return [
        Group(*name, one.count, one.count / total, one.mean_spend)
        for key, name in ordered.items()
        if (one := by_key.get(key))
    ]


def _by_tag(warehouse: Warehouse, term: Term) -> list[Group]:
    """Who has no row of a tag has not the tag."""
    facts = _facts("spend")
    mine = sa.and_(_tags.c.customer == _audience.c.customer, _tags.c.tag == term.name)
    key = sa.case(
        (_tags.c.decision == "yes", "yes"), (_tags.c.decision == "unknown", None), else_="no"
    )
    found = _counted(warehouse, key, facts, (_tags, mine))
    return _groups(found, {key: (key, None, None) for key in ("yes", "no")})


def _by_value(warehouse: Warehouse, term: Term) -> list[Group]:
    """In the order of the vocabulary, then those that it does not order, the most common first."""
    facts = _facts(term.name)
    found = _counted(warehouse, facts.c[term.name], facts)
    known = [one for one in found if one.key is not None]
    order = {value: place for place, value in enumerate(term.values)}
    known.sort(key=lambda one: (order.get(one.key, len(order)), -one.count, one.key))
    return _groups(found, {one.key: (str(one.key), None, None) for one in known})


def _by_number(warehouse: Warehouse, term: Term) -> list[Group]:
    facts = _facts(term.name)
    column = facts.c[term.name]
    source = _audience.join(facts, facts.c.customer == _audience.c.customer)
    quartiles = (sa.func.quantile_cont(column, share) for share in (0.25, 0.5, 0.75))
    whole = sa.func.bool_and(column == sa.func.floor(column))
    query = sa.select(sa.func.min(column), *quartiles, sa.func.max(column), whole)
    (row,) = warehouse.rows(query.select_from(source))
    if row[0] is None:
        return _groups(_counted(warehouse, column, facts), {})
    least, *cuts, most = (float(number) for number in row[:-1])
    bounds = _bounds(least, cuts, most, whole=row[-1])
    steps = [(column <= bound, place) for place, bound in enumerate(bounds)]
    key = sa.case((column.is_(None), None), *steps, else_=len(bounds))
    ends = list(zip([None, *bounds], [*bounds, None], strict=True))
    names = {
        place: (_range(above, upto, (least, most), term, whole=row[-1]), above, upto)
        for place, (above, upto) in enumerate(ends)
    }
    return _groups(_counted(warehouse, key, facts), names)


def _bounds(least: float, cuts: Sequence[float], most: float, *, whole: bool) -> list[float]:
    """The quartiles as people write them, each once; those that part nothing are left out."""
    width = cuts[-1] - cuts[0]
    if width > 0:
        digits = -math.floor(math.log10(width / 10))
        cuts = [round(cut, digits) for cut in cuts]
    if whole:
        cuts = [float(math.floor(cut)) for cut in cuts]
    return sorted({cut for cut in cuts if least <= cut < most})


def _range(
    above: float | None,
    upto: float | None,
    ends: tuple[float, float],
    term: Term,
    *,
    whole: bool,
) -> str:
    """`≤3`, `4–9`, `≥10`; of numbers that are not whole `≤3`, `3–9.5`, `>9.5`."""
    step = 1.0 if whole else 0.0
    low = ends[0] if above is None else above + step
    high = ends[1] if upto is None else upto
    if low == high:
        return _figure(low, term)
    if above is None and upto is not None:
        return f"≤{_figure(upto, term)}"
    if upto is None and above is not None:
        return f"{'≥' if whole else '>'}{_figure(low, term)}"
    return f"{_figure(low, term)}–{_figure(high, term)}"


def _figure(value: float, term: Term) -> str:
    if term.unit == "share":
        return value_words(value, term, "en")
    return f"{value:,.6f}".rstrip("0").rstrip(".")


_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "head": "{count:,} customers by {by}. {groups}.",
        "group": "{value}: {count:,} ({share}, mean spend {spend})",
        "tag": "the tag “{}”",
        "yes": "with",
        "no": "without",
        "more": "{:,} more groups with {:,}",
        "stop": "; ",
    },
    "zh": {
        "head": "{count:,}位顾客按{by}。{groups}。",
        "group": "{value}：{count:,}位（{share}，人均消费{spend}）",
        "tag": "标签“{}”",
        "yes": "有",
        "no": "没有",
        "more": "另有{:,}组共{:,}位",
        "stop": "；",
    },
}
_SHARE = Term("share", "share", "占比", "share", numeric=True)
_SPEND = Term("spend_per_customer", "spend per customer", "人均消费", "money", numeric=True)


def breakdown_words(result: Breakdown, language: Language, vocabulary: Vocabulary) -> str:
    """Every group with its share and mean spend; of very many the first ones."""
    say = _WORDS[language]
    told = [
        say["group"].format(
            value=_value(group, result, language, vocabulary),
            count=group.count,
            share=value_words(group.share, _SHARE, language),
            spend=value_words(group.spend_per_customer, _SPEND, language),
        )
        for group in result.groups[:MOST_GROUPS]
    ]
    if rest := result.groups[MOST_GROUPS:]:
        told.append(say["more"].format(len(rest), _total(rest)))
    if isinstance(result.by, str):
        by = vocabulary.field(result.by).label(language)
    else:
        by = say["tag"].format(vocabulary.tag(result.by["tag"]).label(language))
    return say["head"].format(count=result.count, by=by, groups=say["stop"].join(told))


def _value(group: Group, result: Breakdown, language: Language, vocabulary: Vocabulary) -> str:
    if group.value is None:
        return value_words(None, _SHARE, language)
    if not isinstance(result.by, str):
        return _WORDS[language][group.value]
    return vocabulary.labels.get(group.value, (group.value, group.value))[language == "zh"]
