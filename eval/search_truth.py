"""Whom a search should find: themes written by hand, and judgements from purchases.

A customer is relevant to a theme who bought its categories in at least `MIN_ORDERS` orders, at
least `MIN_LIFT` times as often as the orders of all customers together, and by no chance: with a
surprise of at least `MIN_SURPRISE` nats (as in agent/facts/affinity.py, but over all orders that
hold any of the categories). The relevant are graded by lift: 3 for the third with the highest, 1
for that with the lowest.

Nothing here reads facts, tags, texts or the index: the orders are counted anew from the events.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Literal

import numpy as np
import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict

from agent.data.warehouse import Warehouse
from agent.errors import DataError
from agent.settings import LANGUAGES, Language
from agent.workspace import Workspace

Half = Literal["development", "test"]
HALVES: tuple[Half, ...] = ("development", "test")
MIN_ORDERS = 3
MIN_LIFT = 2.0
MIN_SURPRISE = 5.0
GRADES = 3

_ORDERS = "SELECT customer, count(*) AS orders FROM customer_orders WHERE bought GROUP BY customer"
_HELD = """
SELECT DISTINCT customer, order_id, category FROM purchases
WHERE category IN (SELECT unnest({names}))
"""


class Theme(BaseModel):
    """What is asked in either language, and the categories that answer to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    half: Half
    en: str
    zh: str
    categories: tuple[str, ...]

    def text(self, language: Language) -> str:
        """The question."""
        return self.zh if language == "zh" else self.en


class Judged(BaseModel):
    """One question of one theme. `grades`: customer -> 1 to 3, of the relevant ones alone."""

    model_config = ConfigDict(frozen=True)

    theme: str
    half: Half
    language: Language
    text: str
    grades: dict[str, int]

    @property
    def id(self) -> str:
        """Different for each question."""
        return f"{self.theme} ({self.language})"


def load_themes() -> tuple[Theme, ...]:
    """The themes of `search_themes.yaml`."""
    text = files("eval").joinpath("search_themes.yaml").read_text(encoding="utf-8")
    return tuple(Theme.model_validate(entry) for entry in yaml.safe_load(text))


def judge(workspace: Workspace, themes: Sequence[Theme]) -> list[Judged]:
    """Every theme in every language, but for those to which no customer is relevant.

    Raises `DataError` where none is left: the themes are about the reference data.
    """
    names = sorted({name for theme in themes for name in theme.categories})
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        orders = warehouse.frame(_ORDERS).set_index("customer")["orders"]
        held = warehouse.frame(_HELD.format(names=names))
    graded = [
        (theme, grade(orders, held[held["category"].isin(theme.categories)])) for theme in themes
    ]
    judged = [
        Judged(
            theme=theme.en,
            half=theme.half,
            language=language,
            text=theme.text(language),
            grades=grades,
        )
        for theme, grades in graded
        for language in LANGUAGES
        if grades
    ]
    if not judged:
        raise DataError(
            f"{workspace.home} holds none of the categories that the themes are about: "
            "run `portrait example completejourney` in a home of its own"
        )
    return judged


def grade(orders: pd.Series, held: pd.DataFrame) -> dict[str, int]:
    """Customer -> grade, of the relevant.

    orders: customer -> orders in all. held: customer and order_id of lines of the theme.
    """
    mine = held.drop_duplicates(["customer", "order_id"])["customer"].value_counts()
    mine = mine.reindex(orders.index, fill_value=0)
    base = mine.sum() / max(orders.sum(), 1)
    share = mine / orders
    lift = share / base if base > 0 else share * 0
    surprise = orders * (_term(share, base) + _term(1 - share, 1 - base))
    relevant = (mine >= MIN_ORDERS) & (lift >= MIN_LIFT) & (surprise >= MIN_SURPRISE)
    places = lift[relevant].rank(pct=True)
    return {str(customer): int(np.ceil(place * GRADES)) for customer, place in places.items()}


def _term(share: pd.Series, base: float) -> pd.Series:
    """share x ln(share / base), 0 for no share."""
    with np.errstate(divide="ignore", invalid="ignore"):
        term: pd.Series = (share * np.log(share / base)).where(share > 0, 0.0)
    return term
