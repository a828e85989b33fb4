"""How things stand today: for each business unit what it has, and what is missing before its texts may go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.organization import business_units
from sms.refusals import way_to_refuse
from sms.routing import access, rules
from sms.routing.rules import HOME, Item

if TYPE_CHECKING:
    from datetime import date

    from backend.organization import BusinessUnit
    from sms.config import Providers
    from sms.routing.models import Certificate, SenderNumber


@dataclass(frozen=True, slots=True)
class Standing:
    """A business unit today. `ready`: its commercial texts may go out in Korea, as far as the register goes."""

    unit: BusinessUnit
    ready: bool
    items: tuple[Item, ...]


def standings(providers: Providers) -> list[Standing]:
    """Work out how each business unit stands: a fixed number of statements."""
    day, units = access.today(), business_units()
    numbers = access.numbers_of({each.id for each in units})
    certificates = access.certificates_of(providers.names)
    return [_standing(unit, providers, numbers, certificates, day) for unit in units]


def _standing(
    unit: BusinessUnit,
    providers: Providers,
    numbers: dict[tuple[str, str], list[SenderNumber]],
    certificates: dict[str, list[Certificate]],
    day: date,
) -> Standing:
    items = [
        Item("contact", "ok" if unit.contact else "missing"),
        Item("refusal", "ok" if way_to_refuse(unit) else "missing"),
    ]
    for name in providers.in_turn(HOME):
        items.append(rules.item("sender_number", name, numbers.get((unit.id, name), []), day))
        items.append(rules.item("certificate", name, certificates.get(name, []), day))
    return Standing(unit, rules.is_ready(items), tuple(items))
