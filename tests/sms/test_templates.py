"""Templates through HTTP and from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from backend.core.db import run_in_unit_of_work
from sms import demo
from tests.sms import worlds

if TYPE_CHECKING:
    from flask import Flask

NEW = {"name": "autumn", "language": "ko", "purpose": "commercial", "body": "{{ customer.name }}님, 20% 할인"}


@pytest.fixture
def marketer(client: Any, sign_in: Any) -> Any:
    """A marketer's browser."""
    sign_in(role="marketer")
    return client


def test_a_template_is_a_draft_until_it_is_approved(marketer: Any) -> None:
    added = marketer.post("/api/v1/templates", json=NEW)
    assert added.status_code == 201, added.json
    assert (added.json["state"], added.json["version"], added.json["approved_version"]) == ("draft", 1, None)
    approved = marketer.post(f"/api/v1/templates/{added.json['id']}/approve").json
    assert (approved["state"], approved["approved_version"]) == ("approved", 1)
    assert marketer.get(f"/api/v1/templates/{added.json['id']}").json == approved
    assert marketer.get("/api/v1/templates").json["items"] == [approved]
    assert marketer.get("/api/v1/templates?state=draft").json["items"] == []


def test_a_new_version_is_a_draft_while_the_approved_one_stays(marketer: Any) -> None:
    first = marketer.post("/api/v1/templates", json=NEW).json
    marketer.post(f"/api/v1/templates/{first['id']}/approve")
    second = marketer.put(f"/api/v1/templates/{first['id']}", json={"body": "새 문구"})
    assert second.status_code == 200, second.json
    assert (second.json["state"], second.json["version"], second.json["approved_version"]) == ("draft", 2, 1)
    same = marketer.put(f"/api/v1/templates/{first['id']}", json={"body": "새 문구", "title": "가을"}).json
    assert (same["version"], same["title"]) == (2, "가을")


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
    assert client.post(f"/api/v1/templates/{template_id}/approve").status_code == 403


def test_a_preview_counts_frames_and_warns(marketer: Any) -> None:
    answer = marketer.post(
        "/api/v1/templates/preview", json={"body": "₩5,000 – 뷁", "purpose": "commercial", "language": "ko"}
    ).json
    assert answer["text"].startswith("(광고)")
    assert answer["encoding"] == "UCS-2"
    assert [each["suggestion"] for each in answer["euc_kr_problems"]] == ["원", "-", None]
    assert answer["errors"] == []


def test_a_preview_of_a_half_written_body_says_what_is_wrong(marketer: Any) -> None:
    wanted = {"body": "{{ customer.name", "purpose": "service", "language": "ko"}
    answer = marketer.post("/api/v1/templates/preview", json=wanted)
    assert answer.status_code == 200
    assert answer.json["text"] == ""
    assert answer.json["errors"]


def test_a_preview_on_a_customer_uses_her_data(marketer: Any) -> None:
    customer = worlds.customer(worlds.shop(), name="박서준")
    wanted = {"body": "{{ customer.name }}", "purpose": "service", "language": "ko", "customer_id": customer.id}
    assert marketer.post("/api/v1/templates/preview", json=wanted).json["text"] == "박서준"
    unknown = wanted | {"customer_id": "00000000-0000-7000-8000-000000000000"}
    assert marketer.post("/api/v1/templates/preview", json=unknown).status_code == 404


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
    assert run_in_unit_of_work(demo.seed) == len(demo.TEMPLATES)
    assert run_in_unit_of_work(demo.seed) == 0
