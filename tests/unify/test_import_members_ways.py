"""Further ways to reach and to write a member in a file: written, changed, taken back, erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.customers import Customer
from backend.privacy.service import erase
from backend.unify import ImportChange, Progress, undo
from tests.unify.members_files import bring_in, reasons, write_csv

if TYPE_CHECKING:
    from pathlib import Path

HEADING = ("고객번호", "이름", "한자명", "이메일")
KIM = ("1", "김민지", "金旻志", "minji@Example.com")
LEE = ("2", "이영수", "", "")

pytestmark = pytest.mark.usefixtures("app")


def ways() -> dict[str, tuple[str | None, str | None]]:
    """{name: (Han name, e-mail)} of everybody."""
    found = {
        name: (han, email)
        for name, han, email in db.session.execute(select(Customer.name, Customer.name_han, Customer.email))
    }
    db.session.rollback()
    return found


def test_a_han_name_and_an_address_are_brought_in_changed_and_given_back(tmp_path: Path) -> None:
    first = bring_in(write_csv(tmp_path / "m.csv", [KIM, LEE], heading=HEADING))
    assert (first.new, first.problem_count) == (2, 0)
    before = ways()
    assert before == {"김민지": ("金旻志", "minji@example.com"), "이영수": (None, None)}
    later = [("1", "김민지", "", "kim@example.com"), ("2", "이영수", "李英秀", "")]
    second = bring_in(write_csv(tmp_path / "n.csv", later, heading=HEADING))
    assert (second.new, second.changed) == (0, 2)
    assert ways() == {"김민지": ("金旻志", "kim@example.com"), "이영수": ("李英秀", None)}
    assert bring_in(tmp_path / "n.csv").unchanged == 2
    undo(str(second.run), progress=Progress("undo", shown=False))
    assert ways() == before


def test_an_address_that_is_none_costs_its_row_and_is_not_quoted(tmp_path: Path) -> None:
    rows = [KIM, (*LEE[:3], "영수 at example")]
    outcome = bring_in(write_csv(tmp_path / "m.csv", rows, heading=HEADING))
    assert (outcome.new, outcome.bad) == (1, 1)
    assert reasons(outcome) == [(3, "이메일 is no e-mail address such as minji@example.com")]


def test_erasing_her_leaves_no_address_in_a_journal(tmp_path: Path) -> None:
    bring_in(write_csv(tmp_path / "m.csv", [KIM, LEE], heading=HEADING))
    bring_in(write_csv(tmp_path / "n.csv", [("1", "김민지", "", "kim@example.com")], heading=HEADING))
    kept = select(ImportChange.before).where(ImportChange.before.is_not(None))
    assert db.session.scalars(kept).one()["email"] == "minji@example.com"
    kim = db.session.scalars(select(Customer.id).where(Customer.name == "김민지")).one()
    run_in_unit_of_work(lambda: erase(kim, acting_staff=SYSTEM))
    assert db.session.scalars(kept).all() == []
    assert "kim@example.com" not in {email for _, email in ways().values()}
