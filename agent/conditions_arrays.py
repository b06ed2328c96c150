"""Conditions counted on arrays: as exact as SQL, and quick for a million customers.

A condition becomes two arrays with one value a customer: who meets it, and of whom it is known not
to hold. Whoever is in neither is unknown.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agent.conditions import (
    All,
    AnyOf,
    Bought,
    Compare,
    Condition,
    HasTag,
    Like,
    Not,
    Span,
    check,
)
from agent.data.arrays import Arrays, column
from agent.data.purchases import MONEY_PARTS
from agent.vocabulary import Item, Vocabulary

Flags = NDArray[np.bool_]
Truth = tuple[Flags, Flags]

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_DECISIONS = ("yes", "unknown")
_ALWAYS = (np.iinfo(np.int32).min, np.iinfo(np.int32).max)


@dataclass(frozen=True)
class _Tagged:
    """The customers, by number, that one tag knows anything of, and what."""

    who: NDArray[np.int32]
    probability: NDArray[np.float64]
    yes: Flags
    unknown: Flags


class Counter:
    """Finds who meets a condition.

    customers: the ids of all, in order. tags: those that anybody has a row of.
    """

    def __init__(self, arrays: Arrays, vocabulary: Vocabulary, as_of: date) -> None:
        self._purchases, self._vocabulary, self._as_of = arrays.purchases, vocabulary, as_of
        self.customers = column(arrays.facts, "customer").to_numpy(zero_copy_only=False)
        facts, terms = arrays.facts, vocabulary.fields.values()
        self._numbers = {t.name: _numbers(column(facts, t.name)) for t in terms if t.numeric}
        self._texts = {t.name: _texts(column(facts, t.name)) for t in terms if not t.numeric}
        self.tags = dict(_tags(arrays.tags))

    def ids(self, condition: Condition) -> list[str]:
        """Those who meet a condition, in order of id. Raises `ConditionError`."""
        return self._list(self._meant(condition)[0])

    def ranked(self, condition: Condition, field: str, span: Span, most: bool) -> list[str]:
        """Those by a number over a span of days: the unknown last, those level in order of id."""
        found = np.flatnonzero(self._meant(condition)[0])
        values = self._values(field, span)[found]
        return self._list(found[np.argsort(-values if most else values, kind="stable")])

    def holds(self, customer: str, condition: Condition) -> bool | None:
        """Whether a condition holds of a customer of `customers`; None: unknown."""
        place = np.searchsorted(self.customers, customer)
        holds, fails = self._meant(condition)
        return True if holds[place] else False if fails[place] else None

    def _list(self, chosen: NDArray[Any]) -> list[str]:
        found: list[str] = self.customers[chosen].tolist()
        return found

    def _meant(self, condition: Condition) -> Truth:
        check(condition, self._vocabulary)
        return self._truth(condition)

    def _truth(self, condition: Condition) -> Truth:
        match condition:
            case Compare():
                return self._compared(condition)
            case HasTag():
                return self._tagged(condition)
            case Bought():
                return _certain(self._bought(condition))
            case Like():
                return _certain(self._all(True))
            case Not():
                holds, fails = self._truth(condition.part)
                return fails, holds
            case All():
                return self._joined(condition.all, np.logical_and, np.logical_or)
            case AnyOf():
                return self._joined(condition.any, np.logical_or, np.logical_and)

    def _joined(self, parts: Iterable[Condition], held: np.ufunc, failed: np.ufunc) -> Truth:
        """All of them hold where each does and fail where one does; for any it is reversed."""
        truths = [self._truth(part) for part in parts] or [_certain(self._all(True))]
        return (
            reduce(held, (holds for holds, _ in truths)),
            reduce(failed, (fails for _, fails in truths)),
        )

    def _all(self, value: bool) -> Flags:
        return np.full(len(self.customers), value)

    def _compared(self, part: Compare) -> Truth:
        if not self._vocabulary.field(part.field).numeric:
            return self._named(part)
        values = self._values(part.field, part)
        known = ~np.isnan(values)
        test = _ranked if part.op in ("top_percent", "bottom_percent") else _tested
        holds = test(part, values, known) & known
        return holds, known & ~holds

    def _named(self, part: Compare) -> Truth:
        codes, names = self._texts[part.field]
        wanted = part.value if isinstance(part.value, tuple) else (part.value,)
        places = [names[str(value)] for value in wanted if str(value) in names]
        known = codes >= 0
        holds = known & (np.isin(codes, places) != (part.op == "!="))
        return holds, known & ~holds

    def _values(self, field: str, span: Span) -> NDArray[np.float64]:
        """A number of each customer, over the days that count."""
        if not span.windowed:
            return self._numbers[field]
        made, size = self._purchases, len(self.customers)
        first, last = _days(span, self._as_of)
        within = slice(*np.searchsorted(made.order_day, [first, last + 1]))
        who = made.order_customer[within]
        if field == "orders":
            bought = who[made.order_bought[within]]
            return np.bincount(bought, minlength=size).astype(np.float64)
        # Floats hold whole numbers exactly, up to 2 ** 53.
        return np.bincount(who, made.order_paid[within], minlength=size) / MONEY_PARTS

    def _tagged(self, part: HasTag) -> Truth:
        holds, unknown = self._all(False), self._all(False)
        if tag := self.tags.get(part.tag):
            if part.at_least is None:
                holds[tag.who[tag.yes]] = True
                unknown[tag.who[tag.unknown]] = True
            else:
                holds[tag.who[tag.probability >= part.at_least]] = True
        return holds, ~(holds | unknown)

    def _bought(self, part: Bought) -> Flags:
        least = 0 if part.at_most == 0 else part.at_least
        if least > 1 or part.at_most:
            orders = self._orders_holding(part)
            return (orders >= least) & (orders <= (part.at_most or len(self._purchases.order_day)))
        if least == 0 and part.at_most is None:
            return self._all(True)
        once = self._all(False)
        for customers in self._lines(part, self._purchases.line_customer):
            once[customers] = True
        return ~once if part.at_most == 0 else once

    def _orders_holding(self, part: Bought) -> NDArray[np.intp]:
        """In how many orders of each customer something of it lies."""
        made = self._purchases
        holding = np.zeros(len(made.order_day), dtype=np.bool_)
        for orders in self._lines(part, made.line_order):
            holding[orders] = True
        return np.bincount(made.order_customer[holding], minlength=len(self.customers))

    def _lines(self, part: Bought, values: NDArray[np.int32]) -> Iterator[NDArray[np.int32]]:
        """The values of the lines that count, one run of neighbouring products at a time."""
        made, (first, last) = self._purchases, _days(part, self._as_of)
        meant = self._products(self._vocabulary.items(part.bought, part.level))
        meant &= ~self._products(self._vocabulary.holding(part.but_not))
        ends = np.flatnonzero(np.diff(meant, prepend=False, append=False))
        for begin, end in made.first[ends].reshape(-1, 2):
            found = values[begin:end]
            if part.windowed:
                day = made.line_day[begin:end]
                found = found[(day >= first) & (day <= last)]
            yield found

    def _products(self, items: Iterable[Item]) -> Flags:
        """Which products one of the items names."""
        names: dict[str, set[str]] = {}
        for item in items:
            names.setdefault(item.level, set()).add(item.name)
        found = np.zeros(len(self._purchases.products), dtype=np.bool_)
        for level, named in names.items():
            found |= self._purchases.products[level].isin(named).to_numpy()
        return found


def _certain(holds: Flags) -> Truth:
    return holds, ~holds


def _numbers(values: pa.Array) -> NDArray[np.float64]:
    return np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False))


def _texts(values: pa.Array) -> tuple[NDArray[np.int32], dict[str, int]]:
    """The code of each customer's value, -1: unknown, and the codes of the values."""
    coded = values.dictionary_encode()
    names = coded.dictionary.to_pylist()
    return coded.indices.fill_null(-1).to_numpy(), {name: code for code, name in enumerate(names)}


def _tags(table: pa.Table) -> Iterator[tuple[str, _Tagged]]:
    """Each tag and its rows, which are neighbours."""
    who, tag, decision = (column(table, name) for name in ("customer", "tag", "decision"))
    decided, probability = decision.indices.to_numpy(), column(table, "probability").to_numpy()
    yes, unknown = (decided == decision.dictionary.index(word).as_py() for word in _DECISIONS)
    codes = np.arange(len(tag.dictionary) + 1, dtype=np.int32)
    ends = np.searchsorted(tag.indices.to_numpy(), codes)
    for name, begin, end in zip(tag.dictionary.to_pylist(), ends, ends[1:], strict=False):
        rows = slice(begin, end)
        numbers = who.indices.to_numpy()[rows]
        yield name, _Tagged(numbers, probability[rows], yes[rows], unknown[rows])


def _days(span: Span, as_of: date) -> tuple[int, int]:
    """The first and the last day that count, from 1970."""
    found = span.days(as_of)
    first, last = (
        bound if day is None else (day - date(1970, 1, 1)).days
        for day, bound in zip(found, _ALWAYS, strict=True)
    )
    return first, last


def _tested(part: Compare, values: NDArray[np.float64], _: Flags) -> Flags:
    value = float(part.value)  # type: ignore[arg-type]
    if part.to is not None:
        return (values >= value) & (values <= part.to)
    return np.asarray(_COMPARE[part.op](values, value), dtype=np.bool_)


def _ranked(part: Compare, values: NDArray[np.float64], known: Flags) -> Flags:
    """The first k of n, k = n * percent / 100 rounded up, and all who are level with the last."""
    among = values[known]
    count = int(-(-len(among) * float(part.value) // 100))  # type: ignore[arg-type]
    if count <= 0:
        return np.zeros(len(values), dtype=np.bool_)
    count = min(count, len(among))
    if part.op == "top_percent":
        return np.asarray(values >= np.partition(among, -count)[-count])
    return np.asarray(values <= np.partition(among, count - 1)[count - 1])
