"""The only door to a customer for a person: unknown and forbidden look alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, func, inspect, not_, or_, select, true
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id
from backend.customers.models import Card, Customer, CustomerPhone, Preference, StoreActivity
from backend.customers.rules import normal_email, normal_phone
from backend.customers.survivors import survivors
from backend.organization import Store, hidden_units

if TYPE_CHECKING:
    from sqlalchemy import Row

_LAST_FOUR = 4

# Queries that are made once, and the lists of one customer are asked for plainly: making them at each call, with
# SQLAlchemy's loaders for lists of many, took more than twice the time of the reading.
_WANTED: BindParameter[str] = bindparam("id")
_CUSTOMER = (
    select(Customer)
    .where(Customer.id == _WANTED)
    .options(joinedload(Customer.facts), joinedload(Customer.home_store), joinedload(Customer.preferred_staff))
)
_LISTS: dict[str, Select[Any]] = {
    "phones": select(CustomerPhone).where(CustomerPhone.customer_id == _WANTED).order_by(CustomerPhone.id),
    "cards": (
        select(Card).where(Card.customer_id == _WANTED).order_by(Card.number).options(joinedload(Card.business_unit))
    ),
    "preferences": select(Preference).where(Preference.customer_id == _WANTED).order_by(Preference.id),
}


def customer(customer_id: str) -> Customer:
    """The customer with all that is hers; who she is now, if she was merged. Raises `NotFound`."""
    found: Customer = row(_CUSTOMER, customer_id)[0]
    for name in _LISTS.keys() & inspect(found).unloaded:
        set_committed_value(found, name, db.session.scalars(_LISTS[name], {"id": found.id}).all())
    return found


def row(query: Select[Any], customer_id: str) -> Row[Any]:
    """What `query`, which asks for `id`, says of a customer; of who she is now, if merged. Raises `NotFound`."""
    if not is_id(customer_id):
        raise NotFound
    seen = _seen(query)
    found = db.session.execute(seen, {"id": customer_id}).one_or_none()
    if found is None and (now := survivors([customer_id]).get(customer_id)) is not None:
        found = db.session.execute(seen, {"id": now}).one_or_none()
    if found is None:
        raise NotFound
    return found


def _seen(query: Select[Any]) -> Select[Any]:
    """The query as whoever asks may put it; left as it is where no unit hides anything, which is nearly always."""
    return query.where(visible()) if hidden_units() else query


def visible() -> ColumnElement[bool]:
    """That whoever asks may know of the customer: that she is not the member of hiding business units alone.

    Her ties are her home store, the stores where she bought lately, and her cards; each is looked up by an index.
    """
    units = hidden_units()
    if not units:
        return true()
    ties = (
        (Store.id == Customer.home_store_id, Store.business_unit_id, select(Store.id)),
        (
            StoreActivity.customer_id == Customer.id,
            Store.business_unit_id,
            select(StoreActivity.store_id).join(Store, Store.id == StoreActivity.store_id),
        ),
        (Card.customer_id == Customer.id, Card.business_unit_id, select(Card.number)),
    )
    of_others = [query.where(hers, unit.not_in(units)).correlate(Customer).exists() for hers, unit, query in ties]
    of_hiding = [query.where(hers, unit.in_(units)).correlate(Customer).exists() for hers, unit, query in ties]
    return or_(*of_others, not_(or_(*of_hiding)))


def is_known(customer_id: str) -> bool:
    """Whether there is a customer with this id; for the system itself, which shows her to nobody."""
    return db.session.execute(select(exists().where(Customer.id == customer_id))).scalar_one()


def customers(q: str | None) -> Select[Customer]:
    """Customers whose name begins with `q`, or whose card, e-mail, phone or last four digits it is.

    Name and phone seek in ix_customer_name and ix_customer_phone; the last four digits read the phone index through.
    """
    query = select(Customer).where(visible()).options(joinedload(Customer.facts))
    text = (q or "").strip()
    if not text:
        return query
    phone = normal_phone(text)
    ways: list[ColumnElement[bool]] = [
        Customer.name.startswith(text, autoescape=True),
        func.lower(Customer.name_latin).startswith(text.lower(), autoescape=True),
        Customer.name_han.startswith(text, autoescape=True),
        exists().where(Card.customer_id == Customer.id, Card.number == text),
    ]
    if phone is not None:
        ways += [Customer.phone == phone, _further(CustomerPhone.phone == phone)]
    if len(text) == _LAST_FOUR and text.isdigit():
        ways += [Customer.phone.endswith(text), _further(CustomerPhone.phone.endswith(text))]
    if (email := normal_email(text)) is not None:
        ways.append(Customer.email == email)
    return query.where(or_(*ways))


def _further(found: ColumnElement[bool]) -> ColumnElement[bool]:
    return Customer.id.in_(select(CustomerPhone.customer_id).where(found))


def find_one(text: str) -> Customer:
    """The one customer with this id, card or phone, for commands. Raises `NotFound` when none or several match."""
    phone = normal_phone(text)
    by_card = select(Card.customer_id).where(Card.number == text)
    ways: list[ColumnElement[bool]] = [Customer.id.in_(by_card)]
    if phone is not None:
        ways += [Customer.phone == phone, _further(CustomerPhone.phone == phone)]
    if is_id(text):
        ways.append(Customer.id == text)
    query = select(Customer.id).where(or_(*ways))
    ids = db.session.execute(query.limit(2)).scalars().all()
    if len(ids) != 1:
        detail = (
            "No customer has this id, card or phone."
            if not ids
            else "Several customers share this phone; name one by id."
        )
        raise NotFound(detail)
    return customer(ids[0])
