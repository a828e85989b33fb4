"""What a member's purchases do to her grade. Pure: definitions, her standing and her figures as plain values."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

FALLS = ("earned", "one_step")
"""Where who falls falls to: the grade that her purchases earn, or one step down, but never below that."""
_SAFE_MONTHS = 1
"""For so long after a change nobody falls: evaluating again, or soon again, changes nothing."""


class Needs(NamedTuple):
    """What a grade takes within the period: spend in minor units, purchase days, business units. None takes nothing."""

    spend: int | None = None
    visits: int | None = None
    units: int | None = None


class Figures(NamedTuple):
    """What a member bought within the period, in the same order."""

    spend: int = 0
    visits: int = 0
    units: int = 0


class Step(NamedTuple):
    """A grade: what entering and what keeping it takes, and for how many months who does not keep it stays."""

    code: str
    rank: int
    enter: Needs
    keep: Needs
    grace_months: int = 0
    invitation_only: bool = False


class Standing(NamedTuple):
    """What a member is, since when, until when she is in grace, and until when she is invited."""

    code: str | None
    since: date | None = None
    grace_until: date | None = None
    invited: bool = False
    invited_until: date | None = None


class Verdict(NamedTuple):
    """What becomes of her: `enter`, `raise`, `grace` (begins), `keep` (grace ends well), or `fall`."""

    kind: str
    to: str
    grace_until: date | None = None


@dataclass(frozen=True)
class Ladder:
    """The grades of a house, the lowest first, and where who falls falls to (`FALLS`)."""

    steps: Sequence[Step]
    falls: str = "earned"

    def step(self, code: str | None) -> Step | None:
        """The grade with this code."""
        return next((each for each in self.steps if each.code == code), None)

    def earned(self, figures: Figures) -> Step | None:
        """The highest grade that these figures enter; None when there is none."""
        return next(
            (each for each in reversed(self.steps) if not each.invitation_only and meets(figures, each.enter)), None
        )

    def after(self, step: Step | None) -> Step | None:
        """The next grade that purchases lead to."""
        rank = -1 if step is None else step.rank
        return next((each for each in self.steps if each.rank > rank and not each.invitation_only), None)

    def judge(self, standing: Standing, figures: Figures, day: date) -> Verdict | None:
        """What becomes of a member on `day`; None when nothing changes. Doing it twice comes to the same."""
        earned, current = self.earned(figures), self.step(standing.code)
        if current is None:
            return Verdict("enter", earned.code) if earned else None
        if earned is not None and earned.rank > current.rank:
            return Verdict("raise", earned.code)
        if standing.invited or current.invitation_only:
            over = standing.invited_until is not None and standing.invited_until < day
            return self._fall(current, earned) if over else None
        if meets(figures, current.keep):
            return Verdict("keep", current.code) if standing.grace_until else None
        return self._not_kept(standing, current, earned, day)

    def _not_kept(self, standing: Standing, current: Step, earned: Step | None, day: date) -> Verdict | None:
        if standing.grace_until is not None:
            return self._fall(current, earned) if standing.grace_until < day else None
        if standing.since is not None and day < later(standing.since, _SAFE_MONTHS):
            return None
        if current.grace_months:
            return Verdict("grace", current.code, later(day, current.grace_months))
        return self._fall(current, earned)

    def _fall(self, current: Step, earned: Step | None) -> Verdict | None:
        below = [each for each in self.steps if each.rank < current.rank and not each.invitation_only]
        if self.falls == "one_step" and below and not current.invitation_only:
            return Verdict("fall", below[-1].code)
        to = earned or (below[0] if below else None)
        if to is None:
            return None
        # Who was invited to what her purchases earn by now just stays.
        return Verdict("keep" if to.code == current.code else "fall", to.code)


def follow(verdict: Verdict, standing: Standing, day: date) -> Standing:
    """What a member is after a verdict of `day`."""
    if verdict.kind == "grace":
        return standing._replace(grace_until=verdict.grace_until)
    if verdict.kind == "keep":
        return standing._replace(grace_until=None, invited=False, invited_until=None)
    return Standing(verdict.to, day)


def meets(figures: Figures, needs: Needs) -> bool:
    """Whether figures are at least what is needed."""
    return all(need is None or figure >= need for figure, need in zip(figures, needs, strict=True))


def lacking(figures: Figures, needs: Needs) -> Needs:
    """What is missing to what is needed; None where it takes nothing, 0 where there is enough."""
    return Needs(
        *(need if need is None else max(need - figure, 0) for figure, need in zip(figures, needs, strict=True))
    )


def later(day: date, months: int) -> date:
    """The same day so many months later (earlier: below nothing), or the last one of a shorter month."""
    count = day.month - 1 + months
    year, month = day.year + count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
