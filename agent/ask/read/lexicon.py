"""The words by which questions name comparisons, windows, figures and frames, per language.

Texts are matched after NFKC and case folding, so `？` is `?` and `％` is `%` here.
"""

from __future__ import annotations

import re
from typing import Literal

from agent.ask.read.numerals import WORDS

Op = Literal["=", "<", "<=", ">", ">="]

# Longest first, so that "no more than" is not read as "more than".
BEFORE: tuple[tuple[Op, str], ...] = (
    (
        ">=",
        r"at (?:the very )?least|(?:no|not) (?:less|fewer|lower|smaller|under|below)(?: than)?|>=|≥"
        r"|a minimum of|minimum(?: of)?|at or (?:above|over)|至少|不少于|不低于|不小于"
        r"|起码|最少|(?<!不)满(?!意)|达到|不下于?",
    ),
    (
        "<=",
        r"at (?:the )?most|(?:no|not) (?:more|greater|higher|larger|bigger|over|above)(?: than)?"
        r"|up to|<=|≤|(?:does(?:n't| not)|do(?:n't| not)|not) exceed(?:ing)?|a maximum of"
        r"|maximum(?: of)?|at or (?:below|under)|至多|最多|顶多|不超过?|没超过|未超过|不多于"
        r"|不高于|不大于",
    ),
    (
        ">",
        r"(?:more|greater|older|higher|larger|bigger|better|longer) than|north of|upwards of"
        r"|in excess of|over|above|exceed(?:s|ed|ing)?|beyond|surpass(?:es|ed|ing)?|topp(?:ed|ing)"
        r"|tops|>|超过|超(?=\s*\d)|不止|(?<![不没未来买下逛购超])过(?=\d+[千万]?(?!\d|次|单|回|趟|遍|笔))"
        r"|多于|大于|高于|超出|多过|高过"
        r"|突破",
    ),
    (
        "<",
        r"(?:less|fewer|younger|lower|smaller|shorter) than|south of|under|below|beneath"
        r"|short of|<|没到|还没到|还不到|未到|未满|没满|不够|未达到?|没达到"
        r"|达不到|少于"
        r"|低于|小于|不到|不足|不满|低过|少过",
    ),
    ("=", r"exactly|precisely|just|only|=|正好|恰好|刚好|等于|只有?|仅有?"),
)
AFTER: tuple[tuple[Op, str], ...] = (
    (
        ">=",
        r"(?:or|and) (?:more|older|above|over|longer|up|upwards?|higher|bigger|larger"
        r"|better)|\+|plus\b|(?:及|或|和|或者|甚至)?(?:以上|更多|更高)|之上|起(?!码|至|来)|往上"
        r"|朝上|开外|打底",
    ),
    (
        "<=",
        r"(?:or|and) (?:less|fewer|younger|below|under|lower|smaller|shorter)|及以下|或以下"
        r"|或更少|及更少|以内|之内|封顶",
    ),
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
    rf"|(?P<over>超过)?(?:最近|近|过去|已经?有?|至少|都|足足|整整"
    rf"|连续)*(?P<zh>{_N})个?(?P<zh_unit>天|日|周"
    rf"|星期|礼拜|月|年)(?:以上|之?内)?"
    r"(?:都|已经|仍)?(?:没有?|未)(?:再)?(?:下过?单|购买过?|购物|买过?东西|来过?|消费)"
    r"(?!过?[^\W\da-z_的,?。!?、且并而]{2})"
)
# Behind a condition that is taken away: "dog owners aside", "优惠券爱好者除外".
TAKEN_AWAY = re.compile(
    r"\s*,?\s*\b(?:aside|excluded|excepted|not included|left out)\b|(?:的|都|再"
    r"|也|那种|那类|那些|这种|这类|人|顾客|客户)*(?:除外|去掉|排除|剔除|除去|不算|不要|别要|别算"
    r"|不计|刨除|刨掉|拿掉|筛掉"
    r"|滤掉|不包括|不考虑)(?:掉|在外|在内|了)?(?=[,，。;；?？!！的]|$|有|一共|总共|剩|还)"
)
# "in the last 10 days not a single order": what stands behind or before the window.
NO_ORDER_ZH = re.compile(
    r"\s*(?:里|内|,)*(?:都|也|却|但|就|还|又|竟然?|一直|至今)*(?:一单|一次|一笔|一个?订单)(?:都|也)?(?:没有?"
    r"|未)(?:再)?(?:下|买|消费|来)?过?(?:单)?|\s*(?:零|0)(?:下单|订单|消费)"
)
NO_ORDER_EN = re.compile(
    r"(?:\b(?:but|and|yet|then|though|although)\b|[,;:–—-])\s*"
    r"(?:(?:then|have|had|has|did|afterwards?|later|placed|made|they|who|with|but|and|yet)\s+)*"
    r"(?:not(?:\s+(?:at all|any|once|ever|1 times|(?:a\s+single|any)\s+(?:ones?|orders?|1)))?|none"
    r"|nothing|no longer|no more|never(?:\s+again)?|zero|0|(?:no|0|zero)\s+(?:further\s+|more\s+)?"
    r"(?:orders?|purchases?))\s*(?:(?:at all|whatsoever|any ?more|again)\s*)*$"
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
    r"|不)(?:再)?(?:买|购买|下单|复购|碰|沾|拿|囤|入手|回购)过?了?(?=的|[,，。?？!]|$|顾客|客户|人)"
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
    r"\s*(?:一直|都|就|还在|还|仍在?)?(?P<not>没有?|未|从未)?(?:再)?(?:有过?|曾)?(?:来)?"
    r"(?:下(?:过|了)?单|购物过?|消费过?|有(?:过)?(?:订单|下单|消费|购物)(?:记录)?|买过?东西"
    r"|(?:又|再)?(?:回来|返回|重新)(?:买|下单|消费|购物)?|(?:又)?来(?:过|买过?|买东西)|(?:又"
    r"|再)买)(?!(?:了|过|的)*(?:多少|几|总|金额"
    r"|额|满|超|至|不|大|高|低|少|在|达|\d))(?:了|过|的)*"
)
TOP = re.compile(
    r"(?P<en_side>top|bottom|highest|lowest|best|leading"
    r"|worst)\s+(?P<en>\d{1,2}(?:\.\d{1,6})?)\s*(?:%|percent)"
    r"|(?:最)?(?P<zh_side>高|低|前|后|多|少|大|小|末尾|垫底|靠前|靠后|倒数|尾部|头部"
    r"|末位)的?(?:那|这|前)?(?:一?批)?的?\s*(?P<zh>\d{1,2}(?:\.\d{1,6})?)\s*%"
)
LOW_SIDES = frozenset(
    {
        "bottom",
        "lowest",
        "worst",
        "低",
        "后",
        "少",
        "小",
        "末尾",
        "垫底",
        "靠后",
        "倒数",
        "尾部",
        "末位",
    }
)
# Orders that are no count of orders; words that tell that a figure is of all days.
IN_ONE = re.compile(
    r"\b(?:in|within|per|on)\s+(?:just |only |exactly |any )?(?:1|one)\s+(?:order"
    r"|purchase|visit|trip)s?$"
)
OVERALL = re.compile(
    r"\s*\b(?:overall|in total|total|altogether|all[- ]time|lifetime|in all|ever|so far|to date)\b"
)

# Field: the words that name it before a number (or a percentile), and the unit behind the number.
FIGURES: dict[str, tuple[str, str]] = {
    "average_order_value": (
        r"average (?:order|basket|cart|ticket|receipt|purchase|transaction|bill|check|shop)"
        r"(?: value| size| amount| total| spend)?|aov|(?:order|basket|ticket) (?:value|size)"
        r"|(?:spend(?:s|ing)?|average) per (?:order|basket|visit|trip)"
        r"|平均客单价?|客单价?|笔单价|单均(?:消费|价|金额)?"
        r"|(?:平均)?每(?:一)?(?:单|笔|笔?订单|次(?!\d))(?:平均|均)?(?:消费|金额|花费?|花)?(?:金额)?"
        r"|平均(?:一|1)?(?:单|笔)(?:消费|金额|花费?|花)?",
        r"(?:(?:dollars?|bucks|usd) )?(?:on average )?(?:an|a|per|each"
        r"|every) (?:average )?(?:order|basket|visit|trip|purchase"
        r"|transaction)(?! in)(?: on average)?|每单|一单(?=[的,，以]|$)",
    ),
    "coupon_share": (
        r"coupon (?:share|use|usage|rate)|(?:us(?:e|es|ed|ing)|redeem(?:s|ed|ing)?"
        r"|appl(?:y|ied|ies)"
        r"|cash(?:ed|es)? in) (?:a |any |their )?coupons? (?:in|on|for|with)"
        r"|share of orders with (?:a )?coupons?"
        r"|(?:用|使用)(?:了|过)?(?:优惠)?券的?(?:订单|单子|单|次数)?的?(?:占比|比例|比率|比重|率"
        r"|占)"
        r"|(?:优惠)?券的?使用(?:率|占比|比例)|订单(?:中|里)?的?用券的?(?:占比|比例|率)"
        r"|(?:用|使用)(?:优惠)?券(?:下?的)?(?:订单|单子)(?:占|在)(?:全部|总|所有)?(?:订单"
        r"|单量)?(?:中|里)?的?(?:比例|比重|占比)?",
        r"of (?:their |the |all )?orders (?:with|using|used|use|involv(?:e|ed|ing)"
        r"|includ(?:e|ed|ing)|contain(?:ed|ing)?|carry|carried|had|have|having) (?:a "
        r"|any )?coupons?"
        r"|以?上?的?(?:订单|单子|单)(?:里|中)?(?:都|是|会|有)*(?:使用|用)(?:了|过"
        r"|着)?(?:优惠)?券(?:下?的)?",
    ),
    "discount_share": (
        r"discount (?:share|rate|percentage|level|ratio|portion)|share of discounts?"
        r"|discounts? of"
        r"|(?:折扣|打折|优惠|让利)的?(?:商品|金?额)?的?(?:占比|比例|比率|比重|率)"
        r"|折扣(?:金?额)?(?:占|在)(?:总|全部)?(?:消费|原价|金额)?(?:总?金?额)?(?:中"
        r"|里)?的?(?:比例|比重|占比)?"
        r"|(?:平均)?折扣(?:力度|幅度)?",
        r"of (?:their|the) (?:total )?(?:spend(?:ing)?|purchases|bill) (?:in|as|through|from|on|via"
        r"|with) discounts?|off on average|in discounts",
    ),
    "weekend_share": (
        r"weekend share|share of orders on weekends"
        r"|周末的?(?:订单量?|购物|下单|单子?|消费)?的?(?:占比|比例|比重|占)",
        r"of (?:their |the |all )?(?:orders|shopping|purchases) "
        r"(?:are |fall |were |happen |come |made |take place |done )?(?:placed |made |done )?(?:on"
        r"|at|over) (?:a |the )?weekends?|的?(?:订单|单子|单)(?:都|是|会|集中|落|下|发生|产生"
        r"|来自)*(?:在|于)?周末(?:下的?|产生的?)?",
    ),
    "evening_share": (
        r"evening share|share of orders in the evening"
        r"|(?:晚间|晚上|夜间|夜晚|夜里|傍晚)的?(?:订单量?|购物|下单|单子?|消费)?的?(?:占比|比例"
        r"|比重|占)",
        r"of (?:their |the |all )?(?:orders|shopping|purchases) (?:are |fall |were "
        r"|happen |come |made |take place |done )?(?:placed |made |done )?in the evenings?"
        r""
        r"|的?(?:订单|单子|单)(?:都|是|会|集中|落|下|发生|产生|来自)*(?:在|于)?(?:晚间|晚上|夜间"
        r"|夜里|傍晚)(?:下的?|产生的?)?",
    ),
    "categories": (
        r"(?:bought|buy|buys|purchased?|shop(?:s|ped)?|ordered)(?: something| products"
        r"| items| things"
        r"| goods)?(?: from| in| across| out of)"
        r"|(?:(?:购?买|逛|涉及|涉足|覆盖|横跨|涵盖)(?:过|了)?的?)?(?:商品)?(?:品类|种类"
        r"|类目)(?:数量?|个数|跨度)?",
        r"(?:different |distinct |product )?categor(?:y|ies)|(?:个"
        r"|种)?(?:不同的?)?(?:商品)?(?:品类|类目)",
    ),
    "days_since_last_order": (
        r"(?:(?:most recent|latest|last) (?:order|purchase|shop|visit|basket)"
        r"|last (?:ordered|bought|shopped|purchased|visited|came|placed an order))"
        r"(?: was| is| dates back| happened| took place| lies)?|days since (?:the "
        r"|their )?last order"
        r"|距上次下单天数"
        r"|(?:距离?|离)?(?:上(?:次|一次|回|一回|一单|单)|(?:最近|最后)(?:一)?(?:次|单|笔|回|1次"
        r"|1单))的?"
        r"(?:下单|购物|购买|消费|到店|光顾|来|买东西)?(?:的)?(?:时间|天数)?(?:距今|距离?现在"
        r"|到现在|至今|离现在|到今天)?"
        r"(?:天数)?(?:已经?|都|有|过了|过去|过去了)*",
        "",
    ),
    "tenure_days": (
        r"(?:been|shopp(?:ed|ing)|stayed|buying|bought) (?:with|from) us(?: for)?|with us(?: for)?"
        r"|(?:been |being )?(?:an? )?(?:customers?|clients?|members?)(?: of ours| with us"
        r"| here)? for"
        r"|(?:joined|signed up|came on board|started (?:shopping|buying)(?: with us)?)(?: us)?"
        r"|first (?:order(?:ed)?|purchased?|bought|shopped|visit(?:ed)?)(?: with us"
        r"| from us)?(?: was)?"
        r"|成为(?:我们的?)?(?:顾客|客户|会员)的?(?:天数|时间|时长)?(?:已经?|都|有)*"
        r"|(?:首次|第一次|头一次|头一回|第一回|首|第一|头一)(?:下?单|购物|购买|消费|来"
        r"|光顾)的?(?:时间|日期)?(?:距今|距离?现在"
        r"|到现在|至今|离现在|到今天)(?:已经?|都|有|还|才)*|入会(?:时间|天数)?(?:已经?|有)*"
        r"|注册(?:时间|天数)?(?:已经?|有)*",
        r"days'? (?:of )?(?:standing|membership|tenure)",
    ),
    "usual_gap_days": (
        r"(?:usual|typical|median|normal|average) (?:gap|days|time|interval) between"
        r" (?:their |2 )?(?:orders|purchases|visits)"
        r"|(?:通常|平均|平时|一般)*的?(?:下单|购买|购物|消费|复购|回购|订单"
        r"|回头)的?(?:平均)?(?:间隔|周期)的?(?:天数|时间)?"
        r"|(?:每)?两(?:单|次|次下单|次购物|笔订单)(?:之间)?的?(?:平均|通常|一般)*(?:间隔|相隔"
        r"|隔)的?(?:天数|时间)?",
        "",
    ),
    "spend": (
        r"spen(?:d|t|ds|ding|ders?)|paid|pa(?:y|ys|ying)|bought for|lifetime value"
        r"|total value|money spent|revenue|(?:总|累计|合计|历史)?(?:消费|花销"
        r"|花费|开销|支出|购物|购买|成交|下单)的?(?:总额|总金额|金额|额|总数)(?:了|过(?!\d))?"
        r"|(?:总|累计|合计|一共|总共|历史)?(?:消费|花销|花费|开销|支出)(?:了|过(?!\d)|掉)?"
        r"|花钱|花掉?(?:了|过(?!\d)|出去)?|贡献(?:了|过)?|(?:买|掏|砸)(?:过"
        r"|了)?(?=(?:[超不至低起满]\S{0,4})?[\d.]+[千万]?(?:元|块))",
        r"(?:dollars?|bucks|usd)(?: (?:was |were )?spent)?|(?:was |were )?spent"
        r"|in (?:total |overall )?(?:spend(?:ing)?|revenue|sales|purchases)"
        r"|worth(?: of (?:goods|stuff|groceries|orders|purchases|products))?|yuan|rmb|美元"
        r"|美金|元人民币|人民币|元钱?|块钱?|大洋",
    ),
    "orders": (
        r"order(?:s|ed)?|placed|shopped|visited|came|number of orders"
        r"|(?:总|累计)?(?:订单|下单|单)(?:总?数量?|总?量|次数|总数|频次)|(?:总|累计)?订单"
        r"|下过?单了?|下(?:过|了)?(?=\d|[一二两三四五六七八九十超不至起最满]\S{0,3}单)"
        r"|(?:购买|购物|到店|来店|光顾|交易|成交)(?:总?次数|频次|频率)|购物|下(?:过"
        r"|了)(?:的)?(?:订单|单)(?:数)?"
        r"|(?:来|到店|逛)(?:过|了)?(?:买过?东西|购物|消费)?|光顾(?:过|了)?|消费次数",
        r"orders?|times|purchases?|visits?|transactions?|shopping trips?|(?:个"
        r"|笔)?订单(?!数|量)|单|(?:次(?!性|抛)|笔|回|趟|遍)(?:订单|购物|消费|购买|下单|交易|记录|单)?",
    ),
}
# Fields that what stands behind the number tells, whatever stands before it: "$60 an order".
TOLD_BEHIND = frozenset({"average_order_value"})
UNITS = {
    "days": r"days?(?: ago| back| or so ago)?(?: old)?|天(?:前|了)?",
    "share": r"of (?:their |the |all |its |our )?orders|的订单",
}
# Between a field's name and its number, and what may stand in front of a name.
LINKING = (
    r"(?:\s|\b(?:is|are|was|were|of|a|an|total|in all|value|that|comes? to|came to"
    r"|amount(?:s|ed)? to"
    r"|add(?:s|ed)? up to|stands? at|stood at|has been|have been|somewhere|anywhere|altogether"
    r"|with us|always|usually|on average|made|done|been|level)\b|:|"
    "为|是|在|达到?|有|了|过|数|处于|占|才|却|还|都|竟|平均|的|约|只有|也)*"
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
    rf"|\bdrop(?:ping)?\b|\bremov(?:e|ing)\b|\bexclude\b|\bbut not\b|\b(?:not counting|ignoring)\b"
    r"|\b(?:leav|tak|filter|cutt?|weed)(?:e|ing)? out\b|\b(?:skip|omit)(?:p?ing|ting)?\b)\s*"
    r"(?:\b(?:a|an|any|the|those|customers|people|anyone|anybody|everyone|everybody|shoppers|households"
    r"|folks|ones|that|who|our|all|be|been|being|either|have"
    r"|having|had|carry|tagged|as|for|to|own|in|ever)\b\s*)*$"
    r"|(?:再也?|却|也|都|竟然?|压根儿?|根本|始终|一直|完全|至今|还|并|但|就|又|可"
    r"|(?:连)?[一1](?:次|回|单|遍|笔|样)"
    r"(?:都|也)|从来)*(?:从来?都?没有?|从未|从不|未曾|不曾|没有?"
    r"|并?(?:(?<!是)|(?<=但是)|(?<=可是)|(?<=都是))(?<!要)不(?:是|属于)?(?!到|足|满|少|超|低|高|止)"
    r"|未|非|除了|除去|除开|不要|不想要|排除|去掉|去除|扣除|剔除|筛掉|不包括|不包含|不含|不算)"
    r"(?:过|再|有|在|是|要|曾|带|那些|其中|也|又|还|同时)*\s*$"
)
BUY = re.compile(
    r"\b(?:bought|buys?|buying|got|picked up|went for|purchase[ds]?|purchasing"
    r"|ordered|orders? (?:with|containing|including|that (?:contain|includ)(?:ed|e|es|s)?)"
    r"|buyers of)\b|(?:购买|采购|选购|购入|购置|买入|入手|囤货?|订购|抢购|回购|复购|买|下单)"
    r"(?:到|进|下|回|走|齐|全|够|满)?(?:过|了)*"
    r"|(?:拿|带走?|碰|沾|尝试?|试|订|点|收|抢|捎|剁手|拍|加购|下)(?:过|了)+"
    r"|(?:订单|单子|购物车|购物篮|购物袋|篮子|小票|账单)(?:里|中|内|上|里面|里头)?(?:曾经?|都|也)*"
    r"(?:有|含有?|包含|出现|放|装)(?:过|着|了)?"
)
BUYERS = re.compile(r"\s*\b(?:buyers?|purchasers?)\b(?!\s+of\b)|(?:的)?(?:购买者|买家)")
ITEM_FILLER = re.compile(
    r"(?:\s|\b(?:any|some|a|an|the|our|your|either|both|of|their"
    r"|(?:any|some|what)?(?:kind|type|sort|brand)s? of|(?:a )?(?:bottle|pack|packet"
    r"|can|box|bag|jar|carton|case|loaf"
    r"|tub|piece|bunch|tin|tube|roll|bar|lot|bit|pair)s? of|lots of|plenty of"
    r"|(?:something|anything|products?|items?|goods|things|stuff) from (?:the|our))\b"
    r"|任何|任意|的|些|点儿?|一些)*"
)
# Behind an item, and no part of its name.
ITEM_TAIL = re.compile(
    r"\s+(?:stuff|things?|goods|products?|items?|articles?|aisle|category|department"
    r"|section|range)\b"
    r"(?!\s+(?:by|per|as)\b)"
)
ITEM_JOINT = re.compile(
    r"\s*,?\s*(?:(?P<or>\bor\b|或者是?|或是?|还是|抑或)|(?P<and>\band\b|\bas well as\b|&|以及|和"
    r"|与|及|跟|还有|加上|外加|加)"
    r"|(?P<list>,|、))\s*"
)
TIMES_WORDS = {"once": 1, "twice": 2}

GROUP_BY = re.compile(
    r"\b(?:broken down by|split by|grouped by|by|per|for each|across|each|every|split on|split into"
    r"|according to|in terms of|depending on|for every|over the|(?<!is )(?<!are )(?<!re"
    r" )(?<!\w\wly )(?<!who )(?<!be )(?<!was )(?<!were )(?<!not )(?<!too )into)\s+(?:their\s+"
    r"|the\s+"
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
