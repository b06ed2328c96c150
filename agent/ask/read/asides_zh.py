"""Asides of Chinese questions: who asks, what for, and remarks that limit nobody.

"店长问：…", "给双十一复盘用的，…", "…，是不是天冷才有人买？". A clause goes as a whole, before
its words are read, so that a day or a product in it is not taken for a condition.
"""

from __future__ import annotations

import re

_START = r"(?:^|(?<=[,，。.!！?？;；~～\n]))\s*"
_WORDS = r"[^,，。.!！?？:：;；—\d]"  # within one clause, without numbers
# A clause that may name an audience is no aside.
_NO_CONDITION = (
    r"(?:(?![没未不非养爱租囤喝吃带]|买过|买了|购买|喜欢|顾客|客户|会员|用户|家庭|人群(?!包)|主人|[者党族妈爸]"
    r"|宠|老人|年轻|单身|独居|[已未]婚|有[房车孩娃]|[新老熟]客|流失|沉睡|收入|高消费|低消费)"
    rf"{_WORDS})"
)
_PURPOSE = (
    r"(?:活动|促销|大促|专场|专题|专案|项目|方案|计划|人群包|名单|清单|海报|推文|画册|礼包|套餐|三件套"
    r"|邀请|邀约|召回|唤回|唤醒|回访|挽留|复盘|排期|选品|定价|预算|报告|周报|月报|年报|汇报|总结|测试"
    r"|实验|调研|访谈|抽奖|试吃|地推|团购|节日|营销|推广|投放|补货|备货|采购|陈列|挑人|选人|找人|圈人"
    r"|捞人|筛人|发券|发红包|派券|送礼|回馈)"
)
_ASK = re.compile(
    r"多少|几[个位名人户成]|人数|客户数|顾客数|会员数|名单|列|谁|哪|趋势|走势|变化|按[月周]"
    r"|逐[月周]|每[月周个]|画像|分布|求个数|报个数"
)
# What asks for all customers: then the clause before it may have told who is meant.
_EVERYBODY = re.compile(
    r"(?:[\W_]|[一共总到底咱们我店里大概约有多少几个位名人户的呢啊呀能是]|顾客|客户|会员|用户|目标|潜在|合适)*"
)
_RULES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(words)
    for words in (
        # Who asks: "店长问:", "老板昨天又来催了,".
        rf"{_START}{_NO_CONDITION}{{0,12}}(?:问|催|说|要数|交代|吩咐|想知道|想了解|关心|好奇|打听)"
        r"(?:我|我们|咱|起来?|到|了|过|道|一下|一嘴|一句|呢)*\s*[,，:：]",
        # What for: "给双十一复盘用的,", "办派对三件套——", "下个月做促销,".
        rf"{_START}(?:(?:要|想|准备|打算|计划|正在?|这边|我们?|咱们?|店里|下个?[周月]|下季度|过几天"
        rf"|月底|年底|周末|这周|本周)*)(?:给|为|做|办|搞|弄|筹备|策划|组织|安排|开展)"
        rf"{_NO_CONDITION}{{0,10}}(?:{_PURPOSE}|(?<=[给为做]).{{1,8}}用)"
        rf"{_NO_CONDITION}{{0,4}}\s*(?:[,，:：;；]|——?)",
        # "开学季那会儿, 9月份": the days are said right behind.
        rf"{_START}{_NO_CONDITION}{{1,8}}(?:那会儿?|那阵子?|那段时间|时节|的时候|前后)[,，](?=\d+月)",
        # Complaints about a long answer: "太多了,只要…".
        rf"{_START}(?:人|名单|数量|结果|这些?|列表)?(?:也|有点|实在|还是|好像)?太(?:多|长|杂|乱)了?"
        r"(?:吧|点)?[,，。!！]",
        # Who is to get it: "…给客服同事打电话".
        r"(?:拿去|好|以便|用来|方便|准备)?(?:给|让)(?:客服|同事|销售|运营|老板|领导|门店|店员|导购|经理|市场部?|店长|老总|他们?"
        r"|她们?|大家|团队|客户经理)(?:同事|部|组|那边|们)*(?:去|来|做|一个个)?(?:打电话|回访|联系|跟进|发券|用|看|汇报|审核|过目|参考)"
        r"(?:一?下|用|的)?(?=[,，。?？!！]|$)",
        rf"{_START}(?:先)?(?:摸个?底|摸摸底|摸一下底|算笔账|算一笔账|心里有个数|通个气)[,，:：。]",
    )
)
# A remark beside what is asked: "是不是天冷才有人买?", "流感季几时开始的?".
_REMARK = re.compile(
    rf"{_START}{_WORDS}{{0,4}}(?<![按照据以])(?:是不是|难道|莫非|难不成|该不会|不会是)[^,，。!！?？;；]{{1,16}}(?:[?？,，。]+|$)"
)
_SINCE_WHEN = re.compile(
    rf"{_START}{_WORDS}{{1,8}}(?:几时|什么时候|啥时候|何时){_WORDS}{{1,6}}[?？]+"
)
_MOVING = re.compile(r"按[月周]|逐[月周]|每个?[月周]|趋势|走势|一周一周|一个月一个")
# "夜猫子有多少?我指…": the word is only named, what it means is said behind.
_NAMED = re.compile(
    r"^(?P<x>[^,，。?？的\d]{1,8}的?)(?P<ask>有?(?:多少|几)(?:个|位|名)?(?:人|顾客|客户)?)[呢啊呀]?[?？,，]\s*"
    r"(?:意思(?:就)?是|我的?意思是|我(?:是)?(?:指|说的是)的?(?:是)?|指的(?:就)?是|也就是(?:说)?|就是(?:说|指)?"
    r"|说白了就是|具体(?:来说)?(?:就)?是)"
)


def without_asides(text: str) -> str:
    """A folded Chinese question without the clauses that only talk around it."""
    if not re.search(r"[\u3400-\u9fff]", text):
        return text
    text = _NAMED.sub(r"\g<ask>,", text)
    for pattern in _RULES:
        text = _unless_all(pattern, text)
    for pattern, asks in ((_REMARK, _ASK), (_SINCE_WHEN, _MOVING)):
        bare = pattern.sub(",", text)
        if asks.search(bare):
            text = bare
    return text


def _unless_all(pattern: re.Pattern[str], text: str) -> str:
    """The text without the matches; the text itself where nothing asked would be left."""
    bare = pattern.sub("", text)
    return text if _EVERYBODY.fullmatch(bare) and bare != text else bare
