"""`make install` with a Python that only writes down what it is asked to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PYTHON = """#!/bin/sh
echo "$*" >> "$CALLS"
case "$*" in
  "-c "*) exit $WRONG_VERSION ;;
  "-m venv --clear .venv") rm -rf .venv; mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
  *torch==*) exit $NO_TORCH ;;
  *--requirement*) exit $INTERRUPTED ;;
esac
"""


@dataclass(frozen=True)
class Checkout:
    """A folder with the Makefile, and a `python3.11` before all others on the PATH."""

    folder: Path

    def install(
        self, *, wrong_version: int = 0, no_torch: int = 0, interrupted: int = 0
    ) -> tuple[int, list[str], str]:
        """The exit code, the calls of Python that change something, and stderr."""
        calls = self.folder / "calls"
        calls.write_text("")
        given = {"WRONG_VERSION": wrong_version, "NO_TORCH": no_torch, "INTERRUPTED": interrupted}
        done = subprocess.run(
            ["make", "install"],
            cwd=self.folder,
            env={
                "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
                "CALLS": str(calls),
                **{name: str(value) for name, value in given.items()},
            },
            check=False,
            capture_output=True,
            text=True,
        )
        made = [line for line in calls.read_text().splitlines() if line.startswith("-m")]
        return done.returncode, made, done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    (tmp_path / "bin").mkdir()
    for name in ("python3.11", "python3"):
        (tmp_path / "bin" / name).write_text(PYTHON)
        (tmp_path / "bin" / name).chmod(0o755)
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "requirements.lock").write_text("setuptools==78.1.1\ntorch==2.13.0+cpu\n")
    return Checkout(tmp_path)


VENV = "-m venv --clear .venv"
TORCH = "-m pip install --no-deps setuptools==78.1.1 torch==2.13.0+cpu"
REST = "-m pip install --no-deps --no-build-isolation --use-pep517 --requirement requirements.lock"
PROJECT = "-m pip install --no-deps --no-build-isolation --editable ."


def test_a_second_call_has_nothing_to_do(checkout: Checkout) -> None:
    assert checkout.install()[:2] == (0, [VENV, TORCH, REST, PROJECT])
    assert checkout.install()[:2] == (0, [])


def test_an_interrupted_install_starts_again(checkout: Checkout) -> None:
    code, calls, _ = checkout.install(interrupted=1)
    assert code != 0
    assert calls == [VENV, TORCH, REST]
    assert checkout.install()[:2] == (0, [VENV, TORCH, REST, PROJECT])


def test_a_changed_lock_installs_all_again(checkout: Checkout) -> None:
    checkout.install()
    with (checkout.folder / "requirements.lock").open("a") as lock:
        lock.write("zstandard==0.25.0\n")
    assert checkout.install()[:2] == (0, [VENV, TORCH, REST, PROJECT])


def test_a_changed_pyproject_installs_the_project_again(checkout: Checkout) -> None:
    checkout.install()
    (checkout.folder / "pyproject.toml").write_text("[project] # changed\n")
    assert checkout.install()[:2] == (0, [PROJECT])


def test_a_moved_checkout_installs_again(checkout: Checkout, tmp_path: Path) -> None:
    checkout.install()
    moved = Checkout(tmp_path / "else where")
    shutil.copytree(tmp_path, moved.folder, ignore=shutil.ignore_patterns("else where"))
    assert moved.install()[:2] == (0, [VENV, TORCH, REST, PROJECT])


def test_without_python_311_one_line_says_so(checkout: Checkout) -> None:
    code, calls, said = checkout.install(wrong_version=1)
    assert code != 0
    assert calls == []
    assert "needs Python 3.11" in said.splitlines()[0]


def test_without_the_cpu_build_of_torch_the_message_names_the_option(checkout: Checkout) -> None:
    code, calls, said = checkout.install(no_torch=1)
    assert code != 0
    assert calls == [VENV, TORCH]
    assert "PIP_EXTRA_INDEX_URL" in said.splitlines()[0]
    assert "torch==2.13.0+cpu" in said.splitlines()[0]
