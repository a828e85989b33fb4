"""Which texts are refusals, by a table: case, width, blanks and punctuation change nothing; a sentence is a reply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.incoming import rules

KNOWN = rules.words([("refusal", rules.compact("광고싫어요"))])


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop", "Stop", " stop ", "STOP.", "“Stop!”", "stop\n", "ＳＴＯＰ", "s t o p", "STOP 🛑",
        "STOPALL", "stop all",
        "Unsubscribe", "CANCEL", "cancel!!", "End", "QUIT", "수신거부", "수신 거부", "수신거부.", "거부",
        "거부!", "광고 거부",
        "무료수신거부", "配信停止", "停止。", "解除", "拒否", "退订", "退訂", "拒收", "取消订阅", "TD",
        "ｔｄ", "광고 싫어요~",
    ],
)  # fmt: skip
def test_a_word_of_refusal_refuses(text: str) -> None:
    assert rules.judge(text, KNOWN) == rules.Judgement("refusal")


@pytest.mark.parametrize(
    "text", ["START", "start", "Yes", "yes.", "UNSTOP", "동의", "수신 동의", "再開", "恢复订阅", "ＹＥＳ"]
)
def test_a_word_of_consent_grants(text: str) -> None:
    assert rules.judge(text, KNOWN) == rules.Judgement("grant")


@pytest.mark.parametrize(
    "text",
    [
        "please stop", "Stop texting me", "I want to unsubscribe please", "when does the sale end?",
        "수신거부합니다",
        "이제 그만 수신 거부 부탁드려요", "거부 안 해요", "もう配信停止してください", "请退订",
        "stop, start", "cancel my order",
    ],
)  # fmt: skip
def test_a_sentence_with_such_a_word_is_a_reply_that_somebody_looks_at(text: str) -> None:
    assert rules.judge(text, KNOWN) == rules.Judgement("reply", doubtful=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "…",
        "네",
        "감사합니다",
        "yes please",
        "동의 안 함",
        "I can attend",
        "weekend?",
        "stopped by today",
        "quite nice",
    ],
)
def test_anything_else_is_a_reply(text: str) -> None:
    assert rules.judge(text, KNOWN) == rules.Judgement("reply")


def test_a_word_that_means_both_refuses() -> None:
    assert rules.judge("yes", rules.words([("refusal", "yes")])) == rules.Judgement("refusal")


_FIXED = sorted({word for words in rules.FIXED["refusal"].values() for word in words})


@given(st.sampled_from(_FIXED), st.text(alphabet=" .,!?~·…\t\n\u3000\u200b\u00a0\"'()[]", max_size=6))
def test_no_dressing_hides_a_fixed_word(word: str, dressing: str) -> None:
    for dressed in (dressing + word, word + dressing, f"{word[0]}{dressing}{word[1:]}", word.lower(), word.upper()):
        assert rules.judge(dressed, KNOWN).kind == "refusal"


@given(st.text(max_size=60))
def test_every_text_is_judged(text: str) -> None:
    judged = rules.judge(text, KNOWN)
    assert judged.kind == "reply" or not judged.doubtful
