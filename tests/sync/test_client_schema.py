"""Tablets of older versions are told to update before they read; what they recorded is still taken for two versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.sync import registry
from tests.sync.test_push import sale

if TYPE_CHECKING:
    from tests.conftest import Tablet

NOW = 5


@pytest.fixture(autouse=True)
def the_present_schema_is_five(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "SCHEMA", NOW)


@pytest.mark.parametrize(("client", "status"), [(None, 200), (NOW + 1, 200), (NOW, 200), (NOW - 1, 426), (0, 426)])
def test_reading_needs_the_present_schema(tablet: Tablet, client: int | None, status: int) -> None:
    headers = {} if client is None else {"Dangol-Schema": str(client)}
    answer = tablet.get("/sync/snapshot", headers=dict(headers))
    assert answer.status_code == status
    cursor = tablet.get("/sync/snapshot").get_json()["cursor"]
    pulled = tablet.get("/sync/pull", query_string={"cursor": cursor}, headers=dict(headers))
    assert pulled.status_code == status
    assert status == 200 or {answer.get_json()["code"], pulled.get_json()["code"]} == {"upgrade_required"}


@pytest.mark.parametrize("address", ["push", "sealed"])
@pytest.mark.parametrize(("client", "status"), [(None, 200), (NOW, 200), (NOW - 2, 200), (NOW - 3, 426), (0, 426)])
def test_the_last_two_schemas_still_push(tablet: Tablet, address: str, client: int | None, status: int) -> None:
    headers = {} if client is None else {"Dangol-Schema": str(client)}
    body = {"mutations": [sale()]} if address == "push" else {"items": [{"id": "x"}]}
    answer = tablet.post(f"/sync/{address}", json=body, headers=headers)
    assert answer.status_code == status
    if status == 426:
        assert answer.get_json()["code"] == "upgrade_required"
    elif address == "push":
        assert answer.get_json()["results"][0]["status"] == "applied"


@pytest.mark.parametrize("said", ["", "x", "-1", "1.5", "9" * 20])
def test_a_schema_that_is_no_number_is_named(tablet: Tablet, said: str) -> None:
    answer = tablet.get("/sync/snapshot", headers={"Dangol-Schema": said})
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == ["Dangol-Schema"]
