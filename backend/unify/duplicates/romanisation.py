"""Hangul in Latin letters, and many Latin spellings as one. Pure.

`fold` makes equal what people spell differently: Kim and Gim, Hyun and Hyeon, Joon and Jun. It also makes equal a few
sounds that differ (연 and 윤), so that two names in the same script are compared as they are written first.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_FIRST_HANGUL, _LAST_HANGUL = "가", "힣"
_INITIALS = "g kk n d tt r m b pp s ss - j jj ch k t p h".split()  # noqa: SIM905 - a table to read
_VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()  # noqa: SIM905 - the same
_FINALS = "- k k k n n n t l k m l l l p l m p p t t ng t t k t p t".split()  # noqa: SIM905 - the same
# Surnames whose spelling follows habit rather than sound. The first one in a line names the code.
_SURNAMES = """
김=kim gim ghim keem 이=lee yi rhee i ri li rhie yee 리=lee 박=park bak pak bark 최=choi choe chey
정=jung jeong chung cheong joung 강=kang gang 조=cho jo joe 윤=yoon yun youn 장=jang chang 임=lim im rim yim 림=lim
한=han hahn 오=oh o 서=seo suh 신=shin sin 권=kwon gwon 황=hwang 안=ahn an 송=song 유=yoo yu ryu ryoo you 류=yoo
홍=hong 전=jeon jun chun 고=ko go koh 문=moon mun 손=son sohn 양=yang 배=bae pae 백=baek paik back 허=heo hur huh
남=nam 심=shim sim 노=noh no roh 로=noh 하=ha 곽=kwak gwak 성=sung seong 차=cha 주=joo ju 우=woo 구=koo gu ku
민=min 나=na ra 라=na 진=jin chin 지=ji 엄=um eom 원=won 천=cheon 방=bang 공=kong gong 현=hyun hyeon 변=byun byeon
염=yeom yum 여=yeo 추=choo chu 도=do doh 소=so 석=seok suk 선=sun seon 설=seol sul 마=ma 길=gil kil 연=yeon
남궁=namgung namkung namgoong 선우=sunwoo seonu sunu 황보=hwangbo 제갈=jegal 사공=sagong 독고=dokgo 서문=seomun
"""
_CONSONANTS = (("ch", "j"), ("sh", "s"), ("k", "g"), ("q", "j"), ("t", "d"), ("p", "b"), ("r", "l"), ("z", "j"))
_OTHER_VOWELS = (
    ("woo", "u"),
    ("eui", "i"),
    ("ui", "i"),
    ("yi", "i"),
    ("ee", "i"),
    ("oo", "u"),
    ("eo", "u"),
    ("ou", "u"),
    ("eu", "u"),
    ("wu", "u"),
    ("oh", "o"),
    ("ah", "a"),
    ("uh", "u"),
    ("ae", "e"),
    ("x", "s"),
)


def is_hangul(char: str) -> bool:
    """Whether `char` is one whole syllable."""
    return _FIRST_HANGUL <= char <= _LAST_HANGUL


@lru_cache(maxsize=16_384)
def romanised(syllable: str) -> str:
    """A Hangul syllable in the Revised Romanisation, without assimilation; any other character as nothing."""
    if not is_hangul(syllable):
        return ""
    number = ord(syllable) - ord(_FIRST_HANGUL)
    return (_INITIALS[number // 588] + _VOWELS[number % 588 // 28] + _FINALS[number % 28]).replace("-", "")


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """A Latin word without what spellings of the same sounds differ in; letters only."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", word).lower() if "a" <= char <= "z")
    for given, code in (*_CONSONANTS, *_OTHER_VOWELS):
        plain = plain.replace(given, code)
    return "".join(char for at, char in enumerate(plain) if not at or char != plain[at - 1])


def _surname_codes() -> dict[str, str]:
    """Every known surname, in Hangul and in each Latin spelling, with its code."""
    codes: dict[str, str] = {}
    hangul, at = "", {}
    for word in _SURNAMES.split():
        own, _, latin = word.rpartition("=")
        if own:
            hangul = own
            at[hangul] = codes.get(latin, latin)
            codes[hangul] = at[hangul]
        codes.setdefault(latin, at[hangul])
    return codes


SURNAMES = _surname_codes()
"""Hangul surnames and their Latin spellings, each with the code that all spellings share."""
LONG_SURNAMES = frozenset(own for own in SURNAMES if len(own) > 1 and is_hangul(own[0]))
"""Hangul surnames of two syllables."""
ENDING_SURNAMES = frozenset("김이박최정강조윤장임")
"""Surnames so frequent that a name which ends with one may be written surname last."""


def surname_code(word: str) -> str:
    """What all spellings of a surname share; an unknown one is folded."""
    known = SURNAMES.get(word)
    if known is not None:
        return known
    return fold("".join(map(romanised, word))) if is_hangul(word[:1]) else fold(word)


def given_code(word: str) -> str:
    """What the spellings of a given name share."""
    return fold("".join(map(romanised, word))) if is_hangul(word[:1]) else fold(word)
