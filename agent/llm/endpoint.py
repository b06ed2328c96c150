"""An OpenAI-compatible server: where it is, its key, and the model to ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from agent.errors import ServerError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Endpoint:
    """`url` ends in /v1; the key stays out of `repr`, so out of logs and messages."""

    url: str
    key: str = field(repr=False)
    model: str

    @property
    def root(self) -> str:
        """The server itself: vLLM answers /health and /tokenize there."""
        return self.url.removesuffix("/v1")

    @property
    def use_proxy(self) -> bool:
        """Whether a proxy named in the environment applies: never to this machine itself."""
        return urlsplit(self.url).hostname not in LOOPBACK


def endpoint(url: str, key: str | None, model: str) -> Endpoint:
    """The server at `url`, with or without /v1 at its end.

    Raises `ServerError` for anything that is not an http(s) URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ServerError(f"{url!r} is not the URL of a server: write http://HOST:PORT/v1")
    base = url.rstrip("/")
    return Endpoint(base if base.endswith("/v1") else f"{base}/v1", key or "none", model)


def check_serves(server: Endpoint, timeout_seconds: float = 10.0) -> None:
    """Raise `ServerError` unless the server answers and serves the endpoint's model."""
    models = served_models(server, timeout_seconds)
    if server.model not in models:
        raise ServerError(
            f"{server.url} does not serve {server.model!r} but {', '.join(models) or 'nothing'}: "
            "set model.name to a name it serves"
        )


def served_models(server: Endpoint, timeout_seconds: float) -> list[str]:
    """The names under /v1/models; `ServerError` where the server gives no such list."""
    try:
        with httpx.Client(timeout=timeout_seconds, trust_env=server.use_proxy) as client:
            headers = {"Authorization": f"Bearer {server.key}"}
            answer = client.get(f"{server.url}/models", headers=headers)
            answer.raise_for_status()
            return [str(model["id"]) for model in answer.json()["data"]]
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        hint = "check model.api_key" if status in {401, 403} else "is it an OpenAI-style server?"
        raise ServerError(f"{server.url}/models answers {status}: {hint}") from error
    except httpx.HTTPError as error:
        raise ServerError(f"{server.url} does not answer ({error}): is it running?") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ServerError(f"{server.url}/models holds no list of models: wrong URL?") from error
