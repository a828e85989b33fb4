"""Taking what tablets did: each mutation can fail alone, each has a receipt, all in one transaction."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from backend.core import clock as wall
from backend.core import events
from backend.core.db import TryAgain, db, run_in_unit_of_work, table_of
from backend.core.errors import DangolError, ValidationFailed
from backend.core.one_of import one_of
from backend.core.schemas import flatten
from backend.sync import clock
from backend.sync.contract import Caller, ConflictKept, Mutation, Outcome, Rejected
from backend.sync.envelope import Envelopes
from backend.sync.models import EditConflict, Receipt
from backend.sync.registry import current_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from backend.sync.contract import Kind

T = TypeVar("T")

MAX_BATCH = 200
_Receipt = dict[str, Any]
"""A row of the table `receipt`."""
_MAX_ID = 64
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)
_RECEIPTS = select(table_of(Receipt)).where(one_of(Receipt.__table__.c.mutation_id, "keys"))
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Answered:
    """A result that goes back to the tablet; `receipt` is new, or the old one when `duplicate`."""

    mutation_id: str
    result: dict[str, Any]
    receipt: _Receipt
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

    The standard library's parser is used since it reads what stricter ones refuse as a whole (lone surrogates) or round
    (very large numbers): such an item must be rejected alone, and kept as it came.
    """
    return json.loads(body, parse_constant=_no_constant)


@dataclass
class _Entry:
    """An item on its way to its answer: what came of reading it, and of applying it."""

    item: dict[str, Any]
    key: str
    digest: str
    mutation: Mutation | None = None
    flags: tuple[str, ...] = ()
    result: dict[str, Any] = field(default_factory=dict)

    def refuse(self, result: dict[str, Any]) -> None:
        self.mutation, self.result = None, result

    def take(self, outcome: Outcome) -> None:
        self.result = _result(outcome, self.flags)


class NotTogether(Exception):
    """What arrived together could not be applied together: undo everything, and apply each by itself."""


def run(push_within: Callable[[bool], T]) -> T:
    """Run `push_within(together)` in a unit of work, and again in another with `together` false if it must be.

    Raises `Busy`, and whatever `push_within` raises.
    """
    try:
        return run_in_unit_of_work(lambda: push_within(True))  # noqa: FBT003 - the one argument there is
    except NotTogether:
        return run_in_unit_of_work(lambda: push_within(False))  # noqa: FBT003 - the same


def push(caller: Caller, items: list[dict[str, Any]], *, together: bool) -> list[Answered]:
    """Apply `items` in order within the open unit of work; one answer each. Receipts get their `v` at its end.

    Neighbours of a kind that can are applied together. Raises `NotTogether` if any of that fails (see `run`). Without
    `together` each entry is applied in a savepoint of its own, and a bad one is rejected alone.
    """
    entries = [_Entry(item, _receipt_key(item["id"]), payload_hash(item)) for item in items]
    receipts = _known_receipts([entry.key for entry in entries])
    new: dict[str, _Entry] = {}
    for entry in entries:
        if entry.key not in receipts:
            new.setdefault(entry.key, entry)
    readable = _readable(caller, new.values())
    _hold(readable)
    for kind, neighbours in groupby(readable, key=lambda each: each[0]):
        _apply(kind, [entry for _, entry in neighbours], together=together)
    now = wall.now()
    fresh = {key: _receipt(caller, entry, now) for key, entry in new.items()}
    clock.add_receipts(fresh.values())
    receipts |= fresh
    return [_answered(entry, receipts[entry.key], fresh=new.get(entry.key) is entry) for entry in entries]


def results(answers: list[Answered]) -> list[dict[str, Any]]:
    """What is sent back, after the commit gave every receipt its `v`."""
    sent = []
    for answer in answers:
        repeated = {"duplicate": True} if answer.duplicate else {}
        sent.append({"id": answer.mutation_id} | answer.result | repeated | {"v": answer.receipt["v"]})
    return sent


def payload_hash(item: dict[str, Any]) -> str:
    """SHA-256 over kind, staff and data in canonical JSON: what makes two sendings the same."""
    payload = {key: item.get(key) for key in ("kind", "staff", "data")}
    return hashlib.sha256(_CANONICAL.encode(payload).encode()).hexdigest()


def _known_kind(item: dict[str, Any]) -> str | None:
    """The kind as far as it is one that the engine knows."""
    kind = item.get("kind")
    return kind if isinstance(kind, str) and kind in current_registry().kinds else None


def _readable(caller: Caller, entries: Iterable[_Entry]) -> list[tuple[Kind, _Entry]]:
    """The entries that could be read, with their kinds; the others are refused."""
    envelopes = Envelopes(caller)
    read = []
    for entry in entries:
        try:
            kind, entry.mutation, entry.flags = envelopes.read(entry.item)
        except (DangolError, ValidationError) as error:
            entry.refuse(_refusal(error))
        else:
            read.append((kind, entry))
    return read


def _hold(readable: list[tuple[Kind, _Entry]]) -> None:
    """Hold what the whole batch writes to, in one order, before any of it is written."""
    mutations: dict[str, list[Mutation]] = defaultdict(list)
    for kind, entry in readable:
        if kind.writes_to is not None and entry.mutation is not None:
            mutations[kind.name].append(entry.mutation)
    registry = current_registry()
    rows: dict[str, set[str]] = defaultdict(set)
    for name, ours in mutations.items():
        writes_to = registry.kinds[name].writes_to
        for collection, ids in (writes_to(ours) if writes_to else {}).items():
            rows[collection].update(ids)
    for collection in sorted(rows):
        hold = registry.collections[collection].hold
        if hold is not None:
            hold(rows[collection])


def _apply(kind: Kind, entries: list[_Entry], *, together: bool) -> None:
    if together and kind.apply_all is not None and len(entries) > 1:
        _apply_together(kind.apply_all, entries)
        return
    for entry in entries:
        _apply_alone(kind, entry)


def _apply_together(apply_all: Callable[[Sequence[Mutation]], list[Outcome]], entries: list[_Entry]) -> None:
    mutations = [entry.mutation for entry in entries if entry.mutation is not None]
    try:
        outcomes = apply_all(mutations)
        for mutation, outcome in zip(mutations, outcomes, strict=True):
            _keep_conflicts(mutation, outcome)
        db.session.flush()
    except Exception as error:
        _refuse_to_blame(error)
        _log.warning("push_one_by_one", entries=len(entries), kind=mutations[0].kind, error=type(error).__name__)
        raise NotTogether from error
    for entry, outcome in zip(entries, outcomes, strict=True):
        entry.take(outcome)


def _apply_alone(kind: Kind, entry: _Entry, *, again: bool = False) -> None:
    mutation = entry.mutation
    assert mutation is not None, "it was read"  # noqa: S101 - for the type checker
    try:
        with clock.savepoint():
            outcome = kind.apply(mutation)
            _keep_conflicts(mutation, outcome)
            db.session.flush()
    except (DangolError, ValidationError) as error:
        entry.refuse(_refusal(error))
    except Exception as error:  # noqa: BLE001 - a defect of ours must not hold up the entries behind this one
        _refuse_to_blame(error)
        if isinstance(error, IntegrityError):
            # Another sender of the same entry may just have committed: look again from the start, once.
            _retry_if_received(entry.key)
            if not again:
                # Or somebody took what this one wanted (a card): now that can be seen, and is no defect.
                _apply_alone(kind, entry, again=True)
                return
        _log.exception("push_failed", mutation=mutation.id, kind=mutation.kind, error=type(error).__name__)
        entry.refuse(_rejection("not_understood", "The server could not take this entry. It is kept there."))
    else:
        entry.take(outcome)


def _refuse_to_blame(error: Exception) -> None:
    """Raise `error` again unless it is the entries' own: when the database is busy, full or gone, they come again."""
    if isinstance(error, TryAgain):
        raise error
    if isinstance(error, DBAPIError) and (isinstance(error, OperationalError) or error.connection_invalidated):
        raise error


def _retry_if_received(key: str) -> None:
    if db.session.execute(select(Receipt.mutation_id).where(Receipt.mutation_id == key)).first():
        raise TryAgain


def _refusal(error: DangolError | ValidationError) -> dict[str, Any]:
    if isinstance(error, ValidationError):
        return _rejection("invalid_data", ValidationFailed(flatten(error.messages)).detail)
    return _rejection(error.rejection if isinstance(error, Rejected) else error.code, error.detail)


def _receipt(caller: Caller, entry: _Entry, now: datetime) -> _Receipt:
    return {
        "mutation_id": entry.key,
        "device_id": caller.device_id,
        "kind": entry.mutation.kind if entry.mutation else _known_kind(entry.item),
        "payload_hash": entry.digest,
        "result": entry.result,
        # Nothing that a tablet held is lost with a refusal.
        "payload": _storable(entry.item) if entry.mutation is None else None,
        "v": 0,
        "created_at": now,
    }


def _answered(entry: _Entry, receipt: _Receipt, *, fresh: bool) -> Answered:
    mutation_id = entry.item["id"]
    if fresh or receipt["payload_hash"] == entry.digest:
        return Answered(mutation_id, receipt["result"], receipt, duplicate=not fresh)
    mismatch = _rejection("payload_mismatch", "An entry with this id, but with other content, was received before.")
    return Answered(mutation_id, mismatch, receipt, duplicate=False)


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
    if outcome.conflicts:
        events.publish(ConflictKept(mutation.caller.store_id, len(outcome.conflicts)))


def _result(outcome: Outcome, flags: tuple[str, ...]) -> dict[str, Any]:
    result: dict[str, Any] = {"status": "conflict" if outcome.conflicts else "applied"}
    if outcome.conflicts:
        result["fields"] = {
            name: {"base": each.base, "yours": each.yours, "server": each.server}
            for name, each in outcome.conflicts.items()
        }
    every = sorted({*flags, *outcome.flags})
    return result | ({"flags": every} if every else {})


def _rejection(code: str, message: str) -> dict[str, Any]:
    return {"status": "rejected", "code": code, "message": message}


def _known_receipts(keys: list[str]) -> dict[str, _Receipt]:
    found = db.session.execute(_RECEIPTS, {"keys": sorted(set(keys))}).mappings()
    return {receipt["mutation_id"]: dict(receipt) for receipt in found}


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
