"""What goes out to push services, and what follows from each of their answers, over a service on this machine."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flask import current_app
from sqlalchemy import select

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.delivery import Message, Refused, claim, registered
from backend.delivery.outcomes import Result, record
from backend.push import channel, telling, writing
from backend.push.keys import current_keys
from backend.push.kinds import REPLY, kinds
from backend.push.models import PushDelivery, PushFault, PushNotice, PushSubscription
from backend.push.service import fingerprint_of
from backend.push.transport import PushTransport, Services, open_session
from backend.push.writing import LONGEST_PAYLOAD, PayloadTooLong, Profile, write
from tests import factories
from tests.push import pushservice
from tests.push.browser import Browser, base64url, token_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from aiohttp.abc import ResolveResult

    from backend.delivery import Outcome, Outgoing
    from tests.push.pushservice import PushService

pytestmark = pytest.mark.usefixtures("local_push")


def staff(**values: Any) -> str:
    made: str = run_in_unit_of_work(lambda: factories.staff(**{"role": "manager"} | values)).id
    return made


def subscribed(staff_id: str, browser: Browser, **values: Any) -> str:
    """Keep a browser of somebody without asking the API; its id."""
    row = PushSubscription(staff_id=staff_id, fingerprint=fingerprint_of(browser.endpoint), **browser.data(**values))
    run_in_unit_of_work(lambda: db.session.add(row))
    return row.id


def tell(staff_id: str, count: int = 1, kind: str = "reply") -> Message:
    run_in_unit_of_work(lambda: telling.tell(kinds()[kind], staff_id, count=count))
    return its_message(staff_id, kind)


def its_message(staff_id: str, kind: str = "reply") -> Message:
    db.session.expire_all()
    notice = db.session.scalars(select(PushNotice).where(PushNotice.staff_id == staff_id, PushNotice.kind == kind))
    message = db.session.get(Message, notice.one().message_id)
    assert message is not None
    return message


def take() -> list[Outgoing]:
    claimed = run_in_unit_of_work(lambda: claim.claim(worker="w1", channels=["push"], limit=10))
    return [outgoing for _, outgoing in claimed.outgoing]


def later(**delta: float) -> Any:
    return clock.frozen(clock.now() + timedelta(**delta))


@pytest.fixture
def serving(certificate: tuple[Path, Path]) -> Any:
    """Run a coroutine beside a push service: `serving(work)` returns the service as it was left."""

    def run(work: Callable[[PushService], Coroutine[Any, Any, None]]) -> PushService:
        async def both() -> PushService:
            async with pushservice.running(certificate) as service:
                await work(service)
            return service

        return asyncio.run(both())

    return run


async def deliver() -> list[Outcome]:
    """Claim what is due, hand it over and write down what became of it, as the dispatcher does."""
    outgoing = take()
    async with registered(current_app)["push"].open() as transport:
        outcomes = [await transport.send(each) for each in outgoing]
    results = [Result(each, outcome, clock.now()) for each, outcome in zip(outgoing, outcomes, strict=True)]
    run_in_unit_of_work(lambda: record(results))
    db.session.expire_all()
    return outcomes


def test_what_is_sent_opens_to_what_was_meant_and_says_nobodys_name(serving: Any) -> None:
    her = staff(name="김하나")

    async def work(service: PushService) -> None:
        browser = Browser(service.endpoint("one"))
        subscribed(her, browser, language="en")
        notice = db.session.get(PushNotice, tell(her, count=2).source_id)
        assert notice is not None
        notice_id = notice.id
        await deliver()
        (posted,) = service.posted
        assert browser.read(posted.body) == {
            "v": 1,
            "kind": "reply",
            "count": 2,
            "notice": notice_id,
            "path": "/floor/alerts",
            "language": "en",
        }
        assert len(posted.body) <= 4096
        assert posted.headers["content-encoding"] == "aes128gcm"
        assert posted.headers["ttl"] == str(REPLY.ttl)
        assert posted.headers["urgency"] == "high"
        assert posted.headers["topic"] == writing.topic(notice_id)
        assert "cookie" not in posted.headers

    serving(work)
    message = its_message(her)
    assert (message.state, message.attempts, message.provider) == ("sent", 1, "webpush")


def test_the_signature_is_the_houses_and_for_this_service_alone(serving: Any) -> None:
    her = staff()

    async def work(service: PushService) -> None:
        subscribed(her, Browser(service.endpoint("one")))
        tell(her)
        await deliver()

    (posted,) = serving(work).posted
    claims, point = token_of(posted.headers["authorization"])
    keys = current_keys()
    assert keys is not None
    assert base64url(point) == keys.application_key
    assert claims["aud"] == "https://localhost"
    assert claims["sub"] == "mailto:push@dangol.example"
    assert 0 < claims["exp"] - clock.now().timestamp() <= 24 * 3600


def test_every_browser_of_hers_is_told_each_on_its_own_screen_and_in_its_language(serving: Any) -> None:
    her, browsers = staff(), {}

    async def work(service: PushService) -> None:
        for name, surface, language in (("a", "floor", "ko"), ("b", "desk", "en")):
            browsers[name] = Browser(service.endpoint(name))
            subscribed(her, browsers[name], surface=surface, language=language)
        tell(her)
        await deliver()

    posted = {each.path.strip("/"): each.body for each in serving(work).posted}
    said = {name: browsers[name].read(body) for name, body in posted.items()}
    assert {(each["path"], each["language"]) for each in said.values()} == {
        ("/floor/alerts", "ko"),
        ("/admin/replies", "en"),
    }


def test_what_comes_within_half_a_minute_is_one_notice_with_a_count(serving: Any) -> None:
    her = staff()

    async def work(service: PushService) -> None:
        browser = Browser(service.endpoint("one"))
        subscribed(her, browser)
        tell(her)
        await deliver()
        for _ in range(3):
            tell(her)
        assert (its_message(her).state, its_message(her).reason) == ("held", "gathered")
        assert await deliver() == []
        with later(seconds=31):
            await deliver()
        assert [browser.read(each.body)["count"] for each in service.posted] == [1, 4]
        assert len({each.headers["topic"] for each in service.posted}) == 1

    serving(work)
    assert db.session.query(Message).filter_by(channel="push").count() == 2


def test_what_was_seen_is_counted_anew_and_is_not_told_any_more(serving: Any) -> None:
    her = staff()

    async def work(service: PushService) -> None:
        browser = Browser(service.endpoint("one"))
        subscribed(her, browser)
        first = tell(her, count=5)
        run_in_unit_of_work(lambda: telling.seen(her, ["reply"], actor=SYSTEM))
        assert db.session.get(Message, first.id).state == "canceled"  # type: ignore[union-attr]
        assert await deliver() == []
        with later(minutes=1):
            tell(her)
            await deliver()
        assert [browser.read(each.body)["count"] for each in service.posted] == [1]

    serving(work)


def test_quiet_hours_hold_it_and_the_morning_tells_it_once(serving: Any) -> None:
    her = staff()
    night = clock.now().replace(hour=14, minute=0, second=0, microsecond=0)  # 23:00 in Seoul

    async def work(service: PushService) -> None:
        browser = Browser(service.endpoint("one"))
        subscribed(her, browser)
        from backend.push.models import PushWish  # noqa: PLC0415 - for this test alone

        wish = PushWish(staff_id=her, muted=[], quiet_from="22:00", quiet_until="08:00", time_zone="Asia/Seoul")
        run_in_unit_of_work(lambda: db.session.add(wish))
        with clock.frozen(night):
            held = tell(her)
            assert (held.state, held.reason) == ("held", "quiet_hours")
            assert held.due_at == night + timedelta(hours=9)
        with clock.frozen(night + timedelta(hours=2)):
            tell(her)
            assert await deliver() == []
        with clock.frozen(night + timedelta(hours=9)):
            await deliver()
        assert [browser.read(each.body)["count"] for each in service.posted] == [2]

    serving(work)


@pytest.mark.parametrize("status", [404, 410])
def test_an_endpoint_that_is_gone_is_forgotten_and_the_others_are_told(status: int, serving: Any) -> None:
    her = staff()

    async def work(service: PushService) -> None:
        service.by_path["/old"] = (status, {})
        subscribed(her, Browser(service.endpoint("old")))
        kept = subscribed(her, Browser(service.endpoint("new")))
        tell(her)
        await deliver()
        assert [row.id for row in db.session.query(PushSubscription)] == [kept]
        assert its_message(her).state == "sent"
        assert db.session.query(PushFault).count() == 0

    serving(work)


def test_with_the_last_endpoint_gone_nobody_is_told_and_the_message_says_so(serving: Any) -> None:
    her = staff()

    async def work(service: PushService) -> None:
        service.will(410)
        subscribed(her, Browser(service.endpoint("old")))
        tell(her)
        await deliver()
        assert db.session.query(PushSubscription).count() == 0

    serving(work)
    assert (its_message(her).state, its_message(her).reason) == ("failed", "no_device")
    assert (tell(her).state, tell(her).reason) == ("skipped", "no_device")


def test_what_is_too_large_goes_again_shorter_and_else_raises_an_alarm(serving: Any) -> None:
    her = staff()

    async def work(service: PushService) -> None:
        browser = Browser(service.endpoint("one"))
        subscribed(her, browser)
        service.will(413)
        tell(her)
        await deliver()
        assert [sorted(browser.read(each.body)) for each in service.posted] == [
            ["count", "kind", "language", "notice", "path", "v"],
            ["kind", "v"],
        ]
        assert its_message(her).state == "sent"
        assert db.session.query(PushFault).count() == 0
        service.will(413, 413)
        with later(minutes=1):
            tell(her)
            await deliver()
        assert (its_message(her).state, its_message(her).reason) == ("failed", "push_too_large")
        assert db.session.query(PushFault).one().reason == "push_too_large"

    serving(work)


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {"Retry_After": "90"}, 90),
        (503, {"Retry_After": "45"}, 45),
        (429, {}, 30),
        (500, {}, 30),
        (502, {"Retry_After": "soon"}, 30),
    ],
)
def test_a_busy_service_is_left_alone_for_as_long_as_it_asks(
    status: int, headers: dict[str, str], wait: int, serving: Any
) -> None:
    her = staff()

    async def work(service: PushService) -> None:
        browser = Browser(service.endpoint("one"))
        subscribed(her, browser)
        service.will(status, **headers)
        with clock.frozen(clock.now()):
            tell(her)
            await deliver()
            message = its_message(her)
            assert (message.state, message.reason) == ("held", "push_busy")
            assert message.due_at is not None
            assert message.due_at - clock.now() >= timedelta(seconds=wait)
            with later(seconds=wait - 1):
                assert await deliver() == []
            with later(seconds=wait + 1):
                await deliver()
        assert len(service.posted) == 2
        assert its_message(her).state == "sent"

    serving(work)


def test_retry_after_holds_for_other_notices_to_the_same_browser_too(serving: Any) -> None:
    her = staff()

    async def work(service: PushService) -> None:
        subscribed(her, Browser(service.endpoint("one")))
        service.will(429, Retry_After="3600")
        with clock.frozen(clock.now()):
            tell(her)
            await deliver()
            conflict = tell(her, kind="conflict")
            assert (conflict.state, conflict.reason) == ("held", "push_busy")
            assert conflict.due_at == clock.now() + timedelta(hours=1)
        assert len(service.posted) == 1

    serving(work)


def test_only_the_browser_whose_service_was_busy_is_told_again(serving: Any) -> None:
    her = staff()

    async def work(service: PushService) -> None:
        service.by_path["/slow"] = (503, {"Retry-After": "60"})
        subscribed(her, Browser(service.endpoint("slow")))
        subscribed(her, Browser(service.endpoint("fast")))
        with clock.frozen(clock.now()):
            tell(her)
            await deliver()
            assert its_message(her).state == "held"
            del service.by_path["/slow"]
            with later(seconds=61):
                await deliver()
        assert [each.path for each in service.posted].count("/fast") == 1
        assert [each.path for each in service.posted].count("/slow") == 2
        assert its_message(her).state == "sent"

    serving(work)
    assert db.session.query(PushDelivery).count() == 2


@pytest.mark.parametrize(
    ("status", "reason"), [(401, "push_keys_refused"), (403, "push_keys_refused"), (400, "push_refused")]
)
def test_a_service_that_refuses_us_raises_an_alarm_until_it_takes_something(
    status: int, reason: str, serving: Any
) -> None:
    her = staff()

    async def work(service: PushService) -> None:
        subscribed(her, Browser(service.endpoint("one")))
        service.will(status)
        tell(her)
        await deliver()
        fault = db.session.query(PushFault).one()
        assert (fault.service, fault.reason, fault.code, fault.count) == ("localhost", reason, str(status), 1)
        assert (its_message(her).state, its_message(her).reason) == ("failed", reason)
        assert db.session.query(PushSubscription).count() == 1
        with later(minutes=1):
            tell(her)
            await deliver()
        assert its_message(her).state == "sent"
        assert db.session.query(PushFault).count() == 0

    serving(work)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_followed_nowhere(status: int, serving: Any) -> None:
    her = staff()

    async def work(service: PushService) -> None:
        subscribed(her, Browser(service.endpoint("one")))
        service.will(status, Location=service.endpoint("elsewhere"))
        tell(her)
        await deliver()
        assert [each.path for each in service.posted] == ["/one"]

    serving(work)
    assert its_message(her).reason == "push_refused"


def test_without_a_connection_it_goes_again_later(serving: Any) -> None:
    her = staff()

    async def work(service: PushService) -> None:
        browser = Browser(f"https://localhost:{service.port}/one")
        subscribed(her, browser)

    service = serving(work)
    tell(her)
    asyncio.run(deliver())
    assert service.posted == []
    assert (its_message(her).state, its_message(her).reason) == ("held", "push_unreachable")


def test_an_unknown_certificate_is_told_nothing(serving: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    her = staff()

    async def work(service: PushService) -> None:
        monkeypatch.delenv("SSL_CERT_FILE")
        subscribed(her, Browser(service.endpoint("one")))
        tell(her)
        await deliver()

    assert serving(work).posted == []
    assert its_message(her).reason == "push_unreachable"


class Resolver:
    """Answers every name with one address."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        """Answer with the address."""
        return [{"hostname": host, "host": self.address, "port": port, "family": family or 2, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.7.7", "169.254.169.254", "::1", "fd00::7"])
def test_a_service_whose_name_leads_into_a_private_network_is_not_asked(address: str) -> None:
    her = staff()
    subscribed(her, Browser("https://fcm.googleapis.com/fcm/send/abc"))
    tell(her)

    async def work() -> Outcome:
        services = Services(("fcm.googleapis.com",))
        keys = current_keys()
        assert keys is not None
        async with open_session(services, resolver=Resolver(address)) as session:  # type: ignore[arg-type] # what is asked of it
            transport = PushTransport(session, keys=keys, services=services, kinds=kinds())
            return await transport.send(take()[0])

    outcome = asyncio.run(work())
    assert isinstance(outcome, Refused)
    assert outcome.reason == "push_not_allowed"


def test_an_endpoint_that_is_no_longer_on_the_list_is_not_asked() -> None:
    her = staff()
    subscribed(her, Browser("https://push.example.com/abc"))
    tell(her)
    asyncio.run(deliver())
    assert (its_message(her).state, its_message(her).reason) == ("failed", "push_not_allowed")
    assert db.session.query(PushFault).one().service == "push.example.com"


def test_a_payload_may_be_as_long_as_every_service_takes_and_no_longer() -> None:
    keys, browser = current_keys(), Browser("https://fcm.googleapis.com/a")
    assert keys is not None
    profile = Profile(topic="x", ttl=60, urgency="normal")
    longest = write(b"x" * LONGEST_PAYLOAD, browser.target(), profile, keys=keys)
    assert len(longest.body) == 4096
    assert browser.open(longest.body) == b"x" * LONGEST_PAYLOAD
    with pytest.raises(PayloadTooLong):
        write(b"x" * (LONGEST_PAYLOAD + 1), browser.target(), profile, keys=keys)


def test_nothing_of_one_push_is_left_over_for_the_next() -> None:
    keys, browser = current_keys(), Browser("https://fcm.googleapis.com/a")
    assert keys is not None
    told = [
        write(b"x", browser.target(), Profile(topic=name, ttl=ttl, urgency="low"), keys=keys).headers
        for name, ttl in (("a", 3600), ("b", 0), ("c", 60))
    ]
    assert [each["ttl"] for each in told] == ["3600", "0", "60"]
    assert len({each["topic"] for each in told}) == 3
    assert all(len(each["topic"]) <= 32 for each in told)


def test_whoever_left_and_a_tablet_that_was_withdrawn_are_told_nothing(make_tablet: Any) -> None:
    gone, tablet = staff(active=False), make_tablet()
    subscribed(gone, Browser("https://fcm.googleapis.com/a"))
    row = subscribed(tablet.staff_id, Browser("https://fcm.googleapis.com/b"))

    def withdraw() -> None:
        db.session.get_one(PushSubscription, row).device_id = tablet.device.id
        db.session.merge(tablet.device).revoked_at = clock.now()

    run_in_unit_of_work(withdraw)
    assert [tell(each).reason for each in (gone, tablet.staff_id)] == ["no_device", "no_device"]
    assert timedelta(seconds=30) == channel.GATHER


def test_a_worker_that_died_with_a_push_sends_it_again_under_its_topic(serving: Any) -> None:
    her = staff()

    async def work(service: PushService) -> None:
        subscribed(her, Browser(service.endpoint("one")))
        tell(her)
        assert len(take()) == 1
        from backend.delivery import lookups  # noqa: PLC0415 - for this test alone

        with later(minutes=3):
            run_in_unit_of_work(lambda: claim.expire_leases(clock.now()))
        assert its_message(her).state == "unknown"
        async with registered(current_app)["push"].open() as transport:
            for minutes in (5, 20):
                with later(minutes=minutes):
                    for _, lookup in run_in_unit_of_work(lambda: lookups.take(channels=["push"], limit=5)):
                        answer = await transport.find(lookup)
                        run_in_unit_of_work(
                            lambda lookup=lookup, answer=answer: lookups.settle(  # type: ignore[misc] # bound now
                                lookup.id, answer, asked_at=clock.now()
                            )
                        )
        with later(minutes=21):
            await deliver()
        assert its_message(her).state == "sent"

    assert len(serving(work).posted) == 1
