"""Which way a text takes: the register of senders (numbers and certificates), and the providers in their turn."""

from __future__ import annotations

from sms.routing.models import Certificate, SenderNumber
from sms.routing.standing import Standing, standings
from sms.routing.ways import find

__all__ = ["Certificate", "SenderNumber", "Standing", "find", "standings"]
