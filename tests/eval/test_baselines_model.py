"""The model as a tagger: what it is asked, what it is not told, and what becomes of its answers."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd
import pytest

from agent.data import store as tables
from agent.data.ingest import ingest
from agent.data.mapping import load_mapping
from agent.llm.endpoint import Endpoint
from agent.profiles.build import refresh_facts
from agent.settings import Language
from agent.tags.taxonomy import load_taxonomy
from agent.workspace import Workspace
from eval.baselines_model import as_baseline, ask_lists, ask_yes_no
from tests.fake_server import FakeServer, Json, Reply, last_words
from tests.profiles.conftest import CUSTOMERS, settings_for, write_data

Start = Callable[..., FakeServer]
Open = Callable[..., Workspace]
TAGS = [tag for tag in load_taxonomy() if tag.id in {"has_kids", "lives_alone"}]
FEW = CUSTOMERS[:3]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    with Workspace(folder / "home") as workspace:
        ingest(workspace, load_mapping(write_data(folder)))
        refresh_facts(workspace)
        rows = workspace.store.rows(tables.customers.select())
        told = [{**row, "attributes": {"age": "SECRET-AGE"}} for row in rows]
        workspace.store.upsert(tables.customers, told)
    return folder / "home"


@pytest.fixture
def opened(home: Path) -> Iterator[Open]:
    """Opens the home with the settings of a fake server; its answers are forgotten afterwards."""
    with Workspace(home) as kept:

        def begin(server: FakeServer, language: Language = "en") -> Workspace:
            settings = settings_for(server).model_copy(update={"language": language})
            return Workspace(home, settings)

        yield begin
        kept.store.replace_all(tables.answers, [])


def servers(server: FakeServer) -> Callable[[], Sequence[Endpoint]]:
    return lambda: [server.endpoint]


def nobody() -> Sequence[Endpoint]:
    raise AssertionError("a server was asked for")


def of_families(prompt: str, option: str) -> float:
    """Says Yes to children with .8 of what it gives to the two, and to living alone with .25."""
    yes = 0.8 if "children" in prompt.splitlines()[-1] else 0.25
    return math.log((yes if option.strip() == "Yes" else 1 - yes) * 0.5)


def test_yes_is_weighed_against_no(opened: Open, fake_server: Start) -> None:
    server = fake_server(scores=of_families)
    with opened(server) as workspace:
        found = ask_yes_no(workspace, servers(server), FEW, TAGS)
    assert list(found.index) == FEW
    assert list(found.columns) == ["has_kids", "lives_alone"]
    assert found["has_kids"].tolist() == pytest.approx([0.8] * 3)
    assert found["lives_alone"].tolist() == pytest.approx([0.25] * 3)


def test_each_question_costs_once(opened: Open, fake_server: Start) -> None:
    server = fake_server("[]", scores=of_families)
    with opened(server) as workspace:
        first = ask_yes_no(workspace, servers(server), FEW, TAGS)
        lists = ask_lists(workspace, servers(server), FEW, TAGS)
        assert server.count("/v1/completions") == 6
        assert len(server.chats) == 3
        assert ask_yes_no(workspace, nobody, FEW, TAGS).equals(first)
        assert ask_lists(workspace, nobody, FEW, TAGS).equals(lists)
        ask_yes_no(workspace, servers(server), CUSTOMERS[:4], TAGS)
        assert server.count("/v1/completions") == 8


@pytest.mark.parametrize(
    ("language", "told", "claim"),
    [
        ("en", ("orders", "milk"), "The household has children"),
        ("zh", ("单", "MILK"), "家中有孩子"),
    ],
)
def test_facts_come_first_then_the_claim_and_no_attribute(
    language: Language,
    told: tuple[str, ...],
    claim: str,
    opened: Open,
    fake_server: Start,
) -> None:
    prompts: list[str] = []

    def listen(prompt: str, option: str) -> float:
        prompts.append(prompt)
        return -1.0

    server = fake_server("[]", scores=listen)
    with opened(server, language) as workspace:
        found = ask_yes_no(workspace, servers(server), ["c00"], TAGS[:1])
        ask_lists(workspace, servers(server), ["c00"], TAGS)
    assert found.loc["c00", "has_kids"] == 0.5
    chat = last_words(server.chats[0])
    for prompt in (prompts[0], chat):
        assert all(words in prompt for words in told), prompt
        assert "SECRET" not in prompt
    assert prompts[0].index(told[0]) < prompts[0].index(claim)
    assert "learned" not in prompts[0]
    assert "学得" not in prompts[0]


def test_what_is_listed_counts_once_and_what_is_no_list_is_nothing(
    opened: Open, fake_server: Start
) -> None:
    replies = ['["children at home", "children at home"]', '["lives alone", "chil', "[]"]

    def answer(request: Json) -> Reply:
        return Reply(replies[len(server.chats) - 1], finish_reason="length")

    server = fake_server(answer)
    with opened(server) as workspace:
        one_by_one = workspace.settings.model.model_copy(update={"in_flight": 1})
        workspace.settings = workspace.settings.model_copy(update={"model": one_by_one})
        found = ask_lists(workspace, servers(server), FEW, TAGS)
    counted = sorted(found.fillna(-1).to_numpy().tolist())
    assert counted == [[-1, -1], [0, 0], [1, 0]]
    form = server.chats[0]["structured_outputs"]["json"]
    assert form["items"]["enum"] == ["children at home", "lives alone"]
    assert json.loads(last_words(server.chats[0]).split("tags: ")[1]) == form["items"]["enum"]


def test_answers_stand_as_they_are_and_none_is_the_share_of_the_training_customers() -> None:
    answers = pd.DataFrame({"has_kids": [1.0, 0.0, math.nan]}, index=["a", "b", "c"])
    train = pd.Series([True, False, False, False], index=list("wxyz"), name="has_kids")
    assert as_baseline(answers)(train, pd.Index(["c", "a", "b"])).tolist() == [0.25, 1.0, 0.0]
