"""Who hears that points expire soon: each member and day once, by day, of what is still open, and of no trifles."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, select

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.delivery import Message, notices
from backend.delivery.models import OwedNotice
from backend.loyalty import soon_expiring
from backend.loyalty.programme.service import set_programme
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

NOON = datetime(2026, 11, 21, 3, tzinfo=UTC)
LATER = NOON + timedelta(minutes=11)
SOON, LATE = date(2026, 12, 10), date(2026, 12, 31)


@pytest.fixture(autouse=True)
def noon(app: Flask) -> Iterator[None]:  # noqa: ARG001 - rows need the app's database
    """By day in Seoul, whenever the tests run."""
    with clock.frozen(NOON):
        yield


def member(*lots: tuple[int, date | None], **values: Any) -> str:
    """Somebody with these lots: (points, last day)."""
    with unit_of_work():
        customer_id = str(factories.customer(**values).id)
        for points, expires_on in lots:
            factories.points(customer_id, points, expires_on=expires_on)
    return customer_id


def texts(at: datetime = LATER) -> list[str]:
    """Let the worker look now, and let it tell at a time; the texts in the outbox."""
    notices.keep_duties()
    with clock.frozen(at):
        notices.keep_duties()
    db.session.rollback()
    return list(db.session.scalars(select(Message.body).order_by(Message.id)))


def test_a_member_hears_thirty_days_before_once_by_day_and_in_one_text_for_what_is_near() -> None:
    customer_id = member((3_000, SOON), (1_500, SOON), (2_000, date(2026, 12, 20)), (9_000, LATE), (500, None))
    (text,) = texts()
    assert text.splitlines()[1:3] == ["2026.12.10까지 4,500P", "2026.12.20까지 2,000P"]
    assert text.encode("euc_kr")
    assert texts(LATER + timedelta(hours=1)) == [text], "once"
    message = db.session.scalars(select(Message)).one()
    assert (message.purpose, message.customer_id) == ("service", customer_id)
    with clock.frozen(NOON + timedelta(days=15)):
        assert len(texts(LATER + timedelta(days=15))) == 2, "of the last day of the year when it is near"


def test_nobody_hears_of_trifles_of_what_is_used_meanwhile_or_when_nobody_is_to() -> None:
    member((999, SOON))
    spender = member((5_000, SOON))
    notices.keep_duties()
    with unit_of_work():
        factories.points(spender, -5_000, kind="redeem", occurred_at=LATER)
    assert texts() == []
    notice = db.session.scalars(select(OwedNotice)).one()
    assert (notice.customer_id, notice.state, notice.reason) == (spender, "impossible", "no_longer_stands")
    with unit_of_work():
        set_programme({"notice_days": None}, acting_staff=SYSTEM)
    member((7_000, date(2026, 12, 15)))
    assert texts() == []


def test_a_guest_from_abroad_reads_english_and_is_not_texted_at_night() -> None:
    member((3_000, SOON), language="zh")
    assert texts(datetime(2026, 11, 21, 13, tzinfo=UTC)) == []
    (text,) = texts(datetime(2026, 11, 22, 1, tzinfo=UTC))
    assert "3,000 points until 2026-12-10" in text


def test_the_desk_lists_notices_about_consents_only(client: FlaskClient, sign_in: Any) -> None:
    member((3_000, SOON), phone=None)
    texts()
    sign_in(role="admin")
    for state in ("owed", "queued", "impossible"):
        assert client.get(f"/api/v1/notices?state={state}").get_json()["items"] == []


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 200])
def test_everybody_is_looked_at_once_however_many_at_a_time(limit: int) -> None:
    days = random.Random(limit).choices(range(-3, 41), k=12)
    expected = []
    for day in days:
        last = NOON.date() + timedelta(days=day)
        customer_id = member((2_000, last))
        if 0 <= day <= 30:
            expected.append((last, customer_id))
    found: list[tuple[date, str]] = []
    while (some := run_in_unit_of_work(partial(soon_expiring, limit))) is not None:
        found += [(each.on, each.customer_id) for each in some]
    assert found == sorted(expected)


def test_looking_costs_two_statements_when_nothing_is_new() -> None:
    member((3_000, SOON))
    texts()
    said: list[str] = []

    def note(*arguments: Any) -> None:
        said.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        with unit_of_work():
            assert soon_expiring(200) is None
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    reads = [each for each in said if "points_lot" in each]
    assert len(reads) == 1, reads
