"""What the members of an audience bought within their windows: sums by arm, variant, grade, store and staff.

Everything is added up by the database; of a million members some hundreds of rows come back, which add up exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import BigInteger, Double, and_, case, cast, exists, func, null, select, true

from backend.campaigns.effect import windows
from backend.campaigns.effect.statistics import Sums
from backend.campaigns.models import CampaignMember
from backend.care import Task
from backend.core.db import db
from backend.core.types import Id
from backend.organization import Store, unshared_stores
from backend.sales import Sale, SaleLine, SaleReturn, SaleReturnLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import ColumnElement, ScalarSelect
    from sqlalchemy.sql.selectable import Subquery

    from backend.campaigns.models import Campaign

_DAY = timedelta(days=1)
# A member's spend is cut in two here, so that the sums of squares of the parts are whole numbers that a double holds
# exactly (a million members of up to two thousand million each), and no sum can run over.
_PART = 16
# More pieces in one line than any till has: what is left of them is not worked out piece by piece.
_PIECES = 2_000_000_000


class Cell(NamedTuple):
    """Members who have these five in common."""

    arm: str
    variant: int | None
    grade: str | None
    store_id: str | None
    staff_id: str | None


@dataclass(frozen=True, slots=True)
class Bought:
    """What some members bought: how many are `buyers`, in how many sales; `spend` in minor units, net of returns.

    `largest` is what the one who spent most spent.
    """

    members: int = 0
    buyers: int = 0
    sales: int = 0
    spend: Sums = field(default_factory=lambda: Sums(0, 0, 0))
    largest: int = 0

    def __add__(self, other: Bought) -> Bought:
        """Both together."""
        spend = Sums(
            self.spend.members + other.spend.members,
            self.spend.total + other.spend.total,
            self.spend.squares + other.spend.squares,
        )
        return Bought(
            self.members + other.members,
            self.buyers + other.buyers,
            self.sales + other.sales,
            spend,
            max(self.largest, other.largest),
        )


def together(cells: Iterable[Bought]) -> Bought:
    """All of them."""
    return sum(cells, Bought())


def grouped(cells: dict[Cell, Bought], key: Callable[[Cell], Any]) -> dict[Any, Bought]:
    """Add up those with the same key."""
    found: dict[Any, Bought] = {}
    for cell, bought in cells.items():
        found[key(cell)] = found.get(key(cell), Bought()) + bought
    return found


def by_cell(campaign: Campaign) -> dict[Cell, Bought]:
    """What became of everybody who is measured: one pass over the audience, by the key of campaign_member."""
    each = _of_each(campaign)
    columns = each.c
    keys = [columns.arm, columns.variant, columns.grade, columns.store_id, columns.staff_id]
    query = select(
        *keys,
        func.count(),
        func.sum(case((columns.sales > 0, 1), else_=0)),
        func.sum(columns.sales),
        *square_sums(columns.net),
        func.max(columns.net),
    ).group_by(*keys)
    found: dict[Cell, Bought] = {}
    for *key, members, buyers, sales, total, high, mixed, low, largest in db.session.execute(query):
        spend = Sums(members, int(total), squares(high, mixed, low))
        found[Cell(*key)] = Bought(members, int(buyers), int(sales), spend, int(largest))
    return found


def left_out(campaign: Campaign) -> list[dict[str, Any]]:
    """Sales in other currencies by arm: purchases, but in no amount."""
    query = (
        select(CampaignMember.arm, Sale.currency, func.count(), func.sum(left()))
        .select_from(CampaignMember)
        .join(Sale, _her_purchases(campaign))
        .where(windows.measured(campaign.id), Sale.currency != campaign.currency)
        .group_by(CampaignMember.arm, Sale.currency)
        .order_by(CampaignMember.arm.desc(), Sale.currency)
    )
    names = ("arm", "currency", "sales", "net")
    return [dict(zip(names, (*row[:3], int(row[3])), strict=True)) for row in db.session.execute(query)]


def square_sums(value: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    """The sum of whole numbers, and three from which `squares` makes the sum of their squares."""
    whole = cast(value, BigInteger)
    high, low = cast(whole // (1 << _PART), Double), cast(whole % (1 << _PART), Double)
    return (func.sum(whole), func.sum(high * high), func.sum(high * low), func.sum(low * low))


def squares(high: float | None, mixed: float | None, low: float | None) -> int:
    """The sum of the squares, of what the database added up; 0 of nothing."""
    parts = (int(each or 0) for each in (high, mixed, low))
    return sum(part << shift for part, shift in zip(parts, (2 * _PART, _PART + 1, 0), strict=True))


def still_sold() -> ColumnElement[bool]:
    """Of a sale of which nothing is left no purchase is left either; by ix_sale_return_whole."""
    return ~exists().where(SaleReturn.sale_id == Sale.id, SaleReturn.whole)


def counted_stores(unit_id: str | None) -> ColumnElement[bool]:
    """Leave out stores of business units that keep their own purchases, but for the campaign's own unit."""
    hidden = unshared_stores()
    own = select(Store.id).where(Store.business_unit_id == unit_id)
    hidden -= frozenset(db.session.scalars(own)) if hidden and unit_id else frozenset()
    return Sale.store_id.not_in(sorted(hidden)) if hidden else true()


def left() -> ColumnElement[int]:
    """What is left of a sale when its returns are taken off, in minor units; as `Sale.net`.

    Asked of each sale by itself, by ix_sale_return_sale: PostgreSQL takes a window's sales for very few, and would work
    out the returns of all of them anew for each.
    """
    some = exists().where(SaleReturn.sale_id == Sale.id)
    return Sale.total - case((some, func.coalesce(_refund(), 0)), else_=0)


def _refund() -> ScalarSelect[int]:
    """What came back of a sale is worth, line by line; as `sales.rules.refund`."""
    counted = case((SaleReturnLine.quantity > 0, SaleReturnLine.quantity), else_=0)
    back = (
        select(cast(func.coalesce(func.sum(counted), 0), BigInteger))
        .join(SaleReturn, SaleReturn.id == SaleReturnLine.return_id)
        .where(SaleReturn.sale_id == SaleLine.sale_id, SaleReturnLine.line == SaleLine.position)
        .correlate(SaleLine)
        .scalar_subquery()
    )
    amount, pieces = SaleLine.amount, SaleLine.quantity
    of_each, rest = amount // pieces, amount % pieces
    worth = case(
        ((pieces < 1) | (amount < 0), 0),
        (back >= pieces, amount),
        (pieces > _PIECES, of_each * back),
        else_=of_each * back + rest * back // pieces,
    )
    return select(func.sum(worth)).where(SaleLine.sale_id == Sale.id).correlate(Sale).scalar_subquery()


def _of_each(campaign: Campaign) -> Subquery:
    """By row of the audience: how many sales, and what is left of those in the campaign's currency."""
    staff = Task.done_by if campaign.kind == "call" else null()
    about = (CampaignMember.arm, CampaignMember.variant, CampaignMember.grade, CampaignMember.store_id)
    key = (CampaignMember.entered_on, CampaignMember.member_id)
    net = func.coalesce(func.sum(case((Sale.currency == campaign.currency, left()), else_=0)), 0)
    query = (
        select(*key, *about, cast(staff, Id).label("staff_id"), func.count(Sale.id).label("sales"), net.label("net"))
        .select_from(CampaignMember)
        .outerjoin(Sale, _her_purchases(campaign))
        .where(windows.measured(campaign.id))
        .group_by(*key, *about)
    )
    if campaign.kind == "call":
        query = query.outerjoin(Task, Task.id == CampaignMember.task_id).group_by(Task.done_by)
    return query.subquery()


def _her_purchases(campaign: Campaign) -> ColumnElement[bool]:
    """Sales in the window of a member, by ix_sale_customer within the days that any window covers."""
    first, last = windows.bounds(campaign.id) or (campaign.created_at, campaign.created_at)
    days = (first - _DAY).date(), (last + _DAY * (campaign.window_days + 1)).date()
    return and_(
        windows.hers(Sale),
        Sale.business_day.between(*days),
        windows.in_window(Sale.occurred_at, campaign.window_days),
        counted_stores(campaign.business_unit_id),
        still_sold(),
    )
