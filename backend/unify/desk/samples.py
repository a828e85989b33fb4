"""A small file that shows what can be imported: to be opened, filled and brought back."""

from __future__ import annotations

import csv
import io

from sqlalchemy import select

from backend.core.db import db
from backend.core.errors import NotFound
from backend.organization import Store

_ROWS = {
    "members": (
        ("고객번호", "이름", "영문명", "휴대폰", "카드번호", "생년월일", "성별", "국적", "지역", "메모"),
        ("C-0001", "김보기", "KIM BOGI", "010-0000-1234", "990000000001", "1990-01-31", "여", "KR", "서울 중구", ""),
        (
            "C-0002",
            "이예시",
            "",
            "010-0000-5678",
            "990000000002",
            "1985.12.1",
            "남",
            "KR",
            "부산 해운대구",
            "창가 자리",
        ),
    ),
    "products": (
        ("상품코드", "바코드", "상품명", "영문명", "브랜드", "분류", "판매가", "통화"),
        ("SKIN-1", "8800000000011", "하늘담 수분크림", "Haneuldam Cream", "하늘담", "스킨케어", "89,000", "KRW"),
        ("TEA-2", "8800000000028", "우전 녹차 선물 세트", "Ujeon Tea", "산아래", "차", "42,000", "KRW"),
    ),
    "sales": (
        ("영수증번호", "매장코드", "판매일시", "카드번호", "상품코드", "수량", "단가", "할인액", "판매금액", "통화"),
        ("R-1001", "{store}", "2026-01-15 14:05", "990000000001", "SKIN-1", "1", "89,000", "9,000", "80,000", "KRW"),
        ("R-1001", "{store}", "2026-01-15 14:05", "990000000001", "TEA-2", "2", "42,000", "0", "84,000", "KRW"),
        ("R-1002", "{store}", "2026-01-15 14:20", "", "TEA-2", "1", "42,000", "0", "42,000", "KRW"),
    ),
}


def sample(kind: str) -> bytes:
    """The file of a kind, as CSV that spreadsheets open with its Hangul. Raises `NotFound`."""
    if kind not in _ROWS:
        raise NotFound
    # A sale is somewhere: the file names a store that there is.
    store = db.session.scalar(select(Store.code).order_by(Store.code).limit(1)) or "S1"
    rows = [[store if cell == "{store}" else cell for cell in row] for row in _ROWS[kind]]
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()
