"""Links by which people refuse: one for each recipient, sender and channel, made when the first text goes to her."""

from __future__ import annotations

import re
import secrets
import string
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend.core.db import TryAgain, db, is_duplicate
from sms import config
from sms.refusals.models import RefusalLink, RefusalUnit

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from backend.delivery import Draft
    from backend.organization import BusinessUnit

PATH: Final = "/o/"
LENGTH: Final = 10
_LETTERS: Final = string.ascii_letters + string.digits
_CODE: Final = re.compile(r"[0-9A-Za-z]{8,32}")
_STAND_IN: Final = "0" * LENGTH
"""Stands in texts until they are sent: a text that is only looked at makes no link, and is as long as the real one."""


class _For(NamedTuple):
    made_for: str
    sender_id: str
    channel: str


def way_to_refuse(unit: BusinessUnit) -> str | None:
    """What the legal frame names: the unit's 080 number, or a stand-in for the recipient's link; None without either.

    The link needs an https address of this server that people can open.
    """
    base = _base()
    if base is None or (unit.refusal_number and not _prefers_link(unit.id)):
        return unit.refusal_number
    return f"{base}{PATH}{_STAND_IN}"


def kind_of_way(unit: BusinessUnit) -> str | None:
    """How a unit's texts say that they are refused: "link", "number" or, when they cannot, None."""
    way = way_to_refuse(unit)
    if way is None:
        return None
    return "link" if way.startswith("https://") else "number"


def with_links(drafts: Sequence[Draft]) -> list[Draft]:
    """Put each recipient's own link in the place of the stand-in; two statements for any number of drafts.

    Inside a unit of work. Raises `TryAgain` when somebody makes the same link in the same moment.
    """
    stand_in = f"{_base()}{PATH}{_STAND_IN}"
    wanted = {each: _whose(draft) for each, draft in enumerate(drafts) if stand_in in draft.body}
    codes = _codes({whose for whose in wanted.values() if whose is not None})
    missing = {whose: drafts[each] for each, whose in wanted.items() if whose is not None and whose not in codes}
    codes |= {whose: _make(whose, draft) for whose, draft in missing.items()}
    _flush()
    return [
        replace(draft, body=draft.body.replace(stand_in, f"{_base()}{PATH}{codes[whose]}"))
        if (whose := wanted.get(each)) is not None
        else draft
        for each, draft in enumerate(drafts)
    ]


def find(code: str) -> RefusalLink | None:
    """The link with this code."""
    return db.session.get(RefusalLink, code) if _CODE.fullmatch(code) else None


def _base() -> str | None:
    """The https address under which people reach this server; None when it has none."""
    found = config.links_base()
    return found if found and found.startswith("https://") else None


def _prefers_link(unit_id: str) -> bool:
    return bool(db.session.scalar(select(RefusalUnit.by_link).where(RefusalUnit.unit_id == unit_id)))


def _whose(draft: Draft) -> _For | None:
    made_for = draft.customer_id or draft.address
    return _For(made_for, draft.sender_id, draft.channel) if made_for and draft.sender_id else None


def _codes(wanted: Collection[_For]) -> dict[_For, str]:
    if not wanted:
        return {}
    link = RefusalLink
    query = select(link.made_for, link.sender_id, link.channel, link.code)
    found = db.session.execute(query.where(link.made_for.in_({each.made_for for each in wanted})))
    return {_For(made_for, sender_id, channel): code for made_for, sender_id, channel, code in found}


def _make(whose: _For, draft: Draft) -> str:
    code = _STAND_IN
    while code == _STAND_IN:
        code = "".join(secrets.choice(_LETTERS) for _ in range(LENGTH))
    link = RefusalLink(
        code=code,
        made_for=whose.made_for,
        customer_id=draft.customer_id,
        address=draft.address if draft.customer_id is None else None,
        sender_id=whose.sender_id,
        channel=whose.channel,
        language=draft.language,
    )
    db.session.add(link)
    return code


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        if is_duplicate(error):
            raise TryAgain from error
        raise
