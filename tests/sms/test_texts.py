"""One-to-one texts through HTTP and from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from backend.core import clock
from backend.core.db import run_in_unit_of_work
from tests.sms import worlds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

ADVERT = "(광고)하늘면세점 1588-0000\n김민지님, 20% 할인\n무료수신거부 080-000-0000"


@pytest.fixture
def shop(app: Flask, sign_in: Any) -> worlds.Shop:  # noqa: ARG001 - rows need the app's database
    """A shop, an associate of it signed in, and the template `offer`."""
    made = worlds.shop()
    sign_in(store_id=made.store.id)
    worlds.template()
    return made


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """By day in Seoul, whenever the tests run."""
    with clock.frozen(worlds.NOON):
        yield


def post(client: Any, customer_id: str, path: str = "", **body: Any) -> Any:
    return client.post(f"/api/v1/customers/{customer_id}/texts{path}", json={"template": "offer"} | body)


def test_a_commercial_text_is_shown_in_its_legal_frame_before_it_is_sent(client: Any, shop: worlds.Shop) -> None:
    customer = worlds.customer(shop, agreed=True)
    answer = post(client, customer.id, "/preview")
    assert answer.status_code == 200, answer.json
    assert answer.json == {
        "text": ADVERT,
        "verdict": {"answer": "allowed", "reason": None, "reason_text": None, "until": None},
        "segments": 1,
        "encoding": "UCS-2",
    }
    assert client.get("/api/v1/messages").json["items"] == []


def test_a_text_to_somebody_who_agreed_is_queued_and_listed_on_the_card(client: Any, shop: worlds.Shop) -> None:
    customer = worlds.customer(shop, agreed=True)
    answer = post(client, customer.id)
    assert answer.status_code == 201, answer.json
    assert answer.json["state"] == "queued"
    assert answer.json["body"] == ADVERT
    assert answer.json["template"] == "offer"
    listed = client.get(f"/api/v1/customers/{customer.id}/messages").json["items"]
    assert [each["id"] for each in listed] == [answer.json["id"]]
    assert client.get(f"/api/v1/messages/{answer.json['id']}").json == listed[0]


def test_a_text_to_somebody_who_was_never_asked_is_kept_as_skipped_with_the_reason(
    client: Any, shop: worlds.Shop
) -> None:
    customer = worlds.customer(shop)
    answer = post(client, customer.id)
    assert answer.status_code == 201
    assert (answer.json["state"], answer.json["reason"]) == ("skipped", "no_consent")
    assert answer.json["reason_text"] == "광고 수신에 동의하지 않은 고객입니다."
    english = client.get(f"/api/v1/messages/{answer.json['id']}", headers={"Accept-Language": "en"}).json
    assert english["reason_text"] == "The customer has not agreed to commercial messages."


def test_a_refusal_beats_an_earlier_consent(client: Any, shop: worlds.Shop) -> None:
    customer = worlds.customer(shop, agreed=True)
    run_in_unit_of_work(lambda: worlds.say(customer.id, shop, granted=False))
    run_in_unit_of_work(lambda: worlds.say(customer.id, shop, granted=True))
    assert post(client, customer.id).json["reason"] == "refused"


@pytest.mark.usefixtures("shop")
def test_consent_to_another_business_is_none_to_this_one(client: Any) -> None:
    hotel = worlds.shop(sender_name="바다호텔")
    customer = worlds.customer(hotel, agreed=True)
    assert post(client, customer.id).json["reason"] == "no_consent"


def test_a_text_at_night_is_held_until_the_morning(client: Any, shop: worlds.Shop) -> None:
    customer = worlds.customer(shop, agreed=True)
    with clock.frozen(worlds.NIGHT):
        answer = post(client, customer.id)
    assert (answer.json["state"], answer.json["reason"]) == ("held", "night")
    assert answer.json["until"] == "2026-11-10T23:00:00Z"


def test_a_night_consent_lets_it_out_at_night(client: Any, shop: worlds.Shop) -> None:
    customer = worlds.customer(shop, agreed=True, night=True)
    with clock.frozen(worlds.NIGHT):
        assert post(client, customer.id).json["state"] == "queued"


def test_a_service_text_needs_no_consent_and_has_no_frame(client: Any, shop: worlds.Shop) -> None:
    worlds.template("ready", purpose="service", body="{{ customer.name }}님, 준비되었습니다. {{ pickup.place }}")
    customer = worlds.customer(shop)
    answer = post(client, customer.id, template="ready", fields={"pickup": {"place": "2터미널"}})
    assert (answer.json["state"], answer.json["body"]) == ("queued", "김민지님, 준비되었습니다. 2터미널")


def test_a_business_without_a_number_to_refuse_at_cannot_advertise(client: Any, sign_in: Any) -> None:
    bare = worlds.shop(refusal_number=None)
    sign_in(store_id=bare.store.id)
    worlds.template()
    assert post(client, worlds.customer(bare, agreed=True).id).json["reason"] == "advert_form"


@pytest.mark.parametrize(
    ("phone", "reason"), [(None, "no_phone"), ("+82212345678", "landline"), ("+8210123456", "bad_number")]
)
def test_a_number_that_takes_no_texts_is_said_so(
    client: Any, shop: worlds.Shop, phone: str | None, reason: str
) -> None:
    assert post(client, worlds.customer(shop, agreed=True, phone=phone).id).json["reason"] == reason


def test_a_field_that_the_sender_has_to_fill_in_is_asked_for_by_name(client: Any, shop: worlds.Shop) -> None:
    worlds.template("new", body="{{ product.name }} 입고")
    customer = worlds.customer(shop, agreed=True)
    answer = post(client, customer.id, "/preview", template="new")
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["fields.product.name"]
    full = post(client, customer.id, "/preview", template="new", fields={"product.name": "하늘담 크림"})
    assert "하늘담 크림 입고" in full.json["text"]


@pytest.mark.parametrize(
    "given", [{"customer.name": "x"}, {"nobody": "x"}, {"product.name": ["x"]}, {"product.name": "x" * 201}]
)
def test_fields_that_are_none_of_the_senders_are_refused(client: Any, shop: worlds.Shop, given: dict[str, Any]) -> None:
    customer = worlds.customer(shop, agreed=True)
    assert post(client, customer.id, fields=given).status_code == 422


def test_the_variant_in_the_customers_language_is_used(client: Any, shop: worlds.Shop) -> None:
    worlds.template(body="20% off, {{ customer.name }}", language="en")
    reads_english = worlds.customer(shop, agreed=True, language="en", name_latin="Minji Kim")
    reads_japanese = worlds.customer(shop, agreed=True, language="ja", name_latin="Yuki")
    reads_korean = worlds.customer(shop, agreed=True, language="ko")
    texts = [post(client, each.id, "/preview").json["text"] for each in (reads_english, reads_japanese, reads_korean)]
    assert ["Minji Kim" in texts[0], "Yuki" in texts[1], "김민지님" in texts[2]] == [True, True, True]


def test_what_korean_carriers_do_not_pass_is_replaced(client: Any, shop: worlds.Shop) -> None:
    worlds.template("cafe", body="café ₩5,000 😀")
    text = post(client, worlds.customer(shop, agreed=True).id, "/preview", template="cafe").json["text"]
    assert "cafe 원5,000" in text


def test_unknown_customers_templates_and_bodies_are_answered_not_crashed(client: Any, shop: worlds.Shop) -> None:
    customer = worlds.customer(shop)
    unknown = "00000000-0000-7000-8000-000000000000"
    assert post(client, unknown).status_code == 404
    assert post(client, "nobody").status_code == 404
    assert post(client, customer.id, template="nothing").status_code == 422
    assert post(client, customer.id, surprise=1).status_code == 422
    assert client.get("/api/v1/messages/nobody").status_code == 404
    assert client.get("/api/v1/customers/nobody/messages").status_code == 404
    assert client.get("/api/v1/messages?customer=nobody").status_code == 422


def test_nobody_texts_without_signing_in(app: Flask, shop: worlds.Shop) -> None:
    stranger = app.test_client()
    customer = worlds.customer(shop)
    assert post(stranger, customer.id).status_code == 401
    assert stranger.get("/api/v1/messages").status_code == 401


def test_a_waiting_text_can_be_taken_back_once(client: Any, sign_in: Any) -> None:
    made = worlds.shop()
    sign_in(store_id=made.store.id, role="manager")
    worlds.template()
    sent = post(client, worlds.customer(made, agreed=True).id).json
    assert client.post(f"/api/v1/messages/{sent['id']}/cancel").json["state"] == "canceled"
    assert client.post(f"/api/v1/messages/{sent['id']}/cancel").status_code == 409


def run(app: Flask, *words: str) -> Any:
    return app.test_cli_runner().invoke(args=list(words))


def test_a_text_is_sent_from_the_command_line_by_card_phone_or_id(app: Flask) -> None:
    made = worlds.shop()
    worlds.template()
    customer = worlds.customer(made, agreed=True, cards=["9900112233"])
    for way in (customer.id, "9900112233", "010-4821-4821"):
        result = run(app, "sms", "send", "--to", way, "--template", "offer", "--json")
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["state"] == "queued"


def test_a_refused_text_ends_the_command_with_its_own_exit_code_and_the_reason(app: Flask) -> None:
    made = worlds.shop()
    worlds.template()
    customer = worlds.customer(made)
    result = run(app, "sms", "send", "--to", customer.id, "--template", "offer", "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["reason"] == "no_consent"


def test_without_a_store_the_sender_is_one_who_may_text_the_customer(app: Flask) -> None:
    home, hotel = worlds.shop(), worlds.shop(sender_name="바다호텔")
    worlds.template()
    customer = worlds.customer(home)
    run_in_unit_of_work(lambda: worlds.say(customer.id, hotel, granted=True))
    result = run(app, "sms", "send", "--to", customer.id, "--template", "offer", "--json")
    assert "(광고)바다호텔" in json.loads(result.stdout)["body"]
    named = run(app, "sms", "send", "--to", customer.id, "--template", "offer", "--store", home.store.code, "--json")
    assert json.loads(named.stdout)["reason"] == "no_consent"
