"""The texts that tell people about their own consents and points, in Korean and English. Pure.

Only characters that Korean carriers pass. Decree, article 62-2: who sends it, what was said and when, what came of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from backend.delivery.models import OwedNotice
    from backend.organization import BusinessUnit

_WHAT: Final = {
    "sms": ("광고 문자", "offers by text"),
    "push": ("광고 앱 알림", "offers by notification"),
    "call": ("광고 전화", "offers by phone"),
    None: ("모든 광고", "all offers"),
}
_NIGHT: Final = ("야간(21시-8시) ", "at night (21-8), ")
_RESULT: Final = {True: ("수신 동의", "agreed"), False: ("수신 거부", "refused")}
_TITLES: Final = {
    "consent_result": ("수신 동의·거부 처리 결과를 알려 드립니다.", "We have recorded what you told us."),
    "reconfirmation": ("수신 동의를 다시 확인해 주세요.", "Please confirm your consent."),
}
_RECORDED: Final = ("말씀하신 대로 처리되었습니다.", "It is in force as stated.")
_CONFIRM: Final = (
    "동의하신 지 곧 2년이 됩니다. 계속 받으시려면 매장에서 다시 확인해 주세요. 확인하지 않으시면 보내지 않습니다.",
    "It will soon be two years old. To go on receiving them confirm it at the store; otherwise we stop.",
)
_EXPIRING: Final = ("포인트 소멸 안내입니다.", "Some of your points expire soon.")
_USABLE: Final = ("그날까지 매장에서 쓰실 수 있습니다.", "You can use them at our stores until then.")
_ASK: Final = ("문의 ", "Contact ")
_REFUSE: Final = ("무료수신거부 ", "To refuse at no cost: ")
_SEGMENT, _SINGLE = 67, 70


def body(notices: Sequence[OwedNotice], sender: BusinessUnit | None, *, language: str, zone: ZoneInfo) -> str:
    """One text for `notices` of one person, sender and kind, with days as they were in `zone`."""
    kind, spoken = notices[0].kind, 0 if language == "ko" else 1
    name = (sender.sender_name or sender.name) if sender else ""
    lines = [f"[{name}] {_TITLES[kind][spoken]}" if name else _TITLES[kind][spoken]]
    lines += dict.fromkeys(_line(each, spoken, zone) for each in notices)
    lines.append((_RECORDED if kind == "consent_result" else _CONFIRM)[spoken])
    if sender and sender.contact:
        lines.append(f"{_ASK[spoken]}{sender.contact}")
    if sender and sender.refusal_number:
        lines.append(f"{_REFUSE[spoken]}{sender.refusal_number}")
    return "\n".join(lines)


def about_points(points: Mapping[date, int], sender: BusinessUnit | None, *, language: str) -> str:
    """One text for a person: how many points expire after which day."""
    spoken = 0 if language == "ko" else 1
    name = (sender.sender_name or sender.name) if sender else ""
    lines = [f"[{name}] {_EXPIRING[spoken]}" if name else _EXPIRING[spoken]]
    for day, count in sorted(points.items()):
        lines.append(f"{day:%Y.%m.%d}까지 {count:,}P" if spoken == 0 else f"{count:,} points until {day:%Y-%m-%d}")
    lines.append(_USABLE[spoken])
    if sender and sender.contact:
        lines.append(f"{_ASK[spoken]}{sender.contact}")
    return "\n".join(lines)


def size(text: str) -> int:
    """How many segments of a text that is not in GSM-7 it takes."""
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= _SINGLE else -(-units // _SEGMENT)


def _line(notice: OwedNotice, spoken: int, zone: ZoneInfo) -> str:
    day: datetime = notice.said_at.astimezone(zone)
    what, result = _WHAT[notice.channel][spoken], _RESULT[notice.granted][spoken]
    night = _NIGHT[spoken] if notice.night else ""
    if spoken == 0:
        return f"{day:%Y.%m.%d} {night}{what} {result}"
    return f"{day:%Y-%m-%d} {night}{what}: {result}"
