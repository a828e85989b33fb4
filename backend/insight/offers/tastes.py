"""Whether words of a preference mean an article. `pwa/src/lib/offers/tastes.ts` says the same.

Who dislikes something or must not have it is offered nothing that might be it: there a part of a word is enough. What
she likes has to be named.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import groupby
from typing import Final

_NO_SUBJECT: Final = frozenset(
    ("알레르기", "알러지", "알레르지", "과민증", "있음", "없이", "제외", "금지", "빼고", "싫음", "싫어함", "주의")
) | {"allergy", "allergic", "allergies", "to", "no", "not", "without"}
_HANGUL: Final = "\u1100"
_LEAST_LATIN: Final = 3
_LEAST: Final = 2


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """The words of a text, folded: without case, accents and full-width forms."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", text) if unicodedata.category(each) != "Mn")
    folded = unicodedata.normalize("NFC", plain).lower()
    return tuple("".join(group) for is_word, group in groupby(folded, _in_word) if is_word)


def may_mean(value: str, named: str) -> bool:
    """Whether something in `value` might mean what is `named` so: a part of either's word in the other's is enough."""
    names = words(named)
    return any(_alike(wanted, word) for wanted in words(value) if wanted not in _NO_SUBJECT for word in names)


def likes(value: str, named: str) -> bool:
    """Whether a word of `value` is one of the name's."""
    return not set(words(value)).isdisjoint(words(named))


def _alike(wanted: str, word: str) -> bool:
    """`wanted` stands in `word`, or begins with it (땅콩버터, walnuts); one letter has to be the whole word."""
    return wanted == word or (_tells(wanted) and wanted in word) or (_tells(word) and wanted.startswith(word))


def _tells(word: str) -> bool:
    return len(word) >= (_LEAST if word >= _HANGUL else _LEAST_LATIN)


def _in_word(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LN"
