"""Members and their purchases as rows, gathered and written many at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from backend.care import Note
from backend.consent import ConsentEntry
from backend.core import clock
from backend.customers import Card, Customer, CustomerFacts, Preference
from backend.demo.chance import dice, id_at, one_of
from backend.demo.lives import COLUMNS, Lives
from backend.demo.world import GRADES, TIME_ZONE
from backend.loyalty import PointsEntry, month_end, settle
from backend.sales import Sale, SaleLine
from backend.sync import mark_changed
from backend.unify import time_text, write_rows

if TYPE_CHECKING:
    from random import Random

    from backend.core.db import Base
    from backend.demo.members import Consents, Member
    from backend.demo.purchases import Purchase
    from backend.demo.world import DemoUnit

_CUSTOMER = (
    "id name name_latin phone language birth_date sex nationality district home_store_id memo source source_key"
    " created_at updated_at name_han email preferred_staff_id"
)
_CONSENT = (
    "id customer_id purpose channel sender_id language night granted wording_version evidence occurred_at recorded_at"
    " staff_id store_id"
)
_SALE = (
    "id customer_id store_id staff_id currency total discount points_redeemed occurred_at received_at business_day"
    " flags source source_key"
)
# In the order of their references.
_COLUMNS: dict[type[Base], str] = {
    Customer: _CUSTOMER,
    Card: "number customer_id business_unit_id created_at",
    Preference: "id customer_id kind value",
    **COLUMNS,
    CustomerFacts: "customer_id grade points last_basket purchase_gaps sms_senders night_senders",
    ConsentEntry: _CONSENT,
    Note: "id customer_id staff_id text written_at",
    Sale: _SALE,
    SaleLine: "sale_id position product_id sku quantity amount unit_price discount",
    PointsEntry: "id customer_id kind points sale_id reason occurred_at business_day business_unit_id expires_on",
}
_WELCOME_POINTS = 1_000
EARNED_MONTHS = 24
"""How long earned points are good: until the end of the month after so many."""
_REDEEM = 5_000
_SPEND = {code: values.get("spend", 0) for code, _, _, values in reversed(GRADES) if "invitation_only" not in values}
_AGREE_TO_PROFILING = 0.85
_NEW_WORDING = datetime(2026, 11, 1, tzinfo=UTC)
_NOTES = (
    "다음 방문 때 신상품 견본을 드리기로 함.",
    "교환 문의. 영수증 확인 후 처리함.",
    "결혼기념일 선물을 찾으심. 시계와 향수를 함께 보여 드림.",
    "재입고 알림을 원하심.",
    "여행 일정이 바뀌어 수령 날짜를 옮김.",
)


@dataclass(slots=True)
class Places:
    """Ids of what the rows refer to: by the code of unit and store, by sku, and the staff of each store."""

    units: dict[str, str] = field(default_factory=dict)
    stores: dict[str, str] = field(default_factory=dict)
    products: dict[str, str] = field(default_factory=dict)
    staff: dict[str, list[str]] = field(default_factory=dict)


class Rows:
    """Gathers rows of every table that a member fills, and writes them in the order of their references."""

    def __init__(self, chance: Random, places: Places, *, today: date) -> None:
        self._chance = chance
        self._places = places
        self._year_ago = today - timedelta(days=365)
        self._rows: dict[type[Base], list[tuple[Any, ...]]] = {}
        self._members: list[str] = []
        self._count = 0
        self._lives = Lives(dice(len(places.products), "lives"), self._row, today=today)
        self._sales = 0
        self._agreeing = dice(len(places.products), "profiling")

    def add(self, member: Member, bought: list[Purchase]) -> None:
        """Take a member with her purchases."""
        self._count += 1
        self._members.append(member.id)
        joined = time_text(member.joined_at)
        store_id = self._places.stores[member.store.code]
        staff_id = one_of(self._chance, self._places.staff[member.store.code])
        self._row(
            Customer,
            member.id,
            member.name,
            member.name_latin,
            member.phone,
            member.language,
            member.birth_date.isoformat(),
            member.sex,
            member.nationality,
            member.district,
            store_id,
            member.memo,
            "demo",
            str(self._count),
            joined,
            joined,
            member.name if member.language == "zh" else None,
            self._lives.email(member, self._count),
            self._lives.served_by(self._places.staff[member.store.code]),
        )
        self._lives.add(member, self._count)
        for number, unit in member.cards:
            self._row(Card, number, member.id, self._places.units[unit], joined)
        for kind, value in member.preferences:
            self._row(Preference, id_at(self._chance, member.joined_at), member.id, kind, value)
        points = self._points_and_sales(member, bought)
        self._facts(member, bought, points)
        self._consents(member, store_id, staff_id)
        if self._chance.random() < 0.1:  # noqa: PLR2004 - a share
            at = bought[-1].at if bought else member.joined_at
            self._row(Note, id_at(self._chance, at), member.id, staff_id, one_of(self._chance, _NOTES), time_text(at))

    def write(self) -> None:
        """Write what was gathered, in the open unit of work."""
        if not self._members:
            return
        mark_changed("customers", self._members)
        for model, columns in _COLUMNS.items():
            # Ids carry the time: in their order, the pages of an index are written once.
            write_rows(model, columns.split(), sorted(self._rows.get(model, ()), key=lambda row: row[:2]))
        self._rows.clear()
        settle(self._members)
        self._members = []

    def _row(self, model: type[Base], *values: object) -> None:
        self._rows.setdefault(model, []).append(values)

    def _points_and_sales(self, member: Member, bought: list[Purchase]) -> int:
        """Add sales and the entries of the points ledger; return the balance."""
        balance = _WELCOME_POINTS
        day = clock.business_day(member.joined_at, TIME_ZONE)
        self._points(member, "gift", _WELCOME_POINTS, member.unit, None, member.joined_at, day)
        for purchase in bought:
            used = _REDEEM if balance > 3 * _REDEEM and self._chance.random() < 0.12 else 0  # noqa: PLR2004 - a share
            sale_id = self._sale(member, purchase, used)
            if used:
                self._points(member, "redeem", -used, purchase.unit, sale_id, purchase.at, purchase.day)
            if purchase.points:
                self._points(member, "earn", purchase.points, purchase.unit, sale_id, purchase.at, purchase.day)
            balance += purchase.points - used
        return balance

    def _points(
        self,
        member: Member,
        kind: str,
        points: int,
        unit: DemoUnit,
        sale_id: str | None,
        at: datetime,
        day: date,
    ) -> None:
        reason = None if sale_id else "가입 축하"
        lasts = month_end(day, EARNED_MONTHS).isoformat() if kind == "earn" else None
        values = (kind, points, sale_id, reason, time_text(at), day.isoformat(), self._places.units[unit.code], lasts)
        self._row(PointsEntry, id_at(self._chance, at), member.id, *values)

    def _sale(self, member: Member, purchase: Purchase, used: int) -> str:
        self._sales += 1
        sale_id = id_at(self._chance, purchase.at)
        at = time_text(purchase.at)
        staff = self._places.staff[purchase.store.code]
        self._row(
            Sale,
            sale_id,
            member.id,
            self._places.stores[purchase.store.code],
            one_of(self._chance, staff),
            purchase.unit.currency,
            purchase.total,
            purchase.discount,
            used,
            at,
            at,
            purchase.day.isoformat(),
            "[]",
            "demo",
            str(self._sales),
        )
        lines = self._rows.setdefault(SaleLine, [])
        for position, line in enumerate(purchase.lines):
            article = line.article
            product_id = self._places.products[article.sku]
            lines.append(
                (sale_id, position, product_id, article.sku, line.quantity, line.amount, article.price, line.discount)
            )
        return sale_id

    def _facts(self, member: Member, bought: list[Purchase], points: int) -> None:
        spent = sum(purchase.worth for purchase in bought if purchase.day >= self._year_ago)
        grade = next((code for code, least in _SPEND.items() if spent >= least), "member")
        by_day = [each.unit for each in member.consents if each.by_day]
        by_night = [each.unit for each in member.consents if each.by_day and each.night]
        texts = [orjson.dumps(sorted(units)).decode() for units in (by_day, by_night)]
        self._row(CustomerFacts, member.id, grade, points, "[]", "[]", *texts)

    def _consents(self, member: Member, store_id: str, staff_id: str) -> None:
        by = (staff_id, store_id)
        self._consent(member, "privacy", member.joined_at, by=by)
        for each in member.consents:
            self._texts(member, each, by)
        self._profiling(member, by)

    def _profiling(self, member: Member, by: tuple[str, str]) -> None:
        """Most agree. By a chance of its own: with the others' everything after it would be another demo."""
        if self._agreeing.random() >= _AGREE_TO_PROFILING:
            return
        at = member.joined_at
        wording = f"profiling-{'2026-11' if at >= _NEW_WORDING else '2024-09'}"
        said = (None, None, member.language, False, True, wording, '{"form":"counter"}')
        times = (time_text(at), time_text(at))
        self._row(ConsentEntry, id_at(self._agreeing, at), member.id, "profiling", *said, *times, *by)

    def _texts(self, member: Member, said: Consents, by: tuple[str, str]) -> None:
        sender = self._places.units[said.unit]
        if said.granted_at is not None:
            self._consent(member, "marketing-sms", said.granted_at, by=by, sender=sender)
            if said.night:
                self._consent(member, "marketing-sms-night", said.granted_at, by=by, sender=sender, night=True)
        if said.refused_at is not None:
            self._consent(member, "refusal-080", said.refused_at, by=(None, None), sender=sender, granted=False)

    def _consent(
        self,
        member: Member,
        wording: str,
        at: datetime,
        *,
        by: tuple[str | None, str | None],
        sender: str | None = None,
        night: bool = False,
        granted: bool = True,
    ) -> None:
        if not wording.startswith("refusal"):
            wording += "-2026-11" if at >= _NEW_WORDING else "-2024-09"
        self._row(
            ConsentEntry,
            id_at(self._chance, at),
            member.id,
            "marketing" if sender else "privacy",
            "sms" if sender else None,
            sender,
            member.language,
            night,
            granted,
            wording,
            '{"form":"counter"}' if granted else '{"form":"080"}',
            time_text(at),
            time_text(at),
            *by,
        )
