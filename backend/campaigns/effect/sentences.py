"""What figures say, in Korean and English. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from backend.core.money import exponent

if TYPE_CHECKING:
    from collections.abc import Callable

    from backend.campaigns.effect.statistics import Interval

Said = dict[str, str]

REASONS: Final[dict[str, tuple[str, str]]] = {
    "no_holdout": (
        "무작위로 발송에서 제외한 고객이 없어 계산할 수 없습니다.",
        "Not computable: nobody was held out at random.",
    ),
    "not_begun": ("아직 시작하지 않아 계산할 수 없습니다.", "Not computable: it has not begun yet."),
    "too_few": (
        "비교할 고객이 30명보다 적어 계산할 수 없습니다.",
        "Not computable: fewer than 30 members on one side of the comparison.",
    ),
    "too_few_buyers": (
        "구매한 고객이 한쪽에 10명도 되지 않아 금액의 차이를 계산할 수 없습니다.",
        "Not computable: fewer than 10 buyers on one side, too few to compare amounts.",
    ),
    "no_sales_before": (
        "캠페인 전에 견줄 만큼 긴 기간의 판매 자료가 없어 계산할 수 없습니다.",
        "Not computable: the data has no earlier window as long as this one.",
    ),
    "no_sales_after": (
        "판매 자료가 캠페인 기간이 끝나기 전에 끝나 계산할 수 없습니다.",
        "Not computable: the data ends before the campaign's window does.",
    ),
    "not_past": (
        "지난 캠페인이 아니므로 이렇게 견주지 않습니다.",
        "Not computable: this comparison is for past campaigns only.",
    ),
    "no_comparison": (
        "대조군에서 누가 담당했을지 알 수 없어 견줄 수 없습니다.",
        "Not computable: whom they would have called among those held out is unknown.",
    ),
    "no_cost": ("든 비용이 기록되지 않아 계산할 수 없습니다.", "Not computable: no cost is on record."),
    "no_price": (
        "단가를 모르는 문자가 있어 계산할 수 없습니다.",
        "Not computable: the price of some of the texts is unknown.",
    ),
    "other_currency": (
        "비용의 통화가 캠페인의 통화와 다르고 환율을 알 수 없어 계산할 수 없습니다.",
        "Not computable: its costs are in another currency, and no rate is known.",
    ),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """How a difference is said: a sentence for a rise and one for a fall, and how its figures are written.

    `{value}` is written without its sign; `figure(value, language)` writes one.
    """

    rise: tuple[str, str]
    fall: tuple[str, str]
    figure: Callable[[float, str], str]


def of_reason(reason: str) -> Said:
    """Why there is no figure."""
    return said(*REASONS[reason])


def said(korean: str, english: str) -> Said:
    """A sentence in both languages."""
    return {"ko": korean, "en": english}


def joined(*parts: Said) -> Said:
    """Several sentences after each other."""
    return {language: " ".join(part[language] for part in parts) for language in ("ko", "en")}


def of_interval(sentence: Sentence, interval: Interval) -> Said:
    """The figure with its interval, and whether it could be chance."""
    words = sentence.rise if interval.value >= 0 else sentence.fall
    chance = _CLEAR if interval.clear else _CHANCE
    found = {}
    for language, text, tail, span in zip(("ko", "en"), words, chance, _SPAN, strict=True):
        low, high = (sentence.figure(each, language) for each in (interval.low, interval.high))
        body = text.format(value=sentence.figure(abs(interval.value), language), span=span.format(low=low, high=high))
        found[language] = f"{body} {tail}"
    return found


def share_against(korean: str, english: str) -> Sentence:
    """Of a difference in the share who bought, against whom."""
    return Sentence(
        (f"구매한 고객의 비율이 {korean}보다 {{value}} 높았습니다{{span}}.",
         f"The share who bought was {{value}} higher than among {english}{{span}}."),
        (f"구매한 고객의 비율이 {korean}보다 {{value}} 낮았습니다{{span}}.",
         f"The share who bought was {{value}} lower than among {english}{{span}}."),
        _points,
    )  # fmt: skip


def spend_against(korean: str, english: str, currency: str) -> Sentence:
    """Of a difference in mean net spend, against whom."""
    return Sentence(
        (f"고객 한 명의 순구매액이 {korean}보다 평균 {{value}} 많았습니다{{span}}.",
         f"A member spent {{value}} more on average than one of {english}{{span}}."),
        (f"고객 한 명의 순구매액이 {korean}보다 평균 {{value}} 적었습니다{{span}}.",
         f"A member spent {{value}} less on average than one of {english}{{span}}."),
        _money_in(currency),
    )  # fmt: skip


def share_changed() -> Sentence:
    """Of a difference in differences of shares."""
    return Sentence(
        ("보낸 고객의 구매 비율은 앞선 기간에 비해, 보내지 않은 고객의 변화보다 {value} 더 높아졌습니다{span}.",
         "Against the window before, the share who bought rose by {value} more where sent than elsewhere{span}."),
        ("보낸 고객의 구매 비율은 앞선 기간에 비해, 보내지 않은 고객의 변화보다 {value} 더 낮아졌습니다{span}.",
         "Against the window before, the share who bought fell by {value} more where sent than elsewhere{span}."),
        _points,
    )  # fmt: skip


def spend_changed(currency: str) -> Sentence:
    """Of a difference in differences of mean spend."""
    return Sentence(
        ("보낸 고객의 평균 구매액은 앞선 기간에 비해, 보내지 않은 고객의 변화보다 {value} 더 늘었습니다{span}.",
         "Against the window before, mean spend rose by {value} more where sent than elsewhere{span}."),
        ("보낸 고객의 평균 구매액은 앞선 기간에 비해, 보내지 않은 고객의 변화보다 {value} 더 줄었습니다{span}.",
         "Against the window before, mean spend fell by {value} more where sent than elsewhere{span}."),
        _money_in(currency),
    )  # fmt: skip


def refusals() -> Sentence:
    """Of a difference in the share who refused."""
    return Sentence(
        ("수신을 거부한 고객이 대조군보다 {value} 많았습니다{span}.",
         "{value} more members refused than among those held out{span}."),
        ("수신을 거부한 고객이 대조군보다 {value} 적었습니다{span}.",
         "{value} fewer members refused than among those held out{span}."),
        _of_a_thousand,
    )  # fmt: skip


def more_buyers() -> Sentence:
    """Of incremental buyers."""
    return Sentence(
        ("대상 전체로 보면 구매 고객이 {value} 늘었습니다{span}.", "For everybody treated: {value} more buyers{span}."),
        (
            "대상 전체로 보면 구매 고객이 {value} 줄었습니다{span}.",
            "For everybody treated: {value} fewer buyers{span}.",
        ),
        lambda value, language: f"{value:,.0f}명" if language == "ko" else f"{value:,.0f}",
    )


def more_sold(currency: str) -> Sentence:
    """Of the incremental amount."""
    return Sentence(
        (
            "대상 전체로 보면 순매출이 {value} 늘었습니다{span}.",
            "For everybody treated: {value} more in net sales{span}.",
        ),
        (
            "대상 전체로 보면 순매출이 {value} 줄었습니다{span}.",
            "For everybody treated: {value} less in net sales{span}.",
        ),
        _money_in(currency),
    )


def gained(currency: str) -> Sentence:
    """Of what is left when its cost is taken off."""
    return Sentence(
        ("비용을 빼고 {value} 남았습니다{span}.", "{value} is left after its cost{span}."),
        ("비용을 빼면 {value} 손해입니다{span}.", "{value} is lost after its cost{span}."),
        _money_in(currency),
    )


def ratio() -> Sentence:
    """Of what came back for each unit of cost."""
    return Sentence(
        ("비용 1에 {value} 돌아왔습니다{span}.", "{value} came back for each 1 that it cost{span}."),
        ("비용 1에 {value} 줄었습니다{span}.", "{value} was lost for each 1 that it cost{span}."),
        lambda value, _: f"{value:,.1f}",
    )


def money(amount: float, currency: str, language: str) -> str:
    """An amount in minor units as people read it."""
    digits = exponent(currency)
    text = f"{amount / 10**digits:,.{digits}f}"
    if currency == "KRW" and language == "ko":
        return f"{text}원"
    return f"{currency} {text}"


def percent(share: float) -> str:
    """A share as people read it."""
    return f"{100 * share:.1f}%"


_SPAN = ("(95% 구간 {low}~{high})", " (95 % interval {low} to {high})")
_CLEAR = ("우연만으로는 보기 드문 차이입니다.", "Chance alone would rarely do this.")
_CHANCE = ("구간이 0을 포함하므로 우연일 수 있습니다.", "The interval includes zero: this could be chance.")


def _points(value: float, language: str) -> str:
    return f"{100 * value:.1f}%p" if language == "ko" else f"{100 * value:.1f} points"


def _of_a_thousand(value: float, language: str) -> str:
    return f"1,000명당 {1_000 * value:.1f}명" if language == "ko" else f"{1_000 * value:.1f} of 1,000"


def _money_in(currency: str) -> Callable[[float, str], str]:
    return lambda value, language: money(value, currency, language)
