"""The named places in a relay's templates: `{to}`, `{body}` and so on. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STAMP_FIELDS: Final = frozenset({"timestamp", "nonce"})
FIND_FIELDS: Final = frozenset({"id", "to", "to_e164"})
SEND_FIELDS: Final = FIND_FIELDS | {
    "from",
    "body",
    "kind",
    "title",
    "purpose",
    "certificate_holder",
    "certificate_number",
}
REQUEST_FIELDS: Final = SEND_FIELDS
SIGNED_FIELDS: Final = STAMP_FIELDS | {"method", "path", "body"}
_PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def names_in(template: object) -> set[str]:
    """List the names that a template of any shape has."""
    if isinstance(template, str):
        return set(_PLACE.findall(template))
    if isinstance(template, dict):
        return {name for each in template.values() for name in names_in(each)}
    if isinstance(template, list):
        return {name for each in template for name in names_in(each)}
    return set()


def filled(template: Any, values: Mapping[str, str], *, quote: Callable[[str], str] = str) -> Any:  # noqa: ANN401
    """Put the values in, in one pass: a text that looks like a place stays a text. Names without a value stay."""
    if isinstance(template, str):
        return _PLACE.sub(lambda found: quote(values[found[1]]) if found[1] in values else found[0], template)
    if isinstance(template, dict):
        return {name: filled(each, values, quote=quote) for name, each in template.items()}
    if isinstance(template, list):
        return [filled(each, values, quote=quote) for each in template]
    return template


def at(value: Any, path: str | None) -> Any:  # noqa: ANN401 - whatever an answer holds
    """Return what stands at a dotted path (`data.items.0.id`), None where nothing does."""
    if path is None:
        return None
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def word_at(value: Any, path: str | None) -> str | None:  # noqa: ANN401 - whatever an answer holds
    """Return the text or whole number at a path as text; None for anything else."""
    found = at(value, path)
    if isinstance(found, bool) or not isinstance(found, (str, int)):
        return None
    text = str(found).replace("\x00", "").strip()
    return text or None
