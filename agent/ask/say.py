"""The answer in a few sentences, in the language of the question."""

from __future__ import annotations

from agent.ask.breakdown import breakdown_words
from agent.ask.execute import Found
from agent.ask.insight_words import compare_words, describe_words
from agent.ask.plan import Plan
from agent.ask.query import Query
from agent.ask.reasons import quoted
from agent.ask.trend import trend_words
from agent.conditions import EVERYONE
from agent.settings import Language
from agent.vocabulary import Vocabulary
from agent.words import condition_words, span_words

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "cannot": "This cannot be answered: {}.",
        "so_far": " Nothing is counted. Understood: {}.",
        "ranked": "Nothing in the question is a condition that can be counted; these customers are "
        "the most alike to it (ranked, not counted).",
        "nobody": "Nothing in the question is a condition that can be counted, and no profile is "
        "written yet that could be ranked: run `portrait build`.",
        "unused": " Not understood: {}.",
        "reread": "“{}” is read as “{}”. ",
        "count": "{count:,} of {total:,} customers ({share}): {words}.",
        "everyone": "{count:,} customers in all.",
        "listed": " Listed: the {n:,} with the {order} {field}.",
        "first": " Listed: the first {n:,}.",
        "most": "most",
        "least": "least",
        "against": " Held against {count:,}: {words}.",
        "one": "Customer {customer}.",
        "holds": " {words}: {met}.",
        "True": "yes",
        "False": "no",
        "None": "unknown",
        "and": " ",
    },
    "zh": {
        "cannot": "无法回答：{}。",
        "so_far": "未作计数。已理解的条件：{}。",
        "ranked": "问题中没有可以计数的条件；以下是描述最相近的顾客（仅排序，不计数）。",
        "nobody": "问题中没有可以计数的条件，也还没有可供排序的画像：请先运行`portrait build`。",
        "unused": "未能理解：{}。",
        "reread": "“{}”按“{}”理解。",
        "count": "共{count:,}位顾客（占{total:,}位的{share}）符合：{words}。",
        "everyone": "共{count:,}位顾客。",
        "listed": "列出{field}{order}的{n:,}位。",
        "first": "列出前{n:,}位。",
        "most": "最多",
        "least": "最少",
        "against": "对比的{count:,}位：{words}。",
        "one": "顾客{customer}。",
        "holds": "{words}：{met}。",
        "True": "是",
        "False": "否",
        "None": "未知",
        "and": "",
    },
}


def answer_words(
    plan: Plan, found: Found | None, words: str, total: int, shown: int, vocabulary: Vocabulary
) -> str:
    """`words`: the conditions; total: all customers; `shown`: how many are in the sample."""
    say = _WORDS[plan.language]
    reread = "".join(say["reread"].format(*pair) for pair in plan.reread)
    if plan.unanswerable:
        answer = reread + say["cannot"].format(plan.unanswerable)
        return answer + ("" if plan.condition == EVERYONE else say["so_far"].format(words))
    if found is None:
        unused = say["unused"].format(quoted(plan.unused, plan.language)) if plan.unused else ""
        return say["ranked" if shown else "nobody"] + unused
    if plan.kind == "explain":
        return reread + _one(plan, found, vocabulary)
    return reread + _counted(plan, found, words, total) + _rest(plan, found, vocabulary)


def _counted(plan: Plan, found: Found, words: str, total: int) -> str:
    say = _WORDS[plan.language]
    if plan.condition == EVERYONE:
        return say["everyone"].format(count=found.matching)
    share = f"{100 * found.matching / total:.1f}%"
    return say["count"].format(count=found.matching, total=total, share=share, words=words)


def _rest(plan: Plan, found: Found, vocabulary: Vocabulary) -> str:
    """What the kind of the query adds to the count."""
    say, language = _WORDS[plan.language], plan.language
    told = ""
    if plan.kind == "list":
        told = _listed(plan.query, len(found.customers), language, vocabulary)
    if found.against is not None and plan.query.against is not None:
        words = condition_words(plan.query.against, language, vocabulary)
        told += say["against"].format(count=len(found.against), words=words)
    parts = [
        found.breakdown and breakdown_words(found.breakdown, language, vocabulary),
        found.comparison and compare_words(found.comparison, language, vocabulary),
        None if found.traits is None else describe_words(found.traits, language, vocabulary),
        found.trend and trend_words(found.trend, language, vocabulary),
    ]
    return told + "".join(f"{say['and']}{part}" for part in parts if part)


def _listed(query: Query, listed: int, language: Language, vocabulary: Vocabulary) -> str:
    say = _WORDS[language]
    if query.rank is None:
        return say["first"].format(n=listed) if query.limit else ""
    label = vocabulary.field(query.rank.field).label(language)
    if query.rank.windowed:
        label = span_words(label, query.rank, language)
    return say["listed"].format(n=listed, order=say[query.rank.order], field=label)


def _one(plan: Plan, found: Found, vocabulary: Vocabulary) -> str:
    say = _WORDS[plan.language]
    told = [
        say["holds"].format(
            words=condition_words(part, plan.language, vocabulary), met=say[str(met)]
        )
        for part, met in found.met
    ]
    return say["one"].format(customer=plan.query.customer) + "".join(told)
