"""GGUF to safetensors: `python -m agent.llm.convert FILE FOLDER`, a process of its own for torch.

vLLM cannot load GGUF on a CPU. The weights are de-quantised to bfloat16; the last line on
stdout is a JSON object that says what was done.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, GgufConfig

# Two quantised copies of one matrix agree row by row to .995 and better; unrelated rows do not.
SAME_ROW_COSINE = 0.99


def convert(source: Path, target: Path) -> dict[str, Any]:
    """Write the GGUF file `source` as a folder that transformers and vLLM load."""
    folder, name = str(source.parent), source.name
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    model: Any = AutoModelForCausalLM.from_pretrained(
        folder,
        gguf_file=name,
        dtype=torch.bfloat16,
        quantization_config=GgufConfig(dequantize=True),
    )
    agreement = tie(model)
    model.generation_config = _generation_config(tokenizer)
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)
    return {"tied": bool(model.config.tie_word_embeddings), "agreement": agreement}


def tie(model: Any) -> float:
    """Share the output head with the embedding where they are one matrix quantised twice.

    Returns the lowest cosine of a row of one with the same row of the other. The head is kept
    for both: quantisers give it more bits.
    """
    embedding, head = model.get_input_embeddings(), model.get_output_embeddings()
    if embedding.weight is head.weight:
        return 1.0
    with torch.inference_mode():
        rows = torch.nn.functional.cosine_similarity(
            embedding.weight.float(), head.weight.float(), dim=1
        )
    agreement = float(rows.min())
    if agreement >= SAME_ROW_COSINE:
        embedding.weight = head.weight
        model.config.tie_word_embeddings = True
        model.tie_weights()
    return agreement


def _generation_config(tokenizer: Any) -> Any:
    """Where an answer ends: at the end of a turn (the GGUF's end token) or of a text."""
    ends = {tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|endoftext|>")}
    make: Any = GenerationConfig
    return make(
        eos_token_id=sorted(end for end in ends if end is not None),
        pad_token_id=tokenizer.pad_token_id,
    )


def main() -> None:
    """Convert the file named first into the folder named second."""
    source, target = (Path(argument) for argument in sys.argv[1:3])
    sys.stdout.write(json.dumps(convert(source, target)) + "\n")


if __name__ == "__main__":
    main()
