"""Rules as people say them, and what conditions are to whoever builds a rule."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from statsmodels.stats.proportion import proportion_confint

from backend.core.db import db, unit_of_work
from backend.customers import Customer
from backend.segments.language import (
    About,
    Asked,
    Condition,
    Holds,
    Phrase,
    Value,
    catalogue,
    count,
    describe,
    first_figure,
    parse,
    register_condition,
    running,
)
from backend.segments.language.registry import conditions
from backend.segments.language.running import about
from backend.segments.language.words import VERBS, korean, particle
from tests import factories
from tests.segments import trees
from tests.segments.world import NOW, build


def _is(name: str, op: str, value: Any, **parameters: Any) -> dict[str, Any]:
    return {"is": name, "op": op, "value": value, **parameters}


GANGNAM, RICH = _is("district", "is", "강남구"), _is("points", "at_least", 10_000)
SAID = [
    ({"all": []}, "모든 회원", "All members"),
    ({"any": []}, "아무도 해당하지 않음", "Nobody"),
    ({"not": {"any": []}}, "모든 회원", "All members"),
    (
        {"all": [GANGNAM, RICH]},
        "강남구에 살고 포인트가 10,000점 이상인 회원",
        "Members who live in 강남구 and have at least 10,000 points",
    ),
    (
        {"any": [GANGNAM, {"not": RICH}]},
        "강남구에 살거나 포인트가 10,000점 이상이 아닌 회원",
        "Members who live in 강남구 or do not have at least 10,000 points",
    ),
    (
        {"all": [{"any": [GANGNAM, _is("sex", "is", ["f"])]}, RICH]},
        "(강남구에 살거나 여성인 회원)이고 포인트가 10,000점 이상인 회원",
        "Members who (live in 강남구 or are women) and have at least 10,000 points",
    ),
    (
        {"not": {"all": [GANGNAM, RICH]}},
        "(강남구에 살고 포인트가 10,000점 이상인 회원)이 아닌 회원",
        "Members who are not among those who (live in 강남구 and have at least 10,000 points)",
    ),
    (
        _is("district", "is_not", ["강남구", "서초구"]),
        "강남구 또는 서초구에 살지 않는 회원",
        "Members who do not live in 강남구 or 서초구",
    ),
    (_is("email", "is", False), "이메일이 없는 회원", "Members who do not have an e-mail address"),  # noqa: FBT003 - a value
    (
        _is("purchase_count", "at_least", 1, category="향수", within_days=90),
        "최근 90일 이내에 향수 분류 상품을 구매한 회원",
        "Members who bought goods of the category 향수 within the last 90 days",
    ),
    (
        {"not": _is("purchase_count", "at_least", 1)},
        "구매하지 않은 회원",
        "Members who did not buy anything",
    ),
    (
        _is("purchase_sum", "at_least", 1_250, currency="USD", until="2026-11-03", **{"from": "2026-10-01"}),
        "2026년 10월 1일부터 2026년 11월 3일 전까지 구매 금액이 USD 12.50 이상인 회원",
        "Members who spent at least USD 12.50 from 1 October 2026 on before 3 November 2026",
    ),
    (
        _is("last_purchase", "longer_ago", 1),
        "마지막으로 구매한 지 1일이 지난 회원",
        "Members who last bought something more than 1 day ago",
    ),
    (_is("preference", "has", "녹차", kind="like"), "녹차를 좋아하는 회원", "Members who like 녹차"),
    (_is("birthday", "in_days", 3), "3일 뒤에 생일이 있는 회원", "Members who have their birthday in exactly 3 days"),
]


@pytest.mark.parametrize(("tree", "ko", "en"), SAID)
@pytest.mark.usefixtures("app")
def test_a_rule_is_said_as_people_say_it(tree: dict[str, Any], ko: str, en: str) -> None:
    assert (describe(parse(tree), "ko"), describe(parse(tree), "en")) == (ko, en)


@pytest.mark.usefixtures("app")
def test_names_are_said_instead_of_ids() -> None:
    with unit_of_work():
        store = factories.store(name="인천공항점", name_latin="Incheon Airport")
        product, coupon = factories.product(name="장미 향수"), factories.coupon(name="봄 할인")
    rule = parse(
        {
            "all": [
                _is("purchase_count", "at_least", 2, store=store.id, product=product.id),
                {"not": _is("coupon", "used", coupon.id)},
            ]
        }
    )
    assert (
        describe(rule, "ko") == "인천공항점에서 장미 향수 구매 횟수가 2번 이상이고 ‘봄 할인’ 쿠폰을 사용하지 않은 회원"
    )
    assert describe(rule, "en") == (
        "Members who made at least 2 purchases of 장미 향수 at Incheon Airport and did not use the coupon “봄 할인”"
    )


@pytest.mark.usefixtures("app")
def test_every_condition_is_said_in_both_languages_and_differs_from_its_opposite() -> None:
    world = build(5, members=20)

    @settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
    @given(trees.conditions(world))
    def said(tree: dict[str, Any]) -> None:
        for language, ending in (("ko", " 회원"), ("en", "")):
            plain, opposite = (describe(parse(each), language) for each in (tree, {"not": tree}))
            assert plain.endswith(ending)
            assert plain != opposite
            assert "  " not in plain + opposite
            assert "None" not in plain
            assert not any(each in plain for each in (*world.stores, *world.coupons, *world.segments))

    said()


def test_verbs_end_as_they_are_spoken() -> None:
    assert korean("기념일", "이", 0, negated=True) == "기념일이 아닌"
    assert korean("사이즈가 가", "이", 0, negated=True) == "사이즈가 가가 아닌"
    assert [particle(each, "을", "를") for each in ("녹차", "땅콩", "M", "A3", "(세트)")] == [
        "녹차를",
        "땅콩을",
        "M을",
        "A3을",
        "(세트)를",
    ]
    assert all(len(set(itertools.chain(*forms))) == 6 for verb, forms in VERBS.items())


def test_the_catalogue_names_everything_in_both_languages() -> None:
    for each in catalogue():
        for named in (each, *each["ops"], *each["parameters"], *each["value"].get("choices", ())):
            assert named["ko"]
            assert named["en"]
        assert each["group_ko"]


@pytest.mark.usefixtures("app")
def test_another_feature_registers_a_condition() -> None:
    """As campaigns do: a name, what it means in SQL, how it is said."""
    fond = Condition(
        "test_fond",
        "campaigns",
        "테스트",
        "Test",
        ("is",),
        Value("text"),
        lambda given, _asking: Holds(Customer.memo == given.value, (Customer,)),
        lambda given, _names: Phrase(
            f"메모가 {given.value}", "이", f"have the memo {given.value}", f"have not {given.value}"
        ),
    )
    register_condition(fond)
    try:
        with unit_of_work():
            factories.customer(memo="단골")
            factories.customer()
        rule = parse({"not": _is("test_fond", "is", "단골")})
        assert count(rule, Asked(NOW)) == 1
        assert describe(rule, "ko") == "메모가 단골이 아닌 회원"
        assert "test_fond" in [each["name"] for each in catalogue()]
    finally:
        del conditions()["test_fond"]
    db.session.rollback()


def test_about_is_two_digits_and_its_interval_holds_what_it_is_about() -> None:
    for hits in (0, 1, 123, 999, 1_000):
        low, high = proportion_confint(hits, 1_000, method="wilson")
        found = about(hits, 1_000, 100_000)
        assert found.low == pytest.approx(low * 100_000, abs=2)
        assert found.high == pytest.approx(high * 100_000, abs=2)
    assert about(123, 1_000, 100_000).members == 12_000
    assert about(0, 0, 100_000) == About(0, 0, 100_000, 0)


@pytest.mark.usefixtures("app")
def test_a_first_figure_asks_a_sample_where_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_SAMPLED", {"sqlite": 20, "postgresql": 20})
    with unit_of_work():
        for _ in range(120):
            factories.customer(district="강남구")
        everybody, nobody = (first_figure(parse(each), Asked(NOW)) for each in (GANGNAM, {"not": GANGNAM}))
    assert everybody.sampled
    assert everybody.sampled < 120
    assert (everybody.members, nobody.members) == (120, 0)
    assert everybody.low < 120 == everybody.high
    assert nobody.low == 0 < nobody.high
