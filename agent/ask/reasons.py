"""Why a question is not answered, in its language."""

from __future__ import annotations

from collections.abc import Sequence

from agent.settings import Language

REASONS: dict[Language, dict[str, str]] = {
    "en": {
        "long": "the question is too long",
        "empty": "there is no question",
        "unknown": "the data says nothing about “{}”",
        "future": "the data ends on {}, and a question about what comes after cannot be counted",
        "unused": "not understood: {}",
        "offer": "did you mean “{1}” by “{0}”?",
        "joint": " ",
        "tag": "the tag “{}” is not given to anybody in this shop",
        "gone": "the audience “{}” does not fit the data any more: {}",
        "before": "this goes on from a question that was not understood: ask all of it at once",
        "customer": "nobody here has the id “{}”",
    },
    "zh": {
        "long": "问题太长",
        "empty": "没有问题",
        "unknown": "数据中没有关于“{}”的信息",
        "future": "数据截至{}，之后的情况无法统计",
        "unused": "未能理解：{}",
        "offer": "“{0}”是指“{1}”吗？",
        "joint": "",
        "tag": "本店没有为任何顾客打上标签“{}”",
        "gone": "已保存的人群“{}”不再适用于当前数据：{}",
        "before": "这是对上一个未能理解的问题的追问：请把问题一次问全",
        "customer": "没有编号为“{}”的顾客",
    },
}


def quoted(words: Sequence[str], language: Language) -> str:
    """Words in quotation marks, in a row; many are cut short."""
    shown = [f"“{run[:60]}{'…' if len(run) > 60 else ''}”" for run in words[:8]]
    more = ["…"] if len(words) > 8 else []
    return ("、" if language == "zh" else ", ").join([*shown, *more])
