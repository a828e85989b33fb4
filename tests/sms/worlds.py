"""What tests of texts need around them: a shop, its customers with their consents, and templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from backend import consent
from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import run_in_unit_of_work
from sms import templates
from tests import factories

if TYPE_CHECKING:
    from backend.customers import Customer
    from backend.organization import BusinessUnit, Store

NOON = datetime(2026, 11, 10, 3, tzinfo=UTC)
"""Noon in Seoul."""
NIGHT = datetime(2026, 11, 10, 13, tzinfo=UTC)
"""22:00 in Seoul."""


@dataclass(frozen=True)
class Shop:
    """One store of one business unit."""

    unit: BusinessUnit
    store: Store


def shop(**unit: Any) -> Shop:
    """Add a shop whose particulars are complete unless told otherwise."""

    def work() -> Shop:
        made = factories.unit(**{"sender_name": "하늘면세점", "contact": "1588-0000"} | unit)
        return Shop(made, factories.store(name="강남점", business_unit_id=made.id))

    return run_in_unit_of_work(work)


def customer(at: Shop, *, agreed: bool = False, night: bool = False, **values: Any) -> Customer:
    """Add a customer of the shop, who agreed to commercial texts or was never asked."""

    def work() -> Customer:
        made = factories.customer(**{"home_store_id": at.store.id, "phone": "+821048214821"} | values)
        if agreed:
            say(made.id, at, granted=True, night=night)
        return made

    return run_in_unit_of_work(work)


def say(customer_id: str, at: Shop, *, granted: bool, night: bool = False, lifts: str | None = None) -> None:
    """Write a statement about commercial texts into the ledger; inside a unit of work."""
    statement = {
        "purpose": "marketing",
        "channel": "sms",
        "sender": at.unit.code,
        "granted": granted,
        "night": night,
        "lifts": lifts,
        "wording_version": "test-1",
        "occurred_at": clock.now() - timedelta(days=1),
    }
    consent.record(customer_id, statement, acting_staff=SYSTEM, store_id=at.store.id)


def template(
    name: str = "offer",
    *,
    body: str = '{{ customer.name | default: "고객" }}님, 20% 할인',
    purpose: str = "commercial",
    language: str = "ko",
) -> str:
    """Add an approved template; its id."""
    new = templates.NewTemplate(name=name, language=language, purpose=purpose, body=body)

    def work() -> str:
        return templates.approve(templates.add(new, acting_staff=SYSTEM), acting_staff=SYSTEM).id

    return run_in_unit_of_work(work)
