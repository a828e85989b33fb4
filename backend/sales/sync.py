"""Sales from the floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.sales import service
from backend.sales.schemas import SaleData
from backend.sync import Kind, Mutation, Outcome, register_kind

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the kind `sale.log`."""
    register_kind(app, Kind("sale.log", SaleData(), log, always_taken=True))


def log(mutation: Mutation) -> Outcome:
    """Take a sale; the mutation's id is the sale's."""
    sale = service.log_sale(
        mutation.data,
        sale_id=mutation.id,
        at=service.At(mutation.caller.store_id, mutation.caller.device_id, mutation.received_at),
        acting_staff=mutation.actor,
    )
    return Outcome(flags=tuple(sale.flags))
