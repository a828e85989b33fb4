"""Subject access: everything that is held about one member, as JSON and as a page to read and print."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend import customers
from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import ValidationFailed
from backend.core.ids import is_id
from backend.organization import Staff, Store
from backend.privacy.rules import names_her

if TYPE_CHECKING:
    from backend.core.audit import Actor
    from backend.customers import Customer, Held, Subject

LANGUAGES = ("ko", "en")
_TITLE = {"ko": "개인정보 열람 보고서", "en": "What is held about you"}
_NOTHING = {"ko": "없음", "en": "Nothing"}
_MADE = {"ko": "작성", "en": "Made"}
_STYLE = """
body { font: 15px/1.5 "Apple SD Gothic Neo", "Noto Sans KR", "Malgun Gothic", sans-serif; color: #1d2326;
  margin: 2rem auto; max-width: 60rem; padding: 0 1rem; word-break: keep-all; overflow-wrap: anywhere }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; break-after: avoid }
table { border-collapse: collapse; width: 100% } th, td { border: 1px solid #c9c4b8; padding: .35rem .5rem;
  text-align: left; vertical-align: top } th { background: #f3f0e9 } tr { break-inside: avoid }
p { color: #5a6266 } @media print { body { margin: 0; max-width: none } }
"""


@dataclass(frozen=True)
class Report:
    """`sections`: {name: rows}, each a table's columns as JSON values; `page` is the same to read, complete HTML."""

    customer_id: str
    made_at: datetime
    sections: dict[str, list[dict[str, Any]]]
    page: str


def make(customer_id: str, *, reason: str, language: str, acting_staff: Actor) -> Report:
    """Collect the report; that it was made, by whom and why stands in the access log. Raises `NotFound`.

    Raises `ValidationFailed` for a reason that names her: the log keeps it after she is erased.
    """
    customer = customers.get_customer(customer_id)
    subject = _subject(customer)
    if names_her(customer.name, subject.phones, subject.cards, text=reason):
        raise ValidationFailed({"reason": ["Do not name the member here: the log outlives her data."]})
    audit.record_access(acting_staff, customer_id=customer.id, what="export", reason=reason)
    db.session.flush()
    found = [(section, _plain(section.rows(subject))) for section in customers.sections()]
    made_at = clock.now()
    page = _page(customer.name, found, made_at=made_at, language=language)
    return Report(customer.id, made_at, {section.name: rows for section, rows in found}, page)


def _subject(customer: Customer) -> Subject:
    merged = tuple(customers.merged_into(customer.id))
    kept = select(customers.MergedCustomer.kept).where(customers.MergedCustomer.id.in_(merged))
    phones = {customer.phone, *(entry["customer"]["phone"] for entry in db.session.execute(kept).scalars())} - {None}
    cards = tuple(card.number for card in customer.cards)
    return customers.Subject(customer.id, merged, tuple(sorted(str(each) for each in phones)), cards)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of a column
    """As JSON has it."""
    if isinstance(value, datetime):
        return clock.rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def _page(name: str, found: list[tuple[Held, list[dict[str, Any]]]], *, made_at: datetime, language: str) -> str:
    korean = LANGUAGES.index(language)
    names = _names(found)
    parts = [
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{_TITLE[language]}</title>',
        f"<style>{_STYLE}</style><h1>{_TITLE[language]}</h1>",
        f"<p>{html.escape(name)} · {_MADE[language]} {clock.rfc3339(made_at)}</p>",
    ]
    for section, rows in found:
        parts.append(f"<h2>{html.escape(section.title[korean])} ({len(rows)})</h2>")
        parts.append(_table(section, rows, korean, names) if rows else f"<p>{_NOTHING[language]}</p>")
    return "".join([*parts, "</html>"])


def _table(section: Held, rows: list[dict[str, Any]], language: int, names: dict[str, str]) -> str:
    shown = {column: words for column, words in section.shown.items() if any(_is_said(row.get(column)) for row in rows)}
    head = "".join(f"<th scope=col>{html.escape(words[language])}</th>" for words in shown.values())
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_said(row.get(column), names))}</td>" for column in shown) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _is_said(value: Any) -> bool:  # noqa: ANN401 - a JSON value
    return value is not None and value not in ("", [], {})


def _said(value: Any, names: dict[str, str]) -> str:  # noqa: ANN401 - a JSON value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else "✕"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return names.get(str(value), str(value))


def _names(found: list[tuple[Held, list[dict[str, Any]]]]) -> dict[str, str]:
    """The names of the stores and people of the house whose ids stand in what is shown."""
    ids = {
        value
        for section, rows in found
        for row in rows
        for column in section.shown
        if isinstance(value := row.get(column), str) and is_id(value)
    }
    asked = [
        select(Store.id, Store.name).where(Store.id.in_(ids)),
        select(Staff.id, Staff.name).where(Staff.id.in_(ids)),
    ]
    return {row[0]: row[1] for query in asked for row in db.session.execute(query)} if ids else {}
