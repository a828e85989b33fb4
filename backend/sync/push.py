"""Taking what tablets did: each mutation in its own savepoint, each with a receipt, all in one transaction."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError

from backend.core import clock as wall
from backend.core.db import TryAgain, db, is_contention
from backend.core.errors import DangolError, ValidationFailed
from backend.core.ids import is_uuid7
from backend.core.schemas import flatten
from backend.sync import clock
from backend.sync.contract import Caller, Mutation, Outcome, Rejected, StaffMember
from backend.sync.models import EditConflict, Receipt
from backend.sync.registry import current_registry, staffing

if TYPE_CHECKING:
    from backend.sync.contract import Kind

MAX_BATCH = 200
_MAX_ID = 64
_FUTURE = timedelta(minutes=5)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Answered:
    """A result that goes back to the tablet; `receipt` is new, or the old one when `duplicate`."""

    mutation_id: str
    result: dict[str, Any]
    receipt: Receipt
    duplicate: bool


def parse_batch(body: bytes, member: str = "mutations") -> list[dict[str, Any]]:
    """The items in `member` of a body. Raises `ValidationFailed` when it is no batch; a bad item is left to `push`."""
    try:
        parsed = parse_json(body)
    except (ValueError, RecursionError):
        raise ValidationFailed({"body": ["This is not JSON."]}) from None
    items = parsed.get(member) if isinstance(parsed, dict) else None
    if not isinstance(items, list):
        raise ValidationFailed({member: ["This must be a list."]})
    if len(items) > MAX_BATCH:
        raise ValidationFailed({member: [f"At most {MAX_BATCH} at once."]})
    for index, item in enumerate(items):
        if not isinstance(item, dict) or not isinstance(item.get("id"), str):
            raise ValidationFailed({f"{member}.{index}.id": ["Every entry needs an id that is a string."]})
    return items


def parse_json(body: bytes) -> Any:  # noqa: ANN401 - a JSON body is any value
    """The JSON value of `body`. Raises `ValueError`, `RecursionError`.

    The standard library's parser is used since it reads what stricter ones refuse as a whole (lone surrogates): such an
    item must be rejected alone.
    """
    return json.loads(body, parse_constant=_no_constant)


def push(caller: Caller, items: list[dict[str, Any]]) -> list[Answered]:
    """Apply `items` in order within the open unit of work; one answer each. Receipts get their `v` at its end."""
    known = _known_receipts(items)
    staff: dict[str, StaffMember | None] = {}
    answers: list[Answered] = []
    for item in items:
        key, digest = _receipt_key(item["id"]), payload_hash(item)
        receipt = known.get(key)
        if receipt is not None:
            answers.append(_repeated(item["id"], receipt, digest))
            continue
        result, kept = _answer(caller, item, staff)
        receipt = Receipt(
            mutation_id=key,
            device_id=caller.device_id,
            kind=kept_kind(item),
            payload_hash=digest,
            result=result,
            payload=kept,
            v=0,
            created_at=wall.now(),
        )
        clock.add_receipt(receipt)
        known[key] = receipt
        answers.append(Answered(item["id"], result, receipt, duplicate=False))
    return answers


def results(answers: list[Answered]) -> list[dict[str, Any]]:
    """What is sent back, after the commit gave every receipt its `v`."""
    sent = []
    for answer in answers:
        repeated = {"duplicate": True} if answer.duplicate else {}
        sent.append({"id": answer.mutation_id} | answer.result | repeated | {"v": answer.receipt.v})
    return sent


def payload_hash(item: dict[str, Any]) -> str:
    """SHA-256 over kind, staff and data in canonical JSON: what makes two sendings the same."""
    payload = {key: item.get(key) for key in ("kind", "staff", "data")}
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def kept_kind(item: dict[str, Any]) -> str | None:
    """The kind as far as it is one that the engine knows."""
    kind = item.get("kind")
    return kind if isinstance(kind, str) and kind in current_registry().kinds else None


def _repeated(mutation_id: str, receipt: Receipt, digest: str) -> Answered:
    if receipt.payload_hash == digest:
        return Answered(mutation_id, receipt.result, receipt, duplicate=True)
    mismatch = _rejection("payload_mismatch", "An entry with this id, but with other content, was received before.")
    return Answered(mutation_id, mismatch, receipt, duplicate=False)


def _answer(
    caller: Caller, item: dict[str, Any], staff: dict[str, StaffMember | None]
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The result of one new item, and its payload where it is kept because it was rejected."""
    try:
        with clock.savepoint():
            mutation, flags = _read(caller, item, staff)
            outcome = _kind(item).apply(mutation)
            _keep_conflicts(mutation, outcome)
            db.session.flush()
        return _result(outcome, flags), None
    except Rejected as error:
        return _rejection(error.rejection, error.detail), _storable(item)
    except ValidationError as error:
        fields = flatten(error.messages)
        return _rejection("invalid_data", ValidationFailed(fields).detail), _storable(item)
    except DangolError as error:
        return _rejection(error.code, error.detail), _storable(item)
    except IntegrityError as error:
        # Another sender of the same entry may just have committed: look again from the start, once.
        _retry_or_reject(item)
        _log.exception("push_integrity", mutation=item["id"], kind=item.get("kind"), error=type(error).__name__)
        return _not_understood(), _storable(item)
    except DBAPIError as error:
        if is_contention(error) or error.connection_invalidated:
            raise
        _log.exception("push_database", mutation=item["id"], kind=item.get("kind"))
        return _not_understood(), _storable(item)


def _retry_or_reject(item: dict[str, Any]) -> None:
    if db.session.execute(select(Receipt.mutation_id).where(Receipt.mutation_id == _receipt_key(item["id"]))).first():
        raise TryAgain


def _read(
    caller: Caller, item: dict[str, Any], staff: dict[str, StaffMember | None]
) -> tuple[Mutation, tuple[str, ...]]:
    """The item as a `Mutation`, with its envelope's flags. Raises `Rejected` or marshmallow's `ValidationError`."""
    kind = _kind(item)
    if not is_uuid7(item["id"]):
        raise Rejected("bad_id", "The entry's id is no UUIDv7.")
    unknown = item.keys() - {"id", "kind", "staff", "at", "seq", "data"}
    if unknown:
        raise Rejected("invalid_data", f"Unknown member: {', '.join(sorted(ascii(name) for name in unknown))}.")
    at, seq, data = _time(item.get("at")), item.get("seq"), item.get("data")
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq < 2**63:
        raise Rejected("invalid_data", "seq: this must be a whole number from 0.")
    if not isinstance(data, dict):
        raise Rejected("invalid_data", "data: this must be an object.")
    member, flags = _acting(caller, item.get("staff"), kind, staff)
    loaded = kind.schema.load(data)
    received = wall.now()
    if at > received + _FUTURE:
        flags = (*flags, "clock_skew")
    return Mutation(item["id"], kind.name, loaded, at, seq, caller, member, received), flags


def _kind(item: dict[str, Any]) -> Kind:
    name = item.get("kind")
    kind = current_registry().kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        raise Rejected("unknown_kind", "The server does not know this kind of entry.")
    return kind


def _time(text: Any) -> datetime:  # noqa: ANN401 - unknown JSON
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Rejected("invalid_data", "at: this must be a time in RFC 3339.") from None
    if moment.tzinfo is None:
        raise Rejected("invalid_data", "at: the time needs a zone.")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Rejected("invalid_data", "at: this time is out of range.") from None


def _acting(
    caller: Caller,
    login: object,
    kind: Kind,
    seen: dict[str, StaffMember | None],
) -> tuple[StaffMember | None, tuple[str, ...]]:
    if login is None:
        login = caller.staff_login
    member = None
    if isinstance(login, str):
        if login not in seen:
            seen[login] = staffing().staff_member(login, caller)
        member = seen[login]
    if member is None or not member.belongs:
        if kind.always_taken:
            return member, ("unknown_staff",)
        raise Rejected("unknown_staff", "The person who made this entry does not work at this store.")
    if kind.roles and member.role not in kind.roles:
        if kind.always_taken:
            return member, ("role_not_allowed",)
        raise Rejected("forbidden", "The role of the person who made this entry does not allow it.")
    return member, ()


def _keep_conflicts(mutation: Mutation, outcome: Outcome) -> None:
    collection, row_id = outcome.about
    for name, conflict in outcome.conflicts.items():
        db.session.add(
            EditConflict(
                mutation_id=mutation.id,
                collection=collection,
                row_id=row_id,
                field=name,
                base=conflict.base,
                yours=conflict.yours,
                server=conflict.server,
                staff_id=mutation.actor.staff_id,
                edited_at=mutation.at,
            )
        )


def _result(outcome: Outcome, flags: tuple[str, ...]) -> dict[str, Any]:
    result: dict[str, Any] = {"status": "conflict" if outcome.conflicts else "applied"}
    if outcome.conflicts:
        result["fields"] = {
            name: {"base": each.base, "yours": each.yours, "server": each.server}
            for name, each in outcome.conflicts.items()
        }
    every = sorted({*flags, *outcome.flags})
    return result | ({"flags": every} if every else {})


def _not_understood() -> dict[str, Any]:
    return _rejection("not_understood", "The server could not take this entry. It is kept there.")


def _rejection(code: str, message: str) -> dict[str, Any]:
    return {"status": "rejected", "code": code, "message": message}


def _known_receipts(items: list[dict[str, Any]]) -> dict[str, Receipt]:
    keys = {_receipt_key(item["id"]) for item in items}
    found = db.session.execute(select(Receipt).where(Receipt.mutation_id.in_(keys))).scalars()
    return {receipt.mutation_id: receipt for receipt in found}


def _receipt_key(mutation_id: str) -> str:
    """The id itself; a hash of what is too long or not storable as text, which is rejected anyway."""
    if len(mutation_id) <= _MAX_ID and mutation_id.isascii() and mutation_id.isprintable():
        return mutation_id
    return "sha256:" + hashlib.sha256(mutation_id.encode("utf-8", "surrogatepass")).hexdigest()


def _storable(item: dict[str, Any]) -> dict[str, Any]:
    """The item as text that every database stores, whatever characters it holds."""
    return {"item": json.dumps(item, ensure_ascii=True).replace("\\u0000", "\\\\u0000")}


def _no_constant(name: str) -> float:
    message = f"{name} is no JSON."
    raise ValueError(message)
