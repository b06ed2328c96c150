"""A scripted server that speaks enough of vLLM's OpenAI-style API for tests, over real sockets.

    with FakeServer(lambda request: "A loyal shopper.") as server:
        client = Client([server.endpoint])
        ...
    assert server.count("/v1/chat/completions") == 1

The script is called with the JSON of each chat request and returns the reply: a text or a
`Reply`; `last_words(request)` is the content of the last message. A single reply stands for
all requests; a list is given out in order, and its last one repeats.

Scoring (`/tokenize`, then `/v1/completions` with `logprob_token_ids`) asks `scores(prompt,
option)`, a log-probability. A token is a word or a single Chinese character.
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from agent.llm.endpoint import Endpoint

Json = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What to answer, and what to do wrong on the way."""

    text: str = ""
    finish_reason: str = "stop"
    status: int = 200
    delay: float = 0.0  # seconds before the answer
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False  # close the connection in the middle of the body
    body: str | None = None  # sent as it is, instead of a proper answer
    logprobs: Mapping[str, float] = field(default_factory=dict)  # of the first token's rivals
    calls: Sequence[tuple[str, Any]] = ()  # of tools: name and arguments, a text as it stands


@dataclass(frozen=True)
class Request:
    """One request as it came in; header names are written Like-This."""

    path: str
    body: Json
    headers: Mapping[str, str]


Script = Callable[[Json], str | Reply] | Sequence[str | Reply] | str | Reply


def last_words(request: Json) -> str:
    """The content of the last message of a chat request."""
    return str(request["messages"][-1]["content"])


class FakeServer:
    """A server on a free loopback port. With `vllm=False` it knows only the OpenAI API."""

    def __init__(
        self,
        script: Script = "Fine.",
        *,
        model: str = "fake",
        key: str = "secret",
        scores: Callable[[str, str], float] = lambda _prompt, _option: -1.0,
        vllm: bool = True,
    ) -> None:
        self.model, self.key, self.vllm = model, key, vllm
        self.requests: list[Request] = []
        self.most_at_once = 0
        self.closing = threading.Event()
        self._script, self._scores = _as_function(script), scores
        self._words: list[str] = []
        self._lock = threading.Lock()
        self._now = 0
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    @property
    def url(self) -> str:
        """Ends in /v1."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def endpoint(self) -> Endpoint:
        """This server, for a `Client`."""
        return Endpoint(self.url, self.key, self.model)

    @property
    def chats(self) -> list[Json]:
        """The bodies of all chat requests, in the order in which they came in."""
        return [one.body for one in self.requests if one.path == "/v1/chat/completions"]

    def count(self, path: str) -> int:
        """How many requests had this path."""
        return sum(request.path == path for request in self.requests)

    def answer(self, request: Request) -> Reply:
        """The whole answer to a request, as status, headers and body."""
        with self._lock:
            self.requests.append(request)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            return self._answer(request)
        finally:
            with self._lock:
                self._now -= 1

    def _answer(self, request: Request) -> Reply:
        routes: dict[str, Callable[[Json], Reply]] = {
            "/v1/models": lambda _: _json({"object": "list", "data": [{"id": self.model}]}),
            "/v1/chat/completions": self._chat,
        }
        if self.vllm:
            routes |= {
                "/health": lambda _: Reply(body=""),
                "/tokenize": self._tokenize,
                "/v1/completions": self._complete,
            }
        if request.path not in routes:
            return _error(404, "Not Found")
        keyed = request.headers.get("Authorization") == f"Bearer {self.key}"
        if request.path.startswith("/v1") and not keyed:
            return _error(401, "Unauthorized")
        if request.body and request.body.get("model") != self.model:
            return _error(404, f"The model `{request.body.get('model')}` does not exist.")
        return routes[request.path](request.body)

    def _chat(self, body: Json) -> Reply:
        reply = self._script(body)
        reply = Reply(reply) if isinstance(reply, str) else reply
        self.closing.wait(reply.delay)
        if reply.body is not None:
            return reply
        if reply.status != 200:
            return _error(reply.status, reply.text, reply.headers)
        choice: Json = {
            "index": 0,
            "message": {"role": "assistant", "content": reply.text},
            "finish_reason": "tool_calls" if reply.calls else reply.finish_reason,
        }
        if reply.calls:
            choice["message"]["tool_calls"] = [_tool_call(*call) for call in reply.calls]
        if body.get("logprobs"):
            rivals = [{"token": t, "logprob": p, "bytes": None} for t, p in reply.logprobs.items()]
            first = {"token": reply.text, "logprob": 0.0, "bytes": None, "top_logprobs": rivals}
            choice["logprobs"] = {"content": [first]}
        usage = _usage(len(_split(_text(body["messages"]))), len(_split(reply.text)))
        answer = {"id": "1", "object": "chat.completion", "created": 1, "model": self.model}
        return _json({**answer, "choices": [choice], "usage": usage}, reply)

    def _tokenize(self, body: Json) -> Reply:
        text = _text(body["messages"]) if "messages" in body else str(body["prompt"])
        tokens = [self._token(word) for word in _split(text)]
        return _json({"tokens": tokens, "count": len(tokens), "max_model_len": 2048})

    def _complete(self, body: Json) -> Reply:
        prompt = "".join(self._words[token] for token in body["prompt"])
        scores = {
            f"token_id:{token}": self._scores(prompt, self._words[token])
            for token in body["logprob_token_ids"]
        }
        top = [{"token_id:999999": -0.1, **scores}]  # vLLM adds the token it chose
        choice = {"index": 0, "text": "x", "logprobs": {"top_logprobs": top}}
        return _json({"choices": [choice], "usage": _usage(len(body["prompt"]), 1)})

    def _token(self, word: str) -> int:
        with self._lock:
            if word not in self._words:
                self._words.append(word)
            return self._words.index(word)


def _tool_call(name: str, arguments: Any) -> Json:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    function = {"name": name, "arguments": text}
    return {"id": uuid.uuid4().hex, "type": "function", "function": function}


def _as_function(script: Script) -> Callable[[Json], str | Reply]:
    if callable(script):
        return script
    replies = [script] if isinstance(script, str | Reply) else list(script)
    return lambda _request: replies.pop(0) if len(replies) > 1 else replies[0]


def _text(messages: Sequence[Mapping[str, Any]]) -> str:
    return "".join(f"{message['role']}: {message['content']}\n" for message in messages)


def _split(text: str) -> list[str]:
    return re.findall(r"[\u4e00-\u9fff]| ?[^\s\u4e00-\u9fff]+|\s", text)


def _usage(prompt: int, completion: int) -> Json:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0},
    }


def _json(content: Json, reply: Reply | None = None) -> Reply:
    reply = reply or Reply()
    return Reply(body=json.dumps(content), headers=reply.headers, cut=reply.cut)


def _error(status: int, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    body = json.dumps({"error": {"message": message, "type": "Error", "code": status}})
    return Reply(body=body, status=status, headers=headers or {})


def _handler(server: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._respond({})

        def do_POST(self) -> None:
            self._respond(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _respond(self, body: Json) -> None:
            reply = server.answer(
                Request(self.path, body, {k.title(): v for k, v in self.headers.items()})
            )
            content = (reply.body or "").encode()
            try:
                self.send_response(reply.status)
                headers = {"Content-Type": "application/json", **reply.headers}
                for name, value in (headers | {"Content-Length": str(len(content))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content[: len(content) // 2] if reply.cut else content)
            except OSError:
                self.close_connection = True  # the client gave up
            self.close_connection = self.close_connection or reply.cut

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    return Handler
