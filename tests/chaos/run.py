"""One run: a server, many tablets, everything that can go wrong, and at the end the truth."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text

from tests import postgres
from tests.chaos import plan, world
from tests.chaos.browsers import Window
from tests.chaos.doings import Floor
from tests.chaos.found import customers, look
from tests.chaos.life import Life
from tests.chaos.model import Model
from tests.chaos.plan import Event
from tests.chaos.server import ChaosServer
from tests.chaos.tablet import Tablet
from tests.chaos.verdict import Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.chaos.options import Options
    from tests.chaos.world import Seat, World

_AHEAD = [timedelta(0)] * 7 + [timedelta(days=1), timedelta(days=-1), timedelta(hours=2)]
"""How wrong the clocks of tablets are."""
_TOLD_EVERY = 5.0
_STUCK_AFTER = 300.0


def run(options: Options, folder: Path) -> Verdict:
    """Everything, in `folder`; raises `AssertionError` when the server cannot even be started."""
    with _database(options, folder) as url:
        server = ChaosServer(folder, url, web_processes=options.web_processes)
        chaos = Chaos(options, server, world.read(server.program("tests.chaos.world", str(options.tablets))))
        try:
            chaos.happen()
            found = look(server, [life.tablet for life in chaos.lives if not life.tablet.wiped], chaos.world.watcher)
        finally:
            chaos.calm.set()
            for life in chaos.lives:
                life.tablet.line.hang_up()
            server.kill()
        return judge(chaos.model, found)


@contextmanager
def _database(options: Options, folder: Path) -> Iterator[str]:
    with ExitStack() as kept:
        if options.database == "sqlite":
            yield f"sqlite:///{folder / 'dangol.sqlite3'}"
        else:
            yield kept.enter_context(postgres.running()).create("chaos")


@dataclass
class Chaos:
    """Tablets in threads, and the hand that strikes."""

    options: Options
    server: ChaosServer
    world: World
    model: Model = field(default_factory=Model)
    calm: threading.Event = field(default_factory=threading.Event)
    lives: list[Life] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = Random(f"{self.options.seed} events")
        self._threads: list[threading.Thread] = []
        self._backups: list[Path] = []
        self._serial = 0
        self._windows = [self._window(number) for number in range(self.options.browsers)]
        engine = create_engine(self.server.database_url)
        with engine.connect() as connection:
            self.model.first = customers(connection)
        engine.dispose()
        self.model.points = dict.fromkeys(self.model.first, world.POINTS)

    def happen(self) -> None:
        """Live through every event, then let the tablets drain."""
        self.server.start()
        each, rest = divmod(self.options.mutations, self.options.tablets)
        for number, seat in enumerate(self.world.seats):
            self._add(seat, each + (number < rest))
        for window in self._windows:
            window.start()
        said = time.monotonic()
        for due in plan.events(self.options, self._random):
            said = self._wait(due.settled, said)
            self._strike(due.event)
        self._wait(self.options.mutations, said)
        self.calm.set()
        for thread in self._threads:
            thread.join()
        for window in self._windows:
            window.join()
        self._drain()

    def _add(self, seat: Seat, mutations: int) -> None:
        """Set a tablet going."""
        number, seed = len(self.lives), f"{self.options.seed} tablet {len(self.lives)}"
        random = Random(seed)
        name, ahead = f"{self.options.seed % 10_000}-{number}", random.choice(_AHEAD)
        floor = Floor(Random(f"{seed} floor"), name, world.place(self.world, number, seat.store), ahead)
        tablet = Tablet(seat, self.server.port, floor, random, self.model)
        others = [other.token for other in self.world.seats if other.store == seat.store and other is not seat]
        life = Life(tablet, mutations, others, self.calm)
        self.lives.append(life)
        thread = threading.Thread(target=self._guarded, args=[life], daemon=True)
        self._threads.append(thread)
        thread.start()

    def _window(self, number: int) -> Window:
        """A browser of a store, with a person of its own."""
        staff = self.world.staff[list(self.world.staff)[number % world.STORES]]
        random = Random(f"{self.options.seed} browser {number}")
        return Window(self.server.port, staff[-1], self.world.products, random, self.model, self.calm)

    def _guarded(self, life: Life) -> None:
        try:
            life.live()
        except Exception as error:  # noqa: BLE001 - a tablet that falls over is what the verdict is for
            self.model.wonder(f"a tablet's thread ended: {error!r}")

    def _wait(self, settled: int, said: float) -> float:
        """Until so many mutations have a receipt; when progress was told last."""
        moved, before = time.monotonic(), -1
        while self.model.settled < settled:
            time.sleep(0.02)
            now = time.monotonic()
            if self.model.settled > before:
                moved, before = now, self.model.settled
            if now - moved > _STUCK_AFTER or not any(thread.is_alive() for thread in self._threads):
                self.model.wonder(f"nobody gets on: stopped at {before} of {settled} receipts")
                break
            if now - said > _TOLD_EVERY:
                said = now
                self._tell()
        return said

    def _tell(self) -> None:
        if self.options.quiet:
            return
        happened = Counter({name: count for name, count in self.model.faults.items() if name in set(Event)})
        waiting = sum(len(life.tablet.outbox) for life in self.lives)
        line = f"{self.model.settled:,} of {self.options.mutations:,} receipted, {waiting:,} wait; "
        line += ", ".join(f"{count} × {name}" for name, count in sorted(happened.items()))
        newest = f", {self.model.unexplained[-1]}" if self.model.unexplained else ""
        line += f"; {len(self.model.unexplained)} unexplained{newest}"
        print(f"  {line}", file=sys.stderr, flush=True)  # noqa: T201 - progress

    def _strike(self, event: Event) -> None:
        self.model.befell(event)
        match event:
            case Event.KILL:
                self.server.restart()
            case Event.BACKUP:
                self._serial += 1
                self._backups.append(self.server.folder / f"backup-{self._serial}")
                self.server.command("backup", str(self._backups[-1]))
            case Event.RESTORE | Event.RESTORE_DEAD:
                self._restore(dead=event == Event.RESTORE_DEAD)
            case Event.REVOKE:
                self._revoke()
            case Event.RESCOPE:
                self._rescope()

    def _restore(self, *, dead: bool) -> None:
        """From the newest backup or the one before it."""
        backup = self._random.choice(self._backups[-2:])
        if dead:
            self.server.kill()
        self.model.era += 1
        self.server.command("restore", str(backup), "--yes", "--json")
        self.model.era += 1
        if dead:
            self.server.start()

    def _revoke(self) -> None:
        """Withdraw a tablet that has something to send, and give its people another one."""
        living = [life for life in self.lives if not life.over.is_set() and life.left]
        if not living:
            return
        life = self._random.choice(living)
        self.server.command("tablet", "revoke", life.tablet.seat.device_id, "--json")
        if not life.over.wait(_STUCK_AFTER):
            self.model.wonder(f"the withdrawn tablet {life.tablet.seat.device_id} could not send what waited")
        self.model.withdrawn.update(life.tablet.journal)
        self._backups.clear()
        staff = self.world.staff[life.tablet.seat.store][0]
        enrolled = self.server.told("tablet", "enrol", "--store", life.tablet.seat.store, "--staff", staff, "--json")
        self._add(world.Seat(**enrolled), life.left)
        life.left = 0

    def _rescope(self) -> None:
        """Give a tablet its business unit's customers, or back its store's, as an admin may."""
        seat = self._random.choice([life for life in self.lives if not life.tablet.wiped]).tablet.seat
        scopes = [f"store:{self.world.stores[seat.store]}", f"business_unit:{self.world.units[seat.store]}"]
        engine = create_engine(self.server.database_url)
        with engine.begin() as connection:
            statement = text("UPDATE device SET scope = CASE scope WHEN :a THEN :b ELSE :a END WHERE id = :id")
            connection.execute(statement, {"a": scopes[0], "b": scopes[1], "id": seat.device_id})
        engine.dispose()

    def _drain(self) -> None:
        """Everybody sends what waits, then everybody pulls what the others sent."""
        living = [life for life in self.lives if not life.tablet.wiped]
        for _ in range(2):
            threads = [threading.Thread(target=life.drain) for life in living]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
