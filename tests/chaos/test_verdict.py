"""The verdict can fail: each kind of wrong that is planted is counted, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.chaos.found import Compared, Found, Taken
from tests.chaos.model import Model, Planned
from tests.chaos.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.copy import Rows


def record(model: Model, found: Found, key: str, kind: str, data: dict[str, Any], **result: Any) -> None:
    """A mutation that was recorded, taken and told."""
    model.recorded(Planned({"id": key, "kind": kind, "data": data, "seq": 1}))
    found.receipts[key] = {"id": key, "status": "applied", "v": 7} | result
    model.receipted(found.receipts[key] | {"duplicate": True}, began=model.era)


@pytest.fixture
def right() -> tuple[Model, Found]:
    """A small run in which all went well: sales, a note, a registration, edits of one field one after the other."""
    model, found = Model(), Found()
    model.first = {"kim": {"memo": None}}
    found.customers = {"kim": {"memo": "둘"}, "lee": {"memo": None, "name_latin": "Lee"}}
    model.points, found.points = {"kim": 100}, {"kim": 90}
    line = {"sku": "A", "quantity": 1, "amount": 500}
    for key, points in (("sale-1", 10), ("sale-2", 0)):
        data = {"customer_id": "kim", "lines": [line], "points_redeemed": points, "coupons": ["1"]}
        flags = [] if points else ["coupon_already_used"]
        model.recorded(Planned({"id": key, "kind": "sale.log", "data": data, "seq": 1}, flags=frozenset(flags)))
        found.receipts[key] = {"id": key, "status": "applied", "v": 7, "flags": flags}
        model.receipted(found.receipts[key] | {"duplicate": True}, began=model.era)
        found.coupons["1", key] = "counted" if points else "flagged"
        found.sales[key] = Taken(500, "kim", points)
        found.sale_ids.append(key)
    record(model, found, "note-1", "note.add", {"customer_id": "kim", "text": "x"})
    found.notes = ["note-1"]
    record(model, found, "lee", "customer.register", {"name": "이", "name_latin": "Lee"})
    for key, base, wanted in (("edit-1", None, "하나"), ("edit-2", "하나", " 둘 ")):
        record(model, found, key, "customer.edit", edit(base, wanted))
    lost = {"memo": {"base": None, "yours": "셋", "server": "하나"}}
    record(model, found, "edit-3", "customer.edit", edit(None, "셋"), status="conflict", fields=lost)
    found.conflicts = [{"row_id": "kim", "field": "memo"} | lost["memo"]]
    rows: Rows = {"customers": {"kim": {"id": "kim", "memo": "둘"}, "lee": {"id": "lee", "memo": None}}}
    found.copies = [Compared("tablet 0", rows, {"customers": dict(rows["customers"])})]
    return model, found


def edit(base: str | None, wanted: str) -> dict[str, Any]:
    return {"customer_id": "kim", "changes": {"memo": {"from": base, "to": wanted}}}


def test_a_run_in_which_all_went_well_is_ok(right: tuple[Model, Found]) -> None:
    verdict = judge(*right)
    assert verdict.counts == {"lost": 0, "doubled": 0, "diverged": 0, "unexplained": 0}, verdict
    assert verdict.ok


def _plant_another_row(_model: Model, found: Found) -> None:
    found.copies[0].fresh["customers"]["kim"] = {"id": "kim", "memo": "other"}


def _plant_a_row_too_many(_model: Model, found: Found) -> None:
    del found.copies[0].fresh["customers"]["lee"]


def _plant_an_overwritten_edit(model: Model, found: Found) -> None:
    record(model, found, "edit-4", "customer.edit", edit("하나", "넷"))


def _plant_a_changed_receipt(_model: Model, found: Found) -> None:
    found.receipts["sale-1"] = found.receipts["sale-1"] | {"flags": ["price_differs"]}


def _plant_a_refusal(model: Model, found: Found) -> None:
    data = {"customer_id": "kim", "text": "x"}
    record(model, found, "note-2", "note.add", data, status="rejected", code="not_understood")


def _plant_a_return_that_gave_no_points_back(model: Model, found: Found) -> None:
    record(model, found, "return-1", "sale.return", {"sale_id": "sale-1", "lines": [{"line": 0, "quantity": 1}]})
    found.returns.append("return-1")


def _plant_an_overdraft_without_a_debt(model: Model, found: Found) -> None:
    model.points["kim"], found.points["kim"] = 5, -5


def _plant_a_second_use_that_nobody_flagged(_model: Model, found: Found) -> None:
    found.coupons["1", "sale-2"] = "counted"


@pytest.mark.parametrize(
    ("plant", "counted"),
    [
        (lambda _model, found: found.sale_ids.remove("sale-1"), {"lost": 1}),
        (lambda _model, found: found.sale_ids.append("sale-1"), {"doubled": 1}),
        (lambda _model, found: found.sale_ids.append("sale-of-nobody"), {"doubled": 1}),
        (lambda _model, found: found.points.update(kim=80), {"doubled": 1}),
        (lambda _model, found: found.points.update(kim=100), {"lost": 1}),
        (lambda _model, found: found.debts.update(kim=5), {"unexplained": 1}),
        (_plant_an_overdraft_without_a_debt, {"lost": 1}),
        (lambda _model, found: found.notes.clear(), {"lost": 1}),
        (lambda _model, found: found.notes.append("note-1"), {"doubled": 1}),
        (lambda _model, found: found.returns.append("return-of-nobody"), {"doubled": 1}),
        (lambda _model, found: found.customers.pop("lee"), {"lost": 1}),
        (_plant_a_second_use_that_nobody_flagged, {"doubled": 1, "unexplained": 1}),
        (lambda _model, found: found.coupons.pop(("1", "sale-1")), {"lost": 1}),
        (lambda _model, found: found.coupons.update({("1", "sale-2"): "returned"}), {"unexplained": 1}),
        (_plant_another_row, {"diverged": 1}),
        (_plant_a_row_too_many, {"diverged": 1}),
        (lambda _model, found: found.conflicts.clear(), {"unexplained": 1}),
        (lambda _model, found: found.conflicts[0].update(yours="넷"), {"unexplained": 2}),
        (lambda _model, found: found.receipts.pop("note-1"), {"unexplained": 1}),
        (lambda _model, found: found.customers["kim"].update(memo="하나"), {"unexplained": 1}),
        (lambda _model, found: found.stale_facts.append("kim"), {"unexplained": 1}),
        (lambda _model, found: found.verified.update(ok=False), {"unexplained": 1}),
        (lambda model, _found: model.wonder("a 500"), {"unexplained": 1}),
        (_plant_an_overwritten_edit, {"unexplained": 1}),
        (_plant_a_return_that_gave_no_points_back, {"doubled": 1}),
        (_plant_a_changed_receipt, {"unexplained": 1}),
        (_plant_a_refusal, {"unexplained": 1}),
    ],
)
def test_what_is_planted_is_counted(
    right: tuple[Model, Found], plant: Callable[[Model, Found], object], counted: dict[str, int]
) -> None:
    plant(*right)
    verdict = judge(*right)
    assert verdict.counts == {"lost": 0, "doubled": 0, "diverged": 0, "unexplained": 0} | counted, verdict
    assert not verdict.ok


def test_a_receipt_may_change_with_a_restore_and_never_without(right: tuple[Model, Found]) -> None:
    model, found = right
    changed = found.receipts["note-1"] | {"v": 9}
    model.era += 2
    model.receipted(changed, began=2)
    assert model.unexplained == []
    model.receipted(changed | {"v": 10}, began=2)
    assert len(model.unexplained) == 1
