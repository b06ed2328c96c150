"""The model as the baselines of `eval ask` use it: plain functions, one request after the other.

So the seconds of a question are its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from math import ceil
from typing import Self, TypeVar

import httpx

from agent.errors import ServerError
from agent.llm.client import Client, Constraint, Message
from agent.llm.endpoint import Endpoint

T = TypeVar("T")


class Writer:
    """Texts by the model of some servers; close it after use."""

    def __init__(self, servers: Sequence[Endpoint], timeout_seconds: float) -> None:
        self._server, self._timeout = servers[0], timeout_seconds
        self._runner = asyncio.Runner()
        self._client = Client(servers, in_flight=1, timeout_seconds=timeout_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._runner.run(self._client.close())
        self._runner.close()

    def write(
        self, messages: Sequence[Message], max_tokens: int, constraint: Constraint | None = None
    ) -> str:
        """What the model answers. Raises `ServerError`."""
        asked = self._client.chat(messages, max_tokens=max_tokens, constraint=constraint)
        return self._runner.run(asked).text

    def fitting(
        self,
        parts: Sequence[T],
        messages: Callable[[Sequence[T]], Sequence[Message]],
        max_tokens: int,
    ) -> Sequence[T]:
        """As many of the first parts as leave room for an answer of `max_tokens`.

        All of them where the server does not tell tokens. Raises `ServerError`.
        """
        while parts and (tokens := self._tokens(messages(parts))):
            used, most = tokens
            over = used + max_tokens - most
            if over <= 0:
                break
            parts = parts[: -ceil(len(parts) * over / used)]
        return parts

    def _tokens(self, messages: Sequence[Message]) -> tuple[int, int] | None:
        """How many tokens the messages are, and how many prompt and answer may be together.

        None where the server does not tell; only vLLM does.
        """
        url = f"{self._server.root}/tokenize"
        body = {"model": self._server.model, "messages": [dict(one) for one in messages]}
        try:
            with httpx.Client(timeout=self._timeout, trust_env=self._server.use_proxy) as client:
                headers = {"Authorization": f"Bearer {self._server.key}"}
                answer = client.post(url, json=body, headers=headers)
                if answer.status_code == httpx.codes.NOT_FOUND:
                    return None
                told = answer.raise_for_status().json()
                return int(told["count"]), int(told["max_model_len"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise ServerError(f"{url} does not tell tokens ({error})") from error
