"""Templates through HTTP and from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend.core.audit import AuditEntry
from backend.core.db import db, run_in_unit_of_work
from sms import demo
from sms.variants import reading_order
from tests.sms import worlds

if TYPE_CHECKING:
    from flask import Flask

NEW = {"name": "autumn", "language": "ko", "purpose": "commercial", "body": "{{ customer.name }}님, 20% 할인"}


@pytest.fixture
def marketer(client: Any, sign_in: Any) -> Any:
    """A marketer's browser."""
    sign_in(role="marketer")
    return client


def act(client: Any, template: dict[str, Any], path: str, **body: Any) -> Any:
    """What the address says to an action on the version that is shown."""
    if path not in {"retire", "bring-back"}:
        body = {"version": template["version"]} | body
    return client.post(f"/api/v1/templates/{template['id']}/{path}", json=body or None)


def approved_by_another(client: Any, sign_in: Any, template: dict[str, Any]) -> dict[str, Any]:
    """Ask as whoever is signed in, approve as another marketer, who is signed in afterwards."""
    assert act(client, template, "ask").json["state"] == "waiting"
    sign_in(role="marketer")
    approved = act(client, template, "approve")
    assert approved.status_code == 200, approved.json
    done: dict[str, Any] = approved.json
    return done


def versions(client: Any, template: dict[str, Any]) -> list[dict[str, Any]]:
    """The history, the newest first."""
    items: list[dict[str, Any]] = client.get(f"/api/v1/templates/{template['id']}/versions").json["items"]
    return items


def test_a_template_is_a_draft_until_a_second_person_approves_it(marketer: Any, sign_in: Any) -> None:
    added = marketer.post("/api/v1/templates", json=NEW)
    assert added.status_code == 201, added.json
    assert (added.json["state"], added.json["version"], added.json["approved_version"]) == ("draft", 1, None)
    too_soon = act(marketer, added.json, "approve")
    assert (too_soon.status_code, too_soon.json["code"]) == (409, "template_moved")
    assert act(marketer, added.json, "ask").json["state"] == "waiting"
    own = act(marketer, added.json, "approve")
    assert (own.status_code, own.json["code"]) == (403, "own_template")
    sign_in(role="admin")
    approved = act(marketer, added.json, "approve").json
    assert (approved["state"], approved["approved_version"], approved["body_in_use"]) == ("approved", 1, NEW["body"])
    assert marketer.get(f"/api/v1/templates/{added.json['id']}").json == approved
    assert marketer.get("/api/v1/templates").json["items"] == [approved]
    assert marketer.get("/api/v1/templates?state=draft").json["items"] == []


def test_a_new_version_is_a_draft_while_the_approved_one_stays(marketer: Any, sign_in: Any) -> None:
    first = approved_by_another(marketer, sign_in, marketer.post("/api/v1/templates", json=NEW).json)
    second = marketer.put(f"/api/v1/templates/{first['id']}", json={"body": "새 문구"})
    assert second.status_code == 200, second.json
    assert (second.json["state"], second.json["version"], second.json["approved_version"]) == ("draft", 2, 1)
    assert (second.json["body"], second.json["body_in_use"]) == ("새 문구", NEW["body"])
    same = marketer.put(f"/api/v1/templates/{first['id']}", json={"body": "새 문구", "title": "가을"}).json
    assert (same["version"], same["title"]) == (2, "가을")


def test_a_writers_unfinished_words_are_one_version_until_she_asks(marketer: Any, sign_in: Any) -> None:
    added = marketer.post("/api/v1/templates", json=NEW).json
    address = f"/api/v1/templates/{added['id']}"
    assert marketer.put(address, json={"body": "가"}).json["version"] == 1
    assert act(marketer, added, "ask").status_code == 200
    after_asking = marketer.put(address, json={"body": "나"}).json
    assert (after_asking["version"], after_asking["state"]) == (2, "draft")
    sign_in(role="marketer")
    assert act(marketer, added, "approve").status_code == 409, "the version that she read is not the newest"
    assert marketer.put(address, json={"body": "다"}).json["version"] == 3
    assert [each["body"] for each in versions(marketer, added)] == ["다", "나", "가"]


def test_what_waits_is_sent_back_with_a_remark(marketer: Any, sign_in: Any) -> None:
    added = marketer.post("/api/v1/templates", json=NEW).json
    assert act(marketer, added, "send-back", remark="기간을 적어 주세요.").status_code == 409
    act(marketer, added, "ask")
    sign_in(role="admin", name="박관리")
    assert act(marketer, added, "send-back").status_code == 422
    back = act(marketer, added, "send-back", remark="기간을 적어 주세요.").json
    assert (back["state"], back["remark"]) == ("draft", "기간을 적어 주세요.")
    assert versions(marketer, added)[0]["sent_back_by"] == "박관리"


def test_a_retired_template_is_chosen_by_nobody_until_it_comes_back(marketer: Any, sign_in: Any) -> None:
    template = approved_by_another(marketer, sign_in, marketer.post("/api/v1/templates", json=NEW).json)
    retired = act(marketer, template, "retire").json
    assert (retired["state"], retired["body_in_use"]) == ("retired", None)
    assert act(marketer, template, "retire").status_code == 409
    assert marketer.put(f"/api/v1/templates/{template['id']}", json={"body": "x"}).status_code == 409
    assert act(marketer, template, "bring-back").json["state"] == "approved"
    assert act(marketer, template, "bring-back").status_code == 409


def test_an_old_version_is_restored_as_a_new_draft(marketer: Any, sign_in: Any) -> None:
    template = approved_by_another(marketer, sign_in, marketer.post("/api/v1/templates", json=NEW).json)
    marketer.put(f"/api/v1/templates/{template['id']}", json={"body": "새 문구"})
    restored = marketer.post(f"/api/v1/templates/{template['id']}/restore", json={"version": 1}).json
    assert (restored["version"], restored["body"], restored["state"]) == (3, NEW["body"], "draft")
    shown = [(each["number"], each["restored_from"]) for each in versions(marketer, template)]
    assert shown == [(3, 1), (2, None), (1, None)]
    missing = marketer.post(f"/api/v1/templates/{template['id']}/restore", json={"version": 9})
    assert missing.status_code == 404


def test_what_the_system_approves_says_so_in_the_audit(marketer: Any) -> None:
    template_id = worlds.template()
    query = select(AuditEntry).where(AuditEntry.action == "template.approve", AuditEntry.subject_id == template_id)
    entry = db.session.scalars(query).one()
    assert (entry.staff_id, entry.detail["by"]) == (None, "system")
    shown = versions(marketer, {"id": template_id})[0]
    assert (shown["approved_by"], shown["in_use"]) == (None, True)


def test_the_languages_of_a_template_share_its_purpose(marketer: Any) -> None:
    marketer.post("/api/v1/templates", json=NEW)
    other = marketer.post("/api/v1/templates", json=NEW | {"language": "en", "purpose": "service"})
    assert other.status_code == 422
    assert "purpose" in other.json["errors"]
    assert marketer.post("/api/v1/templates", json=NEW | {"language": "en", "body": "Hello"}).status_code == 201
    named = marketer.get("/api/v1/templates?name=autumn").json["items"]
    assert {each["language"] for each in named} == {"ko", "en"}


@pytest.mark.parametrize(
    ("reader", "order"),
    [
        (None, ("ko", "en", "zh", "ja")),
        ("ko", ("ko", "en", "zh", "ja")),
        ("en", ("en", "ko", "zh", "ja")),
        ("ja", ("ja", "en", "ko", "zh")),
        ("fr", ("fr", "en", "ko", "zh", "ja")),
    ],
)
def test_a_reader_gets_her_language_then_english_then_korean(reader: str | None, order: tuple[str, ...]) -> None:
    assert reading_order(reader) == order


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"body": "{{ customer.nmae }}"}, "body"),
        ({"body": "{% for x in y %}"}, "body"),
        ({"body": ""}, "body"),
        ({"purpose": "spam"}, "purpose"),
        ({"language": "xx"}, "language"),
        ({"name": ""}, "name"),
        ({"extra": 1}, "extra"),
    ],
)
def test_what_would_not_work_is_refused_by_field(marketer: Any, change: dict[str, Any], field: str) -> None:
    answer = marketer.post("/api/v1/templates", json=NEW | change)
    assert answer.status_code == 422
    assert field in answer.json["errors"]


def test_a_name_is_taken_once_in_each_language(marketer: Any) -> None:
    assert marketer.post("/api/v1/templates", json=NEW).status_code == 201
    assert marketer.post("/api/v1/templates", json=NEW).status_code == 409
    assert marketer.post("/api/v1/templates", json=NEW | {"language": "en"}).status_code == 201


def test_associates_read_templates_and_write_none(client: Any, sign_in: Any) -> None:
    sign_in(role="associate")
    assert client.get("/api/v1/templates").status_code == 200
    assert client.post("/api/v1/templates", json=NEW).status_code == 403
    template_id = worlds.template()
    assert client.put(f"/api/v1/templates/{template_id}", json={"body": "x"}).status_code == 403
    for path in ("ask", "approve", "send-back", "restore"):
        body = {"version": 1, "remark": "x"} if path == "send-back" else {"version": 1}
        assert client.post(f"/api/v1/templates/{template_id}/{path}", json=body).status_code == 403
    for path in ("retire", "bring-back"):
        assert client.post(f"/api/v1/templates/{template_id}/{path}").status_code == 403


def test_the_fields_are_listed_for_writers(marketer: Any) -> None:
    items = marketer.get("/api/v1/templates/fields").json["items"]
    assert {"customer.name", "store.name", "product.name"} <= {each["name"] for each in items}


def test_templates_are_added_listed_and_approved_from_the_command_line(app: Flask) -> None:
    runner = app.test_cli_runner()
    words = ["template", "add", "hello", "--body", "Hi {{ customer.name }}", "--purpose", "service", "--language", "en"]
    added = runner.invoke(args=[*words, "--json"])
    assert added.exit_code == 0, added.output
    assert json.loads(added.stdout)["state"] == "draft"
    approved = runner.invoke(args=["template", "approve", "hello", "--language", "en", "--json"])
    assert json.loads(approved.stdout)["state"] == "approved"
    listed = json.loads(runner.invoke(args=["template", "list", "--json"]).stdout)
    assert [(each["name"], each["state"]) for each in listed] == [("hello", "approved")]
    at_once = runner.invoke(args=["template", "add", "bye", "--body", "x", "--approve", "--json"])
    assert json.loads(at_once.stdout)["approved_version"] == 1


@pytest.mark.usefixtures("app")
def test_the_demos_templates_work_and_are_added_once() -> None:
    assert run_in_unit_of_work(demo.seed) == len(demo.TEMPLATES) + 1
    assert run_in_unit_of_work(demo.seed) == 0
