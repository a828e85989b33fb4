"""How a customer is reached and what she shows: further numbers and cards."""

from __future__ import annotations

from backend.customers.contacts.service import drop_doubled_number, keep_number

__all__ = ["drop_doubled_number", "keep_number"]
