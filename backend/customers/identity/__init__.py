"""Passports: kept encrypted and with consent only, found by the whole number only, shown with a reason only."""

from __future__ import annotations

from backend.customers.identity.models import IdentityDocument
from backend.customers.identity.service import forget_documents

__all__ = ["IdentityDocument", "forget_documents"]
