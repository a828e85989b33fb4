"""The invented shops: business units, stores and who works there. No such business, number or person exists."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

TIME_ZONE = "Asia/Seoul"


@dataclass(frozen=True, slots=True)
class DemoStore:
    """A store; hours are local."""

    code: str
    name: str
    name_latin: str
    weight: float
    opens: int = 10
    closes: int = 21


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """A business unit; `weight` is its share of the members."""

    code: str
    name: str
    name_latin: str
    currency: str
    number: int
    weight: float
    stores: tuple[DemoStore, ...]

    @property
    def contact(self) -> str:
        """A telephone number that nobody has."""
        return f"02-000-{self.number}"

    @property
    def refusal_number(self) -> str:
        """A free number that nobody has."""
        return f"080-000-{self.number}"


UNITS = (
    DemoUnit(
        "DF",
        "누리면세점",
        "Nuri Duty Free",
        "USD",
        1001,
        46,
        (
            DemoStore("DF-SEOUL", "누리면세점 서울 본점", "Nuri Duty Free Seoul", 5),
            DemoStore("DF-T1", "누리면세점 공항 제1터미널점", "Nuri Duty Free Airport T1", 3, 7, 22),
            DemoStore("DF-T2", "누리면세점 공항 제2터미널점", "Nuri Duty Free Airport T2", 2, 7, 22),
            DemoStore("DF-JEJU", "누리면세점 제주점", "Nuri Duty Free Jeju", 2),
        ),
    ),
    DemoUnit(
        "DS",
        "누리백화점",
        "Nuri Department Store",
        "KRW",
        1002,
        22,
        (
            DemoStore("DS-MAIN", "누리백화점 본점", "Nuri Department Store Main", 3, 10, 20),
            DemoStore("DS-BUSAN", "누리백화점 부산점", "Nuri Department Store Busan", 2, 10, 20),
        ),
    ),
    DemoUnit(
        "HT",
        "호텔 누리온",
        "Hotel Nurion",
        "KRW",
        1003,
        8,
        (DemoStore("HT-SEOUL", "호텔 누리온 서울", "Hotel Nurion Seoul", 1, 7, 23),),
    ),
    DemoUnit(
        "RS",
        "다온정",
        "Daonjeong Restaurant",
        "KRW",
        1004,
        10,
        (
            DemoStore("RS-MAIN", "다온정 본점", "Daonjeong Main", 2, 11, 22),
            DemoStore("RS-RIVER", "다온정 강변점", "Daonjeong Riverside", 1, 11, 22),
        ),
    ),
    DemoUnit(
        "BK",
        "새벽오븐",
        "Dawn Oven Bakery",
        "KRW",
        1005,
        14,
        (
            DemoStore("BK-MAIN", "새벽오븐 본점", "Dawn Oven Main", 3, 7, 21),
            DemoStore("BK-STATION", "새벽오븐 역전점", "Dawn Oven Station", 2, 7, 22),
            DemoStore("BK-PARK", "새벽오븐 공원점", "Dawn Oven Park", 1, 8, 20),
        ),
    ),
)
HEAD_STORE = "DF-SEOUL"

WORDINGS = Path(__file__).with_name("wordings.json")
"""What was shown when consent was asked, by version: {version: {purpose, ko, en}}."""

GRADES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("member", "일반", "Member", {}),
    ("silver", "실버", "Silver", {"spend": 1_000_000, "keep_spend": 800_000, "grace_months": 1}),
    (
        "gold",
        "골드",
        "Gold",
        {"spend": 3_000_000, "keep_spend": 2_400_000, "grace_months": 2, "top": True, "gift_points": 10_000},
    ),
    (
        "vip",
        "VIP",
        "VIP",
        {"spend": 8_000_000, "keep_spend": 6_000_000, "grace_months": 3, "top": True, "gift_points": 50_000},
    ),
    ("dangol", "단골 클럽", "Dangol Club", {"top": True, "invitation_only": True}),
)
"""Code, name, Latin name and what differs from a plain grade, the lowest first."""
