"""What the edges take and give for articles."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.core.http import PageArgs
from backend.core.schemas import Schema


class ListArgs(PageArgs):
    """A page of articles, those matching `q` (the beginning of a name or brand, a code, a barcode)."""

    q = fields.String(load_default=None, validate=validate.Length(max=60))


class ProductSchema(Schema):
    """An article; `price` in minor units of `currency`, null where it is made at the till."""

    id = fields.String()
    sku = fields.String()
    barcode = fields.String(allow_none=True)
    name = fields.String()
    name_latin = fields.String(allow_none=True)
    brand = fields.String(allow_none=True)
    category = fields.String(allow_none=True)
    price = fields.Integer(allow_none=True)
    currency = fields.String()
    business_unit = fields.String(attribute="business_unit.code", dump_default=None, allow_none=True)


class ProductPage(Schema):
    """A page of articles."""

    items = fields.List(fields.Nested(ProductSchema))
    next = fields.String(allow_none=True)
