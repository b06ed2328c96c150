"""The words by which questions name comparisons, windows, figures and frames, per language.

Texts are matched after NFKC and case folding, so `？` is `?` and `％` is `%` here.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from agent.ask.numerals import WORDS
from agent.settings import Language

Op = Literal["=", "<", "<=", ">", ">="]

# Longest first, so that "no more than" is not read as "more than".
BEFORE: tuple[tuple[Op, str], ...] = (
    (">=", r"at least|(?:no|not) (?:less|fewer) than|>=|≥|至少|不少于|不低于|不小于|起码|满|达到"),
    ("<=", r"at most|(?:no|not) more than|up to|<=|≤|至多|最多|不超过|不多于|不高于|不大于"),
    (">", r"more than|greater than|older than|over|above|exceeding|>|超过|多于|大于|高于|超出"),
    ("<", r"less than|fewer than|younger than|under|below|<|少于|低于|小于|不到|不足|不满"),
    ("=", r"exactly|just|only|=|正好|恰好|刚好|等于|只|仅"),
)
AFTER: tuple[tuple[Op, str], ...] = (
    (">=", r"or (?:more|older|above|over)|\+|plus\b|及?以上|起"),
    ("<=", r"or (?:less|fewer|younger|below|under)|及以下|以内"),
    ("<", r"以下"),
)
FACTORS = {"k": 1_000, "千": 1_000, "万": 10_000}
CURRENCY = r"[$€£¥]"

SMALL_NUMBER = rf"(?:(?<!\d)\d{{1,4}}|{'|'.join(WORDS)}|[一二两三四五六七八九十百]+)"
_N = SMALL_NUMBER
_ORDERING = r"(?:order(?:ed|ing|s)?|bought|buy(?:ing)?|purchas(?:ed?|ing)|shop(?:ped|ping)?)"
_NOTHING = r"(?:\s+(?:anything|from us|with us|here|again|at all))*"
_DAYS = rf"(?:at least |more than )?(?P<en>{_N})[\s-]+(?P<en_unit>days?|weeks?|months?|years?)\b"
SILENT = re.compile(
    rf"(?:\b(?:not|no|never|without)|n't)\s+(?:(?:placed|had|any|an)\s+)*{_ORDERING}{_NOTHING}\s+"
    rf"(?:for|in|within|during|over|since)\s+(?:the\s+)?(?:last\s+|past\s+)?{_DAYS}"
    rf"|\binactive\s+(?:for|in)\s+(?:the\s+)?(?:last\s+|past\s+)?(?P<en2>{_N})\s+"
    r"(?P<en2_unit>days?|weeks?|months?|years?)\b"
    rf"|(?P<over>超过)?(?:最近|近|过去|已有?|至少)?(?P<zh>{_N})个?(?P<zh_unit>天|日|周|月|年)(?:以上|之?内)?"
    r"(?:都|已经|仍)?(?:没有?|未)(?:再)?(?:下过?单|购买过?|购物|买过?东西|来过?|消费)"
    r"(?!过?[^\W\da-z_的,?。!?、且并而]{2})"
)
# "in the last 10 days not a single order": what stands behind or before the window.
NO_ORDER_ZH = re.compile(
    r"\s*(?:里|内|,)*(?:都|也|却|但|就)?(?:一单|一次|一笔|一个?订单)(?:都|也)?(?:没有?|未)(?:再)?(?:下|买|消费|来)?过?(?:单)?|\s*(?:零|0)(?:下单|订单|消费)"
)
NO_ORDER_EN = re.compile(
    r"\b(?:but|and|yet)\s+(?:not(?:\s+(?:at all|any|once|1 times|a single one))?|none|nothing|no longer|no more)\s*(?:at all\s*)?$"
)
ORDER_VERB = re.compile(r"\b(?:order(?:ed)?|shopped|active)\b|下过?单|消费|购物")
# "but not since": the purchase said before, in other days.
NOT_AGAIN = re.compile(
    r"\s*,?\s*\b(?:but|and|yet)\s+(?:(?:did|have|has|had|do)(?:n't|\s+not)|not|never)\b(?:\s*(?:buy|bought|ordered|purchased?)?(?:\s+(?:it|them|any|one|that|those|this))?(?:\s+(?:again|any ?more|since|at all))?)\s*"
)
NOT_AGAIN_ZH = re.compile(
    r"\s*[,，、]?(?:但是?|却|而|可是?|不过|就|都|又|也|再|后来|之后)*(?:没有?|未|不)(?:再)?(?:买|购买|下单|复购)过?了?(?=的|[,，。?？!]|$|顾客|客户|人)"
)
RECENT = re.compile(
    rf"\b(?:{_ORDERING}|placed an order|active|with an order)(?:\s+(?:anything|something))?\s*$"
)
RECENT_ZH = re.compile(
    r"\s*(?:一直|都|就)?(?P<not>没有?|未|从未)?(?:再)?(?:有过?|曾)?(?:来)?"
    r"(?:下过?单|购物过?|消费过?|有订单|买过?东西)(?!(?:了|过|的)*(?:多少|几|总|金额|额|满|超|至|不|大|高|低|少|在|达|\d))(?:了|过|的)*"
)
TOP = re.compile(
    r"(?P<en_side>top|bottom|highest|lowest)\s+(?P<en>\d{1,2}(?:\.\d{1,6})?)\s*(?:%|percent)"
    r"|(?:最)?(?P<zh_side>高|低|前|后|多|少)的?\s*(?P<zh>\d{1,2}(?:\.\d{1,6})?)\s*%"
)
LOW_SIDES = frozenset({"bottom", "lowest", "低", "后", "少"})

# Field: the words that name it before a number (or a percentile), and the unit behind the number.
FIGURES: dict[str, tuple[str, str]] = {
    "average_order_value": (
        r"average (?:order|basket)(?: value| size)?|aov"
        r"|客单价|(?:平均)?每单(?:平均)?(?:消费|金额)?",
        r"(?:an|per|each) order|每单",
    ),
    "coupon_share": (
        r"coupon (?:share|use|usage|rate)|us(?:e|es|ed|ing) (?:a )?coupons? (?:in|on|for)|share of orders with (?:a )?coupons?"
        r"|用券(?:订单)?(?:占比|比例|率)|优惠券使用率",
        r"of (?:their |the |all )?orders (?:with|using|used|use) (?:a )?coupons?"
        r"|的订单(?:使用|用)了?优惠券",
    ),
    "discount_share": (r"discount (?:share|rate)|折扣(?:占比|比例|率)", ""),
    "weekend_share": (
        r"weekend share|share of orders on weekends|周末(?:订单|购物|下单)(?:占比|比例)",
        r"of (?:their |the |all )?orders (?:on|at) (?:the )?weekends?|的订单在周末",
    ),
    "evening_share": (
        r"evening share|share of orders in the evening"
        r"|(?:晚间|晚上)(?:订单|购物|下单)(?:占比|比例)",
        r"of (?:their |the |all )?orders in the evenings?|的订单在(?:晚间|晚上)",
    ),
    "categories": (
        r"(?:买过?的?|购买过?的?)?品类数量?",
        r"(?:different |distinct |product )?categor(?:y|ies)|个?品类",
    ),
    "days_since_last_order": (
        r"last order(?:ed)?(?: was)?|days since (?:the |their )?last order"
        r"|距?(?:上次|最近一次)下单(?:天数|时间)?|距上次下单天数",
        "",
    ),
    "tenure_days": (
        r"been (?:a )?customers? for|customers for|成为(?:顾客|客户|会员)的?(?:天数)?",
        "",
    ),
    "usual_gap_days": (r"usual (?:gap|days) between orders|(?:通常)?下单间隔(?:天数)?", ""),
    "spend": (
        r"spen(?:d|t|ds|ding|ders?)|paid|(?:总)?消费(?:总额|金额|额)?(?:了|过)?|花费(?:了)?|花了",
        r"dollars?|bucks|usd|yuan|rmb|美元|元|块钱?",
    ),
    "orders": (
        r"order(?:s|ed)?|placed|shopped|number of orders"
        r"|(?:总)?订单(?:数量?|次数)?|下过?单(?:次数|数)?了?|购买次数|购物",
        r"orders?|times|purchases?|(?:个|笔)?订单(?!数|量)|单|次|笔",
    ),
}
# Fields that what stands behind the number tells, whatever stands before it: "$60 an order".
TOLD_BEHIND = frozenset({"average_order_value"})
UNITS = {
    "days": r"days?(?: ago)?|天(?:前)?",
    "share": r"of (?:their |the |all |its |our )?orders|的订单",
}
# Between a field's name and its number, and what may stand in front of a name.
LINKING = (
    r"(?:\s|\b(?:is|are|was|were|of|a|an|total|in all|value)\b|:|"
    "为|是|在|达到?|有|了|过|数|处于|占)*"
)
WINDOWED = {
    ("orders", 30): "orders_last_30d",
    ("orders", 90): "orders_last_90d",
    ("spend", 30): "spend_last_30d",
    ("spend", 90): "spend_last_90d",
}

_NOT_EN = (
    r"(?:\bdo(?:es)?|\bdid|\bha(?:ve|s|d)|\bare|\bis|\bwere|\bwas)?\s*(?:\bnot\b|n't)|\bnever\b"
)
NEGATION = re.compile(
    rf"(?:{_NOT_EN}|\bwithout\b|\bneither\b|\bnor\b|\bnon-?(?=$)|\bno\b|\bexcept(?: for)?\b|\bexcluding\b)\s*"
    r"(?:\b(?:a|an|any|the|be|been|being|have|having|had|carry|tagged|as|for|to|own|in|ever)\b\s*)*$"
    r"|(?:从来?没有?|从未|没有?|并?不(?:是|属于)?|未|非|除了|不要|排除)(?:过|再|有|在|是|要|曾|带)?\s*$"
)
BUY = re.compile(
    r"\b(?:bought|buys?|buying|purchased|purchas(?:es|ing)|ordered|orders? (?:with|containing)"
    r"|buyers of)\b|购买过?了?|买过?了?"
)
BUYERS = re.compile(r"\s*\b(?:buyers?|purchasers?)\b(?!\s+of\b)|(?:的)?(?:购买者|买家)")
ITEM_FILLER = re.compile(r"(?:\s|\b(?:any|some|a|an|the|our|either|both|of)\b|任何|任意|的)*")
ITEM_JOINT = re.compile(
    r"\s*,?\s*(?:(?P<or>\bor\b|或者?|或是)|(?P<and>\band\b|\bas well as\b|&|和|与|及|以及)"
    r"|(?P<list>,|、))\s*"
)
TIMES_WORDS = {"once": 1, "twice": 2}

GROUP_BY = re.compile(
    r"\b(?:broken down by|split by|grouped by|by|per|for each)\s+|按照?|各个?|每个|不同"
)
GROUP_TAIL = re.compile(
    r"\s*(?:groups?|bands?|brackets?|levels?|ranges?)?\b"
    r"|(?:段|组|区间|层级?)?(?:来|的)?(?:分组|划分|细分|分布|统计|分别|分|看)*(?:有)?"
)
# What people call some attributes beside their labels, where they ask for a breakdown.
GROUP_LABELS: dict[str, tuple[str, ...]] = {
    "age": ("age group", "年龄段"),
    "income": ("income", "收入"),
    "kids_count": ("number of kids", "kids", "孩子数量", "孩子数"),
    "household_size": ("size of household", "家庭规模"),
    "marital_status": ("marital status", "婚姻"),
    "top_department": ("department", "部门"),
    "top_category": ("favourite category", "favorite category"),
}
LIST = re.compile(
    r"(?:^|,)\s*(?:please\s+)?(?:list|show|who|which|give|find|name)\b|列出|哪些|有谁|^谁|是谁|找出|显示|给我"
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
EITHER_OR = re.compile(r"\bor\b|或者|或是|或|还是")
BOTH_AND = re.compile(r"\band\b|而且|并且|同时|且|并|以及|和|与|又")
# Greetings, thanks and hurry: a clause with one of these and no condition is only talk.
CHATTER = re.compile(
    r"\b(?:hi|hello|hey|dear|morning|afternoon|thanks?|thank you|thx|ty|cheers|please|pls|kindly|asap|urgent(?:ly)?|hurry|quick(?:ly)?|question|sorry"
    r"|boss|manager|team|meeting|deck|presentation|report|mailing|deadline|o'clock|appreciate|wondering|curious|help me|need this|for (?:my|the|our|a) \w+|(?:mon|tues|wednes|thurs|fri|satur|sun)day(?:'s)?)\b"
    r"|你好|您好|哈喽|在吗|谢谢|多谢|感谢|辛苦|麻烦|老板|领导|经理|同事|着急|急着|急用|急|尽快|拜托|打扰|汇报|开会|周报|月报|做个?报告|不好意思|想看看|想了解|想知道"
)
CLAUSE = re.compile(r"[,，;；:：。.!！?？~～—–()（）\n]+|\s-+\s")
# What stands between two conditions that may be one; how a figure begins that names its field.
NO_JOINT = re.compile(r"\s*(?:in|on|for|at|over|using|by)?\s*")
NAMED_FIGURE = re.compile(
    r"(?:(?:have|has|had|did|do|does|were|was)?\s*(?:not|n't|never)?\s*)?"
    r"(?:order|spen|paid|placed|shopped|number|(?:总|近\d+天)?(?:订单|下|消费|花|购买|购物))"
)
CANNOT = re.compile(
    r"\b(?:e-?mails?|newsletters?|clicks?|clicked|weather|phones?|address(?:es)?|gender|"
    r"social media|opened|satisf\w+|complain\w*|competitors?|profits?|margins?|"
    r"first names?|surnames?)\b"
    r"|邮件|邮箱|点击|天气|电话|手机号|地址|姓名|性别|满意度?|投诉|竞争对手|竞品|利润|毛利"
)

# About what is still to come.
COUNTING = re.compile(
    r"\bhow (?:many|much|long|often|old|far|big|large)\b|\b(?:what|which) (?:share|percentage|proportion|part)\b|\b(?:number|count|average|total|percentage|share) of\b"
    r"|^\s*(?:do|does|did|is|are|was|were|can|could|should|would|why|when|where|what|how)\b"
    r"|多少|几(?:个|位|人|名|成|次)|多久|多大|比例|占比|数量|人数|顾客数|客户数|为什么|什么时候|哪里|怎么|吗|是否|平均|总共|一共|什么"
)
FUTURE = re.compile(
    r"\b(?:will|going to|gonna|likely to (?!be\b|have\b|own\b)|expected to|about to|predict\w*|forecast\w*|next (?:week|month|quarter|year|season))\b"
    r"|预测|预计|将会|将要|会不会|下个?(?:周|星期|月|季度)|明年|未来"
)
BOUGHT_VERB: dict[Language, str] = {"en": "bought", "zh": "买过"}
FOLLOW = re.compile(
    r"\b(?:and|but|now|only|just|also|then|ok(?:ay)?|what about|how about|what if|instead|same|again|those|these"
    r"|them|sort(?:ed)?|limit(?:ed)? to|restrict(?:ed)? to|narrow(?:ed)? (?:it |them |that )?(?:down )?to|keep|leave|add|out of)\b"
    r"|那么?|再|只要?|只看|只保留|仅|仅限|还有|换成|改成|其中|加上|另外|如果是?|呢|这些|那些|他们|她们|里面?|从中|一下|保留|限定|筛选|要|改看|看"
)

# Words for conditions beside the labels; left out where a shop has no such field, value or tag.
PHRASES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        r"(?:us(?:e|es|ed|ing)|redeem(?:ed|s)?) (?:a )?coupons?|(?:使用|用)过?了?优惠券|用过?券",
        {"field": "coupon_share", "op": ">", "value": 0},
    ),
    (
        r"(?:with|have|has|having)? ?(?:kids|children)(?: at home)?|(?:家里|家中)?(?:有|带)(?:个)?(?:孩子|小孩|子女|娃)|孩子|小孩",
        {"field": "kids_count", "op": "!=", "value": "0"},
    ),
    (r"childless", {"field": "kids_count", "op": "=", "value": "0"}),
    (r"liv(?:e|es|ing) alone|独居", {"field": "household_size", "op": "=", "value": "1"}),
    (
        r"home ?owners?|own (?:a|their) (?:home|house)s?|有房",
        {"field": "home_ownership", "op": "=", "value": "Homeowner"},
    ),
    (r"renters?|租房", {"field": "home_ownership", "op": "=", "value": "Renter"}),
    (r"已婚", {"field": "marital_status", "op": "=", "value": "Married"}),
    (r"未婚", {"field": "marital_status", "op": "=", "value": "Unmarried"}),
    (
        r"(?:own(?:ing)?|ha(?:ve|s)|having|with|keep(?:ing)?) (?:a )?pets?|pets"
        r"|(?:有|养)宠物|宠物主人?",
        {"tag": "pet_owner"},
    ),
    (r"(?:own(?:ing)?|ha(?:ve|s)|with) (?:a )?dogs?|dogs|有狗|养狗", {"tag": "dog_owner"}),
    (r"(?:own(?:ing)?|ha(?:ve|s)|with) (?:a )?cats?|cats|有猫|养猫", {"tag": "cat_owner"}),
    (r"lapsed|流失(?:了|的)?|已流失", {"tag": "lapsed"}),
)
# Around a tag's name: "love wine", "wine lovers", "喜欢啤酒", "啤酒爱好者".
TAG_BEFORE = r"(?:(?:likes?|loves?|drinks?|enjoys?|eats?|pays?|prefers?|into|fans? of|lovers of|drinkers of)\s+)?"
TAG_AFTER = r"(?:[\s-]+(?:lovers?|fans?|drinkers?|eaters?|enthusiasts?))?"
TAG_BEFORE_ZH = r"(?:喜欢|喜爱|爱喝|爱吃|爱买|常喝|常吃|爱|喝|吃)?(?:买|喝|吃|用)?"
TAG_AFTER_ZH = r"(?:爱好者|达人|控|迷)?"
# How sure a tag must be: "at least 80% likely to be pet owners", "宠物主人概率超过80%".
SURE_BEFORE = re.compile(
    r"(?:(?:at least|over|more than|with)\s+)*(?:an?\s+)?(?<!\d)(\d{1,2})\s*(?:%|percent)(?:\s+or more)?\s*(?:likely|sure|certain|probable|probability|chance)\s*"
    r"(?:to\s+(?:be|have|own)|of\s+(?:being|having|owning)|that they are|are|is)?\s*(?:an?\s+)?$"
    r"|概率(?:至少|超过|大于|不低于|高于|在|为|达到?)*(?<!\d)(\d{1,2})\s*%(?:以上|及以上)?的?(?:是|为)?\s*$"
)
SURE_BEHIND = re.compile(
    r"\s*(?:with|at)\s+(?:a\s+)?(?:probability|certainty|confidence)\s+(?:of\s+)?(?:at least|over|above|more than)?\s*(\d{1,2})\s*%(?:\s+or more)?"
    r"|的?(?:概率|可能性)(?:至少|超过|大于|不低于|高于|在|为|达到?)*(\d{1,2})\s*%(?:以上|及以上)?"
)
# How a closed attribute of numbers is named before and behind a number.
RANGED: dict[str, tuple[str, str]] = {
    "age": (r"aged?(?: between| from)?|年龄", r"year[- ]?olds?|years?(?: old)?|years? of age|岁"),
    "income": (r"income|earn(?:s|ing)?|(?:家庭)?年?收入", ""),
    "household_size": (r"household size|家庭人数", r"people at home|口人|人家庭"),
    "kids_count": (r"number of children", r"kids?|child(?:ren)?|个(?:孩子|小孩|子女)"),
}
AGE_NOUN = re.compile(
    r"\b(?:customers|people|shoppers|households|those|members)\s+(?:who\s+)?(?:are\s+)?$"
)
AGE_OP = re.compile(r"(?:older|younger) than|or (?:older|younger)")
PLAIN_AGE_OP = re.compile(r"under|over|above|below")

# What carries no condition. Anything else that no condition uses is reported as not understood.
_FRAME_EN = """
a an the and but also both either of in for to with at from who whom whose that which what where
there here this it its i we our us you your they them their those these have has had having be been
being am is are was were do does did can could would please tell me show list give find name get see
want know how many count number customer customers people person persons household households
shopper shoppers client clients user users family families member members ones one all everyone
everybody every each as well than then so shop store base data database total altogether currently
total number already what's who's that's there's i'd i'm we'd let's now exactly carry carries tagged tag placed place places placing made make share percentage proportion s ever yet while among my
any
"""
FRAME_EN = frozenset(_FRAME_EN.split())
_FRAME_ZH = """
请问 请 帮我 给我 告诉我 我想知道 想知道 查询 查一下 查 列出 显示 找出 看看 统计 一下 一共 总共
共有 共 全部 所有 我们 他们 他 她 的 了 过 呢 吗 啊 吧 有 是 在 为 多少 几 位 个 名 顾客 客户
用户 会员 人数 人 家庭 消费者 哪些 哪 谁 且 并且 并 而且 而 同时 也 还 又 都 和 与 及 以及 但是
但 不过 其中 中 里 数量 占比 比例 店里 店 目前 现在 那些 这些 属于 标签 被标为 当中 之中 曾经
曾 既 那么 占 来说 分别 各 顾客数 客户数 人数 数 家里 家中 家 顾客数量 客户数量 用户数量 人数量 名单 拉个 拉 看下 看一下 情况 群体 人群 群 麻烦 统计下 算下 下
算一下 帮忙 帮 想看 想 是多少 到底 大概 究竟 具体 请教 咱们 咱 本店 店铺 我 你 您 哈 呀 哦 嘛
"""
FRAME_ZH = re.compile("|".join(sorted(_FRAME_ZH.split(), key=len, reverse=True)))
