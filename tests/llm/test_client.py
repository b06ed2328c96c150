"""The client against scripted servers: what it sends, what it tries again, what it gives up on."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import AnswerError, ModelError, ServerError
from agent.llm import client as client_module
from agent.llm.client import Answer, Client, Constraint, _retry_after
from agent.llm.endpoint import Endpoint, check_serves, endpoint
from tests.fake_server import FakeServer, Reply, last_words

Start = Callable[..., FakeServer]
ASK = [{"role": "user", "content": "Who is this shopper?"}]


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "FIRST_PAUSE_SECONDS", 0.01)


def ask(*servers: FakeServer, timeout: float = 5.0, **options: Any) -> tuple[Answer, Client]:
    """One chat over these servers; the answer, and the client for its counters."""

    async def run() -> tuple[Answer, Client]:
        endpoints = [server.endpoint for server in servers]
        async with Client(endpoints, in_flight=4, timeout_seconds=timeout) as client:
            return await client.chat(ASK, **({"max_tokens": 20} | options)), client

    return asyncio.run(run())


def ask_many(servers: list[FakeServer], texts: list[str], in_flight: int) -> list[Answer]:
    async def run() -> list[Answer]:
        endpoints = [server.endpoint for server in servers]
        async with Client(endpoints, in_flight=in_flight, timeout_seconds=10) as client:
            chats = ([{"role": "user", "content": text}] for text in texts)
            return await asyncio.gather(*(client.chat(chat, max_tokens=5) for chat in chats))

    return asyncio.run(run())


def score(server: FakeServer, options: list[str], prompt: str = "Dogs? yes or no") -> list[float]:
    async def run() -> list[float]:
        async with Client([server.endpoint], in_flight=4, timeout_seconds=5) as client:
            return await client.score([{"role": "user", "content": prompt}], options)

    return asyncio.run(run())


def test_an_answer_carries_text_tokens_and_where_it_came_from(fake_server: Start) -> None:
    server = fake_server("爱喝咖啡 的 顾客")
    answer, client = ask(server)
    assert answer.text == "爱喝咖啡 的 顾客"
    assert answer.finish_reason == "stop"
    assert answer.endpoint == server.url
    assert answer.cached_tokens == 0
    assert client.usage.requests == 1
    assert client.usage.retries == 0
    assert client.usage.prompt_tokens == answer.prompt_tokens > 0
    assert client.usage.completion_tokens == answer.completion_tokens > 0


def test_the_request_says_what_was_asked(fake_server: Start) -> None:
    server = fake_server()
    ask(server, max_tokens=33, temperature=0.5, seed=7, constraint=Constraint("regex", "[a-z]+"))
    (body,) = server.chats
    assert body["messages"] == ASK
    assert body["model"] == "fake"
    assert body.get("max_tokens", body.get("max_completion_tokens")) == 33
    assert body["temperature"] == 0.5
    assert body["seed"] == 7
    assert body["structured_outputs"] == {"regex": "[a-z]+"}
    assert server.requests[0].headers["Authorization"] == "Bearer secret"


@pytest.mark.parametrize(
    "constraint",
    [
        Constraint("json", {"type": "object"}),
        Constraint("grammar", 'root ::= "yes"'),
        Constraint("choice", ["yes", "no"]),
    ],
)
def test_every_constraint_travels_as_it_is(fake_server: Start, constraint: Constraint) -> None:
    server = fake_server()
    ask(server, constraint=constraint)
    assert server.chats[0]["structured_outputs"] == {constraint.kind: constraint.value}


def test_a_cut_answer_is_the_callers_to_judge(fake_server: Start) -> None:
    answer, _ = ask(fake_server(Reply("A loyal", finish_reason="length")))
    assert (answer.text, answer.finish_reason) == ("A loyal", "length")


@pytest.mark.parametrize(
    "trouble",
    [
        Reply("overloaded", status=500),
        Reply("starting", status=503),
        Reply("slow down", status=429),
        Reply("cut in the middle of the body", cut=True),
        Reply(body="<html>a proxy speaks</html>", headers={"Content-Type": "text/html"}),
        Reply(body='{"choices": '),
        Reply(body='{"object": "nothing of use"}'),
        Reply(body="[]"),
        Reply("late", delay=3.0),
    ],
    ids=lambda reply: reply.text or reply.body,
)
def test_what_may_pass_is_tried_again(fake_server: Start, trouble: Reply) -> None:
    server = fake_server([trouble, "Fine."])
    answer, client = ask(server, timeout=0.5)
    assert answer.text == "Fine."
    assert (client.usage.requests, client.usage.retries) == (2, 1)


def test_retries_are_bounded_and_the_error_tells_the_last_reason(fake_server: Start) -> None:
    server = fake_server(Reply("out of memory", status=500))
    with pytest.raises(ServerError, match=r"5 attempts.* answers 500: out of memory"):
        ask(server)
    assert len(server.chats) == 5


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_final_and_in_the_servers_words(fake_server: Start, status: int) -> None:
    server = fake_server(Reply("the grammar is wrong", status=status))
    with pytest.raises(ServerError, match=f"{status}: the grammar is wrong"):
        ask(server)
    assert len(server.chats) == 1


def test_a_wrong_key_never_shows_itself(fake_server: Start) -> None:
    server = fake_server()
    wrong = Endpoint(server.url, "my-secret-key", "fake")

    async def run() -> None:
        async with Client([wrong], in_flight=1, timeout_seconds=5) as client:
            await client.chat(ASK, max_tokens=5)

    with pytest.raises(ServerError, match="401") as caught:
        asyncio.run(run())
    assert "my-secret-key" not in f"{caught.value} {wrong!r}"


def test_nothing_of_a_request_is_logged(
    fake_server: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ask(fake_server([Reply("busy", status=503), "A loyal shopper."]))
    assert "Who is this shopper?" not in caplog.text
    assert "A loyal shopper." not in caplog.text
    assert "secret" not in caplog.text


def test_retry_after_is_honoured(fake_server: Start) -> None:
    arrivals: list[float] = []

    def script(request: dict[str, Any]) -> str | Reply:
        arrivals.append(time.monotonic())
        wait = Reply("busy", status=429, headers={"Retry-After": "0.3"})
        return wait if len(arrivals) == 1 else "Fine."

    ask(fake_server(script))
    assert arrivals[1] - arrivals[0] >= 0.3


def test_retry_after_may_be_a_date_or_nonsense() -> None:
    in_a_minute = formatdate(time.time() + 60, usegmt=True)
    assert 55 < (_retry_after(in_a_minute) or 0) <= 60
    assert _retry_after(formatdate(time.time() - 60, usegmt=True)) == 0.0
    assert _retry_after("soon") is None
    assert _retry_after(None) is None


@given(st.text(max_size=30))
def test_no_retry_after_header_breaks_the_client(value: str) -> None:
    seconds = _retry_after(value)
    assert seconds is None or (math.isfinite(seconds) and seconds >= 0)


def test_a_dead_server_is_left_alone_while_another_lives(fake_server: Start) -> None:
    with FakeServer() as dead:
        pass
    alive = fake_server(lambda request: last_words(request).upper())
    answers = ask_many([dead, alive], [f"t{i}" for i in range(20)], in_flight=4)
    assert [answer.text for answer in answers] == [f"T{i}" for i in range(20)]
    assert {answer.endpoint for answer in answers} == {alive.url}


def test_nobody_listening_is_an_error_with_the_address() -> None:
    with FakeServer() as gone:
        pass
    with pytest.raises(ServerError, match=gone.url):
        ask(gone)


def test_the_less_busy_server_gets_the_request(fake_server: Start) -> None:
    slow = fake_server(lambda request: Reply("slow", delay=0.4))
    quick = fake_server("quick")
    answers = ask_many([slow, quick], [str(i) for i in range(24)], in_flight=4)
    assert len(answers) == 24
    assert 0 < len(slow.chats) < len(quick.chats)


def test_never_more_than_in_flight_at_once(fake_server: Start) -> None:
    server = fake_server(lambda request: Reply("ok", delay=0.05))
    ask_many([server], [str(i) for i in range(12)], in_flight=3)
    assert server.most_at_once == 3


def test_scores_come_back_in_the_order_of_the_options(fake_server: Start) -> None:
    table = {"yes": -0.25, "no": -1.5}
    server = fake_server(scores=lambda prompt, option: table[option])
    assert score(server, ["no", "yes"]) == [-1.5, -0.25]
    (completion,) = [r.body for r in server.requests if r.path == "/v1/completions"]
    assert completion["max_tokens"] == 1
    assert len(completion["logprob_token_ids"]) == 2


def test_scores_see_the_whole_chat(fake_server: Start) -> None:
    server = fake_server(scores=lambda prompt, option: -float(len(prompt)))
    assert score(server, ["yes"], "喜欢 dogs?") == [-float(len("user: 喜欢 dogs?\n"))]


def test_an_option_of_two_tokens_is_refused(fake_server: Start) -> None:
    with pytest.raises(ModelError, match="'yes indeed' is 2 tokens"):
        score(fake_server(), ["yes indeed"])


def test_scores_from_a_server_that_is_not_vllm(fake_server: Start) -> None:
    server = fake_server(Reply("yes", logprobs={"yes": -0.1, "no": -2.5, "maybe": -4}), vllm=False)
    assert score(server, ["no", "yes"]) == [-2.5, -0.1]
    with pytest.raises(AnswerError, match="never"):
        score(server, ["yes", "never"])


def test_scoring_survives_trouble_too(fake_server: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    server = fake_server(scores=lambda prompt, option: -0.5)
    first = iter([Reply("busy", status=503)])
    real = server.answer
    monkeypatch.setattr(server, "answer", lambda request: next(first, None) or real(request))
    assert score(server, ["yes"]) == [-0.5]


def test_no_server_at_all_is_an_error() -> None:
    with pytest.raises(ServerError, match="no model server"):
        Client([], in_flight=1, timeout_seconds=1)


@pytest.mark.parametrize(
    ("given_url", "base"),
    [
        ("http://host:8000", "http://host:8000/v1"),
        ("http://host:8000/", "http://host:8000/v1"),
        ("https://host/llm/v1/", "https://host/llm/v1"),
    ],
)
def test_a_url_may_leave_out_v1(given_url: str, base: str) -> None:
    assert endpoint(given_url, None, "m").url == base


@pytest.mark.parametrize("wrong", ["localhost:8000", "ftp://host", "", "http://"])
def test_what_is_no_url_is_refused(wrong: str) -> None:
    with pytest.raises(ServerError, match="not the URL of a server"):
        endpoint(wrong, None, "m")


def test_a_server_is_asked_which_models_it_serves(fake_server: Start) -> None:
    server = fake_server(model="qwen")
    check_serves(server.endpoint)
    with pytest.raises(ServerError, match="does not serve 'other' but qwen"):
        check_serves(Endpoint(server.url, server.key, "other"))
    with pytest.raises(ServerError, match=r"answers 401: check model\.api_key"):
        check_serves(Endpoint(server.url, "wrong", "qwen"))


def test_an_answer_that_has_begun_goes_on(fake_server: Start) -> None:
    server = fake_server()

    async def run() -> None:
        async with Client([server.endpoint]) as client:
            await client.score([*ASK, {"role": "assistant", "content": "Parents buy"}], ["milk"])
            await client.score(ASK, ["milk"])

    asyncio.run(run())
    chats = [r.body for r in server.requests if "messages" in r.body]
    assert [chat["continue_final_message"] for chat in chats] == [True, False]
    assert [chat["add_generation_prompt"] for chat in chats] == [False, True]


@pytest.mark.parametrize(("vllm", "known"), [(True, ["milk"]), (False, ["milk", "rye bread"])])
def test_options_of_one_token_are_told_from_longer_ones(
    fake_server: Start, vllm: bool, known: list[str]
) -> None:
    server = fake_server(vllm=vllm)

    async def run() -> list[str]:
        async with Client([server.endpoint]) as client:
            return await client.one_token(["milk", "rye bread"])

    assert asyncio.run(run()) == known
