"""What an import could not read."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was left out. `line` counts from 1, the heading included; 0 means the file as a whole."""

    file: str
    line: int
    reason: str


@dataclass(slots=True)
class Problems:
    """The problems of a run, in the order met; more than `limit` are only counted."""

    limit: int = 10_000
    listed: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, file: str, line: int, reason: str) -> None:
        """Note that `line` of `file` was left out, and why."""
        self.count += 1
        if self.count <= self.limit:
            self.listed.append(Problem(file, line, reason))

    def taken(self) -> list[Problem]:
        """What was listed since the last call."""
        found, self.listed, self.count = self.listed, [], 0
        return found


class UnreadableValueError(ValueError):
    """A value that cannot be what its column says. The text is the reason that people read, or a code of it."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.detail = detail
