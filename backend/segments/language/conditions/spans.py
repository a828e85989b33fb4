"""How the purchases are called that a condition means: which goods, where, when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.segments.language import words

if TYPE_CHECKING:
    from backend.segments.language.names import Names
    from backend.segments.language.registry import Given


_GOODS_KO = (("brand", "{} 브랜드"), ("category", "{} 분류"))
_GOODS_EN = (("brand", "of the brand {}"), ("category", "of the category {}"))


def where_ko(given: Given, names: Names) -> str:
    """“서울점에서 최근 90일 이내에 ”, with a space behind; nothing where all purchases are meant."""
    parts = [f"{names.any_of(name, given.get(name))}에서" for name in ("unit", "store") if given.get(name)]
    days = given.get("within_days")
    if days is not None:
        parts.append(f"최근 {days}일 이내에" if days else "오늘")
    if given.get("from"):
        parts.append(f"{words.day(given.get('from'), 'ko')}부터")
    if given.get("until"):
        parts.append(f"{words.day(given.get('until'), 'ko')} 전까지")
    return "".join(f"{each} " for each in parts)


def where_en(given: Given, names: Names) -> str:
    """“ at Seoul within the last 90 days”, with a space in front."""
    forms = (("store", "at {}"), ("unit", "at a store of {}"))
    parts = [form.format(names.any_of(name, given.get(name))) for name, form in forms if given.get(name)]
    days = given.get("within_days")
    if days is not None:
        parts.append(f"within the last {words.days(days)}" if days else "today")
    if given.get("from"):
        parts.append(f"from {words.day(given.get('from'), 'en')} on")
    if given.get("until"):
        parts.append(f"before {words.day(given.get('until'), 'en')}")
    return "".join(f" {each}" for each in parts)


def goods_ko(given: Given, names: Names) -> str:
    """“향수 분류 상품”; nothing where all goods are meant."""
    parts = [form.format(names.any_of(name, given.get(name))) for name, form in _GOODS_KO if given.get(name)]
    if given.get("product"):
        parts.append(names.any_of("product", given.get("product")))
    elif parts:
        parts.append("상품")
    return " ".join(parts)


def goods_en(given: Given, names: Names) -> str:
    """“goods of the category perfume”; nothing where all goods are meant."""
    parts = [form.format(names.any_of(name, given.get(name))) for name, form in _GOODS_EN if given.get(name)]
    if given.get("product"):
        parts.insert(0, names.any_of("product", given.get("product")))
    elif parts:
        parts.insert(0, "goods")
    return " ".join(parts)
