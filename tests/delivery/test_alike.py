"""Those who are alike to the gate get the answer that each of them would get alone."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

from backend import consent
from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.delivery import Draft, decide, facts
from backend.delivery.limits.service import set_limits
from backend.delivery.models import AddressBlock, Message
from backend.delivery.recipients import digest_of
from tests import factories
from tests.delivery.test_outbox import noon
from tests.sms import worlds

__all__ = ["noon"]

SAID: tuple[dict[str, Any] | None, ...] = (
    None,
    {"granted": True, "days": 30},
    {"granted": True, "days": 30, "night": True},
    {"granted": True, "days": 300},
    {"granted": True, "days": 360},
    {"granted": True, "days": 800},
    {"granted": False, "days": 30},
    {"granted": False, "days": 30, "night": True},
)
BODY = "(광고)하늘면세점 1588-0000\n할인\n무료수신거부 080-000-0000"
PHONES = ("+8210{:08d}", "+822{:08d}", "+8150{:08d}", "+1212{:07d}", "12{:03d}")
PASTS = ("nothing", "texted", "same", "bad", "refused", "suspended", "child")


def people(shop: worlds.Shop) -> list[Draft]:
    """One of each kind: what she said, how her number is, what happened to her."""
    drafts = []
    for number, (said, phone, past) in enumerate(product(SAID, PHONES, PASTS)):
        address = phone.format(20_000_00 + number)
        born = {"birth_date": (clock.now() - timedelta(days=4_000)).date()} if past == "child" else {}
        who = factories.customer(home_store_id=shop.store.id, phone=None, **born)
        if past == "suspended":
            who.suspended_at, who.suspended_reason = clock.now(), "본인 요청"
        if said is not None:
            at = clock.now() - timedelta(days=said["days"])
            line: dict[str, Any] = {
                "purpose": "marketing",
                "channel": "sms",
                "sender": shop.unit.code,
                "wording_version": "test-1",
            }
            line |= {"granted": said["granted"], "night": said.get("night", False), "occurred_at": at}
            consent.record(who.id, line, acting_staff=SYSTEM, store_id=shop.store.id)
        draft = Draft(
            channel="sms", purpose="commercial", customer_id=who.id, sender_id=shop.unit.id, store_id=shop.store.id,
            address=address, body=BODY,
        )  # fmt: skip
        _happened(past, draft)
        drafts.append(draft)
    return drafts


def _happened(past: str, draft: Draft) -> None:
    if past in {"bad", "refused"}:
        sender = draft.sender_id if past == "refused" else None
        db.session.add(AddressBlock(channel="sms", address=draft.address, kind=past, sender_id=sender))
    if past in {"texted", "same"}:
        body = draft.body if past == "same" else "(광고)"
        at = clock.now() - timedelta(hours=2)
        db.session.add(
            Message(
                channel="sms", purpose="commercial", customer_id=draft.customer_id, sender_id=draft.sender_id,
                address=draft.address, body=body, digest=digest_of(body), state="delivered", claimed_at=at,
            )
        )  # fmt: skip


def test_many_are_answered_together_as_each_would_be_alone() -> None:
    shop = worlds.shop()
    limits = {
        "per_day": 1,
        "per_week": 5,
        "per_month": 9,
        "complaint_days": 9,
        "return_days": 3,
        "same_content_days": 7,
    }
    run_in_unit_of_work(lambda: set_limits(limits, acting_staff=SYSTEM))
    drafts: list[Draft] = run_in_unit_of_work(lambda: people(shop))
    for hours in (0, 11):
        with clock.frozen(clock.now() + timedelta(hours=hours)):
            known = facts.load(drafts, now=clock.now())
            likes = [known.likeness(place) for place in range(len(drafts))]
            together = decide(drafts)
            assert together == [decide([draft])[0] for draft in drafts]
            assert 1 < len(set(likes)) < len(drafts) / 3
            assert len(set(together)) > len(PASTS)
