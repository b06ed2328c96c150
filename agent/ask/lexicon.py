"""The words by which questions name comparisons, windows, figures and frames, per language.

Texts are matched after NFKC and case folding, so `？` is `?` and `％` is `%` here.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from agent.ask.numerals import WORDS

Op = Literal["=", "<", "<=", ">", ">="]

# Longest first, so that "no more than" is not read as "more than".
BEFORE: tuple[tuple[Op, str], ...] = (
    (
        ">=",
        r"at (?:the very )?least|(?:no|not) (?:less|fewer|lower|smaller|under|below)(?: than)?|>=|≥"
        r"|a minimum of|minimum(?: of)?|at or (?:above|over)|至少|不少于|不低于|不小于"
        r"|起码|满|达到",
    ),
    (
        "<=",
        r"at (?:the )?most|(?:no|not) (?:more|greater|higher|larger|bigger|over|above)(?: than)?"
        r"|up to|<=|≤|(?:does(?:n't| not)|do(?:n't| not)|not) exceed(?:ing)?|a maximum of"
        r"|maximum(?: of)?|at or (?:below|under)|至多|最多|不超过|不多于|不高于|不大于",
    ),
    (
        ">",
        r"(?:more|greater|older|higher|larger|bigger|better|longer) than|north of|upwards of"
        r"|in excess of|over|above|exceed(?:s|ed|ing)?|beyond|surpass(?:es|ed|ing)?|topp(?:ed|ing)"
        r"|tops|>|超过|不止|过(?=\d)|多于|大于|高于|超出",
    ),
    (
        "<",
        r"(?:less|fewer|younger|lower|smaller|shorter) than|south of|under|below|beneath"
        r"|short of|<|没到|还没到|还不到|少于"
        r"|低于|小于|不到|不足|不满",
    ),
    ("=", r"exactly|precisely|just|only|=|正好|恰好|刚好|等于|只|仅"),
)
AFTER: tuple[tuple[Op, str], ...] = (
    (
        ">=",
        r"(?:or|and) (?:more|older|above|over|longer|up|upwards?|higher|bigger|larger"
        r"|better)|\+|plus\b|及?以上|起|往上",
    ),
    ("<=", r"(?:or|and) (?:less|fewer|younger|below|under|lower|smaller|shorter)|及以下|以内"),
    ("<", r"以下"),
)
FACTORS = {"k": 1_000, "千": 1_000, "万": 10_000}
CURRENCY = r"[$€£¥]"

SMALL_NUMBER = rf"(?:(?<!\d)\d{{1,4}}|{'|'.join(WORDS)}|[一二两俩三四五六七八九十百]+)"
_N = SMALL_NUMBER
_ORDERING = (
    r"(?:order(?:ed|ing|s)?|bought|buy(?:ing)?|purchas(?:ed?|ing)|shop(?:ped|ping)?"
    r"|visit(?:ed|ing)?|come (?:in|back|by)|came (?:in|back|by)|been (?:here|back))"
)
_NOTHING = r"(?:\s+(?:anything|from us|with us|here|again|at all|whatsoever|orders?))*"
_DAYS = rf"(?:at least |more than )?(?P<en>{_N})[\s-]+(?P<en_unit>days?|weeks?|months?|years?)\b"
SILENT = re.compile(
    rf"(?:\b(?:not|no|never|without)|n't)\s+(?:(?:placed|had|any|an)\s+)*{_ORDERING}{_NOTHING}\s+"
    rf"(?:for|in|within|during|over|since)\s+(?:the\s+)?(?:last\s+|past\s+)?{_DAYS}"
    rf"|\b(?:gone\s+|been\s+)?(?:for\s+)?(?:at least\s+|more than\s+"
    rf"|over\s+)?(?P<en3>{_N})[\s-]+(?P<en3_unit>days?|weeks?|months?|years?)"
    r"(?:\s+or\s+(?:more|longer))?\s+without\s+(?:an?\s+|any\s+)?(?:order(?:ing|s)?"
    r"|purchas(?:e|es|ing)|buying|shopping)(?:\s+anything)?"
    rf"|\binactive\s+(?:for|in)\s+(?:the\s+)?(?:last\s+|past\s+)?(?P<en2>{_N})\s+"
    r"(?P<en2_unit>days?|weeks?|months?|years?)\b"
    rf"|(?P<over>超过)?(?:最近|近|过去|已有?|至少)?(?P<zh>{_N})个?(?P<zh_unit>天|日|周"
    rf"|星期|礼拜|月|年)(?:以上|之?内)?"
    r"(?:都|已经|仍)?(?:没有?|未)(?:再)?(?:下过?单|购买过?|购物|买过?东西|来过?|消费)"
    r"(?!过?[^\W\da-z_的,?。!?、且并而]{2})"
)
# Behind a condition that is taken away: "dog owners aside", "优惠券爱好者除外".
TAKEN_AWAY = re.compile(
    r"\s*,?\s*\b(?:aside|excluded|excepted|not included|left out)\b|(?:的|都|再"
    r"|也)*(?:除外|去掉|排除|剔除|除去|不算)(?:掉|在外|在内)?"
)
# "in the last 10 days not a single order": what stands behind or before the window.
NO_ORDER_ZH = re.compile(
    r"\s*(?:里|内|,)*(?:都|也|却|但|就)?(?:一单|一次|一笔|一个?订单)(?:都|也)?(?:没有?"
    r"|未)(?:再)?(?:下|买|消费|来)?过?(?:单)?|\s*(?:零|0)(?:下单|订单|消费)"
)
NO_ORDER_EN = re.compile(
    r"\b(?:but|and|yet)\s+(?:then\s+|have\s+|had\s+|did\s+)*(?:not(?:\s+(?:at all|any"
    r"|once|1 times|a single one))?|none"
    r"|nothing|no longer|no more)\s*(?:at all\s*)?$"
)
ORDER_VERB = re.compile(
    r"\b(?:orders?|ordered|shopped|active|purchased|came|visited|bought (?:something"
    r"|anything))\b|下过?单|消费|购物"
)
# "but not since": the purchase said before, in other days.
NOT_AGAIN = re.compile(
    r"\s*,?\s*\b(?:but|and|yet)\s+(?:(?:did|have|has|had|do)(?:n't|\s+not)|not"
    r"|never)\b(?:\s*(?:buy|bought|ordered|purchased?)?(?:\s+(?:it|them|any|one|that"
    r"|those|this))?(?:\s+(?:again|any ?more|since|at all))?)\s*"
)
NOT_AGAIN_ZH = re.compile(
    r"\s*[,，、]?(?:但是?|却|而|可是?|不过|就|都|又|也|再|后来|之后)*(?:没有?|未"
    r"|不)(?:再)?(?:买|购买|下单|复购)过?了?(?=的|[,，。?？!]|$|顾客|客户|人)"
)
_DID = r"(?:order(?:ed)?|purchased?|bought(?: anything| something)?|shop(?:ped)?|visit(?:ed)?)"
_HERE = (
    r"(?:\s+(?:with us|from us|here|us|was|were|is|took place|happened|falls|fell|dates|back|to))*"
)
FIRST_OR_LAST = {
    "tenure_days": re.compile(
        rf"\b(?:(?:who\s+)?(?:joined|signed up|became (?:a |our )?customers?|came on board"
        rf"|started (?:shopping|buying|ordering))|(?:(?:placed|made|had|have|did"
        rf"|with)\s+)?(?:their|a|the|whose)?\s*"
        rf"(?:very\s+)?first(?:[- ]ever)?\s+{_DID}){_HERE}\s*$"
    ),
    "days_since_last_order": re.compile(
        rf"\b(?:(?:placed|made|had|have|did|with)\s+)?(?:their|the|whose)?\s*"
        rf"(?:last|most recent|latest|most recently)\s+{_DID}{_HERE}\s*$"
    ),
}
RECENT = re.compile(
    rf"\b(?:{_ORDERING}|(?:placed|made|did|had)\s+(?:at least\s+(?:1|one)|an?|any|some|another)\s+"
    r"(?:orders?|purchases?)|active|with (?:an?|any) (?:orders?|purchases?))"
    r"(?:\s+(?:anything|something|with us|from us|here|again|from the (?:shop|store)))*\s*$"
)
RECENT_ZH = re.compile(
    r"\s*(?:一直|都|就)?(?P<not>没有?|未|从未)?(?:再)?(?:有过?|曾)?(?:来)?"
    r"(?:下过?单|购物过?|消费过?|有订单|买过?东西)(?!(?:了|过|的)*(?:多少|几|总|金额"
    r"|额|满|超|至|不|大|高|低|少|在|达|\d))(?:了|过|的)*"
)
TOP = re.compile(
    r"(?P<en_side>top|bottom|highest|lowest|best|leading"
    r"|worst)\s+(?P<en>\d{1,2}(?:\.\d{1,6})?)\s*(?:%|percent)"
    r"|(?:最)?(?P<zh_side>高|低|前|后|多|少)的?\s*(?P<zh>\d{1,2}(?:\.\d{1,6})?)\s*%"
)
# Orders that are no count of orders; words that tell that a figure is of all days.
IN_ONE = re.compile(
    r"\b(?:in|within|per|on)\s+(?:just |only |exactly |any )?(?:1|one)\s+(?:order"
    r"|purchase|visit|trip)s?$"
)
OVERALL = re.compile(
    r"\s*\b(?:overall|in total|total|altogether|all[- ]time|lifetime|in all|ever|so far|to date)\b"
)
LOW_SIDES = frozenset({"bottom", "lowest", "worst", "低", "后", "少"})

# Field: the words that name it before a number (or a percentile), and the unit behind the number.
FIGURES: dict[str, tuple[str, str]] = {
    "average_order_value": (
        r"average (?:order|basket|cart|ticket|receipt|purchase|transaction|bill|check|shop)"
        r"(?: value| size| amount| total| spend)?|aov|(?:order|basket|ticket) (?:value|size)"
        r"|(?:spend(?:s|ing)?|average) per (?:order|basket|visit|trip)"
        r"|客单价|(?:平均)?每单(?:平均)?(?:消费|金额)?",
        r"(?:(?:dollars?|bucks|usd) )?(?:on average )?(?:an|a|per|each"
        r"|every) (?:average )?(?:order|basket|visit|trip|purchase"
        r"|transaction)(?! in)(?: on average)?|每单",
    ),
    "coupon_share": (
        r"coupon (?:share|use|usage|rate)|(?:us(?:e|es|ed|ing)|redeem(?:s|ed|ing)?"
        r"|appl(?:y|ied|ies)"
        r"|cash(?:ed|es)? in) (?:a |any |their )?coupons? (?:in|on|for|with)"
        r"|share of orders with (?:a )?coupons?"
        r"|用券(?:订单)?(?:占比|比例|率)|优惠券使用率",
        r"of (?:their |the |all )?orders (?:with|using|used|use|involv(?:e|ed|ing)"
        r"|includ(?:e|ed|ing)|contain(?:ed|ing)?|carry|carried|had|have|having) (?:a "
        r"|any )?coupons?"
        r"|的订单(?:都|里都|中)?(?:使用|用)了?(?:优惠)?券",
    ),
    "discount_share": (
        r"discount (?:share|rate|percentage|level|ratio|portion)|share of discounts?"
        r"|discounts? of|折扣(?:占比|比例|率)",
        r"of (?:their|the) (?:total )?(?:spend(?:ing)?|purchases|bill) (?:in|as|through|from|on|via"
        r"|with) discounts?|off on average|in discounts",
    ),
    "weekend_share": (
        r"weekend share|share of orders on weekends|周末(?:订单|购物|下单)(?:占比|比例)",
        r"of (?:their |the |all )?(?:orders|shopping|purchases) "
        r"(?:are |fall |were |happen |come |made |take place |done )?(?:placed |made |done )?(?:on"
        r"|at|over) (?:a |the )?weekends?|的订单在周末",
    ),
    "evening_share": (
        r"evening share|share of orders in the evening"
        r"|(?:晚间|晚上)(?:订单|购物|下单)(?:占比|比例)",
        r"of (?:their |the |all )?(?:orders|shopping|purchases) (?:are |fall |were "
        r"|happen |come |made |take place |done )?(?:placed |made |done )?in the evenings?"
        r"|的订单在(?:晚间|晚上)",
    ),
    "categories": (
        r"(?:bought|buy|buys|purchased?|shop(?:s|ped)?|ordered)(?: something| products"
        r"| items| things"
        r"| goods)?(?: from| in| across| out of)|(?:买过?的?|购买过?的?)?品类数量?",
        r"(?:different |distinct |product )?categor(?:y|ies)|个?品类",
    ),
    "days_since_last_order": (
        r"(?:(?:most recent|latest|last) (?:order|purchase|shop|visit|basket)"
        r"|last (?:ordered|bought|shopped|purchased|visited|came|placed an order))"
        r"(?: was| is| dates back| happened| took place| lies)?|days since (?:the "
        r"|their )?last order"
        r"|距?(?:上次|最近一次)下单(?:天数|时间)?|距上次下单天数",
        "",
    ),
    "tenure_days": (
        r"(?:been|shopp(?:ed|ing)|stayed|buying|bought) (?:with|from) us(?: for)?|with us(?: for)?"
        r"|(?:been |being )?(?:an? )?(?:customers?|clients?|members?)(?: of ours| with us"
        r"| here)? for"
        r"|(?:joined|signed up|came on board|started (?:shopping|buying)(?: with us)?)(?: us)?"
        r"|first (?:order(?:ed)?|purchased?|bought|shopped|visit(?:ed)?)(?: with us"
        r"| from us)?(?: was)?|成为(?:顾客|客户|会员)的?(?:天数)?",
        r"days'? (?:of )?(?:standing|membership|tenure)",
    ),
    "usual_gap_days": (
        r"(?:usual|typical|median|normal|average) (?:gap|days|time|interval) between"
        r" (?:their |2 )?(?:orders|purchases|visits)|(?:通常)?下单间隔(?:天数)?",
        "",
    ),
    "spend": (
        r"spen(?:d|t|ds|ding|ders?)|paid|pa(?:y|ys|ying)|bought for|lifetime value"
        r"|total value|money spent|revenue|(?:总|累计)?(?:消费|花销"
        r"|花费)(?:总额|金额|额)?(?:了|过(?!\d))?|花钱|花了",
        r"(?:dollars?|bucks|usd)(?: (?:was |were )?spent)?|(?:was |were )?spent"
        r"|in (?:total |overall )?(?:spend(?:ing)?|revenue|sales|purchases)"
        r"|worth(?: of (?:goods|stuff|groceries|orders|purchases|products))?|yuan|rmb|美元"
        r"|元|块钱?",
    ),
    "orders": (
        r"order(?:s|ed)?|placed|shopped|visited|came|number of orders"
        r"|(?:总)?订单(?:数量?|次数)?|下过?单(?:次数|数)?了?|购买次数|购物"
        r"|来过?(?:买过?东西|购物)?|光顾|消费次数",
        r"orders?|times|purchases?|visits?|transactions?|shopping trips?|(?:个"
        r"|笔)?订单(?!数|量)|单|次|笔|回|趟|遍",
    ),
}
# Fields that what stands behind the number tells, whatever stands before it: "$60 an order".
TOLD_BEHIND = frozenset({"average_order_value"})
UNITS = {
    "days": r"days?(?: ago| back| or so ago)?(?: old)?|天(?:前)?",
    "share": r"of (?:their |the |all |its |our )?orders|的订单",
}
# Between a field's name and its number, and what may stand in front of a name.
LINKING = (
    r"(?:\s|\b(?:is|are|was|were|of|a|an|total|in all|value|that|comes? to|came to"
    r"|amount(?:s|ed)? to"
    r"|add(?:s|ed)? up to|stands? at|stood at|has been|have been|somewhere|anywhere|altogether"
    r"|with us|always|usually|on average|made|done|been|level)\b|:|"
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
    rf"(?:{_NOT_EN}|\bwithout\b|\bneither\b|\bnor\b|\bnon-?(?=$)|\bno\b"
    rf"|\bexcept(?: for)?\b|\bexcluding\b|\bapart from\b|\bother than\b|\bminus\b"
    rf"|\bdrop\b|\bremove\b|\bleave out\b|\bexclude\b|\bbut not\b)\s*"
    r"(?:\b(?:a|an|any|the|those|customers|people|who|our|all|be|been|being|either|have"
    r"|having|had|carry|tagged|as|for|to|own|in|ever)\b\s*)*$"
    r"|(?:从来?没有?|从未|没有?|并?(?<!是)不(?:是|属于)?|未|非|除了|除去|除开|不要"
    r"|排除|去掉|剔除|不包括|不含|不算)(?:过|再|有|在|是|要|曾|带|那些|其中)*\s*$"
)
BUY = re.compile(
    r"\b(?:bought|buys?|buying|got|picked up|went for|purchase[ds]?|purchasing"
    r"|ordered|orders? (?:with|containing|including|that (?:contain|includ)(?:ed|e|es|s)?)"
    r"|buyers of)\b|购买过?了?|买过?了?"
)
BUYERS = re.compile(r"\s*\b(?:buyers?|purchasers?)\b(?!\s+of\b)|(?:的)?(?:购买者|买家)")
ITEM_FILLER = re.compile(
    r"(?:\s|\b(?:any|some|a|an|the|our|your|either|both|of|their"
    r"|(?:any|some|what)?(?:kind|type|sort|brand)s? of|(?:a )?(?:bottle|pack|packet"
    r"|can|box|bag|jar|carton|case|loaf"
    r"|tub|piece|bunch|tin|tube|roll|bar|lot|bit|pair)s? of|lots of|plenty of"
    r"|(?:something|anything|products?|items?|goods|things|stuff) from (?:the|our))\b"
    r"|任何|任意|的)*"
)
# Behind an item, and no part of its name.
ITEM_TAIL = re.compile(
    r"\s+(?:stuff|things?|goods|products?|items?|articles?|aisle|category|department"
    r"|section|range)\b"
    r"(?!\s+(?:by|per|as)\b)"
)
ITEM_JOINT = re.compile(
    r"\s*,?\s*(?:(?P<or>\bor\b|或者?|或是)|(?P<and>\band\b|\bas well as\b|&|和|与|及|以及)"
    r"|(?P<list>,|、))\s*"
)
TIMES_WORDS = {"once": 1, "twice": 2}

GROUP_BY = re.compile(
    r"\b(?:broken down by|split by|grouped by|by|per|for each|across|each|every|split on|split into"
    r"|according to|in terms of|depending on|for every|over the|into)\s+(?:their\s+|the\s+"
    r"|different\s+|various\s+)*|(?:按照?|以|根据)|各个?|每个|不同|(?:拆到"
    r"|分)(?:各个?)?"
)
GROUP_TAIL = re.compile(
    r"\s*(?:groups?|bands?|brackets?|levels?|ranges?)?\b"
    r"|(?:段|组|区间|层级?)?(?:段|档|组)?(?:来|的)?(?:分组|划分|细分|分布|统计|分别"
    r"|拆分|拆开|分开|拆|分|看看|看)*(?:呢|吧)?(?:有)?"
)
EITHER_OR = re.compile(r"\bor\b|或者|或是|或|还是")
BOTH_AND = re.compile(r"\band\b|而且|并且|同时|且|并|以及|和|与|又")
# What stands between two conditions that may be one; how a figure begins that names its field.
NO_JOINT = re.compile(r"\s*(?:in|on|for|at|over|using|by)?\s*")
NAMED_FIGURE = re.compile(
    r"(?:(?:have|has|had|did|do|does|were|was)?\s*(?:not|n't|never)?\s*)?"
    r"(?:order|spen|paid|placed|shopped|number|(?:总|近\d+天)?(?:订单|下|消费|花|购买|购物))"
)


# Words for conditions beside the labels; left out where a shop has no such field, value or tag.
PHRASES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        r"(?:us(?:e|es|ed|ing)|redeem(?:ed|s)?) (?:a )?coupons?|(?:使用|用)过?了?优惠券|用过?券",
        {"field": "coupon_share", "op": ">", "value": 0},
    ),
    (
        r"(?:with|have|has|having)? ?(?:kids|children)(?: at home)?|(?:家里|家中)?(?:有"
        r"|带)(?:个)?(?:孩子|小孩|子女|娃)|孩子|小孩",
        {"field": "kids_count", "op": "!=", "value": "0"},
    ),
    (r"childless", {"field": "kids_count", "op": "=", "value": "0"}),
    (
        r"liv(?:e|es|ing) (?:alone|by themselves|on their own)|独居|一个人(?:住|生活)",
        {"field": "household_size", "op": "=", "value": "1"},
    ),
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
TAG_BEFORE = (
    r"(?:(?:likes?|loves?|drinks?|enjoys?|eats?|pays?|prefers?|into|fans? of|lovers of"
    r"|drinkers of)\s+)?"
)
TAG_AFTER = r"(?:[\s-]+(?:lovers?|fans?|drinkers?|eaters?|enthusiasts?))?"
TAG_BEFORE_ZH = r"(?:喜欢|喜爱|爱喝|爱吃|爱买|常喝|常吃|爱|喝|吃)?(?:买|喝|吃|用)?"
TAG_AFTER_ZH = r"(?:爱好者|达人|控|迷)?"
# How sure a tag must be: "at least 80% likely to be pet owners", "宠物主人概率超过80%".
SURE_BEFORE = re.compile(
    r"(?:(?:at least|over|more than|with)\s+)*(?:an?\s+)?(?<!\d)(\d{1,2})\s*(?:%"
    r"|percent)(?:\s+or more)?\s*(?:likely|sure|certain|probable|probability"
    r"|chance)\s*"
    r"(?:to\s+(?:be|have|own)|of\s+(?:being|having|owning)|that they are|are|is)?\s*(?:an?\s+)?$"
    r"|概率(?:至少|超过|大于|不低于|高于|在|为|达到?)*(?<!\d)(\d{1,2})\s*%(?:以上"
    r"|及以上)?的?(?:是|为)?\s*$"
)
SURE_BEHIND = re.compile(
    r"\s*(?:with|at)\s+(?:a\s+)?(?:probability|certainty"
    r"|confidence)\s+(?:of\s+)?(?:at least|over|above"
    r"|more than)?\s*(\d{1,2})\s*%(?:\s+or more)?"
    r"|的?(?:概率|可能性)(?:至少|超过|大于|不低于|高于|在|为|达到?)*(\d{1,2})\s*%(?:以上|及以上)?"
)
# How a closed attribute of numbers is named before and behind a number.
RANGED: dict[str, tuple[str, str]] = {
    "age": (
        r"aged?(?: between| from)?|年龄|年纪|岁数",
        r"year[- ]?olds?|years?(?: old)?|years? of age|岁",
    ),
    "income": (r"income|earn(?:s|ing)?|(?:家庭)?年?收入", ""),
    "household_size": (
        r"household size|(?:households?|famil(?:y|ies)|homes?) of|家庭人数|人口",
        r"people at home|口(?:之家|人)?(?:家庭)?|人家庭|个人",
    ),
    "kids_count": (r"number of children", r"kids?|child(?:ren)?|个(?:孩子|小孩|子女)"),
}
AGE_NOUN = re.compile(
    r"\b(?:customers|people|shoppers|households|those|members)\s+(?:who\s+)?(?:are\s+)?$"
)
AGE_OP = re.compile(r"(?:older|younger) than|or (?:older|younger)")
PLAIN_AGE_OP = re.compile(r"under|over|above|below")
