"""Why a message waits, was not sent or failed: stable codes and what people read. A code keeps its meaning."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = ("ko", "en")

_REASONS: Final[dict[str, tuple[str, str]]] = {
    # The gate: ruled out.
    "customer_erased": ("삭제된 고객입니다.", "This customer has been erased."),
    "processing_suspended": (
        "고객의 요청으로 개인정보 이용이 정지되어 있습니다.",
        "The use of this customer's data is suspended.",
    ),
    "too_late": ("보낼 수 있는 시간이 지났습니다.", "The time in which it could be sent has passed."),
    "no_phone": ("전화번호가 없습니다.", "No phone number is known."),
    "bad_number": ("없는 전화번호이거나 형식이 잘못되었습니다.", "The phone number does not exist or is mistyped."),
    "landline": ("문자를 받을 수 없는 유선 번호입니다.", "The number is a landline, which takes no texts."),
    "number_suppressed": (
        "이 번호로 보낸 문자가 도달하지 않아 발송을 중단했습니다.",
        "Texts to this number did not arrive, so none are sent to it.",
    ),
    "refused": ("고객이 광고 수신을 거부했습니다.", "The customer has refused commercial messages."),
    "no_consent": ("광고 수신에 동의하지 않은 고객입니다.", "The customer has not agreed to commercial messages."),
    "advert_form": (
        "광고 문자의 법정 표시((광고), 보내는 곳, 연락처, 무료수신거부)가 빠졌습니다.",
        "The legal frame of a commercial text is missing: (광고), sender, contact, free refusal.",
    ),
    # The gate: held.
    "under_14": (
        "만 14세 미만에게는 광고를 보내지 않아 보류합니다.",
        "Held: nobody under the age of 14 is sent commercial messages.",
    ),
    "unknown_consent": ("수신 동의 여부를 알 수 없어 보류합니다.", "Held: whether the customer agreed is not known."),
    "unknown_sender": ("보내는 사업자를 알 수 없어 보류합니다.", "Held: the legal sender is not known."),
    "no_route": (
        "이 번호로 문자를 보낼 수 있는 중계사가 설정되어 있지 않아 보류합니다.",
        "Held: no provider is set up that sends to this number.",
    ),
    "uncertified_provider": (
        "중계사의 전송자격인증이 등록되어 있지 않아 광고를 보류합니다.",
        "Held: no certificate of the provider for commercial texts is on record.",
    ),
    "unregistered_number": (
        "보내는 사업부의 발신번호가 등록되어 있지 않아 광고를 보류합니다.",
        "Held: the sender has no registered number to send advertising from.",
    ),
    "unknown_time_zone": (
        "고객이 있는 곳의 시간을 알 수 없어 보류합니다.",
        "Held: the local time at the customer's place is not known.",
    ),
    "reconfirmation_due": (
        "동의한 지 2년이 지나 수신 동의를 다시 확인해야 합니다.",
        "Held: the consent is two years old and has to be confirmed anew.",
    ),
    "night": (
        "야간(21시~8시)에는 보내지 않습니다. 아침에 자동으로 발송됩니다.",
        "Not at night (21:00 to 08:00). It will go out in the morning.",
    ),
    # The gate: the house's own limits.
    "same_content": (
        "같은 내용을 이 번호로 최근에 이미 보냈습니다.",
        "The same content went to this number a short while ago.",
    ),
    "after_complaint": (
        "고객의 불만을 들은 지 얼마 되지 않아 광고를 보내지 않습니다.",
        "Held: the customer complained a short while ago.",
    ),
    "after_return": (
        "반품한 지 얼마 되지 않아 광고를 보내지 않습니다.",
        "Held: the customer returned something a short while ago.",
    ),
    "cap_day": (
        "오늘 보낼 수 있는 광고를 이 번호로 이미 다 보냈습니다.",
        "Held: this number has had as many commercial messages today as the house allows.",
    ),
    "cap_week": (
        "이번 주에 보낼 수 있는 광고를 이 번호로 이미 다 보냈습니다.",
        "Held: this number has had as many commercial messages this week as the house allows.",
    ),
    "cap_month": (
        "이번 달에 보낼 수 있는 광고를 이 번호로 이미 다 보냈습니다.",
        "Held: this number has had as many commercial messages this month as the house allows.",
    ),
    # The dispatcher and the provider.
    "throttled": (
        "통신사 속도 제한으로 잠시 뒤 다시 보냅니다.",
        "The provider asked to slow down; it is sent again shortly.",
    ),
    "provider_unreachable": (
        "문자 서비스에 연결할 수 없어 잠시 뒤 다시 보냅니다.",
        "The text service cannot be reached; it is sent again shortly.",
    ),
    "unsubscribed": (
        "고객이 통신사를 통해 이 발신 번호를 거부했습니다.",
        "The customer has refused this sender through the carrier.",
    ),
    "configuration": (
        "발송 설정에 문제가 있어 보내지 못했습니다. 관리자에게 알려 주세요.",
        "The sending service is not set up rightly. Tell an administrator.",
    ),
    "provider_refused": ("문자 서비스가 발송을 거절했습니다.", "The text service refused the message."),
    "undeliverable": ("통신사가 전달하지 못했습니다.", "The carrier could not deliver it."),
    "carrier_filtered": ("통신사가 차단했습니다.", "The carrier filtered it out."),
    "unreachable": ("휴대폰이 꺼져 있거나 연결되지 않습니다.", "The phone is switched off or out of reach."),
    "outcome_unknown": (
        "보냈는지 확인되지 않았습니다. 가지 않은 것이 확실해야 다시 보냅니다.",
        "It is not known whether it was sent. It is repeated only when it certainly was not.",
    ),
    "not_encodable": (
        "한국 통신사가 전달하지 못하는 글자가 있습니다.",
        "It has characters that Korean carriers do not pass.",
    ),
    "text_too_long": (
        "국내 문자의 최대 길이(2,000바이트)를 넘습니다.",
        "It is longer than a text in Korea may be (2,000 bytes).",
    ),
    "no_longer_stands": (
        "그동안 동의가 새로 확인되었거나 철회되어 알릴 필요가 없습니다.",
        "The consent was confirmed or withdrawn meanwhile; there is nothing to tell.",
    ),
    # Pushes to staff.
    "no_device": ("알림을 받을 기기가 없습니다.", "There is no device on which to tell this."),
    "quiet_hours": (
        "방해 금지 시간이어서 끝난 뒤에 알립니다.",
        "Held: it is told when the quiet hours are over.",
    ),
    "gathered": (
        "방금 알림을 보냈으므로 잠시 모아서 한 번에 알립니다.",
        "Held: a notice went a moment ago; what comes meanwhile is told together.",
    ),
    "push_gone": ("이 기기의 알림 구독이 끝났습니다.", "The subscription of this device has ended."),
    "push_too_large": (
        "푸시 서비스가 알림이 너무 크다고 거절했습니다.",
        "The push service finds the notice too large.",
    ),
    "push_busy": (
        "푸시 서비스의 요청으로 잠시 뒤 다시 보냅니다.",
        "The push service asked to wait; it is sent again shortly.",
    ),
    "push_unreachable": (
        "푸시 서비스에 연결할 수 없어 잠시 뒤 다시 보냅니다.",
        "The push service cannot be reached; it is sent again shortly.",
    ),
    "push_keys_refused": (
        "푸시 서비스가 이 서버의 키를 거절했습니다. DANGOL_PUSH_KEY와 서버 시각을 확인해 주세요.",
        "The push service refuses this server's keys. Check DANGOL_PUSH_KEY and the server's clock.",
    ),
    "push_refused": ("푸시 서비스가 알림을 거절했습니다.", "The push service refused the notice."),
    "push_not_allowed": (
        "허용되지 않은 주소로는 알림을 보내지 않습니다.",
        "Nothing is sent to this address: it is not on the list of push services.",
    ),
    # Sending that stopped.
    "many_filtered": (
        "통신사가 차단한 문자가 많아 발송을 멈췄습니다. 내용과 발신 번호를 확인해 주세요.",
        "Sending was paused: carriers filter out too many of these texts. Check the words and the sender.",
    ),
    "many_failures": (
        "실패한 문자가 많아 발송을 멈췄습니다. 받는 번호와 발송 설정을 확인해 주세요.",
        "Sending was paused: too many of these texts fail. Check the numbers and the sending service.",
    ),
    "by_hand": ("담당자가 발송을 멈췄습니다.", "Somebody of the house paused it."),
    "canceled": ("발송이 취소되었습니다.", "It was cancelled."),
}

CODES: Final = frozenset(_REASONS)


def reason_text(code: str, language: str = "ko") -> str:
    """Return the sentence for a code, in Korean unless `language` is `en`. An unknown code is its own sentence."""
    sentences = _REASONS.get(code)
    if sentences is None:
        return code
    return sentences[1] if language.lower().startswith("en") else sentences[0]
