"""What people say where customers are broken down.

Texts are matched after NFKC and case folding, as everywhere.
"""

from __future__ import annotations

import re

# What people call some attributes beside their labels.
LABELS: dict[str, tuple[str, ...]] = {
    "age": (
        *("age group", "age band", "age bracket", "age range", "age class", "age category", "ages"),
        *(
            "generation",
            "how old are they",
            "how old they are",
            "年龄段",
            "年龄层",
            "年龄档",
            "岁数",
        ),
        *("年纪", "年龄组", "年龄区间"),
    ),
    "income": (
        *(
            "income",
            "income group",
            "income band",
            "income bracket",
            "income level",
            "income range",
        ),
        *("income class", "earnings", "salary", "what they earn", "earnings bracket"),
        *(
            "收入",
            "家庭年收入",
            "年收入",
            "收入档",
            "收入档次",
            "收入水平",
            "收入段",
            "收入区间",
            "收入层级",
        ),
    ),
    "kids_count": (
        *("number of kids", "kids", "kids count", "number of children in the household"),
        *("how many kids", "how many children", "how many kids they have", "count of children"),
        *(
            "how many children they have",
            "孩子数量",
            "孩子数",
            "子女数",
            "子女数量",
            "孩子个数",
            "小孩数量",
        ),
        *("小孩数", "几个孩子", "几个小孩", "孩子人数", "娃的数量", "娃数"),
    ),
    "household_size": (
        *("size of household", "size of the household", "size of their household", "family size"),
        *("size of the family", "size of family", "number of people in the household"),
        *("how many people live in the household", "household headcount", "people per household"),
        *(
            "家庭规模",
            "家庭人口",
            "家庭人口数",
            "人口数",
            "几口人",
            "几口之家",
            "家里几口人",
            "家里人数",
        ),
    ),
    "marital_status": (
        *("marital state", "civil status", "relationship status", "family status"),
        *("whether they are married", "married or not", "married or unmarried"),
        *("婚姻", "婚姻情况", "婚否", "婚况", "已婚未婚", "婚姻状态"),
    ),
    "home_ownership": (
        *("housing", "housing status", "housing situation", "home-ownership", "homeownership"),
        *("ownership of the home", "home ownership status", "own or rent", "owning or renting"),
        *("whether they own or rent", "住房", "住房状况", "居住情况", "居住状况", "住房类型"),
        *("住房性质", "房产情况", "有房租房", "房产"),
    ),
    "household_comp": (
        *("household type", "type of household", "family composition", "family type"),
        *("household structure", "family structure", "composition of the household"),
        *("make-up of the household", "household make-up", "household makeup"),
        *("家庭结构", "家庭类型", "家庭组成", "家庭形态", "家庭成员构成"),
    ),
    "top_department": (
        *("department", "favourite department", "favorite department", "main department"),
        *("most-shopped department", "most shopped department", "most bought department"),
        *("department they buy from most", "department they buy most from", "primary department"),
        *(
            "部门",
            "最常买的部门",
            "最常逛的部门",
            "主要购买部门",
            "主要部门",
            "最爱逛的部门",
            "首选部门",
        ),
        "最常光顾的部门",
    ),
    "top_category": (
        *("favourite category", "favorite category", "main category", "most bought category"),
        *("most-bought category", "category they buy most", "primary category"),
        *("最常买的品类", "首选品类", "最爱买的品类", "主要品类", "最常买的类别", "最常购买的类别"),
    ),
}

WHETHER = re.compile(
    r"\b(?:by|according to|on|depending on|based on|for|into)\s+whether\s+(?:or\s+not\s+)?"
    r"(?:they\s+|people\s+|customers\s+)?(?:(?:are|is|have|has)\s+)?(?:an?\s+)?"
    r"|(?:按照?|根据|以|从|依)(?:是否|有没有|是不是|有无|爱不爱)(?:是|为|属于)?"
)
OR_NOT = re.compile(
    r"\s*,?\s*(?:or\s+(?:not|otherwise|else))?\b|(?:与否)?(?:来)?(?:分组|划分|细分|拆分|分开|分|看"
    r"|两组|两类|拆)*"
)
# Behind "how many are pet owners": the words that stand for all the others.
_SHARE = (
    r"(?:how many|how much|(?:what|which) (?:share|percentage|proportion|part|percent|fraction))"
)
_NOT_EN = (
    rf"\s*,?\s*(?:\b(?:and|or|but|vs\.?|versus|as opposed to|against|compared (?:to|with))\b|/)\s*"
    rf"(?:{_SHARE}\s+)?(?:of (?:them|those|these)\s+)?(?:(?:are|do|have|is|did|does)\s*(?:n't|not)"
    r"|\bnot\b|(?:are|do|is|have|did|does)n't|the (?:rest|others)\b|\bnon(?=\s*(?:\?|$|,)))"
    r"(?:\s+(?:have|own|be|like|drink|buy|use)(?:\s+(?:any|one|it|them))?)?(?:\s+(?:one|any|so))?"
    r"(?=\s*(?:[?.!,]|$))"
)
AND_NOT_EN = re.compile(_NOT_EN)
AND_NOT = re.compile(
    _NOT_EN
    + r"|(?<=[的个少人几户位成、,占各和?])[,、\s]*(?:和|与|跟|及|又|还有|另外)?(?:有)?(?:多少|几个"
    r"|几)?(?:人)?"
    r"(?:不是|没有|不|没|非)(?:的|[养喝吃买用爱抽喜欢园艺咖啡茶肉酒]{1,4}的?)?(?:人|顾客)?(?:又"
    r"|各|则|呢|的)*"
    r"(?:有|占|是)?(?:多少|几)?(?:个|位|人|成|户|比例)?(?=[的又各则呢有占多几,，。?？!]|$)"
)
# What may stand between the tag and those words.
BEFORE_NOT = re.compile(
    r"(?:[\s,，、?？]|\b(?:and|are|is|how many|people|customers|types?|folks|shoppers|households"
    r"|buyers|eaters|users|crowd|ones?|families)\b|的|人|顾客|客户|有|占|是|各|又|多少|几|个|位|成"
    r"|户|比例|比)*"
)
HOW_MANY = re.compile(
    rf"(?:\b{_SHARE}(?:\s+of\s+(?:them|those|these))?\s+(?:(?:are|is|have|own|drink|like)\s+)?"
    r"(?:an?\s+)?|(?:有)?(?:多少|几个)(?:人|顾客)?(?:是|为)?|是|有)$"
)
COUNTS = re.compile(
    rf"\b{_SHARE}\b|\b(?:count|number|split|share|breakdown|break)\b|多少|几个|几位|各|占|比例|分"
)
# Several values of one attribute, each with its own number.
EACH = re.compile(
    rf"{_SHARE}\b.*\b{_SHARE}\b|\bhow many (?:of each|are .*\b(?:vs|versus|and how many)\b)"
    r"|^\s*(?:so\s+|and\s+)?(?:are|is)\b|\b(?:mostly|mainly|predominantly|chiefly|largely|primarily"
    r"|more likely|rather)\b.*\bor\b|\b(?:in|of|for) each\b|\beach (?:group|of)\b"
    r"|\brespectively\b|\b(?:split|distribution"
    r"|breakdown|ratio)\b|各(?:有|占|是|自)?(?:多少|几|占比)|分别(?:有|占|是|为)?(?:多少|几)"
    r"|多少.*多少|几个.*几个|几位.*几位|的多.*还是.*的多|占比|分布|比例|构成"
)
CUE = re.compile(
    r"\b(?:by|per|across|split\w*|break\w*|broken|group\w*|divid\w*|distribut\w*|spread|mix"
    r"|make-?up|composition|structure|profile|each|every|various|different|respective\w*"
    r"|according|depending|var(?:y|ies)|segment\w*|bucket\w*|slic\w*|cut|tabulate|cross-?tab\w*"
    r"|shares?|percent\w*|proportions?|fall|falls|belong|sort(?:ed)?|which|what|in terms of"
    r"|classif\w*|categori[sz]e\w*|bracket\w*|band\w*|how old|own or rent|looks? like|table)\b"
    r"|按|分|各|每|构成|结构|占|比例|拆|不同|怎样|怎么|如何|哪个|哪些|哪种|什么|情况|档|段|以|看"
)
FRAME = re.compile(
    r"\b(?:break(?:ing|s)?|broken|split(?:ting|s)?|group(?:ed|ing|s)?|divide[sd]?|dividing"
    r"|slic(?:e|ed"
    r"|ing)|cut|segment(?:ed|ing)?|bucket(?:ed|s)?|classif(?:y|ied)|tabulated?|sorted|sort"
    r"|categori[sz]ed?|separate[ds]?|arranged?)"
    r"(?:\s+(?:them|those|it|all|this|that|these|everyone|everybody))?(?:\s+(?:down|up|out"
    r"|apart))?\b"
    r"|\bdown\b|\b(?:breakdown|distribution|distributed|split|share|shares|spread(?:\s+out)?|mix"
    r"|composition|make-?up|structure|profile|counts|brackets?|bands?|figures?"
    r"|numbers)\b(?:\s+of\b)?"
    r"|\b(?:according to|in terms of|depending on|based on|across|into|over|between|per|among"
    r"|mostly|mainly"
    r"|predominantly|chiefly|largely|primarily|rather|more likely|various|different"
    r"|respective(?:ly)?|belong(?:s)?|dominate[sd]?|vary|varies|largest|biggest|most common)\b"
    r"|\bhow many (?:of (?:them|each)|in each|people|customers)\b|\bin each(?: group| one| case)?\b"
    r"|(?:是|呈|都|又)?(?:怎么|怎样|如何|什么样?|啥样?)的?(?:分布|构成|占比|结构|拆分|划分|分)的?"
    r"|的?(?:人数|顾客|客户)?(?:分布|构成|占比|结构|细分|拆分|拆开|拆解|分开|分组|分档|分层|划分"
    r"|归类"
    r"|比例|明细|占多大比例)(?:情况|如何|怎样|是怎样的|是什么样的)?"
    r"|(?:再|先)?(?:给|来|做|帮我)?(?:拆|分(?!别)|切|归|划)(?:成|为|到|开|出来|一下|一分|一拆|下|个|分|归|拆|分组|分分组|组|类|堆|档|层"
    r"|块|几组|几类|几档|门别类|给我)*(?:来)?(?:看看?|瞧瞧|数数|统计)?"
    r"|的?(?:个|种)?分布法|高低(?:不同|分布|情况)?|(?:之前|以前|平时|平常|原来)?(?:主要|最爱|最常|都)?(?:逛|去)(?:的|哪)?"
    r"|(?:把|将)(?=.{0,12}(?:\0|$))|按照?|根据|以|从(?=\0)|不同的?|各(?:个|自|是什么|占|有|类"
    r"|组)?(?:多少)?"
    r"|每(?:一)?(?:档|段|组|类|种|个|层|拨|块|部分)(?:各|有|是)*(?:多少|几)?(?:个|位)?(?:人)?|分别|给个"
)
SHARED = (
    r"(?:(?:\s*(?:groups?|bands?|brackets?|levels?|ranges?|status))?\s*(?:distribution|profile"
    r"|split|breakdown|mix|structure|composition|brackets?|bands?|make-?up|spread)\b"
    r"(?:\s+(?:of|for|look like))?(?:\s+are they in)?|(?:的)?(?:段|档|区间|状况"
    r"|情况)?的?(?:(?:是)?(?:怎么|怎样|如何)?(?:的)?(?:构成|分布|占比|结构|比例)|怎么分布)"
    r"(?:情况|如何|怎样|是怎样的)?(?:分布|的)*)"
)
SHARING = (
    r"(?:(?:split|breakdown|distribution|mix|spread)\s+(?:of|by|on|across|over|into)\s+(?:the\s+"
    r"|their\s+)?|(?:以|按照?|根据|分|拆到|拆成|拆分?为?|分成|分为|各个?|每个?|不同的?)(?:各个?"
    r"|不同的?)?)"
)
_ZERO = r"(?:zero|no|none|0|没有?)"
_ITEM = r"(?:\d\+?|one|a single|none|zero)"
_KIDS = r"(?:\s*(?:kids?|child(?:ren)?))?"
_PEOPLE = r"(?:[\s-]*(?:persons?|people|members?|口(?:人|之家)?|人))?"
_NEXT = r"\s*(?:,|/|or|and|、|和|,\s*and|,\s*or)\s*(?:how many (?:have )?)?"
_MORE = r"(?:\s*(?:or more|and more|or above|\+|plus|以上|及以上|或更多))?"
# A question about each: "家里有几个孩子的各多少", "已婚的多还是未婚的多".
_OR = r"[,、]?(?:还是|或者?|和|与|跟|对|比)?"
_MORE_OF = (
    r"(?:的?(?:人|顾客|客户)?(?:更|比较)?(?:多|少)"
    r"|的?(?:人|顾客|客户)?(?:有|占|各)?(?:多少|几[个位户成])?|的)"
)
ASKED_OF_EACH: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "kids_count",
        re.compile(
            r"(?:家里|家中|家)?(?:都|各|分别)?(?:有|带|养)?(?:了|着)?(?:几|多少)个?(?:孩子|小孩|娃|子女)的?"
        ),
    ),
    (
        "household_size",
        re.compile(
            r"(?:一家|家里|家中|家)(?:子|一共|总共|都|各|分别)*(?:有|是|住)?(?:了|着)?(?:几|多少)(?:口人?|个?人)(?:之家)?的?"
            r"|几口(?:人|之家)的?"
        ),
    ),
    (
        "age",
        re.compile(
            r"(?:都|分别|各)?(?:是)?多大(?:的)?(?:年纪|岁数|年龄)的?|(?:都|分别|各)(?:是)?多大的?|多少岁的?"
        ),
    ),
    (
        "income",
        re.compile(
            r"(?:家庭)?(?:年?收入|收入水平)(?:的)?(?:有)?(?:高低|多少|多高|几何)的?|(?:挣|赚)(?:了)?多少(?:钱)?的?"
        ),
    ),
    (
        "marital_status",
        re.compile(
            rf"(?:已婚|结了?婚)的?{_MORE_OF}{_OR}(?:未婚|单身|没结婚)的?{_MORE_OF}"
            rf"|(?:未婚|单身|没结婚)的?{_MORE_OF}{_OR}(?:已婚|结了?婚)的?{_MORE_OF}"
            r"|结没结婚|有没有结婚|结婚了?(?:没有?|与否)|是否(?:已婚|结婚)|婚没婚"
        ),
    ),
    (
        "home_ownership",
        re.compile(
            rf"(?:房子)?(?:是)?(?:租房?(?:住|子|来)?)的?{_MORE_OF}{_OR}(?:是)?(?:买|自己|自有|自家|自住|有房)(?:的|房"
            rf"|住房|家)*{_MORE_OF}"
            rf"|(?:房子)?(?:是)?(?:买|自己|自有|自家|自住|有房)(?:的|房|住房|家)*{_MORE_OF}{_OR}(?:是)?(?:租房?(?:住|子"
            rf"|来)?)的?{_MORE_OF}"
            r"|有没有(?:自己的)?房子?|租房还是买房|租还是买"
        ),
    ),
)
EACH_ONE = re.compile(r"各|分别|每|拆|分|占|比例|比重|多还是|还是|构成|结构|怎么|如何")
COUNTED_OUT: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "home_ownership",
        re.compile(
            r"(?:住)?(?:自己的?|自有的?)房子?的?(?:人|顾客)?(?:更?多|有多少|多少"
            r"|几个)?[,、和与跟还是]*"
            r"租房子?的?(?:人|顾客)?(?:更?多|有多少|多少|几个)?"
        ),
    ),
    (
        "kids_count",
        re.compile(
            rf"(?:\b(?:have|has|with|having)\s+)?\b{_ZERO}{_KIDS}(?:{_NEXT}{_ITEM}{_KIDS}{_MORE})"
            rf"{{2,}}|(?:没有?孩子|没孩子|0个)的?(?:[,、和]?(?:有)?[一两二三123]个(?:孩子)?(?:的)?"
            r"(?:及?以上)?){2,}(?:孩子)?的?"
        ),
    ),
    (
        "household_size",
        re.compile(
            rf"(?:\b(?:have|has|with|having|live in)\s+)?\b(?:one|1|single)[\s-]*(?:person|people)?"
            rf"(?:{_NEXT}{_ITEM}{_PEOPLE}{_MORE})+(?:[\s-]*(?:persons?|people|members))"
            r"(?:\s*households?)?"
        ),
    ),
)
