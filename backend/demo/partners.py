"""Houses that the demo's units work with: an invented bank whose card is a member card, and an invented airline."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.core import audit, clock
from backend.core.db import db
from backend.customers import Card
from backend.demo.chance import dice, id_at
from backend.loyalty import Answer, EarningRule, Partner, PartnerRate, PointsCorrection, Wish, answer, send, take_in
from backend.organization import Staff, StaffRole

if TYPE_CHECKING:
    from datetime import date, datetime
    from random import Random

    from backend.demo.rows import Places

_BANK, _AIRLINE = "NURIBANK", "SKYWAY"
_ISSUER = "누리온은행"
_TRAVELLERS = 24
_BANK_CARDS = 12
_EVERY_THIRD = 3
_ASKED = ((25_000, "면세점 행사 적립 누락"), (-12_000, "두 번 적립된 영수증"), (40_000, "배송 지연 사과"))


def write_partners(seed: int, today: date, places: Places, opened: datetime) -> None:
    """Both, what they agreed, some transfers and bank cards, and corrections that wait for an admin."""
    chance = dice(seed, "partners")
    bank = {"code": _BANK, "name": _ISSUER, "name_latin": "Nurion Bank", "kind": "bank", "issuer": _ISSUER}
    airline = {"code": _AIRLINE, "name": "하늘길항공", "name_latin": "Skyway Air", "kind": "alliance"}
    limits = {"most_at_once": 50_000, "most_a_month": 100_000, "valid_months": 24}
    since = today - timedelta(days=400)
    for values, rates in ((bank, ()), (airline | limits, (("in", 15, 10, 900), ("out", 10, 12, 800)))):
        made: dict[str, Any] = {"id": id_at(chance, opened), "business_unit_id": places.units["DF"]}
        db.session.add(Partner(**made, **values))
        db.session.flush()
        for direction, theirs, ours, price in rates:
            ratio = {"direction": direction, "theirs": theirs, "ours": ours, "price": price, "starts_on": since}
            db.session.add(PartnerRate(id=id_at(chance, opened), partner_id=made["id"], **ratio))
    rule = {"name": f"{_ISSUER} 카드 추가 적립 1%", "kind": "bonus", "rate": 100, "card_issuer": _ISSUER}
    db.session.add(EarningRule(id=id_at(chance, opened), **rule, valid_months=24, starts_on=since))
    query = select(Card.number, Card.customer_id).order_by(Card.number).limit(_TRAVELLERS + _BANK_CARDS)
    holders = [tuple(row) for row in db.session.execute(query)]
    _bank_cards(holders[_TRAVELLERS:], opened)
    _travel(chance, holders[:_TRAVELLERS], today)
    _corrections(holders[:3], places)


def _bank_cards(holders: list[Any], opened: datetime) -> None:
    for number, customer_id in holders:
        card = Card(number=f"tok_{number}", customer_id=customer_id, kind="bank", issuer=_ISSUER, created_at=opened)
        db.session.add(card)
    db.session.flush()


def _travel(chance: Random, holders: list[Any], today: date) -> None:
    """Miles came in for everybody; of every third member some points went out, and one transfer was refused."""
    wishes = [
        Wish(f"SW-{today:%y%m}-{number:04}", card, chance.randrange(10, 400) * 100, today - timedelta(days=number % 5))
        for number, (card, _) in enumerate(holders, 1)
    ]
    take_in(_AIRLINE, wishes, acting_staff=audit.SYSTEM)
    sent = [
        send(customer_id, _AIRLINE, points=600, account=f"SW{number:06}", reason="가족 여행", acting_staff=audit.SYSTEM)
        for number, (_, customer_id) in enumerate(holders[::_EVERY_THIRD], 1)
    ]
    if len(sent) > 1:
        airline = sent[0].partner
        told = [Answer(sent[0].reference, "done"), Answer(sent[1].reference, "refused", "회원 번호 없음")]
        answer(airline, told, acting_staff=audit.SYSTEM)


def _corrections(holders: list[Any], places: Places) -> None:
    """What a manager asked for and an admin has to say to."""
    asker = db.session.scalar(select(Staff.id).where(Staff.role == StaffRole.MANAGER).order_by(Staff.login).limit(1))
    unit_id = places.units["DF"]
    for (_, customer_id), (points, reason) in zip(holders, _ASKED, strict=False):
        made = {"customer_id": customer_id, "points": points, "reason": reason, "business_unit_id": unit_id}
        db.session.add(PointsCorrection(**made, state="waiting", asked_by=asker, asked_at=clock.now()))
    db.session.flush()
