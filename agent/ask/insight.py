"""What sets an audience apart: tags, attribute values, categories bought, and figures.

`describe` holds an audience against everyone else or a second audience, `compare` lays two of them
side by side. Both read `customer_facts`, `customer_tags` and `purchases` of a warehouse; who is
unknown in a trait counts on neither side. `agent.ask.effects` tells how effects are measured.

A trait is told if its 95% interval excludes no effect and so does its test when all traits are
looked at together (Benjamini and Hochberg 1995, at 5%). Traits are ranked by the end of the
interval that is nearer to no effect, on a log scale, times the root of the larger share: so a lift
of 3 among a fifth comes before one of 10 among a hundredth, of 1.2 among all, and of 10 that ten
customers tell. Figures rank by the odds that AUC stands for, as a trait that half of all carry.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
import sqlalchemy as sa
from scipy import stats

from agent.ask.effects import Counts, share_ratios, superiority
from agent.ask.sides import offer_sides
from agent.conditions import Bought, Compare, Condition, HasTag, walk
from agent.conditions_sql import bought_lines, purchase_lines
from agent.data.warehouse import Warehouse
from agent.facts.catalogue import catalogue
from agent.vocabulary import Item, Vocabulary

Kind = Literal["tag", "value", "category", "number"]
MOST = 5
FALSE_DISCOVERIES = 0.05
_CELLS = 3


@dataclass(frozen=True)
class Trait:
    """One thing that is more or less common in an audience than outside of it.

    name: the tag, the attribute (with its `value`), the category or the field. inside, outside:
    the share of those known who carry it; of a number, the median. lift: inside / outside, None of
    a number, and where nobody outside carries it (no limit). auc: of a number, the probability
    that one inside has more than one outside. low, high: the 95% interval of lift or auc; `high`
    is None where there is no limit. n_inside: carriers inside; of a number, those known. p: after
    the correction for many traits. given: it restates the audience's own conditions.
    """

    kind: Kind
    name: str
    value: str | None
    inside: float
    outside: float
    lift: float | None
    auc: float | None
    low: float
    high: float | None
    n_inside: int
    known_inside: int
    known_outside: int
    p: float
    given: bool = False


@dataclass(frozen=True)
class Measure:
    """One figure of two audiences; None where there is none, as of an audience without orders."""

    name: str
    a: float | None
    b: float | None
    ratio: float | None


@dataclass(frozen=True)
class Comparison:
    """Two audiences side by side, and the traits that set the first apart from the second."""

    customers_a: int
    customers_b: int
    customers_both: int
    measures: list[Measure]
    traits: list[Trait]


def describe(
    warehouse: Warehouse,
    vocabulary: Vocabulary,
    audience: Sequence[str],
    others: Sequence[str] | None = None,
    given: Collection[str] = (),
    hidden: Collection[str] = (),
    most: int = MOST,
) -> list[Trait]:
    """The traits that set an audience apart from others (default: everyone else), the first ones
    most; at most `most` of a kind, those last that restate the conditions.

    given: names of fields, tags and categories that the audience's conditions speak of, see
    `restated`. hidden: tags and categories that must not appear.
    """
    offer_sides(warehouse, audience, others)
    found = [
        *_tags(warehouse, vocabulary),
        *_values(warehouse, vocabulary),
        *_categories(warehouse),
        *_numbers(warehouse, vocabulary),
    ]
    shown = [replace(t, given=t.name in given) for t in found if t.name not in hidden]
    return _leading(_surely(shown), most)


def compare(
    warehouse: Warehouse,
    vocabulary: Vocabulary,
    a: Sequence[str],
    b: Sequence[str],
    given: Collection[str] = (),
    hidden: Collection[str] = (),
    most: int = MOST,
) -> Comparison:
    """Two audiences side by side; they may overlap. `given` and `hidden` as for `describe`."""
    traits = describe(warehouse, vocabulary, a, b, given, hidden, most)
    only_a, both, only_b = (int(n) for n in _sizes(warehouse))
    one, other = (_measures(warehouse, not_in=side) for side in (2, 0))
    measures = [_measure(name, one[name], other[name]) for name in one]
    return Comparison(only_a + both, only_b + both, both, measures, traits)


def restated(
    condition: Condition,
    rules: Mapping[str, Condition],
    vocabulary: Vocabulary,
    warehouse: Warehouse,
) -> frozenset[str]:
    """The fields, tags and categories that a condition speaks of, for `given`.

    rules: the rules of tags. The rule of a tag that the condition names is part of it, and a tag
    restates the condition if its rule asks for no other field, and for products of which the
    condition names at least half. A field of the last days is one with that of all days.
    """
    parts = list(walk(condition))
    named = {part.tag for part in parts if isinstance(part, HasTag)}
    parts += [part for tag in sorted(named & set(rules)) for part in walk(rules[tag])]
    fields, items = _fields(parts), _items(parts, vocabulary)
    tags = {
        tag for tag, rule in rules.items() if _restates(list(walk(rule)), fields, items, vocabulary)
    }
    bought = [part for part in parts if isinstance(part, Bought)]
    kin = {_any_days(field) for field in fields}
    fields = {field for field in vocabulary.fields if _any_days(field) in kin}
    return frozenset(fields | named | tags | _counted(bought, vocabulary, warehouse))


def _restates(
    rule: Sequence[Condition], fields: set[str], items: set[Item], vocabulary: Vocabulary
) -> bool:
    asked, things = _fields(rule), _items(rule, vocabulary)
    return asked <= fields and 2 * len(things & items) >= len(things)


def _any_days(field: str) -> str:
    """orders_last_30d -> orders."""
    return re.sub(r"_last_\d+d$", "", field)


def _fields(parts: Sequence[Condition]) -> set[str]:
    return {part.field for part in parts if isinstance(part, Compare)}


def _items(parts: Sequence[Condition], vocabulary: Vocabulary) -> set[Item]:
    bought = (part for part in parts if isinstance(part, Bought))
    return {item for part in bought for item in vocabulary.items(part.bought, part.level)}


def _counted(parts: Sequence[Bought], vocabulary: Vocabulary, warehouse: Warehouse) -> set[str]:
    """The categories of what the parts count."""
    if not parts:
        return set()
    lines = sa.or_(*(bought_lines(part, vocabulary, warehouse.as_of) for part in parts))
    query = sa.select(purchase_lines.c.category).distinct().where(lines)
    return {name for (name,) in warehouse.rows(query) if name is not None}


# Counting. Each query gives one row a trait, with the columns have_0 to have_2: customers a side.


def _per_side(test: str, name: str) -> str:
    return ", ".join(
        f"count(*) FILTER (sides.side = {side} AND {test}) AS {name}_{side}"
        for side in range(_CELLS)
    )


_SIZES = f"SELECT {_per_side('true', 'have')} FROM sides"
# A tag that a customer has no row of is one that the customer has not.
_TAGS = f"""
SELECT tag, {_per_side("decision = 'yes'", "have")}, {_per_side("decision = 'unknown'", "open")}
FROM customer_tags JOIN sides USING (customer) GROUP BY tag
"""
# Kept as long as the warehouse is, whose events never change: it takes most of the time.
_CUSTOMER_CATEGORIES = """
CREATE TEMP TABLE IF NOT EXISTS customer_categories AS
SELECT DISTINCT customer, category FROM purchases WHERE category IS NOT NULL
"""
_CATEGORIES = f"""
SELECT category, {_per_side("true", "have")}
FROM customer_categories JOIN sides USING (customer) GROUP BY category
"""
_FIELD = f"""
SELECT customer_facts.{{name}} AS value, {_per_side("true", "have")}
FROM customer_facts JOIN sides USING (customer)
WHERE customer_facts.{{name}} IS NOT NULL GROUP BY 1 ORDER BY 1
"""


def _cells(frame: pd.DataFrame, name: str = "have") -> Counts:
    cells: Counts = frame[[f"{name}_{side}" for side in range(_CELLS)]].to_numpy("int64")
    return cells


def _sizes(warehouse: Warehouse) -> Counts:
    sizes: Counts = _cells(warehouse.frame(_SIZES))[0]
    return sizes


def _by_value(warehouse: Warehouse, field: str) -> pd.DataFrame:
    """The known values of a field, rising, with their customers."""
    quoted = '"' + field.replace('"', '""') + '"'
    return warehouse.frame(_FIELD.format(name=quoted))


def _tags(warehouse: Warehouse, vocabulary: Vocabulary) -> list[Trait]:
    found = warehouse.frame(_TAGS)
    found = found[found["tag"].isin(list(vocabulary.tags))]
    names = [(tag, None) for tag in found["tag"]]
    return _shares("tag", names, _cells(found), _sizes(warehouse) - _cells(found, "open"))


def _categories(warehouse: Warehouse) -> list[Trait]:
    warehouse.execute(_CUSTOMER_CATEGORIES)
    found = warehouse.frame(_CATEGORIES)
    names = [(category, None) for category in found["category"]]
    have = _cells(found)
    return _shares("category", names, have, np.broadcast_to(_sizes(warehouse), have.shape))


def _values(warehouse: Warehouse, vocabulary: Vocabulary) -> Iterator[Trait]:
    """Of attributes; the computed categories (the top category) are told by what is bought."""
    computed = {field.name for field in catalogue()}
    for term in vocabulary.fields.values():
        if not term.numeric and term.name not in computed:
            found = _by_value(warehouse, term.name)
            have = _cells(found)
            names = [(term.name, str(value)) for value in found["value"]]
            yield from _shares("value", names, have, np.broadcast_to(have.sum(axis=0), have.shape))


def _shares(
    kind: Kind, names: Sequence[tuple[str, str | None]], have: Counts, known: Counts
) -> list[Trait]:
    """A trait for each that can tell the sides apart: some on both are known, some carry it."""
    telling = (
        (known[:, :2].sum(axis=1) > 0)
        & (known[:, 1:].sum(axis=1) > 0)
        & (have.sum(axis=1) > 0)
        & (have.sum(axis=1) < known.sum(axis=1))
    )
    have, known = have[telling], known[telling]
    effects = share_ratios(have, known)
    return [
        Trait(
            kind,
            *name,
            inside=float(effects.inside[n]),
            outside=float(effects.outside[n]),
            lift=_finite(effects.ratio[n]),
            auc=None,
            low=float(effects.low[n]),
            high=_finite(effects.high[n]),
            n_inside=int(have[n, :2].sum()),
            known_inside=int(known[n, :2].sum()),
            known_outside=int(known[n, 1:].sum()),
            p=float(effects.p[n]),
        )
        for n, name in enumerate(name for name, told in zip(names, telling, strict=True) if told)
    ]


def _numbers(warehouse: Warehouse, vocabulary: Vocabulary) -> Iterator[Trait]:
    for term in vocabulary.fields.values():
        if not term.numeric:
            continue
        found = _by_value(warehouse, term.name)
        tally = _cells(found)
        inside, outside = int(tally[:, :2].sum()), int(tally[:, 1:].sum())
        if len(found) < 2 or min(inside, outside) < 2:
            continue
        effect = superiority(found["value"].to_numpy("float64"), tally)
        yield Trait(
            "number",
            term.name,
            None,
            inside=effect.inside,
            outside=effect.outside,
            lift=None,
            auc=effect.auc,
            low=effect.low,
            high=effect.high,
            n_inside=inside,
            known_inside=inside,
            known_outside=outside,
            p=effect.p,
        )


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


# Choosing.


def _surely(traits: Sequence[Trait]) -> list[Trait]:
    """Those whose interval and corrected test both exclude no effect.

    What restates the conditions is corrected apart: it is sure to be found, and would let more of
    the others pass.
    """
    found = []
    for given in (False, True):
        part = [trait for trait in traits if trait.given == given]
        if part:
            corrected = stats.false_discovery_control([trait.p for trait in part])
            found += [replace(t, p=float(p)) for t, p in zip(part, corrected, strict=True)]
    return [t for t in found if t.p <= FALSE_DISCOVERIES and _strength(t) > 0]


def _strength(trait: Trait) -> float:
    """What the traits are ranked by, see the head of this file; 0 where no effect is possible."""
    high = math.inf if trait.high is None else trait.high
    if trait.auc is not None:
        nearer = max(_odds(trait.low), -_odds(high), 0.0)
        return nearer * math.sqrt(0.5)
    nearer = max(_log(trait.low), -_log(high), 0.0)
    return nearer * math.sqrt(max(trait.inside, trait.outside))


def _log(ratio: float) -> float:
    return math.log(ratio) if ratio > 0 else -math.inf


def _odds(share: float) -> float:
    """The logarithm of the odds."""
    return _log(share / (1 - share)) if share < 1 else math.inf


def _leading(traits: Sequence[Trait], most: int) -> list[Trait]:
    ranked = sorted(traits, key=lambda t: (t.given, -_strength(t), t.kind, t.name, t.value or ""))
    shown: dict[Kind, int] = {}
    kept = []
    for trait in ranked:
        shown[trait.kind] = shown.get(trait.kind, 0) + 1
        if shown[trait.kind] <= most:
            kept.append(trait)
    return kept


# Side by side.

# A share of orders times the orders is a count again, but for the rounding of floats.
_MEASURES = """
SELECT count(*) AS customers, coalesce(sum(orders), 0)::BIGINT AS orders,
       coalesce(sum(spend::DECIMAL(38, 4)), 0) AS spend,
       sum(spend::DECIMAL(38, 4)) / nullif(sum(orders), 0) AS average_order_value,
       sum(spend::DECIMAL(38, 4)) / nullif(count(*), 0) AS spend_per_customer,
       median(days_since_last_order) AS days_since_last_order,
       sum(round(coupon_share * orders)) / nullif(sum(orders), 0) AS coupon_share
FROM customer_facts JOIN sides USING (customer) WHERE sides.side <> {not_in}
"""


def _measures(warehouse: Warehouse, not_in: int) -> dict[str, Any]:
    """customers, orders, spend, average_order_value (spend / orders), spend_per_customer,
    days_since_last_order (median) and coupon_share (of all orders) of one audience."""
    (row,) = warehouse.frame(_MEASURES.format(not_in=not_in)).to_dict("records")
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}


def _measure(name: str, a: float | None, b: float | None) -> Measure:
    return Measure(name, a, b, None if a is None or not b else a / b)
