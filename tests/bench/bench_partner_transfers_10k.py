"""`partner_transfers_10k`: a partner's file of 10,000 transfers, each for another member.

The floor gives as many members the same points through the ledger alone, in parts of the same size. The target says
how many times as long the file may take: looking for holders, references and what was exchanged this month, and
writing transfers and audit rows.
"""

from __future__ import annotations

import time

from backend.core import clock
from backend.core.db import parts, run_in_unit_of_work, unit_of_work
from backend.customers import hold
from backend.loyalty import entry, post
from backend.loyalty.partners.files import take_transfers
from tests import factories
from tests.bench.harness import fresh_app, report

_LINES = 10_000
_AT_ONCE = 200
_TARGET = 5.0


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    floor, value = _through_the_ledger(), _through_a_file()
    ratio = value / floor
    name = "partner_transfers_10k"
    return report(name, value=value, unit="s", floor=floor, ratio=ratio, target=_TARGET, ok=ratio <= _TARGET)


def _members() -> list[str]:
    with unit_of_work():
        return [str(factories.customer(cards=[f"C{number}"]).id) for number in range(_LINES)]


def _through_the_ledger() -> float:
    with fresh_app():
        members, today = _members(), clock.now().date()
        with unit_of_work():
            unit_id = factories.unit().id

        def give(ids: list[str]) -> None:
            hold(ids)
            about = {"kind": "gift", "points": 50, "business_unit_id": unit_id, "business_day": today}
            post([entry(**about, customer_id=each, occurred_at=clock.now()) for each in ids])

        began = time.perf_counter()
        for some in parts(members, _AT_ONCE):
            run_in_unit_of_work(lambda some=some: give(list(some)))  # type: ignore[misc] # mypy cannot infer lambdas with defaults
        return time.perf_counter() - began


def _through_a_file() -> float:
    with fresh_app() as (_, path):
        _members()
        with unit_of_work():
            factories.airline()
        file = path.with_name("in.csv")
        today = clock.now().date()
        lines = [f"R-{number},C{number},100,{today}" for number in range(_LINES)]
        file.write_text("\n".join(["reference,card,points,date", *lines]), encoding="utf-8")
        began = time.perf_counter()
        figures = take_transfers(file, "SKY", result=path.with_name("result.csv"))
        took = time.perf_counter() - began
        if figures.counts != {"done": _LINES}:
            message = f"not every line was taken: {figures.counts}"
            raise RuntimeError(message)
        return took


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
