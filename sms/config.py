"""Which providers there are and who is asked where, from the settings."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from backend.core.errors import SettingsError
from backend.settings import current_settings
from sms.providers.account import TwilioAccount
from sms.providers.console import ConsoleProvider
from sms.providers.relay import Relay, read_relays

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

    from backend.settings import Settings
    from sms.providers.base import Provider

STATUS_PATH: Final = "/api/v1/sms/status"
TITLES: Final = {"simulator": "Simulator", "twilio": "Twilio", "console": "Console"}
_SIMULATED_SID: Final = "AC" + hashlib.sha256(b"dangol simulator").hexdigest()[:32]
KEY: Final = "dangol.sms.providers"


@dataclass(frozen=True, slots=True)
class Providers:
    """Who carries texts: the relays by name, and for each country who is asked, in turn; "*" is for all others."""

    names: tuple[str, ...]
    relays: Mapping[str, Relay]
    routes: Mapping[str, tuple[str, ...]]
    # What the settings name as sender where no number is registered for a business unit.
    own_sender: frozenset[str]

    def in_turn(self, country: str | None) -> tuple[str, ...]:
        """Name those who are asked for a number of this country, the first first."""
        return self.routes.get(country or "*") or self.routes["*"]

    def title(self, name: str) -> str:
        """Name a provider for people."""
        relay = self.relays.get(name)
        return relay.title if relay else TITLES.get(name, name)


def attach(app: Flask, settings: Settings) -> None:
    """Read who there is. Raises `SettingsError`."""
    app.extensions[KEY] = read_providers(settings)


def providers_of(app: Flask) -> Providers:
    """Return the providers of the running app."""
    return cast("Providers", app.extensions[KEY])


def read_providers(settings: Settings) -> Providers:
    """Read the relays' file and put together who is asked where. Raises `SettingsError`."""
    relays = read_relays(settings.sms_relays, demo=settings.demo) if settings.sms_relays else {}
    used = settings.sms_providers
    unknown = used - relays.keys() - TITLES.keys()
    if unknown:
        message = f"{min(unknown)!r} is no provider of texts: the file of DANGOL_SMS_RELAYS has no relay of that name."
        raise SettingsError(message)
    if {"simulator", "twilio"} <= used:
        message = "DANGOL_SMS_ROUTES names both twilio and simulator: the simulator stands in for Twilio."
        raise SettingsError(message)
    routes = dict(settings.sms_routes)
    routes.setdefault("*", (settings.sms_provider,))
    ours = {"console", *(name for name, relay in relays.items() if relay.sender)}
    if settings.sms_sender or settings.twilio_messaging_service_sid:
        ours |= {"simulator", "twilio"}
    names = tuple(dict.fromkeys(name for turn in routes.values() for name in turn))
    return Providers(names=names, relays=relays, routes=routes, own_sender=frozenset(ours))


def provider_of(settings: Settings, name: str, relays: Mapping[str, Relay]) -> Provider:
    """Return a provider by its name. The simulator is reached through the very same Twilio client."""
    if name == "console":
        return ConsoleProvider()
    # The clients are large and asynchronous: only the worker, which sends, loads them.
    if name in relays:
        from sms.providers.relay.transport import RelayProvider  # noqa: PLC0415 - see above

        return RelayProvider(relays[name])
    from sms.providers.twilio import TwilioProvider  # noqa: PLC0415 - see above

    return TwilioProvider(account_of(settings))


def account_of(settings: Settings) -> TwilioAccount:
    """Return the account; the simulator's is made up, its token from the secret key."""
    simulated = "simulator" in settings.sms_providers
    token = hmac.new(settings.secret_key.encode(), b"sms simulator", hashlib.sha256).hexdigest()[:32]
    return TwilioAccount(
        sid=settings.twilio_account_sid or _SIMULATED_SID,
        token=settings.twilio_auth_token or token,
        sender=settings.sms_sender,
        messaging_service=settings.twilio_messaging_service_sid,
        callback_url=base_url(settings) + STATUS_PATH,
        api_url=settings.twilio_api_url or (f"{base_url(settings)}/simulator" if simulated else None),
    )


def links_base() -> str | None:
    """Return the address before `/l/` and `/o/` in texts; None where phones could not reach us."""
    settings = current_settings()
    if settings.public_url and settings.public_url.startswith("https://"):
        return settings.public_url
    return base_url(settings) if settings.demo else None


def base_url(settings: Settings) -> str:
    """Return the address under which the provider reaches us. The simulator lives here and needs no public one."""
    here = f"{'https' if settings.tls_cert else 'http'}://127.0.0.1:{settings.port}"
    return here if "simulator" in settings.sms_providers else settings.public_url or here
