"""Sales from the floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.sales import service
from backend.sales.schemas import SaleData
from backend.sync import Kind, Mutation, Outcome, register_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the kind `sale.log`."""
    register_kind(app, Kind("sale.log", SaleData(), log, always_taken=True, apply_all=log_all))


def log(mutation: Mutation) -> Outcome:
    """Take a sale; the mutation's id is the sale's."""
    return log_all([mutation])[0]


def log_all(mutations: Sequence[Mutation]) -> list[Outcome]:
    """Take sales that arrived together."""
    arrivals = [
        service.Arrival(each.id, each.data, each.caller.store_id, each.received_at, each.actor) for each in mutations
    ]
    return [Outcome(flags=flags) for flags in service.log_sales(arrivals)]
