"""A small home with hand-made orders: twelve customers, three categories, facts computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from agent.data.ingest import ingest
from agent.data.mapping import load_mapping
from agent.profiles.build import refresh_facts
from agent.settings import ModelSettings, Settings
from agent.workspace import Workspace
from tests.fake_server import FakeServer, Json, last_words

CUSTOMERS = [f"c{number:02}" for number in range(12)]
ITEMS = {"m1": "MILK", "b1": "BREAD", "t1": "TEA"}
MAPPING = {
    "currency": "$",
    "sources": {
        "orders": {
            "table": "events",
            "file": "orders.csv",
            "columns": {"customer": "c", "time": "t", "order": "o", "product": "p", "amount": "a"},
        },
        "products": {
            "table": "products",
            "file": "products.csv",
            "columns": {"product": "id", "category": "category"},
        },
    },
}
OpenHome = Callable[..., Workspace]


def write_data(folder: Path, more: str = "") -> Path:
    """Mapping and data files; `more` are further lines of orders. Returns the mapping's path."""
    lines = ["c,t,o,p,a"]
    for place, customer in enumerate(CUSTOMERS):
        for turn in range(3 + place % 3):
            day = date(2024, 3, 1) + timedelta(days=9 * turn + place)
            product = list(ITEMS)[place % 3]
            lines.append(f"{customer},{day} 10:00:00,{customer}-{turn},{product},{10 + place}.50")
    (folder / "orders.csv").write_text("\n".join(lines) + "\n" + more, encoding="utf-8")
    products = "".join(f"{item},{category}\n" for item, category in ITEMS.items())
    (folder / "products.csv").write_text("id,category\n" + products, encoding="utf-8")
    path = folder / "mapping.yaml"
    path.write_text(yaml.safe_dump(MAPPING, sort_keys=False), encoding="utf-8")
    return path


def settings_for(server: FakeServer) -> Settings:
    """Settings that name a fake server."""
    model = ModelSettings(
        name=server.model, urls=(server.url,), api_key=SecretStr(server.key), timeout_seconds=2
    )
    return Settings(model=model)


def faithful(request: Json) -> str:
    """What an honest model answers: the sheet it was given."""
    sheet = last_words(request)
    if any("\u4e00" <= char <= "\u9fff" for char in sheet):
        return f"这位顾客{sheet}。"
    return f"This customer: {sheet}."


@pytest.fixture(scope="session")
def template_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with facts, to be copied."""
    folder = tmp_path_factory.mktemp("shop")
    with Workspace(folder / "home") as workspace:
        ingest(workspace, load_mapping(write_data(folder)))
        refresh_facts(workspace)
        workspace.store.set_meta("made_for", "tests")
    return folder / "home"


@pytest.fixture
def open_home(template_home: Path, tmp_path: Path) -> Iterator[OpenHome]:
    """`open_home(server)` opens this test's own copy of the home, asking that server."""
    import shutil

    shutil.copytree(template_home, tmp_path / "home")
    opened: list[Workspace] = []

    def open_it(server: FakeServer, **changes: object) -> Workspace:
        settings = settings_for(server).model_copy(update=changes)
        opened.append(Workspace(tmp_path / "home", settings))
        return opened[-1]

    yield open_it
    for workspace in opened:
        workspace.close()
