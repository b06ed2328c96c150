"""What a question wants to be told beside counts: likeness, and one customer.

Each part takes the words that say it, so that what is left speaks of conditions alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from agent.ask.read.reading import Reading

_NOUN = r"(?:customer|household|shopper|client|member|user|buyer|account|person|cust|family|patron)"
_NOUN_ZH = r"(?:顾客|客户|用户|会员|家庭|买家|这个人|账号)"
_NUMBER = r"(?:number|num|no\.?|id|nr\.?|code|#)"
_ABOUT_EN = (
    r"(?:tell (?:me|us) (?:more |something |everything |all )?about|know about|learn about"
    r"|info(?:rmation)?"
    r" on|details (?:on|of|for)|explain|describe|summari[sz]e|introduce|look up|pull up|who(?:'s"
    r"| is)"
    r"|what about|profile (?:of|for)|why (?:is|was|does|did|do|has|would)|how come"
    r"|(?:what (?:makes?|made|leads|led)|why (?:do|does|did|would|should)|how (?:do|does|did|can))"
    r" (?:you|we|it|the \w+|us|i|anyone) (?:to )?(?:say|think|believe|know|conclude|assume|claim"
    r"|tell"
    r"|reckon|suppose|be sure|call|consider|list|count|put|tag|label|mark)(?: that)?)"
)
_ABOUT_ZH = (
    r"(?:介绍|说说|讲讲|看看|看下|了解|查询?|分析|解释|描述|聊聊|调出|展示|打开)(?:一下|下"
    r"|一查)?|给|把|为啥|为什么"
    r"|凭(?:什么|啥)说?|关于"
)
_ID = re.compile(
    rf"\b{_NOUN}\.?(?:\s+with(?:\s+the)?(?=\s*{_NUMBER}))?(?:\s*{_NUMBER}(?:\s+is)?)?"
    r"\s*[#:]?\s*(?P<id>[\w-]+)"
    rf"|{_NOUN_ZH}(?:的)?(?:编号|号码?|id|no\.?)?(?:为"
    rf"|是)?\s*[#:]?\s*(?P<id2>(?!\d+\s*(?:[月天周年日次单岁元块%位名成点万千百到至]|个|季度))[a-z0-9][a-z0-9_-]*)"
    r"\s*号?"
    rf"|(?P<id3>\d[a-z0-9_-]*)\s*(?:号|这位|这个|那位)(?:的|这位|那位|这个)*(?={_NOUN_ZH})|(?:给|把"
    r"|为啥)(?P<id4>\d[a-z0-9_-]*)(?=打|贴|标|归|判|算)"
    r"|(?:编号|会员号|顾客号|客户号|户号|id)(?:为|是|:)?\s*#?\s*(?P<id5>[a-z0-9][a-z0-9_-]*)(?:号)?"
)
# A bare number that somebody has as an id, where the question can only be about them.
_BARE = re.compile(
    rf"(?:#|\b(?:number|no\.|nr\.|id)\s*#?)\s*(?P<id>\d[\w-]*)"
    rf"|\b{_ABOUT_EN}\s+(?P<id2>\d[\w-]*)(?=\s*(?:$|[?.,!:;]|'s\b|\b(?:is|was|being|a|an|in|so"
    rf"|please"
    r"|called|tagged|counted|considered|labell?ed|classed|counts?|belongs?|carry|carries|falls?"
    r"|get|got|have|has|and why)\b))"
    rf"|(?:{_ABOUT_ZH})(?P<id3>\d[a-z0-9_-]*)(?:号)?(?=$|[的这那,，。?？!是为会被打贴标归判算属])"
    r"|(?P<id4>\d[a-z0-9_-]*)(?:号)(?=$|[的这那,，。?？!是为会被打贴标归判算属什凭怎到])"
    r"|^\s*(?P<id5>\d(?:[a-z0-9_-]*[a-z0-9])?)\s*(?=[,:，：]|[-–—]\s|是(?:谁|什么|个)|为(?:什么|啥)|凭|怎么|什么来头"
    r"|who|why|what)"
)
_ABOUT_ONE = re.compile(
    r"\b(?:tell (?:me|us) (?:more )?about|what do we know(?: about)?|explain|why (?:is|was"
    r"|does|did|do|has)|how come|profile(?: of)?|describe|summari[sz]e|introduce|what about"
    r"|who is|about|on what grounds|what makes|reason(?:s|ing)?|evidence|look up|pull up|details"
    r"|info(?:rmation)?|everything|portrait|story|background|know)\b"
    r"|为什么(?:会|被)?|为何|为啥|凭(?:什么|啥)(?:说|认为)?|怎么(?:知道|判断|看出|会|回事)"
    r"|介绍(?:一下)?"
    r"|说说|讲讲|的(?:画像|情况|资料|信息|档案|背景|底细|特点|特征|记录)|是(?:个)?(?:什么样|怎样"
    r"|怎么样|什么|啥|谁)的?(?:人|顾客|客户)?|怎么样|什么样|(?:打上|贴上|标记为?|被标为|标签)"
    r"|来头|依据|理由|根据|调出|查(?:一下|询)|归到|归为|判(?:成|为)|算(?:作|成)"
)


_LIKENESS = re.compile(
    r"\b(?:(?:who|that|which)\s+)?(?:(?:are|is|look|sound|seem|feel|read"
    r"|act)s?\s+)?(?:most\s+|very\s+)?(?:like|similar to|resembl(?:e|es|ing)"
    r"|alike to)\s*:?\s*[\"“”「](?P<a>[^\"“”」]+)[\"“”」]"
    r"|(?:最)?(?:像|类似(?:于)?|接近(?:于)?"
    r"|符合)\s*[\"“”「『](?P<b>[^\"“”」』]+)[\"“”」』](?:这?样?的?(?:描述|画像)?)?"
)


def wished_likeness(reading: Reading) -> str | None:
    """The quoted text that customers are to be like; it ranks and does not count."""
    match = _LIKENESS.search(reading.rest)
    if match is None:
        return None
    reading.take(*match.span())
    return str(match["a"] or match["b"]).strip()


def one_customer(reading: Reading, known: Collection[str]) -> str | None:
    """The id of the one customer that a question is about, if it is about one.

    An id that nobody has is given back as it was said, so that the answer can say so.
    """
    spelled = {customer.casefold(): customer for customer in known}
    for pattern in (_ID, _BARE):
        for match in pattern.finditer(reading.rest):
            said = next(said for said in match.groups() if said)
            asked = pattern is _ID and (match.start() == 0 or _ABOUT_ONE.search(reading.rest))
            if said not in spelled and not (asked and re.search(r"\d", said)):
                continue
            reading.take(*match.span())
            for about in list(_ABOUT_ONE.finditer(reading.rest)):
                reading.take(*about.span())
            return spelled.get(said, said)
    return None
