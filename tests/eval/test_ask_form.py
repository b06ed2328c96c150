"""The form for what the rules leave open: what the model may choose, and what becomes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from agent.ask.answer import Asker
from agent.workspace import Workspace
from eval.ask_form import with_form
from eval.ask_systems import System
from eval.ask_writer import Writer
from tests.ask.shop import Truth, make_home, write_profiles
from tests.fake_server import FakeServer, Json, Script, last_words
from tests.profiles.conftest import settings_for

Opened = Callable[[Script], tuple[System, FakeServer]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Truth]]:
    workspace, truth = make_home(tmp_path_factory.mktemp("form"))
    with workspace:
        write_profiles(workspace)
        yield workspace, truth


@pytest.fixture
def opened(home: tuple[Workspace, Truth]) -> Iterator[Opened]:
    with ExitStack() as stack:

        def begin(script: Script) -> tuple[System, FakeServer]:
            server = stack.enter_context(FakeServer(script, vllm=False))
            workspace = stack.enter_context(Workspace(home[0].home, settings_for(server)))
            asker = stack.enter_context(Asker(workspace))
            writer = stack.enter_context(Writer([server.endpoint], 30))
            return with_form(asker, writer), server

        yield begin


def says(*choices: str) -> str:
    return json.dumps({str(place): choice for place, choice in enumerate(choices, 1)})


def test_what_is_understood_asks_no_model(opened: Opened) -> None:
    system, server = opened("never")
    assert system(["How many pet owners?"])["count"] is not None
    assert server.chats == []


def test_words_that_the_model_takes_for_talk_are_passed_over(opened: Opened) -> None:
    system, server = opened(says("talk"))
    plain = system(["How many pet owners?"])
    assert system(["How many gallant pet owners?"])["customers"] == plain["customers"]
    assert "1. gallant: " in last_words(server.chats[0])


def test_words_are_read_as_the_plain_word_chosen(
    opened: Opened, home: tuple[Workspace, Truth]
) -> None:
    system, _ = opened(says("bought"))
    wine = home[1].bought("WINE")
    assert set(system(["How many customers hornswoggled wine?"])["customers"]) == set(wine.index)


@pytest.mark.parametrize("answer", [says("other"), "{"])
def test_what_stays_open_is_not_counted(opened: Opened, answer: str) -> None:
    system, _ = opened(answer)
    told = system(["How many gallant pet owners?"])
    assert told["count"] is None
    assert "gallant" in told["unanswerable"]


def test_a_number_is_no_talk(opened: Opened) -> None:
    def choose(request: Json) -> str:
        lines = re.findall(r"^\d+\. .*?: (.*)$", last_words(request), re.M)
        assert all("talk" not in line.split(" | ") for line in lines)
        return says(*(line.split(" | ")[-1] for line in lines))

    system, server = opened(choose)
    assert system(["How many pet owners 4711?"])["count"] is None
    assert server.chats
