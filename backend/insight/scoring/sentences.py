"""Reasons of a score in words, Korean and English, from their codes and numbers. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend.core.money import exponent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Numbers = Mapping[str, float]

LANGUAGES = ("ko", "en")
_ALIKE = 0.05
"""Spend that differs by less is as usual."""
_SURE = 0.995
_SIGNS = {"KRW": "₩", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def sentence(code: str, numbers: Numbers, *, currency: str, language: str) -> str:
    """Say a reason of `statistics.reasons` in `language` (Korean unless it is `en`); money is in `currency`.

    `numbers` has `horizon` (days) beside those of `statistics.reasons.explain`. An unknown code is its own sentence.
    """
    said = _SAID.get(code)
    return code if said is None else said(numbers, currency, language != "en")


def speaks_for_itself(code: str, numbers: Numbers, effect: float) -> bool:
    """Whether a reason's sentence points where its effect does.

    A long silence can raise a chance against the average member, who is busier than somebody who came once: true, and
    nobody would understand it.
    """
    speaks_against = (code == "rhythm" and numbers["silence"] > numbers["usual_gap"]) or (
        code == "spend" and numbers["recent"] <= 0
    )
    return effect < 0 or not speaks_against


def _rhythm(numbers: Numbers, _currency: str, korean: bool) -> str:  # noqa: FBT001 - one of two languages
    usual, silence = _whole(numbers["usual_gap"]), _whole(numbers["silence"])
    told = _rhythm_ko if korean else _rhythm_en
    return told(usual, silence, own=numbers["own"] > 0)


def _rhythm_ko(usual: int, silence: int, *, own: bool) -> str:
    habit = f"보통 {usual:,}일마다 오시" if own else f"방문이 아직 적습니다. 회원들은 보통 {usual:,}일 만에 다시 오시"
    if silence > usual:
        return f"{habit}는데 {silence:,}일째 소식이 없습니다"
    since = f"마지막 구매는 {silence:,}일 전입니다" if silence else "기준일에도 구매하셨습니다"
    return f"{habit}고, {since}"


def _rhythm_en(usual: int, silence: int, *, own: bool) -> str:
    if not own:
        since = f"silent for {_days(silence)}" if silence else "the last visit was that day"
        return f"few visits so far: members usually return after {_days(usual)}, {since}"
    if silence > usual:
        return f"usually every {_days(usual)}, {silence - usual:,} late"
    since = f"last purchase {_days(silence)} ago" if silence else "last purchase that very day"
    return f"usually every {_days(usual)}, {since}"


def _spend(numbers: Numbers, currency: str, korean: bool) -> str:  # noqa: FBT001 - one of two languages
    recent, usual = numbers["recent"], numbers["usual"]
    if recent <= 0:
        return "최근 8주 동안 구매가 없습니다" if korean else "nothing bought in the last eight weeks"
    now, ever = _money(recent, currency, korean=korean), _money(usual, currency, korean=korean)
    if abs(recent - usual) <= _ALIKE * usual:
        return (
            f"최근 8주에도 평소처럼 한 번에 평균 {now}쯤 구매하셨습니다"
            if korean
            else f"spends {now} a visit in the last eight weeks, as usual"
        )
    more = recent > usual
    if korean:
        return f"최근 8주에는 한 번에 평균 {now}, 평소({ever})보다 {'많이' if more else '적게'} 구매하셨습니다"
    return f"spends {now} a visit in the last eight weeks, {'more' if more else 'less'} than the usual {ever}"


def _frequency(numbers: Numbers, _currency: str, korean: bool) -> str:  # noqa: FBT001 - one of two languages
    expected, alive, horizon = numbers["expected"], numbers["alive"], _whole(numbers["horizon"])
    # By the model nobody leaves before a second purchase: that says nothing of her.
    sure = alive >= _SURE
    if korean:
        said = f"앞으로 {horizon}일 동안 {expected:.1f}번 구매가"
        return f"{said} 예상됩니다" if sure else f"{said} 예상되고, 계속 이용하실 가능성은 {alive:.0%}입니다"
    said = f"{expected:.1f} visits expected within {horizon} days"
    return said if sure else f"{said}, still a customer with {alive:.0%}"


_SAID: dict[str, Callable[[Any, str, bool], str]] = {"rhythm": _rhythm, "spend": _spend, "frequency": _frequency}


def _whole(value: float) -> int:
    """Rounded half up."""
    return int(value + 0.5)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"


def _money(minor: float, currency: str, *, korean: bool) -> str:
    digits = exponent(currency)
    amount = f"{minor / 10**digits:,.{digits}f}"
    if currency == "KRW" and korean:
        return f"{amount}원"
    sign = _SIGNS.get(currency)
    return f"{sign}{amount}" if sign else f"{amount} {currency}"
