"""What a row of a file of sales may say: one line of a receipt. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.unify.files import amounts, cells
from backend.unify.files.fields import Field, Fields
from backend.unify.files.moments import read_moment, read_time
from backend.unify.files.products.fields import sku
from backend.unify.problems import UnreadableValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.unify.files.target import Readers

SALE_FIELDS = Fields(
    Field(
        "receipt",
        (
            *("영수증번호", "영수증", "거래번호", "전표번호", "주문번호", "판매번호", "매출번호", "승인번호"),
            *("receiptno", "receiptnumber", "receipt", "receiptid", "transactionno", "transactionid", "transaction"),
            *("orderno", "orderid", "ordernumber", "invoiceno", "saleno", "saleid", "basketid", "ticketno"),
        ),
    ),
    Field(
        "store",
        (
            *("매장코드", "점포코드", "지점코드", "매장", "점포", "지점", "판매매장"),
            *("storecode", "shopcode", "storeid", "storeno", "store", "shop", "branch"),
        ),
    ),
    Field(
        "sold_at",
        (
            *("판매일시", "거래일시", "결제일시", "주문일시", "매출일시", "일시"),
            *("판매일자", "판매일", "거래일자", "거래일", "매출일자", "매출일", "결제일", "일자", "날짜"),
            *("soldat", "saledatetime", "transactiondatetime", "datetime", "timestamp", "orderedat", "paidat"),
            *("saledate", "transactiondate", "orderdate", "salesdate", "businessdate", "date"),
        ),
    ),
    Field("time", ("판매시각", "판매시간", "거래시각", "거래시간", "결제시간", "시각", "시간", "time", "saletime")),
    Field("source_key", ("고객번호", "고객id", "고객코드", "customerid", "customerno", "customernumber")),
    Field(
        "card",
        (
            *("카드번호", "회원번호", "멤버십번호", "멤버십카드", "회원카드", "멤버십"),
            *("cardnumber", "cardno", "membernumber", "memberno", "membershipnumber", "memberid", "card"),
        ),
    ),
    Field(
        "phone", ("휴대폰", "휴대폰번호", "휴대전화", "핸드폰", "전화번호", "연락처", "mobile", "phone", "phonenumber")
    ),
    Field(
        "sku",
        (
            *("상품코드", "상품번호", "제품코드", "제품번호", "품목코드", "품번", "자사코드", "코드"),
            *("sku", "skucode", "productcode", "productno", "productid", "itemcode", "itemno", "itemid", "articleno"),
        ),
    ),
    Field("quantity", ("수량", "판매수량", "개수", "quantity", "qty", "units", "count")),
    Field("unit_price", ("단가", "판매단가", "판매가", "정가", "unitprice", "price", "listprice")),
    Field(
        "amount",
        (
            *("실판매금액", "실판매액", "실매출", "결제금액", "판매금액", "판매액", "매출액", "금액", "합계"),
            *("netamount", "lineamount", "amountpaid", "paid", "salesamount", "amount", "linetotal", "total", "net"),
        ),
    ),
    Field("discount", ("할인금액", "할인액", "할인", "discountamount", "discount")),
    Field("currency", ("통화", "통화코드", "화폐", "currency", "currencycode")),
    Field(
        "staff",
        (
            "판매사원",
            "판매원",
            "판매직원",
            "담당자",
            "담당직원",
            "직원",
            "사번",
            "seller",
            "staff",
            "cashier",
            "salesperson",
        ),
    ),
)
NEEDED = ("receipt", "store", "sold_at", "sku")
CUSTOMER = {"source-key": "source_key", "card": "card", "phone": "phone", "none": None}
"""By which field it is told whose a sale is."""
SAME = ("sold_at", "time", "source_key", "card", "phone", "currency", "staff")
"""What all lines of a receipt say alike, those that say it at all."""
LOOSE = ("source_key", "card", "phone", "staff")
"""What a sale can do without."""


def readers(stores: Mapping[str, str]) -> Readers:
    """How each cell is read; `stores` are ids by their codes."""
    return {
        "receipt": cells.one_line(38),
        "store": cells.Codes(stores, "store").__getitem__,
        "sold_at": _moment,
        "time": _time,
        "source_key": cells.one_line(80),
        "card": cells.card,
        "phone": cells.phone,
        "sku": sku,
        "quantity": amounts.quantity,
        "unit_price": amounts.amount,
        "amount": amounts.amount,
        "discount": amounts.amount,
        "currency": amounts.currency,
        "staff": cells.one_line(60),
    }


def _moment(text: str) -> str:
    if (found := read_moment(text)) is None:
        code = "moment"
        raise UnreadableValueError(code)
    return found


def _time(text: str) -> str:
    if (found := read_time(text)) is None:
        code = "time"
        raise UnreadableValueError(code)
    return found
