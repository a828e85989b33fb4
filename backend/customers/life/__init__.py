"""What is coming in a customer's life: days to remember, trips, and with whom she lives."""

from __future__ import annotations

from backend.customers.life.models import Household, LifeEvent, Trip
from backend.customers.life.service import SoldTrip, forget_household, note_trips

__all__ = ["Household", "LifeEvent", "SoldTrip", "Trip", "forget_household", "note_trips"]
