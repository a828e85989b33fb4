"""Files of members for tests, and what the database holds after an import."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import openpyxl
from sqlalchemy import select

from backend.core.db import db
from backend.customers import Card, Customer
from backend.unify import FileOutcome, Progress, Wishes, import_file

if TYPE_CHECKING:
    from pathlib import Path

HEADING = ("고객번호", "이름", "휴대폰", "카드번호", "생년월일", "성별", "가입매장", "메모")
KIM = ("1", "김민지", "010-1234-5678", "A-1", "1990-01-31", "여", "S1", "창가")
LEE = ("2", "이영수", "010-2345-6789", "A-2", "1985-12-01", "남", "S1", "")
PARK = ("3", "박서연", "010-3456-7890", "A-3", "", "", "", "")

Row = Sequence[Any]


def write_csv(
    path: Path, rows: Iterable[Row], *, heading: Row = HEADING, delimiter: str = ",", encoding: str = "utf-8"
) -> Path:
    """A CSV file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([heading, *rows] if heading else rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_xlsx(path: Path, rows: Iterable[Row], *, heading: Row = HEADING, sheet: str = "회원") -> Path:
    """A workbook whose second sheet is `sheet`."""
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "표지"
    first.append(["아무것도 아님"])
    filled = book.create_sheet(sheet)
    for row in (heading, *rows):
        filled.append(list(row))
    book.save(path)
    return path


def bring_in(path: Path, **wishes: Any) -> FileOutcome:
    """Import in this process."""
    outcome = import_file(path, Wishes(**wishes), progress=Progress("members", shown=False))
    db.session.rollback()
    db.session.expire_all()
    return outcome


def members() -> dict[str, dict[str, Any]]:
    """{name: values} of everybody who is there."""
    cards: dict[str, list[str]] = {}
    for number, customer_id in db.session.execute(select(Card.number, Card.customer_id).order_by(Card.number)):
        cards.setdefault(customer_id, []).append(number)
    found = {}
    for each in db.session.scalars(select(Customer).execution_options(populate_existing=True)):
        found[each.name] = {
            "phone": each.phone,
            "cards": cards.get(each.id, []),
            "born": each.birth_date.isoformat() if each.birth_date else None,
            "sex": each.sex,
            "store": each.home_store.code if each.home_store else None,
            "memo": each.memo,
            "key": each.source_key,
        }
    db.session.rollback()
    return found


def reasons(outcome: FileOutcome) -> list[tuple[int, str]]:
    """(line, reason) of the problems."""
    return [(problem.line, problem.reason) for problem in outcome.problems]
