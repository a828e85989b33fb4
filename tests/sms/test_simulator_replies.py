"""Answers from the simulator's phone: signed as Twilio signs them, with STOP and START heeded at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from twilio.request_validator import RequestValidator

from sms.simulator.callbacks import reply_form
from sms.simulator.replies import INCOMING_PATH, Replies, word_of
from tests.sms.test_simulator import Api

if TYPE_CHECKING:
    from flask import Flask

PHONE = "+12025550143"


@pytest.fixture
def api(app: Flask, client: Any) -> Api:
    """The simulator, with a text on an American phone."""
    made = Api(app, client)
    made.run()
    made.create(To=PHONE, From="+15005550006", Body="Hello")
    made.run()
    return made


def replies(api: Api) -> Replies:
    return Replies(str(api.store._path))  # noqa: SLF001 - the same file


def answer(client: Any, body: str, to: str = PHONE) -> Any:
    return client.post("/simulator/replies", data={"to": to, "body": body})


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("stop", "STOP"),
        (" Quit\n", "STOP"),
        ("START", "START"),
        ("info", "HELP"),
        ("stop please", None),
        ("그만", None),
    ],
)
def test_only_a_word_alone_is_heeded(body: str, word: str | None) -> None:
    assert word_of(body) == word


def test_an_answer_waits_for_our_webhook_with_the_fields_that_twilio_sends(api: Api, client: Any) -> None:
    went = answer(client, "Is it still there?")
    assert (went.status_code, "to=%2B12025550143" in went.headers["Location"]) == (303, True)
    newest = replies(api).of_phone(PHONE)[-1]
    form = reply_form(newest, account=api.account.sid)
    assert (form["From"], form["To"], form["Body"]) == (PHONE, "+15005550006", "Is it still there?")
    assert form["MessageSid"].startswith("SM")
    assert "OptOutType" not in form
    page = client.get("/simulator", query_string={"to": PHONE, "lang": "en"}).text
    assert "Is it still there?" in page
    assert "On its way" in page


def test_an_answer_is_taken_by_one_worker_and_is_there_again_when_that_one_dies(api: Api, client: Any) -> None:
    answer(client, "once")
    now = time.time()
    (first,) = [each for each in replies(api).due(now, hold=10) if each.body == "once"]
    assert all(each.body != "once" for each in replies(api).due(now, hold=10))
    assert any(each.body == "once" for each in replies(api).due(now + 11, hold=10))
    replies(api).settle([(first, "taken", None)])
    assert replies(api).of_phone(PHONE)[-1].state == "taken"


def test_stop_ends_texts_of_this_sender_until_start(api: Api, client: Any) -> None:
    answer(client, "Stop")
    assert reply_form(replies(api).of_phone(PHONE)[-1], account="AC")["OptOutType"] == "STOP"
    assert api.create(To=PHONE, From="+15005550006", Body="more").json["code"] == 21610
    assert api.create(To=PHONE, From="+15005550007", Body="another sender").status_code == 201
    assert "unsubscribed" in client.get("/simulator", query_string={"to": PHONE}).text
    answer(client, "start")
    assert api.create(To=PHONE, From="+15005550006", Body="again").status_code == 201
    api.run()


def test_in_korea_nobody_can_answer_and_the_page_says_so(api: Api, client: Any) -> None:
    api.create(To="+821077700001", Body="안녕하세요")
    api.run()
    page = client.get("/simulator", query_string={"to": "+821077700001", "lang": "ko"}).text
    assert "답장할 수 없습니다" in page
    assert "<textarea" not in page
    assert "<textarea" in client.get("/simulator", query_string={"to": PHONE}).text
    refused = answer(client, "STOP", to="+821077700001")
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["to"])


@pytest.mark.parametrize(("body", "to", "field"), [("", PHONE, "body"), ("x" * 1601, PHONE, "body"), ("x", "+1", "to")])
@pytest.mark.usefixtures("api")
def test_an_answer_that_cannot_be_sent_names_the_field(client: Any, body: str, to: str, field: str) -> None:
    refused = answer(client, body, to)
    assert (refused.status_code, list(refused.json["errors"])) == (422, [field])


def test_our_webhook_takes_what_the_phone_sends(api: Api, client: Any) -> None:
    answer(client, "Is it still there?")
    form = reply_form(replies(api).of_phone(PHONE)[-1], account=api.account.sid)
    url = f"http://127.0.0.1:8000{INCOMING_PATH}"
    signature = RequestValidator(api.account.token).compute_signature(url, form)
    assert client.post(INCOMING_PATH, data=form, headers={"X-Twilio-Signature": signature}).status_code == 200
    forged = client.post(INCOMING_PATH, data=form | {"Body": "x"}, headers={"X-Twilio-Signature": signature})
    assert forged.status_code == 403
