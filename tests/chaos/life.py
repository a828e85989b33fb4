"""How a tablet lives: it records, sends, pulls and suffers, until everything is calm; then it drains."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.chaos.copy import Damaged, Refused
from tests.chaos.line import Fault, Line, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.tablet import Tablet

_FAULTS = [Fault.NONE, Fault.REPLY_LOST, Fault.REPLY_CUT, Fault.REQUEST_CUT]
_ODDS = [80, 9, 6, 5]
_DRAIN_WITHIN = 600.0
_LIMITS = (7, 50, 300, 1_000)


@dataclass
class Life:
    """One tablet's days; `left` is how many mutations it has still to record."""

    tablet: Tablet
    left: int
    others: list[str] = field(default_factory=list)
    """Tokens of other tablets of its store, which may send the same entries."""
    calm: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    """Set when the tablet was wiped, or is level."""

    def live(self) -> None:
        """Until it is calm, or the tablet is wiped."""
        while not self.calm.is_set() and not self.over.is_set():
            self._step()
        self.tablet.line.hang_up()

    def _step(self) -> None:
        tablet, random = self.tablet, self.tablet.random
        if tablet.revoked:
            self._attempt(self._last_words)
            return
        # A tablet is offline now and then, and much waits afterwards.
        if self.left and len(tablet.outbox) < random.choice((20, 60, 250)):
            for _ in range(min(self.left, random.choice((1, 2, 5, 20, 60)))):
                tablet.record()
                self.left -= 1
        chance = random.random()
        if chance < 0.55 and tablet.outbox:
            self._attempt(lambda: tablet.push(tablet.batch(random.choice((1, 10, 50, 200))), fault=self._fault()))
        elif chance < 0.62 and tablet.outbox:
            self._attempt(lambda: tablet.push_sealed(tablet.batch(random.choice((1, 10, 40))), fault=self._fault()))
        elif chance < 0.70 and tablet.outbox:
            self._attempt(self._two_at_once)
        elif chance < 0.73 and tablet.journal:
            self._attempt(self._another_content)
        elif chance < 0.735:
            tablet.forget_copy()
        else:
            self._attempt(lambda: tablet.pull(random.choice(_LIMITS), fault=self._fault()))
        if not tablet.outbox:
            time.sleep(random.uniform(0.01, 0.1))

    def _fault(self) -> Fault:
        fault: Fault = self.tablet.random.choices(_FAULTS, _ODDS)[0]
        return fault

    def _attempt(self, what: Callable[[], object]) -> None:
        """Do it; whatever it comes to, the tablet goes on."""
        try:
            what()
        except NoAnswer:
            time.sleep(self.tablet.random.uniform(0.01, 0.3))
        except Refused as refused:
            self.tablet.patiently(refused)
        except Damaged as error:
            self.tablet.model.wonder(str(error))

    def _two_at_once(self) -> None:
        """Two senders with the same entries at the same moment: another tab, or another tablet of the store."""
        tablet = self.tablet
        batch = tablet.batch(40)
        token = tablet.random.choice([tablet.seat.token, *self.others])
        line, fault = Line(tablet.port, token), self._fault()

        def other() -> None:
            # What it comes to is seen in the receipts.
            with suppress(NoAnswer, Refused):
                tablet.push(batch, line=line)
            line.hang_up()

        tablet.model.befell("two senders")
        twin = threading.Thread(target=other)
        twin.start()
        try:
            tablet.push(batch, fault=fault)
        finally:
            twin.join()

    def _another_content(self) -> None:
        """A known id with other content changes nothing. The known one goes first: a restore may have forgotten it."""
        tablet = self.tablet
        known = tablet.random.choice(list(tablet.journal.values())).mutation
        other = known | {"data": {"surprise": 1}}
        reply = tablet.line.call("POST", "/sync/push", {"mutations": [known, other]})
        if reply.status != 200:
            raise Refused(reply)
        tablet.model.befell("another content")
        result = reply.json["results"][1]
        if (result["status"], result.get("code")) != ("rejected", "payload_mismatch"):
            tablet.model.wonder(f"another content of {known['id']} was answered by {result}")

    def _last_words(self) -> None:
        """A withdrawn tablet sends what waits, sealed or not, and wipes when it is told."""
        tablet = self.tablet
        send = tablet.push_sealed if tablet.random.random() < 0.5 else tablet.push
        send(tablet.batch(50), fault=self._fault())
        if tablet.wiped and tablet.outbox:
            tablet.model.wonder("a tablet was told to wipe while entries wait that it said there are more of")
        if not tablet.outbox:
            if not tablet.wiped:
                tablet.model.wonder("a withdrawn tablet that sent everything was not told to wipe")
            tablet.forget_copy()
            self.over.set()

    def drain(self) -> bool:
        """Without faults: send everything and become level with the server. Whether it did within ten minutes."""
        deadline = time.monotonic() + _DRAIN_WITHIN
        while time.monotonic() < deadline:
            if self._drained():
                return True
        self.tablet.model.wonder(f"a tablet of {self.tablet.seat.store} did not drain")
        return False

    def _drained(self) -> bool:
        tablet = self.tablet
        more = True
        try:
            while tablet.outbox:
                tablet.push(tablet.batch(200))
            while more and not tablet.outbox:
                more = tablet.pull(1_000)
        except NoAnswer:
            time.sleep(0.2)
        except Refused as refused:
            tablet.patiently(refused)
        return not more and not tablet.outbox
