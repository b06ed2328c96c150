"""Texts to words, as the lexical side of the search counts them: both languages in one tokenizer.

words("Home bakers: 烘焙预拌粉")   # ["home", "bakers", "烘焙", "预拌", "粉"]
"""

from __future__ import annotations

import logging
import re
import unicodedata
import warnings
from contextlib import suppress
from functools import cache
from typing import Any

from agent.settings import cache_folder

VERSION = 2  # to be raised when the same text gives other words: saved indexes are then made anew

# In nearly every question or text: left in, "customers with" would rank.
_ENGLISH = """a an and are as at be but by for from have i in into is it its no not of on or our
such that the their then there these they this to was we were which who whose will with you
buy buyer buys buying customer customers like likes people person shopper shoppers someone"""
_CHINESE = """的 了 和 与 及 或 等 在 里 来 是 有 我 我们 谁 哪些 这里
人 顾客 客户 用户 买 购买 喜欢 爱 常 经常"""
_COMMON = frozenset(_ENGLISH.split()) | frozenset(_CHINESE.split())

_RUN = re.compile(r"[㐀-鿿]+|[^\W_㐀-鿿]+")


def words(text: str) -> list[str]:
    """The words of a text in order; a long Chinese word also by its parts (葡萄, 葡萄酒).

    In lower case, without the words that any text may hold. Plurals are words of their own:
    folding them gave nothing (eval/search.md).
    """
    found: list[str] = []
    for run in _RUN.findall(unicodedata.normalize("NFKC", text).lower()):
        found += _segmenter().lcut_for_search(run) if "㐀" <= run[0] <= "鿿" else [run]
    return [word for word in found if word not in _COMMON]


def segments(chinese: str) -> list[str]:
    """Chinese cut into words, none of them left out or said twice."""
    found: list[str] = _segmenter().lcut(chinese)
    return found


@cache
def _segmenter() -> Any:
    """jieba's segmenter. Its dictionary takes a second to load: only Chinese text waits for it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of how jieba finds its own files
        import jieba  # noqa: PLC0415

    jieba.setLogLevel(logging.CRITICAL)
    segmenter = jieba.Tokenizer()
    # By default it reads what anybody may have left in the machine's shared temporary folder.
    folder = cache_folder() / "jieba"
    with suppress(OSError):  # then it starts without a cache
        folder.mkdir(parents=True, exist_ok=True)
    segmenter.tmp_dir = str(folder)
    return segmenter
