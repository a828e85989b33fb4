"""The named fields that a template may use. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Source = Literal["known", "given"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field as writers see it. `known` ones come from the database, `given` ones from whoever sends the text."""

    name: str
    label_ko: str
    label_en: str
    source: Source
    sample_ko: str
    sample_en: str


FIELDS: Final = (
    Field("customer.name", "고객 이름", "Customer's name", "known", "김민지", "Minji Kim"),
    Field("customer.grade", "고객 등급", "Customer's grade", "known", "골드", "Gold"),
    Field("customer.points", "보유 포인트", "Points", "known", "48,200", "48,200"),
    Field("customer.points_expiring", "곧 소멸할 포인트", "Points that expire next", "known", "3,000", "3,000"),
    Field("customer.points_expire_on", "포인트 소멸일", "Day they expire", "known", "12월 31일", "31 December"),
    Field("customer.staff", "선호 직원", "Preferred staff member", "known", "이서연", "Seoyeon Lee"),
    Field("customer.last_product", "최근 구매 상품", "Last purchase", "known", "하늘담 수분크림", "Haneuldam cream"),
    Field("store.name", "매장 이름", "Store's name", "known", "강남점", "Gangnam store"),
    Field("store.phone", "매장 전화", "Store's phone", "known", "02-3400-1234", "+82 2-3400-1234"),
    Field("sender.name", "보내는 곳", "Sender's name", "known", "하늘면세점", "Haneul Duty Free"),
    Field("sender.contact", "보내는 곳 연락처", "Sender's contact", "known", "1588-0000", "1588-0000"),
    Field("staff.name", "담당 직원", "Staff member", "known", "이서연", "Seoyeon Lee"),
    Field("product.name", "상품 이름", "Product", "given", "하늘담 수분크림", "Haneuldam cream"),
    Field("product.price", "상품 가격", "Price", "given", "89,000원", "KRW 89,000"),
    Field("offer.title", "혜택 이름", "Offer", "given", "가을 향수 20% 할인", "20% off autumn perfume"),
    Field("offer.until", "혜택 마감", "Offer ends", "given", "11월 30일", "30 November"),
    Field("coupon.code", "쿠폰 번호", "Coupon", "given", "HN-2026", "HN-2026"),
    Field("pickup.place", "인도 장소", "Pick-up place", "given", "2터미널 인도장", "Terminal 2 pick-up desk"),
    Field("pickup.time", "인도 시각", "Pick-up time", "given", "오후 3시", "3 pm"),
)

BY_NAME: Final[Mapping[str, Field]] = {field.name: field for field in FIELDS}
GIVEN: Final = frozenset(field.name for field in FIELDS if field.source == "given")
GROUPS: Final = frozenset(name.partition(".")[0] for name in BY_NAME)


def samples(language: str) -> dict[str, str]:
    """Return a value for each field, for previews without a customer."""
    return {field.name: field.sample_ko if language == "ko" else field.sample_en for field in FIELDS}


def to_fill_in(names: Collection[str]) -> list[dict[str, str]]:
    """Describe those of the named fields that whoever sends fills in, as tablets hold them."""
    return [
        {
            "name": field.name,
            "label_ko": field.label_ko,
            "label_en": field.label_en,
            "sample_ko": field.sample_ko,
            "sample_en": field.sample_en,
        }
        for field in FIELDS
        if field.source == "given" and field.name in names
    ]


def nested(values: Mapping[str, str | None]) -> dict[str, dict[str, str]]:
    """Turn `{"customer.name": "…"}` into `{"customer": {"name": "…"}}`; what is empty is left out."""
    tree: dict[str, dict[str, str]] = {group: {} for group in GROUPS}
    for name, value in values.items():
        if value is not None and value.strip():
            group, _, leaf = name.partition(".")
            tree[group][leaf] = value
    return tree


def flattened(given: Mapping[str, object]) -> dict[str, object]:
    """Accept both spellings of given fields, dotted and nested, and return the dotted one."""
    flat: dict[str, object] = {}
    for name, value in given.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{leaf}": inner for leaf, inner in value.items()}
        else:
            flat[name] = value
    return flat
