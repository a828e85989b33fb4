"""The score of a pair of records, with a reason for every part of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backend.unify.duplicates.comparison import compare, compare_but_names
from backend.unify.duplicates.weights import CONTRADICTED_AT_MOST, WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.unify.duplicates.record import Record

CONTRADICTION = "contradiction"
"""The field of a reason that holds a pair back; its agreement says why."""
_ONE_NAME = frozenset({"same", "romanised"})
_UNSURE_NAME = frozenset({"near", "partial"})
_AGREES = frozenset({"same", "near"})
_BEST_NAME = max(WEIGHTS["name"].values())


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a score: the field, how it agrees and the weight of that. Never a value of a person's."""

    field: str
    agreement: str
    weight: int

    def as_json(self) -> dict[str, Any]:
        """As it is stored and sent."""
        return {"field": self.field, "agreement": self.agreement, "weight": self.weight}


@dataclass(frozen=True, slots=True)
class Score:
    """The sum of the weights of `reasons`, in tenths of a bit."""

    total: int
    reasons: tuple[Reason, ...]


def score(first: Record, second: Record) -> Score:
    """Compare two records. A contradiction holds the score at `CONTRADICTED_AT_MOST`, whatever else agrees."""
    agreements = compare(first, second)
    reasons = [Reason(field, agreement, WEIGHTS[field].get(agreement, 0)) for field, agreement in agreements.items()]
    total = sum(reason.weight for reason in reasons)
    for why in contradictions(agreements):
        held = min(total, CONTRADICTED_AT_MOST)
        reasons.append(Reason(CONTRADICTION, why, held - total))
        total = held
    return Score(total, tuple(reasons))


def may_reach(first: Record, second: Record, least: int) -> bool:
    """False where the score is below `least` however well the names agree. Costs a small part of a comparison."""
    agreements = compare_but_names(first, second)
    return _BEST_NAME + sum(WEIGHTS[field].get(agreement, 0) for field, agreement in agreements.items()) >= least


def contradictions(agreements: Mapping[str, str]) -> list[str]:
    """Why two records that may agree in much must not be taken for one person without a look.

    `birth_dates_differ`: namesakes in a family, or a number that was given out again. `names_differ`: two people on one
    phone. `names_unsure`: sisters and twins have names that differ in a letter, as a typing error does; a card of both
    settles it. `sexes_differ`: of two names that are not the same. `no_contact_shared`: people of one name born on one
    day, with no phone, card or e-mail in common.
    """
    name, card = agreements.get("name"), agreements.get("card") == "same"
    found = []
    if agreements.get("birth_date") == "different":
        found.append("birth_dates_differ")
    if name not in _ONE_NAME and not (name in _UNSURE_NAME and card):
        found.append("names_unsure" if name in _UNSURE_NAME or name is None else "names_differ")
    if agreements.get("sex") == "different" and name not in _ONE_NAME:
        found.append("sexes_differ")
    if not card and not {agreements.get("phone"), agreements.get("email")} & _AGREES:
        found.append("no_contact_shared")
    return found
