"""What a list is wanted for, said in front or in between: "For the VIP tasting - I want …".

The words of an occasion name nobody, although some of them would do so elsewhere ("VIP").
"""

from __future__ import annotations

import re

_OCCASION = (
    r"(?:tastings?|dinners?|lunch(?:es|eon)?|brunch|invit(?:es?|ations?)|events?|gala|part(?:y|ies)"
    r"|receptions?|mail-?(?:ing|er|out|shot)s?|campaigns?|newsletters?|raffles?|prize draw"
    r"|giveaways?|hampers?|launch(?:es)?|workshops?|class(?:es)?|webinars?|festivals?|fairs?"
    r"|promo(?:tion)?s?|flyers?|leaflets?|brochures?|catalogues?|catalogs?|push(?: message)?s?"
    r"|previews?|screenings?|evening do|soir[ée]es?|get-?togethers?|fundraisers?|competitions?"
    r"|contests?|surveys?|panels?|focus groups?|call campaigns?|tea part(?:y|ies)|thank-?yous?"
    r"|vouchers? drops?|sweepstakes?|pop-?ups?|demos?|trials?|sampling|report|slides?|deck)"
)
_WORD = (
    r"(?!(?:who|which|how|that|customers?|people|shoppers?|buyers?|households?|users?|members?"
    r"|everyone|anyone|folks|bought|buy|buys|spent|ordered|count|list|show|top|bottom|of|by|not"
    r"|never|without|versus|vs|and|or|with|to|used|use|from|find|get|give|pull)\b)[a-z'&-]+"
)
_LEAD = (
    r"(?:(?:i'm |i am |we're |we are )?(?:pulling|getting|picking|choosing|collecting|drawing up"
    r"|putting together|building|making|preparing|planning|organi[sz]ing|working on|need|list of"
    r"|setting up|hosting|running|doing) )?(?:(?:the |a |some |our )?(?:names|list|people|guests"
    r"|addresses|audience|invitees|selection)\s+)?"
)
_FRONT = re.compile(
    rf"^\s*{_LEAD}(?:for\s+)?(?:(?:the|our|an?|my|this|next|upcoming|tonight's)\s+)*"
    rf"(?:{_WORD}\s+){{0,4}}{_OCCASION}(?:\s+(?:list|names|next week|tomorrow|tonight"
    rf"|this week))?\s*(?:[:–—]|\s-+\s|[,.;]\s)\s*(?=\S)"
)
_INSIDE = re.compile(
    r"\b(?:for|ahead of|before) (?:(?:the|our|an?|my|this|next|upcoming|tonight's) )+"
    rf"(?:{_WORD} ){{0,3}}{_OCCASION}(?=\s*(?:$|[,.;:?!–—-]))"
)


def without_purposes(text: str) -> str:
    """A folded English question without the occasions that it names."""
    return _INSIDE.sub(" ", _FRONT.sub("", text))
