"""Every address, asked by everybody: nobody is shown what the role does not need, and nothing is open by oversight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backend.core.audit import SYSTEM
from backend.core.db import unit_of_work
from backend.core.errors import ValidationFailed
from backend.organization import ScopeWish, access, enrol, hash_password
from backend.sync import events
from tests import factories
from tests.privacy import walked
from tests.privacy.planted import mutation
from tests.privacy.walked import BIRTH_DATE, CALLS, CARD, OTHER_PHONE, OWN_PHONE, THIRD_PHONE, WORDS, spellings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.conftest import Tablet

PASSWORD = "a long password"
ROLES = ("associate", "manager", "marketer", "admin", "device", "nobody")
# Reads first, so that everything is still there.
_ORDER = {"GET": 0, "POST": 1, "PUT": 1, "PATCH": 1, "DELETE": 2}


@pytest.fixture(autouse=True)
def streams_end(app: Flask) -> Iterator[None]:
    with app.app_context():
        hub = events.hub()
    before, hub.longest = hub.longest, 0.0
    yield
    hub.longest = before


def addresses(app: Flask) -> set[tuple[str, str]]:
    found = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    return {each for each in found if each[1] not in walked.NO_DATA and not each[1].startswith(walked.DEMO_ONLY)}


def test_no_address_is_unknown_to_the_walk(app: Flask) -> None:
    assert addresses(app) == set(CALLS), "say in walked.py who may call it, and how"


class Walker:
    """Somebody of a role with a browser, or a tablet with its token, or nobody."""

    def __init__(self, role: str, tablet: Tablet, client: FlaskClient) -> None:
        self.role, self._tablet, self._client = role, tablet, client
        if role not in {"device", "nobody"}:
            at_store = role in {"associate", "manager"}
            with unit_of_work():
                person = factories.staff(
                    login=f"walker.{role}",
                    role=role,
                    password=hash_password(PASSWORD),
                    store_id=tablet.store_id if at_store else None,
                )
            answer = client.post("/api/v1/session", json={"login": person.login, "password": PASSWORD})
            assert answer.status_code == 200

    def call(self, method: str, path: str, body: Any) -> TestResponse:
        """Ask as this person."""
        headers = {"Authorization": f"Bearer {self._tablet.token}"} if self.role == "device" else {}
        return self._client.open(path, method=method, json=body, headers=headers)


def hidden(role: str, shows: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """What must not stand in an answer to `role` at an address that `shows` so much, by what it is."""
    phones = {"own phone": OWN_PHONE, "third phone": THIRD_PHONE, "other phone": OTHER_PHONE}
    if role == "admin" and "anybody" in shows:
        phones = {}
    elif role in {"associate", "manager", "device"} and "own" in shows:
        phones = {"other phone": OTHER_PHONE}
    found = {name: spellings(phone) for name, phone in phones.items()}
    if role in {"marketer", "nobody"}:
        found |= {"birth date": (BIRTH_DATE.isoformat(), "19870314", "1987.03.14"), "words": (WORDS,), "card": (CARD,)}
    return found


@pytest.mark.parametrize("role", ROLES)
def test_nobody_is_shown_more_than_the_role_needs(
    app: Flask, role: str, tablet: Tablet, make_tablet: Any, client: FlaskClient
) -> None:
    del app
    world = walked.plant(tablet, make_tablet())
    walker, wrong = Walker(role, tablet, client), []
    for (method, _), call in sorted(CALLS.items(), key=lambda each: (each[1].last, _ORDER[each[0][0]])):
        paths = call.paths(world) or (walked.of_snapshot(tablet) if role == "device" else [])
        for path in paths:
            answer = walker.call(method, path, call.body(world) if call.body else None)
            wrong += [f"{method} {path}: {each}" for each in faults(role, call, answer)]
    assert wrong == []


def faults(role: str, call: walked.Call, answer: TestResponse) -> Iterator[str]:
    """What is wrong with an answer: who was let in, or what it tells."""
    text = "\n".join(f"{name}: {value}" for name, value in answer.headers) + answer.get_data(as_text=True)
    for what, ways in hidden(role, call.shows).items():
        if any(way in text for way in ways):
            yield f"{role} is shown the {what}"
    if role in call.roles:
        if not (answer.status_code < 300 or answer.status_code in call.answers):
            yield f"{role} may, and got {answer.status_code} {answer.get_data(as_text=True)[:200]}"
        return
    if answer.status_code not in ({401, 403} if role == "nobody" else {401, 403, 404}):
        yield f"{role} may not, and got {answer.status_code}"
    elif answer.content_type != "application/problem+json":
        yield f"the refusal is no problem document: {answer.content_type}"


def test_a_marketer_s_browser_is_no_tablet(app: Flask, tablet: Tablet, client: FlaskClient) -> None:
    """Not by enrolling one, and not by signing in on somebody else's: the copy holds whole numbers."""
    Walker("marketer", tablet, client)
    client.set_cookie(access.DEVICE_COOKIE, tablet.token, path="/api/v1")
    for path in ("snapshot", "pull?cursor=x", "events"):
        assert client.get(f"/api/v1/sync/{path}").status_code == 403
    store = tablet.device.store.code
    with app.app_context(), pytest.raises(ValidationFailed, match="marketers do not see"):
        enrol(store, "walker.marketer", wish=ScopeWish(), acting_staff=SYSTEM)


def test_a_member_of_another_store_has_no_number_for_an_associate_and_a_whole_one_for_an_admin(
    tablet: Tablet, make_tablet: Any, client: FlaskClient
) -> None:
    world = walked.plant(tablet, make_tablet())
    assert tablet.get(f"/customers/{world.own}").get_json()["phone"] == OWN_PHONE
    assert tablet.get(f"/customers/{world.other}").get_json()["phone"] == "•••• 8761"
    Walker("admin", tablet, client)
    assert client.get(f"/api/v1/customers/{world.other}").get_json()["phone"] == OTHER_PHONE


def test_a_marketer_reads_the_year_of_birth_and_nothing_written_about_her(
    tablet: Tablet, make_tablet: Any, client: FlaskClient
) -> None:
    world = walked.plant(tablet, make_tablet())
    Walker("marketer", tablet, client)
    card = client.get(f"/api/v1/customers/{world.own}").get_json()
    assert [card[name] for name in ("phone", "birth_date", "birth_year", "memo")] == ["•••• 2345", None, 1987, None]
    assert card["cards"] == ["•••• 5945"]
    assert client.get(f"/api/v1/sales/{world.sale}").get_json()["note"] is None
    assert client.get(f"/api/v1/customers/{world.own}/notes").status_code == 403


def test_an_edit_does_not_tell_the_number_of_a_member_of_another_store(tablet: Tablet, make_tablet: Any) -> None:
    world = walked.plant(tablet, make_tablet())
    wanted = {"phone": {"from": "010-0000-0000", "to": "010-0000-0002"}}
    (result,) = tablet.push(mutation("customer.edit", customer_id=world.other, changes=wanted))
    assert (result["status"], result["code"]) == ("rejected", "phone_of_another_store")
    assert OTHER_PHONE not in str(result)
