"""The words by which questions compare or describe, and what may stand between two audiences.

All patterns are for folded text. What a pattern of talk matches says nothing about who is meant.
"""

from __future__ import annotations

import re

from agent.ask.query import Measure

_PEOPLE = (
    r"(?:customers?|people|persons?|shoppers?|households?|folks?|members?|famil(?:y|ies)|buyers?"
    r"|clients?|users?|guys|crowd|groups?|segments?|audiences?|base|lot|bunch|ones?)"
)
_PEOPLE_ZH = r"(?:顾客|客户|用户|会员|家庭|人群|群体|消费者|买家|人)"
_THESE_ZH = (
    r"(?:(?:这|那|此)(?:些|群|批|帮|类|部分|拨|波|伙|种|两|俩|2|几)*(?:类|群|批|帮|种|组|拨|波|边"
    r"|个)?"
    rf"(?:{_PEOPLE_ZH})*)"
)

# Everybody but the first audience.
OTHERS = re.compile(
    r"\s*(?:(?:all\s+)?(?:of\s+)?(?:the\s+|our\s+|your\s+)?"
    rf"(?:others?(?:\s+{_PEOPLE})?|(?:all\s+)?(?:the\s+)?other\s+{_PEOPLE}"
    rf"|(?:rest|remainder)(?:\s+of\s+(?:them|us|all|everyone|(?:the|our)\s+(?:\w+\s+)?{_PEOPLE}"
    r"|the\s+world))?"
    r"|everyone(?:\s+else)?|everybody(?:\s+else)?|anyone\s+else|anybody\s+else"
    rf"|(?:typical|usual|ordinary|normal|average|regular|general|overall|whole|entire)\s+{_PEOPLE}"
    rf"|average|norm|crowd|all\s+(?:our\s+|the\s+)?{_PEOPLE}|{_PEOPLE}\s+(?:in\s+general|overall"
    r"|as\s+a\s+whole|at\s+large)|general\s+(?:public|population)|total\s+base)"
    rf"|(?:其他|其它|其余|别的|剩下|剩余|一般|普通|全部|所有|整体|大多数|平均|全体"
    rf"|大盘)的?{_PEOPLE_ZH}*"
    r"|大家|别人|旁人|他人|平均水平|均值)\s*(?:at all|in general|overall|都)?\s*"
)

_AGAIN = (
    r"(?:have|had|buy|bought|own|owned|any|it|them|one|ones|done?|so|that|been|buying|purchased?"
    r"|ordered?|shop|drink|eat|used?|like|either|at all|ever|yet|keep|get|got|such|thing|this"
    r"|these)"
)
_THEN = (
    r"(?:\s*(?:in|during|over|within|for|at)\s+(?:the\s+same|that|this|those|these"
    r"|the\s+very\s+same)"
    r"\s+(?:\w+\s*){1,2})?"
)
_THEN_ZH = (
    r"(?:在?(?:这|那|同|此)(?:一|\d+|[二两三四五六七八九十])*个?(?:段|期|天|周|月|季度|年|季)*"
    r"(?:时间|时期|期间)?(?:之?内|里面?|期间|中)?|同期)?"
)
# The opposite of the first audience, by what it last said; `whole`: of all that it said; `none`: 0.
NEITHER = re.compile(
    rf"(?:and\s+|the\s+|all\s+|our\s+)*(?:those|everyone|everybody|anyone|others?|{_PEOPLE})?\s*"
    r"(?:who|that|which|whose)?\s*"
    r"(?:(?P<none>(?:with|having|have|has|had|bought|placed|made|own|owns|keep|buy|buys"
    r"|drink|eat|take|get)\s+none(?:\s+at all)?"
    r"|without\s+any"
    r"|with\s+(?:0|zero|no)(?:\s+orders)?|none)"
    rf"|without(?:\s+(?:it|them|one|{_PEOPLE}))?|lack(?:ing)?(?:\s+(?:it|them|one|any))?"
    r"|(?P<whole>(?:are|is|were|was)(?:n't|\s+not)(?:\s+(?:one|ones|so|any|in\s+it|like\s+that"
    r"|among\s+them|they|that))*|are\s+no\s+such\s+\w+)"
    rf"|(?:did|do|does|have|has|had|wo|ca)(?:n't|\s+not|\s+never)(?:\s+{_AGAIN})*"
    rf"|never(?:\s+(?:did|do|have|has|{_AGAIN}))*|not(?:\s+{_AGAIN})*|non[- ]?{_PEOPLE})"
    rf"{_THEN}\s*"
    rf"|(?:那些|其他|其余|完全|根本|从来|一直|又|还|而|压根|就|{_THEN_ZH})*"
    r"(?:[一1](?:次|回|单|样)(?:都|也)?)?(?:没有?|不是|从没|从未|未曾?|不|并不|并没有?)(?:再)?"
    r"(?:有|买|购买|养|喝|吃|用|下单|这样|这么做|这个|这些|它们?)*过?了?(?:的|它|这个)*"
    rf"{_PEOPLE_ZH}*"
)
# Who does all of what the first audience does only in part.
BOTH = re.compile(
    rf"(?:the\s+|those\s+|{_PEOPLE}\s+|who\s+|that\s+|which\s+|with\s+|of\s+|bought\s+|buy\s+"
    rf"|have\s+|own\s+|got\s+"
    r"|drink\s+|do\s+|did\s+|are\s+|like\s+|keep\s+)*both(?:\s+(?:of\s+)?(?:them|things|products"
    r"|items|are|do|did))?"
    rf"|(?:那些)?(?:两|二|俩)(?:样|个|种|者|类|项)?(?:东西|商品|产品)?都?(?:有|买|购买|养|喝|吃"
    rf"|要)?过?了?的?{_PEOPLE_ZH}*"
)
# The audience of the question before.
THEM = re.compile(
    r"(?:\b(?:and|but|now|ok|okay|so|then|also|next|please|just|again|how|about|what|the|same|of"
    r"|all"
    r"|them|they|their|those|these|it|that|this|group|audience|people|customers|lot|bunch|guys|do"
    r"|are"
    r"|is|for|me|us|can|could|you|would|i|in|on|up|thanks|great|right|well|actually|set|put)\b"
    r"|[\s,.!])*"
    rf"|(?:他们|她们|它们|{_THESE_ZH}|上述{_PEOPLE_ZH}*|刚才(?:那|的|这)*{_PEOPLE_ZH}*|前者|再"
    rf"|那么?|都|请"
    r"|帮我|给|把|拿|又|是|一下|呢|的|现在|然后|接着|麻烦|你|[,，\s])*"
)

# Words of comparing, wherever they stand.
TALK_OF_TWO = re.compile(
    r"(?:做个?|来个?|进行|要个?)?(?:差异|差别|区别|对比|比较)(?:化)?(?:分析|研究|报告)(?:一下|下|看看)?|"
    r"\b(?:in\s+)?(?:what|which)\s+(?:ways?|respects?|regards?|aspects?|points?)\b"
    r"|\b(?:where|how|what|why)\s+(?:exactly\s+|else\s+)?(?:do|does|did|are|is|would)\b"
    r"|\b(?:please\s+)?compar(?:e[sd]?|ing|isons?)\b(?:\s+(?:of|between))?|\bcontrast(?:s|ed"
    r"|ing)?\b"
    r"|\b(?:main|key|biggest|major|big|notable|striking|important|real|most"
    r"|noticeable|clear|obvious|visible|marked|significant|meaningful|apparent|relevant|typical"
    r"|interesting|remarkable|sharpest|behaviou?ral|essential|core|actual|true|such)\s+(?=differen"
    r"|contrast)"
    r"|\bdifferen(?:ces?|t|tly|tiates?|tiating)\b(?:\s+(?:between|there))?|\bdiffer(?:s|ed|ing)?\b"
    r"|\bdistinguish(?:es|ing)?\b|\bseparat(?:es?|ing)\b|\bdivid(?:es?|ing)\b|\bdistinctions?\b"
    r"|\bdistinct\b|\bdissimilar\b|\bsimilarit(?:y|ies)\b|\balike\b|\bbetween\b|\bgap\b"
    r"|\b(?:sets?|tells?)\b(?=.*\bapart\b)|\bapart\b(?!\s+from\b(?=.*\bhow many))"
    r"|\b(?:put|place|set|lay|line|show|hold|pit|stand|match|weigh|stack|run|check)\b(?:\s+up\b)?"
    r"(?=.*\b(?:side\s+by\s+side|next\s+to|beside|alongside|against|up\s+with|versus|vs)\b)"
    r"|\bside[\s-]+by[\s-]+side\b|\bhead[\s-]+to[\s-]+head\b|\b(?:stack|measure|match|line)(?:s"
    r"|ed)?\s+up\b"
    r"|\bbenchmark(?:ed)?\b|\b(?:to\s+)?(?:each\s+other|one\s+another)\b"
    r"|\b(?:the\s+|these\s+|those\s+|of\s+the\s+|in\s+what\s+do\s+the\s+)?(?:2|two|both)(?:\s+"
    r"(?:groups"
    r"|audiences|segments|crowds|camps|sets|sides|lots|types))?\s*$|\b(?:of\s+)?(?:the|these"
    r"|those)\s+2"
    r"(?:\s+(?:groups|audiences|segments|crowds|camps|sets|sides))?\b(?!\s+\w+\s+(?:who|with))"
    r"|\bin\s+(?:terms\s+of\s+)?(?:what|how)\s+(?:much\s+|often\s+)?they\s+(?:buy|do|shop"
    r"|purchase|like)\b"
    r"|\b(?:in|on|by|regarding|when it comes to)\s+(?:terms\s+of\s+)?(?:their\s+)?(?:shopping"
    r"|buying"
    r"|purchas\w+|spending|consumer|customer)?\s*(?:habits?|behaviou?rs?|patterns?|tastes?"
    r"|profiles?"
    r"|baskets)\b"
    r"|\b(?:shopping|buying|purchasing|spending)\s+(?:habits?|behaviou?rs?|patterns?|style)\b"
    r"|(?:请|帮忙|帮我)?(?:把|将|拿)|(?:做个?|来个?|进行|搞个|出个|给个|做一?个|做一下|来一?个)?"
    r"(?:对比|比较|对照|比对|比一比|比比看?|比一下|比下|相比较?(?=$|[,，])|较之|相较|比起来|(?<![a-z])pk(?![a-z])|较量)"
    r"(?:一下|下|看看?|一番|分析)*(?:如何|怎么样|怎样|呢|吧)?"
    r"|(?:并排)?(?:放|摆|搁)(?:在|到)?(?:一(?:块儿?|起|边)|并排)|并排(?:看看?)?|放一(?:块儿?|起)"
    r"|[,，]?(?:(?:这|那)?(?:两|俩|2)(?:拨|类|群|种|组|批|者|边|个|波|家)(?:人群|人|顾客|客户"
    r"|会员)?|他们|彼此)"
    r"(?:之间)?"
    r"|(?:之间)?(?:在)?(?:人群|用户)?(?:画像|消费|购物|购买|行为|习惯|偏好|特征|口味|消费习惯"
    r"|购物习惯|购物行为"
    r"|消费行为|消费特征)*(?:方面)?上?(?:到底|究竟|主要|具体)?(?:都)?(?:有(?:什么|啥|何|哪些|多大"
    r"|没有|无|些什么)?"
    r"|的|是)?(?:主要|明显|显著|最大|本质)?的?(?:区别|差别|差异|不同|不一样|异同|分别(?=在)|差"
    r"(?=在))(?:之处|点)?"
    r"(?:都)?(?:在哪儿?里?|是什么|是啥|有哪些|大吗|大不大|体现在哪|多大|的地方)*(?:呢|吗|呀)?"
    r"|(?:到底|究竟|分别)?(?:有)?(?:哪里|哪儿|哪些地方|什么地方)|在哪儿?里?呢?$|(?:到底|究竟)(?=$"
    r"|[,，])"
    r"|比(?:呢|呀|吧)?(?=$|[,，])|(?:互?相)比(?:之下|起来)?(?=$|[,，])|对(?:比)?看"
    r"|(?:差异|差别|区别|对比|比较)(?:化)?(?:分析|研究|报告|情况)(?:一下|下|看看)?"
    r"|(?:到底|究竟|都)?(?:强|好|胜|高|优|厉害|特殊|突出|独特)(?:在|出)(?:了)?(?:哪(?:里|儿|些)?|什么(?:地方)?|何处)"
    r"|[,，]有(?:什么|啥|何|哪些)(?:特别|特殊|特点|独特|突出)的?(?:之处|地方)?|一组(?:人|顾客)?|一拨(?:人|顾客)?|一边"
)
# A second sentence that asks of both: "Put A next to B. Where do they differ?"
ASKED_BEHIND = re.compile(
    r"\s*(?:[.?!;:,–—]|\s-)\s*(?:(?:and|so|then|now)\s+)?(?:(?:where|how|in what ways?|what|in"
    r" which ways?"
    r"|why)\s+(?:exactly\s+|mainly\s+)?(?:do|does|are|is|would)\s+(?:they|these|those|the\s+(?:2"
    r"|two)"
    r"|both|the groups|the\s+(?:2|two)\s+groups|these\s+(?:2"
    r"|two))(?:\s+\w+)?\s+(?:differ(?:ent)?|diverge"
    r"|compare|contrast|part ways|stack up|deviate|unlike|vary|separate)(?:\s+(?:most|from each"
    r" other|the most"
    r"|exactly))?|what(?:'s| is| are) (?:the )?(?:main |key |biggest )?(?:differences?|different"
    r"|contrast)"
    r"|what (?:sets|tells|separates|distinguishes) (?:them|the (?:2|two))(?: apart)?)\s*[?.!]*\s*$"
)
# What says that two audiences are held against each other; the weaker ones do not go with counting.
CUE_OF_TWO = re.compile(
    r"\b(?:compar\w+|contrast\w*|differences?|differ(?:s|ed)?|differently|distinctions?|versus|vs"
    r"|side[\s-]+by[\s-]+side|(?:stack|measure)(?:s|ed)? up|unlike|head[\s-]+to[\s-]+head"
    r"|benchmark)\b"
    r"|对比|比较|对照|比对|比一比|比比|比一下|相比|相较|(?<![a-z])pk(?![a-z])|区别|差别|差异|不一样|差在|异同|分别在哪"
    r"|不同(?=之处|点|在|吗|呢|呀|$|[?？。,，!])|相差|(?:^|[,，再])[和与跟同].*比"
)
WEAK_CUE_OF_TWO = re.compile(
    r"(?<!\d )\bdifferent\b(?!\s+(?:categor|product|type|kind|item|thing|brand|day|week|month|dep))"
    r"|\b(?:against|next to|beside|alongside|distinguish\w*|separat\w+|divid\w+|apart|dissimilar)\b"
    r"|比(?!例|重|率|赛)"
)
JOINT = re.compile(
    r"\s*[,，;；]?\s*(?<![\w-])(?:versus|vs\b\.?|v\.|against|with|to|from|than|next\s+to|beside"
    r"|alongside|and\s+then"
    r"|as\s+opposed\s+to|relative\s+to|unlike|and|or(?!\s+(?:more|less|fewer|older|younger|above"
    r"|over|under|longer|below)\b)|over)(?![\w])\s*|\s+[/|]\s+|\s*&\s*|\s*(?:[;；:]"
    r"|[,，](?!\d))\s*"
    r"|\s*[,，]?\s*(?:还是|或者?|以及|和|与|跟|同|、|vs\.?|比起|相比(?:较|于)?|比|对上|对)\s*|\s[-–—]+\s"
)
WEAK_JOINTS = frozenset(
    ("and", "or", "to", "、", "", "over", "/", "&", "|", ":", ";", "；", "比", "对")
)

# Who is meant by both: "among wine buyers, …", "在买过酒的人里，…".
SHARED = re.compile(
    r"^\s*(?:and\s+|now\s+)?(?:among(?:st)?|within|of|for|looking\s+at|take|taking|out\s+of"
    r"|in)\s+(?P<en>[^,:]+?)"
    r"\s*[,:]\s*(?=.)|^\s*(?:在|就|从)?(?P<zh>[^,，]+?)(?:里面?|里头|之?中间?|当中"
    r"|内部)\s*[,，:]\s*"
)
SHARED_BEHIND = re.compile(r"[\s,]+\b(?:among(?:st)?|within)\s+(?P<en>[^,]+?)\s*$")

_MORE = (
    r"(?:the\s+)?(?:more|most|less|least|higher|highest|bigger|biggest|larger|largest|better|best)"
)
_SUM = (
    r"(?:money|revenues?|sales|turnover|spend(?:ing)?|cash|dollars|income\s+for\s+us|value|business"
    r"|for\s+us|to\s+us|overall|in\s+total|altogether|on\s+average|per\s+(?:head|person|customer))"
)
_SPEND = (
    r"(?:spen[dt]s?|spending|brings?(?:\s+in)?|brought(?:\s+in)?|generat(?:es?|ed)|contribut"
    r"(?:es?|ed)|pays?|paid"
    r"|earns?\s+us|makes?\s+us|made\s+us|(?:is\s+|are\s+)?worth|drops?|leaves?|yields?|accounts?\s+for)"
)
# Which figure a comparison is about: (words that say it, the figure).
MEASURES: tuple[tuple[re.Pattern[str], Measure], ...] = (
    (re.compile(
        rf"\b(?:(?:who(?:'s)?|which(?:\s+(?:of\s+the\s+2|group|ones?|side|audience|segment|{_PEOPLE}))?"
        rf"|do|does|did)\s+)?"
        rf"(?:us\s+)?\b{_SPEND}\s+(?:us\s+)?(?:in\s+)?{_MORE}\b(?!\s+than\s*[\d$€£])(?:\s+{_SUM})*"
        rf"|\b(?:whose|which)\s+(?:group\s+)?{_SUM}\s+(?:is|are)\s+{_MORE}\b"
        r"|\b(?:on|in|by|in\s+terms\s+of)\s+(?:total\s+)?(?:spend|revenue|sales|money\s+spent"
        r"|turnover)\s*$"
        r"|(?:谁|哪(?:一)?(?:个|边|类|群|拨|组|种)(?:人|顾客|群体)?)?(?:的)?(?:总|累计|人均)?"
        r"(?:贡献(?:的)?)?"
        r"(?:消费(?:总)?(?:金?额)?|花(?:的)?钱|花费|营业额|销售额|收入|钱|贡献)(?:花|得|的|要|会"
        r"|能|上)*(?:更|比较|最|相)?"
        r"(?:多|高|大|少|低|差)(?!的)(?:一?些|一?点|多少|几多)?(?:呢|吗|呀)?"
        r"|(?:谁|哪(?:一)?(?:个|边|类|群|拨|组|种)(?:人|顾客)?)(?:更|比较|最)(?:能|会|舍得|肯)"
        r"(?:花钱?|消费)(?:呢|呀)?"
        r"|(?:总|累计|人均)?(?:消费(?:总)?(?:金?额)?|花(?:的)?钱|花费|销售额|贡献)(?:上|方面)?[,，]?"
        r"(?:是)?(?:谁|哪(?:一)?(?:个|边|类|群|拨|组|种|方)(?:人)?)(?:的)?(?:更|比较|最)?(?:高|多|大|强|低|少)(?:呢|呀|些|一些|一点)?"
        r"|(?:更|比较)?(?:能|舍得|肯)花钱?(?:吗|呢)?$|(?:消费(?:总)?金?额|销售额)(?:上)?(?:对比"
        r"|差多少|有多大差距)")
     , "spend"),
    (re.compile(
        rf"\b(?:(?:who|which(?:\s+(?:of\s+the\s+2|group|ones?|side|{_PEOPLE}))?|do|does|did)\s+)?"
        rf"(?:orders?|ordered|shops?|shopped|buys?|comes?(?:\s+back)?|places?|placed|visits?)\s+"
        rf"(?:in\s+)?"
        rf"(?:{_MORE}\s+(?:orders?|often|frequently|regularly)|more\s+frequently|more"
        rf"(?=\s+than\s+[a-z])"
        rf"|less(?=\s+than\s+[a-z]))(?:\s+{_SUM})*"
        rf"|\b(?:who|which\s+\w+)\s+(?:has|have|had)\s+{_MORE}\s+orders"
        r"|\b(?:on|in|by|in\s+terms\s+of)\s+(?:the\s+)?(?:number\s+of\s+)?orders\s*$"
        r"|(?:谁|哪(?:一)?(?:个|边|类|群|拨|组|种)(?:人|顾客)?)?(?:的)?(?:下单|订单|购物|来)"
        r"(?:次数|数|量|得)*(?:谁|哪(?:边|类|群|拨|组|个))?(?:更|比较|最|相)?"
        r"(?:多|少|勤|频繁|差)(?:多少|一?些|一?点)?(?:呢|吗|呀)?(?=$|[?？,，。])")
     , "orders"),
    (re.compile(
        rf"\b(?:which\s+(?:of\s+the\s+2|group|side|audience|segment)|who)\s+(?:is"
        rf"|are)\s+{_MORE}\b(?:\s+numerous)?"
        r"|\b(?:what|which)\s+(?:are|do)\s+(?:there|we\s+have)\s+more(?:\s+of)?"
        r"|\bdo\s+we\s+have\s+more\b"
        r"|\b(?:are\s+there)\s+more\b(?!\s+than\s*\d)"
        r"|(?:谁|哪(?:一)?(?:边|类|群|拨|组|种)(?:人|顾客)?)(?:的)?(?:人数)?(?:更|比较|最)(?:多"
        r"|少)|人数(?:上)?(?:相)?差多少")
     , "customers"),
)  # fmt: skip
