"""Writing the requests to a relay from a message's fields. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode, urlsplit

import phonenumbers

from backend.delivery import Refused, describe
from sms.encoding import domestic_kind, euc_kr_problems, passes_euc_kr
from sms.providers.relay.placeholders import filled
from sms.providers.relay.signing import signature, stamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from backend.delivery import Lookup, Outgoing
    from sms.providers.relay.shapes import Relay, Request

TITLE_BYTES: Final = 40
_HOME: Final = "KR"


@dataclass(frozen=True, slots=True)
class Written:
    """A request as it goes out. Its headers and body hold secrets and a person's number: it is never logged."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What makes a request different from every other."""

    now: datetime
    nonce: str


def fault_of(relay: Relay, outgoing: Outgoing) -> Refused | None:
    """Say why this relay cannot carry a message, before it is asked; None when it can."""
    if relay.numbers == "national" and describe(outgoing.address).country != _HOME:
        return Refused(reason="configuration", detail=f"{relay.name} takes Korean numbers only")
    problems = euc_kr_problems(outgoing.body)
    if problems:
        return Refused(reason="not_encodable", detail=" ".join(sorted({each.char for each in problems})))
    if domestic_kind(outgoing.body) == "too_long":
        return Refused(reason="text_too_long")
    if not _sender(relay, outgoing):
        return Refused(reason="configuration", detail=f"no sender number at {relay.name}")
    return None


def to_send(relay: Relay, outgoing: Outgoing, at: Stamp) -> Written:
    """Write the request that hands over a message."""
    kind, route = domestic_kind(outgoing.body), outgoing.route
    values = {
        "id": outgoing.id,
        "to": _number(relay, outgoing.address),
        "to_e164": outgoing.address,
        "from": _number(relay, _sender(relay, outgoing)),
        "body": outgoing.body,
        "kind": relay.kinds[kind],
        "title": title_of(outgoing.body) if kind == "lms" else "",
        "purpose": relay.purposes.get(outgoing.purpose, ""),
        "certificate_holder": (route.certificate_holder if route else None) or "",
        "certificate_number": (route.certificate_number if route else None) or "",
    }
    return _written(relay, relay.send, values, at, long=kind == "lms")


def to_find(relay: Relay, request: Request, lookup: Lookup, at: Stamp) -> Written:
    """Write the request that looks a message up."""
    values = {"id": lookup.id, "to": _number(relay, lookup.address), "to_e164": lookup.address}
    return _written(relay, request, values, at)


def to_check(relay: Relay, request: Request, at: Stamp) -> Written:
    """Write the request that asks whether the relay knows us."""
    return _written(relay, request, {"id": at.nonce}, at)


def title_of(body: str) -> str:
    """Return the first line, to 40 bytes in EUC-KR: an advertising text's title must begin with (광고), too."""
    title, used = "", 0
    for char in body.strip().splitlines()[0].strip():
        used += len(char.encode("euc_kr")) if passes_euc_kr(char) else 2
        if used > TITLE_BYTES:
            break
        title += char
    return title.strip()


def _written(relay: Relay, request: Request, values: Mapping[str, str], at: Stamp, *, long: bool = False) -> Written:
    stamps = {"timestamp": stamp(at.now, relay.signing.timestamp if relay.signing else "unix"), "nonce": at.nonce}
    known = {**relay.secrets, **stamps, **values}
    url = filled(request.url, values, quote=lambda text: quote(text, safe=""))
    body = _body(request, known, long=long)
    parts = urlsplit(url)
    signed = {}
    if relay.signing:
        about = {"method": request.method, "path": parts.path + (f"?{parts.query}" if parts.query else "")}
        signed = {"signature": signature(relay.signing, relay.secrets, {**stamps, **about}, body)}
    headers = {name: filled(value, {**known, **signed}) for name, value in request.headers.items()}
    kind = _CONTENT_TYPES.get(request.format)
    typed = {"Content-Type": f"{kind}; charset={request.charset}"} if kind else {}
    return Written(request.method, url, {"Accept": "application/json", **typed, **headers}, body)


def _body(request: Request, known: Mapping[str, str], *, long: bool) -> bytes:
    template = request.body_lms if long and request.body_lms is not None else request.body
    if template is None:
        return b""
    rendered = filled(template, known)
    if request.format == "form":
        return urlencode(rendered, encoding=request.charset).encode()
    return json.dumps(rendered, ensure_ascii=False, separators=(",", ":")).encode(request.charset)


def _sender(relay: Relay, outgoing: Outgoing) -> str:
    return (outgoing.route.sender_number if outgoing.route else None) or relay.sender or ""


def _number(relay: Relay, number: str) -> str:
    """Write a number as the relay wants it: digits as dialled at home, or E.164."""
    if relay.numbers == "e164" or not number.startswith("+"):
        return number
    national = phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.NATIONAL)
    return "".join(char for char in national if char.isdigit())


_CONTENT_TYPES: Final = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
