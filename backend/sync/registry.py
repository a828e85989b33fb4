"""Where features register their collections and kinds, and which table belongs to which collection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from backend.core.db import Base
    from backend.sync.contract import Collection, Door, Kind, StaffingPort

_KEY = "dangol.sync"

SCHEMA = 4
"""The version of the collections' fields. It grows with every change that an older tablet could not read."""


@dataclass
class Registry:
    """What the features registered."""

    staffing: StaffingPort | None = None
    door: Door | None = None
    collections: dict[str, Collection] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    # Mapped class → (collection, how an object names the row that it is part of).
    tracked: dict[type[Base], tuple[str, Callable[[Any], str | None]]] = field(default_factory=dict)

    @property
    def tracked_tables(self) -> frozenset[str]:
        """The names of the tables whose rows tablets hold."""
        return frozenset(model.__tablename__ for model in self.tracked)


def attach(app: Flask) -> Registry:
    """Give `app` an empty registry."""
    registry = Registry()
    app.extensions[_KEY] = registry
    return registry


def current_registry() -> Registry:
    """The registry of the running app."""
    return cast("Registry", current_app.extensions[_KEY])


def of(app: Flask) -> Registry:
    """The registry of `app`, for a feature's `init_app`."""
    return cast("Registry", app.extensions[_KEY])


def register_collection(app: Flask, collection: Collection) -> None:
    """Have tablets hold `collection`."""
    of(app).collections[collection.name] = collection


def register_kind(app: Flask, kind: Kind) -> None:
    """Take mutations of `kind` from tablets."""
    of(app).kinds[kind.name] = kind


def track(app: Flask, model: type[Base], collection: str, row_id: Callable[[Any], str | None]) -> None:
    """Say that a row of `model` is part of the row `row_id(object)` of `collection`."""
    of(app).tracked[model] = (collection, row_id)


def staffing() -> StaffingPort:
    """The organisation's answer to who calls."""
    port = current_registry().staffing
    if port is None:
        message = "No staffing port is registered."
        raise RuntimeError(message)
    return port
