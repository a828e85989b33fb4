"""What somebody agreed to, as the consent ledger stands: who agreed, refused nothing since, and is no child."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend import consent
from backend.customers import Customer, Preference
from backend.segments.language import words
from backend.segments.language.conditions.common import YES_NO, as_asked
from backend.segments.language.conditions.member import turned
from backend.segments.language.registry import Among, Choice, Condition, Holds, Parameter, Phrase, Value

if TYPE_CHECKING:
    from backend.segments.language.names import Names
    from backend.segments.language.registry import Asking, Given

_CHANNELS = Value(
    "choice",
    choices=(
        Choice("sms", "문자", "texts"),
        Choice("call", "전화", "calls"),
        Choice("push", "앱 알림", "app messages"),
    ),
)
_KINDS = Value(
    "choice",
    choices=(
        Choice("like", "좋아하는 것", "likes"),
        Choice("dislike", "싫어하는 것", "dislikes"),
        Choice("allergy", "알레르기", "is allergic to"),
        Choice("size", "사이즈", "wears size"),
    ),
)
_CHANNEL = Parameter("channel", _CHANNELS, "수단", "Channel", required=True)
_SENDER = Parameter("unit", Value("unit"), "보내는 사업부", "Sender", required=True)
_KIND = Parameter("kind", _KINDS, "종류", "Kind", required=True)


def _marketing(given: Given, asking: Asking) -> Holds:
    channel, sender = given.get("channel"), given.get("unit")
    agreed = (
        consent.has_agreed(channel, sender)
        & ~consent.has_refused(channel, sender)
        & consent.is_child(asking.asked.now).is_not(True)
    )
    return Holds(as_asked(given, agreed), (Customer,), sure=True)


def _profiling(given: Given, _asking: Asking) -> Holds:
    return Holds(as_asked(given, consent.permits("profiling")), (Customer,), sure=True)


def _preference(given: Given, asking: Asking) -> Among:
    whose = Preference.customer_id
    found = select(whose).where(
        Preference.kind == given.get("kind"), Preference.value.in_(given.value), *asking.only(whose)
    )
    return Among(found, negated=given.op == "has_not")


def _say_marketing(given: Given, names: Names) -> Phrase:
    unit, channel = names.of("unit", given.get("unit")), _CHANNELS.said(given.get("channel"), names.language)
    return turned(
        Phrase(
            f"{unit}의 {channel} 광고에 동의",
            "했",
            f"agreed to {channel} from {unit}",
            f"did not agree to {channel} from {unit}",
        ),
        given,
    )


def _say_profiling(given: Given, _names: Names) -> Phrase:
    return turned(Phrase("맞춤 분석에 동의", "했", "agreed to profiling", "did not agree to profiling"), given)


def _say_preference(given: Given, names: Names) -> Phrase:
    said, kind = names.any_of("text", given.value), given.get("kind")
    if kind == "size":
        phrase = Phrase(f"사이즈가 {said}", "이", f"wear size {said}", f"do not wear size {said}")
    elif kind == "allergy":
        phrase = Phrase(f"{said} 알레르기가 ", "있", f"are allergic to {said}", f"are not allergic to {said}")
    else:
        ko, en = ("좋아", "like") if kind == "like" else ("싫어", "dislike")
        phrase = Phrase(f"{words.particle(said, '을', '를')} {ko}", "하", f"{en} {said}", f"do not {en} {said}")
    return turned(phrase, given)


CONDITIONS = (
    Condition(
        "marketing_consent",
        "consent",
        "광고 수신 동의",
        "Consent to marketing",
        ("is",),
        YES_NO,
        _marketing,
        _say_marketing,
        (_CHANNEL, _SENDER),
    ),
    Condition(
        "profiling_consent",
        "consent",
        "맞춤 분석 동의",
        "Consent to profiling",
        ("is",),
        YES_NO,
        _profiling,
        _say_profiling,
    ),
    Condition(
        "preference",
        "taste",
        "취향",
        "Taste",
        ("has", "has_not"),
        Value("text", many=True),
        _preference,
        _say_preference,
        (_KIND,),
    ),
)
