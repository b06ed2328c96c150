"""How large a model is, by its name or its files, and how vLLM is told to read its tool calls."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from agent.llm.large import is_large, parameters, tool_arguments

NAMED: list[tuple[str, float | None]] = [
    ("qwen2.5-coder-0.5b", 0.5e9),
    ("Qwen/Qwen3-8B", 8e9),
    ("Qwen3-30B-A3B-Instruct-2507", 30e9),
    ("llama3.1:8b", 8e9),
    ("mistralai/Mixtral-8x7B-Instruct-v0.1", 56e9),
    ("HuggingFaceTB/SmolLM2-135M-Instruct", 0.135e9),
    ("Qwen2.5-7B-Instruct-1M", 7e9),
    ("TheOwner-70B/some-model", None),
    ("some-8bit-model", None),
    ("qwen3", None),
]


@pytest.mark.parametrize(("name", "size"), NAMED)
def test_a_name_tells_the_size(name: str, size: float | None) -> None:
    assert parameters(name) == size
    assert is_large(name) == (None if size is None else size >= 7e9)


def test_files_tell_the_size_where_the_name_does_not(tmp_path: Path) -> None:
    for part in range(2):
        save_file({"a": np.zeros((3, 5)), "b": np.zeros(7)}, tmp_path / f"{part}.safetensors")
    assert parameters(str(tmp_path)) == parameters("other", tmp_path) == 44
    assert is_large(str(tmp_path)) is False
    (tmp_path / "0.safetensors").write_bytes(b"broken")
    assert parameters(str(tmp_path)) is None


@pytest.mark.parametrize(
    ("name", "family", "parser"),
    [
        ("Qwen/Qwen3-8B", "qwen3", "hermes"),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama", "llama3_json"),
        ("NousResearch/Hermes-3-Llama-3.1-8B", "llama", "hermes"),
        ("mistralai/Mistral-7B-Instruct-v0.3", "mistral", "mistral"),
        ("someone/new-9B", "new", "hermes"),
    ],
)
def test_a_large_model_may_call_tools(tmp_path: Path, name: str, family: str, parser: str) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": family}))
    expected = ["--enable-auto-tool-choice", f"--tool-call-parser={parser}"]
    assert tool_arguments(name, tmp_path) == expected


def test_no_other_does(tmp_path: Path) -> None:
    assert tool_arguments("qwen2.5-coder-1.5b", tmp_path) == []
    assert tool_arguments("unknown", tmp_path) == []
