"""`push_sqlite` and `push_postgres`: mutations a second in batches of fifty sales, against the bare driver.

Ours is the whole request: the bytes of `POST /api/v1/sync/push` through the WSGI application to the bytes of its
answer, in one process, over a demo of 3,000 members. The floor writes the same rows with the bare driver: what each
batch left different in any table is recorded beforehand, on a third copy of the database, and written by `executemany`,
one transaction a batch, with the same durability, by whoever would know all values in advance. Batch by batch both are
measured in turn; the time of all of them counts.
"""

from __future__ import annotations

import gc
import io
import json
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import select

from backend.app import create_app
from backend.catalog import Product
from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import Base, db, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer
from backend.demo.load import load_demo
from backend.organization import ScopeWish, enrol, stores
from backend.settings import load
from backend.sync.clock import ensure_clock
from backend.unify import Progress
from tests.bench.harness import report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from flask import Flask

MEMBERS = 3_000
_BATCH = 50
_WARM_UP = 10
_BATCHES = 60
_TARGET = 0.5

Row = tuple[Any, ...]
Tables = dict[str, dict[Row, Row]]
"""The rows of each table by their primary key."""


@dataclass(frozen=True)
class Write:
    """One statement of the floor and the values that it is executed with, many times."""

    statement: str
    values: list[Row]


class Bare(Protocol):
    """A connection of the bare driver, with the durability that ours has."""

    mark: str

    def rows(self, table: str, columns: Iterable[str]) -> list[Row]:
        """All rows of a table."""

    def write(self, writes: list[Write]) -> None:
        """Write all of it in one transaction."""

    def close(self) -> None:
        """Let go of the database."""


class Databases(Protocol):
    """Where the copies come from."""

    def make(self, name: str) -> str:
        """An empty database; its URL."""

    def copy(self, source: str, name: str) -> str:
        """A copy of a database nobody uses at the moment; its URL."""

    def bare(self, name: str) -> Bare:
        """The bare driver's connection to it."""


@dataclass
class Shop:
    """What the mutations are made from."""

    token: str = ""
    staff: str = ""
    customers: list[str] = field(default_factory=list)
    products: list[tuple[str, int, str]] = field(default_factory=list)


def measure(name: str, databases: Databases, folder: Path) -> bool:
    """Measure, print the line, return whether the target was reached."""
    shop = _demo(databases.make("demo"), folder)
    chance = random.Random(5)
    bodies = [_body(shop, chance) for _ in range(_WARM_UP + _BATCHES)]
    recorded = _record(app_over(databases.copy("demo", "recorded"), folder), databases.bare("recorded"), shop, bodies)
    ours, floor = _in_turn(
        app_over(databases.copy("demo", "ours"), folder), databases, shop, list(zip(bodies, recorded, strict=True))
    )
    rest = _BATCH * _BATCHES
    value, bare = rest / sum(ours[_WARM_UP:]), rest / sum(floor[_WARM_UP:])
    ratio = value / bare
    return report(name, value=value, unit="mutations/s", floor=bare, ratio=ratio, target=_TARGET, ok=ratio >= _TARGET)


def compare(
    name: str, databases: Databases, folder: Path, leave_out: Callable[[Flask], None], *, target: float
) -> bool:
    """Measure pushes against the same ones without what `leave_out` takes off an app; print the line.

    The unit is milliseconds of one mutation; `ratio` is with over without, and reached at `target` or below.
    """
    shop = _demo(databases.make("demo"), folder)
    chance = random.Random(5)
    bodies = [_body(shop, chance) for _ in range(_WARM_UP + _BATCHES)]
    apps = [app_over(databases.copy("demo", which), folder) for which in ("with", "without")]
    leave_out(apps[1])
    took: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    gc.freeze()
    for number, body in enumerate(bodies):
        # Whoever is first after a pause pays for it: they take turns.
        for which in (0, 1) if number % 2 else (1, 0):
            begun = time.perf_counter()
            _push(apps[which], shop.token, body)
            took[which].append(time.perf_counter() - begun)
    gc.unfreeze()
    for app in apps:
        close(app)
    value, floor = (1_000 * sum(each[_WARM_UP:]) / (_BATCH * _BATCHES) for each in took)
    ratio = value / floor
    return report(name, value=value, unit="ms", floor=floor, ratio=ratio, target=target, ok=ratio <= target)


def _in_turn(
    app: Flask, databases: Databases, shop: Shop, batches: list[tuple[bytes, list[Write]]]
) -> tuple[list[float], list[float]]:
    """Seconds of each batch, ours and the floor's."""
    databases.copy("demo", "floor")
    bare = databases.bare("floor")
    ours, floor = [], []
    gc.collect()
    gc.freeze()  # What the recording left behind is not walked again and again while we measure.
    for body, writes in batches:
        begun = time.perf_counter()
        _push(app, shop.token, body)
        between = time.perf_counter()
        bare.write(writes)
        ours.append(between - begun)
        floor.append(time.perf_counter() - between)
    bare.close()
    close(app)
    gc.unfreeze()
    return ours, floor


def _record(app: Flask, bare: Bare, shop: Shop, bodies: list[bytes]) -> list[list[Write]]:
    """What each batch changes in any table."""
    recorded = []
    before = _tables(bare)
    for body in bodies:
        _push(app, shop.token, body)
        after = _tables(bare)
        recorded.append(_difference(before, after, bare.mark))
        before = after
    bare.close()
    close(app)
    return recorded


def _tables(bare: Bare) -> Tables:
    found: Tables = {}
    for table in Base.metadata.sorted_tables:
        columns = [column.name for column in table.columns]
        keys = [columns.index(column.name) for column in table.primary_key]
        found[table.name] = {tuple(row[key] for key in keys): row for row in bare.rows(table.name, columns)}
    return found


def _difference(before: Tables, after: Tables, mark: str) -> list[Write]:
    writes = []
    for table in Base.metadata.sorted_tables:
        old, new = before[table.name], after[table.name]
        columns = [column.name for column in table.columns]
        keys = [column.name for column in table.primary_key]
        if gone := [key for key in old if key not in new]:
            where = " AND ".join(f'"{name}" = {mark}' for name in keys)
            writes.append(Write(f'DELETE FROM "{table.name}" WHERE {where}', gone))  # noqa: S608 - our own names
        if added := [row for key, row in new.items() if key not in old]:
            names = ", ".join(f'"{name}"' for name in columns)
            marks = ", ".join([mark] * len(columns))
            writes.append(Write(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', added))  # noqa: S608 - the same
        if changed := [(key, old[key], row) for key, row in new.items() if key in old and old[key] != row]:
            writes.append(_update(table.name, columns, keys, changed, mark))
    return writes


def _update(table: str, columns: list[str], keys: list[str], changed: list[tuple[Row, Row, Row]], mark: str) -> Write:
    """An update of no more columns than those that changed in any of the rows."""
    touched = [at for at in range(len(columns)) if any(old[at] != new[at] for _, old, new in changed)]
    setting = ", ".join(f'"{columns[at]}" = {mark}' for at in touched)
    where = " AND ".join(f'"{name}" = {mark}' for name in keys)
    values = [(*(new[at] for at in touched), *key) for key, _, new in changed]
    return Write(f'UPDATE "{table}" SET {setting} WHERE {where}', values)  # noqa: S608 - our own names


def _push(app: Flask, token: str, body: bytes) -> None:
    """One request through the WSGI application. Raises `RuntimeError` unless every sale was applied."""
    status: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/api/v1/sync/push",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
    }

    def started(line: str, _headers: list[tuple[str, str]], _error: Any = None) -> Any:
        status.append(line)

    sent = app.wsgi_app(environ, started)
    answer = b"".join(sent)
    sent.close()  # type: ignore[attr-defined] # an iterable with a close, as WSGI has it
    if status != ["200 OK"] or answer.count(b'"status":"applied"') != _BATCH or b'"flags"' in answer:
        message = f"The push went wrong: {status} {answer[:1000]!r}"
        raise RuntimeError(message)


def _body(shop: Shop, chance: random.Random) -> bytes:
    return json.dumps({"mutations": [_sale(shop, chance) for _ in range(_BATCH)]}).encode()


def _sale(shop: Shop, chance: random.Random) -> dict[str, Any]:
    now = clock.rfc3339(clock.now())
    bought = chance.sample(shop.products, chance.randint(1, 4))
    lines = []
    for sku, price, _ in bought:
        quantity = chance.randint(1, 3)
        lines.append({"sku": sku, "quantity": quantity, "amount": quantity * price, "unit_price": price})
    data = {
        "customer_id": chance.choice(shop.customers),
        "lines": lines,
        "currency": "KRW",
        "occurred_at": now,
    }
    return {
        "id": new_id(),
        "kind": "sale.log",
        "staff": shop.staff,
        "at": now,
        "seq": chance.randrange(10**6),
        "data": data,
    }


def _demo(url: str, folder: Path) -> Shop:
    app = app_over(url, folder)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with unit_of_work():
            ensure_clock()
        load_demo(MEMBERS, seed=1, progress=Progress("demo", shown=False))
        shop = Shop(staff="associate")
        with unit_of_work():
            store = stores()[0]
            enrolled = enrol(store.code, shop.staff, wish=ScopeWish(), acting_staff=SYSTEM)
        shop.token = enrolled.token
        shop.customers = list(db.session.scalars(select(Customer.id).order_by(Customer.id)))
        products = select(Product.sku, Product.price, Product.currency).where(Product.price.is_not(None))
        rows = db.session.execute(products.order_by(Product.sku))
        shop.products = [(sku, price, currency) for sku, price, currency in rows if price is not None]
    close(app)
    return shop


def app_over(url: str, folder: Path) -> Flask:
    """The app over a database."""
    simulator = str(folder / "simulator.sqlite3")
    return create_app(load({"DANGOL_DEMO": "1", "DANGOL_DATABASE_URL": url, "DANGOL_SIMULATOR_DATABASE": simulator}))


def close(app: Flask) -> None:
    """Let go of its database."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
