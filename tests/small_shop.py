"""A small shop with everything that conditions must cope with, and its answers in plain Python.

Nothing here is computed by the code under test: the items that words name are written down by hand,
and `truth` follows the definition of the language with three-valued logic.
"""

from __future__ import annotations

import operator
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from agent.data.warehouse import Warehouse
from agent.vocabulary import Term, Vocabulary

AS_OF = date(2024, 6, 30)
LEVELS = ("department", "category", "type", "brand", "name")
PRODUCTS: dict[str, dict[str, str | None]] = {
    "p1": {"department": "DRINKS", "category": "WINE", "type": "RED WINE", "name": "Rioja 'Alta'"},
    "p2": {"department": "DRINKS", "category": "WINE", "type": "WHITE WINE"},
    "p3": {"department": "FOOD", "category": "OILS", "type": "WINE VINEGAR"},
    "p4": {"department": "FOOD", "category": "CAT FOOD"},
    "p5": {"department": "FOOD", "category": "PETS/MISC", "type": "天然猫粮"},
    "p6": {},
}
# What a line of each product costs; one that the catalogue does not know costs 3.25.
PRICES = {"p1": 12.5, "p2": 8.0, "p3": 2.75, "p4": 20.0, "p5": 5.25, "p6": 0.5}
LABELS = {"CAT FOOD": ("food for cats", "猫粮"), "OILS": ("oils", "食用油")}
# What each word group names, for `bought` and for `but_not`, and what `bought` names at a level.
NAMED = {
    "wine": {"p1", "p2"},  # equals the category
    "Wines": {"p1", "p2", "p3"},
    "red wine": {"p1"},
    "vinegar": {"p3"},
    "drinks": {"p1", "p2"},
    "food": {"p3", "p4", "p5"},  # equals the department
    "cats": {"p4"},
    "猫粮": {"p4"},  # equals a label
    "猫": {"p4", "p5"},
    "天然": {"p5"},
    "rioja": {"p1"},
}
EXCEPTED = {
    **NAMED,
    "wine": {"p1", "p2", "p3"},
    "food": {"p3", "p4", "p5"},
    "猫粮": {"p4", "p5"},
}
AT_LEVEL = {
    ("wine", "type"): {"p1", "p2", "p3"},
    ("wine", "category"): {"p1", "p2"},
    ("food", "category"): {"p4"},
    ("food", "department"): {"p3", "p4", "p5"},
}
COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
FIELDS = {
    "orders": Term("orders", "orders", "订单数", "orders", numeric=True),
    "spend": Term("spend", "spend", "消费金额", "money", numeric=True),
    "coupon_share": Term("coupon_share", "share of coupons", "用券占比", "share", numeric=True),
    "age": Term("age", "age", "年龄", values=("18-34", "35+")),
    "city": Term("city", "city", "城市"),
}
CITIES = ("Springfield", "成都", "O'Brien\"; DROP TABLE purchases; --", "")
TAGS = {
    "pet_owner": Term("pet_owner", "pet owner", "养宠物"),
    "kids": Term("kids", "kids", "有孩子"),
}
TAG_THRESHOLDS = {"pet_owner": 0.5, "kids": 0.8}


def vocabulary() -> Vocabulary:
    names = {
        level: sorted({str(p[level]) for p in PRODUCTS.values() if p.get(level)})
        for level in LEVELS
    }
    return Vocabulary(FIELDS, TAGS, {**names, "product": sorted(PRODUCTS)}, LABELS)


@dataclass(frozen=True)
class Shop:
    """customers: id -> facts; tags: (customer, tag) -> probability; lines: purchases that stand."""

    customers: dict[str, dict[str, Any]]
    tags: dict[tuple[str, str], float]
    lines: list[tuple[str, str, date, str]]
    cancelled: list[tuple[str, str, date, str]]

    @cached_property
    def facts(self) -> pd.DataFrame:
        frame = pd.DataFrame.from_dict(self.customers, orient="index", columns=list(FIELDS))
        texts = {name: "object" for name, term in FIELDS.items() if not term.numeric}
        frame = frame.astype({"orders": "Int64", "spend": "float64", **texts})
        return frame.rename_axis("customer").reset_index()

    @cached_property
    def tag_frame(self) -> pd.DataFrame:
        rows = [(who, tag, p, self.decision(who, tag)) for (who, tag), p in self.tags.items()]
        return pd.DataFrame(rows, columns=["customer", "tag", "probability", "decision"])

    def decision(self, customer: str, tag: str) -> str | None:
        """Each tag has a threshold of its own; a little below it nobody is decided."""
        probability, threshold = self.tags.get((customer, tag)), TAG_THRESHOLDS[tag]
        if probability is None:
            return None
        if probability >= threshold:
            return "yes"
        return "unknown" if probability > threshold / 2 else "no"

    def days(self) -> dict[tuple[str, str], tuple[date, float]]:
        """(customer, order) -> its day and what was paid."""
        found: dict[tuple[str, str], tuple[date, float]] = {}
        for who, order, day, product in self.lines:
            paid = found.get((who, order), (day, 0.0))[1] + PRICES.get(product, 3.25)
            found[who, order] = (day, paid)
        return found

    def truth(self, condition: dict[str, Any]) -> list[str]:
        """The customers of whom a condition (in JSON) is true, in order of id."""
        return sorted(c for c in self.customers if self._holds(condition, c) is True)

    def _holds(self, given: dict[str, Any], customer: str) -> bool | None:
        if "field" in given:
            return self._compares(given, customer)
        if "tag" in given:
            if "at_least" not in given:
                decision = self.decision(customer, given["tag"])
                return None if decision == "unknown" else decision == "yes"
            return bool(self.tags.get((customer, given["tag"]), -1) >= given["at_least"])
        if "bought" in given:
            return self._bought(given, customer)
        if "like" in given:
            return True
        if "not" in given:
            inner = self._holds(given["not"], customer)
            return None if inner is None else not inner
        parts = [self._holds(part, customer) for part in given.get("all", given.get("any", []))]
        decisive = "any" in given
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive

    def _compares(self, given: dict[str, Any], customer: str) -> bool | None:
        value, against = self.value(given, customer), given["value"]
        if value is None:
            return None
        if given["op"] in ("top_percent", "bottom_percent"):
            return self._ranks(given, value)
        if given["op"] == "in":
            return value in [str(one) for one in against]
        if given["op"] == "between":
            return bool(against <= value <= given["to"])
        return bool(COMPARE[given["op"]](value, against))

    def value(self, given: dict[str, Any], customer: str) -> Any:
        """A field of a customer, over the days that count."""
        if not {"since", "until", "last_days"} & set(given):
            return self.customers[customer][given["field"]]
        since, until = _window(given)
        orders = [
            paid
            for (who, _), (day, paid) in self.days().items()
            if who == customer and since <= day <= until
        ]
        return len(orders) if given["field"] == "orders" else sum(orders)

    def _ranks(self, given: dict[str, Any], value: float) -> bool:
        every = [self.value(given, customer) for customer in self.customers]
        known = [one for one in every if one is not None]
        top = given["op"] == "top_percent"
        before = sum(1 for one in known if (one > value if top else one < value))
        return bool(before * 100 < len(known) * given["value"])

    def _bought(self, given: dict[str, Any], customer: str) -> bool:
        level = given.get("level")
        meant: set[str] = set()
        for word in given["bought"]:
            meant |= AT_LEVEL[word, level] if level else NAMED[word]
        for word in given.get("but_not", ()):
            meant -= EXCEPTED[word]
        since, until = _window(given)
        orders = {
            order
            for who, order, day, product in self.lines
            if who == customer and product in meant and since <= day <= until
        }
        most = given.get("at_most")
        least = 0 if most == 0 else given.get("at_least", 1)
        return least <= len(orders) and (most is None or len(orders) <= most)


def _window(given: dict[str, Any]) -> tuple[date, date]:
    if "last_days" in given:
        return AS_OF - timedelta(days=given["last_days"] - 1), AS_OF
    return (
        date.fromisoformat(given.get("since", "0001-01-01")),
        date.fromisoformat(given.get("until", "9999-12-31")),
    )


def make_shop(seed: int, size: int = 40) -> Shop:
    """A random shop, with unknown facts, ties, unknown products and cancelled orders."""
    draw = random.Random(seed)
    customers = {f"c{number:02}": _facts(draw) for number in range(size)}
    tags = {
        (customer, tag): draw.choice([0.2, 0.5, 0.8, 1.0])
        for customer in customers
        for tag in TAGS
        if draw.random() < 0.5
    }
    orders = [_order(draw, c, number) for c in customers for number in range(draw.randint(0, 6))]
    gone = [lines for lines in orders if draw.random() < 0.1]
    kept = [lines for lines in orders if lines not in gone]
    return Shop(customers, tags, list(chain(*kept)), list(chain(*gone)))


def _facts(draw: random.Random) -> dict[str, Any]:
    facts = {
        "orders": draw.randint(0, 6),
        "spend": draw.choice([0.0, 9.99, 20.0, 20.0, 55.5, 120.0]),
        "coupon_share": draw.choice([0.0, 0.25, 0.5]),
        "age": draw.choice(["18-34", "35+"]),
        "city": draw.choice(CITIES),
    }
    return {name: None if draw.random() < 0.2 else value for name, value in facts.items()}


def _order(draw: random.Random, customer: str, number: int) -> list[tuple[str, str, date, str]]:
    day = AS_OF - timedelta(days=draw.choice([0, 1, 29, 30, 89, 90, 200]))
    products = draw.choices([*PRODUCTS, "unheard-of"], k=draw.randint(1, 4))
    return [(customer, f"{customer}-{number}", day, product) for product in products]


def open_warehouse(shop: Shop, folder: Path) -> Warehouse:
    """The shop behind DuckDB, from event and product files."""
    money, text = pa.decimal128(18, 4), pa.string()
    bought = [_event("purchase", *line) for line in (*shop.lines, *shop.cancelled)]
    cancels = [_event("cancel", *line) for line in shop.cancelled]
    columns = {"customer": text, "time": pa.timestamp("us"), "kind": text, "order_id": text}
    columns |= {"product": text, "quantity": pa.float64(), "amount": money}
    columns |= {"discount": money, "coupon_discount": money, "channel": text}
    events = folder / "events" / "bucket=0000" / "events.parquet"
    events.parent.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(bought + cancels, pa.schema(columns)), events)
    levels = dict.fromkeys(("product", *LEVELS, "size"), text)
    rows = [{"product": product, **names} for product, names in PRODUCTS.items()]
    products = folder / "products.parquet"
    pq.write_table(pa.Table.from_pylist(rows, pa.schema({**levels, "price": money})), products)
    warehouse = Warehouse(folder / "events", products, AS_OF)
    warehouse.register("customer_facts", shop.facts)
    warehouse.register("customer_tags", shop.tag_frame)
    return warehouse


def _event(kind: str, customer: str, order: str, day: date, product: str) -> dict[str, Any]:
    time = datetime(day.year, day.month, day.day, 12)
    return {
        "customer": customer,
        "time": time,
        "kind": kind,
        "order_id": order,
        "product": product,
        "quantity": 1.0,
        "amount": Decimal(str(PRICES.get(product, 3.25))),
    }
