"""Files of members: how their rows are read, and who writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.unify.files import cells
from backend.unify.files.fields import FURTHER, MEMBER_FIELDS
from backend.unify.files.guess import columns_by_values, is_data
from backend.unify.files.members import MemberWriter
from backend.unify.files.members_undo import MEMBERS_UNDOER
from backend.unify.files.plan import Planner
from backend.unify.files.target import Target

if TYPE_CHECKING:
    from backend.unify.files.plan import Reading
    from backend.unify.files.runs import Prepared
    from backend.unify.files.target import Readers

_PREFERENCES = [name for name in FURTHER if name != "phones"]


def _readers(given: Reading) -> Readers:
    return {
        "source_key": cells.one_line(80),
        "name": cells.one_line(120),
        "name_latin": cells.one_line(120),
        "name_han": cells.one_line(60),
        "phone": cells.phone,
        "email": cells.email,
        "language": cells.languages().__getitem__,
        "birth_date": cells.Days(given.today).__getitem__,
        "sex": cells.sexes().__getitem__,
        "nationality": cells.Countries().__getitem__,
        "district": cells.one_line(60),
        "store": cells.Codes(given.stores, "store").__getitem__,
        "memo": cells.memo,
        "card": cells.card,
        "unit": cells.Codes(given.units, "unit").__getitem__,
        "phones": cells.several(cells.phone),
        **dict.fromkeys(_PREFERENCES, cells.several(cells.one_line(120))),
    }


def _writer(prepared: Prepared, run_id: str | None) -> MemberWriter:
    return MemberWriter(run_id, prepared.wishes.source, prepared.key, prepared.headings)


MEMBERS: Target = Target(
    kind="members",
    fields=MEMBER_FIELDS,
    keys={
        "source-key": ("source_key",),
        "card": ("card",),
        "phone": ("phone",),
        "phone+name": ("phone", "name"),
    },
    usual=("source-key", "card", "phone+name"),
    needed="No columns say who a row is of. Needed: a customer number, a card, or phone and name.",
    by_values=columns_by_values,
    is_data=is_data,
    readers=_readers,
    reader=lambda table, reading: Planner(table, reading, MEMBERS),
    writer=_writer,
    undoer=MEMBERS_UNDOER,
    alone="card",
    several=FURTHER,
)
