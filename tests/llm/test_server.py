"""The server process, with a stub in place of vLLM: start, reuse, death, stop, stale state."""

from __future__ import annotations

import dataclasses
import json
import os
import socket
import stat
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from pydantic import SecretStr

from agent.errors import ServerError
from agent.llm import models, server
from agent.llm.endpoint import Endpoint, check_serves
from agent.llm.machine import Plan
from agent.progress import Tick
from agent.settings import ModelSettings
from tests.fake_server import FakeServer

STUB = Path(__file__).with_name("stub_vllm.py")
PLAN = Plan(
    device="cpu",
    cores=(0, 1),
    instructions=("avx2",),
    dtype="bfloat16",
    model_gib=1.0,
    kv_cache_gib=1,
    context_tokens=2048,
    max_num_seqs=128,
    preload=(),
)

Use = Callable[[str], None]


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Use]:
    """`stub(mode)` puts the stub in vLLM's place; whatever runs at the end is ended."""
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(server, "WAIT", 0.05)

    def use(mode: str) -> None:
        monkeypatch.setattr(server, "COMMAND", (sys.executable, str(STUB), mode, str(tmp_path)))

    use("healthy")
    yield use
    monkeypatch.setattr(server, "STOP_SECONDS", 0.5)
    server.stop()


@pytest.fixture
def begin(tmp_path: Path) -> Callable[..., Endpoint]:
    def start(name: str = "tiny", plan: Plan = PLAN, **options: Any) -> Endpoint:
        folder = tmp_path / name
        return server.start(folder, plan, name, tmp_path / "logs" / "vllm.log", **options)

    return start


Begin = Callable[..., Endpoint]


def calls(tmp_path: Path) -> list[dict[str, Any]]:
    """What the stub was given, each time it was started."""
    return [json.loads(line) for line in (tmp_path / "calls").read_text().splitlines()]


def running() -> server.ServerState:
    state = server.status()
    assert state is not None
    return state


def gone(pids: list[int]) -> bool:
    return not any(
        psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        for pid in pids
    )


def test_a_started_server_answers_with_its_key(stub: Use, begin: Begin) -> None:
    ticks: list[Tick] = []
    endpoint = begin(progress=ticks.append)
    check_serves(endpoint)
    assert endpoint.url.startswith("http://127.0.0.1:")
    assert endpoint.url.endswith("/v1")
    assert len(endpoint.key) >= 32
    assert {tick.step for tick in ticks} == {"start model server"}
    with pytest.raises(ServerError, match="401"):
        check_serves(dataclasses.replace(endpoint, key="guess"))


def test_the_key_is_in_no_command_line_and_no_repr(stub: Use, begin: Begin, tmp_path: Path) -> None:
    endpoint = begin()
    (call,) = calls(tmp_path)
    assert call["environment"]["VLLM_API_KEY"] == endpoint.key
    assert not any(endpoint.key in argument for argument in call["arguments"])
    assert endpoint.key not in repr(running()) + repr(endpoint)


def test_the_state_file_is_the_users_alone(stub: Use, begin: Begin, tmp_path: Path) -> None:
    begin()
    mode = (tmp_path / "cache" / "server.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_the_server_runs_offline_and_as_planned(stub: Use, begin: Begin, tmp_path: Path) -> None:
    begin()
    (call,) = calls(tmp_path)
    environment = call["environment"]
    assert environment["HF_HUB_OFFLINE"] == "1"
    assert environment["VLLM_NO_USAGE_STATS"] == "1"
    assert environment["DO_NOT_TRACK"] == "1"
    assert environment["VLLM_CPU_OMP_THREADS_BIND"] == "0,1"
    assert environment["VLLM_CPU_KVCACHE_SPACE"] == "1"
    assert "--max-model-len=2048" in call["arguments"]
    assert "--host=127.0.0.1" in call["arguments"]


def test_the_same_model_again_is_the_same_server(stub: Use, begin: Begin, tmp_path: Path) -> None:
    assert begin() == begin()
    smaller = dataclasses.replace(PLAN, context_tokens=512, kv_cache_gib=3)
    assert begin(plan=smaller).url == running().endpoint.url
    assert len(calls(tmp_path)) == 1


def test_an_interrupt_while_waiting_for_anothers_server_leaves_it(
    stub: Use, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(tick: Tick) -> None:
        raise KeyboardInterrupt

    endpoint = begin()
    monkeypatch.setattr(server.ServerState, "healthy", property(lambda _: False))
    with pytest.raises(KeyboardInterrupt):
        begin(progress=interrupt)
    assert running().endpoint == endpoint


def test_starts_at_the_same_time_make_one_server(stub: Use, begin: Begin, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: begin(), range(3)))
    assert len(set(found)) == 1
    assert len(calls(tmp_path)) == 1


def test_another_model_is_refused_unless_it_may_replace(stub: Use, begin: Begin) -> None:
    first = begin("tiny")
    with pytest.raises(ServerError, match=r"runs tiny .* asked for was other .*--replace"):
        begin("other")
    assert running().endpoint == first
    second = begin("other", replace=True)
    assert second.model == "other"
    assert running().endpoint == second


def test_more_context_than_the_running_server_has_is_refused(stub: Use, begin: Begin) -> None:
    begin()
    with pytest.raises(ServerError, match=r"2048 tokens.*with 8192"):
        begin(plan=dataclasses.replace(PLAN, context_tokens=8192))


def test_stop_ends_every_process(stub: Use, begin: Begin, tmp_path: Path) -> None:
    begin()
    time.sleep(0.2)
    pids = [pid for pid, _ in running().processes]
    pids += [child.pid for child in psutil.Process(pids[0]).children(recursive=True)]
    assert len(set(pids)) >= 2
    assert server.stop()
    assert gone(pids)
    assert server.status() is None
    assert not (tmp_path / "cache" / "server.json").exists()
    assert not server.stop()


def test_stop_insists(stub: Use, begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    stub("stubborn")
    begin()
    monkeypatch.setattr(server, "STOP_SECONDS", 0.5)
    pid = running().pid
    assert server.stop()
    assert gone([pid])


def test_a_server_that_dies_tells_why_at_once(stub: Use, begin: Begin, tmp_path: Path) -> None:
    stub("dies")
    with pytest.raises(ServerError, match="died while it started") as caught:
        begin()
    assert "ValueError: the weights are too large" in str(caught.value)
    assert str(tmp_path / "logs" / "vllm.log") in str(caught.value)
    assert server.status() is None


def test_a_server_that_never_comes_up_is_ended(stub: Use, begin: Begin, tmp_path: Path) -> None:
    stub("hangs")
    with pytest.raises(ServerError, match="not up after 1 s"):
        begin(timeout=0.8)
    assert server.status() is None
    assert not any(str(tmp_path) in " ".join(p.info["cmdline"] or []) for p in _processes())


def _processes() -> Iterator[Any]:
    return iter(psutil.process_iter(["cmdline"]))


def test_an_interrupted_start_leaves_no_server(stub: Use, begin: Begin) -> None:
    def interrupt(tick: Tick) -> None:
        raise KeyboardInterrupt

    stub("hangs")
    with pytest.raises(KeyboardInterrupt):
        begin(progress=interrupt)
    assert server.status() is None


def test_a_port_that_was_taken_is_tried_again(stub: Use, begin: Begin, tmp_path: Path) -> None:
    stub("port-taken")
    check_serves(begin())
    assert len(calls(tmp_path)) == 2


def test_workers_of_a_killed_server_are_cleared_away(
    stub: Use, begin: Begin, tmp_path: Path
) -> None:
    begin()
    parent = psutil.Process(running().pid)
    parent.kill()
    parent.wait()
    pids = [pid for pid, _ in json.loads((tmp_path / "cache/server.json").read_text())["processes"]]
    assert len(pids) == 2
    assert server.status() is None
    assert gone(pids)
    check_serves(begin())


def test_a_pid_that_now_belongs_to_another_is_left_alone(
    stub: Use, begin: Begin, tmp_path: Path
) -> None:
    begin()
    server.stop()
    file = tmp_path / "cache" / "server.json"
    us = psutil.Process(os.getpid())
    state = server.ServerState(
        pid=us.pid,
        started=us.create_time() - 1000,
        port=1,
        key="k",
        model="tiny",
        folder="x",
        context_tokens=1,
        settings=[],
        log="log",
        processes=[(us.pid, us.create_time() - 1000)],
    )
    file.write_text(json.dumps(dataclasses.asdict(state)))
    assert server.status() is None
    assert not file.exists()
    assert us.is_running()


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"pid": 1', "null"])
def test_a_damaged_state_file_is_no_server(stub: Use, tmp_path: Path, content: str) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "server.json").write_text(content)
    assert server.status() is None


def test_named_servers_are_used_and_none_is_started(
    stub: Use, tmp_path: Path, fake_server: Callable[..., FakeServer]
) -> None:
    one, two = fake_server(model="qwen"), fake_server(model="qwen")
    settings = ModelSettings(name="qwen", urls=(one.url, two.url), api_key=SecretStr("secret"))
    assert server.endpoints(settings, tmp_path) == [one.endpoint, two.endpoint]
    assert server.status() is None


def test_a_named_server_that_does_not_answer(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        with pytest.raises(ServerError, match=r"does not answer.*is it running"):
            server.endpoints(ModelSettings(name="qwen", urls=(url,)), tmp_path)


def test_without_named_servers_one_is_started_and_used_again(
    stub: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "pull", lambda *_, **__: tmp_path / "model")
    monkeypatch.setattr(server, "plan", lambda *_, **__: PLAN)
    settings = ModelSettings(name="tiny")
    first = server.endpoints(settings, tmp_path / "logs")
    monkeypatch.setattr(server, "plan", lambda *_, **__: pytest.fail("planned again"))
    assert server.endpoints(settings, tmp_path / "logs") == first
    assert len(calls(tmp_path)) == 1


def test_a_log_that_cannot_be_written(stub: Use, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ServerError, match="cannot be started"):
        server.start(tmp_path, PLAN, "tiny", tmp_path / "file" / "vllm.log")
