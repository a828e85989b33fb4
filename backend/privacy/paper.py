"""How what is handed to a member looks on paper, and as JSON. Pure."""

from __future__ import annotations

import html
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from backend.core import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

LANGUAGES = ("ko", "en")
_STYLE = """
body { font: 15px/1.5 "Apple SD Gothic Neo", "Noto Sans KR", "Malgun Gothic", sans-serif; color: #1d2326;
  margin: 2rem auto; max-width: 60rem; padding: 0 1rem; word-break: keep-all; overflow-wrap: anywhere }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; break-after: avoid }
table { border-collapse: collapse; width: 100% } th, td { border: 1px solid #c9c4b8; padding: .35rem .5rem;
  text-align: left; vertical-align: top } th { background: #f3f0e9 } tr { break-inside: avoid }
tbody th { width: 11rem; font-weight: 600 } td { white-space: pre-line } svg { width: 18rem; max-width: 100% }
.no { color: #9b1c1c } code { font-size: .85em } p { color: #5a6266 }
@media print { body { margin: 0; max-width: none } }
"""


def document(title: str, subtitle: str, parts: Iterable[str], *, language: str) -> str:
    """A complete HTML page; `title` and `subtitle` are text, `parts` HTML."""
    head = f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{html.escape(title)}</title>'
    top = f"<style>{_STYLE}</style><h1>{html.escape(title)}</h1><p>{html.escape(subtitle)}</p>"
    return "".join([head, top, *parts, "</html>"])


def plain(value: Any) -> Any:  # noqa: ANN401 - any value of a column
    """As JSON has it."""
    if isinstance(value, datetime):
        return clock.rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
