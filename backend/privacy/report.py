"""Subject access: everything that is held about one member, as JSON and as a page to read and print."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend import customers
from backend.core import clock
from backend.core.db import db
from backend.core.ids import is_id
from backend.organization import Staff, Store
from backend.privacy import exports
from backend.privacy.paper import LANGUAGES, document, plain

if TYPE_CHECKING:
    from datetime import datetime

    from backend.core.audit import Actor
    from backend.customers import Held

_TITLE = {"ko": "개인정보 열람 보고서", "en": "What is held about you"}
_NOTHING = {"ko": "없음", "en": "Nothing"}
_MADE = {"ko": "작성", "en": "Made"}


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
    subject = exports.taken(customer, what="export", reason=reason, acting_staff=acting_staff)
    found = [(section, plain(section.rows(subject))) for section in customers.sections()]
    made_at = clock.now()
    page = _page(customer.name, found, made_at=made_at, language=language)
    return Report(customer.id, made_at, {section.name: rows for section, rows in found}, page)


def _page(name: str, found: list[tuple[Held, list[dict[str, Any]]]], *, made_at: datetime, language: str) -> str:
    korean = LANGUAGES.index(language)
    names = _names(found)
    parts = []
    for section, rows in found:
        parts.append(f"<h2>{html.escape(section.title[korean])} ({len(rows)})</h2>")
        parts.append(_table(section, rows, korean, names) if rows else f"<p>{_NOTHING[language]}</p>")
    subtitle = f"{name} · {_MADE[language]} {clock.rfc3339(made_at)}"
    return document(_TITLE[language], subtitle, parts, language=language)


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
