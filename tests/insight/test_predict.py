"""What the command prints: of those who agreed to profiling, and of nobody else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from backend.core.audit import SYSTEM
from backend.core.db import db, unit_of_work
from backend.customers import Customer, suspend
from tests import factories
from tests.insight.scoring.people import LAST, fill, say, sell

if TYPE_CHECKING:
    from flask import Flask


def predict(app: Flask, *options: str) -> list[dict[str, Any]]:
    arguments = ["insight", "predict", "--as-of", LAST.isoformat(), "--json", *options]
    done = app.test_cli_runner().invoke(catch_exceptions=False, args=arguments)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_who_agreed_to_profiling_is_told_of_in_order_with_chances_and_reasons(app: Flask) -> None:
    agreed, _ = fill()
    told = predict(app)
    assert [each["customer_id"] for each in told] == agreed
    for each in told:
        chances = (each["alive"], each["return_28"], each["return_56"])
        assert all(0 <= chance <= 1 for chance in chances)
        assert 0 <= each["expected_28"] <= each["expected_56"]
        assert each["stake"] == round((1 - each["return_28"]) * each["worth"])
        assert (each["currency"], each["source_key"], each["as_of"]) == ("KRW", None, LAST.isoformat())
        assert {reason["code"] for reason in each["reasons"]} == {"rhythm", "spend", "frequency"}
        assert all(reason["sentence"] and reason["numbers"]["horizon"] == 28 for reason in each["reasons"])


def test_margin_and_discount_lower_the_worth(app: Flask) -> None:
    fill()
    whole = predict(app)
    third, later = predict(app, "--margin", "0.5"), predict(app, "--discount", "0.9")
    for one, half, less in zip(whole, third, later, strict=True):
        assert abs(half["worth"] - one["worth"] / 2) <= 1
        assert less["worth"] <= one["worth"]


def test_an_imported_member_is_named_by_the_key_of_her_source_and_who_is_suspended_is_not_told_of(app: Flask) -> None:
    agreed, _ = fill()
    with unit_of_work():
        db.session.get_one(Customer, agreed[0]).source_key = "K-77"
        suspend(agreed[1], "요청", acting_staff=SYSTEM)
    told = {each["customer_id"]: each["source_key"] for each in predict(app)}
    assert told[agreed[0]] == "K-77"
    assert agreed[1] not in told


def test_of_too_little_history_what_is_not_known_is_null(app: Flask) -> None:
    with unit_of_work():
        her, store = factories.customer(phone=None), factories.store()
        sell(her.id, store.id, [LAST])
        say(her.id, granted=True)
        her_id = her.id
    (told,) = predict(app)
    assert told["customer_id"] == her_id
    assert (told["alive"], told["return_28"], told["worth"], told["stake"], told["reasons"]) == (None,) * 4 + ([],)


def test_of_a_house_without_sales_nothing_is_told(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["insight", "predict", "--as-of", "2026-11-20", "--json"])
    assert (done.exit_code, done.output) == (0, "")
