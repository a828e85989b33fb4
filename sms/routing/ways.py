"""The ways of many texts at once, over the register of senders: two statements for any number of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.delivery import describe
from sms.routing import access, rules
from sms.routing.rules import Option

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from backend.delivery import Contact, Route
    from sms.config import Providers
    from sms.routing.models import Certificate, SenderNumber

_Key = tuple[str | None, str, str | None]


def find(contacts: Sequence[Contact], providers: Providers) -> list[Route | None]:
    """Find how each text would go today, in order. None where there is no number, or nobody who could send."""
    numbers = access.numbers_of({each.sender_id for each in contacts if each.sender_id})
    register = _Register(providers, numbers, access.certificates_of(providers.names), access.today())
    known: dict[_Key, Route | None] = {}
    found: list[Route | None] = []
    for contact in contacts:
        if not contact.address:
            found.append(None)
            continue
        key = (contact.sender_id, contact.purpose, _country(contact.address))
        if key not in known:
            known[key] = register.way(*key)
        found.append(known[key])
    return found


def _country(e164: str) -> str | None:
    """Tell the country; at home by its code alone, which is no other's: a campaign's numbers are nearly all there."""
    return rules.HOME if e164.startswith(rules.HOME_CODE) else describe(e164).country


class _Register:
    """What was read of the register for one question."""

    def __init__(
        self,
        providers: Providers,
        numbers: dict[tuple[str, str], list[SenderNumber]],
        certificates: dict[str, list[Certificate]],
        day: date,
    ) -> None:
        self._providers, self._numbers, self._certificates, self._day = providers, numbers, certificates, day

    def way(self, unit_id: str | None, purpose: str, country: str | None) -> Route | None:
        """Find the way of all texts that have this in common."""
        options = [self._option(name, unit_id) for name in self._providers.in_turn(country)]
        return rules.way(options, purpose=purpose, country=country)

    def _option(self, name: str, unit_id: str | None) -> Option:
        number = rules.best(self._numbers.get((unit_id or "", name), ()), self._day)
        certificate = rules.best(self._certificates.get(name, ()), self._day)
        return Option(
            provider=name,
            sender_number=number.number if number else None,
            certificate_holder=certificate.holder if certificate else None,
            certificate_number=certificate.number if certificate else None,
            usable=name in self._providers.own_sender,
        )
