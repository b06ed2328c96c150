"""A model hub over real sockets: one repository with the files it is given."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

COMMIT = "a" * 40


class FakeHub:
    """Serves `files` of `repository`; `lies` gives a file another hash than its bytes have."""

    def __init__(
        self, repository: str, files: Mapping[str, bytes], lies: Mapping[str, str] | None = None
    ) -> None:
        self.repository, self.files, self.lies = repository, files, lies or {}
        self.paths: list[str] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        serve = {"poll_interval": 0.02}
        threading.Thread(target=self._http.serve_forever, kwargs=serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def answer(self, path: str) -> tuple[int, bytes]:
        """Status and body for a path."""
        if path.startswith(f"/api/models/{self.repository}"):
            return 200, json.dumps(self.listing()).encode()
        name = path.removeprefix(f"/{self.repository}/resolve/{COMMIT}/")
        return (200, self.files[name]) if name in self.files else (404, b"{}")

    def listing(self) -> dict[str, Any]:
        """The repository as the hub describes it."""
        siblings = []
        for name, content in self.files.items():
            entry: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": "b"}
            if name.endswith((".safetensors", ".bin")):
                sha256 = self.lies.get(name, hashlib.sha256(content).hexdigest())
                entry["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 1}
            siblings.append(entry)
        return {"id": self.repository, "sha": COMMIT, "siblings": siblings}


def _handler(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            hub.paths.append(path)
            self._send(*hub.answer(path))

        def do_HEAD(self) -> None:
            self.do_GET()

        def _send(self, status: int, content: bytes) -> None:
            self.send_response(status)
            etag = hashlib.sha256(content).hexdigest()
            headers = {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT}
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
            for key, value in headers.items():
                self.send_header(key, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    return Handler
