"""Days to remember, and journeys."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from backend.customers import LifeEvent, Trip
from backend.segments.language import words
from backend.segments.language.conditions.common import returns_on
from backend.segments.language.registry import Among, Choice, Condition, Parameter, Phrase, Value

if TYPE_CHECKING:
    from backend.segments.language.names import Names
    from backend.segments.language.registry import Asking, Given

_KINDS = Value(
    "choice",
    choices=(
        Choice("birthday", "생일", "a birthday"),
        Choice("wedding", "결혼기념일", "a wedding day"),
        Choice("anniversary", "기념일", "an anniversary"),
        Choice("child", "자녀 기념일", "a child's day"),
        Choice("other", "그 밖의 날", "another day to remember"),
    ),
)
_KIND = Parameter("kind", _KINDS, "종류", "Kind")
_TO = Parameter("to", Value("text", pattern="[A-Z]{3}", length=3), "도착 공항", "To airport")
_DAYS = Value("days", high=366, unit="days")
_WHEN = ("coming", "in_days")


def _life_event(given: Given, asking: Asking) -> Among:
    last = asking.asked.ahead(given.value)
    first = asking.asked.today if given.op == "coming" else last
    whose, day = LifeEvent.customer_id, LifeEvent.day
    kind = [] if given.get("kind") is None else [LifeEvent.kind == given.get("kind")]
    # A yearly day is remembered from the year on in which it was.
    when = or_(
        and_(LifeEvent.yearly, day <= last, returns_on(day, first, last)),
        and_(~LifeEvent.yearly, day.between(first, last)),
    )
    return Among(select(whose).where(*kind, when, *asking.only(whose)))


def _trip(given: Given, asking: Asking) -> Among:
    asked, whose = asking.asked, Trip.customer_id
    end = asked.begin_of(asked.ahead(given.value) + timedelta(days=1))
    begin = asked.now if given.op == "coming" else asked.begin_of(asked.ahead(given.value))
    to = [] if given.get("to") is None else [Trip.to_airport == given.get("to")]
    found = select(whose).where(Trip.departs_at >= begin, Trip.departs_at < end, *to, *asking.only(whose))
    return Among(found)


def _when(given: Given) -> tuple[str, str]:
    if given.value == 0:
        return "오늘", "today"
    if given.op == "coming":
        return f"앞으로 {given.value}일 이내에", f"within the next {words.days(given.value)}"
    return f"{given.value}일 뒤에", f"in exactly {words.days(given.value)}"


def _say_life_event(given: Given, names: Names) -> Phrase:
    kind, (ko, en) = given.get("kind"), _when(given)
    said = (
        ("기념일" if names.language == "ko" else "a day to remember")
        if kind is None
        else _KINDS.said(kind, names.language)
    )
    return Phrase(f"{ko} {words.particle(said, '이', '가')} ", "있", f"have {said} {en}", f"do not have {said} {en}")


def _say_trip(given: Given, _names: Names) -> Phrase:
    to, (ko, en) = given.get("to"), _when(given)
    goal, where = ("", "") if to is None else (f" to {to}", f"{to}행 ")
    return Phrase(f"{ko} {where}여행을 ", "떠나", f"depart on a trip{goal} {en}", f"do not depart on a trip{goal} {en}")


CONDITIONS = (
    Condition("life_event", "life", "기념일", "Day to remember", _WHEN, _DAYS, _life_event, _say_life_event, (_KIND,)),
    Condition("trip", "life", "여행 출발", "Trip departing", _WHEN, _DAYS, _trip, _say_trip, (_TO,)),
)
