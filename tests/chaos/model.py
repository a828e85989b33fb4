"""What the suite knows must be true: what was recorded, what came back, and what nobody can explain."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Mutation = dict[str, Any]
Result = dict[str, Any]


@dataclass(frozen=True)
class Planned:
    """A mutation that a tablet recorded, hence showed as saved, and what must come of it."""

    mutation: Mutation
    rejection: str | None = None
    """The code it must be rejected with; None when it must be taken."""
    flags: frozenset[str] = frozenset()
    """Flags that it must get."""
    may_flags: frozenset[str] = frozenset()
    """Flags that it may get, depending on who came first."""
    may_be_unknown: bool = False
    """Whether it speaks of somebody whom a restore may have taken away until her registration is sent again."""
    in_browser: bool = False
    """Whether a real browser made it, which shows what came of it instead of telling."""


@dataclass(frozen=True)
class Told:
    """A receipt as a tablet got it, without `duplicate`. Eras count restores begun and ended; odd ones are amid one."""

    result: Result
    began: int
    ended: int


@dataclass
class Model:
    """Shared by all tablets; every method may be called from any thread."""

    first: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The fields of the members whom the world began with."""
    points: dict[str, int] = field(default_factory=dict)
    """What they had."""
    planned: dict[str, Planned] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    """What browsers show at the end as the state of their entries."""
    unexplained: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    withdrawn: set[str] = field(default_factory=set)
    """Ids of what withdrawn tablets recorded: they are told less."""
    era: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def recorded(self, planned: Planned) -> None:
        """A tablet showed this as saved."""
        with self._lock:
            self.planned[planned.mutation["id"]] = planned

    def receipted(self, result: Result, *, began: int) -> None:
        """A tablet got this receipt to a call made in era `began`. Within one era a receipt never changes."""
        told = Told({name: value for name, value in result.items() if name != "duplicate"}, began, self.era)
        with self._lock:
            before = self.told.get(result["id"])
            self.told[result["id"]] = told
        same_era = before is not None and len({before.began, before.ended, told.began, told.ended}) == 1
        if before is not None and same_era and not told.began % 2 and before.result != told.result:
            self.wonder(f"receipt of {result['id']} changed: {before.result} became {told.result}")

    def wonder(self, what: str) -> None:
        """Note what nobody can explain."""
        with self._lock:
            self.unexplained.append(what)

    def befell(self, fault: str) -> None:
        """Count a fault."""
        with self._lock:
            self.faults[fault] += 1

    @property
    def settled(self) -> int:
        """How many mutations have a receipt."""
        return len(self.told)
