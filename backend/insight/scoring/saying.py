"""What fitted models say of every member, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backend.insight.scoring.rules import stake
from backend.insight.statistics import refresh
from backend.insight.statistics.reasons import explain

if TYPE_CHECKING:
    from backend.insight.service import Known
    from backend.insight.statistics.histories import Floats
    from backend.insight.statistics.lifetime_value import Terms
    from backend.insight.statistics.reasons import Reasons

_DIGITS = 4


@dataclass(frozen=True)
class Sayings:
    """Of everybody known; `reasons` are those of the shortest horizon whose model was released, None without any."""

    known: Known
    said: refresh.Said
    expected: dict[int, Floats]
    horizon: int
    reasons: Reasons | None

    def row(self, place: int) -> dict[str, Any]:
        """What is said of a member, as `MemberScore` has it, by her place among the known."""
        alive, worth = _at(self.said.alive, place), _at(self.said.worth, place)
        returns = {days: float(scores.probability[place]) for days, scores in self.said.returning.items()}
        rounded = None if worth is None else round(worth)
        return {
            "customer_id": self.known.ids[place],
            "alive": alive,
            "return_28": returns.get(28),
            "return_56": returns.get(56),
            "worth": rounded,
            "stake": stake(rounded, returns=returns.get(28), alive=alive),
            "currency": self.known.currency,
            "reasons": self._why(place),
        }

    @property
    def nothing(self) -> bool:
        """Whether no model could say anything."""
        return self.said.alive is None and not self.said.returning

    def _why(self, place: int) -> list[dict[str, Any]]:
        if self.reasons is None:
            return []
        return [
            {
                "code": each.code,
                "effect": round(each.effect, _DIGITS),
                "numbers": {name: round(value, _DIGITS) for name, value in each.numbers.items()}
                | {"horizon": self.horizon},
            }
            for each in self.reasons.of(place)
        ]


def sayings(models: refresh.Models, known: Known, terms: Terms) -> Sayings:
    """What `models` say of everybody known on their day."""
    said = refresh.say(models, known.histories, terms)
    horizon = min(said.returning, default=0)
    judged = models.returning.get(horizon)
    reasons = None
    if judged is not None and judged.model is not None:
        reasons = explain(known.histories, models.day, judged.model, said.returning[horizon])
    return Sayings(known, said, _expected(models, known), horizon, reasons)


def _expected(models: refresh.Models, known: Known) -> dict[int, Floats]:
    """How many purchases are expected within each horizon, each of shape (members,)."""
    if models.buying is None:
        return {}
    summary = known.histories.summary(models.day)
    columns = (summary.frequency, summary.recency, summary.age)
    return {horizon: models.buying.expected(horizon, *columns) for horizon in refresh.HORIZONS}


def _at(values: Floats | None, place: int) -> float | None:
    return None if values is None else float(values[place])
