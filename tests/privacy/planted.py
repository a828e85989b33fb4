"""A customer in every place where the server keeps anything of one, and a search that finds her wherever she is."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import brotli
from sqlalchemy import select

from backend import customers
from backend.core import audit, clock
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.delivery import Message
from backend.delivery.models import AddressBlock, MessageAttempt, MessageReport
from backend.privacy import service as privacy
from backend.settings import current_settings
from backend.sync import prepare_scope
from backend.sync.models import BlockBody
from backend.unify import ImportChange, ImportProblem, ImportRun, merges
from backend.unify.desk import uploads
from sms.incoming import Incoming
from sms.refusals import RefusalLink
from sms.simulator.api import store
from sms.simulator.store import Order
from tests import factories
from tests.unify.members_files import bring_in, write_csv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Tablet

NAME, LATIN, PHONE, CARD, WORDS = "남궁별하", "NAMGUNG BYEOLHA", "+821077712345", "8801777123459", "진주알레르기"
NEW_NAME = "남궁하별"
OTHER_CARD, OTHER_PHONE = "8801777999888", "+821077799887"
SECRETS = (NAME, NEW_NAME, LATIN, PHONE, PHONE.removeprefix("+82"), CARD, WORDS)


@dataclass(frozen=True)
class Planted:
    """The customer's id, and that of one of her sales."""

    customer_id: str
    sale_id: str


def mutation(kind: str, **data: Any) -> dict[str, Any]:
    at = "2026-11-20T10:00:01+09:00"
    return {"id": new_id(), "kind": kind, "at": at, "seq": 1, "data": data}


def plant(tablet: Tablet) -> Planted:
    """Register her on a tablet and do to her all that can be done; her rows stand among those of many others."""
    with unit_of_work():
        for _ in range(60):
            factories.customer(home_store_id=tablet.store_id)
    prepare_scope(tablet.device.scope)
    consent = {
        "purpose": "marketing",
        "channel": "sms",
        "granted": True,
        "wording_version": "2026-01",
        "occurred_at": "2026-11-20T10:00:00+09:00",
        "evidence": {"signed": NAME},
    }
    registered = mutation(
        "customer.register", name=NAME, name_latin=LATIN, phone=PHONE, cards=[CARD], consents=[consent]
    )
    customer_id, sold_at = registered["id"], "2026-11-20T10:00:00+09:00"
    sale = mutation(
        "sale.log",
        customer_id=customer_id,
        lines=[{"sku": "A1", "quantity": 2, "amount": 20_000}],
        currency="KRW",
        occurred_at=sold_at,
        points_redeemed=10,
        note=WORDS,
    )
    entries = [
        registered,
        sale,
        mutation("note.add", customer_id=customer_id, text=f"{WORDS} {PHONE}"),
        mutation("outreach.record", customer_id=customer_id, outcome="will_come", note=WORDS, occurred_at=sold_at),
        mutation("customer.edit", customer_id=customer_id, changes={"memo": {"from": None, "to": WORDS}}),
        mutation("customer.edit", customer_id=customer_id, changes={"name": {"from": "누구", "to": NEW_NAME}}),
        mutation("customer.edit", customer_id=customer_id, changes={"surprise": {"from": NAME, "to": NEW_NAME}}),
        mutation("customer.register", name=NAME, phone=f"0{PHONE.removeprefix('+82')}", surprise=WORDS),
    ]
    statuses = [result["status"] for result in tablet.push(*entries)]
    assert statuses == ["applied"] * 5 + ["conflict", "rejected", "rejected"], statuses
    _write_to(customer_id)
    _import(customer_id)
    # One list of blocks that holds her, and a newer one that does, so that there is a superseded one, too.
    prepare_scope(tablet.device.scope)
    with unit_of_work():
        for _ in range(30):
            factories.customer(home_store_id=tablet.store_id)
    prepare_scope(tablet.device.scope)
    return Planted(customer_id, sale["id"])


def plant_elsewhere(customer_id: str, folder: Path) -> None:
    """Write of her wherever else the house may: journals of imports and merges, who looks like her, the demo's phone.

    `folder` is outside of the data: files that are imported stay with whoever brought them.
    """
    with unit_of_work():
        other = factories.customer(name=NAME, name_latin=LATIN, phone=PHONE, memo=WORDS, cards=[OTHER_CARD]).id
        undone = factories.customer(name=NEW_NAME, phone=OTHER_PHONE, memo=WORDS).id
    run_in_unit_of_work(lambda: merges.merge(customer_id, other, take=["memo"], acting_staff=audit.SYSTEM).id)
    parted = run_in_unit_of_work(lambda: merges.merge(customer_id, undone, acting_staff=audit.SYSTEM).id)
    run_in_unit_of_work(lambda: merges.undo(parted, acting_staff=audit.SYSTEM).id)
    run_in_unit_of_work(lambda: privacy.erase(undone, acting_staff=audit.SYSTEM))
    rows = [("1", NAME, PHONE, CARD, "1987-03-14", "여", "", f"{WORDS} 2")]
    imported = bring_in(write_csv(folder / "members.csv", rows), key="card")
    assert (imported.changed, imported.bad) == (1, 0), imported
    assert bring_in(write_csv(folder / "bad.csv", [("", "", PHONE, CARD, NAME, "", "", "")]), key="card").bad == 1
    run_in_unit_of_work(lambda: customers.suspend(customer_id, f"{NAME} 요청", acting_staff=audit.SYSTEM).id)
    order = Order(
        account="AC1", service=None, sender=None, recipient=PHONE, body=f"{NAME} 님", segments=1, callback=None
    )
    store().take(order, status="queued", steps=(("sent", 9.0, None),), now=0.0)


def _write_to(customer_id: str) -> None:
    with unit_of_work():
        for state in ("queued", "delivered", "unknown"):
            message = Message(
                channel="sms",
                purpose="service",
                customer_id=customer_id,
                address=PHONE,
                body=f"{NAME} 님, {WORDS}",
                state=state,
                attempts=1,
            )
            db.session.add(message)
            db.session.flush()
            began = clock.now()
            db.session.add(MessageAttempt(message_id=message.id, number=1, worker="w", began_at=began, detail=PHONE))
            raw = {"To": PHONE, "Body": NAME}
            reference = f"SM{state}"
            db.session.add(MessageReport(message_id=message.id, provider_ref=reference, status="sent", raw=raw))
        db.session.add(MessageReport(message_id=new_id(), provider_ref="SMlost", status="sent", raw={"To": PHONE}))
        db.session.add(AddressBlock(channel="sms", address=PHONE, kind="bad"))
        for whose in (customer_id, None):
            incoming = Incoming(provider_ref=f"in{whose}", address=PHONE, our_number="+82", body=WORDS, kind="reply")
            incoming.customer_id = whose
            db.session.add(incoming)
        unit_id = factories.unit().id
        for code, made_for, whose in (("AAAAAAAAAA", customer_id, customer_id), ("BBBBBBBBBB", PHONE, None)):
            link = RefusalLink(code=code, made_for=made_for, sender_id=unit_id, channel="sms", customer_id=whose)
            link.address = None if whose else PHONE
            db.session.add(link)
        factories.points(customer_id, 5, reason=f"{NAME} 생일")
        audit.record(
            audit.SYSTEM, "customer.look", subject_kind="customer", subject_id=customer_id, detail={"name": NAME}
        )


def _import(customer_id: str) -> None:
    """She stands in a file that waits, and in what a check of it could not read."""
    content = f"이름,휴대폰,카드번호\n{NAME},{PHONE},{CARD}\n".encode()
    upload = uploads.take_in(io.BytesIO(content), name="members.csv", kind="members")
    with unit_of_work():
        uploads.keep(upload, acting_staff=audit.SYSTEM)
        run = ImportRun(source="file", kind="members", dry_run=True, upload_id=upload.id)
        db.session.add(run)
        db.session.flush()
        change = {
            "before": {"name": NAME, "phone": PHONE},
            "cards": [CARD],
            "further": [["phones", PHONE]],
            "written_at": clock.now(),
        }
        db.session.add(ImportChange(run_id=run.id, customer_id=customer_id, line=2, **change))
        for number, detail in enumerate((NAME, LATIN, PHONE, "0" + PHONE.removeprefix("+82"), CARD)):
            quoted = {"code": "store", "heading": "매장", "detail": f"“{detail}”"}
            db.session.add(ImportProblem(run_id=run.id, number=number, line=2, reason="", **quoted))


def places() -> set[str]:
    """Which secrets stand anywhere: in the bytes of the database, as text or JSON writes them, or inside a block."""
    db.session.rollback()
    written = {secret: _ways(secret) for secret in SECRETS}
    found = set()
    for content in _contents():
        found |= {secret for secret, ways in written.items() if any(way in content for way in ways)}
    return found


def _ways(secret: str) -> tuple[bytes, ...]:
    escaped = json.dumps(secret)[1:-1]
    return (secret.encode(), escaped.encode(), json.dumps(escaped)[1:-1].encode(), secret.encode("utf-16-le"))


def _contents() -> Iterator[bytes]:
    for body in db.session.execute(select(BlockBody)).scalars():
        yield gzip.decompress(body.gzip)
        yield brotli.decompress(body.brotli)
    db.session.rollback()
    for path in Path(current_settings().uploads).iterdir():
        yield path.read_bytes()
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        for path in Path(str(url.database)).parent.iterdir():
            if path.is_file():
                yield path.read_bytes()
        return
    # The pages of PostgreSQL keep old row versions until its vacuum: what can still be read is what counts there.
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            yield json.dumps(tuple(row), default=str, ensure_ascii=False).encode()
