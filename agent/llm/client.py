"""The client: chat and scoring over one or many servers, with bounded retries and a load balance.

    async with Client(endpoints, in_flight=96, timeout_seconds=300) as client:
        answer = await client.chat([{"role": "user", "content": "…"}], max_tokens=80)

One client belongs to one event loop. Prompts and answers are never logged or traced.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Literal, Self, TypeVar

import openai
from langchain_core.messages import AIMessage
from langchain_openai import ChatOpenAI
from langsmith import tracing_context
from pydantic import SecretStr

from agent.errors import AnswerError, ModelError, ServerError
from agent.llm.endpoint import Endpoint

RETRIES = 4
FIRST_PAUSE_SECONDS = 0.5  # doubles with every retry, plus up to as much again by chance
RETRY_STATUS = frozenset({408, 409, 429})  # and all from 500 on
TOP_LOGPROBS = 20  # what OpenAI-style servers give at most

# At DEBUG the SDK logs whole requests, and these hold customers.
logging.getLogger("openai").setLevel(logging.INFO)

Message = Mapping[str, str]
T = TypeVar("T")


@dataclass(frozen=True)
class Constraint:
    """The form an answer must have: one of a JSON schema, a regex, an EBNF grammar, or a choice."""

    kind: Literal["json", "regex", "grammar", "choice"]
    value: Any

    def body(self) -> dict[str, Any]:
        """vLLM's request field."""
        return {"structured_outputs": {self.kind: self.value}}


@dataclass(frozen=True)
class Answer:
    """What the model wrote. `finish_reason` "length" means that it was cut at `max_tokens`."""

    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int | None
    endpoint: str


@dataclass
class Usage:
    """What a client has spent so far. `requests` counts every attempt that reached a server."""

    requests: int = 0
    retries: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass
class _Server:
    """One endpoint, how busy it is, and until when it asked or needs to be left alone."""

    endpoint: Endpoint
    chat: ChatOpenAI
    active: int = 0
    rests_until: float = field(default=0.0)

    @property
    def rest(self) -> float:
        """Seconds to leave it alone from now on."""
        return max(0.0, self.rests_until - time.monotonic())

    @property
    def api(self) -> openai.AsyncOpenAI:
        """The client under LangChain's, for what LangChain does not speak."""
        client: openai.AsyncOpenAI = self.chat.root_async_client
        return client


class Client:
    """Sends at most `in_flight` requests at once, each to the endpoint with the fewest."""

    def __init__(
        self, endpoints: Sequence[Endpoint], *, in_flight: int = 96, timeout_seconds: float = 300.0
    ) -> None:
        if not endpoints:
            raise ServerError("no model server is named: set model.urls or start one")
        self.usage = Usage()
        self._timeout = timeout_seconds
        self._slots = asyncio.Semaphore(in_flight)
        self._servers = [_Server(one, _chat_model(one, timeout_seconds)) for one in endpoints]
        self._tokens: dict[str, list[int]] = {}
        self._learning = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await asyncio.gather(*(server.api.close() for server in self._servers))

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int | None = None,
        constraint: Constraint | None = None,
    ) -> Answer:
        """The model's answer to `messages`, at most `max_tokens` long.

        Raises `ServerError` where the server refuses, or fails after all retries.
        """
        options: dict[str, Any] = {"max_tokens": max_tokens, "temperature": temperature}
        if seed is not None:
            options["seed"] = seed
        if constraint:
            options["extra_body"] = constraint.body()

        async def ask(server: _Server) -> Answer:
            return self._answer(await _invoke(server, messages, options), server)

        return await self._send(ask)

    async def score(self, messages: Sequence[Message], options: Sequence[str]) -> list[float]:
        """The exact log-probability that the answer begins with each option (one token each).

        Where the last message is the assistant's, its answer goes on from there.
        From a server that is not vLLM, only options among its 20 likeliest tokens can be had:
        `AnswerError` if one is not. `ModelError` for an option of several tokens.
        """

        async def ask(server: _Server) -> list[float]:
            if not await self._knows_tokens(server, options):
                return await self._score_by_chat(server, messages, options)
            return await self._score_by_tokens(server, messages, options)

        return await self._send(ask)

    async def one_token(self, options: Sequence[str]) -> list[str]:
        """Those of the options that are one token, so that `score` takes them.

        All of them where the server does not tell tokens.
        """

        async def ask(server: _Server) -> list[str]:
            try:
                sizes = [len(await self._tokens_of(server, option)) for option in options]
            except openai.NotFoundError:
                return list(options)
            return [option for option, size in zip(options, sizes, strict=True) if size == 1]

        return await self._send(ask)

    async def _send(self, ask: Callable[[_Server], Awaitable[T]]) -> T:
        """`ask` the least busy server, again after a pause if it fails in a way that may pass."""
        failure: _Failure | None = None
        for attempt in range(RETRIES + 1):
            self.usage.retries += attempt > 0
            async with self._slots:
                server = min(self._servers, key=lambda one: (one.rest, one.active))
                try:
                    return await self._attempt(server, ask)
                except _Failure as again:
                    failure = again
                    pause = again.retry_after or FIRST_PAUSE_SECONDS * 2**attempt
                    until = time.monotonic() + min(pause, self._timeout)
                    server.rests_until = max(server.rests_until, until)
        raise ServerError(f"no answer after {RETRIES + 1} attempts, the last: {failure}")

    async def _attempt(self, server: _Server, ask: Callable[[_Server], Awaitable[T]]) -> T:
        """One try. Raises `_Failure` where another may help and `ServerError` where none does."""
        server.active += 1
        url = server.endpoint.url
        try:
            # Only where every server rests is there anything to wait for; not all wake at once.
            await asyncio.sleep(server.rest * random.uniform(1, 2))  # noqa: S311
            self.usage.requests += 1
            with tracing_context(enabled=False):
                async with asyncio.timeout(self._timeout):
                    return await ask(server)
        except openai.APIStatusError as error:
            raise _status_error(url, error) from error
        except (TimeoutError, openai.APITimeoutError) as error:
            raise _Failure(f"{url}: nothing within {self._timeout:.0f} s") from error
        except openai.APIConnectionError as error:
            raise _Failure(f"{url}: {error.__cause__ or error}") from error
        # What a body that is no proper answer leads to, inside the libraries and here.
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise _Failure(f"{url}: a broken answer ({type(error).__name__})") from error
        finally:
            server.active -= 1

    def _answer(self, message: AIMessage, server: _Server) -> Answer:
        tokens, details = message.usage_metadata, message.response_metadata
        if not isinstance(message.content, str) or not tokens:
            raise ValueError("neither text nor usage")
        self._count(tokens["input_tokens"], tokens["output_tokens"])
        return Answer(
            text=message.content,
            finish_reason=str(details.get("finish_reason")),
            prompt_tokens=tokens["input_tokens"],
            completion_tokens=tokens["output_tokens"],
            cached_tokens=tokens.get("input_token_details", {}).get("cache_read"),
            endpoint=server.endpoint.url,
        )

    def _count(self, prompt_tokens: int, completion_tokens: int) -> None:
        self.usage.prompt_tokens += prompt_tokens
        self.usage.completion_tokens += completion_tokens

    async def _knows_tokens(self, server: _Server, options: Sequence[str]) -> bool:
        """Learn the token of each option; False where the server does not tell tokens."""
        for option in options:
            try:
                tokens = await self._tokens_of(server, option)
            except openai.NotFoundError:
                return False
            if len(tokens) != 1:
                raise ModelError(f"{option!r} is {len(tokens)} tokens: score options of one")
        return True

    async def _tokens_of(self, server: _Server, option: str) -> list[int]:
        if option not in self._tokens:
            async with self._learning:  # else all requests under way would ask for it
                if option not in self._tokens:
                    body = {"prompt": option, "add_special_tokens": False}
                    answer = await _post(server, f"{server.endpoint.root}/tokenize", body)
                    self._tokens[option] = answer["tokens"]
        return self._tokens[option]

    async def _score_by_tokens(
        self, server: _Server, messages: Sequence[Message], options: Sequence[str]
    ) -> list[float]:
        """The chat as tokens, then the log-probabilities of just the tokens asked for."""
        chat = {"messages": [dict(message) for message in messages], **_turn(messages)}
        prompt = (await _post(server, f"{server.endpoint.root}/tokenize", chat))["tokens"]
        tokens = [self._tokens[option][0] for option in options]
        body = {"prompt": prompt, "max_tokens": 1, "temperature": 0, "logprobs": 1}
        body |= {"logprob_token_ids": tokens, "return_tokens_as_token_ids": True}
        answer = await _post(server, "/completions", body)
        self._count(answer["usage"]["prompt_tokens"], answer["usage"]["completion_tokens"])
        found = answer["choices"][0]["logprobs"]["top_logprobs"][0]
        return [float(found[f"token_id:{token}"]) for token in tokens]

    async def _score_by_chat(
        self, server: _Server, messages: Sequence[Message], options: Sequence[str]
    ) -> list[float]:
        """The same from any OpenAI-style server, as far as its list of likeliest tokens goes."""
        asked = {"max_tokens": 1, "temperature": 0, "logprobs": True, "top_logprobs": TOP_LOGPROBS}
        message = await _invoke(server, messages, asked)
        self._answer(message, server)
        likeliest = message.response_metadata["logprobs"]["content"][0]["top_logprobs"]
        found = {entry["token"]: float(entry["logprob"]) for entry in likeliest}
        missing = [option for option in options if option not in found]
        if missing:
            raise AnswerError(
                f"{server.endpoint.url}: {', '.join(missing)} not among the {TOP_LOGPROBS} "
                "likeliest tokens, and only vLLM tells more: use vLLM, or ask for just these"
            )
        return [found[option] for option in options]


class _Failure(Exception):  # noqa: N818  never leaves this file
    """An attempt that failed in a way that may pass."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


def _turn(messages: Sequence[Message]) -> dict[str, bool]:
    """Who speaks next: the assistant goes on with what it has begun, or begins."""
    begun = bool(messages) and messages[-1]["role"] == "assistant"
    return {"add_generation_prompt": not begun, "continue_final_message": begun}


def _chat_model(server: Endpoint, timeout_seconds: float) -> ChatOpenAI:
    return ChatOpenAI(
        model=server.model,
        base_url=server.url,
        api_key=SecretStr(server.key),
        max_retries=0,
        timeout=timeout_seconds,
        http_async_client=openai.DefaultAsyncHttpxClient(
            timeout=timeout_seconds, trust_env=server.use_proxy
        ),
    )


async def _invoke(
    server: _Server, messages: Sequence[Message], options: Mapping[str, Any]
) -> AIMessage:
    return await server.chat.ainvoke([dict(message) for message in messages], **options)


async def _post(server: _Server, url: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A request that LangChain has no word for, through its connection and with its errors."""
    answer = await server.api.post(
        url, cast_to=object, body={"model": server.endpoint.model, **body}
    )
    if not isinstance(answer, dict):
        raise TypeError("no JSON object")
    return answer


def _status_error(url: str, error: openai.APIStatusError) -> Exception:
    """A status that may pass is a `_Failure`, any other a `ServerError` with the server's words."""
    said = error.body.get("message") if isinstance(error.body, dict) else error.message
    message = f"{url} answers {error.status_code}: {' '.join(str(said).split())[:300]}"
    if error.status_code in RETRY_STATUS or error.status_code >= 500:
        return _Failure(message, _retry_after(error.response.headers.get("retry-after")))
    return ServerError(message)


def _retry_after(value: str | None) -> float | None:
    """Seconds to wait, from a number of seconds or a date; None where neither is given."""
    if not value:
        return None
    with suppress(ValueError):
        # Never below nothing, and never "nan" or "inf", which float() also reads.
        return max(0.0, seconds) if math.isfinite(seconds := float(value)) else None
    with suppress(ValueError, OverflowError):
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    return None
