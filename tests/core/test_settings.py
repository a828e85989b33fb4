"""Outside demo mode Dangol refuses to start until it is safe, and names what is missing."""

from __future__ import annotations

import pytest

from backend.core.errors import SettingsError
from backend.settings import load

_SECRET = "not-a-secret-but-long-enough-for-one"


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "DANGOL_SECRET_KEY"),
        ({"DANGOL_SECRET_KEY": _SECRET}, "DANGOL_SEALING_KEY"),
        ({"DANGOL_SECRET_KEY": _SECRET}, "DANGOL_DATA_KEYS"),
        ({"DANGOL_SECRET_KEY": _SECRET}, "DANGOL_SMS_PROVIDER"),
        ({"DANGOL_SECRET_KEY": _SECRET, "DANGOL_SMS_PROVIDER": "twilio"}, "DANGOL_TWILIO_ACCOUNT_SID"),
        ({"DANGOL_SECRET_KEY": _SECRET, "DANGOL_SMS_PROVIDER": "console"}, "HTTPS"),
        (
            {"DANGOL_SECRET_KEY": _SECRET, "DANGOL_SMS_PROVIDER": "console", "DANGOL_BEHIND_PROXY": "1"},
            "DANGOL_PUBLIC_URL",
        ),
        ({"DANGOL_SMS_PROVIDER": "pigeon"}, "DANGOL_SMS_PROVIDER"),
        ({"DANGOL_WEB_PROCESSES": "many"}, "DANGOL_WEB_PROCESSES"),
    ],
)
def test_an_unsafe_start_is_refused_with_what_is_missing(settings: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load(settings).refuse_unsafe_start()
