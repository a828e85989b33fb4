"""The simulator answers as Twilio does, keeps its own books, and shows a phone."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any

import pytest
from twilio.request_validator import RequestValidator

from backend.app import create_app
from backend.settings import load
from sms import init_app
from sms.config import account_of
from sms.simulator.callbacks import callback_form
from sms.simulator.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask


class Api:
    """The simulator's API with the demo's account."""

    def __init__(self, app: Flask, client: Any) -> None:
        self.account = account_of(app.extensions["dangol.settings"])
        self.store = Store(app.extensions["dangol.settings"].simulator_database)
        self._client = client
        self.base = f"/simulator/2010-04-01/Accounts/{self.account.sid}"

    def headers(self, token: str | None = None) -> dict[str, str]:
        """Sign in with the account, or with another token."""
        credentials = f"{self.account.sid}:{token or self.account.token}"
        return {"Authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}"}

    def create(self, **form: str) -> Any:
        """Create a message; an empty value leaves the field out."""
        full = {"To": "+821048214821", "From": "+8215880000", "Body": "안녕하세요"} | form
        full = {name: value for name, value in full.items() if value}
        return self._client.post(f"{self.base}/Messages.json", data=full, headers=self.headers())

    def get(self, path: str, **query: str) -> Any:
        """Read below the account."""
        return self._client.get(f"{self.base}{path}", query_string=query, headers=self.headers())

    def run(self) -> list[str]:
        """Let everything happen that is to happen, without telling anybody."""
        happened = []
        for step, _ in self.store.due(time.time() + 60):
            self.store.happen([step], now=time.time())
            self.store.forget(step)
            happened.append(step.status)
        return happened


@pytest.fixture
def api(app: Flask, client: Any) -> Api:
    """The simulator, with nothing left to happen."""
    made = Api(app, client)
    made.run()
    return made


def test_a_message_is_created_fetched_and_listed(api: Api) -> None:
    created = api.create(Body="안녕하세요 하나")
    assert created.status_code == 201
    assert (created.json["status"], created.json["num_segments"], created.json["to"]) == (
        "queued",
        "1",
        "+821048214821",
    )
    assert created.json["sid"].startswith("SM")
    assert len(created.json["sid"]) == 34
    assert api.run() == ["sent", "delivered"]
    fetched = api.get(f"/Messages/{created.json['sid']}.json").json
    assert (fetched["status"], fetched["body"]) == ("delivered", "안녕하세요 하나")
    assert fetched["date_sent"].endswith("+0000")
    newest = api.get("/Messages.json", To="+821048214821", PageSize="1").json
    assert [each["sid"] for each in newest["messages"]] == [created.json["sid"]]


def test_listing_pages_and_filters_by_number_and_day(api: Api) -> None:
    sids = [api.create(To="+821055550001", Body=str(number)).json["sid"] for number in range(3)]
    first = api.get("/Messages.json", To="+821055550001", PageSize="2").json
    assert [each["sid"] for each in first["messages"]] == [sids[2], sids[1]]
    assert first["next_page_uri"].endswith("PageSize=2&Page=1")
    second = api.get("/Messages.json", To="+821055550001", PageSize="2", Page="1").json
    assert ([each["sid"] for each in second["messages"]], second["next_page_uri"]) == ([sids[0]], None)
    assert api.get("/Messages.json", To="+821055550001", **{"DateSent>": "2999-01-01"}).json["messages"] == []
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert len(api.get("/Messages.json", To="+821055550001", DateSent=today).json["messages"]) == 3
    assert api.get("/Messages.json", DateSent="soon").status_code == 400
    assert api.get("/Messages.json", PageSize="many").status_code == 400


def test_through_a_messaging_service_it_is_accepted_first(api: Api) -> None:
    created = api.create(From="", MessagingServiceSid="MG1").json
    assert (created["status"], created["num_segments"]) == ("accepted", "0")
    assert api.run() == ["queued", "sent", "delivered"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"To": "+8210"}, 21211),
        ({"To": "somebody"}, 21211),
        ({"To": "+82212345678"}, 21614),
    ],
)
def test_what_twilio_refuses_is_refused_with_its_code(api: Api, change: dict[str, str], code: int) -> None:
    answer = api.create(**change)
    assert (answer.status_code, answer.json["code"]) == (400, code)


def test_wrong_credentials_and_foreign_accounts_get_in_nowhere(api: Api, client: Any) -> None:
    path = f"{api.base}/Messages.json"
    assert client.get(path).status_code == 401
    assert client.get(path, headers=api.headers("wrong")).json["code"] == 20003
    foreign = "/simulator/2010-04-01/Accounts/AC0/Messages.json"
    assert client.get(foreign, headers=api.headers()).status_code == 404
    assert api.get("/Messages/SM0.json").json["code"] == 20404


def test_callbacks_are_signed_forms_that_the_webhook_takes(api: Api, client: Any) -> None:
    callback = f"{api.account.callback_url}/00000000-0000-7000-8000-000000000000"
    api.create(StatusCallback=callback)
    (step, message), *_ = api.store.due(time.time() + 60)
    form = callback_form(message, step)
    signature = RequestValidator(api.account.token).compute_signature(callback, form)
    path = callback.removeprefix("http://127.0.0.1:8000")
    assert client.post(path, data=form, headers={"X-Twilio-Signature": signature}).status_code == 204
    api.run()


def test_the_phone_shows_what_arrived_and_only_that(api: Api, client: Any) -> None:
    api.create(To="+821077770001", Body="첫 번째 <b>문자</b>")
    assert 'data-to="+821077770001"' not in client.get("/simulator").text
    api.run()
    page = client.get("/simulator?to=%2B821077770001&lang=ko")
    assert 'data-to="+821077770001"' in page.text
    assert "[Web발신]\n첫 번째 &lt;b&gt;문자&lt;/b&gt;" in page.text
    assert "010-7777-0001" in page.text
    assert "데모입니다" in page.text
    assert "<script>" not in page.text
    assert " style=" not in page.text
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    assert "This is a demo" in client.get("/simulator", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize(
    ("number", "sender", "mark"),
    [
        ("+821077770002", "+8215880000", "[Web발신]\n"),
        ("+821077770003", "+15005550006", "[국제발신]\n"),
        ("+12125551234", "+15005550006", ""),
    ],
)
def test_the_mark_of_korean_networks_is_shown(api: Api, client: Any, number: str, sender: str, mark: str) -> None:
    api.create(To=number, From=sender, Body="본문")
    shown = client.get("/simulator/messages", query_string={"to": number}).json["items"][0]
    assert shown["shown"] == f"{mark}본문"
    assert shown["body"] == "본문"


def test_the_list_for_scripts_refuses_a_limit_out_of_range(client: Any) -> None:
    assert client.get("/simulator/messages?limit=0").status_code == 422
    assert client.get("/simulator/messages?limit=x").status_code == 422


def test_outside_demo_mode_there_is_no_simulator(tmp_path: Path) -> None:
    settings = load({"DANGOL_DATABASE_URL": f"sqlite:///{tmp_path / 'x.sqlite3'}", "DANGOL_SMS_PROVIDER": "twilio"})
    app = create_app(settings)
    init_app(app)
    client = app.test_client()
    assert client.get("/simulator").status_code == 404
    assert client.get("/simulator/messages").status_code == 404
