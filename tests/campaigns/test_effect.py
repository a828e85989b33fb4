"""What a campaign brought, through the address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backend.core.db import unit_of_work
from tests import factories
from tests.campaigns import effect_world as world

if TYPE_CHECKING:
    from flask.testing import FlaskClient

pytestmark = pytest.mark.usefixtures("app")


def get(client: FlaskClient, path: str, status: int = 200) -> Any:
    answer = client.get(f"/api/v1/campaigns/{path}")
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()


def test_stages_arms_and_lift_of_a_campaign(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        store = factories.store()
        made = world.campaign()
        for number in range(80):
            row = world.member(made, "treated" if number < 40 else "held_out")
            if number < 40 and number % 2:
                world.sale(store.id, row.customer_id, world.BEGAN + world.DAY, 10_000 + number)
            if number >= 40 and number % 3 == 0:
                world.sale(store.id, row.customer_id, world.BEGAN + world.DAY, 9_000 + number)
        key = made.id
    sign_in(role="marketer")
    found = get(client, f"{key}/effect")
    assert found
    assert get(client, "effects")
    assert get(client, f"{key}/advice")
    assert client.get(f"/api/v1/campaigns/{key}/effect.csv").get_data(as_text=True)
    assert len(client.get(f"/api/v1/campaigns/{key}/effect.xlsx").get_data())
