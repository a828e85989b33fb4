"""`sms_gate`: 100,000 recipients of an offer decided, facts loaded, in parts as they are enqueued.

The floor sends the very statements that read those facts to the database, once more and barely, and fetches their rows.
The target says how many times as long the whole decision may take.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, insert

from backend.consent import ConsentEntry
from backend.core import clock
from backend.core.bulk import insert_rows
from backend.core.db import db, parts, table_of, unit_of_work
from backend.core.garbage import collected_by_hand
from backend.core.ids import new_id
from backend.customers import Customer
from backend.delivery import ChannelName, Contact, Draft, Message, Route, Transport, decide, register
from backend.delivery.recipients import digest_of
from backend.sync import mark_changed
from tests import factories
from tests.bench.harness import fresh_app, report
from tests.sms.worlds import NOON

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractAsyncContextManager

_RECIPIENTS = 100_000
_AT_ONCE = 2_000
_TARGET = 3.0
_BODY = "(광고)한빛면세점 02-000-0000\n가을 향수 20% 할인\n무료수신거부 080-000-0000"


class _Certified:
    """A channel with one way for all: how ways are found is not what is measured."""

    name: ChannelName = "sms"

    def routes(self, contacts: Sequence[Contact]) -> list[Route | None]:
        """Certified, from a registered number."""
        return [Route("bench", certificate_holder="bench", sender_number="1588-0000")] * len(contacts)

    def open(self) -> AbstractAsyncContextManager[Transport]:
        """Nothing is sent here: to ask for it is a mistake of the benchmark's."""
        message = "The gate sends nothing."
        raise AssertionError(message)


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    with fresh_app() as (app, path), clock.frozen(NOON):
        register(app, _Certified())
        drafts = _fill()
        sent: list[tuple[str, Any]] = []
        stop = _listen(sent)
        _decide(drafts)
        stop()
        value = min(_timed(lambda: _decide(drafts)) for _ in range(3))
        floor = min(_timed(lambda: _replay(str(path), sent)) for _ in range(3))
    ratio = value / floor
    return report("sms_gate", value=value, unit="s", floor=floor, ratio=ratio, target=_TARGET, ok=ratio <= _TARGET)


def _fill() -> list[Draft]:
    """Members, nine in ten of whom agreed; a twentieth refused, a tenth had a text this week, some the same one."""
    with unit_of_work():
        store = factories.store()
    people = [new_id() for _ in range(_RECIPIENTS)]
    base = {"home_store_id": store.id, "language": "ko"}
    for some in parts(list(enumerate(people)), 5_000):
        with unit_of_work():
            rows = [base | {"id": id_, "name": f"회원 {nr}", "phone": f"+8210{10_000_000 + nr}"} for nr, id_ in some]
            mark_changed("customers", [id_ for _, id_ in some])
            db.session.execute(insert(Customer), rows)
            insert_rows(insert(table_of(ConsentEntry)), [_said(id_, nr, store) for nr, id_ in some if nr % 10])
            db.session.execute(insert(Message), [_went(id_, nr, store) for nr, id_ in some if nr % 10 == 1])
    return [
        Draft(
            channel="sms",
            purpose="commercial",
            customer_id=id_,
            sender_id=store.business_unit_id,
            store_id=store.id,
            address=f"+8210{10_000_000 + nr}",
            body=_BODY,
        )
        for nr, id_ in enumerate(people)
    ]


def _said(customer_id: str, nr: int, store: Any) -> dict[str, Any]:
    names = [column.name for column in table_of(ConsentEntry).columns]
    at = clock.now() - timedelta(days=30)
    known = {
        "id": new_id(),
        "customer_id": customer_id,
        "purpose": "marketing",
        "channel": "sms",
        "sender_id": store.business_unit_id,
        "granted": nr % 20 != 3,
        "night": False,
        "guardian": False,
        "wording_version": "bench-1",
        "occurred_at": at,
        "recorded_at": at,
    }
    return {name: known.get(name) for name in names}


def _went(customer_id: str, nr: int, store: Any) -> dict[str, Any]:
    at, body = clock.now() - timedelta(days=2), _BODY if nr % 100 == 1 else "(광고)"
    return {
        "id": new_id(),
        "channel": "sms",
        "purpose": "commercial",
        "customer_id": customer_id,
        "sender_id": store.business_unit_id,
        "address": f"+8210{10_000_000 + nr}",
        "body": body,
        "digest": digest_of(body),
        "state": "delivered",
        "claimed_at": at,
        "created_at": at,
    }


def _decide(drafts: list[Draft]) -> None:
    answers: Counter[str] = Counter()
    with collected_by_hand() as collect:
        for some in parts(drafts, _AT_ONCE):
            answers.update(type(verdict).__name__ for verdict in decide(some))
            db.session.rollback()
            collect()
    if not answers.keys() >= {"Allowed", "Skipped"} or sum(answers.values()) != _RECIPIENTS:
        message = f"not decided as it should be: {answers}"
        raise RuntimeError(message)


def _listen(sent: list[tuple[str, Any]]) -> Callable[[], None]:
    def note(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, _many: object) -> None:
        if statement.startswith("SELECT"):
            sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    return lambda: event.remove(db.engine, "before_cursor_execute", note)


def _replay(path: str, sent: list[tuple[str, Any]]) -> None:
    connection = sqlite3.connect(path)
    for statement, parameters in sent:
        connection.execute(statement, parameters).fetchall()
    connection.close()


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
