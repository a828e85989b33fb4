"""What this feature holds about a member."""

from __future__ import annotations

from backend.customers import of_table
from backend.insight.scoring import MemberScore

SECTIONS = (
    of_table(
        MemberScore,
        ("예측", "Forecasts"),
        shown={
            "as_of": ("기준일", "As of"),
            "alive": ("계속 이용할 가능성", "Chance that she still comes"),
            "return_28": ("28일 안에 다시 올 가능성", "Chance of return within 28 days"),
            "return_56": ("56일 안에 다시 올 가능성", "Chance of return within 56 days"),
            "worth": ("1년 예상 가치", "Expected worth of a year"),
            "currency": ("통화", "Currency"),
        },
    ),
)
