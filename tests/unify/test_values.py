"""What a cell may say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.core.ids import is_uuid7
from backend.unify import derived_id
from backend.unify.problems import UnreadableValueError
from backend.unify.values import Amounts, Quantities, moment


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("0", 0),
        ("1.3900000000000001", 139),
        ("0.005", 1),
        ("0.0049999999", 0),
        ("2.675", 268),
        ("1e-05", 0),
        ("100", 10_000),
    ],
)
def test_amounts_are_rounded_half_up_from_their_decimal_text(text: str, cents: int) -> None:
    assert Amounts("paid", "USD")[text] == cents


@pytest.mark.parametrize("text", ["", " ", "-1", "+1", "1,5", "1_000", "nan", "inf", "1e9", "٣", "1.5.2", "9" * 13])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(UnreadableValueError, match="paid"):
        _ = Amounts("paid", "USD")[text]


@pytest.mark.parametrize("text", ["", "-1", "1.5", "one"])
def test_what_is_no_whole_quantity_is_refused(text: str) -> None:
    with pytest.raises(UnreadableValueError, match="quantity"):
        _ = Quantities("quantity")[text]


def test_a_time_without_offset_is_utc() -> None:
    assert moment("2017-01-01T11:53:26", "sold_at") == datetime(2017, 1, 1, 11, 53, 26, tzinfo=UTC)
    assert moment("2017-01-01T11:53:26-05:00", "sold_at") == datetime(2017, 1, 1, 16, 53, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "2017-01-01", "2017-13-01T00:00:00", "2017-02-30T00:00:00", "1066-10-14T09:00:00", "now"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UnreadableValueError, match="sold_at"):
        moment(text, "sold_at")


def test_derived_ids_are_uuid7_always_the_same_and_sorted_by_time() -> None:
    early, late = datetime(2017, 1, 1, tzinfo=UTC), datetime(2017, 1, 1, 0, 0, 0, 1000, tzinfo=UTC)
    ids = [derived_id("s", "sale", str(key), moment=early) for key in range(500)]
    assert all(map(is_uuid7, ids))
    assert len(set(ids)) == 500
    assert ids == [derived_id("s", "sale", str(key), moment=early) for key in range(500)]
    assert max(ids) < derived_id("s", "sale", "1", moment=late)
    assert derived_id("s", "sale", "1", moment=early) != derived_id("s", "store", "1", moment=early)
