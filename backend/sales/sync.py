"""Sales from the floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.customers import COLLECTION as CUSTOMERS
from backend.sales import returns, service
from backend.sales.schemas import ReturnData, SaleData
from backend.sync import Kind, Mutation, Outcome, register_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the kinds `sale.log` and `sale.return`."""
    register_kind(app, Kind("sale.log", SaleData(), log, always_taken=True, apply_all=log_all, writes_to=_buyers))
    register_kind(app, Kind("sale.return", ReturnData(), take_back, always_taken=True, writes_to=_owners))


def _buyers(mutations: Sequence[Mutation]) -> dict[str, set[str]]:
    return {CUSTOMERS: {each.data["customer_id"] for each in mutations if each.data["customer_id"]}}


def _owners(mutations: Sequence[Mutation]) -> dict[str, set[str]]:
    return {CUSTOMERS: returns.owners({each.data["sale_id"] for each in mutations})}


def log(mutation: Mutation) -> Outcome:
    """Take a sale; the mutation's id is the sale's."""
    return log_all([mutation])[0]


def log_all(mutations: Sequence[Mutation]) -> list[Outcome]:
    """Take sales that arrived together."""
    arrivals = [
        service.Arrival(each.id, each.data, each.caller.store_id, each.received_at, each.actor) for each in mutations
    ]
    return [Outcome(flags=flags) for flags in service.log_sales(arrivals)]


def take_back(mutation: Mutation) -> Outcome:
    """Take a return; the mutation's id is the return's."""
    entry = returns.take_back(
        mutation.data,
        return_id=mutation.id,
        store_id=mutation.caller.store_id,
        received_at=mutation.received_at,
        acting_staff=mutation.actor,
    )
    return Outcome(flags=tuple(entry.flags))
