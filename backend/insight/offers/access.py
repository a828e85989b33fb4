"""What would be offered to a member now: read, never kept."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.catalog import Product
from backend.core.db import db, table_of
from backend.customers import CustomerFacts, get_customer
from backend.insight.offers.models import ProductPairing
from backend.insight.offers.rules import Article, Asked, Partner, Suggestion, barred_by, suggest
from backend.organization import BusinessUnit, Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

    from backend.customers import Customer

_product = table_of(Product).c
_ARTICLES = select(
    _product.sku, _product.name, _product.name_latin, _product.brand, _product.category, BusinessUnit.code
).select_from(table_of(Product).outerjoin(table_of(BusinessUnit), BusinessUnit.id == _product.business_unit_id))


def suggestions(customer_id: str, *, unit: str | None = None) -> list[tuple[Article, Suggestion]]:
    """At most three articles with their reasons, by her last purchase; none while the use of her data is suspended.

    `unit` is the code of the business unit that would sell them: that of her home store unless one is named. Raises
    `NotFound`. Her purchase facts and wishes decide alone, as they stand on the tablet's card: no score, no profile.
    """
    customer = get_customer(customer_id)
    if customer.suspended_at is not None:
        return []
    at = unit or _home_unit(customer)
    basket = [sku for sku, *_ in _last_basket(customer.id)]
    rows = _partners([*(f"sku:{sku}" for sku in basket), f"unit:{at}"])
    named = {partner.sku for partners in rows.values() for partner in partners} | set(basket)
    articles = {article.sku: article for article in _articles(_ARTICLES.where(_product.sku.in_(sorted(named))))}
    wishes = tuple((each.kind, each.value) for each in customer.preferences)
    # Only who has an allergy asks for the whole assortment.
    allergic = any(kind == "allergy" for kind, _ in wishes)
    barred = barred_by(wishes, _articles(_ARTICLES)) if allergic else frozenset()
    asked = Asked(basket, preferences=wishes, unit=at, barred=barred)
    pairings = {sku: rows[f"sku:{sku}"] for sku in basket}
    return [(articles[each.sku], each) for each in suggest(asked, pairings, rows[f"unit:{at}"], articles)]


def _last_basket(customer_id: str) -> list[list[Any]]:
    return db.session.scalar(select(CustomerFacts.last_basket).where(CustomerFacts.customer_id == customer_id)) or []


def _home_unit(customer: Customer) -> str | None:
    query = select(BusinessUnit.code).join(Store, Store.business_unit_id == BusinessUnit.id)
    return db.session.scalar(query.where(Store.id == customer.home_store_id))


def _partners(keys: Sequence[str]) -> dict[str, list[Partner]]:
    query = select(ProductPairing.key, ProductPairing.partners).where(ProductPairing.key.in_(keys))
    found: dict[str, list[Partner]] = defaultdict(list)
    for key, partners in db.session.execute(query):
        found[key] = [Partner(*partner) for partner in partners]
    return found


def _articles(query: Select[tuple[str, str, str | None, str | None, str | None, str | None]]) -> list[Article]:
    return [Article._make(row) for row in db.session.execute(query)]
