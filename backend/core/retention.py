"""How long things are kept: each feature registers what grows old of its own, in one line; `privacy` applies it.

A rule finds what is older than a moment, and takes some of it in the open unit of work. Nothing goes by itself: a rule
is off until an admin gives it a period.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from flask import Flask
    from sqlalchemy import Select

_KEY = "dangol.retention"


@dataclass(frozen=True)
class Rule:
    """What grows old. `due(before)` selects (key, since when) of what is older; `take(keys)` deletes or blanks these.

    `title` is Korean and English. `least_months` is the shortest period that may be set, where law asks for one.
    """

    name: str
    title: tuple[str, str]
    due: Callable[[datetime], Select[Any, Any]]
    take: Callable[[Sequence[Any]], None]
    least_months: int = 1


def keep(app: Flask, *rules: Rule) -> None:
    """Have `app` keep what these rules find only as long as is set."""
    app.extensions.setdefault(_KEY, []).extend(rules)


def rules() -> list[Rule]:
    """Every rule of the running app, in order of registration."""
    found: list[Rule] = current_app.extensions.get(_KEY, [])
    return found
