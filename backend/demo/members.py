"""Invented members: who they are, how often they buy and what they said about texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from backend.demo.chance import Weighted, id_at, one_of
from backend.demo.names import name
from backend.demo.world import UNITS, DemoStore, DemoUnit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

_YEARS = 2
_LANGUAGES: Weighted[tuple[str, str]] = Weighted(
    (("ko", "KR"), 80),
    (("zh", "CN"), 9),
    (("ja", "JP"), 6),
    (("en", "US"), 2),
    (("en", "SG"), 1.5),
    (("zh", "TW"), 1.5),
)
_UNITS = Weighted(*((unit, unit.weight) for unit in UNITS))
_STORES = {unit.code: Weighted(*((store, store.weight) for store in unit.stores)) for unit in UNITS}
# Days between purchases, from … to; None: one or two purchases on a journey.
_CYCLES: Weighted[tuple[int, int] | None] = Weighted(
    (None, 20), ((110, 260), 40), ((40, 100), 28), ((14, 35), 10), ((7, 11), 2)
)
_END: Weighted[Literal["active", "late", "lost"]] = Weighted(("active", 74), ("late", 12), ("lost", 14))
_DISTRICTS = (
    "서울 중구",
    "서울 종로구",
    "서울 용산구",
    "서울 마포구",
    "서울 성동구",
    "서울 강남구",
    "서울 서초구",
    "서울 송파구",
    "서울 영등포구",
    "서울 관악구",
    "서울 노원구",
    "서울 은평구",
    "경기 성남시",
    "경기 고양시",
    "경기 용인시",
    "경기 수원시",
    "인천 연수구",
    "인천 중구",
    "부산 해운대구",
    "부산 중구",
    "대구 수성구",
    "대전 유성구",
    "광주 서구",
    "제주 제주시",
    "제주 서귀포시",
)
_PREFERENCES = {
    "scent": ("플로럴", "우디", "시트러스", "무향"),
    "skin": ("건성", "지성", "복합성", "민감성"),
    "gift_wrap": ("리본 포장", "종이 가방만", "포장 없이"),
    "contact_time": ("오전", "오후", "저녁"),
    "size": ("S", "M", "L", "90", "95", "100"),
    "color": ("아이보리", "네이비", "버건디", "검정"),
}
_KINDS = tuple(_PREFERENCES)
_MEMOS = (
    "선물용으로 자주 찾으심. 포장은 꼼꼼하게.",
    "향에 민감하심. 시향지 먼저 드릴 것.",
    "출국 전날 저녁에 오시는 편.",
    "어머님 선물로 기초 세트를 해마다 구매.",
    "긴 설명보다 추천 두 가지를 좋아하심.",
    "부부 회원. 함께 오실 때가 많음.",
    "영수증은 문자로 받기를 원하심.",
    "신상품 소식을 먼저 듣고 싶어 하심.",
)
# 010-0 and 010-1 are numbers that no Korean operator hands out: 20,000,000 that nobody has.
_PHONES = 20_000_000
_PHONE_STEP = 7_368_787


@dataclass(slots=True)
class Consents:
    """What a member said about advertising texts of one business unit; times None: never said."""

    unit: str
    granted_at: datetime | None
    night: bool
    refused_at: datetime | None

    @property
    def by_day(self) -> bool:
        """Whether texts may be sent by day."""
        return self.granted_at is not None and self.refused_at is None


@dataclass(slots=True)
class Member:
    """An invented person."""

    id: str
    name: str
    name_latin: str
    phone: str | None
    language: str
    nationality: str
    sex: str
    birth_date: date
    district: str | None
    unit: DemoUnit
    store: DemoStore
    joined_at: datetime
    cards: list[tuple[str, str]]
    cycle: tuple[int, int] | None
    end: Literal["active", "late", "lost"]
    memo: str | None
    preferences: list[tuple[str, str]]
    consents: list[Consents] = field(default_factory=list)


def members(chance: Random, count: int, *, today: date) -> Iterator[Member]:
    """Yield `count` members who joined before `today`."""
    start = int(chance.random() * _PHONES)
    midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
    for number in range(count):
        phone = f"+8210{(start + number * _PHONE_STEP) % _PHONES:08d}"
        yield _member(chance, number, phone, midnight)


def _member(chance: Random, number: int, phone: str, midnight: datetime) -> Member:
    language, nationality = _LANGUAGES.pick(chance)
    korean = nationality == "KR"
    unit = _UNITS.pick(chance) if korean else UNITS[0]
    sex = "f" if chance.random() < 0.62 else "m"  # noqa: PLR2004 - a share
    who = name(chance, language=language, sex=sex)
    # A third was there before the two years that the demo tells of.
    days_ago = 3 + chance.random() * 365 * _YEARS * 1.5
    joined_at = midnight - timedelta(days=min(days_ago, 365 * _YEARS + 60), minutes=int(chance.random() * 600))
    member = Member(
        id=id_at(chance, joined_at),
        name=who.own,
        name_latin=who.latin,
        phone=phone if chance.random() < (0.97 if korean else 0.7) else None,
        language=language,
        nationality=nationality,
        sex=sex,
        birth_date=date(
            1948 + int(chance.random() ** 0.9 * 58), 1 + int(chance.random() * 12), 1 + int(chance.random() * 28)
        ),
        district=one_of(chance, _DISTRICTS) if korean and chance.random() < 0.85 else None,  # noqa: PLR2004 - a share
        unit=unit,
        store=_STORES[unit.code].pick(chance),
        joined_at=joined_at,
        cards=[(card_number(unit, number), unit.code)],
        cycle=_CYCLES.pick(chance) if korean or chance.random() < 0.2 else None,  # noqa: PLR2004 - a share
        end=_END.pick(chance),
        memo=one_of(chance, _MEMOS) if chance.random() < 0.09 else None,  # noqa: PLR2004 - a share
        preferences=_preferences(chance),
    )
    second = _UNITS.pick(chance)
    if second is not unit and korean and chance.random() < 0.35:  # noqa: PLR2004 - a share
        member.cards.append((card_number(second, number), second.code))
    member.consents = [_consents(chance, member, code, midnight) for _, code in member.cards]
    return member


def card_number(unit: DemoUnit, number: int) -> str:
    """Sixteen digits, the last by Luhn's rule."""
    digits = f"88{unit.number:04d}{number + 1:09d}"
    doubled = (int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(digits))
    return f"{digits}{-sum(each - 9 if each > 9 else each for each in doubled) % 10}"  # noqa: PLR2004 - Luhn's rule


def _preferences(chance: Random) -> list[tuple[str, str]]:
    wanted = int(chance.random() * 2.6)
    kinds = {one_of(chance, _KINDS) for _ in range(wanted)}
    return [(kind, one_of(chance, _PREFERENCES[kind])) for kind in sorted(kinds)]


def _consents(chance: Random, member: Member, unit: str, midnight: datetime) -> Consents:
    """About 60 % granted texts, a quarter of those the night too; some took it back, some refused at once."""
    luck = chance.random()
    # Consent is confirmed anew every two years, so that an older one would not count.
    oldest = midnight - timedelta(days=690)
    granted_at = max(member.joined_at, oldest + timedelta(days=chance.random() * 300)) if luck < 0.66 else None  # noqa: PLR2004
    granted_at = min(granted_at, midnight - timedelta(days=1)) if granted_at else None
    night = granted_at is not None and chance.random() < 0.25  # noqa: PLR2004 - a share
    refused_at = None
    if granted_at is not None and chance.random() < 0.08:  # noqa: PLR2004 - a share
        refused_at = granted_at + (midnight - granted_at) * chance.random()
    elif luck > 0.94:  # noqa: PLR2004 - a share
        refused_at = member.joined_at
    return Consents(unit, granted_at, night, refused_at)
