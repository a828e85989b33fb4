"""Reading a settings file: each mistake is one sentence that names the field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend.core.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Section:
    """One object of the file. Whatever is read is ticked off, so that `close` finds what nobody asked for."""

    def __init__(self, value: object, *, where: str) -> None:
        if not isinstance(value, dict):
            raise mistake(where, "must be an object {…}")
        self._values: dict[str, Any] = value
        self._unread = set(value)
        self.where = where

    def text(self, name: str, default: str | None = None, *, longest: int = 400, lines: bool = False) -> str:
        """A text that is not empty; needed unless there is a default. `lines`: it may be of several."""
        value = self._take(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value.strip() or len(value) > longest or not _plain(value, lines=lines):
            raise self.mistake(name, f"must be a text of at most {longest} characters")
        return value

    def optional(self, name: str, *, longest: int = 400) -> str | None:
        """A text, or None."""
        return None if self._values.get(name) is None and self._take(name) is None else self.text(name, longest=longest)

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        """One of a few words."""
        value = self.text(name, default)
        if value not in choices:
            raise self.mistake(name, f"must be one of {', '.join(choices)}")
        return value

    def yes(self, name: str) -> bool:
        """True or false; false when it is not there."""
        value = self._take(name)
        if value not in {None, True, False}:
            raise self.mistake(name, "must be true or false")
        return bool(value)

    def number(self, name: str, default: float, *, least: float, most: float) -> float:
        """A number within limits."""
        value = self._take(name)
        value = default if value is None else value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            raise self.mistake(name, f"must be a number from {least:g} to {most:g}")
        return float(value)

    def words(self, name: str) -> dict[str, str]:
        """An object from texts to texts; numbers count as texts. Empty when it is not there."""
        value = self._take(name)
        value = {} if value is None else value
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            raise self.mistake(name, "must be an object of texts")
        return dict(value)

    def codes(self, name: str) -> frozenset[str]:
        """A list of codes, texts or whole numbers. Empty when it is not there."""
        value = self._take(name)
        value = [] if value is None else value
        if not isinstance(value, list) or not all(isinstance(each, (str, int)) for each in value):
            raise self.mistake(name, "must be a list of codes")
        return frozenset(str(each) for each in value)

    def anything(self, name: str) -> Any:  # noqa: ANN401 - a body may have any shape
        """Whatever stands there; None when nothing does."""
        return self._take(name)

    def section(self, name: str) -> Section:
        """An object that is needed."""
        return Section(self._take(name), where=f"{self.where}.{name}")

    def optional_section(self, name: str) -> Section | None:
        """An object, or None."""
        return None if self._values.get(name) is None and self._take(name) is None else self.section(name)

    def close(self) -> None:
        """Refuse what nobody asked for: most likely a field that is misspelt."""
        if self._unread:
            raise self.mistake(min(self._unread), "is not a field that is known here")

    def mistake(self, name: str, what: str) -> SettingsError:
        """Make the error for a field of this object."""
        return mistake(f"{self.where}.{name}", what)

    def _take(self, name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
        self._unread.discard(name)
        return self._values.get(name)


def _plain(text: str, *, lines: bool) -> bool:
    return (text.replace("\n", "") if lines else text).isprintable()


def mistake(where: str, what: str) -> SettingsError:
    """Make the error for a field of the file."""
    return SettingsError(f"DANGOL_SMS_RELAYS: {where} {what}.")
