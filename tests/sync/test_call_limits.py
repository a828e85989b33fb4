"""A tablet that calls without end is slowed down; one that works hard is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend.core.throttle import Throttle
from backend.sync import routes

if TYPE_CHECKING:
    import pytest
    from flask import Flask


def test_a_tablet_out_of_its_mind_waits_and_the_others_do_not(
    app: Flask, make_tablet: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mad, other = make_tablet(), make_tablet()
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", value=True)
    # Far more than a first sync of 300,000 customers and a day's work come to.
    assert routes.CALLS.burst >= 10_000
    monkeypatch.setattr(routes, "CALLS", Throttle(burst=3, per_second=0.01))
    answers = [mad.get("/sync/terms") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert answers[-1].get_json()["code"] == "too_many_requests"
    assert int(answers[-1].headers["Retry-After"]) > 1
    assert other.get("/sync/terms").status_code == 200
