from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from backend.organization.cli import staff_group, store_group, tablet_group, unit_group

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask


@pytest.fixture
def dangol(app: Flask) -> Any:
    groups = {"unit": unit_group, "store": store_group, "staff": staff_group, "tablet": tablet_group}
    runner = app.test_cli_runner()

    def run(group: str, *arguments: str, **options: Any) -> Result:
        return runner.invoke(groups[group], arguments, **options)

    return run


@pytest.fixture
def seoyeon(dangol: Any) -> None:
    dangol("unit", "add", "--code", "DF", "--name", "한빛면세점")
    dangol("store", "add", "--code", "ICN", "--name", "인천공항점", "--unit", "DF")
    added = dangol(
        *("staff", "add", "--login", "seoyeon", "--name", "이서연", "--role", "associate", "--store", "ICN"),
        *("--password-stdin",),
        input="four small apples\n",
    )
    assert added.exit_code == 0, added.output


@pytest.mark.usefixtures("seoyeon")
def test_what_was_added_is_listed(dangol: Any) -> None:
    assert [each["code"] for each in json.loads(dangol("unit", "list", "--json").stdout)] == ["DF"]
    assert json.loads(dangol("store", "list", "--json").stdout)[0]["business_unit"] == "DF"
    people = json.loads(dangol("staff", "list", "--json").stdout)
    assert [(each["login"], each["role"], each["store"]) for each in people] == [("seoyeon", "associate", "ICN")]
    assert "seoyeon\t이서연\tassociate\tICN" in dangol("staff", "list").stdout


@pytest.mark.usefixtures("seoyeon")
def test_enrolling_prints_what_a_script_needs(dangol: Any, app: Flask) -> None:
    done = dangol("tablet", "enrol", "--store", "ICN", "--staff", "seoyeon", "--json")
    assert done.exit_code == 0
    printed = json.loads(done.stdout)
    assert printed.keys() == {"device_id", "token", "store", "scope"}
    assert printed["store"] == "ICN"
    answer = app.test_client().get("/api/v1/sync/snapshot", headers={"Authorization": f"Bearer {printed['token']}"})
    assert answer.status_code == 200


@pytest.mark.usefixtures("seoyeon")
def test_a_wider_scope_needs_a_reason(dangol: Any) -> None:
    enrol = ("tablet", "enrol", "--store", "ICN", "--staff", "seoyeon", "--scope", "all")
    refused = dangol(*enrol)
    assert refused.exit_code == 1
    assert "reason" in refused.stderr
    assert json.loads(dangol(*enrol, "--reason", "head office", "--json").stdout)["scope"] == "all"


@pytest.mark.usefixtures("seoyeon")
def test_a_tablet_is_withdrawn(dangol: Any) -> None:
    device = json.loads(dangol("tablet", "enrol", "--store", "ICN", "--staff", "seoyeon", "--json").stdout)["device_id"]
    assert dangol("tablet", "revoke", device).exit_code == 0
    assert json.loads(dangol("tablet", "list", "--json").stdout)[0]["revoked_at"] is not None
    assert dangol("tablet", "revoke", "018f0000-0000-7000-8000-000000000000").exit_code == 1


@pytest.mark.usefixtures("seoyeon")
def test_a_code_is_printed_for_the_tablet(dangol: Any, app: Flask) -> None:
    printed = json.loads(dangol("tablet", "code", "--store", "ICN", "--staff", "seoyeon", "--json").stdout)
    enrolled: Any = app.test_client().post("/api/v1/tablets/enrol", json={"code": printed["code"]})
    assert enrolled.json["store"] == "ICN"


@pytest.mark.usefixtures("seoyeon")
def test_a_password_is_made_and_printed_when_nobody_can_be_asked(dangol: Any, app: Flask) -> None:
    added = json.loads(dangol("staff", "add", "--login", "boss", "--name", "본사", "--role", "admin", "--json").stdout)
    body = {"login": "boss", "password": added["password"]}
    assert app.test_client().post("/api/v1/session", json=body).status_code == 200


def test_refusals_name_the_field_on_stderr_and_end_with_1(dangol: Any) -> None:
    refused = dangol("store", "add", "--code", "ICN", "--name", "x", "--unit", "NOWHERE", "--currency", "XXX")
    assert refused.exit_code == 1
    assert "business-unit: There is no business unit with this code." in refused.stderr
    assert "currency: " in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize("group", ["unit", "store", "staff", "tablet"])
def test_every_command_has_help(dangol: Any, group: str) -> None:
    for command in {"unit": unit_group, "store": store_group, "staff": staff_group, "tablet": tablet_group}[
        group
    ].commands:
        shown = dangol(group, command, "--help")
        assert shown.exit_code == 0
        assert len(shown.output.splitlines()) > 4


def test_wrong_use_ends_with_2(dangol: Any) -> None:
    assert dangol("tablet", "enrol").exit_code == 2
