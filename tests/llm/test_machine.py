"""What is chosen for a machine: memory, cores, number format, preloaded libraries."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import ModelFilesError, ServerError
from agent.llm import machine
from agent.llm.machine import GIB, Plan, plan

# Qwen 0.5B's shape: 24 layers x 2 (keys, values) x 2 heads x 64 x 2 bytes = 12,288 bytes a token.
CONFIG = {
    "num_hidden_layers": 24,
    "num_attention_heads": 14,
    "num_key_value_heads": 2,
    "hidden_size": 896,
}


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model of 1 GiB on a machine with two cores, bf16 and 16 GiB free."""
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    with (tmp_path / "model.safetensors").open("wb") as file:
        file.truncate(GIB)
    monkeypatch.setattr(machine, "_memory_available", lambda: 16 * GIB)
    monkeypatch.setattr(machine, "_instructions", lambda: frozenset({"avx512_bf16", "avx2"}))
    monkeypatch.setattr(machine, "_cores", lambda: (2, 3))
    monkeypatch.setattr(machine, "_device", lambda: "cpu")
    monkeypatch.setattr(machine, "_preload", list)
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    return tmp_path


def test_the_kv_cache_is_what_the_load_needs(model: Path) -> None:
    # 12,288 bytes x 2,048 tokens x 128 requests = 3 GiB; x 64 = 1.5 GiB, whole: 2.
    assert plan(model).kv_cache_gib == 3
    assert plan(model, max_num_seqs=64).kv_cache_gib == 2
    assert plan(model, context_tokens=32768).kv_cache_gib == 4


def test_little_memory_gives_a_small_cache_and_less_an_error(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_memory_available", lambda: 5 * GIB)
    assert plan(model).kv_cache_gib == 1
    monkeypatch.setattr(machine, "_memory_available", lambda: 3 * GIB)
    with pytest.raises(ServerError, match=r"needs about 4\.0 GiB .* 3\.0 GiB are free"):
        plan(model)


def test_numbers_follow_the_instructions(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plan(model).dtype == "bfloat16"
    monkeypatch.setattr(machine, "_instructions", lambda: frozenset({"avx2"}))
    without = plan(model)
    assert without.dtype == "float32"
    assert without.model_gib == 2.0


def test_what_the_server_is_told(model: Path) -> None:
    chosen = plan(model)
    switches = chosen.arguments()
    assert "--block-size=32" in switches
    assert "--max-num-seqs=128" in switches
    assert "--max-model-len=2048" in switches
    assert "--enforce-eager" in switches
    assert "--enforce-eager" not in plan(model, eager=False).arguments()
    (structured,) = [s for s in switches if s.startswith("--structured-outputs-config=")]
    assert json.loads(structured.partition("=")[2])["disable_any_whitespace"] is True
    environment = chosen.environment()
    assert environment["VLLM_CPU_OMP_THREADS_BIND"] == "2,3"
    assert environment["VLLM_CPU_KVCACHE_SPACE"] == "3"
    assert "LD_PRELOAD" not in environment


def test_a_gpu_keeps_vllms_own_settings(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_device", lambda: "cuda")
    monkeypatch.setattr(machine, "_memory_available", lambda: 0)
    chosen = plan(model)
    assert not any("CPU" in name for name in chosen.environment())
    assert not any(s.startswith(("--block-size", "--dtype")) for s in chosen.arguments())
    assert "GPU" in chosen.lines()[0]


def test_the_plan_is_shown(model: Path) -> None:
    shown = "\n".join(plan(model).lines())
    for part in (
        "cores: 2 (2, 3)",
        "bfloat16",
        "avx512_bf16",
        "KV cache 3 GiB",
        "2048",
        "tcmalloc",
    ):
        assert part in shown


def _preload_with(monkeypatch: pytest.MonkeyPatch, folder: Path, names: list[str]) -> list[str]:
    (folder / "lib").mkdir()
    for name in names:
        (folder / "lib" / name).touch()
    monkeypatch.setattr("sys.prefix", str(folder))
    monkeypatch.setattr(machine, "LIBRARY_FOLDERS", ())
    return [Path(path).name for path in machine._preload()]


def test_libraries_are_preloaded_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    names = ["libtcmalloc_minimal.so.4", "libiomp5.so"]
    assert _preload_with(monkeypatch, tmp_path, names) == names


def test_never_two_openmp_runtimes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_PRELOAD", "/usr/lib/libgomp.so.1")
    assert _preload_with(monkeypatch, tmp_path, ["libiomp5.so"]) == []


def test_the_users_own_preload_is_kept(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_PRELOAD", "/mine.so /other.so")
    monkeypatch.setattr(machine, "_preload", lambda: ["/tcmalloc.so"])
    assert plan(model).environment()["LD_PRELOAD"] == "/tcmalloc.so:/mine.so:/other.so"


@pytest.mark.parametrize(
    ("allowed", "siblings", "quota", "cores"),
    [
        ({0, 1, 2, 3}, {}, "max 100000", (0, 1, 2, 3)),
        ({2, 3}, {}, "", (2, 3)),
        ({0, 1, 2, 3}, {0: "0,2", 2: "0,2", 1: "1,3", 3: "1,3"}, "max 100000", (0, 1)),
        ({0, 1, 2, 3}, {}, "200000 100000", (0, 1)),
        ({0, 1, 2, 3}, {}, "50000 100000", (0,)),
    ],
    ids=["all", "affinity", "two threads a core", "quota of two", "quota of half"],
)
def test_cores_are_those_we_may_use(
    monkeypatch: pytest.MonkeyPatch,
    allowed: set[int],
    siblings: dict[int, str],
    quota: str,
    cores: tuple[int, ...],
) -> None:
    files = {"/sys/fs/cgroup/cpu.max": quota}
    for core, value in siblings.items():
        files[f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list"] = value
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: allowed)
    monkeypatch.setattr(machine, "_read", lambda path: files.get(str(path), ""))
    assert machine._cores() == cores


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"num_hidden_layers": "many"}'])
def test_a_config_of_no_language_model(model: Path, content: str) -> None:
    (model / "config.json").write_text(content)
    with pytest.raises(ModelFilesError, match=r"config\.json"):
        plan(model)


def test_this_machine_has_a_plan(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    (tmp_path / "model.safetensors").write_bytes(bytes(1000))
    assert isinstance(plan(tmp_path), Plan)


@given(st.integers(0, 200), st.integers(0, 60), st.integers(0, 500))
def test_the_cache_always_fits_beside_the_weights(free: int, weights: int, wanted: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "_memory_available", lambda: free * GIB)
        try:
            cache = machine._kv_cache_gib(weights * GIB, wanted * GIB)
        except ServerError:
            assert weights + 3 > free
        else:
            assert 1 <= cache <= 4
            assert weights + cache + 2 <= free
