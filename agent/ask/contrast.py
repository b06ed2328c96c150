"""Questions that hold one audience against another, or against all others.

"compare A with B", "how do A differ from B", "what sets A apart", "对比A和B", "A有什么特点". A cue
says which it is; without the words of the cue, what is left must name one audience or two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from agent.ask.dates import SAME_TIME, windows
from agent.ask.query import Kind

_OTHERS = re.compile(
    r"\s*(?:(?:all\s+)?(?:of\s+)?(?:the\s+|our\s+)?"
    r"(?:others?(?:\s+(?:customers|people|shoppers|households|ones))?"
    r"|rest(?:\s+of\s+(?:them|the\s+customers|our\s+customers|all|everyone|the\s+base))?"
    r"|everyone(?:\s+else)?|everybody(?:\s+else)?|average(?:\s+(?:customer|shopper))?"
    r"|typical\s+customers?|all\s+customers|customers\s+in\s+general)"
    r"|(?:其他|其它|其余|别的|一般|普通|全部|所有|整体|大多数)的?(?:顾客|客户|用户"
    r"|会员|人|群体)?|大家|别人)\s*"
)
# The first audience's opposite; the audience of the question before.
NEITHER = re.compile(
    r"(?:the\s+)?(?:those|people|customers|ones|households|shoppers)?\s*(?:who|that|with)?\s*"
    r"(?:without(?:\s+(?:any|it|them|one))?"
    r"|(?:did|do|does|have|has|are|were)(?:n't|\s+not)(?:\s+(?:have|buy|bought|own|any"
    r"|it|them|one|do so))*|not)"
    r"|(?:没有?|不是|没买过?|不买|未)的?(?:顾客|客户|人|用户)?"
)
THEM = re.compile(
    r"(?:and|them|they|those|these|it|that|\s)*|(?:他们|她们|这些人?|那些人?"
    r"|上述(?:顾客|人群)?|前者|再|那)*"
)


@dataclass(frozen=True)
class Contrast:
    """Two audiences in words; `against` None: all others."""

    kind: Kind
    audience: str
    against: str | None = None


_COMPARE = re.compile(
    r"\b(?:in\s+(?:what|which)\s+ways?\s+(?:are|do|is)|how\s+(?:do|does|are|is"
    r"|did))\b(?=.*(?:differ|different|compare|stack up|unlike|measure up))"
    r"|\b(?:(?:please\s+)?compar(?:e|es|ed|ing)|a\s+comparison\s+(?:of|between)"
    r"|comparison(?:\s+(?:of|between))?|contrast(?:ing)?)\b"
    r"|\b(?:what(?:'s|\s+is|\s+are)\s+)?(?:the\s+)?(?:main\s+|key\s+"
    r"|biggest\s+)?differences?\b(?:\s+(?:between|there))?|\bdiffer(?:ent)?\b"
    r"|\bunlike\b"
    r"|\b(?:put|place|set|line\s+up|show)\b(?=.*\bside\s+by\s+side\b)"
    r"|\bside\s+by\s+side\b|\bstack(?:s|ed)?\s+up\b|\bmeasure\s+up\b"
    r"|\bhead\s+to\s+head\b"
    r"|\b(?:in\s+what|how)\s+do\s+(?:the\s+)?(?:2|two|both)\b"
    r"|\bdo(?:es)?\b(?=.*\bmore\b.*\bthan\b)|\b(?:spend|order|buy|shop)\s+(?:more"
    r"|less)(?:\s+(?:often|money))?(?=\s+than\b)"
    r"|(?:做个?|来个?|进行)?(?:对比|比较|比一比|比比看?|比一下|相比|pk)(?:一下|下|看看"
    r"|分析)?(?:如何|怎么样|怎样)?|放在?一(?:块儿?|起)|放一(?:块儿?|起)"
    r"|[,，]?(?:(?:这)?(?:两|俩)(?:拨|类|群|种|组|批|者)(?:人|顾客|客户)?"
    r"|他们)?(?:之间)?(?:画像|消费|购物|行为|习惯)?上?(?:有(?:什么|啥|何|哪些|多大)"
    r"|的)?(?:区别|差别|差异|不同|不一样|差(?=在))(?:之处|在哪儿?里?|是什么"
    r"|大吗)?(?:呢|吗)?|在哪儿?里?呢?$|把(?=.*(?:比|放))|比(?:呢|呀|吧)?$"
)
_CUE_OF_TWO = re.compile(
    r"\b(?:compar\w+|contrast|differ\w*|versus|vs|side by side|stack(?:s|ed)? up"
    r"|unlike|head to head|than|against|next to)\b"
    r"|对比|比较|比一比|比比|比一下|相比|pk|区别|差别|差异|不同|不一样|差在|(?:^"
    r"|[,，再])[和与跟同].*比"
)
_JOINT = re.compile(
    r"\s*[,，]?\s*\b(?:versus|vs\.?|against|with|to|from|than|next\s+to|and|or)\b\s*"
    r"|\s*[,，]\s*(?=[跟和与同])|\s*[,，]?\s*(?:和|与|跟|同|、|vs\.?)\s*"
)
_DESCRIBE = re.compile(
    r"\b(?:please\s+)?(?:describe|characteri[sz]e)\b|\b(?:(?:give|draw|show"
    r"|paint)(?:\s+me)?\s+)?(?:a\s+|the\s+)?(?:profile|portrait|picture"
    r"|characteristics|traits|persona)\s+(?:of|for)\b"
    r"|\bwhat\s+(?:are|is)\s+(?:the\s+)?(?:typical\s+|main\s+)?(?:characteristics"
    r"|traits|profile|features)\s+of\b"
    r"|\bwhat\s+(?:sets|makes|distinguishes)\b|\bapart\b|\bstand(?:s)?\s+out\b"
    r"|\bwhat(?:'s|\s+is|\s+are)\s+(?:so\s+)?(?:special|typical|different|distinctive"
    r"|characteristic|unique|particular)\s+(?:about|of|for|with)\b|\b(?:special"
    r"|unique)\b"
    r"|\bwhat\s+do\b(?=.*\bin\s+common\b)|\bhave\s+in\s+common\b|\bin\s+common\b"
    r"|\bwhat\s+do\s+we\s+know\s+about\b|\btell\s+(?:me|us)\s+(?:more\s+)?about\b"
    r"|\bwhat\s+(?:kind|sort|type)s?\s+of\s+(?:customers?|people|shoppers?"
    r"|households?)\s+(?:are|is)?\b|\bwhat\s+(?:are|is)\s+(?:they\s+like)?"
    r"|\blike\s*\??$|\bwho\s+are\b"
    r"|\b(?:the\s+)?crowd\b|\b(?:our|the)\s+typical\b"
    r"|(?:帮我)?(?:描述|刻画|概括|勾勒|描绘)(?:一下|下)?|(?:给|为|帮)(?=.*画)|画(?:个"
    r"|一个)?像(?:上)?(?:是?长?(?:什么|啥|怎)样?的?|如何|怎么样)?"
    r"|(?:都)?(?:有|具有|具备)?(?:些)?(?:什么|哪些|何|啥)(?:样的?)?(?:共同|明显|显著"
    r"|典型|突出)?的?(?:特点|特征|共性|共同点|与众不同)(?:之处|的地方)?"
    r"|的?(?:共同|主要|典型|群体)?(?:特点|特征|共性|群像)(?:是(?:什么|怎样|怎么样"
    r"|啥)的?|如何|怎么样|有哪些)?"
    r"|(?:都|大多|一般|通常)?(?:是)?(?:一?些|一群|哪类|哪种)?(?:什么样?|怎样|怎么样"
    r"|啥样?|哪类|哪种)的?(?:一群|群体)?(?:人|顾客|客户|用户|群体)?[呢啊]?$|(?:这"
    r"|那)(?:群|帮|批|些)人|长(?:什么|啥)样"
)
_CUE_OF_ONE = re.compile(
    r"\b(?:describe|characteri[sz]e|profile|portrait|characteristics|traits|persona"
    r"|(?:sets?|makes?|tells?)\b.*\bapart|stands? out|special|typical|distinctive"
    r"|unique|distinguishes|in common|know about|what (?:kind|sort"
    r"|type)s? of (?:customers?|people|shoppers?|households?)|like\s*\??$"
    r"|what are they like|tell (?:me|us)(?: more)? about (?:our|the|those|people"
    r"|customers))\b"
    r"|描述|刻画|概括|勾勒|描绘|画(?:个|一个)?像|特点|特征|共性|共同点|群像|与众不同"
    r"|(?:什么|怎么?|啥)样|(?:什么|哪类|哪种|啥)(?:样的?)?(?:人|顾客|客户)|长啥样"
)
_SET_APART = re.compile(
    r"\bwhat\s+(?:sets|makes|tells|distinguishes)\s+(?P<a>.+?)\s+(?:apart\s+"
    r"|different\s+|stand\s+out\s+)?from\s+(?P<b>.+)"
)
_EDGES = " \t,，.。?？!！:：;；-–—"


def contrasts(text: str) -> Iterator[Contrast]:
    """Every way in which a folded question holds two audiences apart, the likeliest first.

    "and" may stand inside an audience too, so there may be several ways.
    """
    text = text.strip(_EDGES)
    if _CUE_OF_TWO.search(text):
        yield from _pairs(text)
    if match := _SET_APART.search(text):
        others = _OTHERS.fullmatch(match["b"].strip(_EDGES))
        yield Contrast("describe", match["a"], None if others else match["b"])
    if _CUE_OF_ONE.search(text):
        yield Contrast("describe", _without(_DESCRIBE, text))


def _pairs(text: str) -> Iterator[Contrast]:
    bare = _without(_COMPARE, text)
    splits = [(bare[: j.start()], bare[j.end() :], j[0]) for j in _JOINT.finditer(bare)]
    # "and" joins the parts of one audience more often than the other joints do.
    splits.sort(key=lambda split: split[2].strip(" ,，") in ("and", "or", "to", "、"))
    for one, other, _ in splits:
        a = one.strip(_EDGES)
        noun = a.split()[-1:] or [""]
        b = re.sub(r"\bones?\b", noun[0], other.strip(_EDGES))
        if _OTHERS.fullmatch(b):
            yield Contrast("describe", a)
        elif _OTHERS.fullmatch(a):
            yield Contrast("describe", b)
        else:
            yield Contrast("compare", a, b)


def _without(cue: re.Pattern[str], text: str) -> str:
    return re.sub(r"\s+", " ", cue.sub(" ", text)).strip(_EDGES)


def with_same_days(found: Contrast, as_of: date) -> Contrast:
    """ "in the same period" of the second audience is the days of the first."""
    said = windows(found.audience, as_of)
    if found.against is None or not said:
        return found
    days = found.audience[said[0].start : said[0].end]
    return replace(found, against=SAME_TIME.sub(f" {days} ", found.against))
