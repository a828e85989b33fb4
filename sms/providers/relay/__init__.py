"""A relay: any sender of texts that is asked by an HTTPS request, described in a file instead of in code.

Certified senders in Korea each have an interface of their own; they differ in addresses, names and codes, not in kind.
`settings` reads the file into `shapes`, `rendering` and `signing` write a request, `answers` judges what comes back,
`reports` reads what a relay tells later: all pure. `transport` makes the calls.
"""

from __future__ import annotations

from sms.providers.relay.settings import read_relays
from sms.providers.relay.shapes import Relay

__all__ = ["Relay", "read_relays"]
