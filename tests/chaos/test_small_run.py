"""A small chaos run on the database that the tests run on; `make chaos` does large ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chaos.options import Options
from tests.chaos.run import run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_after_a_kill_and_a_restore_nothing_is_lost_doubled_or_different(
    pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    options = Options(
        tablets=5,
        mutations=300,
        kills=1,
        restores=1,
        revocations=0,
        database=str(pytestconfig.getoption("database")),
        seed=20_261_121,
        web_processes=1,
        quiet=True,
    )
    verdict = run(options, tmp_path)
    assert verdict.ok, verdict
