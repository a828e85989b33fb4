"""Making, changing and filing segments, and putting members into lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, insert, literal, select

from backend.core import audit, clock
from backend.core.db import db, parts, table_of
from backend.core.errors import Conflict, ValidationFailed
from backend.core.ids import is_id
from backend.customers import Card, Customer, normal_phone, survivors
from backend.segments import access
from backend.segments.counting import asked
from backend.segments.language import check_references, limited, members, parse
from backend.segments.language.running import SECONDS
from backend.segments.models import Segment, SegmentMember, SegmentVersion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from backend.core.audit import Actor

AT_ONCE: Final = 2_000
MOST_NAMED: Final = 100_000
MOST_SHOWN: Final = 50


class SegmentMoved(Conflict):
    """Somebody else changed this segment meanwhile; yours is not saved. Read it again."""

    code = "segment_moved"


def add(data: Mapping[str, Any], *, acting_staff: Actor) -> str:
    """Make a segment (`SegmentData`); its id. Raises `ValidationFailed` for a rule that is wrong, with its path."""
    made = Segment(name=data["name"], kind=data["kind"], note=data["note"], created_by=acting_staff.staff_id)
    made.watched = data["watched"] and data["kind"] == "rule"
    if made.kind == "list":
        made.members, made.counted_at = 0, clock.now()
    db.session.add(made)
    db.session.flush()
    if made.kind == "rule":
        _keep(made, data["rule"], acting_staff=acting_staff)
    _audited(acting_staff, "segment.add", made)
    return made.id


def change(segment_id: str, data: Mapping[str, Any], *, acting_staff: Actor) -> None:
    """Change a segment that is as it was when it was read (`version`); another rule is a new version.

    Raises `SegmentMoved` otherwise, `ValidationFailed` for a rule that is wrong.
    """
    found = access.segment(segment_id, locked=True)
    if found.version != data["version"]:
        raise SegmentMoved
    found.name, found.note = data["name"], data["note"]
    found.watched = data["watched"] and found.kind == "rule"
    if found.kind == "rule" and data["rule"] != access.version(found.id, found.version).rule:
        found.version += 1
        found.members = found.counted_at = found.looked_at = None
        _keep(found, data["rule"], acting_staff=acting_staff)
    _audited(acting_staff, "segment.change", found)


def file(segment_id: str, *, archived: bool, acting_staff: Actor) -> None:
    """Put a segment away, or bring it back; what uses it goes on using it."""
    found = access.segment(segment_id, locked=True)
    found.state = "archived" if archived else "live"
    _audited(acting_staff, "segment.archive" if archived else "segment.restore", found)


def note_count(segment_id: str, counted: int) -> None:
    """Keep how many members a segment had now, for the list of segments."""
    found = access.segment(segment_id, locked=True)
    found.members, found.counted_at = counted, clock.now()


def fill(segment_id: str, data: Mapping[str, Any], *, acting_staff: Actor) -> int:
    """Add members to a list as `NamedData` says; how many are new."""
    if data["rule"] is None:
        return put_in(segment_id, data["members"], acting_staff=acting_staff)
    return put_in_found(segment_id, data["rule"], acting_staff=acting_staff)


def put_in(segment_id: str, named: Sequence[str], *, acting_staff: Actor) -> int:
    """Add members to a list by ids, card numbers or phones; how many are new.

    Raises `ValidationFailed` that names those whom nobody knows; nobody is added then.
    """
    found = _list(segment_id)
    ids = _named(named)
    new = [each for each in ids if each not in _present(found.id, ids)]
    for some in parts(new, AT_ONCE):
        rows = [{"segment_id": found.id, "member_id": each, "customer_id": each, "since": clock.now()} for each in some]
        db.session.execute(insert(table_of(SegmentMember)), rows)
    _counted(found)
    _audited(acting_staff, "segment.put_in", found, members=len(new))
    return len(new)


def put_in_found(segment_id: str, tree: Any, *, acting_staff: Actor) -> int:  # noqa: ANN401 - JSON
    """Add everybody to a list whom a rule means now: one statement; how many are new. Raises `TooSlow`."""
    found = _list(segment_id)
    chosen = members(parse(tree), asked()).subquery()
    hers = next(iter(chosen.c))
    there = select(SegmentMember.customer_id).where(SegmentMember.segment_id == found.id)
    rows = select(
        literal(found.id, SegmentMember.segment_id.type), hers, hers, literal(clock.now(), SegmentMember.since.type)
    )
    table = table_of(SegmentMember)
    names = [table.c.segment_id, table.c.member_id, table.c.customer_id, table.c.since]
    before = found.members or 0
    with limited(SECONDS):
        db.session.execute(insert(table).from_select(names, rows.where(hers.not_in(there))))
    _counted(found)
    _audited(acting_staff, "segment.put_in", found, members=(found.members or 0) - before)
    return (found.members or 0) - before


def take_out(segment_id: str, customer_ids: Sequence[str], *, acting_staff: Actor) -> int:
    """Take members off a list; how many were on it."""
    found = _list(segment_id)
    ids = [each for each in customer_ids if is_id(each)]
    there = _present(found.id, ids)
    gone = delete(SegmentMember).where(SegmentMember.segment_id == found.id, SegmentMember.customer_id.in_(there))
    db.session.execute(gone, execution_options={"synchronize_session": False})
    _counted(found)
    _audited(acting_staff, "segment.take_out", found, members=len(there))
    return len(there)


def _keep(segment: Segment, tree: Any, *, acting_staff: Actor) -> None:  # noqa: ANN401 - JSON
    rule = parse(tree)
    check_references(rule)
    kept = SegmentVersion(segment_id=segment.id, number=segment.version, rule=tree, created_by=acting_staff.staff_id)
    db.session.add(kept)
    db.session.flush()
    # A segment that leads back to itself is refused when it is compiled.
    members(access.rule_of(segment.id), asked())


def _list(segment_id: str) -> Segment:
    found = access.segment(segment_id, locked=True)
    if found.kind != "list":
        message = "This segment follows its rule; only lists have members put in."
        raise Conflict(message)
    return found


def _present(segment_id: str, ids: Sequence[str]) -> set[str]:
    there: set[str] = set()
    for some in parts(list(ids), AT_ONCE):
        query = select(SegmentMember.customer_id)
        there.update(
            db.session.scalars(query.where(SegmentMember.segment_id == segment_id, SegmentMember.customer_id.in_(some)))
        )
    return there


def _counted(segment: Segment) -> None:
    db.session.flush()
    query = select(func.count(SegmentMember.customer_id.distinct())).where(SegmentMember.segment_id == segment.id)
    segment.members, segment.counted_at = db.session.scalar(query), clock.now()


def _named(named: Sequence[str]) -> list[str]:
    """The members whom ids, cards and phones name, each once."""
    if len(named) > MOST_NAMED:
        raise ValidationFailed({"members": [f"At most {MOST_NAMED:,} at a time."]})
    found: dict[str, str] = {}
    for some in parts(list(dict.fromkeys(named)), AT_ONCE):
        ids = [each for each in some if is_id(each)]
        found |= {each: each for each in db.session.scalars(select(Customer.id).where(Customer.id.in_(ids)))}
        found |= survivors(set(ids) - found.keys())
        cards = select(Card.number, Card.customer_id).where(Card.number.in_(some))
        found |= {number: holder for number, holder in db.session.execute(cards)}  # noqa: C416 - rows, not pairs
        found |= _by_phone([each for each in some if each not in found])
    unknown = [each for each in named if each not in found]
    if unknown:
        shown = ", ".join(unknown[:MOST_SHOWN])
        raise ValidationFailed({"members": [f"{len(unknown)} of these are no members: {shown}"]})
    return list(dict.fromkeys(found[each] for each in named))


def _by_phone(named: Sequence[str]) -> dict[str, str]:
    """Members by their main number; a number of several people names nobody."""
    spelled = {each: phone for each in named if (phone := normal_phone(each)) is not None}
    query = select(Customer.phone, Customer.id).where(Customer.phone.in_(set(spelled.values())))
    holders: dict[str | None, list[str]] = {}
    for phone, holder in db.session.execute(query):
        holders.setdefault(phone, []).append(holder)
    by_phone = {phone: hers[0] for phone, hers in holders.items() if len(hers) == 1}
    return {each: by_phone[phone] for each, phone in spelled.items() if phone in by_phone}


def _audited(actor: Actor, action: str, segment: Segment, **detail: object) -> None:
    db.session.flush()
    told = {"name": segment.name, "version": segment.version} | detail
    audit.record(actor, action, subject_kind="segment", subject_id=segment.id, detail=told)
