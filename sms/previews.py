"""Trying a body out before it is saved: the text, its legal frame, what it costs, what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.core.db import db
from backend.customers import get_customer
from backend.delivery import frame_advert
from backend.organization import BusinessUnit
from sms import fields, liquid_text, prices, texts
from sms.advert_words import advert_words
from sms.costs import Cost, costs_of
from sms.encoding import EucKrProblem, euc_kr_bytes, euc_kr_problems, measure
from sms.values import known_values

if TYPE_CHECKING:
    from collections.abc import Collection

    from sms.liquid_text import Fault


@dataclass(frozen=True, slots=True)
class Previewed:
    """What a body would become, or why it would not.

    `before` and `after` are the parts of `text` that the law adds; `empty` names the fields that the customer lacks.
    """

    text: str
    before: str
    after: str
    encoding: str
    segments: int
    units: int
    characters: int
    euc_kr_bytes: int
    euc_kr_problems: tuple[EucKrProblem, ...]
    costs: tuple[Cost, ...]
    advert_words: tuple[str, ...]
    faults: tuple[Fault, ...] = ()
    empty: tuple[str, ...] = ()
    errors: tuple[str, ...] = field(default=())


def try_out(body: str, *, purpose: str, language: str, customer_id: str | None) -> Previewed:
    """Write a body on a customer's data, or on samples; what stands between them and a text is listed, not raised."""
    checked = liquid_text.normalised(body)
    faults = liquid_text.faults(checked)
    if faults:
        return _previewed("", purpose, None, faults=faults)
    wanted = liquid_text.fields_used(checked)
    values, unit = _values(customer_id, language, wanted)
    empty = tuple(sorted(name for name in wanted if not (values.get(name) or "").strip()))
    try:
        text = liquid_text.render(checked, values)
    except liquid_text.EmptyField as error:
        fault = liquid_text.Fault(f"{error.name} is empty for this customer, and there is no default.")
        return _previewed("", purpose, None, faults=[fault], empty=empty)
    except liquid_text.Unwritable as error:
        return _previewed("", purpose, None, faults=[liquid_text.Fault(f"The template cannot be carried out: {error}")])
    except liquid_text.TooLong:
        return _previewed("", purpose, None, faults=[liquid_text.Fault("The text is too long to be sent.")])
    return _previewed(text, purpose, unit, empty=empty)


def _values(
    customer_id: str | None, language: str, wanted: Collection[str]
) -> tuple[dict[str, str | None], BusinessUnit | None]:
    samples: dict[str, str | None] = dict(fields.samples(language))
    if customer_id is None:
        query = select(BusinessUnit).where(BusinessUnit.refusal_number.is_not(None)).order_by(BusinessUnit.code)
        return samples, db.session.scalars(query.limit(1)).first()
    customer = get_customer(customer_id)
    sender = texts.sender_at(None, customer)
    given = {name: samples[name] for name in fields.GIVEN}
    return given | known_values(customer, sender, None, language=language, wanted=wanted), sender.unit


def _framed(text: str, purpose: str, unit: BusinessUnit | None) -> str:
    if unit is not None or purpose != "commercial":
        return texts.framed(text, purpose, unit)
    return frame_advert(text, sender_name="하늘면세점", contact="1588-0000", free_refusal="080-000-0000")


def _previewed(
    text: str,
    purpose: str,
    unit: BusinessUnit | None,
    *,
    faults: Collection[Fault] = (),
    empty: tuple[str, ...] = (),
) -> Previewed:
    whole = _framed(text, purpose, unit) if text else ""
    # A writer's own mark is not doubled, and then no part of the frame stands before her words.
    own = text if text in whole else text.removeprefix("(광고)").lstrip()
    before, _, after = whole.partition(own) if own else (whole, "", "")
    size = measure(whole)
    return Previewed(
        text=whole,
        before=before,
        after=after,
        encoding=size.encoding,
        segments=size.segments,
        units=size.units,
        characters=len(whole),
        euc_kr_bytes=euc_kr_bytes(whole),
        euc_kr_problems=euc_kr_problems(whole),
        costs=tuple(costs_of(whole, prices.all_prices())) if whole else (),
        advert_words=tuple(advert_words(text)) if purpose == "service" else (),
        faults=tuple(faults),
        empty=empty,
        errors=tuple(str(each) for each in faults),
    )
