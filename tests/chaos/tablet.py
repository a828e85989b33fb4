"""A simulated tablet: the client's side of SYNC.md, written a second time and as plainly as can be."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.chaos import sealing
from tests.chaos.copy import Copy, Damaged, Reader, Refused
from tests.chaos.doings import Book, Floor
from tests.chaos.line import Fault, Line, NoAnswer, Reply

if TYPE_CHECKING:
    from random import Random

    from tests.chaos.model import Model, Mutation, Planned, Result
    from tests.chaos.world import Seat

BATCH = 200
_BEFORE_BACKUP = timedelta(minutes=5)
_MAY_WAIT = {429, 502, 503, 504}


@dataclass
class Receipted:
    """An entry of the journal; `at` is the server's clock as its answer told it."""

    mutation: Mutation
    result: Result
    at: datetime


@dataclass
class Tablet:
    """What outlives a crash: outbox, journal and copy; and what a person sees: pending edits over the rows."""

    seat: Seat
    port: int
    floor: Floor
    random: Random
    model: Model
    outbox: dict[str, Mutation] = field(default_factory=dict)
    journal: dict[str, Receipted] = field(default_factory=dict)
    copy: Copy | None = None
    revoked: bool = False
    wiped: bool = False
    """Whether a reply told it to clear its storage."""
    sealing_key: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        self.line = Line(self.port, self.seat.token)
        self.reader = Reader(self._ask)
        self._fault = Fault.NONE
        self._epoch: str | None = None
        self._own: list[str] = []
        self._sold: list[tuple[str, int]] = []
        self._edits: dict[tuple[str, str], Any] = {}

    def record(self) -> Planned:
        """Do something at the floor; it is in the outbox, hence shown as saved."""
        rows = self.copy.rows.get("customers", {}) if self.copy else {}
        planned = self.floor.does(Book(rows, self._own, self._sold, self._shown))
        # As it travels: what the outbox holds is JSON.
        mutation = json.loads(json.dumps(planned.mutation))
        self.model.recorded(planned)
        self.outbox[mutation["id"]] = mutation
        if planned.rejection is None:
            self._remember(mutation)
        return planned

    def _remember(self, mutation: Mutation) -> None:
        """What later entries refer to, and what the screen shows at once."""
        data = mutation["data"]
        if mutation["kind"] == "customer.register":
            self._own.append(mutation["id"])
        elif mutation["kind"] == "sale.log":
            self._sold.append((mutation["id"], len(data["lines"])))
        elif mutation["kind"] == "customer.edit":
            self._edits |= {(data["customer_id"], name): change["to"] for name, change in data["changes"].items()}

    def _shown(self, customer: str, name: str) -> Any:
        if (customer, name) in self._edits:
            return self._edits[customer, name]
        row = self.copy.rows.get("customers", {}).get(customer) if self.copy else None
        if row is not None:
            return row[name]
        registered = self.outbox.get(customer) or (
            self.journal[customer].mutation if customer in self.journal else None
        )
        return registered["data"].get(name) if registered else None

    def batch(self, size: int) -> list[Mutation]:
        """The next `size` entries, as they were recorded."""
        return list(self.outbox.values())[:size]

    def push(self, batch: list[Mutation], *, fault: Fault = Fault.NONE, line: Line | None = None) -> None:
        """Send a batch, over another line when given, and take the receipts. Raises `NoAnswer`, `Refused`."""
        self._send(f"/sync/push{self._more(batch)}", {"mutations": batch}, fault, line)

    def push_sealed(self, batch: list[Mutation], *, fault: Fault = Fault.NONE) -> None:
        """Send a batch as a locked tablet does. Raises `NoAnswer`, `Refused`."""
        if self.sealing_key is None:
            reply = self.line.call("GET", "/sync/terms")
            if reply.status != 200:
                raise Refused(reply)
            self.sealing_key = reply.json["sealing_key"]
        items = [sealing.seal(mutation, self.sealing_key) for mutation in batch]
        self._send(f"/sync/sealed{self._more(batch)}", {"items": items}, fault, None)

    def _more(self, batch: list[Mutation]) -> str:
        """Only a tablet that knows it is withdrawn, and sells no more, says which batch is its last."""
        return "" if self.revoked and len(self.outbox) <= len(batch) else "?more=true"

    def _send(self, path: str, content: dict[str, Any], fault: Fault, line: Line | None) -> None:
        began, part = self.model.era, self.random.random()
        if fault != Fault.NONE:
            self.model.befell(f"push: {fault}")
        reply = (line or self.line).call("POST", path, content, fault=fault, part=part)
        if reply.status != 200:
            raise Refused(reply)
        sent = [each["id"] for each in next(iter(content.values()))]
        results = reply.json["results"]
        if [result["id"] for result in results] != sent:
            self.model.wonder(f"a push of {len(sent)} was answered by other ids")
        for result in results:
            self._settle(result, reply, began)
        if line is None and "storage" in reply.headers.get("clear-site-data", ""):
            self.wiped = True

    def _settle(self, result: Result, reply: Reply, began: int) -> None:
        if result.get("code") == "cannot_open":
            self.model.wonder(f"the server could not open the sealed {result['id']}")
            return
        self.model.receipted(result, began=began)
        mutation = self.outbox.pop(result["id"], None)
        if mutation is None:
            mutation = self.journal[result["id"]].mutation if result["id"] in self.journal else None
        if mutation is None:
            return
        self.journal[result["id"]] = Receipted(mutation, result, reply.date)
        if mutation["kind"] == "customer.edit" and result["status"] != "applied":
            for name in mutation["data"].get("changes", {}):
                self._edits.pop((mutation["data"]["customer_id"], name), None)

    def pull(self, limit: int, *, fault: Fault = Fault.NONE) -> bool:
        """Take a page, or a new copy where there is none; whether there is more. Raises `NoAnswer`, `Refused`."""
        self._fault = fault
        if fault != Fault.NONE:
            self.model.befell(f"pull: {fault}")
        try:
            if self.copy is None:
                self._start(self.reader.snapshot())
                return True
            settled = not self.outbox
            page = self.reader.page(self.copy.cursor, limit)
            self.copy.take(page)
        except Refused as refused:
            if not self._starts_over(refused):
                raise
            return True
        except Damaged as error:
            self.model.wonder(f"tablet of {self.seat.store}: {error}")
            self.copy = None
            return True
        finally:
            self._fault = Fault.NONE
        if settled and not page["more"]:
            # Everything sent has come back with the rows.
            self._edits.clear()
        return bool(page["more"])

    def _ask(self, path: str) -> Reply:
        # Any of the calls that a snapshot takes may be the one that fails.
        fault = self._fault if self.random.random() < 0.5 else Fault.NONE
        return self.line.call("GET", path, fault=fault, part=self.random.random())

    def _start(self, copy: Copy) -> None:
        """Take a new copy. Where nobody said how far back a restore went, everything in the journal is sent again."""
        if self._epoch != copy.epoch:
            self._send_again(None)
        self._epoch, self.copy = copy.epoch, copy

    def _starts_over(self, refused: Refused) -> bool:
        """Whether the answer asks for a new copy; what a restore may have lost goes back into the outbox."""
        if refused.code == "epoch_changed":
            self._send_again(datetime.fromisoformat(refused.problem["restored_to"]))
            self._epoch = refused.problem.get("epoch")
        elif refused.code not in {"scope_changed", "cursor_expired"} and not self._lost_block(refused):
            return False
        self.model.befell(f"new copy: {refused.code}")
        self.copy = None
        return True

    def _lost_block(self, refused: Refused) -> bool:
        """A block of a snapshot that a restore or another scope overtook."""
        return self.copy is None and refused.code == "not_found"

    def _send_again(self, restored_to: datetime | None) -> None:
        journal = self.journal.values()
        again = [each.mutation for each in journal if not restored_to or each.at >= restored_to - _BEFORE_BACKUP]
        waiting = list(self.outbox.values())
        ordered = sorted([*again, *waiting], key=lambda mutation: mutation["seq"])
        self.outbox = {mutation["id"]: mutation for mutation in ordered}

    def patiently(self, refused: Refused) -> None:
        """Wait as the server asked, or note an answer that nobody expects. Learns of the tablet's revocation."""
        if refused.status == 401 and refused.code == "device_revoked":
            self.revoked = True
            if not (refused.problem.get("wipe") and refused.problem.get("accept_outbox")):
                self.model.wonder(f"a softly revoked tablet was told {refused.problem}")
            if refused.problem.get("epoch") != self._epoch:
                # Restored unnoticed: it tells everything again while it may.
                self._send_again(None)
                self._epoch = refused.problem.get("epoch")
            return
        if refused.status in _MAY_WAIT:
            if "retry-after" not in refused.headers:
                self.model.wonder(f"no Retry-After: {refused}")
            time.sleep(min(2.0, float(refused.headers.get("retry-after", 1))))
            return
        self.model.wonder(f"unexpected answer: {refused}")
        time.sleep(0.5)

    def forget_copy(self) -> None:
        """Lose the copy, as an eviction or a wipe does; outbox and journal stay."""
        self.copy = None
        self.reader.blocks.clear()


__all__ = ["BATCH", "NoAnswer", "Tablet"]
