"""The world that the tablets work in: `python -m tests.chaos.world TABLETS` makes and fills a database, prints JSON.

It runs as a program of its own, since the server that the suite kills is one too.
"""

from __future__ import annotations

import json
import secrets
import sys
from dataclasses import asdict, dataclass
from typing import Any

from backend.cli import dangol
from backend.core.db import run_in_unit_of_work
from backend.organization import Store, hash_password
from backend.organization.demo_sign_ins import DEMO_PASSWORD
from backend.sync import prepare_scope
from tests import factories

STORES = 4
UNITS = 2
PEOPLE = 3
"""Associates a store."""
PRODUCTS = 60
POINTS = 300
"""What every member starts with."""
COUPONS = 40
_REGULARS = 3
"""Members of a store whom all its tablets edit at once."""


@dataclass(frozen=True)
class Seat:
    """An enrolled tablet."""

    token: str
    device_id: str
    store: str
    scope: str


@dataclass(frozen=True)
class World:
    """What is in the database at the start."""

    stores: dict[str, str]
    """Code and id."""
    units: dict[str, str]
    """Code of a store and id of its business unit."""
    staff: dict[str, list[str]]
    """Logins by the code of their store."""
    products: list[tuple[str, int]]
    """SKU and price."""
    regulars: dict[str, list[str]]
    """Ids of the best known members by the code of their store."""
    coupons: list[str]
    """Codes that anybody may use, each once."""
    seats: list[Seat]
    watcher: str
    """The token of an admin's tablet, which looks at the API."""


@dataclass(frozen=True)
class Place:
    """A tablet's surroundings; `number` is its own."""

    number: int
    store: str
    staff: list[str]
    stores: list[str]
    products: list[tuple[str, int]]
    regulars: list[str]
    coupons: list[str]


def place(world: World, number: int, store: str) -> Place:
    """The surroundings of tablet `number` in a store."""
    stores, regulars = list(world.stores), world.regulars[store]
    return Place(number, store, world.staff[store], stores, world.products, regulars, world.coupons)


def read(said: dict[str, Any]) -> World:
    """The world as the program printed it."""
    said = dict(said)
    products = [(str(sku), int(price)) for sku, price in said.pop("products")]
    return World(**said | {"seats": [Seat(**seat) for seat in said["seats"]], "products": products})


def main(tablets: str) -> None:
    """Make the database, fill it and build the blocks."""
    from wsgi import app  # noqa: PLC0415 - reads the environment, which is for a program only

    dangol.main(["init"], standalone_mode=False)
    with app.app_context():
        world = run_in_unit_of_work(lambda: _fill(int(tablets)))
        for scope in {seat.scope for seat in world.seats}:
            prepare_scope(scope)
    print(json.dumps(asdict(world)))  # noqa: T201 - a program's answer


def _fill(tablets: int) -> World:
    units = [factories.unit(code=f"U{number}") for number in range(UNITS)]
    stores = [factories.store(code=f"S{number}", business_unit_id=units[number % UNITS].id) for number in range(STORES)]
    hashed = hash_password(DEMO_PASSWORD)
    staff = {store.code: _people(store, hashed) for store in stores}
    products = [(f"P{number:03d}", 1_000 * (number + 5)) for number in range(PRODUCTS)]
    for sku, price in products:
        factories.product(sku=sku, name=f"상품 {sku}", price=price)
    coupon = factories.coupon(kind="percent", value=10, currency=None, per_member=None, stacks=True)
    members = max(80, 20 * tablets)
    regulars = {
        store.code: [_member(store, members * number + each) for each in range(members // STORES)][:_REGULARS]
        for number, store in enumerate(stores)
    }
    watcher = secrets.token_urlsafe(32)
    admin = factories.staff(login="admin", role="admin", password=hashed)
    factories.device(watcher, store=stores[0], staff=admin)
    return World(
        stores={store.code: store.id for store in stores},
        units={store.code: store.business_unit_id for store in stores},
        staff={code: [person.login for person in people] for code, people in staff.items()},
        products=products,
        regulars=regulars,
        seats=[_seat(stores[number % STORES], staff[stores[number % STORES].code][0]) for number in range(tablets)],
        coupons=[factories.code(coupon) for _ in range(COUPONS)],
        watcher=watcher,
    )


def _people(store: Store, hashed: str) -> list[Any]:
    return [
        factories.staff(login=f"{store.code.lower()}-{number}", store_id=store.id, password=hashed)
        for number in range(PEOPLE)
    ]


def _member(store: Store, number: int) -> str:
    values = {"name": f"김민지 {number}", "phone": f"+82109{number:07d}", "memo": f"memo start-{number}"}
    customer = factories.customer(home_store_id=store.id, facts={"points": POINTS}, **values)
    factories.points(customer.id, POINTS)
    return str(customer.id)


def _seat(store: Store, person: Any) -> Seat:
    token = secrets.token_urlsafe(32)
    device = factories.device(token, store=store, staff=person)
    return Seat(token, device.id, store.code, device.scope)


if __name__ == "__main__":
    main(sys.argv[1])
