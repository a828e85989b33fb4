"""Who returned something a short while ago, and is left in peace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, select

from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.sales.models import Sale, SaleReturn

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

_FEW: Final = 200
"""Up to so many customers their sales are looked through; of more, everything that came back since."""

_sale, _return = table_of(Sale).c, table_of(SaleReturn).c
_SINCE: Any = (
    select(_sale.customer_id, func.max(_return.occurred_at))
    .join_from(table_of(SaleReturn), table_of(Sale), _sale.id == _return.sale_id)
    .where(_return.occurred_at >= bindparam("since"), _sale.customer_id.is_not(None))
    .group_by(_sale.customer_id)
)
_OF_FEW: Any = _SINCE.where(one_of(_sale.customer_id, "ids"))


def last_returns(customer_ids: Collection[str], since: datetime) -> dict[str, datetime]:
    """Of these customers, who returned something since a moment, and when last: one statement.

    By ix_sale_customer and ix_sale_return_sale, or by ix_sale_return_occurred where they are many.
    """
    if len(customer_ids) <= _FEW:
        rows = db.session.execute(_OF_FEW, {"ids": sorted(customer_ids), "since": since})
    else:
        rows = db.session.execute(_SINCE, {"since": since})
    wanted = frozenset(customer_ids)
    return {str(customer_id): at for customer_id, at in rows if customer_id in wanted}
