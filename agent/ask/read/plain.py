"""English said in many ways put in the few ways that the readers know.

"two-person households" is "household of 2", "never once" is "never", "3+ times" is "at least 3
times". A rule keeps the meaning and drops nothing that could be a condition.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from agent.ask.read.purposes import without_purposes

_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
_SEASON = r"(?:spring|summer|autumn|fall|winter)(?:time)?"
_COUNTED = (
    r"(?:different |separate |distinct |single )?(?:orders?|times|purchases|occasions|visits|trips)"
)
_BASKET = (
    r"(?:the|their|an?|his|her|your|our)?\s*(?:shopping\s+)?"
    r"(?:baskets?|carts?|trolleys?|bags?|orders?|shopping|receipts?|tills?)"
)
_BOUGHT = r"(?:bought|purchased|ordered|buy|buys|purchase|buying|purchasing|got|picked up)"
_WAS = r"(?:was|were|has been|have been|had been|is|are|got|gets|being)"
_OPS = (
    r"(?:at least|at most|more than|less than|fewer than|exactly|over|under|only|just|no more than)"
)
_HOUSE = r"(?:households?|famil(?:y|ies)|homes?)"
_K = r"[$€£]?\d[\d,.]*"
_THOUSANDS = rf"(?:{_K}(?:\s?(?:-|–|to|and)\s?{_K})?\s?k\b|[$€£]?\d{{2,3}},?000\b)"
_KIDS = r"(?:kids?|child(?:ren)?)"
_ADULTS = {
    "one": "1 adult",
    "1": "1 adult",
    "single": "1 adult",
    "2": "2 adults",
    "couple": "2 adults",
    "couples": "2 adults",
    "two": "2 adults",
}

Replacement = str | Callable[[re.Match[str]], str]


def _adults(match: re.Match[str]) -> str:
    without = match["joint"] in (
        "without",
        "with no",
        "and no",
        "but no",
        "no",
        "who have no",
        "having no",
    )
    return f"{_ADULTS[match['n']]} {'no kids' if without else 'kids'}"


def _percentile(match: re.Match[str]) -> str:
    low = match["most"] in ("lowest", "smallest", "least", "fewest", "worst", "weakest")
    return f"{'bottom' if low else 'top'} {match['n']}% by {match['field']}"


def _who_most(match: re.Match[str]) -> str:
    low = match["most"] in ("least", "fewest", "the least", "the fewest", "lowest")
    field = "orders" if match["verb"].startswith(("order", "shop", "buy", "come")) else "spend"
    return f"{'bottom' if low else 'top'} {match['n']}% by {field}"


def _any_of(match: re.Match[str]) -> str:
    return "bought " + re.sub(r"\s*,\s*(?:(?:and|or)\s+)?|\s+and\s+", " or ", match["x"])


_AGED = dict.fromkeys(("over", "above"), "{} or older")
_AGED |= dict.fromkeys(("under", "below"), "under {}")
_EXTREME = {"most": "highest", "least": "lowest", "fewest": "lowest"}
_LOW = ("bottom", "lower", "lowest", "worst")
_TILES = {"decile": "10", "tenth": "10", "quintile": "20", "fifth": "20", "quartile": "25"}
_TILES |= {"quarter": "25", "third": "33.3333", "half": "50"}

_RULES: tuple[tuple[str, Replacement], ...] = (
    # ---- short forms
    (r"\bhw (?=many|much)", "how "),
    (r"\bwks?\b", "weeks"),
    (r"(?<=\d)\s?(?:wks?|w)\b", " weeks"),
    (r"\b(?:mths?|mos)\b", "months"),
    (r"(?<=\d)\s?(?:mths?|mos?)\b", " months"),
    (r"\byrs\b", "years"),
    (r"(?<=\d)\s?yrs?\b", " years"),
    (r"(?<=\d)\s?d\b(?!')", " days"),
    (r"\bqtr\b", "quarter"),
    (r"\b(?:avg|ave)\b\.?", "average"),
    (r"\bbtwn\b", "between"),
    (r"\b(?:custs|cstmrs?)\b\.?", "customers"),
    (r"\bhhs?\b", "households"),
    (r"\b(\d+)\s?x\b", r"\1 times"),
    (r"\bhow much (?=(?:of (?:our |the |your )?)?(?:customers|people|shoppers|households|persons"
     r"|clients"
     r"|members|families|buyers|users|folks)\b)", "how many "),
    # ---- no time of orders: "for the 9:30 standup"
    (r"\b(?:(?:for|before|in|at|until|till|by) )?(?:the|my|our|a|an|today's|tomorrow's) \d{1,2}"
     r"(?::\d\d| ?[ap]\.?m\.?| o'clock)(?: ?[ap]\.?m\.?)? (?=[a-z])", "for the "),
    (r"\b(over|more than|at least|less than|under|within|longer than|shorter than) an?"
     r" (day|week|fortnight|month|quarter|year)\b", r"\1 1 \2"),
    (r"\b(\d+(?:\.\d+)?)\s?% (and|to|-|–) (\d+(?:\.\d+)?\s?%)", r"\1 \2 \3"),
    (r"\b(?:bought|buy|purchased|purchase)(?: from us| with us| here| anything| something)?"
     rf" (?=(?:{_OPS} )?\d+ times (?:or more|or less|or fewer)? ?(?:$|[,.;:?!]|(?:in|during|over"
     rf"|since|this|last"
     r"|and|but|within|between|before|after|ever|so far|altogether)\b))", "ordered "),
    (rf"\b{_BOUGHT} (?:all|each|every one|both)(?: of)?(?: (?:\d+|them|these|the following))?"
     r"(?: items| things| products)?\s*[:–—]\s*", "bought "),
    (rf"\b{_BOUGHT} (?:any|(?:at least )?(?:1|one))(?: of)? (?:these|the following|them|this list)"
     r"(?: items| things| products)?\s*[:–—]\s*(?P<x>[a-z ,&'-]+)", _any_of),
    (r"\b(?:the )?make-?up (?=of (?:our|the|these|those|all|people|customers)\b)", "composition "),
    (r"\bw (?=kids|children|pets|dogs|cats|no\b|at least|more than|over|under|an?\b|\d)", "with "),
    # ---- pets
    (r"\b(?:own|owns|have|has|having|keep|keeps|with) (?:both )?(?:an? )?(cat"
     r"|dog)s? and (?:an? )?(dog|cat)s?"
     r"\b(?! (?:food|litter|owners?|toys?|treats?))", r"are \1 owners and \2 owners"),
    (r"\b(cat|dog) or (dog|cat) (?=owners?\b|lovers?\b|parents?\b|people\b)", r"\1 owners or \2 "),
    (rf"\b({_KIDS}) and (?:an? |some )?(dog|cat|pet)s?\b(?! (?:food|litter|owners?|toys?|treats?))",
     r"\1 and own a \2"),
    # ---- ages and incomes
    (r"\bon (?=(?:over |under |more than |less than |at least )?[$€£]?\d{2,3}k\b)", "earning "),
    (r"\b(under|over|below|above)[- ](\d\d)'?s\b", r"people \1 \2"),
    (r"\b(under|over|below|above)-(\d\d)(?= (?:people|crowd|groups?|customers|shoppers|segment"
     r"|audience|bracket|set|households|buyers|folks|population|age)\b)", r"people \1 \2"),
    (rf"\b(?:mak(?:e|es|ing)|bring(?:s|ing)? (?:in|home)|tak(?:e|es|ing) home|pull(?:s|ing)? (?:in"
     rf"|down)|rak(?:e|es|ing) in|(?:are|get|gets|is"
     rf"|being) paid)(?= (?:[a-z]+ ){{0,4}}?{_THOUSANDS})",
     "earn"),
    # ---- spend
    (r"\b(?:put|laid|lay|lays|plunked|plonked|slapped) (?:down|out)(?=[^.,;?!]{0,30}(?:[$€£¥] ?\d"
     r"|\d+ ?(?:dollars|bucks|usd)\b))", "spent"),
    (r"\b(?:shelled out|forked (?:out|over)|parted with|dropped|racked up|ran up|run up|rung up"
     r"|rang up|blew|blown|coughed up|handed over|splashed out|splurged|left|got through"
     r"|went through"
     r"|clocked up)(?=(?: with us| here| us)?(?: (?:at least|over|more than|under|less than|up to"
     r"|between|a total of|a|the|about|around|no|fewer|than|upwards of|in excess of|north of))*"
     r" ?(?:[$€£¥] ?\d|\d[\d,]* ?(?:dollars|bucks|usd)\b))", "spent"),
    (r"\b(?:with |have |has |having )?(?:an? |their )?(?:baskets?|carts?|trolleys?|shops?"
     r"|receipts?)"
     r" (?:(?:worth|of|that (?:are|is)|(?:is|are|being)) )?(?P<x>[^.,;?!]{0,25}[$€£¥]?\d+"
     r"(?: (?:dollars|bucks|usd))?) on average\b", r"average order value \g<x>"),
    # ---- how often
    (r"\b(?:not|never) (?:even )?(?:ever )?(?:1 times|a single time)\b", "never"),
    (r"((?:\bnot|n't|\bnever|\bwithout)\b[^,.;?!]{1,60}?)\s+(?:even 1 times|(?:even )?a single time"
     r"|so much as 1 times|at all|on any occasion)\b", r"\1"),
    (r"((?:\bnot|n't|\bnever|\bwithout"
        r"|\bhardly)\b[^,.;?!]{0,30}?)\b(?:even )?a single\b", r"\1any"),
    (r"\bnever ever\b", "never"),
    (r"\bany (?:thing|item|product)\b(?= (?:from us|here|in|on|since|for|during|with us|at all|over"
     r"|within)\b|\s*[,.?!;]|$)", "anything"),
    (r"\b(no (?:orders?|purchases?|[a-z]+ orders?)) (?:at all|whatsoever|of any kind)\b", r"\1"),
    (rf"\bin both (?P<x>(?:{_MONTH}|q[1-4])(?: \d{{4}})?) and (?=(?:in )?(?:{_MONTH}|q[1-4])\b)",
     r"in \g<x> and also in "),
    (r"(?<!in )(?<!per )(?<!within )(?<!on )\b(?:exactly |just |only "
        r"|precisely )?(?:a single|1 single|1 sole|(?<!\ba )single) (?=order|purchase)",
     "exactly 1 "),
    (r"\b(?:exactly |just |only )an? (?=order\b|purchase\b)", "exactly 1 "),
    (r"\b(?:at some point|at some time|at any (?:point|time)|at 1 time or another"
        r"|(?:even )?if only 1 times|sometime)\b(?=\s*(?:$|[,.;:?!)]|in\b|and\b|but\b"
     r"|or\b|this\b|last\b|since\b|during\b|before\b|after\b|from\b|over\b|between\b"
        r"|within\b))", "ever"),
    (rf"\b(\d[\d,]*)\s*\+\s*(?={_COUNTED}\b)", r"at least \1 "),
    (r"\bon (?=(?:at least |more than |over |exactly |no more than )?\d+ (?:\w+ )?occasions)", ""),
    (r"\b(?:(?:different|separate|distinct) )?occasions\b", "times"),
    (r"\bmultiple times\b", "at least 2 times"),
    (r"\b(\d+) times (?:or more|at least|at a minimum|minimum|and more|plus|upwards?)\b",
     r"at least \1 times"),
    (r"\b(\d+) times (?:at most|or less|or fewer|tops|max(?:imum)?)\b", r"at most \1 times"),
    (r"\bzero (?=orders?|purchases?|coupons?|kids|children|times)", "0 "),
    # ---- buying: verbs of it, in the passive, with neither and no
    (rf"\b(?:put|puts|putting|place|placed|dropped|tossed|threw) (?P<x>(?!an? coupon"
        rf"|coupon)[^,.;:?!\d]{{2,60}}?)"
     rf" (?:in|into|inside) {_BASKET}\b", r"bought \g<x>"),
    (rf"\b(?:(?:ended|ends|end|winds|wound|turned|turns|showed|shows) up"
     rf"|landed|lands|went|goes|found (?:its|their) way|made (?:it|its way|their way)|fell)"
     rf" (?:in|into|inside|on) {_BASKET}\b", "was bought"),
    (r"\b(?:with|have|has|had) (?P<x>(?!an? coupon|coupon)[^,.;:?!\d]{2,60}?) (?:in|on"
        r"|among) (?:the|their) "
     r"(?:baskets?|carts?|trolleys?|orders?|receipts?|shopping|purchases|order history)\b",
     r"bought \g<x>"),
    (r"\bwhose (?:\w+ )?(?:baskets?|carts?|orders?|trolleys?|shopping|receipts?|purchases) "
     r"(?:ever )?(?:have |has |had )?(?:contain(?:ed|s)?|includ(?:ed|es?)|held|holds?"
        r"|featur(?:ed|es?)"
     r"|had|have|has|list(?:ed|s)?|show(?:ed|s)?)\b", "who bought"),
    (r"\b(?:took home|takes? home|walked (?:out|away) with|went home with|left with"
        r"|stock(?:ed|s)? up on"
     r"|load(?:ed|s)? up on|snapp?(?:ed|s)? up|grabb(?:ed|ing)|grabs?|pick(?:s|ing)? up"
     r"|(?:spen(?:t|d|ds) (?:any |some )?money on)|(?:made|make|makes) (?:an? |any "
        r"|some )?purchases? of"
     r"|(?:placed|placing|made|have|had|with) (?:an?|any|some) orders? (?:for|of|with"
        r"|containing|including)"
     r"|(?:were|are|been|was|is) (?:a )?buyers? of|consumers? of|purchasers? of|(?:have"
        r"|has|had) tried"
     r"|tried|touched|treated (?:themselves|their \w+) to|splash(?:ed|es)? out on"
        r"|splurged? on|fetched)"
     r"\b(?! (?:anything|something|from|with|at|in|on|over|between|since)\b)", "bought"),
    (r"\bby (?:what|how much|the amount) they(?:'ve| have)? (?:spen[dt]|paid)\b", "by spend"),
    (rf"\bneither (?P<x>[^,;:?!]{{2,80}}?) {_WAS} (?:ever )?(?:bought|purchased|ordered)(?: by)?\b",
     lambda m: "never bought " + re.sub(r",?\s*\bnor\b", " or", m["x"])),
    (rf"\b{_BOUGHT} neither (?P<x>[^;:?!]{{2,80}}?\bnor\b)(?: {_BOUGHT}\b)?",
     lambda m: "never bought " + re.sub(r",?\s*\bnor\b", " or", m["x"])),
    (rf"\b(?:have |has |had )?{_BOUGHT} (?:no|0)\b(?! more| less| fewer)", "never bought"),
    (r"\b(?:but|and|yet) (?P<x>(?!(?:not|never|who|how|what|which|those|have|has|are|is|do|did)\b)"
     r"(?:(?!(?:are|is|have|has|had|do|does|did|was|were|many|who)\b)[a-z']+ ){1,4}?)never"
     r"(?=\s*(?:$|[,.?!;]))", r"but not \g<x>"),
    (r"\bby (?:whom|which (?:customers|people|shoppers|households))\b", "where"),
    (r"\bspent (?:nothing|no money|0|not (?:a|1) (?:cent|penny|dime"
        r"|dollar))(?: at all)?\b(?! \d)", "spent $0"),
    (r"\b(?:during|in the course of|over the course of) the year\b(?! \d)", "this year"),
    # ---- households
    (rf"\b(?P<n>1|2|one|two|single)[- ]adult {_HOUSE},? (?:who (?:have|has) "
        rf"|that (?:have|has) |having )?"
     rf"(?P<joint>with no|with|without|and no|but no|no) (?:any )?{_KIDS}\b", _adults),
    (rf"\b(?P<n>1|one|single|2|two)[- ]adults? "
     rf"(?P<joint>with no|with|without|and no|but no|no) (?:any )?{_KIDS}\b", _adults),
    (rf"\b(?P<n>couples?) (?P<joint>with no|with|without|who have no|having no|no) (?:any )?"
     rf"{_KIDS}\b(?! (?:under|over|aged))", _adults),
    (r"\b(?:childless|child-free|kid-free) couples?\b", "2 adults no kids"),
    (r"\b(?:single|solo) (?:parents?|mums?|moms?|dads?|mothers?|fathers?)\b", "1 adult kids"),
    (rf"\b(?:single|one|1)[- ]person {_HOUSE}\b", "household of 1"),
    (rf"\b(\d+)(\+| or more|)[- ](?:person|people|member|head)s?[- ]{_HOUSE}\b",
     lambda m: f"household of {m[1]}{' or more' if m[2] else ''}"),
    (rf"\b{_HOUSE} (?:with|having|that have|of|made up of|consisting of)"
     r" ((?:(?:at least|more than|over|fewer than|less than|exactly|up to|at most|under) )?\d+"
     r"(?:\+| or (?:more|fewer|less))?) (?:people|persons|members|heads|residents)\b",
     r"household of \1"),
    (rf"\b{_HOUSE} (?=(?:larger|bigger|smaller) than \d)", "household of "),
    (r"\b(\d+) (?:people|persons) (?:in the (?:household|house|home|family)|at home)\b",
     r"household of \1"),
    (r"\b(?:live|living|lives) in (?:an? )?(?=household of)", ""),
    (rf"\b(?:0|zero) {_KIDS}\b", "no kids"),
    (rf"\b{_KIDS}-free\b", "childless"),
    (r"\ban only child\b", "1 kid"),
    # ---- percentiles
    (r"\b(top|bottom|upper|lower|highest|lowest|best|worst) (decile|tenth|quintile"
        r"|fifth|quartile|quarter"
     r"|third|half)\b(?= (?:by|for|of|in|on|when)\b)",
     lambda m: f"{'bottom' if m[1] in _LOW else 'top'} {_TILES[m[2]]}%"),
    (r"\bupper (?=\d+(?:\.\d+)?\s*%)", "top "),
    (r"\b(?:lower|weakest) (?=\d+(?:\.\d+)?\s*%)", "bottom "),
    (r"\b(?:the )?(?P<n>\d+(?:\.\d+)?)\s*%(?: of (?:all |our |the )*\w+)? (?:with"
        r"|having|that have|who have)"
     r" the (?P<most>highest|largest|biggest|most|best|lowest|smallest|least|fewest|worst)"
     r" (?P<field>\w+)", _percentile),
    (r"\b(?:the )?(?P<n>\d+(?:\.\d+)?)\s*%(?: of (?:all |our |the )*\w+)? (?:who|that|which)"
     r" (?P<verb>spend|spent|order|ordered|shop|shopped|buy|come)(?: with us)?"
     r" (?:the )?(?P<most>most|least|fewest)(?: often)?(?: money)?\b", _who_most),
    (r"\b(?:top|best|highest|biggest)[- ]spending (\d+(?:\.\d+)?)\s*%", r"top \1% by spend"),
    (r"\b(?:lowest|least)[- ]spending (\d+(?:\.\d+)?)\s*%", r"bottom \1% by spend"),
    # ---- habits in an order: "the 15 who use coupons the most"
    (r"\bwho (?:use|uses|used|redeem|redeems|redeemed|pay with) (?:the most |the fewest )?"
     r"(?:coupons?|vouchers?)(?: the)? (?P<most>most|least)(?: often| frequently)?\b",
     lambda m: f"with the {_EXTREME[m['most']]} coupon share"),
    (r"\bwho (?:use|uses|used|redeem|redeems|redeemed) the (?P<most>most|fewest|least)"
     r" (?:coupons|vouchers)\b", lambda m: f"with the {_EXTREME[m['most']]} coupon share"),
    (r"\bwho (?:shop|shops|order|orders|buy|buys|come) (?:the )?(?P<most>most|least)(?: often)?"
     r" (?:(?:at|on|in) (?:the )?)?(?P<when>weekend|evening)s?\b",
     lambda m: f"with the {_EXTREME[m['most']]} {m['when']} share"),
    # ---- brackets
    (r"\b(?:in|of|from|within) (?:the |our )?(?P<n>\d\d ?(?:-|to) ?\d\d|\d\d\+)(?:[- ](?:year"
     r"[- ]olds?|years?))?(?: age)? (?:bracket|band|range|group|category|segment|bucket)s?\b",
     r"aged \g<n>"),
    (r"\b(?:in|of|from|within) (?:the |our )?[$€£]?(?P<n>\d+k?(?: ?(?:-|to) ?\d+)?k\+?)"
     r"(?: (?:household )?income)? (?:bracket|band|range|group|category|segment|bucket|class)s?\b",
     r"earning \g<n>"),
    (r"\b(?:the |those |our )(?P<n>\d\d ?(?:-|to) ?\d\d|\d\d\+)(?:[- ](?:year[- ]olds?|years?))?"
     r"(?: age)? (?:bracket|band|range|group|category|segment|bucket)s?\b", r"aged \g<n>"),
    (r"\b(?:us(?:e|es|ed|ing) |redeem(?:s|ed|ing)? |with |having |put )?(?:an? )?coupons? (?:in|on)"
     r" (?P<n>[^,.;?!]{0,20}\d+(?:\.\d+)? ?%) of (?:their|the|all)"
     r" (?:orders|purchases|baskets)\b", r"coupon share \g<n>"),
    (r"^(?:(?:so|and|ok|hi),? )*(?:what(?:'s| is) )?(?:the )?size of (?=the |our )", "how many"
     r" are "),
    # ---- days of one month: "between February 1 and 14", "from the 1st to the 14th of May"
    (rf"\b({_MONTH})\.? (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?( ?(?:-|–|~) ?| (?:and|to|through|thru"
     rf"|till|until) (?:the )?)(\d{{1,2}})(?:st|nd|rd|th)?(?! ?[\d%$€£]|[\d.]| (?:orders|times|or"
     rf"|{_MONTH})\b)(?=\W|$)",
     lambda m: f"{m[1]} {m[2]} {'and' if ' and ' in m[3] else 'to'} {m[1]} {m[4]}"),
    (rf"\b(between|from) (?:the )?(\d{{1,2}})(?:st|nd|rd|th)? (and|to|till|until|through) (?:the )?"
     rf"(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({_MONTH})\b", r"\1 \2 \5 \3 \4 \5"),
    (r"\b(?P<side>under|over|below|above)[- ](?P<n>\d\d)'?s\b",
     lambda m: f"customers aged {_AGED[m['side']].format(m['n'])}"),
    # ---- days
    (rf"\b(?:in |during |over |throughout )?(?:the |this |last |this past "
        rf"|that )*{_SEASON}(?: months)?\s*"
     rf"(?:\(|,\s*|—\s*|-\s*|:\s*)(?:i\.?e\.?,? |that is,? |so |meaning |from |between )?"
     rf"({_MONTH}(?: \d{{4}})?\s*(?:to|through|till|until|-|–|and|,)[^()]{{2,30}}?)(?:\)"
        rf"|(?=[,?.!;]|$))",
     r"in \1 "),
    (rf"(\b(?:q[1-4]|h[12]|quarter|half|year|month)\b(?: \d{{4}}| of \d{{4}})?)\s*"
     rf"\((?:{_MONTH}|[\d/]+)[^()]{{2,30}}\)", r"\1"),
    (r"\b(?:this|that|the) past (?=(?:week|month|quarter|year|fortnight)\b)", "the past "),
)  # fmt: skip
_COMPILED = tuple((re.compile(words), instead) for words, instead in _RULES)
_LATIN = re.compile(r"[a-z]{2}")


def put_plainly(text: str) -> str:
    """A folded text, its numbers in digits, with English sayings in the readers' own words."""
    if not _LATIN.search(text):
        return text
    text = without_purposes(text)
    for pattern, instead in _COMPILED:
        text = pattern.sub(instead, text)
    return text
