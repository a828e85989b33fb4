"""Texts from people: kept once, routed to who looks after her, and a refusal counts before anybody reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from backend.core import events
from backend.core.audit import SYSTEM, AccessEntry
from backend.core.db import db, run_in_unit_of_work
from backend.customers import Customer
from backend.delivery import OwedNotice, ReplyReceived
from backend.delivery.models import AddressBlock
from backend.privacy import service as privacy
from backend.unify import merges
from sms.incoming import Incoming
from tests import factories
from tests.sms import worlds
from tests.sms.replying import OUR_NUMBER, PHONE, Phone, statements_of, texted

if TYPE_CHECKING:
    from flask import Flask

    from backend.organization import Staff


@pytest.fixture
def shop(app: Flask) -> worlds.Shop:  # noqa: ARG001 - rows need the app's database
    return worlds.shop()


@pytest.fixture
def phone(app: Flask) -> Phone:
    return Phone(app)


def kept() -> int:
    return db.session.scalar(select(func.count()).select_from(Incoming)) or 0


def staff(shop: worlds.Shop, **values: Any) -> Staff:
    return run_in_unit_of_work(lambda: factories.staff(store_id=shop.store.id, **values))


def test_a_reply_is_kept_for_her_preferred_staff(shop: worlds.Shop, phone: Phone) -> None:
    hers, other = staff(shop), staff(shop)
    customer = worlds.customer(shop, preferred_staff_id=hers.id)
    texted(shop, customer.id, other.id)
    incoming = phone.text("내일 갈게요")
    assert incoming is not None
    assert (incoming.kind, incoming.doubtful, incoming.handled_at) == ("reply", False, None)
    assert (incoming.customer_id, incoming.sender_id) == (customer.id, shop.unit.id)
    assert (incoming.staff_id, incoming.store_id) == (hers.id, shop.store.id)


def test_without_one_it_is_for_who_texted_her_last_and_else_for_the_store(shop: worlds.Shop, phone: Phone) -> None:
    gone, last = staff(shop, active=False), staff(shop)
    customer = worlds.customer(shop, preferred_staff_id=gone.id)
    texted(shop, customer.id)
    first = phone.text("네")
    texted(shop, customer.id, last.id)
    second = phone.text("네네")
    assert first is not None
    assert second is not None
    assert (first.staff_id, first.store_id) == (None, shop.store.id)
    assert (second.staff_id, second.store_id) == (last.id, shop.store.id)


def test_an_unknown_number_is_kept_and_so_is_what_is_no_number(app: Flask, phone: Phone) -> None:
    incoming = phone.text("누구세요?")
    assert incoming is not None
    assert (incoming.customer_id, incoming.address) == (None, PHONE)
    service = Phone(app, "15990000").text("hello")
    named = Phone(app, "DELIVERY").text("hello")
    assert service is not None
    assert named is not None
    assert named.address == "DELIVERY"


def test_of_several_with_one_number_it_is_who_was_texted_last(shop: worlds.Shop, phone: Phone) -> None:
    mother, daughter = worlds.customer(shop), worlds.customer(shop)
    unclear = phone.text("네")
    texted(shop, daughter.id)
    clear = phone.text("네")
    assert unclear is not None
    assert clear is not None
    assert (unclear.customer_id, clear.customer_id) == (None, daughter.id)
    phone.text("STOP")
    assert [each.granted for each in statements_of(mother.id) + statements_of(daughter.id)] == [False, False]


def test_a_text_told_twice_is_kept_once(shop: worlds.Shop, phone: Phone) -> None:
    customer = worlds.customer(shop, agreed=True)
    texted(shop, customer.id)
    for _ in range(3):
        phone.text("STOP", sid="SMsame")
    assert kept() == 1
    assert len(statements_of(customer.id)) == 2


def test_whoever_listens_is_told_of_a_reply(app: Flask, shop: worlds.Shop, phone: Phone) -> None:
    told: list[ReplyReceived] = []
    events.subscribe(app, ReplyReceived, told.append)
    customer = worlds.customer(shop)
    texted(shop, customer.id)
    incoming = phone.text("네")
    app.extensions["dangol.events"][ReplyReceived].remove(told.append)
    assert incoming is not None
    assert told == [
        ReplyReceived(
            channel="sms", reply_id=incoming.id, customer_id=customer.id, store_id=shop.store.id, staff_id=None
        )
    ]


def test_stop_refuses_for_that_sender_with_what_shows_it(shop: worlds.Shop, phone: Phone) -> None:
    customer = worlds.customer(shop, agreed=True)
    texted(shop, customer.id)
    incoming = phone.text(" 수신 거부. ")
    assert incoming is not None
    assert (incoming.kind, incoming.handled_at is not None) == ("refusal", True)
    refusal = statements_of(customer.id)[-1]
    assert (refusal.granted, refusal.channel, refusal.sender_id) == (False, "sms", shop.unit.id)
    assert refusal.evidence == {
        "method": "text",
        "incoming": incoming.id,
        "provider_ref": incoming.provider_ref,
        "text": " 수신 거부. ",
        "number": PHONE,
    }
    notice = db.session.scalars(select(OwedNotice).where(OwedNotice.entry_id == refusal.id)).one()
    assert (notice.kind, notice.granted, notice.state) == ("consent_result", False, "owed")


def test_the_next_text_is_skipped_with_the_reason(client: Any, sign_in: Any, shop: worlds.Shop, phone: Phone) -> None:
    customer = worlds.customer(shop, agreed=True)
    texted(shop, customer.id)
    phone.text("그만", OptOutType="STOP")
    sign_in(store_id=shop.store.id)
    worlds.template()
    answer = client.post(f"/api/v1/customers/{customer.id}/texts", json={"template": "offer"}).json
    assert (answer["state"], answer["reason"]) == ("skipped", "refused")
    assert answer["reason_text"]


def test_a_refusal_to_nobody_s_number_is_one_of_all_senders(app: Flask, phone: Phone) -> None:  # noqa: ARG001
    customer = worlds.customer(worlds.shop(contact="02-000-0000", registered=False), agreed=True)
    phone.text("STOP")
    assert statements_of(customer.id)[-1].sender_id is None


def test_an_unknown_number_that_refuses_is_blocked_for_that_sender(shop: worlds.Shop, phone: Phone) -> None:
    texted(shop)
    phone.text("STOP")
    blocks = db.session.execute(select(AddressBlock.address, AddressBlock.kind, AddressBlock.sender_id)).all()
    assert [tuple(each) for each in blocks] == [(PHONE, "refused", shop.unit.id)]
    phone.text("START")
    assert db.session.scalars(select(AddressBlock)).all() == []


def test_start_lifts_what_was_said_to_that_sender_by_day_and_nothing_else(shop: worlds.Shop, phone: Phone) -> None:
    hotel = worlds.shop(sender_name="바다호텔")
    customer = worlds.customer(shop, agreed=True)
    run_in_unit_of_work(lambda: worlds.say(customer.id, hotel, granted=False))
    texted(shop, customer.id)
    phone.text("STOP")
    phone.text("STOP")
    granted = phone.text("START")
    assert granted is not None
    assert (granted.kind, granted.handled_at is not None) == ("grant", True)
    said = statements_of(customer.id)
    refusals = [each.id for each in said if not each.granted and each.sender_id == shop.unit.id]
    assert [each.lifts_id for each in said[-2:]] == refusals
    facts = db.session.get_one(Customer, customer.id).facts
    assert facts.sms_senders == [shop.unit.code]


def test_start_that_names_nothing_is_left_to_a_person(shop: worlds.Shop, phone: Phone) -> None:
    customer = worlds.customer(shop)
    texted(shop, customer.id)
    incoming = phone.text("YES")
    assert incoming is not None
    assert (incoming.kind, incoming.handled_at) == ("grant", None)
    assert statements_of(customer.id) == []


def test_a_unit_that_keeps_its_own_is_refused_and_granted_by_text_alike(shop: worlds.Shop, phone: Phone) -> None:
    run_in_unit_of_work(lambda: setattr(shop.unit, "shares", "own"))
    customer = worlds.customer(shop, agreed=True)
    texted(shop, customer.id)
    phone.text("STOP")
    phone.text("START")
    assert [each.granted for each in statements_of(customer.id)] == [True, False, True]


def test_forged_unsigned_truncated_and_oversized_texts_are_turned_away(phone: Phone, client: Any) -> None:
    form = {"MessageSid": "SM1", "From": PHONE, "To": OUR_NUMBER, "Body": "STOP"}
    assert [phone.post(form, signature).status_code for signature in ("", "x", "AAAA")] == [403] * 3
    assert client.post("/api/v1/sms/incoming", data=form).status_code == 403
    assert client.get("/api/v1/sms/incoming").status_code == 405
    big = form | {"Body": "x" * 100_000}
    assert phone.post(big).status_code == 413
    for missing in ("MessageSid", "From", "To"):
        assert phone.post({name: value for name, value in form.items() if name != missing}).status_code == 422
    assert phone.post({**form, "MessageSid": "가"}).status_code == 422
    assert kept() == 0


def test_odd_texts_do_no_harm(phone: Phone) -> None:
    for body in ("", "\x00", "가" * 5_000, "😀" * 300, "<b>&"):
        incoming = phone.text(body, Surprise="1", NumMedia="2")
        assert incoming is not None
        assert len(incoming.body) <= 4_000


class Desk:
    """Somebody signed in who works off the inbox."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def list(self, state: str = "open") -> list[Any]:
        """What the inbox shows in a state."""
        answer = self._client.get(f"/api/v1/replies?state={state}")
        assert answer.status_code == 200, answer.json
        return list(answer.json["items"])

    def do(self, reply_id: str, what: str, **body: Any) -> Any:
        """Do something with a text."""
        return self._client.post(f"/api/v1/replies/{reply_id}/{what}", json=body or None)


def test_the_inbox_shows_a_store_its_own_and_a_person_what_is_for_her(
    client: Any, sign_in: Any, shop: worlds.Shop, app: Flask
) -> None:
    me = sign_in(store_id=shop.store.id)
    mine = worlds.customer(shop, preferred_staff_id=me.id, phone="+821011110001")
    elsewhere = worlds.shop()
    texted(elsewhere, worlds.customer(elsewhere, phone="+821011110002").id, phone="+821011110002")
    texted(shop, mine.id, phone="+821011110001")
    texted(shop, phone="+821011110003")
    bodies = {"+821011110001": "mine", "+821011110002": "theirs", "+821011110003": "please stop"}
    for number, body in bodies.items():
        Phone(app, number).text(body)
    desk = Desk(client)
    assert [each["body"] for each in desk.list()] == ["please stop", "mine"]
    assert [each["body"] for each in desk.list("mine")] == ["mine"]
    (unknown,) = desk.list("unknown")
    assert (unknown["customer"], unknown["number"], unknown["doubtful"]) == (None, "+821011110003", True)
    assert desk.list("doubtful") == [unknown]
    assert desk.do(unknown["id"], "handled").status_code == 200
    assert [each["id"] for each in desk.list("handled")] == [unknown["id"]]
    seen = db.session.scalars(select(AccessEntry.customer_id).where(AccessEntry.what == "replies")).all()
    assert set(seen) == {mine.id}


def test_a_manager_gives_a_text_to_a_customer_who_then_refuses_by_it(
    client: Any, sign_in: Any, shop: worlds.Shop, phone: Phone
) -> None:
    sign_in(store_id=shop.store.id, role="manager")
    customer = worlds.customer(shop, agreed=True, phone="+821099990000")
    texted(shop)
    incoming = phone.text("STOP")
    assert incoming is not None
    desk = Desk(client)
    answer = desk.do(incoming.id, "customer", customer_id=customer.id)
    assert answer.json["customer"]["id"] == customer.id
    assert statements_of(customer.id)[-1].granted is False
    assert desk.do(incoming.id, "customer", customer_id=customer.id).status_code == 409
    turns = client.get(f"/api/v1/customers/{customer.id}/conversation").json["items"]
    assert [(each["direction"], each["kind"]) for each in turns] == [("in", "refusal")]


def test_a_possible_refusal_is_made_one_by_a_person(client: Any, sign_in: Any, shop: worlds.Shop, phone: Phone) -> None:
    me = sign_in(store_id=shop.store.id)
    customer = worlds.customer(shop, agreed=True)
    texted(shop, customer.id)
    incoming = phone.text("이제 수신거부 부탁합니다")
    assert incoming is not None
    assert incoming.doubtful
    answer = Desk(client).do(incoming.id, "refusal")
    assert (answer.json["kind"], answer.json["doubtful"]) == ("refusal", False)
    assert answer.json["handled_at"] is not None
    refusal = statements_of(customer.id)[-1]
    assert (refusal.granted, refusal.staff_id, refusal.sender_id) == (False, me.id, shop.unit.id)
    assert Desk(client).do(incoming.id, "refusal").status_code == 409


def test_a_conversation_holds_what_went_and_came_in_pages(
    client: Any, sign_in: Any, shop: worlds.Shop, phone: Phone
) -> None:
    me = sign_in(store_id=shop.store.id)
    customer = worlds.customer(shop)
    for turn in range(3):
        texted(shop, customer.id, me.id)
        phone.text(f"답장 {turn}")
    path = f"/api/v1/customers/{customer.id}/conversation"
    whole = client.get(path).json
    assert [each["direction"] for each in whole["items"]] == ["in", "out"] * 3
    assert whole["next"] is None
    assert whole["items"][1]["staff"] == me.name
    first = client.get(f"{path}?limit=4").json
    rest = client.get(f"{path}?limit=4&after={first['next']}").json
    assert first["items"] + rest["items"] == whole["items"]
    assert rest["next"] is None
    assert client.get(f"{path}?after=nonsense").status_code == 422
    assert "conversation" in db.session.scalars(select(AccessEntry.what)).all()


def test_a_marketer_reads_no_replies(client: Any, sign_in: Any, shop: worlds.Shop) -> None:
    sign_in(role="marketer")
    customer = worlds.customer(shop)
    assert client.get("/api/v1/replies").status_code == 403
    assert client.get(f"/api/v1/customers/{customer.id}/conversation").status_code == 403


def test_words_are_added_and_removed_but_for_the_fixed_ones(client: Any, sign_in: Any, phone: Phone) -> None:
    sign_in(role="admin")
    added = client.post("/api/v1/refusal-words", json={"language": "ko", "kind": "refusal", "word": "그만 보내"})
    assert added.status_code == 201, added.json
    listed = client.get("/api/v1/refusal-words").json["items"]
    assert {"id": None, "language": "en", "kind": "refusal", "word": "STOP"} in listed
    assert listed[-1] == added.json
    taken = phone.text("그만보내!")
    assert taken is not None
    assert taken.kind == "refusal"
    for word in ("stop", "그만 보내.", "동의"):
        again = client.post("/api/v1/refusal-words", json={"language": "en", "kind": "refusal", "word": word})
        assert again.status_code == 409
    assert (
        client.post("/api/v1/refusal-words", json={"language": "ko", "kind": "refusal", "word": "!!"}).status_code
        == 422
    )
    assert client.delete(f"/api/v1/refusal-words/{added.json['id']}").status_code == 204
    assert client.delete(f"/api/v1/refusal-words/{added.json['id']}").status_code == 404
    after = phone.text("그만보내!")
    assert after is not None
    assert after.kind == "reply"


def test_texts_go_with_a_merge_come_back_with_a_parting_and_are_blanked_by_an_erasure(
    shop: worlds.Shop, phone: Phone
) -> None:
    stays = worlds.customer(shop, phone="+821011110009")
    goes = worlds.customer(shop)
    before = phone.text("하나")
    merge = run_in_unit_of_work(lambda: merges.merge(stays.id, goes.id, acting_staff=SYSTEM).id)
    since = phone.text("둘")
    assert before is not None
    assert since is not None
    db.session.expire_all()
    assert (before.customer_id, since.customer_id) == (stays.id, stays.id)
    undone = run_in_unit_of_work(lambda: merges.undo(merge, acting_staff=SYSTEM))
    db.session.expire_all()
    assert (before.customer_id, since.customer_id) == (goes.id, stays.id)
    assert ["reply", since.id] in undone.unclear
    run_in_unit_of_work(lambda: privacy.erase(goes.id, acting_staff=SYSTEM))
    db.session.expire_all()
    assert (before.customer_id, before.address, before.body) == (None, None, "")
    assert (since.body, since.address) == ("둘", PHONE)
