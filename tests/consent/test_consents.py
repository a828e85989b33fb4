"""The ledger through the push and over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backend.core.db import unit_of_work
from backend.core.ids import new_id
from tests import factories

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.conftest import Tablet


def statement(customer_id: str, **values: Any) -> dict[str, Any]:
    """A consent.record mutation: texts are granted."""
    data = {
        "customer_id": customer_id,
        "purpose": "marketing",
        "channel": "sms",
        "granted": True,
        "wording_version": "marketing-sms-2026-11",
        "occurred_at": "2026-11-20T10:00:00Z",
    }
    return {"id": new_id(), "kind": "consent.record", "at": "2026-11-20T10:00:00Z", "seq": 1, "data": data | values}


def senders(tablet: Tablet, customer_id: str) -> tuple[list[str], list[str]]:
    """Who may text by day and by night, as the tablets see it."""
    changes = tablet.pull(tablet.get("/sync/snapshot").get_json()["cursor"])["changes"]
    row = next(change["row"] for change in reversed(changes) if change["id"] == customer_id)
    return row["sms_senders"], row["night_senders"]


def test_a_grant_shows_on_the_card_and_a_withdrawal_at_once(tablet: Tablet) -> None:
    with unit_of_work():
        customer = factories.customer(home_store_id=tablet.store_id)
    unit = tablet.device.store.business_unit.code
    assert tablet.push(statement(customer.id))[0]["status"] == "applied"
    assert senders(tablet, customer.id) == ([unit], [])
    tablet.push(statement(customer.id, night=True))
    assert senders(tablet, customer.id) == ([unit], [unit])
    refusal = statement(customer.id, granted=False, channel=None)
    tablet.push(refusal)
    assert senders(tablet, customer.id) == ([], [])
    tablet.push(statement(customer.id))
    assert senders(tablet, customer.id) == ([], [])
    tablet.push(statement(customer.id, lifts=refusal["id"]))
    assert senders(tablet, customer.id)[0] == [unit]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"purpose": "gossip"}, "purpose"),
        ({"channel": None}, "channel"),
        ({"granted": "yes"}, "granted"),
        ({"granted": False, "lifts": new_id()}, "lifts"),
        ({"sender": "NO-SUCH"}, "sender"),
        ({"occurred_at": "2026-11-20"}, "occurred_at"),
        ({"wording_version": ""}, "wording_version"),
        ({"customer_id": "x"}, "customer_id"),
    ],
)
def test_what_cannot_be_read_is_rejected_by_name(tablet: Tablet, values: dict[str, Any], named: str) -> None:
    with unit_of_work():
        customer = factories.customer()
    entry = statement(customer.id)
    entry["data"] |= values
    (result,) = tablet.push(entry)
    assert result["status"] == "rejected"
    assert named in result["message"]


def test_a_statement_about_nobody_is_rejected(tablet: Tablet) -> None:
    assert tablet.push(statement(new_id()))[0]["code"] == "unknown_customer"


def test_the_ledger_says_what_stands_and_what_a_grant_must_lift(
    client: FlaskClient, sign_in: Any, tablet: Tablet
) -> None:
    sign_in()
    with unit_of_work():
        customer = factories.customer()
    refusal = statement(customer.id, granted=False)
    tablet.push(statement(customer.id), refusal)
    shown = client.get(f"/api/v1/customers/{customer.id}/consents").get_json()
    assert [item["granted"] for item in shown["items"]].count(False) == 1
    (state,) = shown["marketing_sms"].values()
    assert (state["granted"], state["refused"], state["refusal_id"]) == (False, True, refusal["id"])
    wordings = client.get("/api/v1/consent-wordings").get_json()["items"]
    assert "marketing-sms-2026-11" in [each["version"] for each in wordings]
