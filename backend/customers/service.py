"""What is done to customers. Each write is one function; the edge's unit of work commits it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select
from sqlalchemy.orm.attributes import instance_state

from backend.core import audit, events
from backend.core.bulk import update_rows
from backend.core.db import db, table_of
from backend.core.errors import Conflict, Forbidden, ValidationFailed
from backend.core.ids import is_id, new_id
from backend.core.one_of import one_of
from backend.customers.departures import come_back
from backend.customers.models import Card, Customer, CustomerFacts, CustomerPhone
from backend.customers.rules import Merge, is_network_card, merge_edit, normal
from backend.customers.survivors import survivors
from backend.organization import BusinessUnit, Staff, Store
from backend.sync import mark_changed

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from backend.core.audit import Actor

COLLECTION = "customers"
_HELD = (
    select(Customer.id)
    .where(one_of(table_of(Customer).c.id, "ids"))
    .order_by(Customer.id)
    .with_for_update(key_share=True)
)


_facts = table_of(CustomerFacts).c
_POINTS = select(_facts.customer_id, _facts.points).where(one_of(_facts.customer_id, "ids"))
_GRADES = select(_facts.customer_id, _facts.grade).where(one_of(_facts.customer_id, "ids"))


@dataclass(frozen=True)
class CustomerRegistered:
    """A customer was registered; `consents` are the statements that came along, still unread.

    Who takes them adds to `flags` what a person should look at.
    """

    customer_id: str
    consents: tuple[dict[str, Any], ...]
    actor: Actor
    store_id: str | None
    flags: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class CustomerEdited:
    """Fields of a customer have new values, in the open unit of work."""

    customer_id: str
    fields: tuple[str, ...]


class EditedMeanwhile(Conflict):
    """Somebody else changed this in the meantime, so nothing was saved. Look at it again and save once more."""

    code = "edited_meanwhile"


@dataclass(frozen=True)
class Registered:
    """A new customer, and what a person should look at."""

    customer: Customer
    flags: tuple[str, ...]


def register(
    data: Mapping[str, Any], *, acting_staff: Actor, customer_id: str | None = None, at_store: str | None = None
) -> Registered:
    """Add a customer from what `RegisterData` read. `at_store` (an id) is her home store unless `data` names another.

    Flags: `card_taken` (the card stays with its holder), `payment_card` (the number of one, which is not kept),
    `possible_duplicate` (the phone is known), `unknown_store`.
    Publishes `CustomerRegistered`.
    """
    flags: list[str] = []
    home, known = _home_store(data.get("home_store"), otherwise=at_store)
    if not known:
        flags.append("unknown_store")
    phone = data.get("phone")
    if phone and _is_somebodys(phone):
        flags.append("possible_duplicate")
    plain = {
        name: data.get(name)
        for name in ("name_latin", "name_han", "email", "language", "birth_date", "sex", "nationality", "district")
    }
    customer = Customer(id=customer_id or new_id(), name=data["name"], phone=phone, home_store_id=home, **plain)
    customer.facts = CustomerFacts(
        customer_id=customer.id, last_basket=[], purchase_gaps=[], sms_senders=[], night_senders=[]
    )
    db.session.add(customer)
    db.session.flush()
    flags += _add_cards(customer.id, data.get("cards") or [])
    audit.record(acting_staff, "customer.register", subject_kind="customer", subject_id=customer.id)
    event = CustomerRegistered(customer.id, tuple(data.get("consents") or ()), acting_staff, at_store)
    events.publish(event)
    return Registered(customer, (*flags, *event.flags))


def edit(customer: Customer, changes: Mapping[str, tuple[Any, Any]], *, acting_staff: Actor) -> Merge:
    """Apply {field: (from, to)} field by field (SYNC.md). Publishes `CustomerEdited`.

    Raises `ValidationFailed` for a store or a person that does not exist.
    """
    # Of two edits at once, the second one must meet what the first one wrote.
    hold([customer.id])
    current = {name: current_value(customer, name) for name in changes}
    merge = merge_edit(current, dict(changes))
    for name, value in merge.applied.items():
        if name == "home_store":
            home, known = _home_store(value, otherwise=None)
            if not known:
                raise ValidationFailed({"changes.home_store.to": ["There is no store with this code."]})
            customer.home_store_id = home
            if home is not None:
                come_back([customer.id], home)
        elif name == "preferred_staff":
            customer.preferred_staff_id = _staff(value)
        else:
            setattr(customer, name, value)
    if merge.applied.get("phone"):
        _no_further(customer.id, merge.applied["phone"])
    if merge.applied:
        fields = sorted(merge.applied)
        audit.record(
            acting_staff, "customer.edit", subject_kind="customer", subject_id=customer.id, detail={"fields": fields}
        )
        events.publish(CustomerEdited(customer.id, tuple(fields)))
    return merge


def edit_all(
    customer: Customer, changes: Mapping[str, tuple[Any, Any]], *, acting_staff: Actor, may_call: bool
) -> None:
    """As `edit`, but all of it or nothing: for a form whose reader sees at once what became of it.

    Raises `EditedMeanwhile` with `fields` {name: {base, yours, server}}, and then has changed nothing. With `may_call`
    false, what the server holds of her phone and e-mail is not told.
    """
    hold([customer.id])
    current = {name: current_value(customer, name) for name in changes}
    conflicts = merge_edit(current, dict(changes)).conflicts
    if not may_call and {"phone", "email"} & set(conflicts):
        detail = "How she is reached is kept by another store; have it changed there or by an admin."
        raise Forbidden(detail)
    if conflicts:
        parts = ("base", "yours", "server")
        fields = {name: dict(zip(parts, map(as_json, values), strict=True)) for name, values in conflicts.items()}
        raise EditedMeanwhile(fields=fields)
    edit(customer, changes, acting_staff=acting_staff)


def hold(customer_ids: Iterable[str]) -> None:
    """Have nobody else write to these customers, or work anything out from them in order to write, until the commit.

    What was read of them before is read again. They are locked in one order, so that two who hold several wait for each
    other in turn; SQLite has one writer at a time anyway. An id that is none is nobody's; whoever was merged is held as
    who she is now.
    """
    session, wanted = db.session(), set(customer_ids)
    if db.engine.dialect.name != "sqlite":
        ids = sorted(filter(is_id, wanted))
        if len(session.execute(_HELD, {"ids": ids}).all()) < len(ids) and (merged := survivors(ids)):
            session.execute(_HELD, {"ids": sorted(set(merged.values()))}).all()
            wanted |= set(merged.values())
    for row in list(session.identity_map.values()):
        # Its key as the session knows it: whoever was merged has no row to read it from.
        key = instance_state(row).key if isinstance(row, Customer | CustomerFacts) else None
        if key is not None and key[1][0] in wanted:
            session.expire(row)


def set_facts(customer_id: str, **facts: Any) -> None:  # noqa: ANN401 - columns of CustomerFacts
    """Write what another feature knows of a customer (`points`, `grade`, `sms_senders`, `night_senders`)."""
    row = db.session.get(CustomerFacts, customer_id)
    if row is None:
        row = CustomerFacts(customer_id=customer_id, last_basket=[], purchase_gaps=[], sms_senders=[], night_senders=[])
        db.session.add(row)
    for name, value in facts.items():
        setattr(row, name, value)


def show_points(balances: Mapping[str, int]) -> None:
    """Have the cards show these balances of the points ledger; two statements for any number of members."""
    db.session.flush()
    shown = dict(db.session.execute(_POINTS, {"ids": sorted(balances)}).all())
    for customer_id in balances.keys() - shown.keys():
        set_facts(customer_id, points=balances[customer_id])
    show_other_points({each: balances[each] for each, points in shown.items() if points != balances[each]})
    _read_points_anew(balances)


def show_other_points(balances: Mapping[str, int]) -> None:
    """As above for members whose cards are known to show others; one statement for any number of members."""
    if balances:
        db.session.flush()
        mark_changed(COLLECTION, sorted(balances))
        rows = [{"customer_id": each, "points": points} for each, points in sorted(balances.items())]
        update_rows(table_of(CustomerFacts), rows, by=("customer_id",))
        _read_points_anew(balances)


def show_grades(grades: Mapping[str, str | None]) -> None:
    """Have the cards show these grades; two statements for any number of members."""
    db.session.flush()
    shown = dict(db.session.execute(_GRADES, {"ids": sorted(grades)}).all())
    for customer_id in grades.keys() - shown.keys():
        set_facts(customer_id, grade=grades[customer_id])
    other = sorted(each for each, grade in shown.items() if grade != grades[each])
    if other:
        mark_changed(COLLECTION, other)
        rows = [{"customer_id": each, "grade": grades[each]} for each in other]
        update_rows(table_of(CustomerFacts), rows, by=("customer_id",))
    for row in list(db.session.identity_map.values()):
        if isinstance(row, CustomerFacts) and row.customer_id in grades:
            db.session.expire(row, ["grade"])


def _read_points_anew(customer_ids: Container[str]) -> None:
    for row in list(db.session.identity_map.values()):
        if isinstance(row, CustomerFacts) and row.customer_id in customer_ids:
            db.session.expire(row, ["points"])


def current_value(customer: Customer, name: str) -> Any:  # noqa: ANN401 - any field
    """What an editable field holds, in the form in which edits are compared."""
    if name == "home_store":
        return customer.home_store.code if customer.home_store else None
    if name == "preferred_staff":
        return customer.preferred_staff.login if customer.preferred_staff else None
    return normal(getattr(customer, name))


def _home_store(code: str | None, *, otherwise: str | None) -> tuple[str | None, bool]:
    """The id of the store with `code`, or `otherwise`; and whether the code was known."""
    if code is None:
        return otherwise, True
    found = db.session.execute(select(Store.id).where(Store.code == code)).scalar_one_or_none()
    return found or otherwise, found is not None


def as_json(value: Any) -> Any:  # noqa: ANN401 - any field
    """A field's value as JSON writes it."""
    return value.isoformat() if isinstance(value, date) else value


def business_unit_id(code: str | None) -> str | None:
    """The id of the business unit with `code`. Raises `ValidationFailed` (field `business_unit`) when there is none."""
    if code is None:
        return None
    found = db.session.execute(select(BusinessUnit.id).where(BusinessUnit.code == code)).scalar_one_or_none()
    if found is None:
        raise ValidationFailed({"business_unit": ["There is no business unit with this code."]})
    return found


def _staff(login: str | None) -> str | None:
    if login is None:
        return None
    found = db.session.execute(select(Staff.id).where(Staff.login == login, Staff.active)).scalar_one_or_none()
    if found is None:
        raise ValidationFailed({"changes.preferred_staff.to": ["Nobody who works here has this login."]})
    return found


def _is_somebodys(phone: str) -> bool:
    main = select(Customer.id).where(Customer.phone == phone)
    further = select(CustomerPhone.customer_id).where(CustomerPhone.phone == phone)
    return db.session.execute(main.union_all(further).limit(1)).first() is not None


def _no_further(customer_id: str, phone: str) -> None:
    """Her main number is none of the further ones."""
    hers = (CustomerPhone.customer_id == customer_id) & (CustomerPhone.phone == phone)
    for row in db.session.scalars(select(CustomerPhone).where(hers)):
        db.session.delete(row)


def _add_cards(customer_id: str, numbers: Iterable[str]) -> list[str]:
    given = list(dict.fromkeys(numbers))
    wanted = [number for number in given if not is_network_card(number)]
    taken = set(db.session.execute(select(Card.number).where(Card.number.in_(wanted))).scalars())
    free = [{"number": number, "customer_id": customer_id} for number in wanted if number not in taken]
    if free:
        mark_changed(COLLECTION, [customer_id])
        db.session.execute(insert(Card), free)
    return [*(["card_taken"] if taken else ()), *(["payment_card"] if len(wanted) < len(given) else ())]
