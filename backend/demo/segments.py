"""Segments of the demo: six that a marketer would have, one of them a list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.core.db import db
from backend.customers import Customer
from backend.demo.chance import dice, id_at
from backend.segments import Segment, SegmentMember, SegmentVersion

if TYPE_CHECKING:
    from datetime import date

_LISTED = 24
_SEGMENTS: tuple[dict[str, Any], ...] = (
    {
        "name": "강남구 포인트 3만 점",
        "note": "강남점 행사에 모실 회원",
        "rule": {
            "all": [
                {"is": "points", "op": "at_least", "value": 30_000},
                {"is": "district", "op": "is", "value": "강남구"},
            ]
        },
    },
    {
        "name": "발길이 뜸한 단골",
        "note": "네 날 이상 왔고 90일 넘게 오지 않음",
        "watched": True,
        "rule": {
            "all": [
                {"is": "purchase_days", "op": "at_least", "value": 4},
                {"is": "last_purchase", "op": "longer_ago", "value": 90},
            ]
        },
    },
    {
        "name": "2주 안에 생일",
        "note": None,
        "watched": True,
        "rule": {"all": [{"is": "birthday", "op": "coming", "value": 14}]},
    },
    {
        "name": "올해 50만 원 이상",
        "note": None,
        "rule": {
            "all": [
                {"is": "purchase_sum", "op": "at_least", "value": 500_000, "currency": "KRW", "within_days": 365},
            ]
        },
    },
    {
        "name": "연락이 닿는 40대",
        "note": None,
        "rule": {
            "all": [
                {"is": "age", "op": "at_least", "value": 40},
                {"is": "age", "op": "at_most", "value": 49},
                {"is": "phone", "op": "is", "value": True},
            ]
        },
    },
    {"name": "신상품 시연회 초대 명단", "note": "매장에서 추천한 회원"},
)


def write_segments(seed: int, today: date) -> None:
    """Write them after the members, in the open unit of work."""
    chance = dice(seed, "segments")
    begun = datetime(today.year, today.month, today.day, 1, tzinfo=UTC) - timedelta(days=30)
    for given in _SEGMENTS:
        rule = given.get("rule")
        values = {"name": given["name"], "note": given["note"], "watched": given.get("watched", False)}
        segment = Segment(id=id_at(chance, begun), kind="list" if rule is None else "rule", **values)
        segment.created_at = segment.updated_at = begun
        db.session.add(segment)
        db.session.flush()
        if rule is not None:
            db.session.add(SegmentVersion(segment_id=segment.id, number=1, rule=rule, created_at=begun))
            continue
        members = list(db.session.scalars(select(Customer.id).order_by(Customer.id).limit(_LISTED)))
        rows = [SegmentMember(segment_id=segment.id, member_id=each, customer_id=each, since=begun) for each in members]
        db.session.add_all(rows)
        segment.members, segment.counted_at = len(members), begun
    db.session.flush()
