"""A segment's members as a file, and what the access log says of it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from backend.core import audit
from backend.customers import Customer, CustomerFacts, masked_phone
from backend.segments.counting import asked
from backend.segments.language import members, run

if TYPE_CHECKING:
    from backend.core.audit import Actor
    from backend.segments.language import Rule

HEADINGS: Final = ("id", "name", "phone", "district", "grade", "points")


def taken(segment_id: str, rule: Rule, *, acting_staff: Actor) -> str:
    """CSV with a line a member, her number masked. Writes down that everybody on it was seen, and who took it."""
    rows = run(
        select(Customer.id, Customer.name, Customer.phone, Customer.district, CustomerFacts.grade, CustomerFacts.points)
        .join(CustomerFacts, CustomerFacts.customer_id == Customer.id, isouter=True)
        .where(Customer.id.in_(members(rule, asked())))
        .order_by(Customer.id)
    )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for id_, name, phone, *rest in rows:
        writer.writerow([id_, _harmless(name), masked_phone(phone), *rest])
    audit.record_accesses(acting_staff, [row.id for row in rows], what="segment_export")
    detail = {"members": len(rows)}
    audit.record(acting_staff, "segment.export", subject_kind="segment", subject_id=segment_id, detail=detail)
    return out.getvalue()


def _harmless(text: str) -> str:
    """The text so that no table program takes it for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
