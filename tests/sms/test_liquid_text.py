"""What a template may say and what comes out."""

from __future__ import annotations

import pytest

from sms import fields, liquid_text

VALUES: dict[str, str | None] = {"customer.name": "김민지", "customer.grade": None, "store.name": "강남점"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{{ customer.name }}님 안녕하세요", "김민지님 안녕하세요"),
        ('{{ customer.grade | default: "회원" }} 고객님', "회원 고객님"),
        ("{% if customer.grade %}{{ customer.grade }} {% endif %}고객님", "고객님"),
        ("{% unless customer.grade %}가입하세요{% endunless %}", "가입하세요"),
        ("줄1\r\n줄2", "줄1\n줄2"),
        ("<b>{{ store.name }} & Co</b>", "<b>강남점 & Co</b>"),
        ("{% assign n = customer.name %}{{ n }}님", "김민지님"),
        ("각", "각"),
    ],
)
def test_a_text_is_written(body: str, expected: str) -> None:
    assert liquid_text.faults(body) == []
    assert liquid_text.render(body, VALUES) == expected


@pytest.mark.parametrize(
    "body",
    [
        "",
        "  ",
        "{{ customer.nmae }}",
        "{{ customer }}",
        "{{ customer['passport'] }}",
        "{{ nobody }}",
        "{{ customer.name",
        "{{ customer.name | no_such_filter }}",
        "{% if customer.name %}",
        "{% for i in (1..100) %}x{% endfor %}",
        "{% include 'x' %}",
        "{% render 'x' %}",
        "x" * 2001,
        "{{ " + "(" * 500,
        "{{ 1 | divided_by: 0 }}",
        "{{ 9 | times: 9 }}",
        "{% assign customer = 'x' %}{{ customer.name }}",
        "{{ customer[store.name] }}",
        "{% assign a = 'x' %}" + "{% assign a = a | append: a %}" * 40 + "{{ a }}",
    ],
)
def test_a_template_that_would_not_work_is_refused_when_saved(body: str) -> None:
    assert liquid_text.faults(body) != []


def test_an_empty_field_without_a_fallback_stops_the_text() -> None:
    with pytest.raises(liquid_text.EmptyField, match=r"customer\.grade"):
        liquid_text.render("{{ customer.grade }} 고객님", VALUES)


def test_a_text_that_grows_beyond_what_can_be_sent_is_refused() -> None:
    with pytest.raises(liquid_text.TooLong):
        liquid_text.render("{{ customer.name }}", {"customer.name": "가" * 1601})


def test_every_field_has_a_sample_in_each_language() -> None:
    for language in ("ko", "en"):
        body = "".join(f"{{{{ {name} }}}}" for name in fields.BY_NAME)
        assert liquid_text.render(body, fields.samples(language))


def test_given_fields_may_be_nested_or_dotted() -> None:
    assert fields.flattened({"product": {"name": "크림"}, "offer.title": "할인"}) == {
        "product.name": "크림",
        "offer.title": "할인",
    }
