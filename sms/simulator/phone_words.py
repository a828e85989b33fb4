"""What the simulator's phone says, in Korean and English."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = ("ko", "en")
WORDS: Final = {
    "ko": {
        "title": "문자 시뮬레이터",
        "banner": "데모입니다. 실제 문자는 발송되지 않습니다.",
        "messages": "메시지",
        "nothing": "아직 받은 문자가 없습니다.",
        "how": "고객 카드에서 문자를 보내면 여기에 고객의 휴대폰 화면으로 나타납니다.",
        "choose": "왼쪽에서 대화를 선택하세요.",
        "back": "목록",
        "other": "English",
        "today": "오늘",
        "phone": "고객 휴대폰",
        "segment": "건",
        "segments": "건",
        "read_only": "이 나라에서는 통신망이 답장을 전하지 않아, 이 번호로는 답장할 수 없습니다. "
        "수신거부는 문자에 적힌 방법으로 합니다.",
        "answer": "답장",
        "send": "보내기",
        "try": "STOP, START, HELP는 통신사가 먼저 처리합니다.",
        "sent": "전송됨",
        "delivered": "도착",
        "reply_waiting": "전하는 중",
        "reply_taken": "매장에 전달됨",
        "reply_given_up": "매장에 전달되지 않음",
        "own": "고객의 답장",
        "by_carrier": "통신사 자동 응답",
    },
    "en": {
        "title": "Text simulator",
        "banner": "This is a demo. No real texts are sent.",
        "messages": "Messages",
        "nothing": "No texts have arrived yet.",
        "how": "Send a text from a customer's card, and it appears here as on the customer's phone.",
        "choose": "Choose a conversation on the left.",
        "back": "List",
        "other": "한국어",
        "today": "Today",
        "phone": "Customer's phone",
        "segment": " segment",
        "segments": " segments",
        "read_only": "Networks in this country carry no answers, so this number takes no replies. "
        "To refuse, use the way named in the text.",
        "answer": "Answer",
        "send": "Send",
        "try": "STOP, START and HELP are handled by the carrier first.",
        "sent": "Sent",
        "delivered": "Delivered",
        "reply_waiting": "On its way",
        "reply_taken": "Handed to the shop",
        "reply_given_up": "The shop did not take it",
        "own": "Customer's answer",
        "by_carrier": "Carrier's own answer",
    },
}
