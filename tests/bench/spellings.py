"""How people spell Korean names in Latin letters; made apart from the rules that are measured with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_SURNAME_TABLE = """
김=kim,gim 이=lee,yi,rhee 박=park,bak,pak 최=choi,choe 정=jung,jeong,chung 강=kang,gang 조=cho,jo
윤=yoon,yun 장=jang,chang 임=lim,im,rim 한=han 오=oh,o 서=seo,suh 신=shin,sin 권=kwon,gwon 황=hwang 안=ahn,an
송=song 류=ryu,yoo 홍=hong 전=jeon,jun 고=ko,go 문=moon,mun 손=son,sohn 양=yang 배=bae,pae 백=baek,paik
허=heo,hur 남=nam 심=shim,sim 노=noh,roh 하=ha
"""
_SYLLABLE_TABLE = """
민=min 서=seo,suh 지=ji,jee 수=su,soo 예=ye,yeh 하=ha 유=yu,yoo 은=eun,un 소=so 채=chae,che 다=da 나=na
혜=hye,hae 주=ju,joo 보=bo 현=hyeon,hyun 세=se 아=a,ah 연=yeon,youn 미=mi,mee 정=jeong,jung 영=yeong,young
경=gyeong,kyung 희=hui,hee 윤=yun,yoon 진=jin 린=rin 원=won 빈=bin 숙=suk,sook 선=seon,sun 솔=sol 도=do
준=jun,joon 우=u,woo 성=seong,sung 태=tae 재=jae 승=seung 동=dong 시=si 건=geon,gun 상=sang 병=byeong,byung
기=gi,ki 종=jong 규=gyu,kyu 호=ho 훈=hun,hoon 석=seok,suk 철=cheol,chul 혁=hyeok,hyuk 환=hwan 욱=uk,wook 한=han
"""


def _read(table: str) -> dict[str, list[str]]:
    pairs = (each.split("=") for each in table.split())
    return {own: spelled.split(",") for own, spelled in pairs}


SURNAMES = _read(_SURNAME_TABLE)
_SYLLABLES = _read(_SYLLABLE_TABLE)


def latin_of(chance: Random, name: str) -> tuple[str, str]:
    """A Korean name's surname and given name as somebody may spell them."""
    spelled = [chance.choice(_SYLLABLES[each]) for each in name[1:]]
    return chance.choice(SURNAMES[name[0]]).capitalize(), chance.choice(("", "-", " ")).join(spelled).capitalize()
