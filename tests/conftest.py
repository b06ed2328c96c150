"""Fixtures that several rooms use."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import psutil
import pytest
from hypothesis import settings

from agent import cli
from agent.llm import machine, models, server
from agent.llm.endpoint import Endpoint
from tests.fake_server import FakeServer
from tests.postgres_server import PostgresServer, postgres_server
from tests.tags.shop import Trained, train_home

Run = Callable[..., tuple[int, str, str]]

# How long an example takes says how busy the machine is; timings belong in benchmarks.
settings.register_profile("portrait", deadline=None)
settings.load_profile("portrait")


@pytest.fixture
def fake_server() -> Iterator[Callable[..., FakeServer]]:
    """`fake_server(script, …)` starts a `FakeServer`; all are closed after the test."""
    with ExitStack() as stack:

        def begin(*arguments: Any, **options: Any) -> FakeServer:
            return stack.enter_context(FakeServer(*arguments, **options))

        yield begin


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("--home", home, "ask", …)`: exit code, standard output, standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["portrait", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "80")
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        printed = capsys.readouterr()
        code = stopped.value.code
        return code if isinstance(code, int) else 0, printed.out, printed.err

    return call


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL, started once; each test that writes asks it for a database of its own."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A small shop with learned tags; to be read, or copied before it is changed."""
    return train_home(tmp_path_factory.mktemp("trained"))


def _runs(pid: int) -> bool:
    """Whether it does anything: in a container a dead process may stay on as a zombie."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


@pytest.fixture(scope="session")
def vllm_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """The real vLLM with the default model, started once; the model stays in the user's cache."""
    name = "qwen2.5-coder-0.5b"
    folder = models.pull(name)
    log = tmp_path_factory.mktemp("logs") / "vllm.log"
    # Another cache for the server's state, so that a server which the user runs is left alone.
    cache = str(tmp_path_factory.mktemp("cache"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTRAIT_CACHE", cache)
        endpoint = server.start(folder, machine.plan(folder), name, log)
        state = server.status()
    yield endpoint
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTRAIT_CACHE", cache)
        assert server.stop()
    assert state is not None
    assert len(state.processes) >= 3  # the API server, the engine, its worker
    assert not any(_runs(pid) for pid, _ in state.processes)
