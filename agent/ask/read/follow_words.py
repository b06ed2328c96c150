"""The words by which a question leans on the one before it.

All patterns are for folded text whose numbers are digits.
"""

from __future__ import annotations

import re

_GROUP_ZH = r"(?:这|那|此)(?:些|群|批|帮|类|部分|拨|波|伙|里|里面|里头|其中|当中|中间|之中|几个)"
REFERS = re.compile(
    r"\b(?:those|these|of (?:them|those|these)|the same|same (?:\w+ )?(?:people|group|audience"
    r"|customers|households|shoppers|ones|crowd|lot|list|question|thing)|among them|from them"
    r"|of which"
    r"|(?:that|this) (?:group|list|audience|segment|crowd|lot|bunch|number))\b|其中|上述|刚才"
    r"|同样|同一批"
    rf"|他们|她们|从(?:里面|里头|中|这里)|里头|{_GROUP_ZH}"
)
# Of these only where nobody was named before: "their orders" of whom?
ABOUT_THEM = re.compile(r"\b(?:they|them|their|theirs)\b")
BEGINS = re.compile(
    r"^\s*(?:and|but|now|only|just|also|then|ok(?:ay)?|so|sorry|no|wait|actually|hmm|well|right"
    r"|great"
    r"|thanks|good|alright|what about|how about|what if|instead|without|excluding|except|exclude"
    r"|remove"
    r"|drop|minus|not|keep|leave|take|kick|cut|forget|ignore|skip|omit|lose|narrow|limit|restrict"
    r"|filter"
    r"|make (?:it|that|them)|change|swap|replace|switch|same|again|rank|sort|split (?:it|them|that)"
    r"|break (?:it|them|that)|group (?:it|them)|i mean(?:t)?|rather|further|additionally|plus"
    r"|subtract"
    r"|disregard|scrap|include|add|of (?:those|these|them|which)|out of|among|say|or|if)\b"
    r"|^\s*(?:那|再|只|仅|还有|不要|别要|别算|去掉|拿掉|排除|剔除|除去|除掉|除开|刨|扣|撇|换成"
    r"|改成|改为|换|其中|而|加上|加|另外"
    r"|如果|要是|并且|且|从中|从|限|改|保留|留|筛|取消|删|不看|不管|不限|不是|是说|我是说|我说的"
    r"|同样|一样|把|时间|也|先|接着|然后|里面|里头)"
)
PEOPLE = re.compile(
    r"\b(?:customers?|people|households|shoppers?|spenders?|buyers?|members?|we|our"
    r"|us)\b|顾客|客户|用户|会员"
)
ASKS = re.compile(r"^\s*how many\b|多少|几(?:个|位)")

LEADS = re.compile(
    r"^(?:(?:and|but|now|ok|okay|so|then|sorry|no|wait|actually|hmm+|hm|well|right|great|thanks"
    r"|thank you|good"
    r"|alright|all right|oh|oops|please|pls|also|could you|can you|would you|let's|lets|let us"
    r"|i'd like to|i want to"
    r"|i meant?|my mistake|my bad|just|next|again|nice|perfect|cool|hang on|hold on"
    r"|on second thoughts?|in fact|yes|yeah|(?:that's |that is |it's |still |a bit |way |far )*too"
    r" (?:many|much|long|few|broad|wide)(?: of them| people| names)?|that's a lot|quite a lot"
    r"|hmm ok|fair enough|interesting|got it|understood|cheers|one more(?: thing)?|another one"
    r"|(?:trim|cut|reduce|shorten|shrink|boil|whittle|pare|slim|bring|get|take)"
    r" (?:that|it|this|them|the list|those) (?:down )?to)\b"
    r"[\s,.!:;–—-]*)+"
    r"|^(?:(?:那么?|再|好的?|嗯|哦|噢|然后|接着|接下来|现在|请|麻烦你?|帮我|给我|不好意思|对不起"
    r"|抱歉|等等|等一下|我是说|我的意思是|说错了"
    r"|又|还有|另外|(?:有点|还是|这|也)?太(?:多|长|少|宽|杂)(?:了|啦|些)?|人太多了?|不对|错了|搞错了|明白了?"
    r"|知道了|收到|好嘞|行|可以)[\s,，。!！]*)+"
)
_FILTER = (
    r"(?:conditions?|filters?|restrictions?|criteri(?:on|a)|requirements?|constraints?|parts?"
    r"|bits?|limits?"
    r"|limitations?|clauses?|rules?|things?|stuff|qualifiers?|cut-?offs?|thresholds?|windows?)"
)
_TAIL = (
    r"(?:\s*,?\s*(?:again|please|pls|though|now|then|too|as well|for now|altogether|entirely|thanks"
    r"|after all))*"
)
# A condition is no longer asked for; the words name it.
DROPS = re.compile(
    r"(?:drop|forget|ignore|remove|lose|skip|scrap|lift|omit|relax|leave (?:out|off|aside)|take "
    r"(?:away|off|out)|cancel"
    r"|get rid of|never ?mind|without|disregard|discard|delete|undo|do away with|cut|clear|strip"
    r"|regardless of)"
    r"(?:\s+about)?\s+(?:the\s+|that\s+|those\s+|my\s+|any\s+)?"
    rf"(?P<a>.+?)(?:\s+|-){_FILTER}(?:\s+(?:on|about|of|for)\s+(?:the\s+)?(?P<a2>.+?))?{_TAIL}"
    r"|(?:(?:drop|forget|ignore|remove|scrap|lift|never ?mind|disregard|lose)(?:\s+about)?)\s+"
    r"(?:the\s+|that\s+|their\s+)?"
    rf"(?P<b>dates?|time|times|period|time (?:frame|period|window|span)|months?|days|window|age"
    rf"|income|timing){_TAIL}"
    r"|(?:regardless of|irrespective of|whatever|no matter)\s+(?:the(?:ir)?\s+|what\s+)?(?P<c>.+?)"
    rf"(?:\s+(?:is|are|they (?:are|have)|it is|may be))?{_TAIL}"
    r"|(?:of\s+)?(?:any|all)\s+(?P<d>ages?|incomes?|dates?|times?|household sizes?|periods?)"
    r"|(?:把|将)?(?:那个|这个|这条|那条)?(?P<zh>[^,，]+?)(?:的|这个|那个|这条|这一?项|那一?项)?"
    r"(?:条件|限制|要求|限定|门槛)(?:都|也|给|先)?"
    r"(?:去掉|取消|拿掉|删掉?|删去|撤掉?|放开|不要|不看|去除|解除|忽略|不算)(?:了|吧|掉)*"
    r"|(?:去掉|取消|拿掉|删掉|删去|删除|撤掉|放开|不要|别要|去除|解除|忽略|不考虑|不用管|不用看)"
    r"(?:那个|这个|这条|那条|对)?"
    r"(?P<zh2>[^,，]+?)(?:的|这个|那个|这条|这一?项|那一?项)?(?:条件|限制|要求|限定|门槛)(?:了|吧)*"
    r"|(?:不限制?|不管|不看|不论|不分|无论|别管)(?P<zh3>时间|日期|月份|年龄|收入|婚姻状况"
    r"|家庭人数|住房|孩子数?|孩子数量)(?:了|吧|限制|多大|多少|怎样)*"
    r"|(?P<zh4>时间|日期|月份|年龄|收入|婚姻状况|家庭人数|住房|孩子数?|孩子数量)(?:不限|不论"
    r"|无所谓|不管|放开)(?:了|吧)*"
)
TIMES = re.compile(
    r"(?:the )?(?:dates?|times?|days?|months?|periods?|timing|windows?|time (?:frame|period"
    r"|window|span))"
    r"|时间|日期|月份|天数|时间段|日子"
)
BARE_DAYS = re.compile(
    r"\s*(?:the\s+)?(?:last\s+|past\s+)?(?P<en>\d+ (?:days?|weeks?|months?|years?))\s*"
    r"|\s*(?:近|最近)?(?P<zh>\d{1,3}个?(?:天|周|星期|礼拜)|\d{1,2}个(?:月|季度)|\d年)(?:内|之内|以内)?(?:的|呢|吧|看看)*\s*"
)
# "and tea?": the same of another thing, where a purchase was asked of.
ANOTHER = re.compile(
    r"\s*and\s+(?:for\s+)?(?:the\s+)?(?!(?:how|who|which|what|where|why|only|just|with|without|by|per|in|since"
    r"|from|also|then|now|if|not|no|for|sort|rank)\b)[a-z-]+(?:\s+[a-z-]+)?\s*\?\s*"
)
# One thing in the place of another.
PUTS = (
    re.compile(
        r"(?P<new>.+?)[\s,]+(?:rather than|instead of|in place of|and not)\s+(?P<old>.+?)"
        r"(?:\s+please)?"
    ),
    re.compile(r"(?:instead of|rather than)\s+(?P<old>.+?)\s*,\s*(?P<new>.+)"),
    re.compile(
        r"(?:swap|replace|change|switch|exchange|turn)\s+(?:out\s+)?(?:the\s+)?(?P<old>.+?)\s+"
        r"(?:for|with|to|by|into)\s+(?P<new>.+)"
    ),
    re.compile(r"not\s+(?P<old>.+?)\s*(?:,|\bbut\b|,\s*but\b|[-–—])\s*(?P<new>.+)"),
    re.compile(
        r"(?:(?:make|let)\s+(?:that|it|them|this)(?:\s+be)?|(?:change|switch)(?:\s+(?:that"
        r"|it))?\s+to|try|i meant?)"
        r"\s+(?P<new>.+?)(?:\s*,?\s+(?:instead|then|please|rather))*"
    ),
    re.compile(r"(?P<new>.+?)(?:\s*,)?\s+instead(?:\s+please)?"),
    re.compile(
        r"(?:把|将)(?P<old>.+?)(?:换成|改成|替换成|替换为|改为|换为|换做|改做|换到|改到)(?:了)?"
        r"(?P<new>.+?)(?:呢|吧|看看|试试|再看)*"
    ),
    re.compile(r"不是(?P<old>[^,，]+?)[,，]?(?:而?是|应该是|要的是)(?P<new>.+)"),
    re.compile(
        r"(?:(?:如果|要是|假如|若)?(?:换成|改成|改为|换为|换做|换作|改看|换)|如果是|要是|假如是)"
        r"(?P<new>.+?)(?:的?话)?(?:呢|吧|看看|试试|怎么样|如何)*"
    ),
)
SWAPS = re.compile(
    r"^\s*(?:what about|how about|and for|same(?: thing| question| again)? (?:for|with|but for"
    r"|but)|what if it (?:is|were|was)"
    r"|instead|how does it look for|what would it be for|for(?=\s+\w+(?:\s+\w+)?$))\b|那么?"
    r"(?=.*呢[?？]?$)"
    r"|\bthe same (?:for|with)\b|(?:同样|一样)(?:的问题)?(?=.*呢)"
)
# "猪肉的呢？" asks the same of something else, unless it says that it is of those.
INSTEAD_ZH = re.compile(r"呢[?？]?$")
ALSO_ZH = re.compile(
    r"其中|里[面头]?|当中|之中|中间|这些|那些|这批|那批|他们|她们|再|也|又|还|只|仅|加上|并且|而且|同时|且"
    r"|要求|条件|按|每|排"
)
WITHOUT = re.compile(
    r"(?:without|not|no|别要|没有)(?![a-z])"
)  # of those who go: denied, not taken back
# Who was taken out comes in again.
PUTS_BACK = re.compile(
    r"(?:put|bring|add|let|take|include|count|get|have|allow)\s+(?:the\s+|those\s+)?(?P<en>.+?)\s+"
    r"(?:back(?:\s+in(?:to it)?|\s+on)?|in again|again|after all)(?:\s*,?\s*(?:please|then|too))*"
    r"|(?:put|bring|add|let|take|get)\s+back\s+(?:in\s+)?(?:the\s+|those\s+)?(?P<en2>.+)"
    r"|(?:把|将)?(?P<zh>.+?)(?:的人?)?(?:也|都|再|又|重新|给|还是)*(?:加回来?|放回来?|算回来?|加回去|放回去|补回来"
    r"|拉回来|请回来|加进来|放进来|恢复|算进来)(?:吧|了)*"
)
# Who goes.
TAKES_OUT = re.compile(
    r"(?:(?:leave|take|kick|throw|cut|filter|screen|weed|cross|rule|sort)\s+(?:out|off|away)"
    r"|exclud(?:e|ing)|drop|remove"
    r"|omit|skip|minus|without|except(?:ing)?(?:\s+for)?|subtract|get rid of|discard|not counting"
    r"|not including|but not"
    r"|don't (?:count|include)|do not (?:count|include)|less|deduct|disregard|ignore|forget"
    r"(?:\s+about)?|lose|other than"
    r"|apart from|bar|barring|eliminate|strip out|strike)\s+"
    r"(?:(?:any|all|every)\s+(?:of\s+)?(?:them\s+)?)?(?P<en>.+)"
    r"|take\s+(?:the\s+)?(?P<en2>.+?)\s+(?:out|off|away)(?:\s+of (?:it|that|there|them))?"
    r"|(?P<en3>.+?)\s+(?:aside|excluded|excepted|don't count|do not count|should go|can go"
    r"|left out)"
    r"|(?:把|将)(?P<zh>.+?)(?:的人?)?(?:都|再|也|全|给|先)*(?:去掉|剔除|除掉|排除|去除|刨掉|踢掉"
    r"|扣掉|扣除|拿掉|删掉|筛掉|过滤掉|撇开|除去|去了|排掉|剔掉|撤掉)"
    r"(?:掉|在外|出去|吧|了)*"
    r"|(?:去掉|剔除|除掉|排除掉?|去除|刨掉|刨去|刨开|踢掉|扣掉|扣除|拿掉|删掉|筛掉|过滤掉|撇开"
    r"|除去|除开|除了|不要|别要|别算|不算|不包括|不含|减去|不统计)"
    r"(?:其中|里面|那些)*(?P<zh2>.+?)(?:的人?|以外的?|之外的?)?(?:呢|吧|还剩多少(?:人)?|之后|后"
    r"|剩(?:下)?多少(?:人)?|有多少(?:人)?)*"
    r"|(?P<zh3>.+?)(?:的)?(?:除外|不算|去掉|排除|剔除)(?:掉|在外|吧|呢)*"
)
# A list in other order or length.
LESS = re.compile(
    r"(?:(?:give me|show me|show|list|only|just|keep|make (?:it|that)|take|i want|i need"
    r"|what about|how about|let me see|limit"
    r" (?:it|that|them) to|cut (?:it|that) (?:down )?to|trim (?:it|that) to|the|and|now|but"
    r"|please|to|me|see|only)\s+)*"
    r"(?:(?P<low>bottom|worst|lowest|last|least|smallest)|(?P<high>top|best|first|highest|most"
    r"|biggest))?\s*"
    r"(?:(?P<n>\d{1,5})|(?P<other>(?:the\s+)?(?:other way (?:a)?round|revers(?:e|ed?)(?:\s+"
    r"(?:the\s+)?(?:order|list|it|that))?"
    r"|flip (?:it|that|the order)|opposite order|in reverse(?: order)?|other end|ascending"
    r"|inverse)))"
    r"(?:\s+(?:of (?:them|those|these)|of that list|customers?|people|names?|ones?|instead|only"
    r"|please|then|now|will do|are enough"
    r"|is enough))*"
    r"|(?:那|再|就|只|只要|给我|给|要|看|换成|改成|来|列|取|保留|留|前面的?)*"
    r"(?:(?P<low_zh>倒数|最后|后|末尾|垫底)|(?P<high_zh>前|最前|头))?(?:的)?(?:第)?(?:"
    r"(?P<n_zh>\d{1,5})(?:位|名|个|人|户|条)?|"
    r"(?P<other_zh>反过来|倒过来|反着来?|颠倒(?:一下|过来)?|倒序|逆序|反向|升序))(?:排|呢|就行"
    r"|即可|就好|吧|看看|就?够了?|就?可以了?|足够了?|的|来)*"
)
