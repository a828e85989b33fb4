"""Two years of invented purchases, each member in her own rhythm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from backend.demo.chance import Weighted, one_of
from backend.demo.world import TIME_ZONE, UNITS, DemoStore, DemoUnit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from backend.demo.goods import Article, Companions
    from backend.demo.members import Member

_ZONE = ZoneInfo(TIME_ZONE)
_HISTORY_DAYS = 730
_MOST = 45
_LINES: Weighted[int] = Weighted((1, 42), (2, 30), (3, 17), (4, 8), (6, 3))
_STORES = {unit.code: Weighted(*((store, store.weight) for store in unit.stores)) for unit in UNITS}
_KRW_OF_A_CENT = 14
_HABIT = 0.55
# Of 60 seconds, and of ten.
_WITH_COMPANION = 27
_WITH_SEQUEL = 5
_HOME = 0.78
_ABROAD = 0.93


@dataclass(frozen=True, slots=True)
class Line:
    """One article of a purchase; money in minor units of the sale's currency."""

    article: Article
    quantity: int
    amount: int
    discount: int


@dataclass(frozen=True, slots=True)
class Purchase:
    """One basket. `points` is what it earned: one in a hundred won."""

    unit: DemoUnit
    store: DemoStore
    day: date
    at: datetime
    lines: list[Line]
    total: int
    discount: int
    worth: int
    points: int


@dataclass(frozen=True, slots=True)
class Shelves:
    """What is sold, by unit, and what goes with what."""

    goods: dict[str, Sequence[Article]]
    companions: Companions


def purchases(chance: Random, member: Member, shelves: Shelves, *, today: date) -> list[Purchase]:
    """A member's purchases from two years ago to yesterday, oldest first."""
    favourites = {code: [one_of(chance, articles) for _ in range(4)] for code, articles in shelves.goods.items()}
    made: list[Purchase] = []
    for day in purchase_days(chance, member, today):
        before = [line.article for line in made[-1].lines] if made else []
        made.append(_purchase(chance, member, day, shelves, favourites, before))
    return made


def purchase_days(chance: Random, member: Member, today: date) -> list[date]:
    """Days on which she bought: evenly spaced with some chance, stopped earlier for who is late or lost."""
    begin = max(member.joined_at.astimezone(_ZONE).date(), today - timedelta(days=_HISTORY_DAYS))
    last = today - timedelta(days=1)
    if member.cycle is None:
        first = begin + timedelta(days=int(chance.random() * min(20, (last - begin).days)))
        return [first] if chance.random() < 0.7 else sorted({first, min(first + timedelta(days=2), last)})  # noqa: PLR2004
    low, high = member.cycle
    cycle = low + chance.random() * (high - low)
    silence = {"active": 0.0, "late": 1.3 + chance.random(), "lost": 3.2 + chance.random() * 3}[member.end]
    end = last - timedelta(days=int(cycle * silence))
    days: list[date] = []
    at = float(chance.random() * cycle * 0.5)
    while (day := begin + timedelta(days=int(at))) <= end:
        days.append(day)
        at += max(1.0, chance.gauss(cycle, cycle * 0.2))
    return days[-_MOST:]


def _purchase(
    chance: Random,
    member: Member,
    day: date,
    shelves: Shelves,
    favourites: dict[str, list[Article]],
    before: list[Article],
) -> Purchase:
    unit, store = _where(chance, member)
    minute = store.opens * 60 + int(chance.random() * (store.closes - store.opens) * 60)
    at = datetime(day.year, day.month, day.day, minute // 60, minute % 60, int(chance.random() * 60), tzinfo=_ZONE)
    wanted = {
        article.sku: article
        for article in (
            one_of(chance, favourites[unit.code] if chance.random() < _HABIT else shelves.goods[unit.code])
            for _ in range(_LINES.pick(chance))
        )
    }
    wanted |= _companions(list(wanted.values()), before, shelves.companions, at=at, unit=unit.code)
    lines = [_line(chance, unit, article) for article in wanted.values()]
    total = sum(line.amount for line in lines)
    worth = total * (_KRW_OF_A_CENT if unit.currency == "USD" else 1)
    discount = sum(line.discount for line in lines)
    return Purchase(unit, store, day, at.astimezone(UTC), lines, total, discount, worth, worth // 100)


def _companions(
    bought: list[Article], before: list[Article], companions: Companions, *, at: datetime, unit: str
) -> dict[str, Article]:
    """What goes with some baskets: the second in which one is paid decides, so that no dice fall otherwise."""
    found: list[Article] = []
    if at.second < _WITH_COMPANION:
        found += [companions.together[each.sku] for each in bought if each.sku in companions.together]
    if at.second % 10 < _WITH_SEQUEL:
        found += [companions.next[each.sku] for each in before if each.sku in companions.next]
    return {article.sku: article for article in found if article.unit == unit}


def _where(chance: Random, member: Member) -> tuple[DemoUnit, DemoStore]:
    luck = chance.random()
    if luck < _HOME:
        return member.unit, member.store
    if luck < _ABROAD or member.nationality != "KR":
        return member.unit, _STORES[member.unit.code].pick(chance)
    unit = one_of(chance, UNITS)
    return unit, _STORES[unit.code].pick(chance)


def _line(chance: Random, unit: DemoUnit, article: Article) -> Line:
    most = {"BK": 4, "RS": 4, "DF": 2}.get(unit.code, 1)
    quantity = 1 + int(chance.random() ** 2 * most)
    full = article.price * quantity
    share = one_of(chance, (0, 0, 0, 0, 5, 10)) if unit.code in {"DF", "DS"} else 0
    # Won are taken off in tens, cents as they are.
    off = full * share // 100
    discount = off if unit.currency == "USD" else off - off % 10
    return Line(article, quantity, full - discount, discount)
