"""Models large enough to take several steps with tools: which they are, and how vLLM reads them."""

from __future__ import annotations

import json
import math
import re
from contextlib import suppress
from pathlib import Path

LARGE = 6.5e9  # what is called 7B has 6.7 to 7.6 billion parameters
CONTEXT_TOKENS = 8192  # six tools, the names of a home, and the results of several steps

# "Qwen3-8B", "qwen2.5-coder-0.5b", "llama3.1:8b", "Mixtral-8x7B", "SmolLM2-135M".
_SIZE = re.compile(r"(?<![a-z\d.])(?:(\d+)x)?(\d+(?:\.\d+)?)([bm])(?![a-z\d])")
_LONGEST_HEADER = 100_000_000  # bytes, by the format's own rule
_SCALE = {"b": 1e9, "m": 1e6}
# How vLLM reads the tool calls of a family (`model_type` in config.json); of any other as Hermes.
_PARSERS = {
    "glm4_moe": "glm45",
    "gpt_oss": "openai",
    "granite": "granite",
    "llama": "llama3_json",
    "mistral": "mistral",
}


def parameters(name: str, folder: Path | None = None) -> float | None:
    """How many parameters a model has, by its name, else by its files; None if neither tells.

    Packed weights (4 bits) count too low, so the name goes first. `folder`: where the files are,
    if `name` is not that folder itself.
    """
    place = folder or Path(name).expanduser()
    for said in (name.rstrip("/").rsplit("/", 1)[-1], place.name):
        if found := _SIZE.search(said.casefold()):
            times, size, unit = found.groups()
            return int(times or 1) * float(size) * _SCALE[unit]
    with suppress(OSError, ValueError, KeyError, TypeError):
        counted = sum(_counted(file) for file in place.glob("*.safetensors"))
        return counted or None
    return None


def is_large(name: str, folder: Path | None = None) -> bool | None:
    """Whether a model may take several steps; None where its size is unknown."""
    size = parameters(name, folder)
    return None if size is None else size >= LARGE


def tool_arguments(name: str, folder: Path) -> list[str]:
    """The switches with which vLLM lets a large model call tools; none for any other."""
    if not is_large(name, folder):
        return []
    family = ""
    with suppress(OSError, ValueError, KeyError, TypeError):
        family = json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"]
    parser = "hermes" if "hermes" in name.casefold() else _PARSERS.get(family, "hermes")
    return ["--enable-auto-tool-choice", f"--tool-call-parser={parser}"]


def _counted(file: Path) -> int:
    """The numbers in a safetensors file, by its header."""
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        header = json.loads(opened.read(min(length, _LONGEST_HEADER)))
    return sum(math.prod(part["shape"]) for key, part in header.items() if key != "__metadata__")
