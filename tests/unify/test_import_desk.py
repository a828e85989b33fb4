"""Imports at the desk: uploaded, looked at, checked, imported by the worker, stopped, taken up, taken back."""

from __future__ import annotations

import csv
import io
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from backend.catalog import Product
from backend.core import clock
from backend.core.audit import AuditEntry
from backend.core.db import db, table_of, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer, Preference
from backend.sales import Sale
from backend.settings import attach, current_settings
from backend.unify import ImportProblem, ImportRun, ImportUpload
from backend.unify.desk import uploads, worker
from backend.unify.files import runs
from tests import factories
from tests.unify.members_files import HEADING, KIM, LEE, PARK, bring_in, members, write_csv, write_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient

FIELDS = ["source_key", "name", "phone", "card", "birth_date", "sex", "store", "memo"]
BAD = ("4", "최나쁨", "123", "A-4", "", "", "S9", "")


@pytest.fixture(autouse=True)
def store(app: Flask, tmp_path: Path) -> Iterator[None]:
    """A store, and a folder of uploads that nobody has used."""
    before = current_settings()
    attach(app, replace(before, uploads=str(tmp_path / "uploads")))
    with unit_of_work():
        factories.store(code="S1")
    yield
    attach(app, before)


class Desk:
    """An admin's desk."""

    def __init__(self, client: FlaskClient, folder: Path) -> None:
        self.client = client
        self.folder = folder

    def upload(self, path: Path, *, name: str = "회원.csv", kind: str = "members") -> dict[str, Any]:
        """Send a file; what it seems to hold."""
        answer = self.client.post(
            "/api/v1/imports/uploads",
            query_string={"name": name, "kind": kind},
            data=path.read_bytes(),
            content_type="text/plain",
        )
        assert answer.status_code == 201, answer.get_json()
        body: dict[str, Any] = answer.get_json()
        return body

    def put(self, *rows: Any) -> dict[str, Any]:
        """Send a CSV of these rows."""
        return self.upload(write_csv(self.folder / "put.csv", rows))

    def ask(self, upload: dict[str, Any], **data: Any) -> dict[str, Any]:
        """Ask for an import, or a check; the run."""
        return self.post(f"uploads/{upload['id']}/runs", 202, json={"columns": FIELDS} | data)

    def post(self, path: str, status: int, **options: Any) -> dict[str, Any]:
        """POST below /imports."""
        answer = self.client.post(f"/api/v1/imports/{path}", **options)
        assert answer.status_code == status, answer.get_json()
        body: dict[str, Any] = answer.get_json()
        return body

    def get(self, path: str, status: int = 200, **options: Any) -> Any:
        """GET below /imports."""
        answer = self.client.get(f"/api/v1/imports/{path}", **options)
        assert answer.status_code == status, answer.get_json()
        return answer.get_json()

    def done(self, run: dict[str, Any]) -> dict[str, Any]:
        """The run once the worker has had its turn."""
        turn()
        body: dict[str, Any] = self.get(f"runs/{run['id']}")
        return body


@pytest.fixture
def desk(client: FlaskClient, sign_in: Any, tmp_path: Path) -> Desk:
    sign_in(role="admin")
    return Desk(client, tmp_path)


def turn() -> None:
    """What the worker's child does, here."""
    claim = worker.claim_next()
    assert claim is not None
    db.session.rollback()
    worker.work_on(claim)
    db.session.remove()


def kept_files() -> int:
    folder = Path(current_settings().uploads)
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def test_an_upload_says_what_it_holds(desk: Desk) -> None:
    seen = desk.upload(write_csv(desk.folder / "m.csv", [KIM, LEE], encoding="cp949"), name="../../etc/회원 명단.csv")
    assert (seen["name"], seen["encoding"], seen["key"], seen["damaged"]) == (
        "회원 명단.csv",
        "cp949",
        "source-key",
        False,
    )
    assert [column["field"] for column in seen["columns"]] == FIELDS
    phone = seen["columns"][2]
    assert (phone["heading"], phone["samples"], phone["by"]) == (
        "휴대폰",
        ["010-1234-5678", "010-2345-6789"],
        "heading",
    )
    assert seen["lines"] == [2, 3]
    (path,) = Path(current_settings().uploads).iterdir()
    assert (path.name, path.stat().st_mode & 0o777) == (seen["id"], 0o600)
    assert desk.get(f"uploads/{seen['id']}") == seen


def test_a_workbook_is_read_by_sheet(desk: Desk) -> None:
    seen = desk.upload(write_xlsx(desk.folder / "m.xlsx", [KIM], sheet="회원"))
    assert (seen["sheets"], seen["sheet"]) == (["표지", "회원"], "표지")
    other = desk.get(f"uploads/{seen['id']}", query_string={"sheet": "회원"})
    assert [column["field"] for column in other["columns"]] == FIELDS
    run = desk.ask(other, sheet="회원")
    assert (desk.done(run)["created"], list(members())) == (1, ["김민지"])


@pytest.mark.parametrize("content", [b"", b"\xff\xfea\x00", b"PK\x03\x04 no workbook", b"\xd0\xcf\x11\xe0 old"])
def test_what_is_no_table_is_refused_and_not_kept(desk: Desk, content: bytes) -> None:
    path = desk.folder / "x"
    path.write_bytes(content)
    assert desk.post("uploads?name=x", 422, data=path.read_bytes())["code"] == "validation_failed"
    assert kept_files() == 0


def test_a_file_that_is_too_large_is_refused_and_not_kept(app: Flask, desk: Desk) -> None:
    before = current_settings()
    attach(app, replace(before, upload_megabytes=1))
    try:
        assert desk.post("uploads?name=x", 413, data=b"a,b\n" * 300_000)["status"] == 413
    finally:
        attach(app, before)
    assert kept_files() == 0


def test_a_check_lists_problems_as_sentences_and_writes_nothing(desk: Desk) -> None:
    seen = desk.put(KIM, BAD, LEE, KIM)
    checked = desk.done(desk.ask(seen, dry_run=True))
    counts = ("state", "created", "bad", "repeated", "problems")
    assert [checked[name] for name in counts] == ["finished", 2, 1, 1, 3]
    assert members() == {}
    found = desk.get(f"runs/{checked['id']}/problems", query_string={"limit": 2})
    assert [(each["line"], each["heading"]) for each in found["items"]] == [(3, "휴대폰"), (3, "가입매장")]
    assert found["items"][1]["reason"] == "‘가입매장’ 값 “S9”: 이런 코드의 매장이 없습니다"
    rest = desk.get(f"runs/{checked['id']}/problems", query_string={"limit": 2, "after": found["next"]})
    assert ([each["line"] for each in rest["items"]], rest["next"]) == ([5], None)
    english = desk.get(f"runs/{checked['id']}/problems", headers={"Accept-Language": "en"})
    assert english["items"][1]["reason"] == "가입매장 “S9” is the code of no store"
    assert desk.get("runs")["items"] == []


def test_problems_come_as_a_file_that_no_spreadsheet_runs(desk: Desk) -> None:
    path = write_csv(desk.folder / "m.csv", [KIM, BAD], heading=(*HEADING[:2], "=cmd()", *HEADING[3:]))
    checked = desk.done(desk.ask(desk.upload(path), dry_run=True))
    answer = desk.client.get(f"/api/v1/imports/runs/{checked['id']}/problems.csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["줄", "열", "문제"]
    assert {row[1] for row in rows[1:]} == {"가입매장", "'=cmd()"}
    assert "attachment" in answer.headers["Content-Disposition"]


def test_an_import_is_carried_out_listed_and_taken_back(desk: Desk) -> None:
    seen = desk.put(KIM, BAD, LEE)
    asked = desk.ask(seen)
    assert asked["state"] == "waiting"
    run = desk.done(asked)
    assert [run[name] for name in ("state", "created", "bad", "fraction")] == ["finished", 2, 1, 1.0]
    assert set(members()) == {"김민지", "이영수"}
    assert (kept_files(), desk.get(f"uploads/{seen['id']}", 404)["code"]) == (0, "not_found")
    assert [each["id"] for each in desk.get("runs")["items"]] == [run["id"]]
    assert desk.post(f"runs/{run['id']}/undo", 202)["state"] == "waiting"
    assert desk.done(run)["state"] == "undone"
    assert members() == {}
    desk.post(f"runs/{run['id']}/undo", 409)
    actions = set(db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("import."))))
    assert actions == {"import.upload", "import.start", "import.finish", "import.undo_asked", "import.undo"}
    assert None not in set(
        db.session.scalars(select(AuditEntry.staff_id).where(AuditEntry.action.startswith("import.")))
    )


def test_an_undo_that_cannot_be_says_whom_it_met(desk: Desk) -> None:
    run = desk.done(desk.ask(desk.put(KIM, LEE)))
    with unit_of_work():
        kim = db.session.scalars(select(Customer.id).where(Customer.name == "김민지")).one()
        db.session.add(Preference(customer_id=kim, kind="likes", value="창가"))
    desk.post(f"runs/{run['id']}/undo", 202)
    refused = desk.done(run)
    assert (refused["state"], refused["failure"]) == ("finished", "import_touched")
    assert refused["failure_detail"] == (
        "이 가져오기는 되돌릴 수 없습니다. 그 뒤에 김민지 (5678) 회원에게 취향 기록이 생겼습니다."
    )
    kept = db.session.scalars(select(ImportRun.failed_by)).one()
    assert "김민지" not in str(kept)
    assert len(members()) == 2


def test_a_stopped_import_goes_on_where_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "CHUNK", 1)
    asked = desk.ask(desk.put(KIM, LEE, PARK))

    def with_a_stop(chunks: Callable[[], Iterator[Any]], *, aside: bool) -> Iterator[Any]:  # noqa: ARG001 - as it is called
        for number, chunk in enumerate(chunks()):
            if number == 1:
                desk.post(f"runs/{asked['id']}/stop", 202)
            yield chunk

    with monkeypatch.context() as patched:
        patched.setattr(runs, "read_ahead", with_a_stop)
        stopped = desk.done(asked)
    assert [stopped[name] for name in ("state", "created", "can_resume")] == ["stopped", 1, True]
    assert (set(members()), worker.claim_next()) == ({"김민지"}, None)
    desk.post(f"runs/{asked['id']}/stop", 409)
    assert desk.post(f"runs/{asked['id']}/resume", 202)["state"] == "waiting"
    ended = desk.done(asked)
    assert [ended[name] for name in ("state", "created")] == ["finished", 3]
    assert set(members()) == {"김민지", "이영수", "박서연"}
    desk.post(f"runs/{asked['id']}/resume", 409)


def test_what_waits_is_stopped_at_once(desk: Desk) -> None:
    asked = desk.ask(desk.put(KIM))
    assert desk.post(f"runs/{asked['id']}/stop", 202)["state"] == "stopped"
    assert worker.claim_next() is None


def test_a_run_whose_worker_is_gone_is_taken_up_by_another(desk: Desk) -> None:
    asked = desk.ask(desk.put(KIM))
    assert worker.claim_next() is not None
    assert worker.claim_next() is None
    with unit_of_work():
        db.session.execute(update(table_of(ImportRun)).values(beat_at=clock.now() - timedelta(minutes=2)))
    assert desk.done(asked)["state"] == "finished"


def test_products_are_imported_and_an_undo_that_cannot_be_says_which_stands_in_its_way(desk: Desk) -> None:
    rows = [("C-1", "크림", "89,000"), ("C-2", "로션", "공짜")]
    seen = desk.upload(write_csv(desk.folder / "p.csv", rows, heading=("품번", "품명", "정가")), kind="products")
    assert [(each["field"], each["by"]) for each in seen["columns"]] == [
        ("sku", "heading"),
        ("name", "heading"),
        ("price", "heading"),
    ]
    assert (seen["key"], set(seen["keys"])) == ("sku", {"sku", "barcode"})
    run = desk.done(desk.ask(seen, columns=["sku", "name", "price"], save_profile="상품"))
    assert [run[name] for name in ("kind", "state", "created", "bad")] == ["products", "finished", 1, 1]
    assert [each["kind"] for each in desk.get("profiles")["items"]] == ["products"]
    assert desk.put(KIM)["profiles"] == []
    with unit_of_work():
        db.session.scalars(select(Product).where(Product.sku == "C-1")).one().price = 1
    desk.post(f"runs/{run['id']}/undo", 202)
    assert desk.done(run)["failure_detail"] == (
        "이 가져오기는 되돌릴 수 없습니다. 그 뒤에 C-1 크림 상품에 정보 수정 기록이 생겼습니다."
    )
    wrong = desk.client.put("/api/v1/imports/profiles/p", json={"kind": "products", "columns": {"가": "phone"}})
    assert (wrong.status_code, "columns" in wrong.get_json()["errors"]) == (422, True)


def test_sales_are_imported_and_taken_back_or_it_is_said_what_stands_in_the_way(desk: Desk) -> None:
    rows = [
        ("1", "S1", "2026-01-15 14:05", "C-1", "1", "80,000"),
        ("2", "S1", "2026-01-15 14:06", "C-1", "-1", "80,000"),
    ]
    heading = ("영수증", "매장", "일시", "품번", "수량", "금액")
    seen = desk.upload(write_csv(desk.folder / "s.csv", rows, heading=heading), kind="sales")
    columns = ["receipt", "store", "sold_at", "sku", "quantity", "amount"]
    assert [each["field"] for each in seen["columns"]] == columns
    assert (seen["key"], set(seen["keys"])) == ("none", {"source-key", "card", "phone", "none"})
    run = desk.done(desk.ask(seen, columns=columns))
    assert [run[name] for name in ("kind", "state", "created", "bad")] == ["sales", "finished", 1, 1]
    assert [each["reason"] for each in desk.get(f"runs/{run['id']}/problems")["items"]] == [
        "‘수량’ 값이 0보다 작습니다. 반품은 원래 판매에서 처리해 주세요"
    ]
    assert desk.post(f"uploads/{desk.put(KIM)['id']}/runs", 422, json={"columns": columns})["errors"]
    with unit_of_work():
        db.session.scalars(select(Sale)).one().reviewed_at = clock.now()
    desk.post(f"runs/{run['id']}/undo", 202)
    assert desk.done(run)["failure_detail"] == (
        "이 가져오기는 되돌릴 수 없습니다. 그 뒤에 S1/1 판매에 확인 기록이 생겼습니다."
    )
    with unit_of_work():
        db.session.scalars(select(Sale)).one().reviewed_at = None
    desk.post(f"runs/{run['id']}/undo", 202)
    assert desk.done(run)["state"] == "undone"
    assert db.session.scalars(select(Sale)).all() == []


def test_who_was_superseded_writes_nothing(desk: Desk) -> None:
    asked = desk.ask(desk.put(KIM))
    old = worker.claim_next()
    assert old is not None
    with unit_of_work():
        db.session.get_one(ImportRun, asked["id"]).claim = new_id()
    worker.work_on(old)
    assert (members(), desk.get(f"runs/{asked['id']}")["state"]) == ({}, "running")


def test_the_command_line_goes_on_with_what_the_desk_began(desk: Desk) -> None:
    path = write_csv(desk.folder / "put.csv", [KIM, LEE])
    asked = desk.ask(desk.upload(path))
    assert worker.claim_next() is not None
    assert bring_in(path).run == asked["id"]
    assert desk.get(f"runs/{asked['id']}")["state"] == "finished"


def test_the_file_uploaded_again_goes_on_too(desk: Desk) -> None:
    first = desk.ask(desk.put(KIM, LEE))
    desk.post(f"runs/{first['id']}/stop", 202)
    uploads.remove(first["upload_id"])
    db.session.rollback()
    assert desk.post(f"runs/{first['id']}/resume", 410)["code"] == "file_gone"
    again = desk.ask(desk.put(KIM, LEE))
    assert again["id"] == first["id"]
    assert desk.done(again)["state"] == "finished"


def test_a_file_that_is_gone_meanwhile_is_said_to_be(desk: Desk) -> None:
    asked = desk.ask(desk.put(KIM))
    with unit_of_work():
        uploads.remove_all()
    failed = desk.done(asked)
    assert [failed[name] for name in ("state", "failure", "can_resume")] == ["failed", "file_gone", False]


def test_a_profile_that_fits_is_chosen_by_itself(desk: Desk) -> None:
    odd = [("가", "나", "다"), ("1", "김민지", "010-1234-5678")]
    seen = desk.upload(write_csv(desk.folder / "odd.csv", odd[1:], heading=odd[0]))
    body = {"columns": {"가": "source_key", "나": "name", "다": "phone"}}
    assert desk.client.put("/api/v1/imports/profiles/옛 시스템", json=body).status_code == 200
    again = desk.get(f"uploads/{seen['id']}")
    assert (again["profile"], [each["field"] for each in again["columns"]]) == (
        "옛 시스템",
        ["source_key", "name", "phone"],
    )
    without = desk.get(f"uploads/{seen['id']}", query_string={"profile": "-"})
    assert (without["profile"], without["profiles"]) == (None, ["옛 시스템"])
    assert [each["name"] for each in desk.get("profiles")["items"]] == ["옛 시스템"]
    assert desk.put(KIM)["profile"] is None
    assert desk.client.delete("/api/v1/imports/profiles/옛 시스템").status_code == 204
    assert desk.client.delete("/api/v1/imports/profiles/옛 시스템").status_code == 404


def test_a_mapping_that_cannot_be_is_refused_with_its_field(desk: Desk) -> None:
    seen = desk.put(KIM)
    path = f"uploads/{seen['id']}/runs"
    assert "columns" in desk.post(path, 422, json={"columns": ["name", "name"]})["errors"]
    assert "columns" in desk.post(path, 422, json={"columns": [None] * 8 + ["name"]})["errors"]
    assert "map" in desk.post(path, 422, json={"columns": ["memo"]})["errors"]
    assert "key" in desk.post(path, 422, json={"columns": ["source_key", "name"], "key": "card"})["errors"]


def test_a_file_that_is_not_wanted_is_deleted(desk: Desk) -> None:
    seen = desk.put(KIM)
    assert desk.client.delete(f"/api/v1/imports/uploads/{seen['id']}").status_code == 204
    assert kept_files() == 0
    assert desk.client.delete(f"/api/v1/imports/uploads/{seen['id']}").status_code == 404


def test_files_are_kept_for_some_days_only(desk: Desk) -> None:
    old, _fresh = desk.put(KIM), desk.put(LEE)
    with unit_of_work():
        row = db.session.get_one(ImportUpload, old["id"])
        row.uploaded_at = clock.now() - timedelta(days=current_settings().upload_days + 1)
    uploads.tend()
    assert kept_files() == 1
    desk.get(f"uploads/{old['id']}", 404)


@pytest.mark.parametrize("role", ["associate", "manager", "marketer"])
def test_only_admins_import(client: FlaskClient, sign_in: Any, role: str) -> None:
    with unit_of_work():
        place = factories.store().id
    sign_in(role=role, store_id=place)
    nothing = new_id()
    for path in ("runs", f"runs/{nothing}", f"runs/{nothing}/problems", f"uploads/{nothing}", "profiles"):
        assert client.get(f"/api/v1/imports/{path}").status_code == 403
    for path in ("uploads?name=x", f"runs/{nothing}/undo", f"runs/{nothing}/stop", f"runs/{nothing}/resume"):
        assert client.post(f"/api/v1/imports/{path}", data=b"x").status_code == 403
    assert kept_files() == 0


@pytest.mark.parametrize("kind", ["members", "products", "sales"])
def test_a_sample_can_be_imported_as_it_is(desk: Desk, kind: str) -> None:
    path = desk.folder / "sample.csv"
    path.write_bytes(desk.client.get(f"/api/v1/imports/samples/{kind}.csv").data)
    seen = desk.upload(path, kind=kind)
    assert None not in [column["field"] for column in seen["columns"]]
    run = desk.ask(seen, columns=[column["field"] for column in seen["columns"]])
    run = desk.done(run)
    assert [run[name] for name in ("created", "problems")] == [2, 0]
    desk.get("samples/nothing.csv", 404)


def test_the_worker_has_a_process_of_its_own_do_it(app: Flask, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = current_settings()
    monkeypatch.setenv("DANGOL_DEMO", "1")
    monkeypatch.setenv("DANGOL_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("DANGOL_UPLOADS", settings.uploads)
    asked = desk.ask(desk.put(KIM))
    claim = worker.claim_next()
    assert claim is not None
    worker.attend(claim, threading.Event())
    db.session.remove()
    assert desk.get(f"runs/{asked['id']}")["state"] == "finished"
    assert db.session.scalar(select(func.count()).select_from(ImportProblem)) == 0
    assert app.test_cli_runner().invoke(args=["import", "--help"]).output.count("work") == 0
