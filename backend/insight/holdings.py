"""What this feature holds about a member."""

from __future__ import annotations

from backend.customers import of_table
from backend.insight.facts import MemberFacts
from backend.insight.outreach import AtRisk, Outreach
from backend.insight.scoring import MemberScore

SECTIONS = (
    of_table(
        MemberFacts,
        ("구매 습관", "Buying habits"),
        shown={
            "first_on": ("첫 구매일", "First purchase"),
            "last_on": ("최근 구매일", "Last purchase"),
            "purchase_days": ("구매한 날 수", "Days with a purchase"),
            "sales": ("구매 횟수", "Purchases"),
            "hours": ("시간대별 구매", "Purchases by hour"),
            "goods": ("분류와 브랜드별 수량과 금액", "Pieces and amounts by category and brand"),
        },
    ),
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
    of_table(
        AtRisk,
        ("연락할 고객 명단", "List of members to ask"),
        shown={
            "since": ("명단에 오른 날", "On the list since"),
            "store_id": ("매장", "Store"),
            "chance": ("28일 안에 다시 올 가능성(%)", "Chance of return within 28 days (%)"),
            "worth": ("1년 예상 가치", "Expected worth of a year"),
            "stake": ("잃을 수 있는 가치", "Worth at stake"),
            "currency": ("통화", "Currency"),
        },
    ),
    of_table(
        Outreach,
        ("연락 결과", "Outcomes of calls"),
        shown={
            "occurred_at": ("때", "When"),
            "store_id": ("매장", "Store"),
            "staff_id": ("직원", "Staff"),
            "outcome": ("결과", "Outcome"),
            "reason": ("이유", "Reason"),
            "note": ("메모", "Note"),
        },
    ),
)
