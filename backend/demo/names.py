"""Names of people who do not exist: common surnames and given names put together by chance, with Latin spelling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.demo.chance import Weighted, one_of

if TYPE_CHECKING:
    from random import Random

_SURNAMES: Weighted[tuple[str, str]] = Weighted(
    (("김", "Kim"), 21.5),
    (("이", "Lee"), 14.7),
    (("박", "Park"), 8.4),
    (("최", "Choi"), 4.7),
    (("정", "Jung"), 4.3),
    (("강", "Kang"), 2.4),
    (("조", "Cho"), 2.1),
    (("윤", "Yoon"), 2.1),
    (("장", "Jang"), 2.0),
    (("임", "Lim"), 1.7),
    (("한", "Han"), 1.5),
    (("오", "Oh"), 1.5),
    (("서", "Seo"), 1.5),
    (("신", "Shin"), 1.5),
    (("권", "Kwon"), 1.4),
    (("황", "Hwang"), 1.4),
    (("안", "Ahn"), 1.4),
    (("송", "Song"), 1.4),
    (("류", "Ryu"), 1.3),
    (("홍", "Hong"), 1.1),
    (("전", "Jeon"), 1.1),
    (("고", "Ko"), 0.9),
    (("문", "Moon"), 0.9),
    (("손", "Son"), 0.9),
    (("양", "Yang"), 0.9),
    (("배", "Bae"), 0.8),
    (("백", "Baek"), 0.8),
    (("허", "Heo"), 0.7),
    (("남", "Nam"), 0.5),
    (("심", "Shim"), 0.5),
    (("노", "Noh"), 0.6),
    (("하", "Ha"), 0.5),
    (("남궁", "Namgung"), 0.05),
    (("선우", "Sunwoo"), 0.03),
)
# Syllables with their spelling; a given name is a first and a last syllable.
_FIRST = {
    "f": (
        "민=Min 서=Seo 지=Ji 수=Su 예=Ye 하=Ha 유=Yu 은=Eun 소=So 채=Chae 다=Da 나=Na 혜=Hye 주=Ju 보=Bo 현=Hyun"
        " 세=Se 아=A 연=Yeon 미=Mi 정=Jung 영=Young 경=Kyung 희=Hee"
    ),
    "m": (
        "민=Min 서=Seo 지=Ji 도=Do 준=Jun 현=Hyun 우=Woo 성=Sung 태=Tae 재=Jae 승=Seung 동=Dong 시=Si 건=Gun 상=Sang"
        " 진=Jin 영=Young 정=Jung 병=Byung 기=Ki 종=Jong 규=Kyu 원=Won 은=Eun"
    ),
}
_LAST = {
    "f": (
        "지=ji 연=yeon 은=eun 아=a 윤=yoon 진=jin 영=young 희=hee 린=rin 원=won 나=na 경=kyung 주=ju 빈=bin 현=hyun"
        " 정=jung 미=mi 숙=sook 선=sun 솔=sol"
    ),
    "m": (
        "준=jun 우=woo 호=ho 민=min 현=hyun 훈=hoon 석=seok 진=jin 수=su 철=chul 혁=hyuk 빈=bin 원=won 규=kyu 성=sung"
        " 환=hwan 영=young 태=tae 욱=wook 한=han"
    ),
}
_CHINESE_SURNAMES = (
    "王=Wang 李=Li 张=Zhang 刘=Liu 陈=Chen 杨=Yang 赵=Zhao 黄=Huang 周=Zhou 吴=Wu 徐=Xu 孙=Sun 马=Ma 胡=Hu"
)
_CHINESE_GIVEN = {
    "f": (
        "丽=Li 芳=Fang 静=Jing 敏=Min 雪=Xue 婷=Ting"
        " 欣怡=Xinyi 雨桐=Yutong 梓涵=Zihan 佳慧=Jiahui 思琪=Siqi 晓燕=Xiaoyan"
    ),
    "m": (
        "伟=Wei 强=Qiang 磊=Lei 军=Jun 洋=Yang"
        " 浩然=Haoran 子轩=Zixuan 宇航=Yuhang 志明=Zhiming 建国=Jianguo 俊杰=Junjie"
    ),
}
_JAPANESE_SURNAMES = (
    "佐藤=Sato 鈴木=Suzuki 高橋=Takahashi 田中=Tanaka 伊藤=Ito 渡辺=Watanabe 山本=Yamamoto 中村=Nakamura 小林=Kobayashi"
)
_JAPANESE_GIVEN = {
    "f": "陽菜=Hina 美咲=Misaki 結衣=Yui 葵=Aoi 由美=Yumi 恵子=Keiko 愛=Ai 彩=Aya 真由=Mayu",
    "m": "翔太=Shota 大輔=Daisuke 健太=Kenta 拓也=Takuya 蓮=Ren 直樹=Naoki 陽翔=Haruto 誠=Makoto 亮=Ryo",
}
_ENGLISH_SURNAMES = (
    "Harlow Pemberly Ashdown Whitlock Marsden Calloway Brantley Fenwick Thornbury Lockhart Ellsworth Radcliff"
)
_ENGLISH_GIVEN = {
    "f": "Alice Clara Emily Grace Hannah Julia Laura Megan Nora Olivia Rose Sophie",
    "m": "Adam Brian Colin David Edward George Henry James Kevin Martin Oliver Peter",
}


@dataclass(frozen=True, slots=True)
class Name:
    """A name in its own script and in Latin letters."""

    own: str
    latin: str


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((own, latin) for own, latin in (each.split("=") for each in text.split()))


_FIRST_PAIRS = {sex: _pairs(text) for sex, text in _FIRST.items()}
_LAST_PAIRS = {sex: _pairs(text) for sex, text in _LAST.items()}
_ABROAD = {
    "zh": (_pairs(_CHINESE_SURNAMES), {sex: _pairs(text) for sex, text in _CHINESE_GIVEN.items()}),
    "ja": (_pairs(_JAPANESE_SURNAMES), {sex: _pairs(text) for sex, text in _JAPANESE_GIVEN.items()}),
}
_ENGLISH = (_ENGLISH_SURNAMES.split(), {sex: text.split() for sex, text in _ENGLISH_GIVEN.items()})


def name(chance: Random, *, language: str, sex: str) -> Name:
    """A name for somebody who speaks `language` (ko, zh, ja, en); `sex` is f or m."""
    if language == "en":
        latin = f"{one_of(chance, _ENGLISH[1][sex])} {one_of(chance, _ENGLISH[0])}"
        return Name(latin, latin)
    if language in _ABROAD:
        surnames, given = _ABROAD[language]
        surname, given_name = one_of(chance, surnames), one_of(chance, given[sex])
        blank = " " if language == "ja" else ""
        return Name(f"{surname[0]}{blank}{given_name[0]}", f"{surname[1]} {given_name[1]}")
    return korean(chance, sex=sex)


def korean(chance: Random, *, sex: str) -> Name:
    """A Korean name: 김민지, Kim Minji."""
    surname = _SURNAMES.pick(chance)
    first = one_of(chance, _FIRST_PAIRS[sex])
    last = one_of(chance, _LAST_PAIRS[sex])
    while last[0] == first[0]:
        last = one_of(chance, _LAST_PAIRS[sex])
    return Name(f"{surname[0]}{first[0]}{last[0]}", f"{surname[1]} {first[1]}{last[1]}")
