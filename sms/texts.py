"""One text to one customer: written from a template, shown with the gate's verdict, put into the outbox."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import select

from backend.consent import may_text
from backend.core import clock
from backend.core.db import db
from backend.core.errors import ValidationFailed
from backend.delivery import ONE_TO_ONE, Draft, Message, Purpose, Verdict, decide, describe, enqueue, frame_advert
from backend.organization import BusinessUnit, Store
from sms import config, encoding, fields, links, liquid_text
from sms.refusals import way_to_refuse, with_links
from sms.values import From, known_values
from sms.variants import approved_variant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from backend.core.audit import Actor
    from backend.customers import Customer

FRESH_FOR: Final = timedelta(hours=24)
"""A one-to-one text that could not go out by then no longer makes sense."""

LONGEST_VALUE: Final = 200
_KOREA: Final = "KR"


@dataclass(frozen=True, slots=True)
class Composed:
    """A text as it would go out."""

    draft: Draft
    measure: encoding.Measure
    targets: Mapping[str, str] = field(default_factory=dict)
    """What the codes of the links in it stand for, once it is sent."""

    def until(self, not_after: datetime, *, message_id: str) -> Composed:
        """Return the same text under an id of its own, to go no later than `not_after`."""
        return replace(self, draft=replace(self.draft, not_after=not_after, id=message_id))


def sender_at(store_id: str | None, customer: Customer) -> From:
    """Return for whom a text is sent: the store one acts for.

    For head office it is her own store when that may text her, otherwise a store of whoever may, otherwise her own.
    """
    store = db.session.get(Store, store_id) if store_id else customer.home_store
    if store_id is None:
        senders = may_text(customer.id)
        if not (store and store.business_unit.code in senders):
            query = select(Store).join(BusinessUnit).where(BusinessUnit.code.in_(senders))
            store = db.session.scalars(query.order_by(Store.code).limit(1)).first() or store
    return From(store.business_unit if store else None, store)


def compose(
    customer: Customer, template: str, *, given: Mapping[str, object], sender: From, acting_staff: Actor
) -> Composed:
    """Write the text for one customer. Raises `ValidationFailed` naming the template or the fields in the way."""
    found, body = approved_variant(template, customer.language)
    wanted = liquid_text.fields_used(body)
    known = known_values(customer, sender, acting_staff.staff_id, language=found.language, wanted=wanted)
    values = known | given_values(given)
    short = links.shortened(_written(body, values), base=config.links_base())
    text = framed(short.text, found.purpose, sender.unit)
    if customer.phone and describe(customer.phone).country == _KOREA:
        text = encoding.with_replacements(text)
    if len(text) > liquid_text.LONGEST_TEXT:
        raise ValidationFailed({"template": [f"The text is longer than {liquid_text.LONGEST_TEXT} characters."]})
    measure = encoding.measure(text)
    draft = Draft(
        channel="sms",
        purpose=cast("Purpose", found.purpose),
        customer_id=customer.id,
        sender_id=sender.unit.id if sender.unit else None,
        store_id=sender.store.id if sender.store else None,
        address=customer.phone,
        body=text,
        not_after=clock.now() + FRESH_FOR,
        template=found.name,
        source_id=found.id,
        language=found.language,
        size=measure.segments,
        priority=ONE_TO_ONE,
    )
    return Composed(draft, measure, short.targets)


def preview(composed: Composed) -> Verdict:
    """Ask the gate, without keeping anything."""
    return decide([composed.draft])[0]


def send(composed: Composed, *, acting_staff: Actor) -> Message:
    """Put the text into the outbox; one that may not go is kept there too, as skipped."""
    (draft,) = with_links([composed.draft])
    message = enqueue(draft, actor=acting_staff)
    links.keep(composed.targets, message)
    return message


def framed(text: str, purpose: str, unit: BusinessUnit | None) -> str:
    """Put the legal frame around a commercial text. Without the sender's particulars it stays bare, and is not sent."""
    if purpose != "commercial" or unit is None or not unit.contact:
        return text
    refusal = way_to_refuse(unit)
    if refusal is None:
        return text
    return frame_advert(text, sender_name=unit.sender_name or unit.name, contact=unit.contact, free_refusal=refusal)


def _written(body: str, values: Mapping[str, str | None]) -> str:
    try:
        text = liquid_text.render(body, values)
    except liquid_text.EmptyField as error:
        names = error.name.split(", ")
        sentence = "This field is empty here, and the template does not say what to write instead."
        raise ValidationFailed({f"fields.{name}" if name else "template": [sentence] for name in names}) from error
    except liquid_text.Unwritable as error:
        raise ValidationFailed({"template": ["The template cannot be carried out for this customer."]}) from error
    except liquid_text.TooLong as error:
        raise ValidationFailed({"template": ["The text is too long to be sent."]}) from error
    if not text:
        raise ValidationFailed({"template": ["Nothing is left of this text for this customer."]})
    return text


def given_values(given: Mapping[str, object]) -> dict[str, str | None]:
    """Read what was filled in. Raises `ValidationFailed` naming what cannot be."""
    values: dict[str, str | None] = {}
    problems: dict[str, list[str]] = {}
    for name, value in fields.flattened(given).items():
        if name not in fields.GIVEN:
            problems[f"fields.{name}"] = ["There is no such field to fill in."]
        elif isinstance(value, bool) or not isinstance(value, (str, int)) or len(str(value)) > LONGEST_VALUE:
            problems[f"fields.{name}"] = [f"Give a text of at most {LONGEST_VALUE} characters."]
        else:
            values[name] = liquid_text.normalised(str(value)).strip()
    if problems:
        raise ValidationFailed(problems)
    return values
