from __future__ import annotations

from pathlib import Path

from agent import demo
from tests.ask.shop import make_home


def test_a_home_of_few_customers_shows_what_there_is(tmp_path: Path) -> None:
    workspace, _ = make_home(tmp_path)
    with workspace:
        for few in (0, 1, 20):
            chosen = [f"c{number:03}" for number in range(few)]
            titles = [step.title for step in demo._shown(workspace, chosen)]
            assert titles == [f"customer {customer}" for customer in chosen[:1]]
