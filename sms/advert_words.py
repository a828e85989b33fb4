"""Words that make a service text read like an advertisement. A hint to the writer; nothing is blocked by it. Pure.

What a text is follows from its content, not from what its writer calls it (KISA's guide on article 50): notices about
a contract that somebody has are no advertising, an offer inside them is.
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = (
    *("할인", "이벤트", "쿠폰", "세일", "특가", "증정", "사은품", "경품", "무료 체험", "프로모션", "혜택", "적립 행사"),
    *("sale", "offer", "offers", "discount", "coupon", "promotion", "deal", "free gift", "special price"),
    *("打折", "优惠", "特价", "促销", "セール", "割引", "クーポン", "特価"),
)
_PATTERN: Final = re.compile(
    "|".join(rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in _WORDS)
    + r"|\d{1,2}\s?%\s?(?:off|할인)",
    re.IGNORECASE,
)


def advert_words(text: str) -> list[str]:
    """Return the words in `text` that read like advertising, each once, as they stand there."""
    return list(dict.fromkeys(match.group() for match in _PATTERN.finditer(text)))
