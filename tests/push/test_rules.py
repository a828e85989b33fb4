"""Which endpoints and keys are taken, what a push service's words mean, and when the quiet hours end."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.push import rules
from backend.settings import load
from tests.push.browser import Browser, base64url

if TYPE_CHECKING:
    from collections.abc import Callable

SERVICES = load({}).push_services
NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)

GOOD = (
    "https://fcm.googleapis.com/fcm/send/abc:def_-",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
    "https://wns2-ch1p.notify.windows.com/w/?token=BQYAAA",
    "https://web.push.apple.com/QGuQyavXutnMH",
    "https://fcm.googleapis.com:443/fcm/send/abc",
    "https://FCM.googleapis.com/fcm/send/abc",
)
BAD = {
    "http": "http://fcm.googleapis.com/fcm/send/abc",
    "no scheme": "fcm.googleapis.com/fcm/send/abc",
    "file": "file:///etc/passwd",
    "script": "javascript:alert(1)",
    "somebody's own": "https://push.example.com/abc",
    "a name that ends alike": "https://evilfcm.googleapis.com/abc",
    "a name that begins alike": "https://fcm.googleapis.com.example.com/abc",
    "below a name without a star": "https://x.fcm.googleapis.com/abc",
    "the name under the star itself": "https://push.services.mozilla.com/abc",
    "a name before the host": "https://fcm.googleapis.com@example.com/abc",
    "a name and password": "https://me:secret@fcm.googleapis.com/abc",
    "a backslash": "https://example.com\\@fcm.googleapis.com/abc",
    "a fragment": "https://fcm.googleapis.com/abc#x",
    "an empty fragment": "https://fcm.googleapis.com/abc#",
    "another port": "https://fcm.googleapis.com:8443/abc",
    "port 80": "https://fcm.googleapis.com:80/abc",
    "a port that is none": "https://fcm.googleapis.com:99999/abc",
    "localhost": "https://localhost/abc",
    "localhost with a port": "https://localhost:8443/abc",
    "below localhost": "https://x.localhost/abc",
    "this machine": "https://127.0.0.1/abc",
    "this machine otherwise": "https://127.1.2.3/abc",
    "this machine as a number": "https://2130706433/abc",
    "this machine in IPv6": "https://[::1]/abc",
    "this machine as mapped": "https://[::ffff:127.0.0.1]/abc",
    "no address at all": "https://0.0.0.0/abc",
    "a private network": "https://10.0.0.7/abc",
    "another": "https://192.168.0.1/abc",
    "a third": "https://172.16.3.4/abc",
    "the cloud's own": "https://169.254.169.254/latest/meta-data",
    "a private network in IPv6": "https://[fd00::1]/abc",
    "link-local in IPv6": "https://[fe80::1]/abc",
    "a public address": "https://8.8.8.8/abc",
    "a printer": "https://printer.local/abc",
    "a cloud's inside": "https://metadata.google.internal/abc",
    "a dot at the end": "https://fcm.googleapis.com./abc",
    "no host": "https:///abc",
    "blank": "https://fcm.googleapis.com/a b",
    "a line": "https://fcm.googleapis.com/a\nb",
    "NUL": "https://fcm.googleapis.com/a\x00b",
    "not ASCII": "https://fcm.googleapis.com/알림",
    "letters that look alike": "https://fcm.googleаpis.com/abc",
    "too long": "https://fcm.googleapis.com/" + "a" * 1000,
    "empty": "",
    "broken brackets": "https://[::1/abc",
}


@pytest.mark.parametrize("endpoint", GOOD)
def test_endpoints_of_push_services_are_taken(endpoint: str) -> None:
    assert rules.fault_of_endpoint(endpoint, services=SERVICES, local=()) is None


@pytest.mark.parametrize("what", BAD)
def test_every_other_endpoint_is_refused_with_a_reason(what: str) -> None:
    fault = rules.fault_of_endpoint(BAD[what], services=SERVICES, local=())
    assert fault is not None
    assert fault.endswith(".")


def test_a_push_service_of_the_house_may_be_anywhere_but_is_asked_over_https() -> None:
    local = ("localhost",)
    assert rules.fault_of_endpoint("https://localhost:8443/abc", services=SERVICES, local=local) is None
    assert rules.fault_of_endpoint("http://localhost:8443/abc", services=SERVICES, local=local) is not None
    assert rules.fault_of_endpoint("https://a:b@localhost/abc", services=SERVICES, local=local) is not None
    assert rules.fault_of_endpoint("https://x.localhost/abc", services=SERVICES, local=local) is not None


POINT = Browser("https://fcm.googleapis.com/a").p256dh
OFF_CURVE = base64url(b"\x04" + b"\x01" * 64)
COMPRESSED = base64url(b"\x02" + b"\x01" * 64)


@pytest.mark.parametrize(
    "auth", ["", base64url(b"x" * 15), base64url(b"x" * 17), base64url(b"x" * 32), "a b", "ä" * 22, "=" * 22, "A" * 21]
)
def test_secrets_of_another_length_or_alphabet_are_refused(auth: str) -> None:
    assert rules.fault_of_auth(auth) is not None


@pytest.mark.parametrize(
    "point",
    [
        "",
        pytest.param(POINT[:-2], id="short"),
        pytest.param(POINT + "AA", id="long"),
        OFF_CURVE,
        COMPRESSED,
        base64url(b"\x00" * 65),
        base64url(b"\x00"),
        pytest.param(POINT[:-1] + "*", id="no base64url"),
    ],
)
def test_keys_that_are_no_point_of_the_curve_are_refused(point: str) -> None:
    assert rules.fault_of_point(point) is not None


def test_what_browsers_make_is_taken_with_and_without_padding() -> None:
    browser = Browser("https://fcm.googleapis.com/a")
    for padding in ("", "=", "=="):
        assert rules.fault_of_auth(browser.auth + "==") is None, padding
        assert rules.fault_of_point(browser.p256dh + padding[:1]) is None
    assert rules.fault_of_auth(browser.auth) is None


def seoul(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Seoul")).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "begins", "ends", "until"),
    [
        (seoul(23, 22), time(22), time(8), seoul(24, 8)),
        (seoul(23, 21, 59), time(22), time(8), None),
        (seoul(24, 3), time(22), time(8), seoul(24, 8)),
        (seoul(24, 8), time(22), time(8), None),
        (seoul(24, 7, 59), time(22), time(8), seoul(24, 8)),
        (seoul(23, 12, 30), time(12), time(13), seoul(23, 13)),
        (seoul(23, 13), time(12), time(13), None),
        (seoul(23, 0), time(0), time(6), seoul(23, 6)),
    ],
)
def test_quiet_hours_end_when_they_say(now: datetime, begins: time, ends: time, until: datetime | None) -> None:
    assert rules.quiet_until(now, begins=begins, ends=ends, zone="Asia/Seoul") == until


_times: Callable[[], st.SearchStrategy[time]] = lambda: st.times().map(lambda at: at.replace(second=0, microsecond=0))  # noqa: E731


@given(
    now=st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone is beside it
    begins=_times(),
    ends=_times(),
    zone=st.sampled_from(["Asia/Seoul", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_quiet_hours_are_over_within_a_day_whatever_the_clocks_do(
    now: datetime, begins: time, ends: time, zone: str
) -> None:
    until = rules.quiet_until(now, begins=begins, ends=ends, zone=zone)
    if until is not None:
        assert now < until
        assert (until - now).total_seconds() <= 26 * 3600
