"""One push as a request: the package `webpush` inside a guard, for what it does not do itself.

It keeps the `ttl` and the subscriber of a call for later ones and takes no `ttl` of 0, so each request has an object of
its own; it checks neither keys nor length; it knows no Urgency and no Topic. Its `aud` lacks the endpoint's port, and
endpoints of push services have none (`rules.fault_of_endpoint`).
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from webpush import WebPush, WebPushSubscription
from webpush.types import WebPushKeys

from backend.push import rules

if TYPE_CHECKING:
    from backend.push.keys import PushKeys
    from backend.push.kinds import Urgency
    from backend.push.targets import Target

LONGEST_PAYLOAD: Final = 3993
"""Bytes: with header, padding and tag 4,096, the least that every push service takes."""

_TOPIC_BYTES: Final = 24
_TOKEN_SECONDS: Final = 12 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How a push is to be treated. `topic`: what it replaces where the device was off; `ttl` is in seconds."""

    topic: str
    ttl: int
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Written:
    """A request, ready to be posted to the target's endpoint."""

    body: bytes
    headers: dict[str, str]


class PayloadTooLong(ValueError):
    """More than a push service takes."""


def write(payload: bytes, target: Target, profile: Profile, *, keys: PushKeys) -> Written:
    """Encrypt and sign. Raises `PayloadTooLong`, and `ValueError` for keys that are none."""
    if len(payload) > LONGEST_PAYLOAD:
        raise PayloadTooLong
    fault = rules.fault_of_auth(target.auth) or rules.fault_of_point(target.p256dh)
    if fault is not None:
        raise ValueError(fault)
    pusher = WebPush(
        private_key=keys.private,
        public_key=keys.public,
        subscriber=keys.contact,
        ttl=max(0, profile.ttl),
        expiration=_TOKEN_SECONDS,
    )
    message = pusher.get(
        payload,
        WebPushSubscription.model_validate(
            {"endpoint": target.endpoint, "keys": WebPushKeys(auth=target.auth, p256dh=target.p256dh)}
        ),
    )
    headers = {name: str(value) for name, value in message.headers.items()}
    more = {"content-type": "application/octet-stream", "urgency": profile.urgency, "topic": topic(profile.topic)}
    return Written(message.encrypted, headers | more)


def topic(name: str) -> str:
    """Return the name as a Topic header takes it: at most 32 characters of base64url, and telling nobody anything."""
    return base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()[:_TOPIC_BYTES]).decode()
