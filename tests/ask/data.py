"""The small shop's tables opened for analyses, as answers open them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from agent.conditions import from_json
from agent.conditions_sql import select_customers
from agent.data import store as tables
from agent.data.warehouse import Warehouse
from agent.facts.frame import customer_frame
from agent.tags.names import load_vocabulary
from agent.vocabulary import Vocabulary
from tests.ask.conftest import Shop
from tests.ask.shop import Truth


@dataclass(frozen=True)
class Data:
    """facts: one row a customer, by id; tags: customer, tag, decision."""

    warehouse: Warehouse
    vocabulary: Vocabulary
    facts: pd.DataFrame
    tags: pd.DataFrame
    truth: Truth

    def asked(self, condition: dict[str, Any]) -> list[str]:
        """The customers whom a condition means."""
        query = select_customers(from_json(condition), self.vocabulary, self.warehouse.as_of)
        return [customer for (customer,) in self.warehouse.rows(query)]


@contextmanager
def open_data(shop: Shop) -> Iterator[Data]:
    workspace = shop.workspace
    facts = customer_frame(workspace.store)
    columns = ["customer", "tag", "probability", "decision"]
    query = sa.select(*(tables.tags.c[name] for name in columns))
    tags = pd.DataFrame(workspace.store.rows(query), columns=columns)
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        warehouse.register("customer_facts", facts)
        warehouse.register("customer_tags", tags)
        vocabulary = load_vocabulary(workspace)
        yield Data(warehouse, vocabulary, facts.set_index("customer"), tags, shop.truth)
