"""A shop whose customers give away some tags by what they buy and where, and its rows as written.

`has_kids` shows in baby goods and `流失` (an outcome of the user's own) in the channel, both with a
tenth of the labels wrong; `wine` is exactly what its rule says; `noise` shows in nothing, and few
are `rare`. Some lines are returned and some orders are
cancelled; the last customer only looks, and the one before buys a single thing that has no name.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from agent.data import store as tables
from agent.data.ingest import ingest
from agent.data.mapping import load_mapping
from agent.profiles.build import learn_tags, refresh_facts, refresh_tags
from agent.settings import Settings
from agent.tags.decision import Aim
from agent.workspace import Workspace

SIZE = 180
CUSTOMERS = tuple(f"k{number:03}" for number in range(SIZE))
LOOKS, UNNAMED = "looker", "unnamed"
AS_OF = date(2024, 6, 30)
# sku: name, department, category, type, size
PRODUCTS: dict[str, tuple[str | None, ...]] = {
    "b1": ("Wipes soft", "BABY", "BABY CARE", "BABY WIPES", "80 CT"),
    "b2": ("Wipes big", "BABY", "BABY CARE", "BABY WIPES", "240 CT"),
    "b3": ("南瓜泥", "BABY", "婴儿辅食", None, None),
    "m1": ("Milk", "FOOD", "DAIRY", "MILK", "1 L"),
    "m2": ("Milk, long life", "FOOD", "DAIRY", "MILK", "1 L"),
    "c1": ("Cheddar", "FOOD", "DAIRY", "CHEESE", None),
    "w1": ("Rioja", "DRINKS", "WINE", None, "0.75 L"),
    "w2": ("Chablis", "DRINKS", "WINE", None, "0.75 L"),
    "d1": ("Dry food", "PETS", "DOG FOOD", "DOG FOOD", "5 KG"),
    "h1": (None, "HOME", None, None, None),
    "h2": ("Candle", None, None, None, None),
    "u1": (None, None, None, None, None),
}
BABY, OTHERS = ("b1", "b2", "b3"), ("m1", "m2", "c1", "w1", "w2", "d1", "h1", "h2")
COLUMNS = {
    "customer": "who",
    "time": "at",
    "order": "order",
    "product": "sku",
    "amount": "paid",
    "channel": "via",
    "kind": "state",
}
KINDS = {"purchase": "paid", "return": "refunded", "cancel": "cancelled", "view": "viewed"}
LEVELS = ("name", "department", "category", "type", "size")


def draw(seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Event lines, and the labels: one row a customer, one column of True and False a tag."""
    chance = random.Random(seed)
    lines: list[tuple[str | float | None, ...]] = []
    labels = {}
    for number, who in enumerate(CUSTOMERS):
        parent, gone = number % 2 == 0, number % 3 == 0
        lines += _lines(chance, who, parent, gone)
        wrong = [chance.random() < 0.1 for _ in range(2)]
        labels[who] = (parent != wrong[0], gone != wrong[1], chance.random() < 0.5)
    lines.append((f"{AS_OF}T12:00:00", LOOKS, None, "m1", None, "web", "viewed"))
    lines.append((f"{AS_OF}T12:00:00", UNNAMED, "u", "u1", 3.0, "web", "paid"))
    events = pd.DataFrame(lines, columns=["at", "who", "order", "sku", "paid", "via", "state"])
    tags = pd.DataFrame.from_dict(labels, orient="index", columns=["has_kids", "流失", "noise"])
    bought = standing(events)
    wines = bought[bought["kind"] == "WINE"].groupby("who")["order"].nunique()
    tags["wine"] = wines.reindex(tags.index).fillna(0) >= 3
    tags["rare"] = [number < 7 for number in range(SIZE)]
    return events, tags


def _lines(
    chance: random.Random, who: str, parent: bool, gone: bool
) -> list[tuple[str | float | None, ...]]:
    found: list[tuple[str | float | None, ...]] = []
    for number in range(chance.randint(3, 9)):
        day = AS_OF - timedelta(days=chance.randint(0, 300))
        at = datetime(day.year, day.month, day.day, chance.randint(8, 21)).isoformat()
        order = f"{who}-{number}"
        via = "web" if chance.random() < (0.8 if gone else 0.2) else "shop"
        basket = chance.sample(OTHERS, chance.randint(1, 3))
        basket += chance.sample(BABY, 1) if chance.random() < (0.6 if parent else 0.1) else []
        found += [(at, who, order, sku, chance.choice([2.5, 9.0]), via, "paid") for sku in basket]
        if chance.random() < 0.05:
            found.append((at, who, order, basket[0], 2.5, via, "refunded"))
        if chance.random() < 0.05:
            found.append((at, who, order, None, None, via, "cancelled"))
    return found


@dataclass(frozen=True)
class Trained:
    """A folder with `home`, where all five tags were trained, and the report of that."""

    folder: Path
    lines: pd.DataFrame
    labels: pd.DataFrame
    report: dict[str, Any]

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def rows(self, workspace: Workspace, tag: str) -> dict[str, dict[str, Any]]:
        """The rows of a tag by customer."""
        query = tables.tags.select().where(tables.tags.c.tag == tag)
        return {row["customer"]: row for row in workspace.store.rows(query)}


def train_home(folder: Path) -> Trained:
    """The shop, ingested and trained on all labels."""
    lines, labels = draw()
    path = write_labels(folder / "labels.csv", labels)
    with make_home(folder, lines) as workspace:
        report = learn_tags(workspace, path, Aim(0.6))
    return Trained(folder, lines, labels, report)


def make_home(folder: Path, lines: pd.DataFrame, levels: tuple[str, ...] = LEVELS) -> Workspace:
    """An ingested home with facts and tags; close it after use.

    levels: those that the catalogue tells; without any there is no catalogue.
    """
    sources: dict[str, object] = {
        "lines": {"table": "events", "file": "lines.csv", "kinds": KINDS, "columns": COLUMNS}
    }
    if levels:
        rows = [(sku, *names) for sku, names in PRODUCTS.items()]
        pd.DataFrame(rows, columns=["product", *LEVELS]).to_csv(folder / "goods.csv", index=False)
        columns = {name: name for name in ("product", *levels)}
        sources["goods"] = {"table": "products", "file": "goods.csv", "columns": columns}
    lines.to_csv(folder / "lines.csv", index=False)
    mapping = folder / "mapping.yaml"
    mapping.write_text(yaml.safe_dump({"sources": sources}), encoding="utf-8")
    workspace = Workspace(folder / "home", Settings())
    ingest(workspace, load_mapping(mapping), ())
    refresh_facts(workspace)
    refresh_tags(workspace)
    return workspace


def standing(lines: pd.DataFrame) -> pd.DataFrame:
    """The purchase lines of orders that were not cancelled, with `kind`: what people call them."""
    gone = set(lines.loc[lines["state"] == "cancelled", "order"])
    kept = lines[(lines["state"] == "paid") & ~lines["order"].isin(gone)]
    return kept.assign(kind=kept["sku"].map(called), day=kept["at"].str[:10])


def called(sku: str) -> str | None:
    """Type, else category, else department, else name."""
    name, department, category, kind, _ = PRODUCTS[sku]
    return kind or category or department or name


def write_labels(path: Path, labels: pd.DataFrame) -> Path:
    """One column a tag, yes or no."""
    words = labels.replace({True: "yes", False: "no"}).astype(object)
    words.rename_axis("customer").to_csv(path)
    return path
