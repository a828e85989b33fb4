"""What this feature holds about a member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from backend.core.db import db
from backend.customers.identity.models import IdentityDocument
from backend.customers.life.models import Household, LifeEvent, Trip
from backend.customers.models import (
    Card,
    Customer,
    CustomerFacts,
    CustomerPhone,
    MergedCustomer,
    Preference,
    StoreActivity,
    StoreDeparture,
)
from backend.customers.subject import Held, Subject, of_table
from backend.organization import BusinessUnit, Device, Store

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

_KIND, _SINCE, _STORE, _NOTE = ("종류", "Kind"), ("등록", "Since"), ("매장", "Store"), ("메모", "Note")


def _copies(subject: Subject) -> list[dict[str, Any]]:
    """The stores and wider scopes whose tablets hold her row, and how many tablets those are."""
    from backend.customers.copy import scopes  # noqa: PLC0415 - which reads this feature's service

    held = sorted({*scopes(db.session(), [subject.customer_id])[subject.customer_id], "all"})
    counted = select(Device.scope, func.count()).where(Device.revoked_at.is_(None), Device.scope.in_(held))
    tablets: dict[str, int] = {row[0]: row[1] for row in db.session.execute(counted.group_by(Device.scope))}
    return [{"place": _place(scope), "tablets": tablets[scope]} for scope in held if scope in tablets]


def _place(scope: str) -> str:
    kind, _, place = scope.partition(":")
    if kind == "store":
        return db.session.get_one(Store, place).name
    return db.session.get_one(BusinessUnit, place).name if place else "*"


def _herself(subject: Subject) -> ColumnElement[bool]:
    return Customer.id == subject.customer_id


SECTIONS = (
    of_table(
        Customer,
        ("회원 정보", "Profile"),
        hers=_herself,
        shown={
            "name": ("이름", "Name"),
            "name_latin": ("로마자 이름", "Latin name"),
            "name_han": ("한자 이름", "Name in Han characters"),
            "phone": ("전화번호", "Phone"),
            "email": ("이메일", "E-mail"),
            "birth_date": ("생년월일", "Birth date"),
            "sex": ("성별", "Sex"),
            "language": ("언어", "Language"),
            "nationality": ("국적", "Nationality"),
            "district": ("거주 지역", "District"),
            "memo": ("메모", "Memo"),
            "suspended_at": ("이용 정지", "Suspended since"),
            "suspended_reason": ("정지 사유", "Reason of suspension"),
            "created_at": ("가입", "Registered"),
            "updated_at": ("마지막 변경", "Last change"),
        },
    ),
    of_table(
        CustomerPhone,
        ("다른 전화번호", "Further phones"),
        shown={"phone": ("번호", "Number"), "kind": _KIND, "note": _NOTE},
    ),
    of_table(
        Card,
        ("회원 카드", "Cards"),
        shown={"number": ("번호", "Number"), "kind": _KIND, "issuer": ("발급사", "Issuer"), "created_at": _SINCE},
    ),
    of_table(Preference, ("취향", "Preferences"), shown={"kind": _KIND, "value": ("내용", "What")}),
    of_table(LifeEvent, ("기념일", "Days to remember"), shown={"kind": _KIND, "day": ("날짜", "Day"), "note": _NOTE}),
    of_table(
        Trip,
        ("여행", "Trips"),
        shown={"flight": ("편명", "Flight"), "departs_at": ("출발", "Departure"), "note": _NOTE},
    ),
    of_table(
        Household,
        ("가족", "Household"),
        hers=lambda subject: Household.id.in_(
            select(Customer.household_id).where(Customer.id == subject.customer_id).scalar_subquery()
        ),
        shown={"name": ("이름", "Name"), "created_at": _SINCE},
    ),
    # The number itself is told in person: no file leaves the house with it.
    of_table(
        IdentityDocument,
        ("신분증 (번호는 암호화되어 있습니다)", "Documents (the numbers are encrypted)"),
        shown={"kind": _KIND, "country": ("국가", "Country"), "expires_on": ("만료", "Expires"), "created_at": _SINCE},
        secret=("number_cipher", "number_index", "key_id"),
    ),
    of_table(
        CustomerFacts,
        ("구매에서 알게 된 것", "Learned from purchases"),
        shown={
            "grade": ("등급", "Grade"),
            "points": ("포인트", "Points"),
            "last_purchase_on": ("마지막 구매일", "Last purchase"),
            "cycle_days": ("구매 주기(일)", "Days between purchases"),
            "sms_senders": ("문자를 보낼 수 있는 사업부", "Units that may text"),
        },
    ),
    of_table(StoreActivity, ("이용 매장", "Stores visited"), shown={"store_id": _STORE, "last_on": ("마지막", "Last")}),
    of_table(
        StoreDeparture, ("이용이 끝난 매장", "Stores left"), shown={"store_id": _STORE, "last_on": ("마지막", "Last")}
    ),
    of_table(
        MergedCustomer,
        ("합쳐진 회원 기록", "Records merged into hers"),
        hers=lambda subject: MergedCustomer.id.in_(subject.merged),
        shown={"merged_at": ("합친 때", "Merged"), "kept": ("이전 내용", "As it was")},
    ),
    Held(
        "copies",
        ("사본이 있는 태블릿", "Tablets with a copy"),
        (),
        _copies,
        {"place": ("매장·사업부", "Store or unit"), "tablets": ("대수", "Tablets")},
    ),
)
