"""Whatever is posted to the status webhook gets a fitting answer, and the order of reports changes no ending."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.delivery import Accepted, Draft, Message, Outgoing, State, claim, enqueue
from backend.delivery.models import MessageReport
from backend.delivery.outcomes import Report, Result, apply_report, record
from sms.status import STATES
from tests.sms import worlds
from tests.sms.test_webhooks import Callback

if TYPE_CHECKING:
    from flask import Flask

FORM: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data; boundary=x"
_NO_TEXT: Final = (b"MessageSid=SM1&MessageStatus=sent&Body=\xff\xfe", b"MessageSid=%FF&MessageStatus=sent")
_FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
_NAMES = st.sampled_from(["MessageSid", "MessageStatus", "ErrorCode", "Body", "To"]) | st.text(max_size=12)
_VALUES = st.sampled_from(["SM1", "SM2", "sent", "delivered", "30003", "", "\x00", "가"]) | st.text(max_size=40)
_PAIRS = st.lists(st.tuples(_NAMES, _VALUES), max_size=12)


@pytest.fixture
def callback(app: Flask) -> Callback:
    """A queued message and its callbacks."""
    return Callback(app)


def signed(callback: Callback, pairs: list[tuple[str, str]]) -> dict[str, str]:
    return {"X-Twilio-Signature": callback.signature(MultiDict(pairs))}


@_FEW
@given(pairs=_PAIRS)
def test_a_signed_form_is_taken_or_refused_with_the_field_named(callback: Callback, client: Any, pairs: Any) -> None:
    body = urlencode(pairs)
    answer = client.post(callback.path, data=body, content_type=FORM, headers=signed(callback, pairs))
    assert answer.status_code in {204, 422}
    if answer.status_code == 422:
        assert set(answer.json["errors"]) <= {"MessageSid", "MessageStatus", "ErrorCode"}


@_FEW
@given(
    body=st.binary(max_size=300) | _PAIRS.map(lambda pairs: urlencode(pairs).encode()),
    kind=st.sampled_from([FORM, f"{FORM}; charset=euc-kr", "application/json", _MULTIPART, "", "x"]),
    signature=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\x00"), max_size=60),
)
def test_what_is_not_signed_is_forbidden_whatever_it_is(
    callback: Callback, client: Any, body: bytes, kind: str, signature: str
) -> None:
    answer = client.post(callback.path, data=body, content_type=kind, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 403
    assert callback.reports == 0


@pytest.mark.parametrize(
    "raw", [b"MessageSid=SM1&MessageStatus=sent&Body=\xff\xfe", b"MessageSid=%FF&MessageStatus=sent"]
)
def test_bytes_that_are_no_text_are_forbidden(callback: Callback, client: Any, raw: bytes) -> None:
    headers = {"X-Twilio-Signature": callback.signature({"MessageSid": "SM1", "MessageStatus": "sent"})}
    assert client.post(callback.path, data=raw, content_type=FORM, headers=headers).status_code == 403
    assert callback.reports == 0


@pytest.mark.parametrize("kind", ["application/json", "text/plain", _MULTIPART, ""])
def test_a_signed_request_that_is_no_form_is_refused_as_that(callback: Callback, client: Any, kind: str) -> None:
    headers = {"X-Twilio-Signature": callback.signature({})}
    assert client.post(callback.path, data=b"{}", content_type=kind, headers=headers).status_code == 415


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_another_method_is_not_allowed(callback: Callback, client: Any, method: str) -> None:
    answer = getattr(client, method)(callback.path)
    assert (answer.status_code, "POST" in answer.headers["Allow"]) == (405, True)


def test_a_field_that_says_two_things_is_refused(callback: Callback, client: Any) -> None:
    pairs = [("MessageSid", "SM1"), ("MessageSid", "SM2"), ("MessageStatus", "sent")]
    answer = client.post(callback.path, data=urlencode(pairs), content_type=FORM, headers=signed(callback, pairs))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["MessageSid"])
    same = [("MessageSid", "SM1"), ("MessageSid", "SM1"), ("MessageStatus", "sent")]
    answer = client.post(callback.path, data=urlencode(same), content_type=FORM, headers=signed(callback, same))
    assert answer.status_code == 204


def test_a_truncated_form_is_forbidden(callback: Callback, client: Any) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "delivered", "Body": "안녕하세요"}
    headers = {"X-Twilio-Signature": callback.signature(form)}
    whole = "&".join(f"{name}={quote_plus(value)}" for name, value in form.items())
    for end in range(len(whole)):
        assert client.post(callback.path, data=whole[:end], content_type=FORM, headers=headers).status_code == 403
    assert client.post(callback.path, data=whole, content_type=FORM, headers=headers).status_code == 204


def test_a_reference_of_another_message_is_kept_and_moves_nothing(app: Flask, callback: Callback) -> None:
    other = Callback(app)
    assert (callback.tell("sent", sid="SM1"), other.tell("delivered", sid="SM1")) == (204, 204)
    assert (other.message.state, other.message.provider_ref) == ("queued", None)
    assert callback.message.state == "sent"


def test_a_form_of_very_many_fields_is_taken_and_not_kept_whole(callback: Callback, client: Any) -> None:
    pairs = [("MessageSid", "SM1"), ("MessageStatus", "sent"), *((f"f{number}", "") for number in range(5_000))]
    answer = client.post(callback.path, data=urlencode(pairs), content_type=FORM, headers=signed(callback, pairs))
    assert answer.status_code == 204
    assert len(db.session.scalars(select(MessageReport)).one().raw) == 100


_LIVES: Final = (
    [("queued", None), ("sending", None), ("sent", None), ("delivered", None)],
    [("accepted", None), ("queued", None), ("sent", None), ("undelivered", "30003")],
    [("queued", None), ("failed", "30007")],
    [("sent", None), ("delivered", None), ("read", None)],
    [("queued", None), ("canceled", None)],
)
_ANSWER: Final = ("answer", None)


@st.composite
def _histories(draw: st.DrawFn) -> tuple[int, list[tuple[str, str | None]]]:
    number = draw(st.integers(0, len(_LIVES) - 1))
    life = [*_LIVES[number], _ANSWER]
    again = draw(st.lists(st.sampled_from(life[:-1]), max_size=4))
    return number, draw(st.permutations([*life, *again]))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=_histories())
def test_reports_in_any_order_and_number_leave_the_same_ending(app: Flask, history: Any) -> None:  # noqa: ARG001 - rows
    number, events = history
    in_order = live([*_LIVES[number], _ANSWER])
    assert live(events) == in_order


def live(events: list[tuple[str, str | None]]) -> tuple[Any, ...]:
    """Send a message and let this be heard of it, in this order; how it stands then."""
    with clock.frozen(worlds.NOON):
        draft = Draft(
            channel="sms",
            purpose="service",
            customer_id=None,
            sender_id=None,
            store_id=None,
            address="+821048214821",
            body="x",
        )
        message_id: str = run_in_unit_of_work(lambda: enqueue(draft, actor=SYSTEM)).id
        claimed = run_in_unit_of_work(lambda: claim.claim(worker="w", channels=["sms"], limit=1))
        ((_, outgoing),) = claimed.outgoing
        for status, code in events:
            run_in_unit_of_work(lambda status=status, code=code: hear(outgoing, status, code))  # type: ignore[misc]
        db.session.expire_all()
        message = db.session.get(Message, message_id)
        assert message is not None
        return message.state, message.reason, message.provider_code, message.provider_ref == f"SM{message_id}"


def hear(outgoing: Outgoing, status: str, code: str | None) -> None:
    ref = f"SM{outgoing.id}"
    if (status, code) == _ANSWER:
        record([Result(outgoing, Accepted(ref=ref), clock.now())])
        return
    state = STATES[status]
    reason = "unreachable" if state in {State.UNDELIVERED, State.FAILED} else None
    apply_report(Report(message_id=outgoing.id, ref=ref, status=status, state=state, reason=reason, code=code, raw={}))


def test_the_histories_hold_every_status_that_ends_a_message() -> None:
    told = {STATES[status] for status, _ in chain.from_iterable(_LIVES)}
    assert {State.DELIVERED, State.UNDELIVERED, State.FAILED, State.CANCELED} <= told
