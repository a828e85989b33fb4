"""Who somebody is: the fields of a member."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import extract, or_, select

from backend.customers import Customer
from backend.organization import Store
from backend.segments.language import words
from backend.segments.language.conditions.common import (
    COMPARED,
    DAYS,
    NAMED,
    YES_NO,
    as_asked,
    bound_en,
    bound_ko,
    returns_on,
)
from backend.segments.language.registry import Choice, Condition, Holds, Phrase, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute

    from backend.segments.language.names import Names
    from backend.segments.language.registry import Asking, Given

_SEXES = (Choice("f", "여성", "women"), Choice("m", "남성", "men"), Choice("x", "그 밖의 성별", "of another sex"))
_LANGUAGES = (
    Choice("ko", "한국어", "Korean"),
    Choice("en", "영어", "English"),
    Choice("zh", "중국어", "Chinese"),
    Choice("ja", "일본어", "Japanese"),
)
_MONTHS = tuple(Choice(str(each), words.month(each, "ko"), words.month(each, "en")) for each in range(1, 13))


def _row(condition: ColumnElement[bool], *, sure: bool = False) -> Holds:
    return Holds(condition, (Customer,), sure=sure)


def _one_of(column: InstrumentedAttribute[str | None]) -> Callable[[Given, Asking], Holds]:
    """The column is one of the values; who says nothing of it is none of them."""

    def meaning(given: Given, _asking: Asking) -> Holds:
        found = column.in_(given.value)
        return _row(found if given.op == "is" else or_(column.is_(None), ~found))

    return meaning


def _there(
    column: InstrumentedAttribute[str | None] | InstrumentedAttribute[date | None],
) -> Callable[[Given, Asking], Holds]:
    return lambda given, _asking: _row(as_asked(given, column.is_not(None)), sure=True)


def chosen(choices: tuple[Choice, ...], given: Given, names: Names) -> str:
    """The choices of the value, said: “A, B or C”."""
    value = Value("choice", choices=choices)
    *others, last = [value.said(each, names.language) for each in given.value]
    return f"{', '.join(others)}{' 또는 ' if names.language == 'ko' else ' or '}{last}" if others else last


def turned(phrase: Phrase, given: Given) -> Phrase:
    """The phrase as it is for "is_not", which its verb says by itself."""
    if given.op not in {"is_not", "has_not", "not_in"} and given.value is not False:
        return phrase
    return Phrase(phrase.ko, words.opposite(phrase.verb), phrase.en_not, phrase.en)


def born_by(today: date, age: int) -> date:
    """The latest birth date of whoever is of that age, or older, on a day."""
    year = today.year - age
    if (today.month, today.day) == (2, 29):
        try:
            return today.replace(year=year)
        except ValueError:
            return date(year, 2, 28)
    return today.replace(year=year)


def _age(given: Given, asking: Asking) -> Holds:
    today, born = asking.asked.today, Customer.birth_date
    at_least, older = born <= born_by(today, given.value), born <= born_by(today, given.value + 1)
    return _row({"at_least": at_least, "at_most": ~older, "is": at_least & ~older}[given.op])


def _birthday_month(given: Given, _asking: Asking) -> Holds:
    return _row(extract("month", Customer.birth_date).in_([int(each) for each in given.value]))


def _birthday(given: Given, asking: Asking) -> Holds:
    first = asking.asked.today if given.op == "coming" else asking.asked.ahead(given.value)
    return _row(returns_on(Customer.birth_date, first, asking.asked.ahead(given.value)))


def _home_unit(given: Given, _asking: Asking) -> Holds:
    stores = select(Store.id).where(Store.business_unit_id.in_(given.value))
    home = Customer.home_store_id
    return _row(home.in_(stores) if given.op == "is" else or_(home.is_(None), home.not_in(stores)))


def _joined(given: Given, asking: Asking) -> Holds:
    begin = asking.asked.begin_of(given.value)
    return _row(Customer.created_at >= begin if given.op == "since" else Customer.created_at < begin, sure=True)


def _joined_days(given: Given, asking: Asking) -> Holds:
    begin = asking.asked.begin_of(asking.asked.before(given.value))
    return _row(Customer.created_at >= begin if given.op == "within" else Customer.created_at < begin, sure=True)


def _say_sex(given: Given, names: Names) -> Phrase:
    said = chosen(_SEXES, given, names)
    return turned(Phrase(said, "이", f"are {said}", f"are not {said}"), given)


def _say_age(given: Given, _names: Names) -> Phrase:
    age = f"{bound_en(given)}{given.value} years old"
    return Phrase(f"만 {given.value}세{bound_ko(given)}", "이", f"are {age}", f"are not {age}")


def _say_month(given: Given, names: Names) -> Phrase:
    said = chosen(_MONTHS, given, names)
    return Phrase(f"생일이 {said}", "이", f"have their birthday in {said}", f"do not have their birthday in {said}")


def _say_birthday(given: Given, _names: Names) -> Phrase:
    when = (
        f"within the next {words.days(given.value)}"
        if given.op == "coming"
        else f"in exactly {words.days(given.value)}"
    )
    if given.value == 0:
        return Phrase("오늘이 생일", "이", "have their birthday today", "do not have their birthday today")
    said = f"앞으로 {given.value}일 이내에 생일이 " if given.op == "coming" else f"{given.value}일 뒤에 생일이 "
    return Phrase(said, "있", f"have their birthday {when}", f"do not have their birthday {when}")


def _say_language(given: Given, names: Names) -> Phrase:
    said = chosen(_LANGUAGES, given, names)
    return turned(Phrase(f"사용하는 언어가 {said}", "이", f"speak {said}", f"do not speak {said}"), given)


def _say_nationality(given: Given, names: Names) -> Phrase:
    said = names.any_of("nationality", given.value)
    return turned(
        Phrase(f"국적이 {said}", "이", f"have the nationality {said}", f"do not have the nationality {said}"), given
    )


def _say_district(given: Given, names: Names) -> Phrase:
    said = names.any_of("district", given.value)
    return turned(Phrase(f"{said}에 ", "살", f"live in {said}", f"do not live in {said}"), given)


def _say_home(kind: str) -> Callable[[Given, Names], Phrase]:
    def phrase(given: Given, names: Names) -> Phrase:
        said = names.any_of(kind, given.value)
        if kind == "store":
            return turned(
                Phrase(
                    f"담당 매장이 {said}", "이", f"have {said} as their store", f"do not have {said} as their store"
                ),
                given,
            )
        return turned(
            Phrase(f"담당 매장이 {said} 소속", "이", f"have a store of {said}", f"do not have a store of {said}"), given
        )

    return phrase


def _say_joined(given: Given, names: Names) -> Phrase:
    on = words.day(given.value, names.language)
    if given.op == "since":
        return Phrase(f"{on} 이후 가입", "했", f"joined on or after {on}", f"did not join on or after {on}")
    return Phrase(f"{on} 전에 가입", "했", f"joined before {on}", f"did not join before {on}")


def _say_joined_days(given: Given, _names: Names) -> Phrase:
    span = words.days(given.value)
    if given.op == "within":
        return Phrase(
            f"최근 {given.value}일 이내에 가입",
            "했",
            f"joined within the last {span}",
            f"did not join within the last {span}",
        )
    return Phrase(
        f"가입한 지 {given.value}일이 ", "지나", f"joined more than {span} ago", f"did not join more than {span} ago"
    )


def _say_there(ko: str, en: str) -> Callable[[Given, Names], Phrase]:
    return lambda given, _names: turned(Phrase(f"{ko} ", "있", f"have {en}", f"do not have {en}"), given)


def _many(kind: str, **options: object) -> Value:
    return Value(kind, many=True, **options)  # type: ignore[arg-type]


CONDITIONS = (
    Condition("sex", "member", "성별", "Sex", NAMED, _many("choices", choices=_SEXES), _one_of(Customer.sex), _say_sex),
    Condition("age", "member", "나이", "Age", COMPARED, Value("number", high=150, unit="years"), _age, _say_age),
    Condition(
        "birthday_month",
        "member",
        "생일이 있는 달",
        "Month of birth",
        ("is",),
        _many("choices", choices=_MONTHS),
        _birthday_month,
        _say_month,
    ),
    Condition(
        "birthday",
        "member",
        "생일",
        "Birthday",
        ("coming", "in_days"),
        Value("days", high=366, unit="days"),
        _birthday,
        _say_birthday,
    ),
    Condition(
        "language",
        "member",
        "사용 언어",
        "Language",
        NAMED,
        _many("choices", choices=_LANGUAGES),
        _one_of(Customer.language),
        _say_language,
    ),
    Condition(
        "nationality",
        "member",
        "국적",
        "Nationality",
        NAMED,
        _many("text", pattern="[A-Z]{2}", length=2),
        _one_of(Customer.nationality),
        _say_nationality,
    ),
    Condition(
        "district",
        "member",
        "사는 곳",
        "District",
        NAMED,
        _many("district", length=60),
        _one_of(Customer.district),
        _say_district,
    ),
    Condition(
        "home_store",
        "member",
        "담당 매장",
        "Home store",
        NAMED,
        _many("store"),
        _one_of(Customer.home_store_id),
        _say_home("store"),
    ),
    Condition(
        "home_unit",
        "member",
        "담당 매장의 사업부",
        "Unit of the home store",
        NAMED,
        _many("unit"),
        _home_unit,
        _say_home("unit"),
    ),
    Condition("joined", "member", "가입일", "Day of joining", ("since", "before"), Value("date"), _joined, _say_joined),
    Condition(
        "joined_days",
        "member",
        "가입한 지",
        "Member for",
        ("within", "longer_ago"),
        DAYS,
        _joined_days,
        _say_joined_days,
    ),
    Condition(
        "phone",
        "member",
        "전화번호",
        "Phone number",
        ("is",),
        YES_NO,
        _there(Customer.phone),
        _say_there("전화번호가", "a phone number"),
    ),
    Condition(
        "email",
        "member",
        "이메일",
        "E-mail address",
        ("is",),
        YES_NO,
        _there(Customer.email),
        _say_there("이메일이", "an e-mail address"),
    ),
    Condition(
        "birth_date",
        "member",
        "생년월일",
        "Birth date",
        ("is",),
        YES_NO,
        _there(Customer.birth_date),
        _say_there("생년월일이", "a birth date on file"),
    ),
)
