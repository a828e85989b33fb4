"""What the members of an audience bought within their windows: sums by arm, variant, grade, store and staff.

Everything is added up by the database; of a million members some hundreds of rows come back, which add up exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import BigInteger, Double, and_, case, cast, func, literal, null, select, true

from backend.campaigns.effect import windows
from backend.campaigns.effect.statistics import Sums
from backend.campaigns.models import CampaignMember
from backend.care import Task
from backend.core.db import db
from backend.organization import Store, unshared_stores
from backend.sales import Sale, SaleLine, SaleReturn, SaleReturnLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import CTE, ColumnElement, Select
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
    spent = _spent(campaign)
    staff = Task.done_by if campaign.kind == "call" else null()
    keys = (CampaignMember.arm, CampaignMember.variant, CampaignMember.grade, CampaignMember.store_id, staff)
    query = select(
        *keys,
        func.count(),
        func.count(spent.c.sales),
        func.coalesce(func.sum(spent.c.sales), 0),
        *square_sums(func.coalesce(spent.c.net, 0)),
        func.max(func.coalesce(spent.c.net, 0)),
    ).select_from(CampaignMember)
    joined = query.outerjoin(spent, _same_row(spent)).where(windows.measured(campaign.id))
    if campaign.kind == "call":
        joined = joined.outerjoin(Task, Task.id == CampaignMember.task_id)
    grouping = keys if campaign.kind == "call" else keys[:-1]
    found: dict[Cell, Bought] = {}
    for *key, members, buyers, sales, total, high, mixed, low, largest in db.session.execute(
        joined.group_by(*grouping)
    ):
        spend = Sums(members, int(total), squares(high, mixed, low))
        found[Cell(*key)] = Bought(members, buyers, int(sales), spend, int(largest))
    return found


def left_out(campaign: Campaign) -> list[dict[str, Any]]:
    """Sales in other currencies by arm: purchases, but in no amount."""
    bought = _bought(campaign)
    refunds = _refunds(bought)
    query = (
        select(
            bought.c.arm,
            bought.c.currency,
            func.count(),
            func.sum(bought.c.total - func.coalesce(refunds.c.amount, 0)),
        )
        .select_from(bought)
        .outerjoin(refunds, refunds.c.sale_id == bought.c.id)
        .where(bought.c.currency != campaign.currency)
        .group_by(bought.c.arm, bought.c.currency)
        .order_by(bought.c.arm.desc(), bought.c.currency)
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
    return ~select(literal(1)).where(SaleReturn.sale_id == Sale.id, SaleReturn.whole).exists()


def counted_stores(unit_id: str | None) -> ColumnElement[bool]:
    """Leave out stores of business units that keep their own purchases, but for the campaign's own unit."""
    hidden = unshared_stores()
    own = select(Store.id).where(Store.business_unit_id == unit_id)
    hidden -= frozenset(db.session.scalars(own)) if hidden and unit_id else frozenset()
    return Sale.store_id.not_in(sorted(hidden)) if hidden else true()


def _bought(campaign: Campaign) -> CTE:
    """Every sale in the window of a member, by ix_sale_customer within the days that any window covers."""
    first, last = windows.bounds(campaign.id) or (campaign.created_at, campaign.created_at)
    days = (first - _DAY).date(), (last + _DAY * (campaign.window_days + 1)).date()
    return (
        select(
            CampaignMember.entered_on,
            CampaignMember.member_id,
            CampaignMember.arm,
            Sale.id,
            Sale.currency,
            Sale.total,
        )
        .join(Sale, and_(windows.hers(Sale), Sale.business_day.between(*days)))
        .where(
            windows.measured(campaign.id),
            windows.in_window(Sale.occurred_at, campaign.window_days),
            counted_stores(campaign.business_unit_id),
            still_sold(),
        )
        .cte("bought")
    )


def _refunds(bought: CTE) -> Subquery:
    """What came back of these sales is worth; by ix_sale_return_sale and the keys of lines. As `sales.rules.refund`."""
    return refunds_of(select(bought.c.id))


def refunds_of(sale_ids: Select[Any]) -> Subquery:
    """(sale_id, amount) of sales of which something came back, in minor units."""
    back = (
        select(SaleReturn.sale_id, SaleReturnLine.line, func.sum(_pieces(SaleReturnLine.quantity)).label("pieces"))
        .join(SaleReturnLine, SaleReturnLine.return_id == SaleReturn.id)
        .where(SaleReturn.sale_id.in_(sale_ids))
        .group_by(SaleReturn.sale_id, SaleReturnLine.line)
        .subquery()
    )
    amount, pieces = SaleLine.amount, cast(back.c.pieces, BigInteger)
    each, rest = amount // SaleLine.quantity, amount % SaleLine.quantity
    worth = case(
        ((SaleLine.quantity < 1) | (amount < 0), 0),
        (pieces >= SaleLine.quantity, amount),
        (SaleLine.quantity > _PIECES, each * pieces),
        else_=each * pieces + rest * pieces // SaleLine.quantity,
    )
    return (
        select(back.c.sale_id, func.sum(worth).label("amount"))
        .join(SaleLine, and_(SaleLine.sale_id == back.c.sale_id, SaleLine.position == back.c.line))
        .group_by(back.c.sale_id)
        .subquery()
    )


def _pieces(quantity: Any) -> ColumnElement[int]:  # noqa: ANN401 - a column
    return case((quantity > 0, quantity), else_=0)


def _spent(campaign: Campaign) -> Subquery:
    """By row of the audience with a purchase: how many sales, and what is left of those in the campaign's currency."""
    bought = _bought(campaign)
    refunds = _refunds(bought)
    left = bought.c.total - func.coalesce(refunds.c.amount, 0)
    return (
        select(
            bought.c.entered_on,
            bought.c.member_id,
            func.count().label("sales"),
            func.sum(case((bought.c.currency == campaign.currency, left), else_=0)).label("net"),
        )
        .select_from(bought)
        .outerjoin(refunds, refunds.c.sale_id == bought.c.id)
        .group_by(bought.c.entered_on, bought.c.member_id)
        .subquery()
    )


def _same_row(spent: Subquery) -> ColumnElement[bool]:
    return and_(spent.c.entered_on == CampaignMember.entered_on, spent.c.member_id == CampaignMember.member_id)
