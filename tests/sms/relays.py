"""Relays as tests describe them: one that speaks JSON and signs, and one that takes forms in EUC-KR."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sms.providers.relay.settings import relays_in

if TYPE_CHECKING:
    from sms.providers.relay import Relay

ENVIRONMENT = {"DAON_KEY": "key-of-daon", "DAON_SECRET": "secret-of-daon"}


def signing_json(url: str, **changes: Any) -> dict[str, Any]:
    """Describe a relay that is sent JSON, is signed to, and tells its codes."""
    plain = {
        "name": "daon",
        "title": "다온메시징",
        "allow_private": True,
        "kinds": {"sms": "SMS", "lms": "LMS"},
        "purposes": {"commercial": "AD", "service": "INFO"},
        "secrets": {"key": "DAON_KEY", "secret": "DAON_SECRET"},
        "send": {
            "url": f"{url}/v1/messages",
            "headers": {"Authorization": "HMAC key={key}, date={timestamp}, salt={nonce}, signature={signature}"},
            "body": {
                "messages": [{"to": "{to}", "from": "{from}", "text": "{body}", "type": "{kind}", "refkey": "{id}"}],
                "agent": {"holder": "{certificate_holder}", "number": "{certificate_number}", "kind": "{purpose}"},
            },
            "body_lms": {
                "messages": [{"to": "{to}", "text": "{body}", "type": "{kind}", "subject": "{title}", "refkey": "{id}"}]
            },
        },
        "signing": {"secret": "secret", "signed": "{timestamp}{nonce}"},
        "answer": {
            "reference": "data.0.id",
            "code": "code",
            "detail": "message",
            "accepted": ["0000", 200],
            "throttled": ["4290"],
            "not_taken": ["5030"],
            "refused": {"3001": "bad_number", "3002": "unsubscribed", "3003": "configuration"},
        },
        "find": {
            "url": f"{url}/v1/messages?refkey={{id}}",
            "items": "data",
            "id": "refkey",
            "reference": "id",
            "status": "status",
            "states": {"2": "sent", "3": "delivered"},
        },
        "check": {"url": f"{url}/v1/account", "headers": {"X-Key": "{key}"}},
        "reports": {
            "items": "reports",
            "id": "refkey",
            "reference": "id",
            "status": "status",
            "code": "result",
            "states": {"2": "sent", "3": "delivered", "4": "undelivered", "5": "failed"},
            "codes": {"3001": "bad_number", "3002": "unsubscribed"},
            "signature": {
                "header": "X-Daon-Signature",
                "timestamp_header": "x-daon-time",
                "secret": "secret",
                "signed": "{timestamp}.{body}",
            },
            "answer": "OK",
        },
    }
    return plain | changes


def form_in_euc_kr(url: str, **changes: Any) -> dict[str, Any]:
    """Describe an old-fashioned relay: a form, no codes, our own id as reference."""
    plain = {
        "name": "olle",
        "allow_private": True,
        "from": "1588-0000",
        "secrets": {"password": "DAON_SECRET"},
        "send": {
            "url": f"{url}/send.do",
            "format": "form",
            "charset": "euc-kr",
            "body": {"pw": "{password}", "receiver": "{to}", "sender": "{from}", "msg": "{body}", "seq": "{id}"},
        },
        "answer": {},
    }
    return plain | changes


def read(*described: dict[str, Any], demo: bool = True) -> dict[str, Relay]:
    """Read descriptions as a file would be."""
    return relays_in({"relays": list(described)}, demo=demo, environment=ENVIRONMENT)


def relay(described: dict[str, Any]) -> Relay:
    """Read one description."""
    (found,) = read(described).values()
    return found
