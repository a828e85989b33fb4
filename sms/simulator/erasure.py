"""What is erased with a customer: what lies on her phone in a demo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sms.simulator.api import store

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Delete the texts to her numbers."""
    store().forget_person(event.phones)
