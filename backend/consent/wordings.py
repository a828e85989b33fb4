"""The words that are shown: written by one admin, published by another, never changed afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from backend.consent.models import ConsentWording
from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import Conflict, NotFound
from backend.core.ids import is_id
from backend.sync import mark_changed
from backend.sync.models import ChangeLog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from backend.core.audit import Actor
    from backend.core.events import DatabasePrepared

COLLECTION = "wordings"
FIELDS = (
    "id",
    "version",
    "purpose",
    "channel",
    "night",
    "recipient",
    "state",
    "text_ko",
    "text_en",
    "text_zh",
    "text_ja",
)
_STANDARD = Path(__file__).with_name("wordings.json")
_LONGEST_VERSION = 40


def add_standard_wordings(_event: DatabasePrepared) -> None:
    """Register the wordings that come with the app, those that are missing; tell tablets that never heard of any."""
    known = set(db.session.execute(select(ConsentWording.version)).scalars())
    standard: dict[str, dict[str, Any]] = json.loads(_STANDARD.read_text(encoding="utf-8"))
    db.session.add_all(
        ConsentWording(
            version=version,
            purpose=words["purpose"],
            channel=words.get("channel"),
            night=words.get("night", False),
            text_ko=words["ko"],
            text_en=words["en"],
            state=words.get("state", "published"),
            published_at=clock.now(),
        )
        for version, words in standard.items()
        if version not in known
    )
    db.session.flush()
    told = select(func.count()).select_from(ChangeLog).where(ChangeLog.collection == COLLECTION)
    if known and not db.session.scalar(told):
        mark_changed(COLLECTION, list(db.session.scalars(select(ConsentWording.id))))


def load(session: Session, ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """The wordings with these ids as tablets hold them, ordered by id; a tablet shows those that are published."""
    columns = [getattr(ConsentWording, name) for name in FIELDS]
    query = select(*columns).where(ConsentWording.id.in_(ids))
    return [tuple(row) for row in session.execute(query.order_by(ConsentWording.id))]


def shown_text(wording: ConsentWording, language: str | None) -> tuple[str, str]:
    """The words as they are shown in a language (None: Korean), and the language they are in: English where missing."""
    own = getattr(wording, f"text_{language or 'ko'}")
    return (own, language or "ko") if own else (wording.text_en, "en")


def find(wording_id: str) -> ConsentWording:
    """One wording. Raises `NotFound`."""
    query = select(ConsentWording).where(ConsentWording.id == wording_id)
    found = db.session.execute(query).scalar_one_or_none() if is_id(wording_id) else None
    if found is None:
        raise NotFound
    return found


def write(data: Mapping[str, Any], *, acting_staff: Actor) -> ConsentWording:
    """Add a draft from what `WordingData` read; its version says what it is about, and since when."""
    wording = ConsentWording(version=_version(data), state="draft", written_by=acting_staff.staff_id, **data)
    db.session.add(wording)
    db.session.flush()
    _note(wording, "write", acting_staff)
    return wording


def rewrite(wording: ConsentWording, data: Mapping[str, Any], *, acting_staff: Actor) -> ConsentWording:
    """Change a draft. Raises `Conflict` for one that was published: what somebody agreed to stays as it was."""
    _only(wording, "draft", "A wording that was published never changes. Write a new version.")
    for name, value in data.items():
        setattr(wording, name, value)
    wording.written_by, wording.written_at = acting_staff.staff_id, clock.now()
    _note(wording, "rewrite", acting_staff)
    return wording


def publish(wording: ConsentWording, *, acting_staff: Actor) -> ConsentWording:
    """Have it shown from now on, in the place of the one before. Raises `Conflict` when its own writer publishes it."""
    _only(wording, "draft", "Only a draft can be published.")
    if wording.written_by == acting_staff.staff_id:
        detail = "Somebody else than its writer publishes a wording."
        raise Conflict(detail)
    now = clock.now()
    before = select(ConsentWording).where(
        ConsentWording.state == "published",
        ConsentWording.purpose == wording.purpose,
        ConsentWording.channel.is_not_distinct_from(wording.channel),
        ConsentWording.recipient.is_not_distinct_from(wording.recipient),
        ConsentWording.night == wording.night,
    )
    for old in db.session.scalars(before):
        old.state, old.retired_at = "retired", now
    wording.state, wording.published_by, wording.published_at = "published", acting_staff.staff_id, now
    _note(wording, "publish", acting_staff)
    return wording


def retire(wording: ConsentWording, *, acting_staff: Actor) -> ConsentWording:
    """Show it no longer; nothing takes its place. Raises `Conflict` for one that is not shown."""
    _only(wording, "published", "Only a published wording can be retired.")
    wording.state, wording.retired_at = "retired", clock.now()
    _note(wording, "retire", acting_staff)
    return wording


def _only(wording: ConsentWording, state: str, detail: str) -> None:
    if wording.state != state:
        raise Conflict(detail)


def _note(wording: ConsentWording, what: str, actor: Actor) -> None:
    detail = {"version": wording.version}
    audit.record(actor, f"wording.{what}", subject_kind="consent_wording", subject_id=wording.id, detail=detail)


def _version(data: Mapping[str, Any]) -> str:
    """Purpose, channel, night and month; numbered when the month has one already."""
    parts = [data["purpose"].replace("_", "-"), data.get("channel"), "night" if data.get("night") else None]
    stem = "-".join(part for part in (*parts, f"{clock.now():%Y-%m}") if part)[: _LONGEST_VERSION - 4]
    query = select(ConsentWording.version).where(ConsentWording.version.startswith(stem, autoescape=True))
    taken = set(db.session.execute(query).scalars())
    numbered = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 2))
    return next(each for each in numbered if each not in taken)
