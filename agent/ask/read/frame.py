"""The words around the conditions of a question: its frame, talk, and what no data say.

Texts are matched after NFKC and case folding, so `？` is `?` and `％` is `%` here.
"""

from __future__ import annotations

import re

from agent.settings import Language

FRAME_PHRASES = re.compile(
    r"\bprovided(?: that)?\b|\brank(?:ing)?\b|\bpaint(?: me)?\b|\b(?:the )?(?:spring"
    r"|summer|autumn|fall|winter) months\b(?=\s*\()|\bwill do\b|"
    r"\bon (?:file|record|our books|the books|our list)\b|\bin (?:total|all"
    r"|our (?:base|data|database|store))\b|\bat (?:the moment|present)\b|\bto date\b"
    r"|\bas of (?:now|today)\b|\bthat kind of thing\b|\bput together\b|\bplaced by\b"
    r"|(?:这|那|哪)一?(?:批|拨|帮|群|些|伙|类|种|波|部分)(?:子|儿)?(?:人|顾客|客户|会员|用户|家庭|家伙)(?:里面?|里头|当中|中)?"
    r"|多不多|多[吗嘛](?=[,，。?？!！]|$)"
    r"|把(?=.{1,20}(?:给|列|去|排|算|拉|除))"
)

LIST = re.compile(
    r"(?:^|,)\s*(?:please\s+)?(?:list|show|who|which|give|find|name)\b|列出|哪些|有谁"
    r"|^谁|是谁|找出|显示|给我"
)

COUNTED = re.compile(
    r"\b(?:all|every|many|of|the|our|list|show|which)\s+(?:customers?|people|households|shoppers)\b"
    r"|\bnumber of (?:all |our |the )*(?:customers|people|households|shoppers)\b"
    r"|(?:所有|全部|一共|总共|多少|几)(?:有|位|个|名)*(?:顾客|客户|用户|人|家庭|会员)"
    r"|(?:顾客|客户|用户|会员|家庭)(?:一共|总共)?(?:有)?(?:多少|总数|几)"
)

ASKING_EN = re.compile(
    r"\b(?:how|who|which|what|list|show|find|customers|people|households|shoppers)\b"
)

ASKING_ZH = re.compile(r"[谁哪几]|多少|顾客|客户|用户|会员|列出|显示|找出|买过|购买")

# Greetings, thanks and hurry: a clause with one of these and no condition is only talk.
CHATTER = re.compile(
    r"\b(?:hi|hello|hey|dear|morning|afternoon|thanks?|thank you|thx|ty|cheers|please"
    r"|pls|kindly|asap|urgent(?:ly)?|hurry|quick(?:ly)?|question|sorry"
    r"|boss|manager|team|meeting|deck|presentation|report|mailing|deadline|o'clock"
    r"|appreciate|wondering|curious|trying to|so (?:that )?we can|promotion|campaign"
    r"|catalogue|finance|budget|i mean|help me|need this|for (?:my|the|our|a) \w+"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day(?:'s)?)\b"
    r"|\b(?:i|we)(?:'d| would| do|'ve| have)? (?:suspect|think|thought|guess|believe|suppose|feel"
    r"|fear|hope|bet|reckon|assume|notice|noticed|heard|hear|read|remember|promised|wonder)\b"
    r"|是不是|难道|(?:我|我们|咱们?|大家|有人)(?:觉得|猜|怀疑|估计|感觉|听说|以为|记得|想着)"
    r"|(?:发|做|开|写|搞|办|寄|推|准备|筹备)[^,，。;；:：]{0,8}用$"
    r"|你好|您好|哈喽|在吗|谢谢|多谢|感谢|辛苦|麻烦|老板|领导|经理|同事|着急|急着|急用"
    r"|急|尽快|拜托|打扰|汇报|开会|周报|月报|做个?报告|不好意思|想看看|想了解|想知道"
    r"|蹲一?个|yyds|想做|召回|做活动|总觉得|等着用|我指|我是说"
)

# Whatever it greets or hurries, a clause with one of these asks.
ASKS = re.compile(
    r"\bhow (?:many|much|long|often)\b|\b(?:who|which|number of|list of|headcount)\b"
    r"|多少|哪些|几[个位人名]"
)

# What a list is wanted for: no purchase is told there.
_ON = r"(?:(?!\b(?:customers?|people|shoppers?|households?|buyers?|who)\b)[^,.;:?!])*"
PURPOSE = re.compile(
    r"\b(?:(?:need|want|try(?:ing)?|hop(?:e|ing)|plann?(?:ing)?|prepar(?:e|ing)|work(?:ing)? on"
    r"|think(?:ing)? (?:of|about)|design(?:ing)?|writ(?:e|ing)|draft(?:ing)?|tim(?:e|ing)"
    r"|launch(?:ing)?|do(?:ing)?|run(?:ning)?|promot(?:e|ing)|push(?:ing)?|pitch(?:ing)?"
    rf"|brief(?:ing)?)\b{_ON}|(?:it's|this is|that's|all this|this) for\b{_ON}"
    rf"|^\s*for (?:the|our|a|my)\b{_ON})$"
)

CLAUSE = re.compile(r"[,，;；:：。.!！?？~～—–()（）\n]+|\s-+\s")

CANNOT = re.compile(
    r"\b(?:e-?mails?|newsletters?|clicks?|clicked|weather|phones?|address(?:es)?|gender|"
    r"social media|opened|satisf\w+|complain\w*|competitors?|profits?|margins?|"
    r"first names?|surnames?)\b"
    r"|邮件|邮箱|点击|天气|电话|手机号|地址|姓名|性别|满意度?|投诉|竞争对手|竞品|利润"
    r"|毛利|库存|朋友圈|点赞|点过赞|广告|物流|快递|发货|供应商|员工|直播|公众号|短信"
)

# About what is still to come.
COUNTING = re.compile(
    r"\bhow (?:many|much|long|often|old|far|big|large)\b|\b(?:what|which) (?:share"
    r"|percentage|proportion|part)\b|\b(?:number|count|average|total|percentage"
    r"|share) of\b"
    r"|^\s*(?:do|does|did|is|are|was|were|can|could|should|would|why|when|where|what|how)\b"
    r"|多少|几(?:个|位|人|名|成|次|天|种)|多久|多大|比例|占比|数量|人数|顾客数|客户数"
    r"|为什么|什么时候|哪里|怎么|吗|是否|平均|总共|一共|什么"
)

# A number of customers or orders is asked for.
COUNTS = re.compile(
    r"\bhow many\b|\b(?:number|count|headcount|share|percentage|proportion) of\b|多少|几(?:个|位"
    r"|名)"
)

FUTURE = re.compile(
    r"\b(?:will(?! do\b)|going to|gonna|likely to (?!be\b|have\b|own\b)|expected to"
    r"|about to|predict\w*|forecast\w*|next (?:week|month|quarter|year|season))\b"
    r"|预测|预计|将会|将要|会不会|下个?(?:周|星期|月|季度)|明年|未来"
)

BOUGHT_VERB: dict[Language, str] = {"en": "bought", "zh": "买过"}

FOLLOW = re.compile(
    r"\b(?:and|but|now|only|just|also|then|ok(?:ay)?|what about|how about|what if|instead|same"
    r"|again"
    r"|those|these|them|they|sort(?:ed)?|limit(?:ed)? to|restrict(?:ed)? to|focus(?:ed)? on"
    r"|zoom in on"
    r"|narrow(?:ed)? (?:it |them |that |this )?(?:down )?to|filter(?:ed)? (?:it |them )?(?:for|to"
    r"|down to|on|by)"
    r"|keep(?:ing)?|leave|add(?:ing)?|include|out of|make|thing|rather than|than|sorry|mean|meant"
    r"|ones?"
    r"|part|portion|share|fraction|proportion|percentage"
    r"|condition|further|additionally|furthermore|too|as well|of which|among|hold on|wait|no"
    r"|actually"
    r"|with the same|apply|group|that|this|it|list|from|say|if|result|question)\b"
    r"|那么?|再|只(?:看|算|留|保留|统计|要)?|仅限?|还有|换成|改成|其中|加上|加个|加一个|加一条"
    r"|条件|限制|另外|如果是?|呢"
    r"|(?:从|在)?这?里(?:面|头)?|这(?:其|当)?中间?|这些|那些|这批|那批|他们|她们|里面?|从中|从"
    r"|一下|保留|留下|限定|限于|筛选?|挑选?|选|要|改看|看"
    r"|时间|范围|缩小到?|也|当中|还得|得|必须|而且|并且|且|自己|同时|把|再|的话|换|改"
)

# What carries no condition. Anything else that no condition uses is reported as not understood.
_FRAME_EN = """
a an the and but also both either of in for to with at from who whom whose that which what where
there here this it its i we our us you your they them their those these have has had having be
been being am is are was were do does did can could would please tell me show list give find name
get see want know how many count number customer customers people person persons household
households shopper shoppers client clients user users family families member members ones one all
everyone everybody every each as well than then so shop store base data database total altogether
currently already what's who's that's there's i'd i'm we'd let's now exactly carry carries tagged
tag placed place places placing made make share percentage proportion s ever yet while among my
any need needs wants like pull pulling fetch furnish provide plot chart draw display report
calculate compute figure check look looks looking help kindly roughly about approximately approx
around overall far counts counting headcount head amount folks ppl guys anyone anybody someone
individuals patrons cust w/ file basket up ended whatsoever when who'd going-on moment today
question picture sit sits fall falls gets got work works let lets hope you're side way ways line
rest run trying numbers sum tally audience crowd ends use useful one's put sort sorts types
type kind kinds group groups really actually basically simply lists listing listed names ids pls
plz thx ok okay oh um too still even yes no-one mean i've could'd shall may might must should
cannot roughly-speaking ballpark estimate estimated rough quick quickly possible asap
"""

FRAME_EN = frozenset(_FRAME_EN.split())

_FRAME_ZH = """
请问 请 帮我 给我 告诉我 我想知道 想知道 查询 查一下 查 列出 显示 找出 看看 统计 一下 一共 总共
共有 共 全部 所有 我们 他们 他 她 的 了 过 呢 吗 啊 吧 有 是 在 为 多少 几 位 个 名 顾客 客户
用户 会员 人数 人 家庭 消费者 哪些 哪 谁 且 并且 并 而且 而 同时 也 还 又 都 和 与 及 以及 但是
但 不过 其中 中 里 数量 占比 比例 店里 店 目前 现在 那些 这些 属于 标签 被标为 当中 之中 曾经 曾
既 那么 占 来说 分别 各 顾客数 客户数 数 家里 家中 家 顾客数量 客户数量 用户数量 人数量 名单
拉个 拉 看下 看一下 情况 群体 人群 群 麻烦 统计下 算下 下 算一下 帮忙 帮 想看 想 是多少 到底
大概 究竟 具体 请教 咱们 咱 本店 店铺 我 你 您 哈 呀 哦 嘛 这样 这种 那种 此类 这类 那类 这群
那群 这批 那批 这帮 那帮 户 剩 还剩 剩下 共计 合计 累计 先 给 给个 求 求个 拿 列一下 列个 列
数一数 数数 出来 一份 导出 导一份 导 明细 里头 的话 总数 总人数 总量 就行 即可 就好 看看呢
多少户 人呢 咱家 我家 本 全体 整体 目前为止 至今 迄今 这家店 这些人 那些人 就 光 单单 只看 才 得
着 之类 那个 这个 以及说 到 都有 压根 根本 从来 完全 真正 亲 各位 大佬 谢啦 谢谢啦 故客
却 竟 竟然 居然 反而 已经 一直 均 皆 那拨 这拨 还有 连 则
"""

FRAME_ZH = re.compile("|".join(sorted(_FRAME_ZH.split(), key=len, reverse=True)))
