"""Days and times as tills and spreadsheets write them, by the clock of the store."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.unify.files.moments import in_zone, read_moment, read_time


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2026-11-22 14:05", "2026-11-22T14:05:00"),
        ("2026-11-22T14:05:10.123", "2026-11-22T14:05:10"),
        ("2026-11-22T14:05:10+09:00", "2026-11-22T14:05:10+09:00"),
        ("2026-11-22T05:05:10Z", "2026-11-22T05:05:10+00:00"),
        ("2026/11/2 9:5:1", "2026-11-02T09:05:01"),
        ("2026.11.22 오후 2:05", "2026-11-22T14:05:00"),
        ("2026.11.22. 오전 12:05", "2026-11-22T00:05:00"),
        ("2026-11-22 2:05 PM", "2026-11-22T14:05:00"),
        ("2026년 11월 22일 14시 5분", "2026-11-22T14:05:00"),
        ("2026년 11월 22일(일) 14시 5분 10초", "2026-11-22T14:05:10"),
        ("26.11.22 14:05", "2026-11-22T14:05:00"),
        ("20261122140510", "2026-11-22T14:05:10"),
        ("202611221405", "2026-11-22T14:05:00"),
        ("20261122", "2026-11-22"),
        ("2026-11-22", "2026-11-22"),
        ("46348", "2026-11-22"),
        ("46348.5", "2026-11-22T12:00:00"),
        *(
            (each, None)
            for each in ("", "내일", "2026-13-01", "2026-02-30", "2026-11-22 25:00", "11/22/2026", "1889-01-01")
        ),
        *((each, None) for each in ("2026-11-22 오후 13:00", "20269999", "99999", "12345")),
    ],
)
def test_moments_are_read_as_tills_write_them(given: str, read: str | None) -> None:
    assert read_moment(given) == read


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("14:05", "14:05:00"),
        ("오후 2:05", "14:05:00"),
        ("2:05:09 pm", "14:05:09"),
        ("140509", "14:05:09"),
        ("1405", "14:05:00"),
        ("0.5", "12:00:00"),
        ("25:00", None),
        ("x", None),
    ],
)
def test_times_of_day_are_read(given: str, read: str | None) -> None:
    assert read_time(given) == read


def test_an_offset_stands_and_a_day_is_noon_at_the_store() -> None:
    assert in_zone("2026-07-01T10:00:00+09:00", "11:00:00", "America/New_York") == datetime(2026, 7, 1, 1, tzinfo=UTC)
    assert in_zone("2026-07-01", None, "America/New_York") == datetime(2026, 7, 1, 16, tzinfo=UTC)
    assert in_zone("2026-07-01", "09:00:00", "Asia/Seoul") == datetime(2026, 7, 1, tzinfo=UTC)
