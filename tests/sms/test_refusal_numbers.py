"""080 numbers: lists that may be given again, and signed calls that count once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from sqlalchemy import func, select

from backend.core import clock
from backend.core.db import db
from backend.core.signing import signature
from backend.delivery import OwedNotice
from backend.delivery.models import AddressBlock
from sms.refusals import lists
from tests.sms import worlds
from tests.sms.replying import statements_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

ROWS = (
    ("010-4821-4821", "2026-11-01 09:30"),
    ("1055556666", "2026.11.02"),
    ("01055556666", "2026-11-03 10:00"),
    ("nonsense", "2026-11-02"),
    ("010-1111-2222", "soon"),
    ("010-1111-2222", "2099-01-01"),
    ("", ""),
)


@pytest.fixture
def shop(app: Flask) -> worlds.Shop:  # noqa: ARG001 - rows need the app's database
    return worlds.shop(code="SKY")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text("번호,거부일시\n" + "\n".join(",".join(row) for row in ROWS), encoding="utf-8")
    return path


def run(app: Flask, path: Path, *options: str) -> Any:
    return app.test_cli_runner().invoke(args=["sms", "refusals", str(path), "--unit", "SKY", *options])


def lines(result: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_row_is_told_and_the_list_may_be_given_again(app: Flask, shop: worlds.Shop, file: Path) -> None:
    customer = worlds.customer(shop, agreed=True)
    tried = run(app, file, "--dry-run", "--json")
    assert tried.exit_code == 3, tried.output
    assert len(statements_of(customer.id)) == 1
    done = run(app, file, "--json")
    assert [each["outcome"] for each in lines(done)[:-1]] == ["recorded", "blocked", "again", "bad", "bad", "bad"]
    assert [each["why"] for each in lines(done)[3:6]] == [
        "This is no phone number.",
        "'soon' is no time.",
        "This time is in the future.",
    ]
    refusal = statements_of(customer.id)[-1]
    assert (refusal.granted, refusal.sender_id) == (False, shop.unit.id)
    assert clock.rfc3339(refusal.occurred_at) == "2026-11-01T00:30:00Z"
    assert (refusal.evidence["list"], refusal.evidence["line"]) == ("list.csv", 2)
    assert db.session.scalars(select(AddressBlock.address)).all() == ["+821055556666"]
    again = run(app, file, "--json")
    assert lines(again)[-1]["counts"] == {"again": 3, "bad": 3}
    assert len(statements_of(customer.id)) == 2


def test_a_list_that_was_interrupted_goes_on(app: Flask, shop: worlds.Shop, tmp_path: Path) -> None:  # noqa: ARG001
    path = tmp_path / "long.csv"
    rows = "\n".join(f"0107{number:07},2026-11-01" for number in range(450))
    path.write_text(f"number,time\n{rows}", encoding="utf-8")
    taking = lists.take_list(path, "SKY")
    for _ in range(201):
        next(taking)
    taking.close()
    assert db.session.scalar(select(func.count()).select_from(AddressBlock)) == 400
    outcomes = [each.outcome for each in lists.take_list(path, "SKY")]
    assert (outcomes.count("again"), outcomes.count("blocked")) == (400, 50)


def test_a_workbook_is_taken_at_the_desk(client: Any, sign_in: Any, shop: worlds.Shop, tmp_path: Path) -> None:
    customer = worlds.customer(shop, agreed=True)
    book = openpyxl.Workbook()
    sheet = book.create_sheet("list", 0)
    for row in (("전화번호", "일시"), *ROWS):
        sheet.append(row)
    book.save(tmp_path / "list.xlsx")
    body = (tmp_path / "list.xlsx").read_bytes()
    sign_in(role="admin")
    tried = client.post("/api/v1/refusals/lists?unit=SKY&dry_run=true", data=body)
    done = client.post("/api/v1/refusals/lists?unit=SKY&name=11%EC%9B%94.xlsx", data=body)
    assert done.status_code == 200, done.json
    assert tried.json["counts"] == done.json["counts"] == {"recorded": 1, "blocked": 1, "again": 1, "bad": 3}
    assert [each["line"] for each in done.json["bad"]] == [5, 6, 7]
    assert statements_of(customer.id)[-1].evidence["list"] == "11월.xlsx"
    assert client.post("/api/v1/refusals/lists?unit=NONE", data=body).status_code == 404
    assert client.post("/api/v1/refusals/lists?unit=SKY", data=b"").status_code == 422
    named = client.post("/api/v1/refusals/lists?unit=SKY", data=b"a,b\n1,2\n").json["errors"]["file"]
    assert named == ["The first line names no column number.", "The first line names no column time."]
    sign_in(role="manager", store_id=shop.store.id)
    assert client.post("/api/v1/refusals/lists?unit=SKY", data=body).status_code == 403


class Operator:
    """Whoever runs the 080 number, with the unit's key."""

    path = "/api/v1/sms/refusals/080/SKY"

    def __init__(self, app: Flask, secret: str) -> None:
        self.secret, self._client = secret, app.test_client(use_cookies=False)

    def call(
        self, body: Any, *, path: str | None = None, at: float | None = None, headers: dict[str, str] | None = None
    ) -> Any:
        """Tell of a refusal, signed unless the headers say otherwise."""
        raw = json.dumps(body).encode()
        stamp = str(int(at if at is not None else clock.now().timestamp()))
        signed = signature(self.secret, timestamp=stamp, method="POST", path=path or self.path, body=raw)
        sent = {"Dangol-Timestamp": stamp, "Dangol-Signature": signed} | (headers or {})
        return self._client.post(path or self.path, data=raw, headers=sent, content_type="application/json")


@pytest.fixture
def operator(app: Flask, client: Any, sign_in: Any, shop: worlds.Shop) -> Operator:  # noqa: ARG001 - the unit
    sign_in(role="admin")
    answer = client.post("/api/v1/refusals/units/SKY/key")
    assert answer.status_code == 201, answer.json
    return Operator(app, answer.json["secret"])


CALL = {"number": "010-4821-4821", "refused_at": "2026-11-20T10:00:00+09:00", "reference": "A-1"}


def test_a_signed_call_refuses_once_and_owes_a_notice(operator: Operator, shop: worlds.Shop) -> None:
    customer = worlds.customer(shop, agreed=True)
    assert [operator.call(CALL).json["outcome"] for _ in range(3)] == ["recorded", "again", "again"]
    refusal = statements_of(customer.id)[-1]
    assert refusal.evidence == {"method": "080", "reference": "A-1", "number": "+821048214821"}
    notices = db.session.scalars(select(OwedNotice).where(OwedNotice.granted.is_(False))).all()
    assert [each.entry_id for each in notices] == [refusal.id]
    later = CALL | {"refused_at": "2026-11-21T10:00:00+09:00"}
    assert operator.call(later).json["outcome"] == "recorded"


def test_a_call_by_a_number_of_nobody_blocks_it(operator: Operator) -> None:
    assert [operator.call(CALL).json["outcome"] for _ in range(2)] == ["blocked", "again"]


def test_calls_that_are_not_signed_rightly_are_turned_away(operator: Operator, client: Any, shop: worlds.Shop) -> None:
    customer = worlds.customer(shop, agreed=True)
    assert client.post(operator.path, json=CALL).status_code == 401
    assert operator.call(CALL, at=clock.now().timestamp() - 400).json["code"] == "not_timely"
    assert operator.call(CALL, headers={"Dangol-Timestamp": "x"}).json["code"] == "not_timely"
    for wrong in ("", "0" * 64, "한글".encode().decode("latin-1")):
        assert operator.call(CALL, headers={"Dangol-Signature": wrong}).json["code"] == "not_signed"
    assert operator.call(CALL, path="/api/v1/sms/refusals/080/NONE").json["code"] == "not_signed"
    other = Operator(client.application, "dgr_other")
    assert other.call(CALL).status_code == 401
    fresh = client.post("/api/v1/refusals/units/SKY/key").json["secret"]
    assert operator.call(CALL).status_code == 401
    assert len(statements_of(customer.id)) == 1
    assert Operator(client.application, fresh).call(CALL).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {}, [], "x", {**CALL, "number": "nobody"}, {**CALL, "refused_at": "soon"}, {**CALL, "surprise": 1},
        {**CALL, "refused_at": "2099-01-01T00:00:00Z"}, {**CALL, "number": "\x00"}, {**CALL, "number": None},
    ],
)  # fmt: skip
def test_a_signed_call_that_makes_no_sense_is_refused_by_name(operator: Operator, body: Any) -> None:
    assert operator.call(body).status_code == 422


def test_the_desk_sees_how_each_unit_is_refused(client: Any, operator: Operator) -> None:  # noqa: ARG001
    (sky,) = [each for each in client.get("/api/v1/refusals/units").json["items"] if each["unit"] == "SKY"]
    assert (sky["way"], sky["by_link"], sky["refusal_number"]) == ("number", False, "080-000-0000")
    assert sky["key_made_at"] is not None
    assert client.patch("/api/v1/refusals/units/NONE", json={"by_link": True}).status_code == 404
    assert client.patch("/api/v1/refusals/units/SKY", json={"by_link": "yes"}).status_code == 422
