"""Which grade members have: read, and changed with its history and its gift. All within the edge's unit of work."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, insert, select

from backend.core import clock
from backend.core.bulk import insert_rows
from backend.core.db import db, table_of
from backend.core.ids import new_id
from backend.core.one_of import one_of
from backend.customers import Customer, CustomerFacts, show_grades
from backend.loyalty import earning, ledger
from backend.loyalty.grades.models import THE_ONE, Grade, GradeChange, GradeProgramme, MemberGrade
from backend.loyalty.grades.rules import Ladder, Needs, Standing, Step, later

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Select

_customer, _facts, _member = table_of(Customer).c, table_of(CustomerFacts).c, table_of(MemberGrade)
_change = table_of(GradeChange)
_INSERT_MEMBER, _INSERT_CHANGE = insert(_member), insert(_change)
_GIFT_EVERY = timedelta(days=365)
_FIRST_ZONE = timedelta(hours=14)
STANDINGS: Select[Any, Any, Any, Any, Any, Any, Any] = select(
    _customer.id,
    _facts.grade,
    _member.c.code,
    _member.c.since,
    _member.c.grace_until,
    _member.c.invited,
    _member.c.invited_until,
).select_from(
    table_of(Customer)
    .outerjoin(table_of(CustomerFacts), _facts.customer_id == _customer.id)
    .outerjoin(_member, _member.c.customer_id == _customer.id)
)
"""Of members, in the order of `standing_of`; one who was merged has a row for each of the two."""
_OF = STANDINGS.where(one_of(_customer.id, "ids"))
_ROWS = select(_member.c.id, _member.c.customer_id, _member.c.code).where(one_of(_member.c.customer_id, "ids"))


def programme() -> GradeProgramme:
    """What holds for all grades; that of a new house where nothing was ever set."""
    found = db.session.get(GradeProgramme, THE_ONE)
    if found is None:
        found = GradeProgramme(id=THE_ONE, months=12, currency="KRW", falls="earned", monthly="preview")
        db.session.add(found)
        db.session.flush()
    return found


def grades() -> list[Grade]:
    """Every grade, the lowest first."""
    return list(db.session.scalars(select(Grade).order_by(Grade.rank)))


def ladder_of(grades: Iterable[Grade], falls: str) -> Ladder:
    """The grades as rules see them."""
    return Ladder([_step(grade) for grade in grades], falls)


def standing_of(row: Sequence[Any]) -> Standing:
    """A row of `STANDINGS`. Who has a grade that nobody wrote a row for has it since ever."""
    _, shown, code, since, grace_until, invited, invited_until = row
    return Standing(shown) if code is None else Standing(code, since, grace_until, bool(invited), invited_until)


def standings(customer_ids: Iterable[str], ladder: Ladder) -> dict[str, Standing]:
    """What these members are; of who was merged the higher of both."""
    found: dict[str, Standing] = {}
    for row in db.session.execute(_OF, {"ids": sorted(set(customer_ids))}):
        take_higher(found, str(row[0]), standing_of(row), ladder)
    return found


def take_higher(found: dict[str, Standing], customer_id: str, standing: Standing, ladder: Ladder) -> None:
    """Note somebody's standing, unless a higher one is noted already."""
    other = found.get(customer_id)
    if other is None or rank_of(ladder, standing.code) > rank_of(ladder, other.code):
        found[customer_id] = standing


def rank_of(ladder: Ladder, code: str | None) -> int:
    """The rank of a grade; below all of them where there is none."""
    step = ladder.step(code)
    return -1 if step is None else step.rank


class Move(NamedTuple):
    """A change of somebody's grade, with what its history says of it."""

    customer_id: str
    kind: str
    from_code: str | None
    standing: Standing
    figures: tuple[int, int, int] | None = None
    reason: str | None = None
    evaluation_id: str | None = None
    staff_id: str | None = None


@dataclass
class _Written:
    members: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    gifts: list[dict[str, Any]] = field(default_factory=list)


def move(moves: Sequence[Move], grades: Mapping[str, Grade], ladder: Ladder) -> None:
    """Write these changes, one for a member, for members who are held: standing, card, history, and gift."""
    if not moves:
        return
    ids = [each.customer_id for each in moves]
    rows: dict[str, list[Any]] = defaultdict(list)
    for row in db.session.execute(_ROWS, {"ids": sorted(ids)}):
        rows[row.customer_id].append(row)
    gifted = _gifted(ids)
    written = _Written()
    for each in moves:
        _write(each, rows[each.customer_id], grades.get(each.standing.code or ""), gifted, ladder, written)
    replaced = sorted({row["id"] for row in written.members})
    db.session.execute(delete(_member).where(_member.c.id.in_(replaced)))
    insert_rows(_INSERT_MEMBER, written.members)
    insert_rows(_INSERT_CHANGE, written.changes)
    ledger.post(written.gifts)
    show_grades({each.customer_id: each.standing.code for each in moves})


def _write(
    move: Move,
    rows: Sequence[Any],
    grade: Grade | None,
    gifted: set[tuple[str, str]],
    ladder: Ladder,
    written: _Written,
) -> None:
    code, since, grace_until, invited, invited_until = move.standing
    values: dict[str, Any] = {"code": code, "since": since, "grace_until": grace_until}
    values |= {"invited": invited, "invited_until": invited_until}
    # Her own; and of whoever was merged into her what would keep her above it.
    own = {"id": move.customer_id, "customer_id": move.customer_id, "owner_id": None}
    above = [row for row in rows if row.id != move.customer_id and rank_of(ladder, row.code) > rank_of(ladder, code)]
    written.members.append(own | values)
    written.members += [{"id": row.id, "customer_id": move.customer_id, "owner_id": row.id} | values for row in above]
    entered = move.kind in {"enter", "raise", "invite"} and code != move.from_code
    gift = grade if entered and grade is not None and grade.gift_points and grade.gift_unit_id else None
    points = gift.gift_points if gift is not None and (move.customer_id, code or "") not in gifted else None
    if gift is not None and points:
        written.gifts.append(_gift(move.customer_id, gift))
    spend, visits, units = move.figures or (None, None, None)
    written.changes.append(
        {"id": new_id(), "customer_id": move.customer_id, "owner_id": None, "kind": move.kind}
        | {"from_code": move.from_code, "to_code": code, "spend": spend, "visits": visits, "units": units}
        | {"until": invited_until or grace_until, "gift_points": points, "reason": move.reason}
        | {"evaluation_id": move.evaluation_id, "staff_id": move.staff_id, "changed_at": clock.now()}
    )


def _gift(customer_id: str, grade: Grade) -> dict[str, Any]:
    now = clock.now()
    expires_on = None if grade.gift_months is None else earning.month_end(now.date(), grade.gift_months)
    return ledger.entry(
        customer_id=customer_id,
        kind="gift",
        points=grade.gift_points,
        business_unit_id=grade.gift_unit_id,
        reason=grade.name,
        occurred_at=now,
        business_day=now.date(),
        expires_on=expires_on,
    )


def _gifted(customer_ids: Sequence[str]) -> set[tuple[str, str]]:
    """(customer, grade) of the gifts of the last year."""
    query = select(GradeChange.customer_id, GradeChange.to_code).where(
        GradeChange.customer_id.in_(customer_ids),
        GradeChange.gift_points.is_not(None),
        GradeChange.changed_at > clock.now() - _GIFT_EVERY,
    )
    return {(str(row[0]), row[1]) for row in db.session.execute(query)}


def _step(grade: Grade) -> Step:
    enter = Needs(grade.spend, grade.visits, grade.units)
    own = (grade.keep_spend, grade.keep_visits, grade.keep_units)
    keep = Needs(*(need if kept is None else kept for need, kept in zip(enter, own, strict=True)))
    return Step(grade.code, grade.rank, enter, keep, grade.grace_months, grade.invitation_only)


def newest_day() -> date:
    """The latest day that has begun anywhere on earth."""
    return (clock.now() + _FIRST_ZONE).date()


def first_day(day: date, months: int) -> date:
    """The first day of the period that ends with `day`."""
    return later(day, -months) + timedelta(days=1)
