"""Every member as her facts tell on a day, for scripts: `dangol insight members`."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.consent import standing
from backend.core.db import db, table_of
from backend.customers import Customer
from backend.insight.cuts import rules, service
from backend.insight.facts import SEPARATOR
from backend.insight.members.profile import Facts, favourites, gaps_of, rhythm_of
from backend.insight.service import predict
from backend.organization import BusinessUnit, Store

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from backend.insight.cuts.service import Drawn

_customer, _store, _unit = table_of(Customer).c, table_of(Store).c, table_of(BusinessUnit).c
_WHO = select(_customer.id, _customer.source_key, _customer.suspended_at)
_PLACES = select(_store.id, _store.code, _unit.code.label("unit")).join(
    table_of(BusinessUnit), _unit.id == _store.business_unit_id
)
_AT_ONCE = 1_000
_SCORES = ("alive", "expected_28", "expected_56", "return_28", "return_56", "worth", "stake", "currency")


def members(as_of: date) -> Iterator[dict[str, Any]]:
    """Everybody who has bought by `as_of`, in the order of their ids: facts, state, and fifths where she agreed.

    Money is in minor units, by currency. `rfm` and `scores` are None for who has not agreed to profiling; `scores` are
    what models fitted on that day say, None where none can be. Whoever is suspended is left out, and counts in nobody's
    fifths.
    """
    scores = _Scores(as_of)
    who = {str(row.id): row for row in db.session.execute(_WHO) if row.suspended_at is None}
    # Twice, rather than everybody in memory at once.
    drawn = service.draw(_of(who, as_of), as_of)
    places = {str(row.id): (row.code, row.unit) for row in db.session.execute(_PLACES)}
    worth = service.Worth(drawn.currency, as_of)
    everybody = _of(who, as_of)
    while some := list(islice(everybody, _AT_ONCE)):
        agreed = standing([facts.customer_id for facts in some], "profiling")
        for facts in some:
            told = {"customer_id": facts.customer_id, "source_key": who[facts.customer_id].source_key}
            told |= _told(facts, as_of, drawn, places)
            scored = facts.customer_id in agreed and agreed[facts.customer_id].allowed
            rfm = _fifths(facts, drawn, worth) if scored else None
            yield told | {"rfm": rfm, "scores": scores.of(facts.customer_id)}


def _of(who: Collection[str], as_of: date) -> Iterator[Facts]:
    return (each for each in service.facts_as_of(as_of) if each.customer_id in who)


class _Scores:
    """What is predicted of members, who are asked for in the order of their ids."""

    def __init__(self, as_of: date) -> None:
        self._predictions = predict(as_of)
        self._next = next(self._predictions, None)

    def of(self, customer_id: str) -> dict[str, Any] | None:
        while self._next is not None and self._next.customer_id < customer_id:
            self._next = next(self._predictions, None)
        if self._next is None or self._next.customer_id != customer_id:
            return None
        return {name: getattr(self._next, name) for name in _SCORES}


def _fifths(facts: Facts, drawn: Drawn, worth: service.Worth) -> dict[str, int]:
    days = facts.purchase_days
    return {
        "recency": rules.fifth(days[-1], drawn.recency),
        "frequency": rules.fifth(len(days), drawn.frequency),
        "money": rules.fifth(worth.of(facts.spend), drawn.money),
    }


def _told(facts: Facts, as_of: date, drawn: Drawn, places: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    days = facts.purchase_days
    rhythm, certainty = rhythm_of(days, drawn.cycles.get(facts.unit or "", {}))
    silence, twice = rhythm.silence(as_of), rhythm.cycle_twice
    return {
        "first_on": days[0],
        "last_on": days[-1],
        "purchase_days": len(days),
        "sales": sum(facts.days.values()),
        "gaps": gaps_of(days),
        "spend": facts.spend,
        "spend_by_unit": _by_unit(facts, places),
        "cycle_days": None if twice is None else twice / 2,
        "certainty": certainty,
        "silence": silence,
        "expected_on": rhythm.expected_on,
        "days_late": rhythm.days_late(as_of),
        "overdue_ratio": None if not twice else round(2 * silence / twice, 4),
        "state": rhythm.state(as_of),
        "stores": _shares(_sums({places[key.partition("|")[0]][0]: sale[0]} for key, sale in facts.stores.items())),
        "categories": _shares(_kinds(facts, 1)),
        "brands": _shares(_kinds(facts, 2)),
        "hours": _shares(facts.hours),
        "price_level": _price_level(facts, drawn),
        "discounted_share": _discounted(facts.stores.values()),
    }


def _shares(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"name": each.name, "share": round(each.share, 4)} for each in favourites(counts)]


def _by_unit(facts: Facts, places: Mapping[str, tuple[str, str]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for key, (_, amount, *_) in facts.stores.items():
        store_id, _, currency = key.rpartition("|")
        found[places[store_id][1]][currency] += amount
    return {unit: dict(spend) for unit, spend in found.items()}


def _kinds(facts: Facts, place: int) -> dict[str, int]:
    """Pieces by category (1) or brand (2); what has none is left out."""
    named = ({key.split(SEPARATOR)[place]: good[0]} for key, good in facts.goods.items())
    return {name: pieces for name, pieces in _sums(named).items() if name}


def _sums(counts: Iterator[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = defaultdict(int)
    for each in counts:
        for name, count in each.items():
            total[name] += count
    return dict(total)


def _price_level(facts: Facts, drawn: Drawn) -> float | None:
    """What she paid over what everybody pays for as many pieces of the same categories; None without any."""
    paid = usual = 0.0
    for key, (pieces, amount) in facts.goods.items():
        all_pieces, all_amount = drawn.prices[service.priced_by(key)]
        if pieces > 0 and all_pieces > 0:
            paid += amount
            usual += pieces * all_amount / all_pieces
    return round(paid / usual, 4) if usual else None


def _discounted(at_stores: Sequence[Sequence[int]] | Any) -> float:  # noqa: ANN401 - the values of a mapping
    """Her share of sales with something taken off, 0 to 1."""
    sales = [(each[0], each[2]) for each in at_stores]
    return round(sum(taken for _, taken in sales) / max(1, sum(count for count, _ in sales)), 4)
