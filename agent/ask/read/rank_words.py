"""What people say where customers are put in an order: fields, superlatives, directions, lengths.

Texts are matched after NFKC and case folding, as everywhere.
"""

from __future__ import annotations

import re

from agent.ask.query import Rank
from agent.ask.read.lexicon import SMALL_NUMBER
from agent.ask.read.rank_habits import HABITS

_N = SMALL_NUMBER
PEOPLE = (
    r"(?:customers?|shoppers?|buyers?|clients?|households?|people|members?|users?|accounts?"
    r"|spenders?|famil(?:y|ies)|folks?|persons?|individuals?|consumers?|patrons?)"
)
ROWS = r"(?:names?|ids?|rows?|lines?|entries|records|results|of\s+(?:them|those|these))"
PEOPLE_ZH = r"(?:顾客|客户|用户|会员|买家|家庭|消费者|人)"

_SHARE_OF = (
    r"(?:share|part|portion|proportion|percentage|fraction) of (?:their |the |all )?"
    r"(?:orders|shopping|purchases|baskets)(?: that (?:are|were))?(?: placed| made| done| falling)?"
)
# Field: how an order by it is spoken of, beside its labels and its names before a number.
NAMES: dict[str, str] = {
    "average_order_value": (
        r"(?:average|mean|typical|avg\.?)\s+(?:basket|order|cart|ticket|transaction|receipt"
        r"|purchase)s?(?:\s+(?:value|size|amount|total|spend)s?)?"
        r"|(?:basket|order|cart|ticket|transaction)\s+(?:value|size|amount)s?|baskets?"
        r"|(?:spend(?:ing)?|spent|money|value|average)?\s*(?:per|an|each)\s+(?:order|basket"
        r"|visit|purchase)"
        r"|aov|客单价?|(?:平均)?每?一?单(?:平均)?(?:消费|花费|金额)(?!总)|单均(?:消费|金额)?"
    ),
    "coupon_share": (
        r"coupon\s+(?:share|use|usage|rate|redemption)s?"
        rf"|share of orders with (?:a )?coupons?|{_SHARE_OF} (?:with|using) (?:a |any )?coupons?"
        r"|(?:用|使用)(?:优惠)?券(?:得|的)?(?:占比|比例|率"
        r"|订单占比)?"
        r"|优惠券(?:使用率|使用|占比)?"
    ),
    "discount_share": (
        r"(?:share of\s+)?discounts?(?:\s+(?:share|rate|percentage|level))?"
        r"|(?:折扣|打折|优惠)(?:占比|比例|率|力度|幅度)?"
    ),
    "weekend_share": rf"{_SHARE_OF} (?:on|at|over) (?:the |a )?weekends?"
    r"|weekend (?:share|orders?|shopping)|周末(?:订单|下单|购物)?(?:的)?(?:占比|比例|份额)",
    "evening_share": (
        rf"{_SHARE_OF} in the evenings?|evening (?:share|orders?|shopping)|(?:晚间|晚上"
        rf"|夜间)(?:订单|下单|购物)?(?:的)?(?:占比|比例|份额)"
    ),
    "categories": (
        r"(?:number of\s+)?(?:different\s+|distinct\s+|unique\s+|product\s+)*categories"
        r"(?:\s+(?:bought|purchased|shopped))?"
        r"|(?:range|variety|breadth|spread) of (?:different\s+|product\s+)*"
        r"(?:categories|products|goods|purchases)|product variety"
        r"|(?:购?买过?的?)?(?:商品)?(?:品类|类目|种类|品种)(?:数量?|数目)?(?:买得)?"
    ),
    "days_since_last_order": (
        r"recency|(?:days|time)\s+since\s+(?:the\s+|their\s+)?(?:last|latest|most recent)\s+"
        r"(?:order|purchase|visit)|(?:date of\s+(?:the\s+|their\s+)?)?(?:last|latest)\s+"
        r"(?:order|purchase|visit)(?:\s+date)?"
        r"|(?:距离?)?(?:上次|上一次|最近一次|最后一次)(?:下单|购买|消费|购物|来)的?(?:距今)?"
        r"(?:天数|时间|日期|间隔)?"
    ),
    "tenure_days": (
        r"tenure|seniority|customer\s+(?:age|tenure|lifetime|lifespan)"
        r"|(?:time|days|years|length of time|how long they(?:'ve| have) been)\s+"
        r"(?:with us|as (?:a )?customers?|customers?)"
        r"|(?:date of\s+(?:the\s+|their\s+)?)?first\s+(?:order|purchase)(?:\s+date)?"
        r"|(?:成为|当|做|加入|入会|注册)(?:我们|咱们?|店里|本店)?的?(?:顾客|客户|会员)?的?"
        r"(?:时间|天数|年限|时长|日期|年头)|会龄|客龄|首次下单(?:时间|日期)?"
    ),
    "usual_gap_days": (
        r"(?:usual\s+|typical\s+|average\s+|median\s+)?(?:gap|interval|time|days|pause|break)s?\s+"
        r"between\s+(?:their\s+)?(?:orders|purchases|visits)|(?:order|purchase)\s+(?:interval|gap"
        r"|cycle)|(?:通常|平均|平时)?的?(?:下单|购买|购物|复购)的?(?:间隔|周期)(?:天数|时间)?"
    ),
    "returns": (
        r"(?:number of\s+)?(?:returns|orders with a return|returned orders)|returned"
        r"(?:\s+(?:things|items|goods|stuff|orders))?|退货(?:次数|订单数?|量|单数)?"
    ),
    "reviews": r"(?:number of\s+)?reviews|评价(?:数量?|条数)?",
    "average_rating": r"(?:average\s+)?ratings?(?:\s+given)?|(?:平均)?评分",
    "spend": (
        r"(?:total\s+|overall\s+)?(?:spend(?:ing|s)?|spent|expenditure|outlay|revenue|sales"
        r"|turnover)|(?:life-?time|customer)\s+(?:value|spend)|ltv|clv|(?:money|amount)"
        r"(?:\s+(?:spent|paid))?|paid|pays?"
        r"|(?:总|累计|合计)?(?:消费|花费|花销|支出|开销|购买|购物|成交|贡献)(?:总额|金额|额度?|力)?"
        r"|花(?:的|得|了)?(?:总?钱数?|总额)|花(?:的|得)?|销售额|掏钱|实付(?:金额)?"
        r"|贡献的?(?:消费|销售)额?"
    ),
    "orders": (
        r"(?:total\s+)?(?:number|count|volume|frequency|amount) of (?:times|orders|purchases"
        r"|transactions"
        r"|visits|shopping trips)|(?:order|purchase|transaction|visit)\s+(?:count|number|volume"
        r"|frequency|numbers)|orders?(?:\s+placed)?|ordered|transactions|purchases|shop(?:s|ped)?"
        r"|visits|visit(?:ed)?|frequency"
        r"|(?:总|累计)?(?:下单|订单|购买|购物|消费|光顾|来店|到店|复购|回购|成交|交易)(?:的)?"
        r"(?:总)?(?:次数|频率|频次|数量?|单数|笔数|总数|量)|下(?:的)?单(?:数|得)?|订单|单量"
    ),
}  # fmt: skip

# Orders that name their field by themselves: "with us the longest", "下单最勤".
_ACQUIRED = (
    r"(?:acquired|joined|signed[- ]up|registered|added|converted|onboarded|won|recruited"
    r"|became customers|to (?:join|sign up|become customers?))"
)
_ORDERING = (
    r"(?:ordered|order|bought(?: something)?|buy|shopped|shop|purchased|placed an order|visited"
    r"|visit|came|come|been|active)"
)
_HERE = r"(?:\s+(?:with us|from us|here|at our (?:shop|store)|in our (?:shop|store)))?"
_AWAY = (
    r"(?:not (?:ordered|bought|shopped)(?: anything)?|n't (?:ordered|bought|shopped|been)"
    r"(?: anything| here| from us)*|inactive|silent|quiet|absent|away|gone|dormant|missing)"
)
ALONE: tuple[tuple[re.Pattern[str], Rank], ...] = (
    *HABITS,
    (
        re.compile(
            rf"\b(?:(?:have|has|had|been)\s*)*(?:{_AWAY})?\s*(?:for\s+)?(?:the\s+)?longest"
            r"(?:\s+(?:time|period))?\s+(?:without|since)\s+(?:an?\s+|any\s+|their\s+|the\s+)?"
            r"(?:last\s+)?(?:order|purchase|visit|ordering|buying|shopping)\b"
            rf"|\b(?:(?:have|has|had|been)\s*)*{_AWAY}\s+(?:for\s+)?(?:the\s+)?longest"
            r"(?:\s+(?:time|period))?"
            r"|\b(?:last\s+(?:order(?:ed)?|purchased?|shopped|bought)|whose last (?:order|purchase)"
            r"|last (?:order|purchase))\s+(?:is\s+|was\s+|lies\s+)?(?:the\s+)?(?:longest"
            r"(?: time)? ago|oldest|furthest back)"
        ),
        Rank(field="days_since_last_order"),
    ),
    (
        re.compile(
            rf"\bmost recently[\s-]+{_ACQUIRED}|\b(?:latest|last|newest|most recent)\s+{_ACQUIRED}"
            rf"|\b(?:who\s+)?{_ACQUIRED}(?:\s+us|{_HERE})?\s+(?:the\s+)?(?:most recently|latest"
            rf"|last)"
            rf"|\b(?:newest|youngest)(?=\s+(?:customers?|shoppers?|clients?|accounts?|members?))"
            r"|\bshortest(?:\s+(?:time|tenure))?\s+(?:with us|as (?:a )?customers?)"
            r"|\b(?:been\s+)?(?:with us|customers?)\s+(?:for\s+)?(?:the\s+)?shortest(?:\s+time)?"
        ),
        Rank(field="tenure_days", order="least"),
    ),
    (
        re.compile(
            r"\b(?:been\s+)?(?:with us|customers?(?: of ours)?|a customer|shopping(?: with us"
            r"| here)?"
            r"|buying from us|loyal(?: to us)?"
            r"|around)\s+(?:for\s+)?(?:the\s+)?longest(?:\s+time)?\b"
            r"|\blongest[- ](?:standing|serving|tenured)\b(?!\s+regular)"
            r"|\blongest\s+(?:with us|as (?:a )?customers?)"
            rf"|\b(?:earliest|first)\s+{_ACQUIRED}|\b{_ACQUIRED}(?:\s+us)?\s+(?:the\s+)?earliest"
        ),
        Rank(field="tenure_days"),
    ),
    (
        re.compile(
            rf"\b{_ORDERING}{_HERE}\s+(?:the\s+)?most recently\b|\bmost recent(?:ly)?\s+"
            r"(?:orders?|purchases?|customers?|active|shoppers?|buyers?)|\blatest\s+(?:orders"
            r"|purchases|buyers|shoppers)"
        ),
        Rank(field="days_since_last_order", order="least"),
    ),
    (
        re.compile(
            rf"\b{_ORDERING}{_HERE}\s+(?:the\s+)?(?:most|more)\s+(?:often|frequently|regularly)\b"
            r"|\bmost\s+(?:frequent(?:ly)?|active)\b(?:\s+(?:ordering|shopping|buying))?"
        ),
        Rank(field="orders"),
    ),
    (
        re.compile(
            rf"\b{_ORDERING}{_HERE}\s+(?:the\s+)?(?:least\s+(?:often|frequently|regularly)"
            r"|most\s+(?:rarely|seldom))\b|\bleast\s+(?:frequent|active)\b"
        ),
        Rank(field="orders", order="least"),
    ),
    (
        re.compile(
            r"\b(?:the\s+)?(?:biggest|heaviest|highest|largest|best|greatest)[\s-]+"
            r"(?:spenders|payers|spending)\b(?=\s*(?:first|at the top|$|[,.?!]|among|of|in|from|who"
            r"|with|customers|shoppers|people|households|\d))|\b(?:highest|biggest|most)[\s-]+"
            r"(?:spending|paying)\b"
            r"|\btop[\s-]+spenders(?=\s+first)|\bmost valuable\b"
            r"|\b(?:are\s+)?worth (?:the )?most\b|\bbr(?:ing|ought) (?:us |in )*"
            r"(?:the )?most(?: (?:money|revenue))?"
        ),
        Rank(field="spend"),
    ),
    (
        re.compile(
            r"\b(?:the\s+)?(?:lowest|smallest|least|stingiest|weakest)[\s-]+(?:spenders|payers"
            r"|spending)\b|\bleast valuable\b"
        ),
        Rank(field="spend", order="least"),
    ),
)

_HIGH = (
    r"highest|most|biggest|largest|greatest|longest|heaviest|maximum|max|strongest|widest|broadest"
    r"|oldest|earliest"
)
_LOW = (
    r"lowest|least|smallest|fewest|shortest|minimum|min|weakest|narrowest|slimmest|newest|latest"
    r"|most recent"
)
# Fields of days, where "newest", "latest" and "most recent" mean the fewest and "oldest" the most.
DATED_CUES = re.compile(r"oldest|earliest|newest|latest|recent|[最]?[早晚新近]")
# Cues by the order that they tell; the "down" and "up" of a sort stand before plain superlatives.
CUES = re.compile(
    rf"(?P<down>\b(?:in\s+)?(?:a\s+)?(?:desc(?:ending)?|decreasing)(?:\s+order)?\b"
    r"|\b(?:from\s+)?(?:the\s+)?(?:high(?:est)?|most|large(?:st)?|big(?:gest)?|top|best|longest)"
    r"\s*(?:-|to|→|>|down to)\s*(?:the\s+)?(?:low(?:est)?|least|small(?:est)?|bottom|worst|fewest"
    r"|shortest)\b"
    r"|\b(?:starting|start|beginning|begin)\s+(?:with|from|at)\s+the\s+(?:highest|biggest|largest"
    r"|most|top|best|longest)\b"
    r"|\b(?:the\s+)?(?:highest|biggest|largest|most|greatest|best|top|longest|high)(?:\s+(?:ones"
    r"|values?))?\s+(?:first|on top|at the top|to start with)\b"
    r"|(?:由|从)(?:高|多|大|长|久|强|远|旧|老)(?:到|至|往)(?:低|少|小|短|近|弱|新)(?:的?顺序)?|降序|倒序|递减"
    r"|(?:倒着|反着|倒过来)(?=排|来|看))"
    r"|(?P<up>\b(?:in\s+)?(?:an?\s+)?(?:asc(?:ending)?|increasing)(?:\s+order)?\b"
    r"|\b(?:from\s+)?(?:the\s+)?(?:low(?:est)?|least|small(?:est)?|bottom|worst|fewest|shortest)"
    r"\s*(?:-|to|→|>|up to)\s*(?:the\s+)?(?:high(?:est)?|most|large(?:st)?|big(?:gest)?|top|best"
    r"|longest)\b"
    r"|\b(?:starting|start|beginning|begin)\s+(?:with|from|at)\s+the\s+(?:lowest|smallest|least"
    r"|fewest|bottom|shortest)\b"
    r"|\b(?:the\s+)?(?:lowest|smallest|least|fewest|worst|bottom|shortest|low)(?:\s+(?:ones"
    r"|values?))?\s+(?:first|on top|at the top|to start with)\b"
    r"|(?:由|从)(?:低|少|小|短|近|弱|新)(?:到|至|往)(?:高|多|大|长|久|强|远|旧|老)(?:的?顺序)?|升序|正序|递增"
    r"|正着(?=排|来|看))"
    rf"|(?P<least>(?<!at\s)\b(?:{_LOW})\b(?!\s+of\b)|最(?:低|少|小|短|差|近|晚|新|靠后)的?|倒数"
    rf"|垫底的?)"
    rf"|(?P<most>(?<!at\s)\b(?:{_HIGH})\b(?!\s+(?:of\b|recent))"
    r"|最(?:高|多|大|强|久|长|早|靠前)的?|领先的?|排(?:名|行)?(?:在)?(?:最)?(?:前头|前面|前列|前边|靠前)的?)"
    rf"|(?P<sort>\b(?:(?:sort(?:ed|ing)?|rank(?:ed|ing|s)?|order(?:ed|ing)?|arrang(?:e|ed|ing))"
    r"(?:\s+(?:them|these|those|it|all|the list|the customers|customers))?\s+(?:by|on|according to"
    r"|in terms of|based on|in order of|along)|in (?:the )?order of|(?<=,)\s*by)\b"
    rf"|(?:来|进行|给我|做)?(?:排序|排名|排列|排行|排一?下|排个序|排一排|排排(?:队|序)?|排个?队|排|列(?=前|出)))"
)
# What may stand between a cue and the field that it orders by.
GAP = re.compile(
    r"(?:[\s,(:;–-]|\b(?:the|a|an|is|are|was|were|being|in|from|with|us|here|total|overall|number"
    r"|count|of|all|amount|value|values|their|to|by|on|at|me|terms|different|distinct|altogether"
    r"|far|whose|who|have|has|had|having|first|money|average|highest|biggest|lowest|each)\b)*"
)
GAP_ZH = re.compile(
    r"(?:[\s,的]|(?:总|额|数|量|金额|总额|数量|得|是|为|来|由|进行|都|上|里|在|方面|排|名|次|单|钱"
    r"|情况|水平|这一?项|比例|占比|天数|次数|按照?|根据))*"
)
# Verbs of choosing and of buying that only carry what is asked for.
CHOOSE_ZH = re.compile(
    r"(?:从(?:这里|里面|其中|他们(?:里|中)?|当中|中|里)?(?:面|头)?)?(?<![不别需])(?:帮我|给我|再"
    r"|只|就)*"
    r"(?:需要|想要|挑选?|取|选|捞|抽取?|筛选?|找|圈|拎|导|拉|揪|扒|翻|薅|锁定|推荐|要)(?:出来?|一下|个)?"
)
CHOOSE = re.compile(
    r"\b(?:trim(?:med)?|narrow(?:ed)?|shorten(?:ed)?|whittle|pare|boil|slim|reduce|shrink|pick|choose"
    r"|select|single|take|grab|get|pull|filter|write|call)(?:\s+(?:out|up))?\b"
    r"|\b(?:only|just|say|keep|restrict(?:ed)?|limit(?:ed)?)\b"
)
CARRIER = re.compile(
    r"\b(?:(?:who|that|which)\s+)?(?:(?:have|has|had)\s+)?(?:buy|bought|shop|shopped|purchased?"
    r"|placed?|made?|make|used?|get|got|leave|left|write|wrote|written|give|gave|given|took|take"
    r"|sent"
    r"|send)(?:s|ing)?(?:\s+(?:from|in|across|with|on|at|us))*\s*(?:the\s+)?$"
)
SORT_FRONT_ZH = re.compile(r"[,，]?(?:并|请|再|就|先)?(?:按照?|根据|依照?|依据|以|照|论)(?:着)?$")
SORT_TAIL_ZH = re.compile(
    r"(?:的?顺序)?(?:来|进行|给我|做|依次|一下)*(?:排序|排名|排列|排行|排一?下|排个序|排一排|排排(?:队|序)?|排个?队|排好|排|列出"
    r"|看|来)?(?:一下|看看|的)?"
)
BY = re.compile(
    r"\s*,?\s*(?:(?:ranked|sorted|ordered|rank|measured|judged|going)\s+)?(?:by|in terms of|on"
    r"|according to|based on|for|in)\s+(?:(?:their|the)\s+)*"
)
_SIDE = r"top|best|biggest|largest|highest|most|greatest|longest|first|leading|strongest"
_SIDE_LOW = r"bottom|lowest|smallest|least|fewest|worst|shortest|last|weakest"
# "top 20 customers", "our 35 best customers", "the first 5".
TOP = re.compile(
    rf"(?<!\bat\s)\b(?:(?:the|our|my|keep|only|just|show|take)\s+)*(?:(?P<side>{_SIDE}"
    rf"|{_SIDE_LOW})\s+(?P<n>{_N})"
    rf"|(?P<n2>{_N})\s+(?:very\s+)?(?P<side2>{_SIDE}|{_SIDE_LOW}))(?!\s*(?:%|percent|\.\d|days"
    rf"|weeks|months|years|quarters|orders|purchases))\b\s*(?P<who>{PEOPLE})?"
)
LOW_SIDES = frozenset(_SIDE_LOW.split("|")) - {"last"}
TOP_ZH = re.compile(
    rf"(?:排名?|位列|排行|排在)?(?:最)?(?:(?<![目之以当眼月年天此])前|(?<![里])头|top\s*)面?(?P<n>{_N})(?!\s*[%\d年月天周季共起般]"
    rf"|个[月季星周礼]"
    rf"|订单|单)\s*(?:位|名|个|大|户)?{PEOPLE_ZH}?(?:即可|就行|就好|就够了?)?"
    rf"|(?:排名?|排行?|排在|位列)?第?(?:1|一)(?:名|位)?(?:到|至|-|~)第?(?P<n3>{_N})(?:名|位)"
    rf"|(?:排名?|排在|位列)?第(?:1|一)(?:名|位)?(?:到|至|-|~)第(?P<n4>{_N})"
    rf"|(?:排名?|排在)?(?P<last>倒数|最后|垫底的?|末尾|末)第?(?P<n2>{_N})(?!\s*[%\d年月天周季]"
    rf"|个[月季星周礼])"
    r"\s*(?:位|名|个|户)?"
)
