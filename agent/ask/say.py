"""The answer in a sentence or two, in the language of the question."""

from __future__ import annotations

from collections.abc import Sequence

from agent.ask.planner import Plan
from agent.ask.reasons import quoted
from agent.conditions import EVERYONE
from agent.settings import Language

MOST_GROUPS = 20

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "cannot": "This cannot be answered: {}.",
        "so_far": " Nothing is counted. Understood: {}.",
        "ranked": "Nothing in the question is a condition that can be counted; these customers are "
        "the most alike to it (ranked, not counted).",
        "nobody": "Nothing in the question is a condition that can be counted, and no profile is "
        "written yet that could be ranked: run `portrait build`.",
        "unused": " Not understood: {}.",
        "count": "{count:,} of {total:,} customers ({share}): {words}.",
        "everyone": "{count:,} customers in all.",
        "groups": " {}.",
        "group": "{} {:,}",
        "joint": "; ",
        "more": "{} more groups",
    },
    "zh": {
        "cannot": "无法回答：{}。",
        "so_far": "未作计数。已理解的条件：{}。",
        "ranked": "问题中没有可以计数的条件；以下是描述最相近的顾客（仅排序，不计数）。",
        "nobody": "问题中没有可以计数的条件，也还没有可供排序的画像：请先运行`portrait build`。",
        "unused": "未能理解：{}。",
        "count": "共{count:,}位顾客（占{total:,}位的{share}）符合：{words}。",
        "everyone": "共{count:,}位顾客。",
        "groups": "其中：{}。",
        "group": "{} {:,}位",
        "joint": "；",
        "more": "另有{}组",
    },
}


def answer_words(
    plan: Plan,
    words: str,
    count: int | None,
    total: int,
    groups: Sequence[tuple[str, int]],
    shown: int,
) -> str:
    """`words`: the conditions; `groups`: (label, customers) of a breakdown; `shown`: the sample."""
    say = _WORDS[plan.language]
    if plan.unanswerable:
        answer = say["cannot"].format(plan.unanswerable)
        return answer + ("" if plan.condition == EVERYONE else say["so_far"].format(words))
    if count is None:
        unused = say["unused"].format(quoted(plan.unused, plan.language)) if plan.unused else ""
        return say["ranked" if shown else "nobody"] + unused
    if plan.condition == EVERYONE:
        answer = say["everyone"].format(count=count)
    else:
        share = f"{100 * count / total:.1f}%"
        answer = say["count"].format(count=count, total=total, share=share, words=words)
    return answer + (say["groups"].format(_grouped(groups, say)) if groups else "")


def _grouped(groups: Sequence[tuple[str, int]], say: dict[str, str]) -> str:
    told = [say["group"].format(*group) for group in groups[:MOST_GROUPS]]
    if len(groups) > MOST_GROUPS:
        told.append(say["more"].format(len(groups) - MOST_GROUPS))
    return say["joint"].join(told)
