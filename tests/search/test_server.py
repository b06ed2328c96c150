"""The same index on a real Chroma server."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from agent.errors import SearchIndexError
from agent.search.index import Index
from tests.search.fakes import Counter, entry


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--path", str(tmp_path_factory.mktemp("server"))]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield wait_for(f"http://127.0.0.1:{port}")
    finally:
        server.terminate()
        server.wait()


def wait_for(url: str) -> str:
    for _ in range(300):
        try:
            httpx.get(f"{url}/api/v2/heartbeat", trust_env=False).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return url
    pytest.skip("the Chroma server did not start within 30 seconds")


def test_two_users_see_one_index(url: str) -> None:
    counter = Counter()
    with Index(None, url, counter.embedder) as writer, Index(None, url, counter.embedder) as reader:
        entries = [entry(n) for n in range(100)]
        assert writer.upsert(entries) == 100
        assert reader.upsert(entries) == 0
        assert reader.search(entry(7).text, 1)[0].customer == "c7"
        assert len(reader.search("tea", 500)) == 100
        assert len(reader.search("tea", 5, {"c1", "c2", "nobody"})) == 2
        writer.delete(["c7"])
        assert "c7" not in reader.ids()


def test_rebuild_and_change_of_embedder(url: str) -> None:
    with Index(None, url, Counter("old@1").embedder) as index:
        index.rebuild([entry(n) for n in range(10)])
        assert index.rebuild([entry(n) for n in range(5)], keep_vectors=True) == 0
        assert index.ids() == {f"c{n}" for n in range(5)}
    with Index(None, url, Counter("new@2").embedder) as index:
        with pytest.raises(SearchIndexError, match="portrait repair"):
            index.ids()
        assert index.rebuild([entry(1)]) == 1
        assert index.ids() == {"c1"}


@pytest.mark.parametrize("wrong", ["http://127.0.0.1:9", "http://127.0.0.1:9/path"])
def test_no_server_there(wrong: str) -> None:
    with (
        Index(None, wrong, Counter().embedder) as index,
        pytest.raises(SearchIndexError, match="is the Chroma server running"),
    ):
        index.ids()


def test_no_url() -> None:
    with pytest.raises(SearchIndexError, match="write http://HOST:PORT"):
        Index(None, "localhost:8000", Counter().embedder)
