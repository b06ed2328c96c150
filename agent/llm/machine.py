"""Settings of the model server, chosen for this machine and shown to the user."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from math import ceil, floor
from pathlib import Path
from typing import Any, Literal

import psutil

from agent.errors import ModelFilesError, ServerError

GIB = 1024**3
LARGEST_KV_CACHE_GIB = 4
# What vLLM, torch and the interpreter need beside weights and KV cache.
OVERHEAD_BYTES = 2 * GIB
BLOCK_SIZE = 32  # tokens; vLLM's 128 shares fewer of our short common prefixes
BF16_INSTRUCTIONS = frozenset({"amx_bf16", "avx512_bf16", "bf16"})
SHOWN_INSTRUCTIONS = ("amx_bf16", "avx512_bf16", "avx512f", "avx2", "bf16", "neon", "asimd")
SHAPE = ("num_hidden_layers", "num_attention_heads", "hidden_size")
LIBRARY_FOLDERS = (
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/lib",
)


@dataclass(frozen=True)
class Plan:
    """How to run vLLM here. `cores` are the ids of the CPUs to compute on; sizes are in GiB."""

    device: Literal["cpu", "cuda"]
    cores: tuple[int, ...]
    instructions: tuple[str, ...]
    dtype: Literal["bfloat16", "float32", "auto"]
    model_gib: float
    kv_cache_gib: int
    context_tokens: int
    max_num_seqs: int
    preload: tuple[str, ...]
    eager: bool = True

    def arguments(self) -> list[str]:
        """The server's command-line switches, all but model, name, host and port."""
        structured = {"backend": "xgrammar", "disable_any_whitespace": True}
        switches = [
            f"--max-model-len={self.context_tokens}",
            f"--structured-outputs-config={json.dumps(structured)}",
            # Sampling defaults of a model's makers must not change our answers.
            "--generation-config=vllm",
            "--enable-prefix-caching",
            "--enable-prompt-tokens-details",
            "--disable-uvicorn-access-log",
        ]
        if self.device == "cpu":
            switches += [
                f"--dtype={self.dtype}",
                f"--block-size={BLOCK_SIZE}",
                f"--max-num-seqs={self.max_num_seqs}",
                *(["--enforce-eager"] if self.eager else []),
            ]
        return switches

    def environment(self) -> dict[str, str]:
        """What is added to the server's environment."""
        quiet = {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
        if self.device == "cuda":
            return quiet
        preload = [*self.preload, *os.environ.get("LD_PRELOAD", "").replace(":", " ").split()]
        return quiet | {
            "VLLM_CPU_OMP_THREADS_BIND": ",".join(map(str, self.cores)),
            "VLLM_CPU_KVCACHE_SPACE": str(self.kv_cache_gib),
            **({"LD_PRELOAD": ":".join(preload)} if preload else {}),
        }

    def lines(self) -> list[str]:
        """The plan for a person, one setting a line."""
        if self.device == "cuda":
            return ["device: CUDA GPU, vLLM's own settings", f"context: {self.context_tokens}"]
        names = [Path(library).name for library in self.preload]
        tcmalloc = any("tcmalloc" in name for name in names)
        missing = [] if tcmalloc else ["(no tcmalloc: install libtcmalloc-minimal4 for more speed)"]
        return [
            f"cores: {len(self.cores)} ({', '.join(map(str, self.cores))})",
            f"instructions: {', '.join(self.instructions) or 'basic'}; numbers: {self.dtype}",
            f"memory: model {self.model_gib:.1f} GiB, KV cache {self.kv_cache_gib} GiB",
            f"context: {self.context_tokens} tokens; at once: {self.max_num_seqs} requests",
            f"preloaded: {', '.join([*names, *missing])}",
            f"compiled: {'no (starts sooner)' if self.eager else 'yes'}",
        ]


def plan(
    model_folder: Path,
    *,
    context_tokens: int = 2048,
    max_num_seqs: int = 128,
    eager: bool = True,
) -> Plan:
    """Settings for the model in `model_folder` on this machine.

    Raises `ServerError` where the weights do not fit into the memory that is free.
    """
    instructions = _instructions()
    dtype: Literal["bfloat16", "float32"] = (
        "bfloat16" if BF16_INSTRUCTIONS & instructions else "float32"
    )
    weights = _weight_bytes(model_folder) * (2 if dtype == "float32" else 1)
    device = _device()
    kv_cache = (
        0
        if device == "cuda"
        else _kv_cache_gib(
            weights, _kv_bytes_per_token(model_folder, dtype) * context_tokens * max_num_seqs
        )
    )
    return Plan(
        device=device,
        cores=_cores(),
        instructions=tuple(name for name in SHOWN_INSTRUCTIONS if name in instructions),
        dtype=dtype,
        model_gib=round(weights / GIB, 2),
        kv_cache_gib=kv_cache,
        context_tokens=context_tokens,
        max_num_seqs=max_num_seqs,
        preload=tuple(_preload()),
        eager=eager,
    )


def _device() -> Literal["cpu", "cuda"]:
    """A GPU counts only where the vLLM that drives it is installed, not vllm-cpu."""
    try:
        distribution("vllm-cpu")
    except PackageNotFoundError:
        return "cuda" if Path("/dev/nvidia0").exists() else "cpu"
    return "cpu"


def _instructions() -> frozenset[str]:
    """Instruction sets that the processor names (x86: flags; Arm: Features)."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return frozenset()
    named = (line.split(":", 1)[1] for line in lines if line.startswith(("flags", "Features")))
    return frozenset(next(named, "").split())


def _cores() -> tuple[int, ...]:
    """One CPU id per physical core that this process may use, no more than the cgroup allows."""
    allowed = sorted(os.sched_getaffinity(0))
    first_of_siblings = {_siblings(core): core for core in reversed(allowed)}
    cores = sorted(first_of_siblings.values())
    return tuple(cores[: _cpu_quota() or len(cores)])


def _siblings(core: int) -> str:
    """The hardware threads that share a physical core; they gain nothing in matrix products."""
    path = Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
    return _read(path) or str(core)


def _cpu_quota() -> int | None:
    """Whole CPUs that a container's quota allows; None without one."""
    quota, _, period = _read(Path("/sys/fs/cgroup/cpu.max")).partition(" ")
    if not (quota.isdigit() and period.isdigit()):
        return None
    return max(1, int(quota) // int(period))


def _memory_available() -> int:
    """Bytes free for this process, by the machine and by the container's limit."""
    available = int(psutil.virtual_memory().available)
    limit = _read(Path("/sys/fs/cgroup/memory.max"))
    used = _read(Path("/sys/fs/cgroup/memory.current"))
    if limit.isdigit() and used.isdigit():
        available = min(available, int(limit) - int(used))
    return available


def _kv_cache_gib(weights: int, wanted: int) -> int:
    """Whole GiB for the KV cache: what the load can use, at most half of what is left over."""
    available = _memory_available()
    left = available - weights - OVERHEAD_BYTES
    if left < GIB:
        raise ServerError(
            f"the model needs about {(weights + OVERHEAD_BYTES + GIB) / GIB:.1f} GiB of memory and "
            f"{available / GIB:.1f} GiB are free: free some, or choose a smaller model"
        )
    return max(1, min(ceil(wanted / GIB), LARGEST_KV_CACHE_GIB, floor(left / 2 / GIB)))


def _weight_bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("*.safetensors"))


def _kv_bytes_per_token(folder: Path, dtype: str) -> int:
    """Keys and values of one token in all layers."""
    config = _config(folder)
    heads = config.get("num_key_value_heads") or config["num_attention_heads"]
    size = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    return int(2 * config["num_hidden_layers"] * heads * size * (4 if dtype == "float32" else 2))


def _config(folder: Path) -> dict[str, Any]:
    """The shape of the language model; a model that also sees pictures keeps it one level down."""
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        text_part: dict[str, Any] = config.get("text_config") or config
    except (OSError, ValueError, AttributeError) as error:
        raise ModelFilesError(f"{folder}/config.json cannot be read: {error}") from error
    missing = [name for name in SHAPE if not isinstance(text_part.get(name), int)]
    if missing:
        raise ModelFilesError(
            f"{folder}/config.json lacks {', '.join(missing)}: no language model?"
        )
    return text_part


def _preload() -> list[str]:
    """tcmalloc and Intel's OpenMP where they are installed; never two OpenMP runtimes."""
    folders = [Path(sys.prefix) / "lib", *map(Path, LIBRARY_FOLDERS)]
    names = ["libtcmalloc_minimal.so.4"]
    if "gomp" not in os.environ.get("LD_PRELOAD", ""):
        names.append("libiomp5.so")
    found = (next((f / name for f in folders if (f / name).is_file()), None) for name in names)
    return [str(path) for path in found if path]


def _read(path: Path) -> str:
    """A small file of the kernel, or nothing."""
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""
