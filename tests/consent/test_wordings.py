"""Wordings: written by one, published by another, never changed, and on every tablet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backend.sync import prepare_scope
from tests.sync.copy import fresh, replay

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.conftest import Tablet

PATH = "/api/v1/consent-wordings"
WORDS = {"purpose": "profiling", "text_ko": "구매 내역을 분석합니다.", "text_en": "We analyse purchases."}


def write(client: FlaskClient, **values: Any) -> dict[str, Any]:
    answer = client.post(PATH, json=WORDS | values)
    assert answer.status_code == 201, answer.get_json()
    return dict(answer.get_json())


def current(rows: dict[str, dict[str, Any]], purpose: str) -> list[str]:
    """What a tablet would show for a purpose."""
    return [row["version"] for row in rows.values() if (row["purpose"], row["state"]) == (purpose, "published")]


def test_what_another_admin_publishes_reaches_tablets_and_retires_the_one_before(
    client: FlaskClient, sign_in: Any, tablet: Tablet
) -> None:
    prepare_scope(tablet.device.scope)
    rows, cursor = fresh(tablet)
    assert current(rows["wordings"], "profiling") == ["profiling-2026-11"]
    sign_in(role="admin")
    draft = write(client)
    assert draft["state"] == "draft"
    assert client.post(f"{PATH}/{draft['id']}/publish").status_code == 409, "by its own writer"
    sign_in(role="admin")
    answer = client.post(f"{PATH}/{draft['id']}/publish")
    assert answer.get_json()["state"] == "published", answer.get_json()
    replay(tablet, rows, cursor)
    assert current(rows["wordings"], "profiling") == [draft["version"]]
    there, newer = fresh(tablet)
    replay(tablet, there, newer)
    assert rows == there


def test_what_was_published_never_changes(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="admin")
    draft = write(client)
    changed = client.put(f"{PATH}/{draft['id']}", json=WORDS | {"text_en": "We look at purchases."})
    assert changed.get_json()["text_en"] == "We look at purchases."
    assert client.get(f"{PATH}/{draft['id']}").get_json() == changed.get_json()
    sign_in(role="admin")
    client.post(f"{PATH}/{draft['id']}/publish")
    assert client.put(f"{PATH}/{draft['id']}", json=WORDS).status_code == 409
    assert client.post(f"{PATH}/{draft['id']}/publish").status_code == 409
    assert client.post(f"{PATH}/{draft['id']}/retire").get_json()["state"] == "retired"
    assert client.post(f"{PATH}/{draft['id']}/retire").status_code == 409


def test_who_rewrites_a_draft_is_its_writer(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="admin")
    draft = write(client)
    sign_in(role="admin")
    client.put(f"{PATH}/{draft['id']}", json=WORDS)
    assert client.post(f"{PATH}/{draft['id']}/publish").status_code == 409


def test_versions_of_a_month_are_numbered(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="admin")
    first, second = (write(client, purpose="marketing", channel="call")["version"] for _ in range(2))
    assert first.startswith("marketing-call-")
    assert second.startswith("marketing-call-")
    assert first != second


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"purpose": "marketing"}, "channel"),
        ({"channel": "sms"}, "channel"),
        ({"purpose": "marketing", "channel": "call", "night": True}, "night"),
        ({"purpose": "third_party"}, "recipient"),
        ({"recipient": "한빛카드"}, "recipient"),
        ({"text_ko": " "}, "text_ko"),
        ({"text_en": "x" * 4_001}, "text_en"),
        ({"purpose": "gossip"}, "purpose"),
    ],
)
def test_a_wording_that_fits_no_matter_is_refused_by_name(
    client: FlaskClient, sign_in: Any, values: dict[str, Any], named: str
) -> None:
    sign_in(role="admin")
    answer = client.post(PATH, json=WORDS | values)
    assert answer.status_code == 422
    assert named in answer.get_json()["errors"]


@pytest.mark.parametrize("role", ["associate", "manager", "marketer"])
def test_only_admins_write_wordings(client: FlaskClient, sign_in: Any, role: str) -> None:
    sign_in(role=role)
    assert client.post(PATH, json=WORDS).status_code == 403
    assert len(client.get(PATH, query_string={"state": "published", "limit": 3}).get_json()["items"]) == 3
