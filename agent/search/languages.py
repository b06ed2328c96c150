"""Makes a text findable in another language than its own.

Multilingual models place a text by its language first and its meaning second: asked in Chinese,
multilingual-e5-small put every Chinese profile before the right English one. So the mean vector
of ordinary texts of its language (`ordinary.yaml`) is taken off each vector.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml
from numpy.typing import NDArray

Role = Literal["passage", "query"]
Vectors = list[list[float]]
Encode = Callable[[list[str], Role], Vectors]

_SOURCE = Path(__file__).with_name("ordinary.yaml").read_bytes()
_ORDINARY: dict[Role, dict[str, list[str]]] = yaml.safe_load(_SOURCE)
VERSION = hashlib.sha256(_SOURCE).hexdigest()[:6]


def centred(encode: Encode) -> Encode:
    """`encode`, with what all texts of a language have in common taken off its vectors.

    The vectors have length 1. The ordinary texts of a role are embedded at its first use.
    """

    @cache
    def means(role: Role) -> NDArray[Any]:
        texts = _ORDINARY[role]
        return np.array([np.mean(encode(texts[language], role), axis=0) for language in texts])

    def encode_centred(texts: list[str], role: Role) -> Vectors:
        english, chinese = means(role)
        share = np.array([[chinese_share(text)] for text in texts])
        vectors = np.array(encode(texts, role)) - share * chinese - (1 - share) * english
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        centred_vectors: Vectors = (vectors / np.maximum(lengths, 1e-12)).tolist()
        return centred_vectors

    return encode_centred


def chinese_share(text: str) -> float:
    """Chinese characters among characters and words: 1 for Chinese, 0 for any other language."""
    chinese = len(re.findall(r"[㐀-鿿]", text))
    words = len(re.findall(r"[^\W\d_㐀-鿿]+", text))
    return chinese / max(chinese + words, 1)
