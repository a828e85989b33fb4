"""What files look like: encodings, delimiters, workbooks, headings, spellings of values."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from backend.core.db import unit_of_work
from backend.core.errors import ValidationFailed
from backend.customers import normal_email, normal_phone
from backend.unify.files import cells
from backend.unify.files.dates import read_day
from backend.unify.files.fields import MEMBER_FIELDS
from backend.unify.files.mapping import suggest
from backend.unify.files.tables import open_table
from backend.unify.files.targets import MEMBERS
from backend.unify.problems import UnreadableValueError
from tests import factories
from tests.unify.members_files import HEADING, KIM, LEE, PARK, bring_in, members, reasons, write_csv, write_xlsx

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 22)


@pytest.fixture
def store(app: object) -> None:  # noqa: ARG001 - the database is the app's
    with unit_of_work():
        factories.store(code="S1")


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_encoding_and_delimiter_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    quoted = (*KIM[:-1], f'두 줄{delimiter}\n그리고 "인용"')
    path = write_csv(tmp_path / "m.csv", [quoted, LEE, PARK], encoding=encoding, delimiter=delimiter)
    outcome = bring_in(path)
    assert (outcome.new, outcome.problem_count) == (3, 0)
    assert members()["김민지"] == {
        "phone": "+821012345678",
        "cards": ["A-1"],
        "born": "1990-01-31",
        "sex": "f",
        "store": "S1",
        "memo": f'두 줄{delimiter}\n그리고 "인용"',
        "key": "1",
    }


@pytest.mark.usefixtures("store")
def test_a_line_in_neither_encoding_is_named_and_costs_no_other(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "m.csv", [KIM, LEE, PARK])
    lines = path.read_bytes().split(b"\r\n")
    lines[2] = lines[2].replace("남".encode(), b"\xff\xfe")
    path.write_bytes(b"\r\n".join(lines))
    outcome = bring_in(path)
    assert sorted(members()) == ["김민지", "박서연"]
    assert reasons(outcome) == [(3, "the line is neither UTF-8 nor CP949 text")]


@pytest.mark.usefixtures("store")
def test_the_number_of_a_payment_card_is_said_to_be_one_and_not_told(tmp_path: Path) -> None:
    number = "4111 1111 1111 1111"
    outcome = bring_in(write_csv(tmp_path / "m.csv", [KIM, (*LEE[:3], number, *LEE[4:]), PARK]))
    assert reasons(outcome) == [(3, "카드번호 looks like the number of a payment card, which is not kept")]
    assert [cards for each in members().values() for cards in each["cards"]] == ["A-1", "A-3"]


@pytest.mark.usefixtures("store")
def test_a_stray_quotation_mark_costs_its_own_line_only(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "m.csv", [KIM, LEE, PARK])
    text = path.read_text(encoding="utf-8").replace("2,이영수", '2,"이영수')
    path.write_text(text, encoding="utf-8")
    outcome = bring_in(path)
    assert sorted(members()) == ["김민지", "박서연"]
    assert reasons(outcome) == [(3, "a quotation mark is not closed, or stands in the wrong place")]


@pytest.mark.usefixtures("store")
def test_a_workbook_is_read_with_its_dates_and_numbers(tmp_path: Path) -> None:
    rows = [
        (1, "김민지", 1012345678, 8801, datetime(1990, 1, 31), "여", "S1", None),  # noqa: DTZ001 - as Excel has it
        (2, "이영수", "010-2345-6789", 8802.0, 32904, 1, "S1", "메모"),
    ]
    path = write_xlsx(tmp_path / "members", rows)
    outcome = bring_in(path, sheet="회원")
    assert (outcome.new, outcome.problem_count) == (2, 0)
    found = members()
    assert found["김민지"]["phone"] == "+821012345678"
    assert found["이영수"]["cards"] == ["8802"]
    assert {each["born"] for each in found.values()} == {"1990-01-31"}
    with pytest.raises(ValidationFailed, match="there are 표지, 회원"):
        open_table(path, sheet="없음")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0rest", "Save it as .xlsx"),
        (b"PK\x03\x04rest", "no workbook"),
        ("이름,휴대폰".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(content)
    with pytest.raises(ValidationFailed, match=sentence):
        open_table(path)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("성명", "name"),
        (" Name ", "name"),
        ("영문명", "name_latin"),
        ("Mobile No.", "phone"),
        ("전화 (필수)", "phone"),
        ("회원번호", "card"),
        ("CARD_NO", "card"),
        ("생년월일", "birth_date"),
        ("Date of Birth", "birth_date"),
        ("성별", "sex"),
        ("한자이름", "name_han"),
        ("E-mail", "email"),
        ("휴대폰 2", "phones"),
        ("취향", "like"),
        ("Size", "size"),
        ("국적", "nationality"),
        ("주소", "district"),
        ("언어", "language"),
        ("가입매장", "store"),
        ("store code", "store"),
        ("메모", "memo"),
        ("고객번호", "source_key"),
        ("ID", "source_key"),
    ],
)
def test_headings_in_both_languages_are_known(heading: str, field: str) -> None:
    assert MEMBER_FIELDS.by_heading([heading]) == {0: field}


def test_of_two_headings_for_one_field_the_better_stands() -> None:
    assert MEMBER_FIELDS.by_heading(["전화", "휴대폰", "이름"]) == {1: "phone", 2: "name"}


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("heading", [(), ("가", "나", "다", "라", "마", "바")])
def test_values_speak_where_headings_say_nothing(tmp_path: Path, heading: tuple[str, ...]) -> None:
    rows = [
        ("김민지", "여", "010-1234-5678", "900131", "8800001", "minji@example.com"),
        ("이영수", "남", "010-2345-6789", "851201", "8800002", "lee@example.com"),
    ]
    path = write_csv(tmp_path / "m.csv", rows, heading=heading)
    mapping = suggest(open_table(path), MEMBERS)
    assert mapping.columns == {0: "name", 1: "sex", 2: "phone", 3: "birth_date", 4: "card", 5: "email"}
    assert bring_in(path).new == 2


@pytest.mark.parametrize(
    "text",
    [
        *("010-1234-5678", "01012345678", "1012345678", "010 1234 5678", "+82 10-1234-5678", "+821012345678"),
        *(
            "010.1234.5678",
            "02-123-4567",
            "031-123-4567",
            "+1 650-253-0000",
            "010-0234-5678",
            "1588-8000",
            "011-234-5678",
        ),
    ],
)
def test_phones_are_what_phonenumbers_says(text: str) -> None:
    assert cells.phone(text) == normal_phone(text)


@pytest.mark.parametrize(
    "text",
    [
        *("minji@example.com", "minji.kim+a@Example.COM", "Minji@example.com", "김민지@example.kr", "a@예시.kr"),
        *("minji", "minji@", "@example.com", "a..b@example.com", ".a@example.com", "a@example", "a@-example.com"),
        *("a b@example.com", "a@example..com", "a@localhost", f"{'a' * 64}@example.com", f"{'a' * 65}@example.com"),
        f"{'a' * 60}@{'b' * 60}.{'b' * 60}.{'b' * 60}.{'b' * 20}.com",
    ],
)
def test_addresses_are_what_the_member_screens_say(text: str) -> None:
    expected = normal_email(text)
    if expected is None:
        with pytest.raises(UnreadableValueError, match="email"):
            cells.email(text)
    else:
        assert cells.email(text) == expected


@pytest.mark.parametrize("text", ["", "zz", "12", "010-1234-567890123"])
def test_what_is_no_phone_is_refused(text: str) -> None:
    with pytest.raises(UnreadableValueError):
        cells.phone(text)


@pytest.mark.parametrize(
    "text",
    [
        *("1990-01-31", "19900131", "90.1.31", "1990년 1월 31일", "90년 1월 31일", "1990/1/31", "1990. 1. 31."),
        *("900131", "32904", "1990-01-31 00:00:00"),
    ],
)
def test_days_in_the_usual_forms(text: str) -> None:
    assert read_day(text, today=TODAY) == date(1990, 1, 31)


@pytest.mark.parametrize("text", ["1990-02-30", "2030-01-01", "31/1/1990", "yesterday", "1", "99999"])
def test_what_is_no_past_day_is_none(text: str) -> None:
    assert read_day(text, today=TODAY) is None


def test_a_year_of_two_digits_is_the_last_that_has_come() -> None:
    assert read_day("26.1.2", today=TODAY) == date(2026, 1, 2)
    assert read_day("27.1.2", today=TODAY) == date(1927, 1, 2)


@pytest.mark.parametrize(("text", "sex"), [("남", "m"), ("여", "f"), ("M", "m"), ("F", "f"), ("1", "m"), ("2", "f")])
def test_sexes(text: str, sex: str) -> None:
    assert cells.sexes()[text] == sex


def test_heading_is_complete() -> None:
    assert set(MEMBER_FIELDS.by_heading(list(HEADING))) == set(range(len(HEADING)))
