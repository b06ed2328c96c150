"""Questions that hold one audience against another, or against all others.

"compare A with B", "how do A differ from B", "what sets A apart", "对比A和B", "A有什么特点".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.ask.query import Kind

_OTHERS = (
    r"(?:(?:all\s+)?(?:the\s+)?(?:other(?:s| customers| people| shoppers| households)?|rest(?: of (?:them|the customers|our customers|all|everyone))?"
    r"|everyone(?: else)?|everybody(?: else)?|average(?: customer| shopper)?|typical customer|all customers|our other customers)"
    r"|(?:其他|其它|其余|别的|一般|普通|全部|所有|整体)的?(?:顾客|客户|用户|会员|人|群体)?|大家)"
)
_OTHERS_ONLY = re.compile(_OTHERS)
# The first audience's opposite; the audience of the question before.
NEITHER = re.compile(
    r"(?:the\s+)?(?:those|people|customers|ones|households|shoppers)?\s*(?:who|that)?\s*(?:without(?: any| it| them| one)?|(?:did|do|does|have|has|are|were)(?:n't| not)(?:\s+(?:have|buy|bought|own|any|it|them|one|do so))*|not)"
    r"|(?:没有?|不是|没买过?|不买|未)的?(?:顾客|客户|人|用户)?"
)
THEM = re.compile(
    r"(?:them|they|those|these|it|that)?|他们|她们|这些人?|那些人?|上述(?:顾客|人群)?|前者"
)
_TALK = r"(?:^|(?<=[\s,，。:：]))"


@dataclass(frozen=True)
class Contrast:
    """Two audiences in words; `against` None: all others."""

    kind: Kind
    audience: str
    against: str | None = None


_COMPARE = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bcompar(?:e|ing|ison (?:of|between))\s+(?P<a>.+?)\s+(?:with|to|against|versus|vs\.?|and)\s+(?P<b>.+)",
        r"\bdifferences?\s+between\s+(?P<a>.+?)\s+and\s+(?P<b>.+)",
        r"\bhow\s+(?:do|does|are|is)\s+(?P<a>.+?)\s+(?:differ(?:ent)?\s+from|compare\s+(?:to|with|against))\s+(?P<b>.+)",
        r"\bdo(?:es)?\s+(?P<a>.+?)\s+(?:spend|order|buy|shop|pay|visit)\s+(?:more|less)(?:\s+\w+)?\s+than\s+(?P<b>.+)",
        r"(?P<a>.+?)\s+(?:versus|vs\.?|compared\s+(?:to|with))\s+(?P<b>.+)",
        r"(?:对比|比较)(?:一下|下)?(?P<a>.+?)(?:和|与|跟|同|及|、|vs\.?)(?P<b>.+?)(?:的(?:消费|差异|区别|不同|情况|表现|特征|购买行为|购物习惯))*$",
        r"(?P<a>.+?)(?:和|与|跟|同|vs\.?)(?P<b>.+?)(?:相比|之间|的对比|对比)?[,，]?(?:(?:这)?(?:两|俩)(?:拨|类|群|种|组|批|者)人?|他们)?(?:之间)?(?:有(?:什么|啥|何|哪些)|的)?(?:消费|购物|行为)?(?:上的?)?(?:区别|差别|差异|不同|对比)(?:之处|在哪里?|在哪儿|是什么|大吗)?(?:呢|吗)?$",
        r"(?P<a>.+?)(?:和|与|跟|同)(?P<b>.+?)(?:相比|之间|的对比|对比一下|比较一下?|比一比|比一下|比比)(?:如何|怎么样|怎样)?$",
        r"(?P<a>)(?:^|再)(?:和|与|跟|同)(?P<b>.+?)(?:相比|对比一下|对比|比较一下?|比一比|比一下|比比|比)(?:呢|如何|怎么样|怎样)?$",
    )
)
_DESCRIBE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_TALK}(?:describe|characteri[sz]e|(?:give me |draw )?(?:a |the )?(?:profile|portrait|picture|characteristics|traits) of|what (?:are|is) (?:the )?(?:typical )?(?:characteristics|traits|profile|features) of)\s+(?P<a>.+)",
        r"\bwhat\s+(?:sets|makes)\s+(?P<a>.+?)\s+(?:apart|different|special|unique|stand\s+out)(?:\s+from\s+(?P<b>.+))?",
        r"\bwhat(?:'s| is)\s+(?:special|typical|different|distinctive|characteristic|unique|particular)\s+(?:about|of|for|with)\s+(?P<a>.+)",
        r"\bwhat\s+(?:do|does)\s+(?P<a>.+?)\s+have\s+in\s+common",
        r"\bhow\s+(?:do|does|are|is)\s+(?P<a>.+?)\s+(?:stand\s+out|special|unlike\s+(?P<b>.+))",
        r"\bwhat\s+(?:are|is)\s+(?:they\s+like\s*,?\s*(?P<a>.+)|(?P<c>.+?)\s+like\b)",
        r"\bwhat\s+(?:kind|sort|type)s?\s+of\s+(?:customers?|people|shoppers?|households?)\s+(?:are\s+)?(?P<a>.+)",
        r"\bwho\s+are\s+(?P<a>.+?)\s*,?\s+(?:really|as people|compared to others)",
        r"(?:描述|刻画|概括|勾勒)(?:一下|下)?(?P<a>.+?)(?:的(?:特征|特点|画像|共性))?$",
        r"(?P<a>.+?)(?:和|与|跟|相比)(?P<b>其他.*?|其它.*?|其余.*?|别的.*?|一般.*?|普通.*?|整体.*?)(?:相比|比)?,?(?:有|有着|存在)?(?:什么|何|哪些)?(?:明显|显著)?(?:的)?(?:区别|差别|差异|不同|特点|特征|突出)(?:之处|的地方)?",
        r"(?P<a>.+?)(?:都)?(?:有|具有|具备)(?:什么|哪些|何)(?:样的?)?(?:共同|明显|显著|典型|突出)?的?(?:特点|特征|共性|共同点|不同|与众不同)(?:之处|的地方)?",
        r"(?P<a>.+?)的(?:共同|主要|典型|群体)?(?:特点|特征|画像|共性|群像)(?:是(?:什么|怎样|怎么样|啥)的?|如何|怎么样|有哪些)?$",
        r"(?P<a>.+?)(?:都|大多|一般|通常)?是(?:一?些|一群|哪类|哪种)?(?:什么样?|怎样|怎么样|哪类|哪种)的?(?:一群|群体)?(?:人|顾客|客户|用户|群体)",
    )
)
_LEAD = re.compile(
    r"^(?:(?:can|could|would)\s+you\s+)?(?:please\s+)?(?:tell me\s+|show me\s+|i(?:'d| would) like to know\s+|i want to know\s+)?"
    r"|^(?:请问?|帮我|帮忙|麻烦|我想(?:知道|看看|了解)|想(?:知道|看看|了解)|看看|分析一?下?)+"
)


def contrasts(text: str) -> Iterator[Contrast]:
    """Every way in which a folded question holds two audiences apart, the likeliest first.

    "and" may stand inside an audience too, so there may be several ways.
    """
    text = _LEAD.sub("", text.strip(" ?？。.!！"))
    for pattern in _COMPARE:
        for a, b in _splits(pattern, text):
            if _OTHERS_ONLY.fullmatch(b.strip()):
                yield Contrast("describe", a)
            elif _OTHERS_ONLY.fullmatch(a.strip()):
                yield Contrast("describe", b)
            else:
                yield Contrast("compare", a, b)
    for pattern in _DESCRIBE:
        if match := pattern.search(text):
            against = match.groupdict().get("b")
            others = against is None or _OTHERS_ONLY.fullmatch(against.strip())
            audience = match["a"] or match.groupdict().get("c") or ""
            yield Contrast("describe", audience, None if others else against)


def _splits(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    """The first match and those with the joint further right."""
    match = pattern.search(text)
    if match is None:
        return
    yield match["a"], match["b"]
    whole = f"{match['a']}\0{match['b']}"
    between = text[match.end("a") : match.start("b")]
    restored = whole.replace("\0", between)
    for joint in re.finditer(r"\s+(?:and|with|to|against|versus|vs\.?)\s+|和|与|跟|、", restored):
        if joint.start() > len(match["a"]):
            yield restored[: joint.start()], restored[joint.end() :]
