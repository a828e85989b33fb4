"""The search beyond the tablet's own book: the whole membership, by what a customer says at the counter.

Each way reads an index of its own, on both databases: a card `pk_card`, a whole phone `ix_customer_phone`, four or more
last digits `ix_customer_phone_end`, the beginning of a name `ix_customer_name_begins` (on SQLite `ix_customer_name`),
of a Latin name `ix_customer_latin_begins`, in Han characters `ix_customer_han_begins`; further numbers have indexes
like the main one has, an e-mail `ix_customer_email`. Two or three digits are the end of so many phones that reading on
until the page is full is soon done.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, and_, bindparam, literal_column, select

from backend.core import audit
from backend.core.db import db
from backend.customers import access, sight
from backend.customers.copy import load
from backend.customers.models import LATIN_NAME, PHONE_END, Card, Customer, CustomerPhone
from backend.customers.rules import normal_email, normal_phone
from backend.organization import hidden_units
from backend.sync.models import ChangeLog

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import InstrumentedAttribute

    from backend.core.audit import Actor

_LAST_FOUR = 4
_LAST_CHARACTER = "\U0010ffff"
_NAME = literal_column("name", String)
_HAN = literal_column("name_han", String)


def search(text: str, limit: int) -> tuple[list[str], bool]:
    """The ids of at most `limit` members whom `text` may mean, the surest first, and whether there are more."""
    found: dict[str, None] = {}
    for query in _ways(unicodedata.normalize("NFC", text).strip()):
        if len(found) > limit:
            break
        found |= dict.fromkeys(db.session.scalars(_living(query).limit(limit + 1)))
    ids = list(found)
    return ids[:limit], len(ids) > limit


def rows(ids: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of `ids` as tablets hold them, in the order of `ids`, as far as who asks is shown them."""
    loaded = sight.rows({values[0]: values for values in load(db.session(), ids)})
    return [loaded[customer_id] for customer_id in ids if customer_id in loaded]


def record_hits(ids: Sequence[str], *, acting_staff: Actor) -> None:
    """Write down whose rows were shown, within the open unit of work."""
    audit.record_accesses(acting_staff, ids, what="search")


def _ways(text: str) -> Iterator[Select[str]]:
    compact = re.sub(r"[\s-]", "", text)
    for number in dict.fromkeys((re.sub(r"\s", "", text), compact)):
        yield select(Card.customer_id).where(Card.number == number)
    if not re.fullmatch(r"\+?[0-9]+", compact):
        if (email := normal_email(text)) is not None:
            yield select(Customer.id).where(Customer.email == email).order_by(Customer.id)
        yield _named(_NAME, text)
        yield _named(LATIN_NAME, text.lower())
        yield _named(_HAN, text)
        return
    phone = normal_phone(compact)
    if phone is not None:
        yield select(Customer.id).where(Customer.phone == phone).order_by(Customer.id)
        yield select(CustomerPhone.customer_id).where(CustomerPhone.phone == phone).order_by(CustomerPhone.customer_id)
    digits = compact.lstrip("+")
    yield select(Customer.id).where(_ends(Customer.phone, digits))
    yield select(CustomerPhone.customer_id).where(_ends(CustomerPhone.phone, digits))


def _ends(column: InstrumentedAttribute[Any], digits: str) -> ColumnElement[bool]:
    ends: ColumnElement[bool] = column.endswith(digits, autoescape=True)
    if len(digits) >= _LAST_FOUR:
        ends = and_(bindparam("last_four", digits[-_LAST_FOUR:]) == PHONE_END, ends)
    return ends


def _named(column: ColumnElement[str], text: str) -> Select[str]:
    """SQLite seeks a range of text, PostgreSQL a pattern: in its own languages' order a range is no beginning."""
    if db.session.get_bind().dialect.name == "postgresql":
        begins: ColumnElement[bool] = column.startswith(text, autoescape=True)
    else:
        begins = and_(column >= text, column < text + _LAST_CHARACTER)
    return select(Customer.id).where(begins).order_by(column)


def _living(query: Select[str]) -> Select[str]:
    """Without those who were erased or taken away, whom the change log knows by its primary key, or are hidden."""
    (found,) = query.selected_columns
    gone = select(ChangeLog.row_id).where(
        ChangeLog.collection == "customers", ChangeLog.row_id == found, ChangeLog.op == "delete"
    )
    query = query.where(~gone.exists())
    if not hidden_units():
        return query
    return query.where(found.in_(select(Customer.id).where(access.visible())))
