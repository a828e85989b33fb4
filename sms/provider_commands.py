"""`dangol sms providers` and `dangol sms check`."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import click
from flask import current_app

from backend.settings import current_settings
from sms.config import provider_of, providers_of
from sms.routing import standings
from sms.routing.rules import HOME

if TYPE_CHECKING:
    from sms.config import Providers
    from sms.providers.base import Checked
    from sms.routing import Standing
    from sms.routing.rules import Item

_NOT_READY: Final = 4
_REFUSED: Final = 3
_MISSING: Final = {
    ("contact", "missing"): "no contact that advertising must name",
    ("refusal", "missing"): "no way to refuse free of charge",
    ("sender_number", "missing"): "no number is registered at {provider}",
    ("sender_number", "expired"): "the number at {provider} was registered until {until}",
    ("sender_number", "not_yet"): "the number at {provider} is not registered yet",
    ("sender_number", "expiring"): "the number at {provider} is registered until {until}",
    ("certificate", "missing"): "no certificate (전송자격인증) is recorded for {provider}",
    ("certificate", "expired"): "the certificate for {provider} was valid until {until}",
    ("certificate", "expiring"): "the certificate for {provider} is valid until {until}",
}


@click.command("providers")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_providers(*, as_json: bool) -> None:
    """Say through whom texts go, and what each business unit lacks today.

    Exit codes: 0 every unit's commercial texts may go out in Korea, 4 some unit lacks something.
    """
    providers, found = providers_of(current_app), standings(providers_of(current_app))
    if as_json:
        click.echo(json.dumps(_as_json(providers, found), ensure_ascii=False))
    else:
        for country, turn in providers.routes.items():
            click.echo(f"{_place(country, len(providers.routes))}: {', then '.join(turn)}")
        for each in found:
            click.echo(f"{each.unit.code}  {'ready' if each.ready else 'not ready'}")
            for line in _lines(each):
                click.echo(f"  {line}")
    sys.exit(0 if all(each.ready for each in found) else _NOT_READY)


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check_providers(*, as_json: bool) -> None:
    """Ask each provider whether it knows our credentials. Sends nothing.

    Exit codes: 0 none says no, 3 some provider says no or cannot be reached.
    """
    checked = asyncio.run(_checked(providers_of(current_app)))
    if as_json:
        click.echo(json.dumps({name: asdict(each) for name, each in checked.items()}, ensure_ascii=False))
    else:
        for name, each in checked.items():
            said = {True: "right", False: "wrong", None: "cannot be asked"}[each.ok]
            click.echo(f"{name}  {said}" + (f" ({each.detail})" if each.detail else ""))
    sys.exit(_REFUSED if any(each.ok is False for each in checked.values()) else 0)


async def _checked(providers: Providers) -> dict[str, Checked]:
    found = {}
    for name in providers.names:
        async with provider_of(current_settings(), name, providers.relays).open() as transport:
            found[name] = await transport.check()
    return found


def _as_json(providers: Providers, found: list[Standing]) -> dict[str, Any]:
    return {
        "routes": {country: list(turn) for country, turn in providers.routes.items()},
        "home": list(providers.in_turn(HOME)),
        "units": [
            {
                "code": each.unit.code,
                "ready": each.ready,
                "items": [asdict(item) | {"until": item.until and item.until.isoformat()} for item in each.items],
                "missing": _lines(each),
            }
            for each in found
        ],
    }


def _place(country: str, countries: int) -> str:
    if country != "*":
        return country
    return "all countries" if countries == 1 else "other countries"


def _lines(standing: Standing) -> list[str]:
    return [_sentence(each) for each in standing.items if each.state != "ok"]


def _sentence(item: Item) -> str:
    return _MISSING[item.what, item.state].format(provider=item.provider, until=item.until)
