"""Which account texts are sent with, from the settings."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from sms.providers.account import TwilioAccount
from sms.providers.console import ConsoleProvider

if TYPE_CHECKING:
    from backend.settings import Settings
    from sms.providers.base import Provider

STATUS_PATH: Final = "/api/v1/sms/status"
_SIMULATED_SID: Final = "AC" + hashlib.sha256(b"dangol simulator").hexdigest()[:32]


def provider_of(settings: Settings) -> Provider:
    """Return the provider that the settings choose. The simulator is reached through the very same Twilio client."""
    if settings.sms_provider == "console":
        return ConsoleProvider()
    # The SDK's client is large and asynchronous: only the worker, which sends, loads it.
    from sms.providers.twilio import TwilioProvider  # noqa: PLC0415 - see above

    return TwilioProvider(account_of(settings))


def account_of(settings: Settings) -> TwilioAccount:
    """Return the account; the simulator's is made up, its token from the secret key."""
    simulated = settings.sms_provider == "simulator"
    token = hmac.new(settings.secret_key.encode(), b"sms simulator", hashlib.sha256).hexdigest()[:32]
    return TwilioAccount(
        sid=settings.twilio_account_sid or _SIMULATED_SID,
        token=settings.twilio_auth_token or token,
        sender=settings.sms_sender,
        messaging_service=settings.twilio_messaging_service_sid,
        callback_url=base_url(settings) + STATUS_PATH,
        api_url=settings.twilio_api_url or (f"{base_url(settings)}/simulator" if simulated else None),
    )


def base_url(settings: Settings) -> str:
    """Return the address under which the provider reaches us. The simulator lives here and needs no public one."""
    here = f"{'https' if settings.tls_cert else 'http'}://127.0.0.1:{settings.port}"
    return here if settings.sms_provider == "simulator" else settings.public_url or here
