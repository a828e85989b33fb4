"""Trying a body out before it is saved."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from backend.core.db import db
from backend.customers import get_customer
from backend.delivery import frame_advert
from backend.organization import BusinessUnit
from sms import fields, liquid_text, texts
from sms.encoding import EucKrProblem, euc_kr_problems, measure


@dataclass(frozen=True, slots=True)
class Previewed:
    """What a body would become, or why it would not."""

    text: str
    encoding: str
    segments: int
    units: int
    euc_kr_problems: tuple[EucKrProblem, ...]
    errors: tuple[str, ...]


def try_out(body: str, *, purpose: str, language: str, customer_id: str | None) -> Previewed:
    """Write a body on a customer's data, or on samples; what stands between them and a text is listed, not raised."""
    checked = liquid_text.normalised(body)
    errors = liquid_text.faults(checked)
    if errors:
        return _previewed("", errors)
    values, unit = _values(customer_id, language)
    try:
        text = liquid_text.render(checked, values)
    except liquid_text.EmptyField as error:
        return _previewed("", [f"{error.name} is empty for this customer, and there is no default."])
    except liquid_text.Unwritable as error:
        return _previewed("", [f"The template cannot be carried out: {error}"])
    except liquid_text.TooLong:
        return _previewed("", ["The text is too long to be sent."])
    return _previewed(_framed(text, purpose, unit), [])


def _values(customer_id: str | None, language: str) -> tuple[dict[str, str | None], BusinessUnit | None]:
    samples: dict[str, str | None] = dict(fields.samples(language))
    if customer_id is None:
        query = select(BusinessUnit).where(BusinessUnit.refusal_number.is_not(None)).order_by(BusinessUnit.code)
        return samples, db.session.scalars(query.limit(1)).first()
    customer = get_customer(customer_id)
    sender = texts.sender_at(None, customer)
    given = {name: samples[name] for name in fields.GIVEN}
    return given | texts.known_values(customer, sender, None, language=language), sender.unit


def _framed(text: str, purpose: str, unit: BusinessUnit | None) -> str:
    if unit is not None or purpose != "commercial":
        return texts.framed(text, purpose, unit)
    return frame_advert(text, sender_name="하늘면세점", contact="1588-0000", free_refusal="080-000-0000")


def _previewed(text: str, errors: list[str]) -> Previewed:
    size = measure(text)
    return Previewed(text, size.encoding, size.segments, size.units, euc_kr_problems(text), tuple(errors))
