"""Files that are whole or not there, and one writer at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from agent.errors import StoreError


def write_parquet(table: pa.Table, path: Path) -> None:
    """Replace a file so that a crash leaves the old one or the new one. Raises `StoreError`."""
    temporary = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            pq.write_table(table.combine_chunks(), file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StoreError(
            f"{path}: cannot be written: {error.strerror}; free space or fix access"
        ) from error


def read_parquet(path: Path) -> pa.Table:
    """A file that `write_parquet` wrote. Raises `StoreError`."""
    try:
        return pq.ParquetFile(path).read()
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"{path}: is damaged: remove it and ingest its files again") from error


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, which takes its name once all is written. Raises `StoreError`."""
    part = folder.with_name(f".{folder.name}.new")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
        part.rename(folder)
    except OSError as error:
        raise StoreError(
            f"{folder}: cannot be written: {error.strerror}; free space or fix access"
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def only_writer(home: Path) -> Iterator[None]:
    """Hold the home folder for writing; the lock goes with the process. Raises `StoreError`."""
    try:
        file = (home / ".lock").open("w")
    except OSError as error:
        raise StoreError(
            f"{home}: cannot be written: {error.strerror}; choose another --home"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(
                f"{home}: another portrait command is writing: wait for it, or stop it"
            ) from error
        yield
