"""The right answers to questions: the language of conditions worked out a second time, in pandas.

Written from the language's definition and shares no line with what it judges: no SQL, no DuckDB, no
code that compiles conditions or looks up names. Truth has three values (pandas' nullable booleans):
an unknown value satisfies neither a comparison nor its negation.

A trend counts, for every month or week of the data, the customers of the audience with an order,
their orders or what they paid. Where the audience is, by one plain condition, those who bought
something, the orders that hold it are counted and what was paid for it: "wine, month by month".
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from agent.data import store as tables
from agent.data.store import Store
from agent.errors import ConditionError
from agent.facts.frame import customer_frame
from agent.workspace import Workspace
from eval.ask_words import LEVELS, Catalogue

Json = Mapping[str, Any]

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Shop:
    """What is known of a shop, as frames.

    customers: every field and attribute, one row a customer, indexed by id
    tags: customer, tag, probability, decision
    lines: customer, order, day, product, paid: what was bought and not cancelled
    orders: customer, order, day it began, paid less what was given back, bought (not only returned)
    catalogue: which products words mean
    """

    as_of: pd.Timestamp
    customers: pd.DataFrame
    tags: pd.DataFrame
    lines: pd.DataFrame
    orders: pd.DataFrame
    catalogue: Catalogue


def read_shop(workspace: Workspace) -> Shop:
    """The shop of a home, from its files and its store."""
    as_of = pd.Timestamp(workspace.as_of)
    lines = sold_lines(_read_events(workspace), as_of)
    given = sa.select(*(tables.tags.c[n] for n in ("customer", "tag", "probability", "decision")))
    tags = pd.DataFrame(
        workspace.store.rows(given), columns=["customer", "tag", "probability", "decision"]
    )
    return Shop(
        as_of=as_of,
        customers=customer_frame(workspace.store).set_index("customer"),
        tags=tags,
        lines=lines[~lines["returned"]].drop(columns="returned"),
        orders=begun_orders(lines),
        catalogue=Catalogue(
            pq.read_table(workspace.products, columns=list(LEVELS)).to_pandas(),
            _labels(workspace.store),
        ),
    )


def _read_events(workspace: Workspace) -> pd.DataFrame:
    columns = ["customer", "time", "kind", "order_id", "product", "amount"]
    files = sorted(workspace.events.glob("bucket=*/*.parquet"))
    table = pa.concat_tables(pq.ParquetFile(file).read(columns=columns) for file in files)
    money = table["amount"].cast(pa.float64())
    place = table.column_names.index("amount")
    return pd.DataFrame(table.set_column(place, "amount", money).to_pandas())


def _labels(store: Store) -> dict[str, list[str]]:
    labels: dict[str, list[str]] = {}
    for row in store.rows(sa.select(tables.glossary)):
        labels.setdefault(row["name"], []).append(row["label"])
    return labels


def sold_lines(events: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Purchases and returns (`returned`) up to the as-of date of orders that were not cancelled.

    An order without an id is everything that one customer bought in the same second.
    """
    events = events[events["time"].dt.normalize() <= as_of]
    cancels = events[(events["kind"] == "cancel") & events["order_id"].notna()]
    cancelled = pd.MultiIndex.from_frame(cancels[["customer", "order_id"]])
    sold = events[events["kind"].isin(["purchase", "return"])]
    kept = sold[~pd.MultiIndex.from_frame(sold[["customer", "order_id"]]).isin(cancelled)]
    moment = kept["kind"] + kept["time"].dt.strftime(" at %Y-%m-%d %H:%M:%S")
    return pd.DataFrame(
        {
            "customer": kept["customer"].astype("category"),
            "order": kept["order_id"].fillna(moment).astype("category"),
            "time": kept["time"],
            "day": kept["time"].dt.normalize(),
            "product": kept["product"].astype("category"),
            "paid": _exact(kept["amount"]),
            "returned": kept["kind"] == "return",
        }
    )


def begun_orders(lines: pd.DataFrame) -> pd.DataFrame:
    """One row an order: a return counts on the day on which its order began."""
    by = ["customer", "order"]
    all_lines = lines.groupby(by, observed=True).agg(time=("time", "min"), paid=("paid", "sum"))
    began = lines[~lines["returned"]].groupby(by, observed=True)["time"].min()
    orders = all_lines.assign(bought=all_lines.index.isin(began.index))
    orders["day"] = began.reindex(orders.index).fillna(orders["time"]).dt.normalize()
    return orders.drop(columns="time").reset_index()


def _exact(money: pd.Series) -> pd.Series:
    """Ten-thousandths, so that sums do not depend on the order of the lines."""
    whole: pd.Series = (money.fillna(0) * 10_000).round().astype("int64")
    return whole


# ---- conditions ----------------------------------------------------------------------------------
def audience(shop: Shop, condition: Json) -> frozenset[str]:
    """The customers of whom the condition is true. Raises `ConditionError` for unknown names."""
    found = truth(shop, condition)
    return frozenset(found[found.fillna(False)].index)


def truth(shop: Shop, condition: Json) -> pd.Series:
    """True, False or NA for every customer."""
    match condition:
        case {"all": parts}:
            return reduce(operator.and_, (truth(shop, part) for part in parts), _all(shop, True))
        case {"any": parts}:
            return reduce(operator.or_, (truth(shop, part) for part in parts), _all(shop, False))
        case {"not": part}:
            return ~truth(shop, part)
        case {"field": _}:
            return _compares(shop, condition)
        case {"tag": _}:
            return _has_tag(shop, condition)
        case {"bought": _}:
            return _bought(shop, condition)
        case {"like": _}:  # it ranks and never counts
            return _all(shop, True)
    raise ConditionError(f"not a condition: {condition!r}")


def _all(shop: Shop, value: bool) -> pd.Series:
    return pd.Series(value, index=shop.customers.index, dtype="boolean")


def _compares(shop: Shop, given: Json) -> pd.Series:
    known = _values(shop, given).dropna()
    found = _compared(known, given["op"], given["value"], given.get("to"))
    return found.astype("boolean").reindex(shop.customers.index)


def _compared(known: pd.Series, op: str, value: Any, to: Any) -> pd.Series:
    if op in ("top_percent", "bottom_percent"):
        before = known.rank(method="min", ascending=op == "bottom_percent") - 1
        return pd.Series(before * 100 < len(known) * value)
    if op == "between":
        return known.between(value, to)
    if not pd.api.types.is_numeric_dtype(known):
        known = known.astype(str)
        value = [str(one) for one in value] if op == "in" else str(value)
    if op == "in":
        return known.isin(value)
    found: pd.Series = _COMPARE[op](known, value)
    return found


def _values(shop: Shop, given: Json) -> pd.Series:
    """A field of every customer; `orders` and `spend` may be asked of a span of days."""
    if given["field"] not in shop.customers:
        raise ConditionError(f"there is no field {given['field']!r}")
    if not {"last_days", "since", "until"} & set(given):
        return shop.customers[str(given["field"])]
    orders = shop.orders[_in_window(shop.orders["day"], given, shop.as_of)]
    if given["field"] == "orders":
        counted = orders[orders["bought"]].groupby("customer", observed=True).size()
    elif given["field"] == "spend":
        counted = orders.groupby("customer", observed=True)["paid"].sum() / 10_000
    else:
        raise ConditionError(f"{given['field']} is not known for a span of days")
    return counted.reindex(shop.customers.index).fillna(0)


def _in_window(day: pd.Series, given: Json, as_of: pd.Timestamp) -> pd.Series:
    since, until = given.get("since"), given.get("until")
    if days := given.get("last_days"):
        since, until = as_of - pd.Timedelta(days=days - 1), as_of
    inside = pd.Series(True, index=day.index)
    if since:
        inside &= day >= pd.Timestamp(since)
    if until:
        inside &= day <= pd.Timestamp(until)
    return inside


def _has_tag(shop: Shop, given: Json) -> pd.Series:
    rows = shop.tags[shop.tags["tag"] == given["tag"]].set_index("customer")
    if "at_least" in given:
        said = rows["probability"] >= given["at_least"]
    else:
        said = rows["decision"].map({"yes": True, "no": False})  # undecided: NA
    everyone: pd.Series = said.astype("boolean").reindex(shop.customers.index, fill_value=False)
    return everyone


def _bought(shop: Shop, given: Json) -> pd.Series:
    lines = bought_lines(shop, given)
    orders = lines.drop_duplicates(["customer", "order"]).groupby("customer", observed=True).size()
    count = orders.reindex(shop.customers.index).fillna(0)
    most = given.get("at_most")
    least = 0 if most == 0 else given.get("at_least", 1)
    return count.between(least, float("inf") if most is None else most).astype("boolean")


def bought_lines(shop: Shop, given: Json) -> pd.DataFrame:
    """The lines that count for a `bought` condition."""
    lines = shop.lines[shop.lines["product"].isin(shop.catalogue.meant(given))]
    return lines[_in_window(lines["day"], given, shop.as_of)]


# ---- what is made of an audience -----------------------------------------------------------------
def breakdown(shop: Shop, where: Json, by: str | Json) -> dict[str, int]:
    """Customers by value; of a tag: yes and no. Who is unknown there is left out."""
    whom = sorted(audience(shop, where))
    if isinstance(by, Mapping):
        values = truth(shop, by).map({True: "yes", False: "no"})
    else:
        values = _values(shop, {"field": by})
    counts = values.loc[whom].dropna().astype(str).value_counts()
    return {str(value): int(count) for value, count in counts.items()}


def ranked(shop: Shop, query: Json) -> tuple[frozenset[str], frozenset[str], int]:
    """Who must be in a ranked list, who ties for its last places, and how long it is.

    Customers whose value is unknown are not ranked.
    """
    whom = sorted(audience(shop, query["where"]))
    if not query.get("limit"):
        return frozenset(whom), frozenset(), len(whom)
    values = _values(shop, query["rank"]).loc[whom].dropna().astype(float)
    score = values if query["rank"].get("order", "most") == "most" else -values
    length = min(query["limit"], len(score))
    last = score.nlargest(length).min() if length else 0.0
    return (
        frozenset(score[score > last].index),
        frozenset(score[score == last].index) if length else frozenset(),
        length,
    )


def trend(shop: Shop, query: Json) -> dict[str, float]:
    """The figure of every month (`2017-03`) or week (the date of its Monday), in order."""
    rows = _trend_rows(shop, query["where"])
    rows = rows[rows["customer"].isin(audience(shop, query["where"]))]
    measure = query.get("measure", "customers")
    if measure == "spend":
        figures = rows.set_index("day")["paid"]
    else:
        one = ["customer"] if measure == "customers" else ["customer", "order"]
        figures = _first(rows[rows["bought"]], one, query).assign(one=1).set_index("day")["one"]
    periods = pd.PeriodIndex(figures.index, freq=_freq(query))
    days = pd.period_range(shop.lines["day"].min(), shop.as_of, freq=_freq(query))
    found = figures.groupby(periods).sum().reindex(days, fill_value=0)
    unit = 10_000 if measure == "spend" else 1
    return {_period(when, query): float(figure) / unit for when, figure in found.items()}


def _first(rows: pd.DataFrame, one: list[str], query: Json) -> pd.DataFrame:
    """One row for each of what is counted in each period."""
    keys = rows[[*one, "day"]].assign(period=rows["day"].dt.to_period(_freq(query)))
    return keys.drop_duplicates([*one, "period"])


def _freq(query: Json) -> str:
    return {"month": "M", "week": "W-SUN"}[query.get("every", "month")]


def _period(when: Any, query: Json) -> str:
    return str(when) if query.get("every", "month") == "month" else str(when.start_time.date())


def _trend_rows(shop: Shop, where: Json) -> pd.DataFrame:
    """Customer, order, day, paid, bought of what is counted."""
    goods = [part for part in _conjuncts(where) if "bought" in part and not _counts(part)]
    if len(goods) == 1:
        return bought_lines(shop, goods[0]).assign(bought=True)
    return shop.orders


def _conjuncts(where: Json) -> Iterator[Json]:
    if "all" not in where:
        yield where
    for part in where.get("all", ()):
        yield from _conjuncts(part)


def _counts(part: Json) -> bool:
    return bool({"at_least", "at_most", "since", "until", "last_days"} & set(part))
