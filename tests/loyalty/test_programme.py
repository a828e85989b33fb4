"""What the house sets for all points, and how tablets hear of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend.core.audit import AuditEntry
from backend.core.db import db
from tests.sync.copy import fresh, replay

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.conftest import Tablet

pytestmark = pytest.mark.usefixtures("app")
NEW = {"offline_per_sale": 30_000, "offline_per_member": 50_000, "offline_per_lease": 500_000}


ALONE = {"manager_alone": 10_000, "admin_alone": 10_000}


def test_an_admin_sets_limits_a_marketer_reads_them_and_what_changed_is_on_record(
    client: FlaskClient, sign_in: Any
) -> None:
    sign_in(role="marketer")
    assert client.get("/api/v1/points/programme").get_json() == NEW | ALONE | {"notice_days": 30, "notice_least": 1_000}
    assert client.patch("/api/v1/points/programme", json={"notice_days": 14}).status_code == 403
    sign_in(role="admin")
    answer = client.patch("/api/v1/points/programme", json={"offline_per_sale": 5_000, "notice_days": None})
    assert answer.get_json() == NEW | ALONE | {"offline_per_sale": 5_000, "notice_days": None, "notice_least": 1_000}
    client.patch("/api/v1/points/programme", json={"offline_per_sale": 5_000})
    changes = db.session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "points.programme"))
    assert list(changes) == [
        {
            "from": {"offline_per_sale": 30_000, "notice_days": 30},
            "to": {"offline_per_sale": 5_000, "notice_days": None},
        }
    ]


@pytest.mark.parametrize(
    ("name", "value"), [("offline_per_sale", -1), ("notice_days", 0), ("notice_days", 181), ("notice_least", None)]
)
def test_what_is_out_of_range_is_named(client: FlaskClient, sign_in: Any, name: str, value: Any) -> None:
    sign_in(role="admin")
    answer = client.patch("/api/v1/points/programme", json={name: value})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [name])


def test_tablets_hold_the_limits_and_hear_of_new_ones(tablet: Tablet, client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="admin")
    client.get("/api/v1/points/programme")
    rows, cursor = fresh(tablet)
    cursor = replay(tablet, rows, cursor)
    (held,) = rows["programme"].values()
    assert {name: held[name] for name in NEW} == NEW
    client.patch("/api/v1/points/programme", json={"offline_per_lease": None})
    replay(tablet, rows, cursor)
    assert [each["offline_per_lease"] for each in rows["programme"].values()] == [None]
