"""A small shop with English and Chinese product names, made of CSV files and a mapping.

`make_home` ingests it and computes facts and tags; `Truth` answers from the same CSV rows with
pandas alone.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import pandas as pd
import yaml

from agent.data.ingest import ingest
from agent.data.mapping import load_mapping
from agent.profiles.build import refresh_facts, refresh_tags
from agent.profiles.sheets import Sheets
from agent.profiles.summaries import write_summaries
from agent.search.customers import refresh_index
from agent.settings import Language, Settings
from agent.workspace import Workspace
from tests.fake_server import FakeServer

AS_OF = date(2024, 6, 30)
EMAIL = "someone.private@example.org"
# sku: name, department, category
PRODUCTS = {
    "W1": ("Rioja red", "DRINKS", "WINE"),
    "W2": ("Chablis", "DRINKS", "WINE"),
    "B1": ("Pale ale", "DRINKS", "BEER"),
    "C1": ("Espresso beans", "DRINKS", "COFFEE"),
    "T1": ("龙井绿茶", "DRINKS", "TEA"),
    "D1": ("Dry food for dogs", "PETS", "DOG FOOD"),
    "K1": ("Clumping sand", "PETS", "CAT LITTER"),
    "Y1": ("南瓜泥", "BABY", "BABY FOOD"),
    "V1": ("Balsamico", "GROCERY", "VINEGAR"),
    "F1": ("Dozen roses", "HOME", "FLOWERS"),
    "O1": ("Olive oil", "GROCERY", "OIL"),
}
GLOSSARY = """name,en,zh
WINE,wine,葡萄酒
BEER,beer and ale,啤酒
COFFEE,coffee,咖啡
TEA,tea,茶叶
DOG FOOD,dog food,狗粮
CAT LITTER,cat litter,猫砂
BABY FOOD,baby food,婴儿辅食
VINEGAR,vinegar,醋
FLOWERS,flowers,鲜花
OIL,cooking oil,食用油
Homeowner,homeowner,有房
Renter,renter,租房
Married,married,已婚
Unmarried,unmarried,未婚
"""
AGES = ["19-24", "25-34", "35-44", "45-54", "55-64", "65+"]
INCOMES = ["Under 15K", "15-24K", "25-34K", "35-49K", "50-74K", "75-99K", "100-124K", "250K+"]
ATTRIBUTES = {
    "age": ("age", "年龄", AGES),
    "income": ("household income", "家庭收入", INCOMES),
    "home_ownership": ("home ownership", "住房情况", ["Renter", "Homeowner"]),
    "marital_status": ("marital status", "婚姻状况", ["Married", "Unmarried"]),
    "household_size": ("household size", "家庭人数", ["1", "2", "3", "4", "5+"]),
    "kids_count": ("number of children", "子女人数", ["0", "1", "2", "3+"]),
}
MAPPING = {
    "currency": "$",
    "glossary": "glossary.csv",
    "sources": {
        "orders": {
            "table": "events",
            "file": "orders.csv",
            "columns": {
                "customer": "who",
                "time": "at",
                "order": "order",
                "product": "sku",
                "amount": "paid",
                "coupon_discount": "coupon",
            },
        },
        "people": {
            "table": "customers",
            "file": "people.csv",
            "columns": {"customer": "who"},
            "personal": ["email"],
            "attributes": {
                name: {"column": name, "label_en": en, "label_zh": zh, "order": values}
                for name, (en, zh, values) in ATTRIBUTES.items()
            },
        },
        "products": {
            "table": "products",
            "file": "products.csv",
            "columns": {
                "product": "sku",
                "name": "name",
                "department": "department",
                "category": "category",
            },
        },
    },
}


@dataclass(frozen=True)
class Truth:
    """The rows of the shop as pandas frames, and what a marketer may ask of them."""

    orders: pd.DataFrame
    people: pd.DataFrame

    @cached_property
    def by_order(self) -> pd.DataFrame:
        """One row an order: who, day, paid, coupon."""
        frame = self.orders.assign(day=self.orders["at"].str[:10], used=self.orders["coupon"] > 0)
        grouped = frame.groupby(["who", "order"], as_index=False)
        return grouped.agg(day=("day", "min"), paid=("paid", "sum"), coupon=("used", "any"))

    def recent(self, days: int) -> pd.DataFrame:
        """Orders of the last so many days."""
        return self.by_order[self.by_order["day"] > (AS_OF - timedelta(days=days)).isoformat()]

    def bought(self, *categories: str, days: int = 10_000) -> pd.Series:
        """Customer -> orders that hold one of the categories."""
        names = [sku for sku, (_, _, category) in PRODUCTS.items() if category in categories]
        since = (AS_OF - timedelta(days=days)).isoformat() if days < 10_000 else ""
        lines = self.orders[self.orders["sku"].isin(names) & (self.orders["at"].str[:10] > since)]
        return lines.groupby("who")["order"].nunique()

    def given(self, attribute: str, *values: str) -> set[str]:
        """Those whose attribute is one of the values."""
        return set(self.people.loc[self.people[attribute].isin(values), "who"])


def make_home(folder: Path, settings: Settings | None = None) -> tuple[Workspace, Truth]:
    """An ingested home with facts and tags; close the workspace after use."""
    truth = _draw(random.Random(11))
    truth.orders.to_csv(folder / "orders.csv", index=False)
    truth.people.assign(email=EMAIL).to_csv(folder / "people.csv", index=False)
    rows = [(sku, *names) for sku, names in PRODUCTS.items()]
    columns = ["sku", "name", "department", "category"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "products.csv", index=False)
    (folder / "glossary.csv").write_text(GLOSSARY, encoding="utf-8")
    mapping = folder / "mapping.yaml"
    mapping.write_text(yaml.safe_dump(MAPPING, allow_unicode=True), encoding="utf-8")
    workspace = Workspace(folder / "home", settings)
    ingest(workspace, load_mapping(mapping), ())
    refresh_facts(workspace)
    refresh_tags(workspace)
    return workspace, truth


def write_profiles(workspace: Workspace) -> None:
    """Summaries for thirty customers by a scripted model, and the index."""
    chosen = sorted(Sheets(workspace.store).customers)[:30]
    halves: tuple[tuple[Language, list[str]], ...] = (("en", chosen[:15]), ("zh", chosen[15:]))
    with FakeServer("A shopper.") as server:
        for language, mine in halves:
            write_summaries(workspace, lambda: [server.endpoint], mine, language)
    refresh_index(workspace)


def _draw(draw: random.Random) -> Truth:
    customers = [f"c{number:03}" for number in range(80)]
    lines = [line for who in customers for line in _lines(draw, who)]
    columns = ["order", "who", "at", "sku", "paid", "coupon"]
    # Somebody is the last to order, on the as-of date.
    lines.append(("last", "c000", f"{AS_OF}T12:00:00", "O1", 5.0, 0.0))
    orders = pd.DataFrame(lines, columns=columns)
    people = [
        (who, *(draw.choice([*values, None]) for _, _, values in ATTRIBUTES.values()))
        for who in customers
        if draw.random() < 0.8
    ]
    return Truth(orders, pd.DataFrame(people, columns=["who", *ATTRIBUTES]))


def _lines(draw: random.Random, who: str) -> list[tuple[str, str, str, str, float, float]]:
    likes = draw.sample(sorted(PRODUCTS), 4)
    lines = []
    for number in range(draw.randint(1, 14)):
        day = AS_OF - timedelta(days=draw.choice([*range(0, 40), *range(40, 330, 7)]))
        at = datetime(day.year, day.month, day.day, draw.randint(8, 21)).isoformat()
        coupon = draw.choice([0.0, 0.0, 0.0, 1.5])
        for sku in draw.sample(likes, draw.randint(1, 3)):
            lines.append((f"{who}-{number}", who, at, sku, draw.choice([4.5, 12.0, 37.5]), coupon))
    return lines
