"""What purchases do to a grade."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.loyalty.grades.rules import Figures, Ladder, Needs, Standing, Step, Verdict, follow, lacking, later

DAY = date(2026, 11, 21)
OLD = date(2026, 1, 1)
STEPS = (
    Step("member", 0, Needs(), Needs()),
    Step("silver", 1, Needs(spend=1_000), Needs(spend=800)),
    Step("gold", 2, Needs(spend=3_000, visits=3), Needs(spend=2_000, visits=2), grace_months=3),
    Step("black", 3, Needs(), Needs(), invitation_only=True),
)
LADDER = Ladder(STEPS)


def was(code: str | None, since: date | None = OLD, **values: Any) -> Standing:
    """What she is."""
    return Standing(code, since, **values)


@pytest.mark.parametrize(
    ("standing", "figures", "verdict"),
    [
        (was(None, None), Figures(), Verdict("enter", "member")),
        (was(None, None), Figures(5_000, 1), Verdict("enter", "silver")),
        (was("gone"), Figures(5_000, 3), Verdict("enter", "gold")),
        (was("member"), Figures(999, 9), None),
        (was("member"), Figures(1_000), Verdict("raise", "silver")),
        (was("silver"), Figures(3_000, 3), Verdict("raise", "gold")),
        (was("silver"), Figures(800), None),
        (was("silver"), Figures(799), Verdict("fall", "member")),
        (was("silver", date(2026, 11, 1)), Figures(0), None),
        (was("gold"), Figures(2_500, 2), None),
        (was("gold"), Figures(2_500, 1), Verdict("grace", "gold", date(2027, 2, 21))),
        (was("gold", grace_until=DAY), Figures(2_500, 1), None),
        (was("gold", grace_until=date(2026, 11, 20)), Figures(2_500, 1), Verdict("fall", "silver")),
        (was("gold", grace_until=date(2026, 12, 1)), Figures(2_500, 2), Verdict("keep", "gold")),
        (was("black"), Figures(), None),
        (was("black", invited=True, invited_until=DAY), Figures(), None),
        (was("black", invited=True, invited_until=date(2026, 11, 20)), Figures(1_500), Verdict("fall", "silver")),
        (was("gold", invited=True), Figures(), None),
        (was("silver", invited=True), Figures(3_000, 3), Verdict("raise", "gold")),
        (was("silver", invited=True, invited_until=OLD), Figures(1_500), Verdict("keep", "silver")),
    ],
)
def test_what_becomes_of_a_member(standing: Standing, figures: Figures, verdict: Verdict | None) -> None:
    assert LADDER.judge(standing, figures, DAY) == verdict


def test_who_falls_one_step_falls_no_deeper_and_not_again_within_a_month() -> None:
    steps = Ladder([step._replace(grace_months=0) for step in STEPS], falls="one_step")
    verdict = steps.judge(was("gold"), Figures(), DAY)
    assert verdict == Verdict("fall", "silver")
    after = follow(verdict, was("gold"), DAY)
    assert steps.judge(after, Figures(), later(DAY, 1).replace(day=20)) is None
    assert steps.judge(after, Figures(), later(DAY, 1)) == Verdict("fall", "member")


def test_what_is_missing_is_said_and_nothing_where_nothing_is_asked() -> None:
    assert lacking(Figures(1_200, 5), Needs(spend=3_000, visits=3)) == Needs(1_800, 0, None)
    assert LADDER.after(STEPS[1]) == STEPS[2]
    assert LADDER.after(STEPS[2]) is None, "nobody buys an invitation"
    assert LADDER.after(None) == STEPS[0]
    assert later(date(2026, 10, 31), 1) == date(2026, 11, 30)
    assert later(date(2026, 3, 31), -1) == date(2026, 2, 28)


figures_of = st.builds(Figures, st.integers(0, 4_000), st.integers(0, 4), st.integers(0, 3))
days = st.sampled_from([later(DAY, months) for months in (-6, -1, 0, 1, 6)] + [date(2026, 11, 20), date(2026, 11, 22)])
standings = st.builds(
    Standing,
    st.sampled_from([None, "member", "silver", "gold", "black", "gone"]),
    st.none() | days,
    st.none() | days,
    st.booleans(),
    st.none() | days,
)
ladders = st.sampled_from([LADDER, Ladder(STEPS, "one_step"), Ladder(STEPS[1:])])


@given(ladder=ladders, standing=standings, figures=figures_of)
def test_evaluating_twice_changes_nothing(ladder: Ladder, standing: Standing, figures: Figures) -> None:
    verdict = ladder.judge(standing, figures, DAY)
    if verdict is not None:
        assert ladder.judge(follow(verdict, standing, DAY), figures, DAY) is None


@given(ladder=ladders, standing=standings, figures=figures_of, more=figures_of)
def test_buying_more_never_makes_a_lower_grade(
    ladder: Ladder, standing: Standing, figures: Figures, more: Figures
) -> None:
    def rank(bought: Figures) -> int:
        verdict = ladder.judge(standing, bought, DAY)
        step = ladder.step(verdict.to if verdict else standing.code)
        return step.rank if step else -1

    together = Figures(*(a + b for a, b in zip(figures, more, strict=True)))
    assert rank(together) >= rank(figures)


@given(ladder=ladders, standing=standings, figures=figures_of)
def test_an_invitation_is_never_taken_away_early(ladder: Ladder, standing: Standing, figures: Figures) -> None:
    verdict = ladder.judge(standing, figures, DAY)
    lasting = standing.invited and (standing.invited_until is None or standing.invited_until >= DAY)
    if lasting and ladder.step(standing.code) is not None and verdict is not None:
        assert verdict.kind == "raise"
