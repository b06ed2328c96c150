"""A small home whose audiences are exported, and how the files are read back."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.ask.columns import Choice
from agent.ask.export import Audience, Exported, export_audience
from agent.ask.query import query_from_json
from agent.data import store as tables
from agent.data.warehouse import Warehouse
from agent.settings import Language
from agent.vocabulary import Vocabulary
from agent.workspace import Workspace
from tests.small_shop import AS_OF, Shop, make_shop, open_warehouse, vocabulary

QUERY = {"kind": "list", "where": {"bought": ["wine"]}, "rank": {"field": "spend"}}
WORDS: dict[Language, str] = {"en": "bought wine in at least 1 order", "zh": "至少1个订单购买wine"}
SUMMARY = "=SUM(1) 喜欢\n“wine”, 'tea'"


@dataclass(frozen=True)
class Home:
    """A home whose facts and tags a warehouse offers, with consent and summaries in its store."""

    workspace: Workspace
    warehouse: Warehouse
    vocabulary: Vocabulary
    shop: Shop

    def export(
        self,
        path: Path,
        customers: Sequence[str],
        choice: Choice = Choice(),  # noqa: B008  it is frozen
        channel: str | None = None,
    ) -> Exported:
        audience = Audience("谁买过 wine?", query_from_json(QUERY), WORDS, customers)
        parts = self.workspace, self.warehouse, self.vocabulary
        return export_audience(path, audience, choice, channel, *parts)

    def consent(self, given: Mapping[str, Mapping[str, bool]]) -> None:
        rows = [{"customer": c, "attributes": {}, "consent": said} for c, said in given.items()]
        self.workspace.store.replace_all(tables.customers, rows)


@contextmanager
def open_home(tmp_path: Path) -> Iterator[Home]:
    shop = make_shop(3)
    with Workspace(tmp_path / "home") as workspace:
        store = workspace.store
        for key, value in {
            "as_of": AS_OF.isoformat(),
            "data_hash": "f00d",
            "currency": "¥",
        }.items():
            store.set_meta(key, value)
        summary = dict.fromkeys((c.name for c in tables.profiles.columns), "")
        summary |= {"attempts": 1, "tokens": 1, "sheet": [], "refused": [], "summary": SUMMARY}  # type: ignore[dict-item]
        store.upsert(tables.profiles, [summary | {"customer": c} for c in ("c00", "c03")])
        with open_warehouse(shop, tmp_path / "data") as warehouse:
            yield Home(workspace, warehouse, vocabulary(), shop)


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def header_of(path: Path) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(path.with_suffix(".header.json").read_text("utf-8"))
    return header
