"""Campaigns with an audience, messages, sales and what else came of them, for the tests of the effect."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from backend.campaigns import Campaign, CampaignMember
from backend.core.db import db
from backend.core.ids import new_id
from backend.sales import Sale, SaleLine, SaleReturn, SaleReturnLine
from tests import factories

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from backend.organization import Store

BEGAN = datetime(2026, 9, 1, 1, 30, 0, 250_000, tzinfo=UTC)
DAY = timedelta(days=1)


def campaign(**values: Any) -> Campaign:
    """A campaign by text that is over."""
    plain = {"name": "가을 행사", "kind": "text", "state": "done", "window_days": 28, "currency": "KRW"}
    made = Campaign(**plain | {"started_at": BEGAN} | values)
    db.session.add(made)
    db.session.flush()
    return made


def member(of: Campaign, arm: str, customer_id: str | None = None, **values: Any) -> CampaignMember:
    """A row of its audience, of a new member unless one is named."""
    whose = customer_id or factories.customer().id
    plain = {"entered_on": date(2026, 9, 1), "member_id": whose, "customer_id": whose, "bucket": 5_000}
    plain |= {"variant": 0 if arm == "treated" else None, "from_at": BEGAN}
    made = CampaignMember(campaign_id=of.id, arm=arm, **plain | values)
    db.session.add(made)
    db.session.flush()
    return made


def sale(store_id: str, customer_id: str, at: datetime, *amounts: int, **values: Any) -> Sale:
    """A sale of articles for these amounts, each `pieces` times."""
    pieces = values.pop("pieces", 1)
    plain = {"currency": "KRW", "total": sum(amounts), "occurred_at": at, "business_day": at.date()}
    made = Sale(id=new_id(), customer_id=customer_id, store_id=store_id, **plain | values)
    db.session.add(made)
    db.session.flush()
    lines = [
        SaleLine(sale_id=made.id, position=position, sku="A1", quantity=pieces, amount=amount)
        for position, amount in enumerate(amounts)
    ]
    db.session.add_all(lines)
    db.session.flush()
    return made


def give_back(of: Sale, *lines: tuple[int, int], whole: bool = False) -> SaleReturn:
    """So many pieces of lines came back."""
    at = of.occurred_at + DAY
    made = SaleReturn(
        sale_id=of.id, store_id=of.store_id, reason="변심", occurred_at=at, business_day=at.date(), whole=whole
    )
    made.lines = [SaleReturnLine(position=n, line=line, quantity=pieces) for n, (line, pieces) in enumerate(lines)]
    db.session.add(made)
    db.session.flush()
    return made


def get(client: FlaskClient, path: str, status: int = 200) -> Any:
    """What an address below /campaigns answers."""
    answer = client.get(f"/api/v1/campaigns/{path}")
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()


def audience(made: Campaign, store: Store, arms: dict[str, tuple[int, int]], **values: Any) -> list[Any]:
    """{arm: (members, how many of them buy for 10,000 won)}."""
    rows = []
    for arm, (members, buyers) in arms.items():
        for number in range(members):
            row = member(made, arm, **values)
            if number < buyers:
                sale(store.id, row.customer_id, BEGAN + DAY, 10_000)
            rows.append(row)
    return rows
