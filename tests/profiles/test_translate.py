"""Category names are translated once, kept, and never again asked for."""

from __future__ import annotations

from agent.data.glossary import load_glossary
from agent.profiles.translate import missing_names, refresh_glossary
from tests.fake_server import FakeServer, Json, Reply, last_words
from tests.profiles.conftest import ITEMS, OpenHome

LABELS = {"MILK": "牛奶", "BREAD": "面包", "TEA": "茶"}


def translate(request: Json) -> str:
    return LABELS[last_words(request)]


def test_each_name_is_asked_for_once_and_kept(open_home: OpenHome) -> None:
    with FakeServer(translate) as server:
        home = open_home(server)
        assert refresh_glossary(home, lambda: [server.endpoint], "zh") == len(ITEMS)
        assert refresh_glossary(home, lambda: [server.endpoint], "zh") == 0
        assert server.count("/v1/chat/completions") == len(ITEMS)
        glossary = load_glossary(home.store)
    assert {name: glossary.label(name, "zh") for name in LABELS} == LABELS


def test_a_name_in_the_script_of_the_language_needs_no_translation(open_home: OpenHome) -> None:
    with FakeServer("never asked") as server:
        assert missing_names(open_home(server), "en") == []
        assert server.count("/v1/chat/completions") == 0


def test_an_answer_that_does_not_end_leaves_the_name_as_in_the_data(open_home: OpenHome) -> None:
    with FakeServer(Reply("牛牛牛牛牛牛", finish_reason="length")) as server:
        home = open_home(server)
        assert refresh_glossary(home, lambda: [server.endpoint], "zh") == 0
        assert load_glossary(home.store).label("MILK", "zh") == "MILK"
