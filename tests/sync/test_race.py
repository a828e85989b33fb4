"""No committed row is passed over by a reader, whoever commits first. `python -m tests.sync.race` runs it at length."""

from __future__ import annotations

from tests import postgres
from tests.sync.race import race


def test_a_polling_reader_misses_no_row_of_eight_writers() -> None:
    with postgres.running() as cluster:
        outcome = race(cluster.create("race"), rows=800)
    assert outcome.rows == 800
    assert (outcome.missed, outcome.disordered) == (0, 0)
    assert outcome.pulls > 10
