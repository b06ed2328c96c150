"""A program in place of vLLM: `python stub_vllm.py MODE FOLDER --port=… --served-model-name=…`.

It writes what it was given to FOLDER/calls, one JSON a line, and then, by MODE:
`healthy` answers, with a worker process; `stubborn` too, and ignores a polite end;
`dies` logs an error and ends; `hangs` never answers; `port-taken` dies as if somebody had its
port the first time, and answers the second time.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

MODE, FOLDER = sys.argv[1], Path(sys.argv[2])
GIVEN = dict(argument.removeprefix("--").partition("=")[::2] for argument in sys.argv[3:])


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name = GIVEN["served-model-name"]
        body = json.dumps({"data": [{"id": name}]}).encode() if "models" in self.path else b""
        keyed = self.headers["Authorization"] == f"Bearer {os.environ['VLLM_API_KEY']}"
        self.send_response(200 if keyed or self.path == "/health" else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


def main() -> None:
    with (FOLDER / "calls").open("a", encoding="utf-8") as calls:
        calls.write(json.dumps({"arguments": sys.argv, "environment": dict(os.environ)}) + "\n")
    sys.stdout.write(f"INFO loading {GIVEN}\n")
    sys.stdout.flush()
    if MODE == "dies":
        sys.exit("Traceback (most recent call last):\nValueError: the weights are too large")
    if MODE == "port-taken" and len((FOLDER / "calls").read_text().splitlines()) == 1:
        sys.exit("OSError: [Errno 98] Address already in use")
    if MODE == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if MODE == "hangs":
        time.sleep(600)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    HTTPServer(("127.0.0.1", int(GIVEN["port"])), Handler).serve_forever()


if __name__ == "__main__":
    main()
