"""What a row of a file of products may say. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backend.unify.files.fields import Field, Fields
from backend.unify.problems import UnreadableValueError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

PRODUCT_FIELDS = Fields(
    Field(
        "sku",
        (
            *("상품코드", "상품번호", "제품코드", "제품번호", "품목코드", "품번", "자사코드", "코드"),
            *("sku", "skucode", "productcode", "productno", "productid", "itemcode", "itemno", "itemid", "articleno"),
            *("articlecode", "code"),
        ),
    ),
    Field("barcode", ("바코드", "바코드번호", "상품바코드", "barcode", "ean", "ean13", "gtin", "upc", "jan")),
    Field(
        "name",
        (
            *("상품명", "제품명", "품명", "품목명", "한글상품명", "상품명한글", "이름"),
            *("productname", "itemname", "articlename", "name", "title", "description"),
        ),
    ),
    Field(
        "name_latin",
        (
            *("영문상품명", "상품명영문", "영문제품명", "영문품명", "영문명", "영문"),
            *("englishname", "nameenglish", "nameen", "productnameen", "namelatin", "latinname"),
        ),
    ),
    Field("brand", ("브랜드", "브랜드명", "brand", "brandname", "maker", "제조사")),
    Field(
        "category",
        (
            *("분류", "상품분류", "카테고리", "품목군", "상품군", "대분류", "중분류"),
            *("category", "categoryname", "productcategory", "producttype", "department", "group"),
        ),
    ),
    Field(
        "price",
        (
            *("판매가", "판매가격", "소비자가", "소비자가격", "정가", "가격", "단가"),
            *("price", "saleprice", "sellingprice", "retailprice", "listprice", "unitprice"),
        ),
    ),
    Field("currency", ("통화", "통화코드", "화폐", "currency", "currencycode")),
    Field("unit", ("사업장", "사업장코드", "사업부", "사업부코드", "businessunit", "unitcode", "unit")),
)
_SKU = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]{1,40}")
_BARCODE = re.compile(r"[0-9A-Za-z-]{4,20}", re.ASCII)
_GTIN = re.compile(r"\d{8}|\d{12,14}", re.ASCII)
_MOST = 0.8


def sku(text: str) -> str:
    """A product's code: up to 40 signs without blanks."""
    if not _SKU.fullmatch(text) or not text.isprintable():
        code = "sku"
        raise UnreadableValueError(code)
    return text


def barcode(text: str) -> str:
    """A barcode without blanks. What a spreadsheet made of a long one (8.80123E+12) is none."""
    number = text.replace(" ", "")
    if not _BARCODE.fullmatch(number):
        code = "barcode"
        raise UnreadableValueError(code)
    return number


def columns_by_values(rows: Sequence[Sequence[str]], _today: date) -> dict[int, str]:
    """Barcodes alone can be told by themselves."""
    for place in range(max((len(row) for row in rows), default=0)):
        values = [text for row in rows if place < len(row) and (text := row[place].strip())]
        if values and sum(_GTIN.fullmatch(text) is not None for text in values) / len(values) >= _MOST:
            return {place: "barcode"}
    return {}


def is_data(row: Sequence[str], _today: date) -> bool:
    """Whether a first row is no heading: it holds a barcode."""
    return any(_GTIN.fullmatch(text.strip()) for text in row)
