"""The addresses below /products."""

from __future__ import annotations

from typing import Any

from backend.catalog import access
from backend.catalog.models import Product
from backend.catalog.schemas import ListArgs, ProductPage, ProductSchema
from backend.core.http import Blueprint, page
from backend.organization import require_staff

blueprint = Blueprint("products", __name__, description="Articles")


@blueprint.route("/products")
@blueprint.arguments(ListArgs, location="query")
@blueprint.response(200, ProductPage)
@blueprint.alt_response(401, description="Nobody is signed in")
def list_products(args: dict[str, Any]) -> dict[str, Any]:
    """Articles by name."""
    require_staff()
    items, after = page(access.products(args["q"]), keys=(Product.name, Product.id), args=args)
    return {"items": items, "next": after}


@blueprint.route("/products/<product_id>")
@blueprint.response(200, ProductSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such article")
def get_product(product_id: str) -> Product:
    """One article."""
    require_staff()
    return access.product(product_id)
