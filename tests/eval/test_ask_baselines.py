"""The baselines of `eval ask`: what the model is told, and what becomes of its answers.

Who is meant is worked out from the rows of `tests.ask.shop` with pandas.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from agent.ask.answer import Asker
from agent.ask.query import query_from_json
from agent.errors import AnswerError, ConditionError, ServerError
from agent.llm.endpoint import Endpoint
from agent.progress import silent
from agent.prompts import load_prompt
from agent.search import customers
from agent.settings import LANGUAGES, Language
from agent.workspace import Workspace
from eval import ask, ask_baselines
from eval.ask_bank import Question
from eval.ask_baselines import MOST_DOCUMENTS, open_baselines, read_query
from eval.ask_systems import System
from eval.ask_writer import Writer
from tests.ask.shop import Truth, make_home, write_profiles
from tests.conftest import Run
from tests.fake_server import FakeServer, Json, Reply, Script, last_words
from tests.profiles.conftest import settings_for
from tests.search.fakes import Counter

Systems = dict[str, System]
BEER = {"kind": "count", "where": {"bought": ["beer"]}}


@dataclass(frozen=True)
class Shop:
    workspace: Workspace
    truth: Truth


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The shop with an index. Vectors are made up: what is near to what is no matter here."""
    workspace, truth = make_home(tmp_path_factory.mktemp("shop"))
    with workspace, pytest.MonkeyPatch.context() as patch:
        for module in (ask_baselines, customers):
            patch.setattr(module, "embedder", lambda _: Counter().embedder)
        write_profiles(workspace)
        yield Shop(workspace, truth)


@pytest.fixture
def opened(shop: Shop) -> Iterator[Callable[..., tuple[Systems, FakeServer]]]:
    """Both baselines over the shop with a scripted model, and its server."""
    with ExitStack() as stack:

        def begin(script: Script, **options: Any) -> tuple[Systems, FakeServer]:
            server = stack.enter_context(FakeServer(script, **options))
            workspace = Workspace(shop.workspace.home, settings_for(server))
            stack.enter_context(workspace)
            asker = stack.enter_context(Asker(workspace))
            return stack.enter_context(open_baselines(workspace, asker, silent)), server

        yield begin


def told(
    customers: list[str], *, kind: str = "list", answerable: bool = True, count: int | None = None
) -> str:
    return json.dumps(
        {"kind": kind, "answerable": answerable, "count": count, "customers": customers}
    )


def shown(request: Json) -> list[str]:
    """The customers of the context, in its order."""
    return re.findall(r"^Customer (\w+): ", last_words(request), re.M)


# ---- plain RAG -----------------------------------------------------------------------------------
def test_the_nearest_texts_are_the_context(opened: Callable[..., Any]) -> None:
    systems, server = opened(lambda request: told(shown(request)[:2], count=7), vllm=False)
    answer = systems["plain RAG"](["Who owns a dog?", "and which of them buy wine?"])
    (request,) = server.chats
    assert len(shown(request)) == MOST_DOCUMENTS
    assert last_words(request).endswith("Who owns a dog?\nand which of them buy wine?")
    assert "2024-06-30" in last_words(request)
    assert answer["customers"] == shown(request)[:2]
    assert (answer["count"], answer["unanswerable"], answer["query"]) == (7, None, None)
    assert answer["seconds"] > 0


def test_its_answer_has_a_form(opened: Callable[..., Any]) -> None:
    systems, server = opened(lambda request: told(shown(request)[:1] * 2))
    assert len(systems["plain RAG"](["狗粮卖给谁了？"])["customers"]) == 0
    assert "顾客 c" in last_words(server.chats[0])
    answer = systems["plain RAG"](["Who buys dog food?"])
    form = server.chats[1]["structured_outputs"]["json"]
    assert set(form["required"]) == {"kind", "answerable", "count", "customers"}
    assert form["properties"]["customers"]["items"]["enum"] == shown(server.chats[1])
    assert len(answer["customers"]) == 1  # named twice


def test_it_may_say_that_it_cannot_answer(opened: Callable[..., Any]) -> None:
    systems, _ = opened(told([], answerable=False))
    assert systems["plain RAG"](["What will the weather be?"])["unanswerable"]


@pytest.mark.parametrize("text", ["Two of them.", '{"kind": "list"', '{"kind": "list"}'])
def test_an_answer_of_no_form_is_a_failure(opened: Callable[..., Any], text: str) -> None:
    systems, _ = opened(text)
    with pytest.raises(AnswerError, match="form"):
        systems["plain RAG"](["Who buys dog food?"])


# ---- free JSON -----------------------------------------------------------------------------------
def test_a_query_is_run(opened: Callable[..., Any], shop: Shop) -> None:
    systems, server = opened(f"```json\n{json.dumps(BEER)}\n```\nThis counts {{beer}} buyers.")
    answer = systems["free JSON"](["How many bought wine?", "and beer?"])
    bought = set(shop.truth.bought("BEER").index)
    assert set(answer["customers"]) == bought
    assert answer["count"] == len(bought)
    assert answer["query"]["where"] == BEER["where"]
    assert answer["unanswerable"] is None
    (request,) = server.chats
    assert "structured_outputs" not in request
    asked = last_words(request)
    assert asked.endswith("Today is 2024-06-30.\nHow many bought wine?\nand beer?")
    for name in ("pet_owner (pet owner)", "spend: number (money)", '"25-34"', "top_category: name"):
        assert name in asked


def test_groups_and_sides_are_told(opened: Callable[..., Any], shop: Shop) -> None:
    by_age = {"kind": "breakdown", "where": {"all": []}, "by": "age"}
    sides = {**BEER, "kind": "compare", "against": {"bought": ["wine"]}}
    systems, _ = opened([json.dumps(by_age), json.dumps(sides)])
    groups = systems["free JSON"](["Customers by age"])["groups"]
    young = next(one for one in groups if one["value"] == "19-24")
    assert young["count"] == len(shop.truth.given("age", "19-24"))
    ours, theirs = systems["free JSON"](["Beer against wine"])["groups"]
    assert set(ours["customers"]) == set(shop.truth.bought("BEER").index)
    assert set(theirs["customers"]) == set(shop.truth.bought("WINE").index)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Beer is popular.", "no JSON"),
        ('{"kind": "count", "where": {"all": [', "no JSON"),
        ('{"kind": "guess"}', "kind"),
        ('{"kind": "count", "where": {"field": "mood", "op": "=", "value": 1}}', "mood"),
        ('{"kind": "count", "where": {"bought": ["spaceships"]}}', "spaceships"),
        ('{"kind": "breakdown", "where": {"all": []}}', "by"),
        ('{"unanswerable": "no weather here"}', "no weather here"),
        ("42", "not a query"),
    ],
)
def test_what_is_no_query_of_the_home_is_a_refusal(
    opened: Callable[..., Any], text: str, reason: str
) -> None:
    systems, _ = opened(text)
    answer = systems["free JSON"](["How many?"])
    assert reason in answer["unanswerable"]
    assert (answer["customers"], answer["query"]) == ([], None)
    assert answer["text"] == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_examples_are_queries(shop: Shop, language: Language) -> None:
    answers = [json.loads(one.answer) for one in load_prompt("ask_free", language).examples]
    assert len(answers) == 3
    assert [query_from_json(one).kind for one in answers[:2]] == ["count", "breakdown"]
    with Asker(shop.workspace) as asker:
        vocabulary = asker.executor.vocabulary
        assert read_query(json.dumps(answers[1]), vocabulary) == query_from_json(answers[1])
        with pytest.raises(ConditionError, match="the model says"):
            read_query(load_prompt("ask_free", language).examples[2].answer, vocabulary)


# ---- the model -----------------------------------------------------------------------------------
def test_no_more_is_told_than_there_is_room_for() -> None:
    """The fake server has room for 2,048 tokens, and a word is one."""

    def messages(parts: Sequence[str]) -> list[dict[str, str]]:
        return [{"role": "user", "content": " ".join(parts)}]

    long, short = [" ".join(["word"] * size) for size in (100, 50)]
    with FakeServer() as server, Writer([server.endpoint], 2.0) as writer:
        assert len(writer.fitting([long] * 20, messages, 300)) == 17
        assert len(writer.fitting([short] * 20, messages, 300)) == 20
        assert len(writer.fitting([long] * 20, messages, 3_000)) == 0
        assert server.count("/v1/chat/completions") == 0


def test_a_server_that_does_not_tell_tokens_is_told_everything() -> None:
    with FakeServer(vllm=False) as server, Writer([server.endpoint], 2.0) as writer:
        assert writer.fitting("abc", lambda _: [{"role": "user", "content": ""}], 9_999) == "abc"


def test_a_server_that_is_gone_is_an_error() -> None:
    nobody = Endpoint("http://127.0.0.1:9/v1", "key", "fake")
    with Writer([nobody], 2.0) as writer, pytest.raises(ServerError, match="does not tell tokens"):
        writer.fitting("abc", lambda _: [{"role": "user", "content": ""}], 1)


# ---- the command ---------------------------------------------------------------------------------
@pytest.mark.parametrize("baselines", [True, False])
def test_the_command(
    run: Run, shop: Shop, monkeypatch: pytest.MonkeyPatch, *, baselines: bool
) -> None:
    asked = {"id": "q", "language": "en", "level": "easy", "turns": ["How many bought beer?"]}
    question = Question.model_validate({**asked, "kind": "count", "gold": BEER})
    monkeypatch.setattr(ask, "load_questions", lambda _: [question])
    shop.workspace.store.set_meta("example", ask.REFERENCE)

    def script(request: Json) -> str | Reply:
        return told([], count=0) if "structured_outputs" in request else json.dumps(BEER)

    with FakeServer(script) as server:
        model = {"name": "fake", "urls": [server.url], "api_key": server.key}
        settings = shop.workspace.home / "settings.yaml"
        settings.write_text(json.dumps({"model": model}), encoding="utf-8")
        more = ["--baselines"] if baselines else []
        command = ("--home", shop.workspace.home, "eval", "ask", "--half", "dev", *more, "--json")
        code, out, _ = run(*command)
        assert code == 0
        assert bool(server.requests) == baselines
    systems = json.loads(out)["systems"]
    exact = {name: one["overall"]["exact"]["value"] for name, one in systems.items()}
    right = {"portrait": 1.0, "plain RAG": 0.0, "free JSON": 1.0, "rules and form": 1.0}
    assert exact == (right if baselines else {"portrait": 1.0})


def test_another_home_starts_no_server(run: Run, shop: Shop) -> None:
    shop.workspace.store.set_meta("example", "another")
    with FakeServer() as server:
        model = {"name": "fake", "urls": [server.url], "api_key": server.key}
        settings = shop.workspace.home / "settings.yaml"
        settings.write_text(json.dumps({"model": model}), encoding="utf-8")
        code, _, err = run("--home", shop.workspace.home, "eval", "ask", "--baselines")
        assert (code, server.requests) == (1, [])
    assert "does not hold the reference data" in err
