"""`python -m tests.chaos.texts.shop MESSAGES`: makes the database and fills the outbox, each text to its own number.

Nine of ten are advertisements to people who agreed; the others are service texts. Some numbers are landlines.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from backend.cli import dangol
from backend.consent import ConsentEntry
from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.core.ids import new_id
from backend.delivery import Draft, enqueue
from tests import factories
from tests.chaos.texts import hands

if TYPE_CHECKING:
    from backend.organization import Store

_AT_ONCE = 250
_SERVICE_EVERY = 10
_ADVERT = "(광고)한빛면세점 02-000-0000\n{}번째 소식입니다.\n무료수신거부 080-000-0000"


def main() -> None:
    """Make and fill it, and print how many."""
    hands.follow()
    dangol(["init"], standalone_mode=False)
    messages = int(sys.argv[1])
    from werkzeug.utils import import_string  # noqa: PLC0415 - the app is made on the run's clock

    app = import_string("wsgi:app")
    with app.app_context():
        store_id, unit_id = run_in_unit_of_work(_shop)
        for begin in range(0, messages, _AT_ONCE):
            numbers = range(begin, min(messages, begin + _AT_ONCE))
            run_in_unit_of_work(lambda numbers=numbers: _fill(numbers, store_id, unit_id))  # type: ignore[misc]
    print(json.dumps({"messages": messages}))  # noqa: T201 - what the run reads


def _shop() -> tuple[str, str]:
    store: Store = factories.store(code="CHAOS")
    return store.id, store.business_unit_id


def _fill(numbers: range, store_id: str, unit_id: str) -> None:
    """Add people, what they agreed to, and a text to each. The consents are old: nobody is owed a notice of them."""
    said_at = clock.now() - timedelta(days=30)
    people = {}
    for number in numbers:
        people[number] = new_id()
        factories.customer(id=people[number], phone=number_of(number), home_store_id=store_id)
    db.session.flush()
    for customer_id in people.values():
        db.session.add(
            ConsentEntry(
                customer_id=customer_id,
                purpose="marketing",
                channel="sms",
                sender_id=unit_id,
                granted=True,
                wording_version="chaos-1",
                occurred_at=said_at,
                recorded_at=said_at,
                store_id=store_id,
            )
        )
    db.session.flush()
    for number, customer_id in people.items():
        enqueue(_draft(number, customer_id, store_id, unit_id), actor=SYSTEM)


def _draft(number: int, customer_id: str, store_id: str, unit_id: str) -> Draft:
    service = number % _SERVICE_EVERY == 0
    return Draft(
        channel="sms",
        purpose="service" if service else "commercial",
        customer_id=customer_id,
        sender_id=unit_id,
        store_id=store_id,
        address=number_of(number),
        body=f"{number}번째 안내입니다." if service else _ADVERT.format(number),
        not_after=clock.now() + timedelta(hours=24),
    )


def number_of(number: int) -> str:
    """A mobile number of one's own."""
    return f"+8210{20_000_000 + number:08d}"


if __name__ == "__main__":
    main()
