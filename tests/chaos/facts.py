"""Whose purchase facts are not what the sales come to: `python -m tests.chaos.facts` prints the ids as JSON.

Facts move on with each sale; here all of them are worked out again from the beginning, and nothing is kept.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from backend.core.db import db, unit_of_work
from backend.customers import CustomerFacts
from backend.sales import refresh_purchase_facts


class _EnoughError(Exception):
    """Undoes what was worked out."""


def main() -> None:
    """Compare before and after."""
    from wsgi import app  # noqa: PLC0415 - reads the environment, which is for a program only

    stale: list[str] = []
    with app.app_context(), suppress(_EnoughError), unit_of_work():
        before = _facts()
        refresh_purchase_facts(None)
        after = _facts()
        stale = [customer for customer, facts in after.items() if facts != before.get(customer)]
        raise _EnoughError
    print(json.dumps(stale))  # noqa: T201 - a program's answer


def _facts() -> dict[str, tuple[Any, ...]]:
    facts = CustomerFacts
    columns = (facts.last_purchase_on, facts.last_basket, facts.last_currency, facts.purchase_gaps, facts.cycle_days)
    return {str(row[0]): tuple(row[1:]) for row in db.session.execute(select(facts.customer_id, *columns))}


if __name__ == "__main__":
    main()
