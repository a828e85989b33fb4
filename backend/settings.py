"""Every setting, read once from `DANGOL_*` into a frozen object.

A value that is missing or unsafe stops the start with one clear sentence (`Settings.refuse_unsafe_start`).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flask import current_app

from backend.core.crypto import read_keys
from backend.core.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

ROOT = Path(__file__).resolve().parent.parent
_PROVIDERS = ("simulator", "twilio", "console")
_MOST_IN_TURN = 3
"""Providers for one country: the calls to all of them have to end within the lease of a message."""

_PROVIDER_NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
_HOST = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_PUSH_SERVICES = (
    "fcm.googleapis.com",
    "*.push.services.mozilla.com",
    "*.notify.windows.com",
    "*.push.apple.com",
)
_COUNTRY = re.compile(r"[A-Z]{2}|\*")
_SHARE = re.compile(r"[01]|[01]?\.\d{1,6}")
_MIN_KEY_LENGTH = 32
# Known to everyone, hence for demo mode only, which never leaves 127.0.0.1.
_DEMO_KEY = "dangol-demo-key-known-to-everyone-not-for-use"
_DEMO_SEALING_KEY = (
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgiVvxiaHF+5w6YMLf3vvtch1IxliyV2MuqUB4uP0MF1mhRANCAARHvwKf"
    "IkdDJwIl80bW+KqqNlkOV2XzTTKV+Y4sw6HZsm0KGzWSa3VpF8L9tQfUlFK/PRvZbgSz4rQqmOvwUoo3"
)
_DEMO_PUSH_KEY = (
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgLg8vWjGvydIhFDXTv/+NRzMS7FQGwU9h+0MmxzMkOruhRANC"
    "AARfNyXdfq6j2hjeYbe3H7HekLRQMKidCBcyUxFMs0GTCDFQq8NpqMdJKuvAA9uLJVfpatDNxo2BF5J+1mYVGvSa"
)
_DEMO_DATA_KEYS = "demo:ZGFuZ29sLWRlbW8ta2V5LWtub3duLXRvLWV2ZXJ5b24="


@dataclass(frozen=True)
class Settings:
    """What the environment says. Times are in seconds unless the name says otherwise."""

    database_url: str
    demo: bool
    secret_key: str = field(repr=False)
    public_url: str | None
    behind_proxy: int
    tls_cert: str | None
    tls_key: str | None
    # Who carries texts where `sms_routes` says nothing: simulator, twilio, console, or a relay of `sms_relays`, a file.
    sms_provider: str
    # Pairs of a country (ISO 3166, or "*" for all others) and the providers that are asked there, in turn.
    sms_routes: tuple[tuple[str, tuple[str, ...]], ...]
    sms_relays: str | None
    sms_sender: str | None
    twilio_account_sid: str | None
    twilio_auth_token: str | None = field(repr=False)
    twilio_messaging_service_sid: str | None
    twilio_api_url: str | None
    port: int
    web_processes: int
    session_hours: int
    simulator_database: str
    # How many customers a store's tablets hold at most, the most recent ones.
    customers_per_store: int
    # What tablets keep to (SYNC.md, Revocation): how long without a contact until they lock, and until they wipe.
    lease_hours: int
    wipe_days: int
    auto_lock_minutes: int
    # How long it is kept who looked at whose data.
    access_log_months: int
    # Files that are to be imported: where they wait, how large they may be, how long they are kept at most.
    uploads: str
    upload_megabytes: int
    upload_days: int
    # What a member is worth: the share of her spend that is earned, and by how much less money is worth a year later.
    insight_margin: float
    insight_discount: float
    # Private keys, separated by commas: the first seals, all open (backend.sync.sealing).
    sealing_key: str = field(repr=False)
    # The private key by which push services know this house (`dangol push keys`); empty: push is off.
    push_key: str = field(repr=False)
    push_contact: str | None
    # Push services that may be asked, `*.` for all below a name, and the house's own, at any port and address.
    push_services: tuple[str, ...]
    push_local_services: tuple[str, ...]
    # `ID:BASE64`, separated by commas: the first encrypts passports, all decrypt (backend.core.crypto).
    data_keys: str = field(repr=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is one SQLite file."""
        return self.database_url.startswith("sqlite")

    @property
    def sms_providers(self) -> frozenset[str]:
        """Every provider of texts that is in use."""
        return frozenset({self.sms_provider, *(name for _, names in self.sms_routes for name in names)})

    def refuse_unsafe_start(self) -> None:
        """Raise `SettingsError` with what is missing when this is no demo and not safe to serve."""
        if self.demo:
            return
        missing = []
        if len(self.secret_key) < _MIN_KEY_LENGTH or self.secret_key == _DEMO_KEY:
            missing.append(f"DANGOL_SECRET_KEY needs at least {_MIN_KEY_LENGTH} random characters.")
        if not self.sealing_key or _DEMO_SEALING_KEY in self.sealing_key:
            missing.append("DANGOL_SEALING_KEY is missing: `dangol sealing-key` prints a fresh one.")
        missing += self._missing_data_keys()
        if self.push_key == _DEMO_PUSH_KEY:
            missing.append("DANGOL_PUSH_KEY is the demo's key, which everybody knows.")
        missing += self._missing_provider()
        if not (self.tls_cert and self.tls_key) and not self.behind_proxy:
            missing.append(
                "HTTPS is needed: give --tls-cert and --tls-key, or set DANGOL_BEHIND_PROXY=1 behind a TLS proxy."
            )
        if self.behind_proxy and not (self.public_url or "").startswith("https://"):
            missing.append("DANGOL_PUBLIC_URL must say the https address under which the proxy serves Dangol.")
        if missing:
            message = "Dangol does not start outside demo mode like this. " + " ".join(missing)
            raise SettingsError(message)

    def _missing_data_keys(self) -> list[str]:
        if _DEMO_DATA_KEYS in self.data_keys:
            return ["DANGOL_DATA_KEYS holds the demo's key, which everybody knows."]
        try:
            read_keys(self.data_keys)
        except SettingsError as error:
            return [error.detail]
        return []

    def _missing_provider(self) -> list[str]:
        if "simulator" in self.sms_providers:
            return ["DANGOL_SMS_PROVIDER must be twilio, console or a relay: the simulator exists in demo mode only."]
        if "twilio" in self.sms_providers:
            names = {
                "DANGOL_TWILIO_ACCOUNT_SID": self.twilio_account_sid,
                "DANGOL_TWILIO_AUTH_TOKEN": self.twilio_auth_token,
                "DANGOL_SMS_SENDER or DANGOL_TWILIO_MESSAGING_SERVICE_SID": self.sms_sender
                or self.twilio_messaging_service_sid,
            }
            return [f"{name} is missing." for name, value in names.items() if not value]
        return []


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises `SettingsError` naming the variable whose value cannot be understood."""
    demo = _flag(environment, "DANGOL_DEMO")
    var = ROOT / "var"
    routes = _routes(environment, "DANGOL_SMS_ROUTES")
    provider = environment.get("DANGOL_SMS_PROVIDER") or dict(routes).get("*", ("simulator",))[0]
    return Settings(
        database_url=environment.get("DANGOL_DATABASE_URL") or f"sqlite:///{var / 'dangol.sqlite3'}",
        demo=demo,
        secret_key=environment.get("DANGOL_SECRET_KEY") or _DEMO_KEY,
        public_url=(environment.get("DANGOL_PUBLIC_URL") or "").rstrip("/") or None,
        behind_proxy=_integer(environment, "DANGOL_BEHIND_PROXY", 0),
        tls_cert=environment.get("DANGOL_TLS_CERT") or None,
        tls_key=environment.get("DANGOL_TLS_KEY") or None,
        sms_provider=_provider(environment, provider),
        sms_routes=routes,
        sms_relays=environment.get("DANGOL_SMS_RELAYS") or None,
        sms_sender=environment.get("DANGOL_SMS_SENDER") or ("+8215880000" if demo else None),
        twilio_account_sid=environment.get("DANGOL_TWILIO_ACCOUNT_SID") or None,
        twilio_auth_token=environment.get("DANGOL_TWILIO_AUTH_TOKEN") or None,
        twilio_messaging_service_sid=environment.get("DANGOL_TWILIO_MESSAGING_SERVICE_SID") or None,
        twilio_api_url=(environment.get("DANGOL_TWILIO_API_URL") or "").rstrip("/") or None,
        port=_integer(environment, "PORT", 8000),
        web_processes=_integer(environment, "DANGOL_WEB_PROCESSES", 2),
        session_hours=_integer(environment, "DANGOL_SESSION_HOURS", 12),
        simulator_database=environment.get("DANGOL_SIMULATOR_DATABASE") or str(var / "simulator.sqlite3"),
        customers_per_store=_integer(environment, "DANGOL_CUSTOMERS_PER_STORE", 75_000, minimum=1),
        lease_hours=_integer(environment, "DANGOL_LEASE_HOURS", 72, minimum=1),
        wipe_days=_integer(environment, "DANGOL_WIPE_DAYS", 14, minimum=1),
        auto_lock_minutes=_integer(environment, "DANGOL_AUTO_LOCK_MINUTES", 10, minimum=1),
        access_log_months=_integer(environment, "DANGOL_ACCESS_LOG_MONTHS", 24, minimum=12),
        uploads=environment.get("DANGOL_UPLOADS") or str(var / "uploads"),
        upload_megabytes=_integer(environment, "DANGOL_UPLOAD_MEGABYTES", 300, minimum=1),
        upload_days=_integer(environment, "DANGOL_UPLOAD_DAYS", 7, minimum=1),
        insight_margin=_share(environment, "DANGOL_INSIGHT_MARGIN", 1.0),
        insight_discount=_share(environment, "DANGOL_INSIGHT_DISCOUNT", 0.1),
        sealing_key=environment.get("DANGOL_SEALING_KEY") or (_DEMO_SEALING_KEY if demo else ""),
        push_key=environment.get("DANGOL_PUSH_KEY") or (_DEMO_PUSH_KEY if demo else ""),
        push_contact=environment.get("DANGOL_PUSH_CONTACT") or ("push@dangol.example" if demo else None),
        push_services=_hosts(environment, "DANGOL_PUSH_SERVICES") or _PUSH_SERVICES,
        push_local_services=_hosts(environment, "DANGOL_PUSH_LOCAL_SERVICES"),
        data_keys=environment.get("DANGOL_DATA_KEYS") or (_DEMO_DATA_KEYS if demo else ""),
    )


def current_settings() -> Settings:
    """The settings of the running app."""
    return cast("Settings", current_app.extensions["dangol.settings"])


def attach(app: Flask, settings: Settings) -> None:
    """Make `settings` those of `app`."""
    app.extensions["dangol.settings"] = settings


def _hosts(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    found = tuple((environment.get(name) or "").lower().split())
    for host in found:
        if not _HOST.fullmatch(host):
            message = f"{name} has {host!r}; it must be host names with blanks between, as in push.example.com."
            raise SettingsError(message)
    return found


def _flag(environment: Mapping[str, str], name: str) -> bool:
    value = (environment.get(name) or "0").lower()
    if value not in {"0", "1", "true", "false", "yes", "no"}:
        message = f"{name} is {value!r}; it must be 1 or 0."
        raise SettingsError(message)
    return value in {"1", "true", "yes"}


def _provider(environment: Mapping[str, str], name: str, variable: str = "DANGOL_SMS_PROVIDER") -> str:
    """One of ours, or what may be the name of a relay: whether there is such a relay is seen when the file is read."""
    if name not in _PROVIDERS and not (environment.get("DANGOL_SMS_RELAYS") and _PROVIDER_NAME.fullmatch(name)):
        message = f"{variable} is {name!r}; it must be one of {', '.join(_PROVIDERS)}, or a relay of DANGOL_SMS_RELAYS."
        raise SettingsError(message)
    return name


def _routes(environment: Mapping[str, str], variable: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Read `KR=relay,twilio *=twilio`."""
    found: dict[str, tuple[str, ...]] = {}
    for part in (environment.get(variable) or "").split():
        country, _, listed = part.partition("=")
        names = tuple(_provider(environment, name, variable) for name in listed.split(",") if name)
        in_turn = 0 < len(set(names)) == len(names) <= _MOST_IN_TURN
        if not _COUNTRY.fullmatch(country) or country in found or not in_turn:
            message = (
                f"{variable} has {part!r}; it must be countries with one to {_MOST_IN_TURN} providers each, "
                "as in KR=relay,twilio *=twilio."
            )
            raise SettingsError(message)
        found[country] = names
    return tuple(found.items())


def _integer(environment: Mapping[str, str], name: str, default: int, *, minimum: int = 0) -> int:
    value = environment.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or int(value) < minimum:
        from_there = f" from {minimum}" if minimum else ""
        message = f"{name} is {value!r}; it must be a whole number{from_there}."
        raise SettingsError(message)
    return int(value)


def _share(environment: Mapping[str, str], name: str, default: float) -> float:
    value = environment.get(name) or str(default)
    if not _SHARE.fullmatch(value) or float(value) > 1:
        message = f"{name} is {value!r}; it must be a number from 0 to 1, as in 0.35."
        raise SettingsError(message)
    return float(value)
