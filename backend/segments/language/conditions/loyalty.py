"""Grade and points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from backend.customers import CustomerFacts
from backend.loyalty import Grade, MemberGrade, PointsLot
from backend.segments.language import words
from backend.segments.language.conditions.common import COMPARED, DAYS, bound_en, bound_ko, compared
from backend.segments.language.conditions.member import turned
from backend.segments.language.registry import Among, Condition, Holds, Parameter, Phrase, Value

if TYPE_CHECKING:
    from backend.segments.language.names import Names
    from backend.segments.language.registry import Asking, Given

_WITHIN = Parameter("days", Value("days", low=0, high=366, unit="days"), "며칠 이내", "Within days", required=True)


def _grade(given: Given, _asking: Asking) -> Holds:
    """Grades stand as codes on the card; of higher or lower ones the ranks decide."""
    grade = CustomerFacts.grade
    if given.op == "is":
        return Holds(grade == given.value, (CustomerFacts,))
    if given.op == "is_not":
        return Holds(or_(grade.is_(None), grade != given.value), (CustomerFacts,), rejects=())
    named = aliased(Grade)
    rank = select(named.rank).where(named.code == given.value).scalar_subquery()
    codes = select(Grade.code).where(Grade.rank >= rank if given.op == "at_least" else Grade.rank <= rank)
    return Holds(grade.in_(codes), (CustomerFacts,))


def _grade_entered(given: Given, asking: Asking) -> Among:
    """Since when she has the grade that her card shows: of members who were merged into one, since the first had it."""
    limit, whose, since = asking.asked.before(given.value), MemberGrade.customer_id, func.min(MemberGrade.since)
    shown = and_(CustomerFacts.customer_id == whose, CustomerFacts.grade == MemberGrade.code)
    found = select(whose).join(CustomerFacts, shown).where(*asking.only(whose)).group_by(whose)
    return Among(found.having(since >= limit if given.op == "within" else since < limit), once=True)


def _points(given: Given, _asking: Asking) -> Holds:
    """Who has no row has no points."""
    none = compared(given, 0)
    points = func.coalesce(CustomerFacts.points, 0) if none else CustomerFacts.points
    return Holds(compared(given, points), (CustomerFacts,), rejects=() if none else None, sure=none)


def _points_expiring(given: Given, asking: Asking) -> Among:
    whose, until = PointsLot.customer_id, asking.asked.ahead(given.get("days"))
    found = select(whose).where(
        PointsLot.open > 0,
        PointsLot.expires_on >= asking.asked.today,
        PointsLot.expires_on <= until,
        *asking.only(whose),
    )
    return Among(found.group_by(whose).having(func.sum(PointsLot.open) >= given.value), once=True)


def _say_grade(given: Given, names: Names) -> Phrase:
    said = names.of("grade", given.value)
    bound = {"at_least": " 이상", "at_most": " 이하"}.get(given.op, "")
    than = {"at_least": " or higher", "at_most": " or lower"}.get(given.op, "")
    return turned(
        Phrase(f"등급이 {said}{bound}", "이", f"have the grade {said}{than}", f"do not have the grade {said}{than}"),
        given,
    )


def _say_grade_entered(given: Given, _names: Names) -> Phrase:
    span = words.days(given.value)
    if given.op == "within":
        return Phrase(
            f"지금 등급이 된 지 {given.value}일 이내",
            "이",
            f"got their grade within the last {span}",
            f"did not get their grade within the last {span}",
        )
    return Phrase(
        f"지금 등급이 된 지 {given.value}일이 ",
        "지나",
        f"got their grade more than {span} ago",
        f"did not get their grade more than {span} ago",
    )


def _say_points(given: Given, _names: Names) -> Phrase:
    en = f"{bound_en(given)}{words.times(given.value, 'point', 'points')}"
    return Phrase(f"포인트가 {words.number(given.value)}점{bound_ko(given)}", "이", f"have {en}", f"do not have {en}")


def _say_points_expiring(given: Given, _names: Names) -> Phrase:
    span = given.get("days")
    en = f"at least {words.times(given.value, 'point', 'points')} that expire within the next {words.days(span)}"
    ko = f"앞으로 {span}일 이내에 소멸하는 포인트가 {words.number(given.value)}점 이상"
    return Phrase(ko, "이", f"have {en}", f"do not have {en}")


CONDITIONS = (
    Condition(
        "grade",
        "loyalty",
        "등급",
        "Grade",
        ("is", "is_not", "at_least", "at_most"),
        Value("grade", length=20),
        _grade,
        _say_grade,
    ),
    Condition(
        "grade_entered",
        "loyalty",
        "등급이 된 지",
        "Grade since",
        ("within", "longer_ago"),
        DAYS,
        _grade_entered,
        _say_grade_entered,
    ),
    Condition("points", "loyalty", "포인트", "Points", COMPARED, Value("number", unit="points"), _points, _say_points),
    Condition(
        "points_expiring",
        "loyalty",
        "곧 소멸하는 포인트",
        "Points about to expire",
        ("at_least",),
        Value("number", low=1, unit="points"),
        _points_expiring,
        _say_points_expiring,
        (_WITHIN,),
    ),
)
