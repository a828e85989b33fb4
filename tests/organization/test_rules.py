from __future__ import annotations

import pytest

from backend.organization import rules


@pytest.mark.parametrize("login", ["seoyeon", "a1", "lee.seo-yeon_2"])
def test_good_logins(login: str) -> None:
    assert rules.login_problems(login) == []


@pytest.mark.parametrize("login", ["", "a", ".a", "a.", "이서연", "two words", "a" * 61, "UPPER"])
def test_bad_logins(login: str) -> None:
    assert rules.login_problems(login)


@pytest.mark.parametrize("password", ["a" * 11 + "b", "password1234", "short", "x" * 201, "seoyeon.lee.1"])
def test_bad_passwords(password: str) -> None:
    assert rules.password_problems(password, "seoyeon.lee.1")


@pytest.mark.parametrize("password", ["four small apples", "사과네개를작은바구니에담는다", "tr0ub4dor&3xyz"])
def test_good_passwords_need_length_and_no_recipe(password: str) -> None:
    assert rules.password_problems(password, "seoyeon") == []


def test_a_password_is_the_same_however_its_keyboard_composes() -> None:
    assert rules.normal_password("\u1112\u1161\u11ab") == rules.normal_password("한")


@pytest.mark.parametrize("typed", ["abcd-2345", "ABCD2345", " abcd 2345 ", "ABCD—2345".replace("—", "-")])
def test_a_code_is_taken_as_people_type_it(typed: str) -> None:
    assert rules.normal_code(typed) == "ABCD2345"


def test_codes_hold_nothing_that_is_read_two_ways() -> None:
    assert not set("01OILU") & set(rules.CODE_ALPHABET)


@pytest.mark.parametrize(
    ("store_of_staff", "enrolled_it", "expected"),
    [("here", False, True), (None, False, True), ("elsewhere", False, False), ("elsewhere", True, True)],
)
def test_who_belongs_to_a_tablet(store_of_staff: str | None, enrolled_it: bool, expected: bool) -> None:
    answer = rules.belongs(staff_store_id=store_of_staff, tablet_store_id="here", enrolled_it=enrolled_it)
    assert answer is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("02-123-4567", "+8221234567"), ("+1 212 555 0100", "+12125550100"), ("call me", None), ("1", None)],
)
def test_phones_of_stores(text: str, expected: str | None) -> None:
    assert rules.store_phone(text) == expected
