"""Where requests to others may not lead, and how long they ask to be left alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.core.outbound import is_private, seconds_to_wait

NOON = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("192.168.0.1", True),
        ("169.254.169.254", True),
        ("100.64.0.1", True),
        ("0.0.0.0", True),  # noqa: S104 - an address to refuse
        ("224.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:10.0.0.1", True),
        ("fe80::1%eth0", True),
        ("fd00::1", True),
        ("localhost", True),
        ("db.internal", True),
        ("8.8.8.8", False),
        ("2001:4860:4860::8888", False),
        ("api.daon.example", False),
    ],
)
def test_private_addresses_are_known(host: str, *, private: bool) -> None:
    assert is_private(host) is private


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("99999999", 86400.0),
        ("Mon, 23 Nov 2026 03:02:00 GMT", 120.0),
        ("Mon, 23 Nov 2026 02:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert seconds_to_wait(header, now=NOON) == seconds
