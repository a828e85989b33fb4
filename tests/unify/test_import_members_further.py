"""Further numbers and preferences in a file of members: added to what she has, taken back, refused once touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.customers import Customer, CustomerPhone, Preference
from backend.privacy.service import erase
from backend.sync.models import ChangeLog
from backend.unify import CannotUndo, ImportChange, Progress, undo
from tests import factories
from tests.unify.members_files import bring_in, members, reasons, write_csv

if TYPE_CHECKING:
    from pathlib import Path

HEADING = ("고객번호", "이름", "휴대폰", "연락처2", "취향", "사이즈")
KIM = ("1", "김민지", "010-1234-5678", "02-123-4567, 010-1234-5678", "창가; 매운 음식", "95")
LEE = ("2", "이영수", "", "010-2345-6789,010-9999-0000", "", "")

pytestmark = pytest.mark.usefixtures("app")


def held() -> dict[str, tuple[str | None, list[str], list[tuple[str, str]]]]:
    """{name: (main number, further ones, preferences)} of everybody."""
    found = {}
    for each in db.session.scalars(select(Customer).execution_options(populate_existing=True)):
        further = db.session.scalars(select(CustomerPhone.phone).where(CustomerPhone.customer_id == each.id))
        likes = db.session.execute(
            select(Preference.kind, Preference.value).where(Preference.customer_id == each.id)
        ).all()
        found[each.name] = (each.phone, sorted(further), sorted((kind, value) for kind, value in likes))
    db.session.rollback()
    return found


def take_back(run: str | None) -> None:
    undo(str(run), progress=Progress("undo", shown=False))
    db.session.rollback()


def the(name: str) -> str:
    return db.session.scalars(select(Customer.id).where(Customer.name == name)).one()


def test_they_are_added_once_and_the_first_number_is_the_main_one(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "m.csv", [KIM, LEE], heading=HEADING)
    assert (bring_in(path, dry_run=True).new, held()) == (2, {})
    outcome = bring_in(path)
    assert (outcome.new, outcome.problem_count) == (2, 0)
    assert held() == {
        "김민지": ("+821012345678", ["+8221234567"], [("like", "매운 음식"), ("like", "창가"), ("size", "95")]),
        "이영수": ("+821023456789", ["+821099990000"], []),
    }
    kinds = dict(db.session.execute(select(CustomerPhone.phone, CustomerPhone.kind)).all())
    assert kinds == {"+8221234567": "other", "+821099990000": "mobile"}
    before = held()
    again = bring_in(path)
    assert (again.new, again.changed, again.unchanged, held()) == (0, 0, 2, before)


def test_what_she_has_stays_and_only_the_new_is_taken_back(tmp_path: Path) -> None:
    first = bring_in(write_csv(tmp_path / "m.csv", [KIM, LEE], heading=HEADING)).run
    before = held()
    at = max(db.session.scalars(select(ChangeLog.v)))
    db.session.rollback()
    more = [("1", "김민지", "", "010-7777-8888", "창가,복도", "")]
    second = bring_in(write_csv(tmp_path / "n.csv", more, heading=HEADING))
    assert (second.changed, second.unchanged) == (1, 0)
    assert held()["김민지"][1:] == (
        ["+821077778888", "+8221234567"],
        [("like", "매운 음식"), ("like", "복도"), ("like", "창가"), ("size", "95")],
    )
    assert db.session.scalars(select(ChangeLog.row_id).where(ChangeLog.v > at)).all() == [the("김민지")]
    db.session.rollback()
    take_back(second.run)
    assert held() == before
    take_back(first)
    assert held() == {}
    assert db.session.scalars(select(CustomerPhone.id)).first() is None
    assert db.session.scalars(select(Preference.id)).first() is None


def test_rows_of_one_member_are_taken_together_in_chunks_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [KIM, LEE, ("1", "김민지", "", "010-7777-8888", "복도", "")]
    found = []
    for size in (100, 2):
        monkeypatch.setattr("backend.unify.files.runs.CHUNK", size)
        run = bring_in(write_csv(tmp_path / "m.csv", rows, heading=HEADING)).run
        found.append(held())
        take_back(run)
        assert held() == {}
    assert found[0] == found[1]
    assert found[0]["김민지"][1] == ["+821077778888", "+8221234567"]


def _prefer(customer_id: str) -> None:
    db.session.add(Preference(customer_id=customer_id, kind="like", value="새것"))


def _unprefer(customer_id: str) -> None:
    found = select(Preference).where(Preference.customer_id == customer_id, Preference.kind == "size")
    db.session.delete(db.session.scalars(found).one())


def _number(customer_id: str) -> None:
    db.session.add(CustomerPhone(customer_id=customer_id, phone="+821000001111"))


@pytest.mark.parametrize(
    ("touch", "what"), [(_prefer, "a preference"), (_unprefer, "a preference"), (_number, "another number")]
)
def test_undo_is_refused_once_they_were_touched(tmp_path: Path, touch: Any, what: str) -> None:
    run = bring_in(write_csv(tmp_path / "m.csv", [KIM], heading=HEADING)).run
    run_in_unit_of_work(lambda: touch(the("김민지")))
    with pytest.raises(CannotUndo, match=rf"김민지 \(5678\) has had {what} since"):
        take_back(run)
    db.session.rollback()
    assert len(members()) == 1


def test_what_she_had_of_it_before_is_not_the_imports_to_take(tmp_path: Path) -> None:
    with unit_of_work():
        customer = factories.customer(name="김민지", phone="+821012345678")
        db.session.add(Preference(customer_id=customer.id, kind="like", value="창가"))
    run = bring_in(write_csv(tmp_path / "m.csv", [KIM], heading=HEADING), key="phone").run
    take_back(run)
    assert held() == {"김민지": ("+821012345678", [], [("like", "창가")])}


def test_one_bad_row_in_ten_costs_no_other(tmp_path: Path) -> None:
    rows = [(str(i), f"회원{i}", f"010-1234-{i:04d}", f"010-5555-{i:04d}", "창가", "") for i in range(10)]
    rows[3] = (*rows[3][:3], "비밀", *rows[3][4:])
    rows[7] = (*rows[7][:4], ",".join(f"것{i}" for i in range(21)), "")
    outcome = bring_in(write_csv(tmp_path / "m.csv", rows, heading=HEADING))
    assert (outcome.new, outcome.bad) == (8, 2)
    assert reasons(outcome) == [
        (5, "연락처2 is no phone number such as 010-1234-5678 or +82 10 1234 5678"),
        (9, "취향 holds more than 20 values"),
    ]


def test_erasing_her_reaches_the_rows_and_the_journal(tmp_path: Path) -> None:
    bring_in(write_csv(tmp_path / "m.csv", [KIM, LEE], heading=HEADING))
    kim = the("김민지")
    assert ["phones", "+8221234567"] in db.session.get_one(ImportChange, (kim, outcome_run())).further
    run_in_unit_of_work(lambda: erase(kim, acting_staff=SYSTEM))
    assert kim not in db.session.scalars(select(ImportChange.customer_id)).all()
    assert db.session.scalars(select(CustomerPhone.phone)).all() == ["+821099990000"]
    assert db.session.scalars(select(Preference)).all() == []


def outcome_run() -> str:
    return db.session.scalars(select(ImportChange.run_id).limit(1)).one()
