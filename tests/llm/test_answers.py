"""Answers are kept: nothing is asked twice, and nothing that was answered is lost."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.data import store as tables
from agent.data.store import Store
from agent.errors import ModelError
from agent.llm.answers import Question, ask_all
from agent.llm.client import Constraint
from agent.llm.endpoint import Endpoint
from agent.progress import Tick, silent
from agent.settings import ModelSettings
from tests.fake_server import FakeServer, Reply, last_words

FAKE = ModelSettings(name="fake", in_flight=4)
Start = Callable[..., FakeServer]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'answers.sqlite'}")
    yield opened
    opened.close()


def score(item: str, tag: str = "kids", system: str = "Answer.") -> Question:
    messages = ({"role": "system", "content": system}, {"role": "user", "content": item})
    return Question("prior", item, tag, messages, options=("Yes", "No"), prompt_hash="p1")


def text(item: str, max_tokens: int = 5) -> Question:
    form = Constraint("choice", ["wine"])
    messages = ({"role": "user", "content": item},)
    return Question("list", item, "", messages, constraint=form, max_tokens=max_tokens)


def likes(prompt: str, option: str) -> float:
    """Certain of Yes for baby things, of No for the others."""
    return math.log(0.9 if (option == "Yes") == ("baby" in prompt) else 0.1)


def servers(server: FakeServer) -> Callable[[], Sequence[Endpoint]]:
    return lambda: [server.endpoint]


def nobody() -> Sequence[Endpoint]:
    raise AssertionError("a server was asked for")


def test_answers_come_in_the_order_of_the_questions(store: Store, fake_server: Start) -> None:
    server = fake_server(lambda request: last_words(request).upper(), scores=likes)
    questions = [score("wine"), text("b"), score("baby food"), text("a"), score("wine")]
    found = ask_all(store, servers(server), FAKE, questions)
    assert [round(math.exp(found[n]["Yes"]), 3) for n in (0, 2, 4)] == [0.1, 0.9, 0.1]
    assert [found[n] for n in (1, 3)] == [
        {"text": "B", "finish_reason": "stop"},
        {"text": "A", "finish_reason": "stop"},
    ]
    assert server.count("/v1/completions") == 2  # the question that came twice was asked once


def test_a_second_run_needs_no_server(store: Store, fake_server: Start) -> None:
    questions = [score("wine"), score("baby food"), text("a")]
    first = ask_all(store, servers(fake_server(scores=likes)), FAKE, questions)
    assert ask_all(store, nobody, FAKE, questions[::-1]) == first[::-1]


def test_a_new_item_costs_only_its_own_questions(store: Store, fake_server: Start) -> None:
    server = fake_server(scores=likes)
    old = [score("wine", tag) for tag in ("kids", "single")]
    ask_all(store, servers(server), FAKE, old)
    before = server.count("/v1/completions")
    ask_all(store, servers(server), FAKE, [*old, score("baby food")])
    assert server.count("/v1/completions") == before + 1


def test_another_prompt_form_or_model_asks_again(store: Store, fake_server: Start) -> None:
    server = fake_server(scores=likes)
    other = fake_server(scores=likes, model="other")
    ask_all(store, servers(server), FAKE, [score("wine"), text("a")])
    seen = len(server.requests)
    ask_all(store, servers(server), FAKE, [score("wine", system="Be brief."), text("a", 6)])
    assert server.count("/v1/completions") == 2
    assert len(server.chats) == 2
    ask_all(store, servers(other), FAKE.model_copy(update={"name": "other"}), [score("wine")])
    assert other.count("/v1/completions") == 1
    assert len(server.requests) > seen


def test_rows_tell_what_was_asked(store: Store, fake_server: Start) -> None:
    ask_all(store, servers(fake_server(scores=likes)), FAKE, [score("婴儿奶粉", "has_kids")])
    (row,) = store.rows(tables.answers.select())
    told = {key: row[key] for key in ("model", "kind", "item", "tag", "prompt_hash")}
    assert told == {
        "model": "fake",
        "kind": "prior",
        "item": "婴儿奶粉",
        "tag": "has_kids",
        "prompt_hash": "p1",
    }
    assert set(row["answer"]) == {"Yes", "No"}


def test_a_failure_keeps_what_was_answered(store: Store, fake_server: Start) -> None:
    refusing = fake_server(
        lambda request: Reply("no such thing", status=400) if last_words(request) == "z" else "ok"
    )
    one_by_one = FAKE.model_copy(update={"in_flight": 1})
    questions = [text(item) for item in "abcz"]
    with pytest.raises(ModelError, match="400"):
        ask_all(store, servers(refusing), one_by_one, questions)
    assert {row["item"] for row in store.rows(tables.answers.select())} == set("abc")
    willing = fake_server("ok")
    ask_all(store, servers(willing), FAKE, questions)
    assert [last_words(chat) for chat in willing.chats] == ["z"]


def test_a_stop_keeps_what_was_answered(store: Store, fake_server: Start) -> None:
    def stop(tick: Tick) -> None:
        if tick.done >= 3:
            raise KeyboardInterrupt

    server = fake_server("ok")
    with pytest.raises(KeyboardInterrupt):
        ask_all(store, servers(server), FAKE, [text(str(n)) for n in range(40)], stop)
    kept = store.count(tables.answers)
    assert 3 <= kept < 40
    ask_all(store, servers(server), FAKE, [text(str(n)) for n in range(40)])
    assert store.count(tables.answers) == 40


def test_an_option_of_several_tokens_is_left_open_where_that_is_allowed(
    store: Store, fake_server: Start
) -> None:
    server = fake_server()
    message = {"role": "user", "content": "wine"}
    words = Question("prior", "", "kids", (message,), ("milk", "rye bread"), skip_long=True)
    assert ask_all(store, servers(server), FAKE, [words]) == [{"milk": -1.0, "rye bread": None}]
    assert ask_all(store, nobody, FAKE, [words]) == [{"milk": -1.0, "rye bread": None}]


def test_progress_counts_to_the_end_and_few_are_under_way(store: Store, fake_server: Start) -> None:
    ticks: list[Tick] = []
    server = fake_server(lambda _: Reply("ok", delay=0.01))
    ask_all(store, servers(server), FAKE, [text(str(n)) for n in range(20)], ticks.append, "ask")
    assert [(t.step, t.done, t.total) for t in (ticks[0], ticks[-1])] == [
        ("ask", 0, 20),
        ("ask", 20, 20),
    ]
    assert ticks[-1].counts["tokens"] > 0
    assert server.most_at_once <= FAKE.in_flight


def test_questions_that_begin_alike_are_asked_together(store: Store, fake_server: Start) -> None:
    server = fake_server("ok")
    one_by_one = FAKE.model_copy(update={"in_flight": 1})
    ask_all(store, servers(server), one_by_one, [text(t) for t in ("b 1", "a 1", "b 2", "a 2")])
    assert [last_words(chat)[0] for chat in server.chats] == ["a", "a", "b", "b"]


words = st.text('ab 奶粉"\\\n', max_size=3)
shapes = st.tuples(words, st.lists(words, max_size=2).map(tuple), st.integers(1, 2))


@given(shapes, shapes)
@settings(deadline=None)
def test_a_question_is_known_by_all_that_shapes_its_answer(
    one: tuple[str, tuple[str, ...], int], other: tuple[str, tuple[str, ...], int]
) -> None:
    def question(shape: tuple[str, tuple[str, ...], int]) -> Question:
        content, options, tokens = shape
        messages = ({"role": "user", "content": content},)
        return Question("k", "i", "t", messages, options, max_tokens=tokens)

    assert (question(one).asked == question(other).asked) == (one == other)


def test_nothing_to_ask_is_nothing_to_do(store: Store) -> None:
    assert ask_all(store, nobody, FAKE, [], silent) == []
