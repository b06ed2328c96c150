"""Chinese questions in plainer words: the many sayings of one thing reduced to one.

Numbers come out as digits, ranges as "20到30%", a comparison stands before its number ("连2%都不到"
is "不到2%"), and what tells nothing about whom is meant ("在我们店里") goes. The result of a text
that is plain already is that text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from agent.ask.read.numerals import CHINESE

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_DIGIT = "零一二两三四五六七八九"
# "双十一", "百货", "万圣节", "十几" and "一百多" are no numbers to count by.
_NUMERAL = re.compile(
    rf"(?<![双几好数第\d.{_DIGIT}十百千万])(?![{_DIGIT[1:]}][{_DIGIT[1:]}][十百千万])"
    rf"(?=[{_DIGIT}十]*[十百千万])(?P<zh>[{_DIGIT}十百千万]++)"
    rf"(?![几多来余货合圣层香分成]|\d)"
)
_MIXED = re.compile(r"(?<![\d.])(?P<n>\d+)(?P<unit>[百千万])(?P<rest>\d)(?![\d.百千万])")
_SCALE = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
_NATIONAL = re.compile(r"十一(?=期间|假期|长假|黄金周|国庆)")

_UNIT = r"%|元|块钱?|天|日|次|单|笔|回|趟|遍|个|种|岁|口|人|份"
_N = rf"(?:\d+(?:\.\d+)?|(?<![{_DIGIT}])[{_DIGIT[1:]}])"
_SUM = rf"{_N}[千万]?\s*(?:个?(?:百分点|月|品类|订单|{_UNIT}))?"
_OPS = (
    r"至少|最少|起码|最多|至多|顶多|超过|超出|不到|不止|不足|不满|满|达到|不少于|不低于|不多于"
    r"|不超过|不高于|大于|小于|高于|低于|多于|少于|没超过|刚好|正好|恰好|只|仅"
)
_COUNTED = r"次|单|笔|回|趟|遍|个|种|口|人|岁|天|元|块钱?"
_BUYING = r"(?:购买|采购|选购|购入|入手|囤|买|拿|碰|下单|消费|购物)"


def plain_chinese(text: str) -> str:
    """A folded Chinese text in plainer words."""
    if not re.search(r"[\u3400-\u9fff]", text):
        return text
    text = _NATIONAL.sub("国庆", text.replace("仨", "三个").replace("三个个", "三个"))
    text = re.sub(r"俩(?=月|星期|礼拜|娃|孩|人|小孩)", "两个", text)
    text = _NUMERAL.sub(_digits, text)
    text = _MIXED.sub(_digits, text)
    for pattern, put in _RULES:
        text = pattern.sub(put, text)
    return text


def _digits(match: re.Match[str]) -> str:
    """ "一千五" is 1500, "1万2" 12000; what is no well-formed number stays."""
    total = section = digit = 0
    last = 1
    for character in match[0]:
        scale = _SCALE.get(character)
        if scale is None:
            digit = digit * 10 + int(character) if character.isdigit() else CHINESE[character]
            last = 1 if character in "零0" else last
        elif scale == 10_000:
            total, section, digit, last = (total + section + digit) * scale, 0, 0, scale
        else:
            section, digit, last = section + (digit or 1) * scale, 0, scale
    if last >= 100 and match[0][-1] not in _SCALE and len(match[0]) > 1:
        digit *= last // 10
    return str(total + section + digit)


def _range(match: re.Match[str]) -> str:
    unit = match["unit2"] or match["unit"] or ""
    return f"{match['low']}{match['f1'] or ''}到{match['high']}{match['f2'] or ''}{unit}"


def _in_days(match: re.Match[str]) -> str:
    from agent.ask.read.dates import days_of  # noqa: PLC0415  (dates reads the words of this package)

    if match["half"]:
        return f"{match['name']}180天"
    return f"{match['name']}{days_of(match['n'], match['unit'])}天"


def _gap(match: re.Match[str]) -> str:
    """ "每隔两周来一次" is a usual gap of 14 days."""
    from agent.ask.read.dates import days_of  # noqa: PLC0415  (as above)

    unit = match["unit"].removeprefix("个")
    days = "到".join(str(days_of(n, unit)) for n in match["d"].split("到"))
    within = (match["after"] or "").endswith("内")
    op = "不超过" if within else match["op"]
    return f"下单间隔{op}{days}天{'' if within else match['after'] or ''}"


def _left_out(match: re.Match[str]) -> str:
    """ "把A跟B都剔掉" is "除去A或者B": who is either is left out."""
    return "除去" + re.sub(r"[跟和与及、]|以及", "或者", match["x"])


def _same_days(match: re.Match[str]) -> str:
    """ "近45天…,这45天里…" says the same days twice."""
    said = f"近{match['n']}天"
    return said if said in match.string[: match.start()] else match[0]


def _together(match: re.Match[str]) -> str:
    """Beside an "or", "两种合在一起" tells nothing more."""
    return "," if "或" in match.string[: match.start()] else match[0]


def _both_out(match: re.Match[str]) -> str:
    """ "养猫的和养狗的都不要" is "除去养猫的或者养狗的"."""
    return (match["pre"] or "") + "," * bool(match["pre"]) + _left_out(match)


_NAMES_OF_DAYS = (
    r"(?:天数|距今|(?<=[单次])至今|距离?现在|(?<=[单次])到现在|间隔|相隔|成为(?:我们的?)?(?:顾客"
    r"|客户|会员)|入会|注册)"
    rf"(?:[^,，。;；]{{0,4}}?)(?:{_OPS}|已经?|有|了|在|为)*"
)

_RULES: tuple[Rule, ...] = (
    # "买汤品买了3次以上", "啤酒每月卖给多少人".
    (re.compile(rf"(?<![没不])(?:买|购买)(?P<x>[^,，。;；买购\d]{{1,10}})(?:都|也|一共|总共|累计)?(?:购?买)(?:过|了)*"
                rf"(?=(?:{_OPS}|不下)?[\d{_DIGIT[1:]}])"), r"买过\g<x>"),
    (re.compile(r"卖(?:给|到)了?(多少|几)(个|位|名)?(人|顾客|客户|会员|用户|家庭)"), r"\1\2\3买过"),
    # "把A跟B都剔掉" leaves out either.
    (re.compile(r"(?:把|将)(?P<x>[^,，。;；]{2,40}?)(?:都|全|统统|通通|也|先|给|一并|一起)*"
                r"(?:剔|去|排|除|刨|筛|扣|撇|删|踢|刷|滤|拿|摘)(?:除|掉|开|走|出去|在外|干净)+(?:了)?(?:之?后)?(?=[,，。;；]|剩|还|有|$)"),
     _left_out),
    (re.compile(r"(?P<pre>(?:^|(?<=[,，。;；?？!！]))[^,，。;；]*(?:里面?|里头|当中|之中|其中|人中))?(?P<x>[^,，。;；里]{1,30}?"
                r"(?:[跟和与及、]|以及|还有)[^,，。;；]{1,30}?)(?:都|全|统统|通通|一律|一概)+(?:给我|先|也)?"
                r"(?:不要|别要|不算|别算|不计|除外|去掉|排除|剔除|剔掉|除去|刨除|刨掉|拿掉|筛掉|滤掉|不包括|不考虑|扣掉)"
                r"(?:掉|在外|在内|了)?(?=[,，。;；?？!！]|$)"), _both_out),
    (re.compile(r"((?:购?买|囤|碰|入手)(?:过|了)[^,，。;；]{1,20})[,，](?=[^,，。;；]{1,30}"
                r"(?:都|也|却|一概|一样|一个)*"
                r"(?:从来?)?(?:没有?|未)(?:购?买|碰|沾|囤|入手|拿)(?:过|了)?"
                r"(?:的|[,，。;；?？]|$|人|顾客))"), r"\1;"),
    (re.compile(r"只(?:来|光)?(?=(?:来|买|下|购买|购物|消费|光顾)(?:过|了)?[一1]"
                r"(?:次|单|回|笔|趟))"), ""),
    (re.compile(r"(?<!最)这(?P<n>\d+)天(?:里面?|内|之内|当中|中|期间)?"), _same_days),
    (re.compile(r"[,，]?(?:这|那)?(?:[两2三3几](?:种|类|拨|者|边|样|个|部分|群)?|都)(?:人|条件)?(?:合|加|算)在?(?:一起|一块儿?|起来)"
                r"(?:一共|总共)?"), _together),
    (re.compile(r"几多(?=[人个位户顾客会])"), "多少"),
    (re.compile(r"双(?:人|亲)(?:家庭)?[,、]?(?:没有?|无)(?:孩子?|小孩|娃)"), "双人无孩子"),
    (re.compile(r"(?:单人|单亲)(?:家庭)?[,、]?(?:没有?|无)(?:孩子?|小孩|娃)"), "单人无孩子"),
    (re.compile(r"(?<=\d)\s*w(?![a-z])"), "万"),
    (re.compile(r"(?<![\d.])(\d)成(?!为|交|员|功|人|分|年|本)(?:半)?"), r"\g<1>0%"),
    (re.compile(r"(?<![\d大一])过半数?(?!年|个|天|月|价)"), "超过50%"),
    (re.compile(r"(?<!一)(?:一大半|大半|多半|半数以上)(?=的?订单|是|都)"), "超过50%"),
    (re.compile(r"(?<!大)半数(?=的?订单|以上|及)"), "50%"),
    (re.compile(r"(?<=[,，、;；])(?:可是?|结果|后来|然而|偏偏|到了)"
                r"(?=[从自近最在\d一二三四五六七八九十没却又再下后到上去今])"), ""),
    # Places and beneficiaries tell nothing: every order is one of this shop.
    (re.compile(r"在?(?:我们|咱们?|本|俺们)(?:的)?(?:这儿|这里|这边|店里|店内|家店|店铺|超市|商城"
                r"|店|家里|这)(?!个|些|批|群|种)"), ""),
    (re.compile(r"(?:给|为|替|帮)(?:自家|家里|家中|自己家?)?的?(?:猫主子|猫咪?|毛孩子|狗狗?|狗子"
                r"|宠物|孩子们?|娃|宝宝|宝贝|小朋友|小孩|老人|爸妈|父母|家人|家里|自己|爱车|车子?)"
                rf"(?={_BUYING}|[近过最])"), ""),
    # A number in the middle: "100块不到", "连2%都不到", "5次都没到".
    (re.compile(rf"(?:就连|连|就|也就)?(?P<q>{_SUM})(?:的?都|也|还)?(?:不到|没到|不足|不满|未到"
                rf"|未满"
                rf"|达不到|没达到|没超过|不够)(?![\d{_DIGIT}])"), r"不到\g<q>"),
    (re.compile(rf"(?:就连|连)?(?P<q>{_SUM})(?:都|也)(?:没有?|未)(?P<v>花|买|消费|下|来)(?:到|够"
                rf"|满)"),
     r"\g<v>不到\g<q>"),
    (re.compile(r"[(,，]?(?:只要|但凡)?买过(?:一次)?就(?:算|行|计)(?:数|上|入)?[)]?"), ""),
    (re.compile(rf"(?:距离?|离)?(?:上|最近|最后|末)的?[一1]?(?:单|次|笔|回)的?(?:下单|购物|购买"
                rf"|消费|到店|光顾|来店?"
                r"|买东西)?的?(?:时间|日期|天数)?(?:(?:距今|距离?现在|到现在|至今|离现在|到今天"
                r"|,)(?:天数)?"
                rf"(?:已经?|都|有|过去|过了|了)*(?=(?:{_OPS})?[\d{_DIGIT[1:]}半])"
                rf"|(?:已经?|都|有|过去|过了"
                rf"|了)*(?=(?:{_OPS})[\d{_DIGIT[1:]}半]))"), "距上次下单天数"),
    (re.compile(r"(?:距离?|离)?(?:首|第[一1]|头[一1])(?:单|次|笔|回)的?(?:下单|购物|购买|消费"
                r"|到店|光顾|来店?|买东西)?的?"
                r"(?:时间|日期|天数)?(?:距今|距离?现在|到现在|至今|离现在"
                r"|到今天)(?:天数)?(?:已经?|都|有|还|才|了)*"),
     "成为顾客的天数"),
    (re.compile(rf"(?:介于|处于|处在|位于|落在|在"
                rf"|从)?(?P<low>{_N})(?P<f1>[千万])?(?P<unit>{_UNIT})?"
                rf"(?P<joint>到|至|[-–~—])(?P<high>{_N})(?P<f2>[千万])?(?P<unit2>{_UNIT})"
                r"(?:之间|区间|这个区间)?(?![\d月日号-])"), _range),
    (re.compile(rf"(?:介于|处于|处在|位于|落在|在"
                rf"|从)?(?P<low>{_N})(?P<f1>[千万])?(?P<unit>{_UNIT})?"
                rf"(?P<joint>到|至|和|与|跟|、)(?P<high>{_N})(?P<f2>[千万])?(?P<unit2>{_UNIT})?"
                r"(?:之间|中间|区间)"), _range),
    (re.compile(rf"(\d)({_COUNTED})(?:(?:及|或|和|或者|甚至)?(?:以上|更多|往上)|起)的?"
                r"(?=(?:品类|孩子|小孩|娃|子女|订单|人|大类|部门|家庭))"), r"\1以上\2"),
    (re.compile(rf"([{_DIGIT[1:]}])(个|口)(?:(?:及|或|和|或者)?(?:以上|更多))的?"
                r"(?=(?:品类|孩子|小孩|娃|子女|订单|人|之家|家庭))"), r"\1以上\2"),
    (re.compile(rf"({_OPS})((?:累计|一共|总共|合计|共)?(?:下|买|购买|花|消费|来|光顾|到店|囤|购"
                rf"|碰|入手"
                rf"|下单|购物|逛|有|带|拿|用|回购)?(?:过|了|掉)*)(?=[\d{_DIGIT[1:]}])"), r"\2\1"),
    # Adverbs right before a comparison.
    (re.compile(rf"(?:才|却|还|都|竟然?|居然|甚至|也就|已经|早就|至今|总共|一共|累计|合计|共计?"
                rf"|加起来"
                rf"|连)+(?=(?:{_OPS})(?<!只)(?<!仅)\s*[\d{_DIGIT[1:]}])"), ""),
    (re.compile(rf"(?P<name>{_NAMES_OF_DAYS})(?:(?P<n>{_N})个?(?P<unit>年|月|周|星期|礼拜)"
                rf"|(?P<half>半年))"
                r"(?!内|以内|之内)"), _in_days),
    (re.compile(rf"(?:通常|平均|一般|平时|大概|差不多)*(?:是|都)?(?:要|得)?(?:每隔|每|隔|间隔)"
                rf"(?P<op>(?:{_OPS})?)(?P<d>{_N}(?:到{_N})?)(?P<unit>天|个?(?:周|星期|礼拜"
                rf"|月))(?P<after>以上|以下|以内|之内|内)?(?:左右)?"
                r"(?:才|就|会|再|能|要)*(?:来|下|买|购物|回购|复购|消费|光顾|逛)(?:一?(?:次|单"
                r"|趟|回|买))?"
                r"(?:东西)?"), _gap),
    (re.compile(rf"(?<=天数)(?:在|有)?({_N})天(?:以内|之内|内)"), r"不超过\1天"),
    (re.compile(r"(岁(?:及?以上|以下)?的?)(?:老人家?|老年人|年轻人|中年人|青年人?|长辈"
                r"|成年人)"), r"\1人"),
    (re.compile(r"除了?([^,，。;；]{1,14}?)(?:之外|以外|外)?[,，]?(还|也|又)(?=买|购|有(?!多少"
                r"|几|谁|哪)|养|喝|吃|用|喜欢|爱|是|入手|囤|囤过)"),
     r"\1,\2"),
    (re.compile(r"除了?([^,，。;；]{1,14}?)(?:之外|以外)"), r"除了\1"),
    (re.compile(r"[,，]?(?:(?:这|那)?(?:二者|两者|[两2](?:个|样|条|项|种)(?:条件)?))(?:之中|里"
                r"|中|只要)?(?:占|满足|符合|有|沾)(?:其中)?"
                r"(?:任意|任何|其|了)?[一1](?:个|样|条|项|种)?(?:就行|即可|就可以|就算|都行|都算"
                r"|也行|就成)"), ""),
    (re.compile(r"[,，]?(?:(?:这|那)?(?:二者|两者|三者|[两三23几](?:个|样|条|项"
                r"|种)(?:条件)?))?(?:缺一不可|同时(?:满足|成立|具备|符合)"
                r"|一个(?:都|也)不能少|都(?:要|得|须)(?:满足|符合|具备|占|有|买过)|都满足|兼有"
                r"|兼备)(?:才行|才算)?"), ""),
    (re.compile(r"(?:任意|任何|随便|随意)((?:购?买|碰|入手|囤|拿)(?:过"
                r"|了))(?:其中)?的?[一1](?:样|种|个|款|类)"), r"\1其中任意一样"),
    (re.compile(rf"比(?P<q>{_SUM})(?:要|还要?|都)?(?:多|高|大)(?![\d少])"), r"超过\g<q>"),
    (re.compile(rf"比(?P<q>{_SUM})(?:要|还要?|都)?(?:少|低|小)(?![\d])"), r"不到\g<q>"),
    (re.compile(r"必须(?:得|要|是|也)*|务必"), ""),
    (re.compile(r"要么(?=[^要]{1,20}要么)(?<!或)"), ""),
    (re.compile(r"[,，]?要么"), "或"),
)  # fmt: skip
