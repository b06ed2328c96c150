"""What people say for an attribute or a tag beside its labels: "单身", "liv(es) alone"."""

from __future__ import annotations

import re
from typing import Any

_OUTLAY = r"(?:spend(?:ing|s)?|outlay|expenditure|purchases|bills?)"
_MOVES = (
    r"(?:(?:is|are|has been|have been|was|keeps?(?: on)?|seems? to be|'s) )*"
    r"(?:steadily |slowly |clearly |constantly |currently |now |gradually |on the )?"
)
_DOWN = (
    r"(?:falling|dropping|declining|decreasing|shrinking|going down|dwindling|sinking|waning"
    r"|decline|down|slipping|diminishing|tailing off|fading|way down)"
)
_UP = r"(?:rising|growing|increasing|climbing|going up|mounting|soaring|rise|up|way up)"
_SHOPS = r"(?:shops?|buys?|orders?|shopping|buying|ordering|comes?|coming)"
_CYCLE = r"(?:rhythm|cadence|schedule|cycle|basis|routine|pattern|beat|shop|habit|frequency)s?"
# Words for conditions beside the labels; left out where a shop has no such field, value or tag.
_THEIR_SPEND = r"(?:(?:whose|their|the) )?(?:spend|spending|outlay|basket spend)"
_IS = r"(?:is|are|has been|have been|keeps|keep)"
PHRASES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        r"(?:us(?:e|es|ed|ing)|redeem(?:ed|s)?) (?:a )?coupons?|(?:使用|用)(?:过"
        r"|了)*(?:优惠)?券(?:下过?单|买过?东西)?|有用券记录",
        {"field": "coupon_share", "op": ">", "value": 0},
    ),
    (
        r"(?:with|have|has|having)? ?(?:kids|children)(?: at home)?|(?:家里|家中)?(?:有"
        r"|带|养)(?:个|了|着)*(?:孩子|小孩儿?|子女|娃|儿女|小朋友)|孩子|小孩儿?|有娃|为人父母"
        r"|当(?:爸妈|父母)",
        {"field": "kids_count", "op": "!=", "value": "0"},
    ),
    (
        r"returned (?:anything|something|an order|a purchase|any orders?|items?|goods|stuff|things?"
        r"|products?|a thing)|sent (?:anything|something|an order|items?|goods|stuff|things) back"
        r"|(?:had|made|have|has|with) (?:a|any) returns?",
        {"field": "returns", "op": ">", "value": 0},
    ),
    (
        rf"{_THEIR_SPEND} {_IS} (?:on the (?:rise|up|increase)|rising|going up|growing"
        rf"|increasing|up"
        r"|climbing|trending up(?:wards?)?|creeping up)|(?:spend|spends"
        r"|spending) (?:is )?more and more"
        r"|(?:growing|rising|increasing) (?:spend|spending)",
        {"tag": "rising"},
    ),
    (
        rf"{_THEIR_SPEND} {_IS} (?:on the (?:decline|wane|slide)|falling|going down|shrinking"
        rf"|declining"
        r"|decreasing|dropping|down|trending down(?:wards?)?|slipping|waning|dwindling)"
        r"|(?:spend|spends|spending) less and less|(?:falling|declining|shrinking) (?:spend"
        r"|spending)",
        {"tag": "falling"},
    ),
    (
        r"childless|无孩|没娃|无娃|丁克|没小孩|膝下无子|没生(?:过)?孩子|无子女"
        r"|没带娃",
        {"field": "kids_count", "op": "=", "value": "0"},
    ),
    (
        r"liv(?:e|es|ing) (?:alone|by themselves|on their own)|独居|(?:一|1)个人(?:住|生活|过"
        r"|独住)|独自(?:一人)?(?:居住|生活|住)",
        {"field": "household_size", "op": "=", "value": "1"},
    ),
    (
        r"home ?owners?|(?:own|owns|owning) (?:an?|their|the)(?: own)? (?:home|house|place"
        r"|property|flat"
        r"|apartment)s?|liv(?:e|es|ing) in (?:a|their) (?:own home|own house|house they own)"
        r"|(?:自己|名下|家里)?有(?:自己的?"
        r"|自家的?)?房(?:子|产|的)?"
        r"|自有(?:住)?房(?:产|的)?|(?:住在?)(?:着)?自己(?:家)?的?房子?(?:里)?|自住房|业主|房主"
        r"|有自己的房子?",
        {"field": "home_ownership", "op": "=", "value": "Homeowner"},
    ),
    (
        r"renters?|tenants?|(?:rent|rents|renting|leasing)(?: (?:an?|their|the)(?: own)? (?:home"
        r"|house|place"
        r"|flat|apartment|property)s?)?|liv(?:e|es|ing) in (?:a )?rented (?:homes?|houses?|flats?"
        r"|apartments?|places?|accommodation)|(?:在外|自己)?租(?:着)?(?:的)?房子?(?:住|居住|住着)?(?=$|[^租])"
        r"|租住|租客|租户"
        r"|房子?是租的?|租着住",
        {"field": "home_ownership", "op": "=", "value": "Renter"},
    ),
    (
        r"已婚|结了婚|结过婚|已经?结婚|成了?家|有配偶|有老(?:公|婆)|已成家"
        r"|结婚的",
        {"field": "marital_status", "op": "=", "value": "Married"},
    ),
    (
        r"未婚|单身(?:狗|汉|贵族|人士)?(?!家庭|独居)|(?:还|尚)?(?:没有?|未)(?:结婚|结过婚|成家)"
        r"|没对象",
        {"field": "marital_status", "op": "=", "value": "Unmarried"},
    ),
    (
        r"(?:own(?:s|ing)?|ha(?:ve|s)|having|with|keep(?:s|ing)?) (?:a )?pets?|pets"
        r"|(?:家里)?(?:有|养)(?:了|着)?宠物|宠物主人?|养(?:着|了)?(?:小动物|毛孩子)",
        {"tag": "pet_owner"},
    ),
    (
        r"(?:own(?:s|ing)?|ha(?:ve|s)|having|with|keep(?:s|ing)?) (?:a )?dogs?|dogs|有狗(?!粮)"
        r"|养(?:了|着)?(?:只"
        r"|条)?(?:小)?狗(?!粮)|狗狗主人|有狗狗|遛狗",
        {"tag": "dog_owner"},
    ),
    (
        r"(?:own(?:s|ing)?|ha(?:ve|s)|having|with|keep(?:s|ing)?) (?:a )?cats?|cats"
        r"|有猫(?!粮|砂)|养(?:了|着)?(?:只)?(?:小)?猫(?!粮|砂)|猫咪主人|撸猫|猫主子",
        {"tag": "cat_owner"},
    ),
    (
        r"(?:优惠)?券(?:都|也|从来?)*(?:一次|一张)?(?:都|也)?(?:从来?)?(?:没有?|未)(?:使?用)(?:过|了)?"
        r"|(?:一张|半张|任何)(?:优惠)?券(?:都|也|从来?)*(?:没有?|未)(?:使?用)(?:过|了)?",
        {"field": "coupon_share", "op": "=", "value": 0},
    ),
    (
        r"隔(?:三差五|三岔五|几天|两三天|三五天|个几天|个两三天)就?(?:会|要|得|都)?(?:来|跑来|过来)?(?:下|买|逛|购|光顾)"
        r"(?:一?[单次回趟]|物|东西|单)*|三天两头(?:就|都)?(?:会|要)?(?:来|跑来)?(?:下|买|逛|购|光顾)?(?:单|物|东西)?",
        {"tag": "every_few_days"},
    ),
    (r"抽烟|吸烟|烟民|烟友", {"tag": "tobacco"}),
    (r"lapsed|流失(?:了|的)?|已流失", {"tag": "lapsed"}),
    (
        rf"(?:whose |their |with )?(?:(?:a |an )?{_DOWN}(?: level of)? {_OUTLAY}"
        rf"|{_OUTLAY} (?:that )?{_MOVES}{_DOWN}(?: off| away)?)|spend(?:s|ing)? (?:less and less"
        r"|ever less|steadily less|less over time)",
        {"tag": "falling"},
    ),
    (
        rf"(?:whose |their |with )?(?:(?:a |an )?{_UP}(?: level of)? {_OUTLAY}"
        rf"|{_OUTLAY} (?:that )?{_MOVES}{_UP})|spend(?:s|ing)? (?:more and more|ever more"
        r"|steadily more|more over time)",
        {"tag": "rising"},
    ),
    (
        rf"{_SHOPS} (?:right |all )?(?:across|throughout|all over|over|in|from|around|everywhere"
        rf" in)"
        r" (?:the )?(?:whole|entire|full|complete) (?:of the )?(?:shop|store|range|assortment"
        rf"|catalogue|offer(?:ing)?|supermarket)|{_SHOPS} (?:a bit of everything|from everywhere"
        r"|all sorts of things|a little of everything|something of everything)",
        {"tag": "wide_range"},
    ),
    (
        rf"(?:{_SHOPS} )?(?:on|in|at|to|with|keep(?:ing)? to|stick(?:ing)? to|follow(?:ing)?)"
        rf" (?:an? )?"
        rf"(?:\w+ )?weekly {_CYCLE}|{_SHOPS} (?:once a week|1 times a week|week in,? week out"
        r"|every single week|each week)",
        {"tag": "regular_rhythm"},
    ),
    (
        rf"(?:{_SHOPS} )?(?:on|in|at|to|with|keep(?:ing)? to|stick(?:ing)? to|follow(?:ing)?)"
        rf" (?:an? )?"
        rf"(?:\w+ )?monthly {_CYCLE}|{_SHOPS} (?:once a month|1 times a month|every single month"
        r"|each month)",
        {"tag": "monthly_rhythm"},
    ),
)
# Around a tag's name: "love wine", "wine lovers", "喜欢啤酒", "啤酒爱好者".
TAG_BEFORE = (
    r"(?:(?:likes?|loves?|drinks?|enjoys?|eats?|pays?|prefers?|into|fans? of|lovers of"
    r"|drinkers of)\s+)?"
)
TAG_AFTER = r"(?:[\s-]+(?:lovers?|fans?|drinkers?|eaters?|enthusiasts?))?"
TAG_BEFORE_ZH = r"(?:喜欢|喜爱|爱喝|爱吃|爱买|常喝|常吃|爱|喝|吃)?(?:买|喝|吃|用|做|玩|搞)?"
TAG_AFTER_ZH = r"(?:爱好者|达人|控|迷|一族|族|党|人士|发烧友)?"
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
        r"aged?(?: between| from)?|年龄|年纪|岁数|年岁",
        r"year[- ]?olds?|years?(?: old)?|years? of age|(?:age )?(?:bracket|band|group|range)s?"
        r"|周?岁",
    ),
    "income": (
        r"income|earn(?:s|ed|ing)?|salary|(?:家庭|全家|家里"
        r"|一家)?(?:的)?(?:一?年的?)?(?:总)?(?:收入|薪水?|薪资|工资|入|挣|赚)",
        r"(?:income )?(?:bracket|band|group|range)s?|(?:a|per|each|every) year|annually|yearly"
        r"|per annum|p\.?a\.?(?![a-z])",
    ),
    "household_size": (
        r"household size|(?:households?|famil(?:y|ies)|homes?) of|家庭人数|家庭人口|家庭成员"
        r"|家庭规模|人口数?|家里(?=[^,，。]{0,6}[口人])|一家(?=.{0,3}口)|全家",
        r"people at home|口(?:以上)?(?:之家|人家?|子)?(?:的?家庭)?|人(?:以上)?(?:的?家庭|户"
        r"|之家)|个人(?!护|住|生活|独|过)",
    ),
    "kids_count": (
        r"number of children|(?:孩子|子女|小孩|娃)(?:数量?|个数|人数)?",
        r"kids?"
        r"|child(?:ren)?|个(?:以上)?的?(?:孩子|小孩儿?|子女|娃儿?|宝宝|小朋友|儿女)|孩"
        r"|胎|娃",
    ),
}
AGE_NOUN = re.compile(
    r"\b(?:customers|people|shoppers|households|those|members|renters|(?:home)?owners|singles"
    r"|couples"
    r"|parents|families|fans|lovers|drinkers|buyers|users|spenders|adults|folks|ones|regulars"
    r"|clients"
    r"|patrons|hunters|everyone|everybody|anyone|anybody|somebody|someone)\s+(?:who\s+)?(?:are\s+"
    r"|is\s+)?$|\b(?:who|that|they)(?:'re|'s|\s+(?:are|is))\s+$"
)
AGE_OP = re.compile(r"(?:older|younger) than|or (?:older|younger)")
PLAIN_AGE_OP = re.compile(r"under|over|above|below")
