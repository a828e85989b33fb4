"""Milliseconds, 95th percentile, to look for the duplicates of somebody new among 75,000.

Measured inside the unit of work of the registration, without its commit: reading her, entering her keys, one look-up of
her blocks, the comparison and the pairs. The floor is a look-up of her phone in its index.
"""

from __future__ import annotations

import time

from sqlalchemy import select

from backend.core.db import db, unit_of_work
from backend.customers import Customer
from backend.unify import Progress
from backend.unify.duplicates import arrival, find_all
from tests.bench.duplicates_found import MEMBERS, SEED
from tests.bench.duplicates_truth import Person, truth, write
from tests.bench.harness import fresh_app, report

_ARRIVALS = 500
_TARGET = 20.0


def measure(name: str, *, database_url: str | None = None) -> bool:
    """Print the line of the benchmark `name`, on SQLite or on `database_url`; return whether the target was reached."""
    made = truth(MEMBERS, seed=SEED)
    # Every other one is somebody who is there already.
    there = list(made.records.values())[: _ARRIVALS // 2]
    strangers = list(truth(_ARRIVALS, seed=SEED + 1).records.values())[: _ARRIVALS // 2]
    new = [person for both in zip(there, strangers, strict=True) for person in both]
    with fresh_app(database_url):
        write(made)
        find_all(Progress("duplicates"))
        times = sorted(map(_arrive, new))
        floors = sorted(_look_up(person) for person in new if person.phone)
    value, floor = (1_000 * some[round(len(some) * 0.95)] for some in (times, floors))
    return report(
        name,
        value=value,
        unit="ms",
        floor=floor,
        ratio=value / floor,
        target=_TARGET,
        ok=value <= _TARGET,
    )


def _arrive(person: Person) -> float:
    """Add somebody; the seconds of looking for her duplicates."""
    data = {name: getattr(person, name) for name in ("name_latin", "phone", "birth_date", "sex", "nationality")}
    with unit_of_work():
        customer = Customer(name=person.name, **data)
        db.session.add(customer)
        db.session.flush()
        begun = time.perf_counter()
        arrival.find_on_arrival(customer.id)
        return time.perf_counter() - begun


def _look_up(person: Person) -> float:
    begun = time.perf_counter()
    db.session.execute(select(Customer.id).where(Customer.phone == person.phone)).all()
    return time.perf_counter() - begun
