"""Whole Chinese sayings put in the plain words that the readers know.

"排进前25%" is "前25%", "A也好B也好,随便买过一样" is "买过A或者B". A rule
keeps the meaning: what could be a condition is moved, never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from agent.ask.read.dates import Window

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_N = r"(?:\d+|[一两三四五六七八九十]+)"
_TIMES = r"(?:次|单|笔|回|趟|个|件|种|岁|元|块钱?|天|口|人|%)"
_BUY = r"(?:购买|采购|入手|买|碰|囤|喝|吃|用|沾|尝)"
_WHO = r"(?:顾客|客户|会员|用户|家庭|人)"
_NO = r"(?:从来?|压根|根本|完全|一直|一次|都|也|还|就)*(?:没有?|未曾?)(?:怎么|再)?"
_DAYS = (
    r"(?:(?:今年|去年|\d{4}年)的?)?(?:前[一二三两1-3]个?季度|第?[一二三四1-4]季度|[上下]半年"
    r"|\d{1,2}月(?:份|底|初)?(?:(?:到|至|-)\d{1,2}月份?)?|[一二三四五六七八九十]+月份?)"
)
_HOW_MANY = rf"(?:又|各|分别)?(?:有|占|是)?(?:多少|几)(?:个|位|名)?{_WHO}?"


def _including(match: re.Match[str]) -> str:
    """ "4次以上(含4次)" is at least, "4次以下(含)" at most, "超过4次(不含)" more."""
    out, amount = bool(match["out"]), match["q"]
    up = match["side"] in ("以上", "起") or match["op"] in ("超过", "多于", "大于", "高于")
    if up:
        return f"超过{amount}" if out else f"至少{amount}"
    return f"不到{amount}" if out else f"最多{amount}"


def _started(match: re.Match[str]) -> str:
    """ "前三季度没买过X,第四季度才开始买": the second half leaves out what is bought."""
    item = match["x"]
    return f"{match['new']}买过{item},但{match['old']}没买过{item}"


def _only(match: re.Match[str]) -> str:
    """ "想找只买黄油的人:黄油买过,人造黄油没买过": the clause behind spells out the first one."""
    return match["more"] if match["x"] in match["more"] else match[0]


_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?:垫底|吊车尾|排?在?最末|末尾|排?在?最?靠?后面?)的(?=(?:后|末|倒数)的?\d)"), ""),
    (re.compile(r"(?:垫底|吊车尾|最末尾?|末尾|倒数|末)的?(?=\d+(?:\.\d+)?%)"), "后"),
    (re.compile(r"(?:能|可以|够)?(?:排|挤|跻身|进入|跨|位列|位居|名列|位于|处于|属于|落|站|达到|算)"
                r"(?:得?进|入|到|在|上)*了?(?=(?:最?[前后])的?\d+(?:\.\d+)?%)"), ""),
    (re.compile(r"(?<=[额费数单钱])进(?=前\d+(?:\.\d+)?%)"), ""),
    (re.compile(rf"(?P<op>超过|多于|大于|高于|少于|低于|小于|不到)?(?P<q>{_N}{_TIMES})"
                r"(?P<side>(?:及|或)?以[上下]|起)?[(,，](?P<out>不)?(?:包?含|包括|算上?)"
                rf"(?:本数|{_N}?{_TIMES}?(?:本身|在内)?)?[)]"), _including),
    (re.compile(r"不下于?(?=\s*[\d一两二三四五六七八九十])"), "不少于"),
    (re.compile(rf"(?:不管|无论|不论)?(?:是)?(?P<a>[^,，;；里中有的]{{1,10}})(?:也好|也行|也罢)[,，、]?"
                r"(?P<b>[^,，;；里中有的]{1,10})(?:也好|也行|也罢|都行|都可以)[,，、]?"
                rf"(?P<days>[^,，。;；?？]{{0,14}}?)(?:随便|任意|任何|只要|但凡|哪怕)*{_BUY}(?:过|了)"
                r"(?:其中|任意|随便|哪怕)?(?:的)?(?:[一1哪][样种个](?:就行|就算|即可|都算|都行)?)?"),
     r"\g<days>买过\g<a>或者\g<b>"),
    (re.compile(rf"^(?:我|我们|咱们?)?(?:想|要|打算)*(?:找|看|圈|捞|筛|挑|要)(?:一?下|出)?(?:那种|那些)?"
                rf"(?:只|光|专门?){_BUY}(?P<x>[^,，:的不]{{1,8}})(?:不{_BUY}[^,，:]{{1,8}})?的?{_WHO}"
                r"\s*[:,，](?P<more>.*(?:没|不|未).*)$"), _only),
    (re.compile(rf"(?P<old>{_DAYS}){_NO}{_BUY}过?(?P<x>[^,，、。;；的过]{{1,10}})(?:的)?[,，、;；]*"
                rf"(?:直到|等到|到了?|而|但|可|却|从)?(?P<new>{_DAYS})(?:里)?(?:才|就|却)?"
                rf"(?:又|开始|头一[回次]|第一[回次]|首次)*{_BUY}(?:起来?|过|了|上)*它?"
                rf"(?=的|[,，。?？]|{_WHO}|$)"), _started),
    (re.compile(r"(?<=[^,，。的])(?:还|仍|都|一直|也)?在(?:下单|购物|消费|买东西|逛)(?=[,，、的])"),
     "下过单"),
    (re.compile(r"(?<=[月季年周天])(?:里|份)?(?:还|就|都|却|竟|连|也)+(?:是)?[一1](?P<u>单|次|笔)(?:都|也|还)?"
                r"(?:没有?|未)(?:再)?(?:下|买|来|消费)?(?:过|了)?(?=的|[,，。?？]|$)"),
     r"一\g<u>都没下过"),
    (re.compile(r"(?:已经)?(?:最|太|好|很|挺)久(?:都)?没有?(?:再)?(?:回?来)?"
                r"(?:下过?单|购物|消费|买过?东西|光顾|逛|来|露面)过?了?的(?=前\d|\d+[个位名])"),
     "距上次下单天数最多的"),
    (re.compile(r"[,，](?:按|以)?(?:隔|时间|间隔|沉默)得?(?:时间)?(?:最|越)(?:久|长)的?(?:越|就)?"
                r"(?:排|放)(?:在|到)?(?:最)?(?:前面?|上面?|头里|头上|开头)"), ""),
    (re.compile(r"[,，]?(?:这|那)?(?:两|2|俩)个?(?:年龄(?:段|层|组)|收入(?:段|档|层)|群体?|人群|层次?|档次?"
                r"|阵营|段)(?:之间|的人|的顾客|里)?(?=(?:的|到底|究竟)?(?:有|是|差|区别|不同|差别|差异|怎么|哪))"),
     ",这两拨人"),
    (re.compile(r"[,，]?(?:拉|拎|挑|单独)(?:出来|到一起|在一起)(?:做个?)?(?=比|对比|对照)"), ","),
    (re.compile(r"(?<=按[月周])(?:给我|帮我)?(?:画|绘|拉|出|做)(?:一?下|一?个|一?张|一?条|出)*"
                r"(?:图表?|曲线|折线|线|走势图)?(?=[,，]?[^分比])"), "看"),
    (re.compile(r"[,，](?:这|那)?(?:两|2|几|三)(?:种|类|样|拨|者|头|边)?(?:人)?(?:都)?(?:合|加|算)(?:在|到)?"
                r"(?:一起|一块儿?|起来|计)(?:算|看)?"), ","),
    (re.compile(r"哪[几些一]?个?月份?(?:卖|买|销)得?(?:最|比较|更)?(?:动|好|多|火|旺|少|差|俏)(?=[:：,，?？])"),
     ""),
    (re.compile(r"按照?是不是(?:属于|算)?(?P<x>[^,，。;；]{2,12}?)(?:来|去)?(?:分|划分|拆|拆分)(?:一?下|开|组|类|别)*"
                r"(?=[,，。?？看]|各|$)"), r"按是否\g<x>分组"),
    (re.compile(r"(?<=[差别异同样])在(?:哪些|什么|啥|哪几个?)(?:地方|方面|点)上?"), "在哪里"),
    (re.compile(r"^(?:那就?|再|接着|然后)*(?:拿|把|用|换)(?P<x>[^,，和跟与同]{2,20}?)(?:过?来)?(?:[跟和](?:他们|它们|这些人))?"
                r"(?:做个?)?(?:比比看?|比一比|比一下|比较(?:一下)?|对比(?:一下)?|对照(?:一下)?)(?=[,，。?？吧]|$)"),
     r"再跟\g<x>比比"),
    (re.compile(r"(?:用|使用)(?:优惠券|折扣券|券)的?爱好者"), "优惠券爱好者"),
    (re.compile(r"(?:喜欢|爱|热爱)(?:做|搞|弄)(?=园艺|手工|烘焙|饭的|菜的)"), "爱"),
    (re.compile(rf"(?P<op>至少|超过|不少于|足足|起码)?(?P<n>{_N})(?P<u>天|个?月|个?星期|周)(?P<up>以上)?没有?(?:再)?(?:回?来)"
                r"(?:下过?单|购物|消费|买过?东西|光顾|逛)过?了?"), r"\g<op>\g<n>\g<u>\g<up>没下单"),
    (re.compile(rf"(?:要|想)?(?:给|向|对|跟)?(?:沉睡|流失|老|新|忠实|优质|潜在|重点|目标){_WHO}"
                r"(?:打个?电话|发短信|发券|做?回访|送礼|推送)(?:用)?[:：]"), ""),
    (re.compile(r"[,，](?:周|星期|礼拜)[一二三四五六日天末](?:上午|下午|早上|晚上|前)?(?:就|要)*"
                r"(?:发|寄|推|开|办|搞|做|交)[^,，。?？买]{0,6}用?(?=[,，。!！?？]|$)"), ""),
    (re.compile(rf"(?:算|属于|是|归为)?(?P<x>[^,，、。;；的里中]{{2,12}}?)的?{_HOW_MANY}[,，、;；]"
                rf"(?:而|那)?(?:不算|不是|非|不属于|不)的?{_WHO}?{_HOW_MANY}(?:呢|呀)?"),
     r"按是否\g<x>分组,各有多少"),
)  # fmt: skip
_SAME_DAYS = re.compile(
    r"(?:在|且在)?(?:(?:这|同|那)(?:一|个)?(?:时段|时间段?|段时间|时期|期间|段日子|阵子)"
    r"|(?:这|那)(?:\d+|[一两二三四五六七八九十]+)个?(?:天|周|星期|月))(?:里面?|之?内|中)?"
)


def put_sayings(text: str) -> str:
    """A folded text with its Chinese sayings in plain words; others stay as they are."""
    if not re.search(r"[\u3400-\u9fff]", text):
        return text
    for pattern, put in _RULES:
        text = pattern.sub(put, text)
    return text


def same_days(text: str, windows: Sequence[Window]) -> str:
    """ "近45天花了400、这45天里没买过汽水": the days said before in place of "这45天里"."""
    match = _SAME_DAYS.search(text)
    before = [w for w in windows if match and w.end <= match.start()]
    if match is None or len(before) != 1:
        return text
    said = text[before[0].start : before[0].end].strip()
    return text[: match.start()] + said + text[match.end() :]
