"""What went wrong with a row, or stands in an undo's way, as a sentence in Korean or English. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from backend.unify.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

Language = Literal["ko", "en"]
Trouble = tuple[int, str, str, str]
"""(line, code, heading of the column or "", detail): plain, because it travels between processes."""

# {heading} is a column's heading, {detail} a number, a short value or the heading of the key.
_ENGLISH = {
    "width": "{heading} values where {detail} are expected",
    "damaged": "the line is neither UTF-8 nor CP949 text",
    "quotation": "a quotation mark is not closed, or stands in the wrong place",
    "key_empty": "{heading} is empty, and members are known by it",
    "repeated": "{heading} is that of line {detail}; this later row was taken",
    "card_above": "{heading} is that of another member on line {detail}",
    "card_taken": "{heading} belongs to another member already",
    "several": "{detail} members have this {heading}: which one is meant?",
    "nameless": "{heading} is empty: a new member needs one",
    "phone": "{heading} is no phone number such as 010-1234-5678 or +82 10 1234 5678",
    "email": "{heading} is no e-mail address such as minji@example.com",
    "card": "{heading} is no card number: 1 to 40 letters, digits and hyphens",
    "payment_card": "{heading} looks like the number of a payment card, which is not kept",
    "signs": "{heading} holds signs that are no text",
    "long": "{heading} is longer than {detail} characters",
    "many": "{heading} holds more than {detail} values",
    "day": "{heading} is no past day such as 1990-01-31, 19900131, 90.1.31 or 1990년 1월 31일",
    "sex": "{heading} {detail} is none of 남, 여, M, F, 1, 2",
    "language": "{heading} {detail} is none of ko, en, zh, ja",
    "country": "{heading} {detail} is none of two letters (ISO 3166) or a usual name, such as KR or 한국",
    "store": "{heading} {detail} is the code of no store",
    "unit": "{heading} {detail} is the code of no business unit",
    "product_key_empty": "{heading} is empty, and products are known by it",
    "sku_above": "{heading} is that of another product on line {detail}",
    "sku_taken": "{heading} is that of another product already, which has another barcode or none",
    "sku_differs": "{heading} is another one than that of the product with this barcode",
    "several_products": "{detail} products have this {heading}: which one is meant?",
    "nameless_product": "{heading} is empty: a new product needs one",
    "skuless": "{heading} is empty: a new product needs a code",
    "sku": "{heading} is no product code: 1 to 40 signs without blanks",
    "barcode": "{heading} is no barcode: 4 to 20 letters and digits, written out",
    "amount": "{heading} is no amount such as 89000, 89,000 or 12.50",
    "negative": "{heading} is less than nothing",
    "decimals": "{heading} has more decimals than {detail} has",
    "currency": "{heading} {detail} is none of the currencies that are taken, such as KRW, USD, JPY",
    "currency_missing": "{heading}: in which currency? The stores have several; name a column for it",
    "price_missing": "{heading} is another one, and the row does not say the price in it",
    "empty": "{heading} is empty",
    "moment": "{heading} is no time such as 2026-11-22 14:05, 20261122140500 or 2026.11.22 오후 2:05",
    "time": "{heading} is no time of day such as 14:05 or 오후 2:05",
    "future": "{heading} has not come yet",
    "quantity": "{heading} is no whole number from 1",
    "returned": "{heading} is less than nothing: a return belongs to its sale, and is entered there",
    "no_amount": "{heading} and the unit price are empty: what was paid?",
    "line_sum": "{heading} is not the unit price times the quantity, less the discount",
    "differs_above": "{heading} is another one than on line {detail} of the same receipt",
    "with_line": "{heading}: left out, because line {detail} of the same receipt cannot be used",
    "long_receipt": "{heading} stands on more than {detail} lines, of which none was taken",
    "other_sale": "{heading} is there already with another content; a sale is never written over",
}
_KOREAN = {
    "width": "값이 {heading}개입니다. {detail}개여야 합니다",
    "damaged": "UTF-8도 CP949도 아닌 글자가 있어 줄을 읽을 수 없습니다",
    "quotation": "따옴표가 닫히지 않았거나 잘못된 자리에 있습니다",
    "key_empty": "‘{heading}’ 칸이 비어 있습니다. 회원을 이 값으로 알아봅니다",
    "repeated": "‘{heading}’ 값이 {detail}번째 줄과 같습니다. 뒤의 이 줄을 썼습니다",
    "card_above": "‘{heading}’ 값은 {detail}번째 줄에 있는 다른 회원의 것입니다",
    "card_taken": "‘{heading}’ 값은 이미 다른 회원의 카드입니다",
    "several": "‘{heading}’ 값이 같은 회원이 {detail}명입니다. 누구인지 알 수 없습니다",
    "nameless": "‘{heading}’ 칸이 비어 있습니다. 새 회원에게는 이름이 필요합니다",
    "phone": "‘{heading}’ 값은 010-1234-5678 같은 전화번호가 아닙니다",
    "email": "‘{heading}’ 값은 minji@example.com 같은 이메일 주소가 아닙니다",
    "card": "‘{heading}’ 값은 카드번호가 아닙니다. 영문, 숫자, 하이픈 1~40자여야 합니다",
    "payment_card": "‘{heading}’ 값은 결제 카드번호로 보입니다. 결제 카드번호는 저장하지 않습니다",
    "signs": "‘{heading}’ 값에 글자가 아닌 기호가 있습니다",
    "long": "‘{heading}’ 값이 {detail}자보다 깁니다",
    "many": "‘{heading}’ 칸에 값이 {detail}개보다 많습니다",
    "day": "‘{heading}’ 값은 1990-01-31, 19900131 같은 지난 날짜가 아닙니다",
    "sex": "‘{heading}’ 값 {detail}: 남, 여, M, F, 1, 2 가운데 하나여야 합니다",
    "language": "‘{heading}’ 값 {detail}: ko, en, zh, ja 가운데 하나여야 합니다",
    "country": "‘{heading}’ 값 {detail}: KR 같은 두 글자 국가 코드나 한국 같은 나라 이름이어야 합니다",
    "store": "‘{heading}’ 값 {detail}: 이런 코드의 매장이 없습니다",
    "unit": "‘{heading}’ 값 {detail}: 이런 코드의 사업장이 없습니다",
    "product_key_empty": "‘{heading}’ 칸이 비어 있습니다. 상품을 이 값으로 알아봅니다",
    "sku_above": "‘{heading}’ 값은 {detail}번째 줄에 있는 다른 상품의 것입니다",
    "sku_taken": "‘{heading}’ 값은 이미 다른 상품의 것입니다. 그 상품의 바코드는 이것이 아닙니다",
    "sku_differs": "‘{heading}’ 값이 이 바코드를 가진 상품의 것과 다릅니다",
    "several_products": "‘{heading}’ 값이 같은 상품이 {detail}개입니다. 어느 것인지 알 수 없습니다",
    "nameless_product": "‘{heading}’ 칸이 비어 있습니다. 새 상품에는 이름이 필요합니다",
    "skuless": "‘{heading}’ 칸이 비어 있습니다. 새 상품에는 코드가 필요합니다",
    "sku": "‘{heading}’ 값은 상품코드가 아닙니다. 빈칸 없는 1~40자여야 합니다",
    "barcode": "‘{heading}’ 값은 바코드가 아닙니다. 줄여 쓰지 않은 영문과 숫자 4~20자여야 합니다",
    "amount": "‘{heading}’ 값은 89000, 89,000, 12.50 같은 금액이 아닙니다",
    "negative": "‘{heading}’ 값이 0보다 작습니다",
    "decimals": "‘{heading}’ 값에 {detail}에는 없는 소수 자리가 있습니다",
    "currency": "‘{heading}’ 값 {detail}: KRW, USD, JPY 같은 통화 코드여야 합니다",
    "currency_missing": "‘{heading}’: 어느 통화인지 알 수 없습니다. 매장의 통화가 여럿이니 통화 열이 있어야 합니다",
    "price_missing": "‘{heading}’ 값이 바뀌었는데 그 통화의 가격이 없습니다",
    "empty": "‘{heading}’ 칸이 비어 있습니다",
    "moment": "‘{heading}’ 값은 2026-11-22 14:05, 20261122140500, 2026.11.22 오후 2:05 같은 때가 아닙니다",
    "time": "‘{heading}’ 값은 14:05, 오후 2:05 같은 시각이 아닙니다",
    "future": "‘{heading}’ 값이 아직 오지 않은 때입니다",
    "quantity": "‘{heading}’ 값은 1 이상의 정수가 아닙니다",
    "returned": "‘{heading}’ 값이 0보다 작습니다. 반품은 원래 판매에서 처리해 주세요",
    "no_amount": "‘{heading}’ 칸과 단가가 비어 있어 얼마를 냈는지 알 수 없습니다",
    "line_sum": "‘{heading}’ 값이 단가 × 수량 − 할인과 다릅니다",
    "differs_above": "‘{heading}’ 값이 같은 영수증의 {detail}번째 줄과 다릅니다",
    "with_line": "‘{heading}’: 같은 영수증의 {detail}번째 줄을 쓸 수 없어 함께 뺐습니다",
    "long_receipt": "‘{heading}’ 값이 {detail}줄보다 많아 모두 뺐습니다",
    "other_sale": "‘{heading}’ 값의 판매가 다른 내용으로 이미 있습니다. 있는 판매는 고치지 않습니다",
}
_WORDS = {"en": _ENGLISH, "ko": _KOREAN}
_NAME = {"en": "the name", "ko": "이름"}
_NAMES = {
    "skuless": {"en": "the product code", "ko": "상품코드"},
    "currency_missing": {"en": "the currency", "ko": "통화"},
    "no_amount": {"en": "the amount", "ko": "금액"},
    "line_sum": {"en": "the amount", "ko": "금액"},
}
# To whom or what something happened, behind its name.
_KOREAN_WHOSE = {"members": "회원에게", "products": "상품에", "sales": "판매에"}
_TOUCHED_BY = {
    "sale": ("a sale", "판매"),
    "sale_line": ("a sale", "판매"),
    "sale_return": ("a return", "반품"),
    "sale_coupon": ("a coupon", "쿠폰"),
    "coupon_use": ("a coupon", "쿠폰"),
    "coupon_code": ("a coupon", "쿠폰"),
    "review": ("its flags looked at", "확인"),
    "note": ("a note", "메모"),
    "consent_entry": ("a consent", "동의 기록"),
    "message": ("a message", "메시지"),
    "points_entry": ("points", "포인트"),
    "preference": ("a preference", "취향"),
    "customer_phone": ("another number", "다른 전화번호"),
    "merge": ("another member merged into her", "다른 회원과의 합치기"),
    "edit": ("an edit", "정보 수정"),
    "cards": ("a change of her cards", "카드 변경"),
}


def sentence(code: str, heading: str, detail: str, *, language: Language = "en") -> str:
    """A problem in words."""
    unnamed = _NAMES.get(code, _NAME)[language]
    return _WORDS[language][code].format(heading=heading or unnamed, detail=detail)


def worded(file: str, troubles: Iterable[Trouble]) -> list[Problem]:
    """Problems as the command line tells them."""
    return [Problem(file, line, sentence(code, heading, detail)) for line, code, heading, detail in troubles]


def touched(what: str, detail: str, whose: str, *, kind: str = "members", language: Language = "en") -> str:
    """Why an import of `kind` cannot be undone: `whose` row has had `what` since (a code, or the name of a table)."""
    if what == "import":
        words = (f"a later import ({detail})", f"나중의 가져오기({detail})")
    else:
        words = _TOUCHED_BY.get(what, (f"an entry in {what}", "다른 기록"))
    if language == "en":
        return f"This import cannot be undone: {whose} has had {words[0]} since."
    return f"이 가져오기는 되돌릴 수 없습니다. 그 뒤에 {whose} {_KOREAN_WHOSE[kind]} {words[1]} 기록이 생겼습니다."


__all__ = ["Language", "Trouble", "sentence", "touched", "worded"]
