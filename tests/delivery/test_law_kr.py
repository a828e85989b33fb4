"""Korean law's rules, one by one."""

from __future__ import annotations

from backend.delivery import law_kr


def test_the_frame_makes_any_body_lawful() -> None:
    text = law_kr.frame_advert("20% 할인", sender_name="하늘면세점", contact="1588-0000", free_refusal="080-123-4567")
    assert text == "(광고)하늘면세점 1588-0000\n20% 할인\n무료수신거부 080-123-4567"
    assert law_kr.advert_faults(text, sender_name="하늘면세점") == ()


def test_a_mark_the_writer_put_is_not_doubled() -> None:
    text = law_kr.frame_advert("(광고) 할인", sender_name="하늘", contact="1588-0000", free_refusal="080-123-4567")
    assert text.count("(광고)") == 1


def test_every_missing_part_is_named() -> None:
    assert law_kr.advert_faults("할인", sender_name="하늘") == ("prefix", "sender", "contact", "free_refusal")
