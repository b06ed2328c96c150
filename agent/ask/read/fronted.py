"""Chinese purchases whose items stand before the verb, or without any verb.

"洗衣液和柔顺剂,近60天都买过", "鸡蛋一次也没在9月买过", "喝酸奶的": the words between items and
verb are few and known, so the items are what ends right before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.ask.read.dates import Window
from agent.ask.read.reading import USED, Reading

DAYS = "\1"  # stands for a span of days, so that patterns may step over it
_SORT = r"(?:样|种|个|类|款|者|项|件)(?:东西|商品|食品|产品)?"
ANY = (
    rf"(?:当中|其中|之中|里面?|中|的|这几样|这[两三四]样|,)*(?:任意|任何|随便|至少|哪怕"
    rf"|只要)(?:哪|有|买)?[一1]{_SORT}"
    r"(?:就行|即可|也行|都行|都算)?|(?:里面?|中)?之一|(?:当中|其中|里面?)(?:的)?[一1](?:样|种|个)"
)
_THESE = rf"[,、]?(?:等)?(?:这|那|上述)?(?:[两三四五六七2-7几]){_SORT}|[,、]?两者|[,、]?二者"
_WORDS = (
    r"曾经?|也|都|却|可|但是?|竟然?|就|并且?|还|均|全部?|各|同时|一共|总共|累计|有|在|从来?"
    r"|压根儿?|根本"
    r"|始终|至今|再也?|又|一直|目前|已经?|确实|完全|通通|统统|购物时|连|倒是?|愣是|而且?"
)
_NOT_ONE = r"(?:[一1半](?:次|回|单|遍|笔|样|个|瓶|包|件|点儿?))"
_NOT = r"没有?|未曾?|不曾|(?<!是)不(?=买)"
_VERB = (
    r"(?:购买|采购|选购|购入|购置|订购|入手|囤|买|碰|沾|拿|带|尝|(?:下单|消费)(?=过|了)|复购|回购)"
    r"(?:过|了|到|齐|全|够|满|进|下)*|(?:下单|消费|购买|复购)(?=的?(?:次数|频次|单数|订单数))"
)
_FRONT = re.compile(
    rf"(?:(?P<any>{ANY})|(?P<these>{_THESE}))?(?P<mid>(?:,|{_WORDS}|{_NOT_ONE}|{DAYS}++(?:里|内"
    rf"|中|间)?)*)"
    rf"(?P<not>{_NOT})?(?:{_WORDS}|{DAYS}++)*(?P<verb>(?:{_VERB}))(?P<late>{ANY})?"
)
_FIRST = re.compile(rf"(?:(?:连)?{_NOT_ONE}|从来|从|压根|根本|连)+$")
_ALL = re.compile(r"都|均|全|各|齐|同时")
_EATS = re.compile(r"(?:(?:喜欢|喜爱|常常?|经常|爱|会|要)?(?:喝|吃|用|抽|买|购|囤)(?:的是|着)?)$")
_ENDS = re.compile(
    rf"的?(?:那?(?:些|群|拨|帮|批))?(?:买家|顾客|客户|会员|用户|消费者|人群?|群体|家庭|户)*"
    rf"(?=[,，。;；?？!！(){USED}的]|$|有|一共|总共|共|多少|几|占|是|里|中|当中)"
)
_BEGINS = re.compile(
    rf"(?:^|[,，。;；:：、()\s{USED}的]|但是?|而且|并且|且|又|也|还|里|中|只|有|那些|哪些|多少"
    rf"|和|与|或者?)$"
)


_LONGEST = 60  # characters of a verb with the words that belong to it


@dataclass(frozen=True)
class Fronted:
    """A verb with the span of the words that belong to it, from the end of its items on."""

    start: int
    end: int
    negative: bool
    every: bool  # "都": each of the items
    either: bool  # "任意一样": any of them
    window: Window | None


def fronted(reading: Reading) -> Iterator[Fronted]:
    """Every verb of buying that may have its items before it."""
    if reading.language != "zh":
        return
    text = _masked(reading)
    place = 0
    while match := _FRONT.search(text, place):
        for start in range(max(match.start(), match.end() - _LONGEST), match.start("verb") + 1):
            again = _FRONT.match(text, start)
            if again and again.end() == match.end():
                yield _found(reading, again)
        place = match.end()


def _found(reading: Reading, match: re.Match[str]) -> Fronted:
    inside = [w for w in reading.windows if match.start() <= w.start and w.end <= match.end()]
    every = bool(match["these"] or _ALL.search(match[0]))
    either = bool(match["any"] or match["late"])
    window = inside[0] if inside else None
    return Fronted(*match.span(), bool(match["not"]), every and not either, either, window)


def first_word(text: str, start: int) -> int:
    """Where "一次" or "从来" before the items begins: "一次鸡蛋都没买过"."""
    match = _FIRST.search(text[:start])
    return match.start() if match else start


def bare_end(text: str, end: int) -> int | None:
    """Where an audience named by its items alone ends: "雪茄的买家"; None if it does not."""
    match = _ENDS.match(text, end)
    return match.end() if match else None


def bare_start(text: str, start: int) -> tuple[int, bool] | None:
    """Where such an audience begins, and whether a verb ("喝", "用") says that they consume it."""
    verb = _EATS.search(text[:start])
    begin = verb.start() if verb else start
    return (begin, verb is not None) if _BEGINS.search(text[:begin]) else None


def _masked(reading: Reading) -> str:
    text = reading.rest
    for window in reading.windows:
        text = text[: window.start] + DAYS * (window.end - window.start) + text[window.end :]
    return text
