"""What a relay is, read once from the file that `DANGOL_SMS_RELAYS` names. Secrets are named there, never written."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from backend.core.errors import SettingsError
from backend.delivery import State
from sms.providers.meanings import MEANINGS
from sms.providers.relay.placeholders import (
    FIND_FIELDS,
    REQUEST_FIELDS,
    SEND_FIELDS,
    SIGNED_FIELDS,
    STAMP_FIELDS,
    names_in,
)
from sms.providers.relay.sections import Section, mistake
from sms.providers.relay.shapes import Answers, Finding, Progress, Relay, Reporting, Request, Signing
from sms.providers.relay.urls import fault_of_url

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

NAME: Final = r"[a-z][a-z0-9-]{0,19}"
RESERVED: Final = frozenset({"simulator", "twilio", "console"})
ALGORITHMS: Final = ("sha256", "sha512")
ENCODINGS: Final = ("hex", "base64")
TIMESTAMPS: Final = ("unix", "unix_ms", "iso")
_LONGEST_CALL: Final = 30.0
_STATES: Final = {
    "accepted": State.ACCEPTED,
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "undelivered": State.UNDELIVERED,
    "failed": State.FAILED,
}


def read_relays(
    path: str, *, demo: bool, environment: Mapping[str, str] = cast("Mapping[str, str]", os.environ)
) -> dict[str, Relay]:
    """Read the file. Raises `SettingsError`, one sentence that names the field, without any secret."""
    try:
        read = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        message = f"DANGOL_SMS_RELAYS: the file {path} cannot be read ({error.strerror})."
        raise SettingsError(message) from None
    except ValueError as error:
        message = f"DANGOL_SMS_RELAYS: the file {path} is no JSON ({error})."
        raise SettingsError(message) from None
    return relays_in(read, demo=demo, environment=environment)


def relays_in(read: object, *, demo: bool, environment: Mapping[str, str]) -> dict[str, Relay]:
    """Read what the file holds, by name. Raises as `read_relays`."""
    listed = read.get("relays") if isinstance(read, dict) and set(read) == {"relays"} else None
    if not isinstance(listed, list) or not listed:
        raise mistake("relays", "must be the one field of the file, a list of relays")
    relays: dict[str, Relay] = {}
    for place, each in enumerate(listed):
        relay = _relay(Section(each, where=f"relays.{place}"), demo=demo, environment=environment)
        if relay.name in relays:
            where = f"relays.{place}.name"
            raise mistake(where, "is the name of another relay, too")
        relays[relay.name] = relay
    return relays


def _relay(section: Section, *, demo: bool, environment: Mapping[str, str]) -> Relay:
    name = section.text("name", longest=20)
    if not _fullmatch(NAME, name) or name in RESERVED:
        raise section.mistake("name", "must be 1 to 20 of a-z, 0-9 and dashes, and none of simulator, twilio, console")
    secrets = _secrets(section, environment)
    allow_private = section.yes("allow_private")
    reader = _Reader(secrets, demo=demo, allow_private=allow_private)
    signing = section.optional_section("signing")
    signed = {"signature"} if signing else set()
    found, check, reports = (section.optional_section(each) for each in ("find", "check", "reports"))
    relay = Relay(
        name=name,
        title=section.text("title", name, longest=60),
        sender=section.optional("from", longest=20),
        numbers=section.choice("numbers", ("national", "e164"), "national"),
        kinds=_named(section, "kinds", ("sms", "lms")),
        purposes=_named(section, "purposes", ("commercial", "service")),
        timeout=section.number("timeout_seconds", 15, least=1, most=_LONGEST_CALL),
        allow_private=allow_private,
        secrets=secrets,
        signing=_signing(signing, secrets, SIGNED_FIELDS) if signing else None,
        send=reader.request(section.section("send"), body_fields=SEND_FIELDS, signed=signed, with_body=True),
        answer=_answers(section.section("answer")),
        find=reader.finding(found, signed) if found else None,
        check=reader.request(check, body_fields=frozenset(), signed=signed) if check else None,
        reports=_reporting(reports, secrets) if reports else None,
    )
    section.close()
    return relay


class _Reader:
    """Reads requests of one relay."""

    def __init__(self, secrets: Mapping[str, str], *, demo: bool, allow_private: bool) -> None:
        self._secrets, self._demo, self._allow_private = frozenset(secrets), demo, allow_private

    def request(
        self, section: Section, *, body_fields: Collection[str], signed: Collection[str], with_body: bool = False
    ) -> Request:
        """Read one request. Only one with a body may be a POST, and only a POST has one."""
        request = self._begun(section, with_body=with_body)
        section.close()
        fault = fault_of_url(request.url, demo=self._demo, allow_private=self._allow_private)
        if fault:
            raise section.mistake("url", fault)
        url_fields = set() if with_body else FIND_FIELDS & set(body_fields)
        _check(section, "url", request.url, url_fields)
        for header, value in request.headers.items():
            where = f"headers.{header}"
            if not _fullmatch(r"[A-Za-z0-9-]{1,60}", header) or not value.isprintable() or not value.isascii():
                raise section.mistake(where, "must be an ASCII header with an ASCII value")
            _check(section, where, value, {*STAMP_FIELDS, *self._secrets, *signed, "id"})
        for name in ("body", "body_lms"):
            _check(section, name, getattr(request, name), {*body_fields, *STAMP_FIELDS, *self._secrets})
        return request

    def _begun(self, section: Section, *, with_body: bool) -> Request:
        url, headers = section.text("url", longest=500), section.words("headers")
        if not with_body:
            method = section.choice("method", ("GET",), "GET")
            return Request(method=method, url=url, headers=headers, format="none", charset="utf-8")
        # Only this method: the HTTP client repeats those that claim to be idempotent by itself.
        method = section.choice("method", ("POST",), "POST")
        form = section.choice("format", ("json", "form"), "json")
        charset = section.choice("charset", ("utf-8", "euc-kr"), "utf-8")
        body, body_lms = section.anything("body"), section.anything("body_lms")
        for name, value in (("body", body), ("body_lms", body if body_lms is None else body_lms)):
            flat = isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
            if not isinstance(value, dict) or (form == "form" and not flat):
                raise section.mistake(name, "must be an object" + (" of texts" if form == "form" else ""))
        return Request(
            method=method, url=url, headers=headers, format=form, charset=charset, body=body, body_lms=body_lms
        )

    def finding(self, section: Section, signed: Collection[str]) -> Finding:
        """Read how a message is looked up."""
        progress = _progress(section)
        if progress.id is None:
            raise section.mistake("id", "is needed: a message is recognised by our own id alone")
        return Finding(request=self.request(section, body_fields=REQUEST_FIELDS, signed=signed), progress=progress)


def _secrets(section: Section, environment: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name, variable in section.words("secrets").items():
        where = f"secrets.{name}"
        if not _fullmatch(r"[a-z][a-z0-9_]{0,30}", name) or name in REQUEST_FIELDS | STAMP_FIELDS | {"signature"}:
            raise section.mistake(where, "must have a name of a-z, 0-9 and _ that is no field of a message")
        value = environment.get(variable)
        if not value or not value.isprintable():
            raise section.mistake(where, f"names the variable {variable}, which is not set")
        found[name] = value
    return found


def _named(section: Section, name: str, keys: tuple[str, ...]) -> dict[str, str]:
    given = section.words(name)
    if set(given) - set(keys):
        raise section.mistake(name, f"may name {' and '.join(keys)} only")
    return {key: given.get(key, key) for key in keys}


def _signing(section: Section, secrets: Mapping[str, str], allowed: Collection[str]) -> Signing:
    signing = Signing(
        algorithm=section.choice("algorithm", ALGORITHMS, "sha256"),
        encoding=section.choice("encoding", ENCODINGS, "hex"),
        secret=section.text("secret"),
        signed=section.text("signed", lines=True),
        timestamp=section.choice("timestamp", TIMESTAMPS, "unix"),
    )
    section.close()
    if signing.secret not in secrets:
        raise section.mistake("secret", "must be the name of one of the relay's secrets")
    _check(section, "signed", signing.signed, {*allowed, *secrets})
    if not names_in(signing.signed):
        raise section.mistake("signed", "must name what is signed, as in {timestamp}{nonce}")
    return signing


def _answers(section: Section) -> Answers:
    answers = Answers(
        reference=section.optional("reference"),
        code=section.optional("code"),
        detail=section.optional("detail"),
        accepted=section.codes("accepted"),
        throttled=section.codes("throttled"),
        not_taken=section.codes("not_taken"),
        refused=_meanings(section, "refused"),
    )
    section.close()
    listed = (answers.accepted, answers.throttled, answers.not_taken, frozenset(answers.refused))
    if (answers.code is None) != (not answers.accepted):
        raise section.mistake("accepted", "and code belong together: the codes that say yes, and where they stand")
    if sum(map(len, listed)) != len(frozenset().union(*listed)):
        raise section.mistake("accepted", "and the other lists share a code: each code means one thing")
    return answers


def _progress(section: Section) -> Progress:
    progress = Progress(
        items=section.optional("items"),
        id=section.optional("id"),
        reference=section.optional("reference"),
        status=section.text("status"),
        code=section.optional("code"),
        states={word: _state(section, word, ours) for word, ours in section.words("states").items()},
        codes=_meanings(section, "codes"),
    )
    if not progress.states:
        raise section.mistake("states", f"must say which of its words mean {', '.join(_STATES)}")
    return progress


def _reporting(section: Section, secrets: Mapping[str, str]) -> Reporting:
    signature = section.section("signature")
    reporting = Reporting(
        format=section.choice("format", ("json", "form"), "json"),
        progress=_progress(section),
        header=signature.text("header"),
        prefix=signature.optional("prefix") or "",
        timestamp_header=signature.text("timestamp_header"),
        window_seconds=signature.number("window_seconds", 300, least=30, most=3600),
        answer=section.optional("answer") or "",
        signing=_signing(signature, secrets, ("timestamp", "body")),
    )
    section.close()
    if reporting.progress.id is None and reporting.progress.reference is None:
        raise section.mistake("id", "or reference is needed, to know which message is meant")
    if not {"timestamp", "body"} <= names_in(reporting.signing.signed):
        raise signature.mistake("signed", "must cover {timestamp} and {body}")
    return reporting


def _state(section: Section, word: str, ours: str) -> State:
    if ours not in _STATES:
        where = f"states.{word}"
        raise section.mistake(where, f"must be one of {', '.join(_STATES)}")
    return _STATES[ours]


def _meanings(section: Section, name: str) -> dict[str, str]:
    given = section.words(name)
    for code, meaning in given.items():
        if meaning not in MEANINGS:
            where = f"{name}.{code}"
            raise section.mistake(where, f"must be one of {', '.join(MEANINGS)}")
    return given


def _check(section: Section, name: str, template: object, allowed: Collection[str]) -> None:
    unknown = names_in(template) - set(allowed)
    if unknown:
        raise section.mistake(name, f"has {{{min(unknown)}}}, which is not known here")


def _fullmatch(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text) is not None
