"""Why something is permitted or not: stable codes and what people read. A code keeps its meaning."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = ("ko", "en")

_REASONS: Final[dict[str, tuple[str, str]]] = {
    "granted": ("동의하셨습니다.", "The customer has agreed."),
    "existing_customer": (
        "동의는 없지만, 구매 후 6개월까지 같은 종류의 상품을 알릴 수 있습니다.",
        "There is no consent; within six months of a purchase the same kind of goods may be advertised.",
    ),
    "not_granted": ("동의하신 적이 없습니다.", "The customer has not agreed."),
    "refused": ("거부하셨습니다.", "The customer has refused."),
    "withdrawn": ("동의를 철회하셨습니다.", "The customer has withdrawn the consent."),
    "reconfirmation_due": (
        "동의하신 지 2년이 지나 다시 확인해야 합니다.",
        "The consent is two years old and has to be confirmed anew.",
    ),
    "guardian_needed": (
        "만 14세 미만일 때 보호자 동의 없이 받은 것이어서 효력이 없습니다.",
        "It was given under the age of 14 without a guardian's consent, and does not count.",
    ),
    "under_14": (
        "만 14세 미만에게는 광고를 보내지 않습니다.",
        "Nobody under the age of 14 is sent advertising.",
    ),
}

CODES: Final = frozenset(_REASONS)


def reason_text(code: str, language: str = "ko") -> str:
    """Return the sentence for a code, in Korean unless `language` is `en`."""
    korean, english = _REASONS[code]
    return english if language.lower().startswith("en") else korean
