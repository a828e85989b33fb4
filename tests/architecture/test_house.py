"""The steps that the Makefile takes: each once, and again only when what it is made from changes."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    spec = importlib.util.spec_from_file_location("steps_under_test", ROOT / "scripts" / "steps.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "STATE", tmp_path / ".make")
    (tmp_path / ".make").mkdir()
    return module


def test_a_step_is_done_once_and_again_when_an_input_or_output_changes(steps: Any, tmp_path: Path) -> None:
    source, made, done = tmp_path / "source", tmp_path / "made", []
    source.write_text("one")

    def make() -> None:
        done.append(source.read_text())
        made.write_text("made")

    step = steps.Step("step", "Making", [source], [made], make)
    assert [step.do(), step.do()] == [True, False]
    source.write_text("two")
    assert [step.do(), step.do()] == [True, False]
    made.unlink()
    assert step.do() is True
    assert done == ["one", "two", "two"]


def test_a_touched_input_with_the_same_content_is_no_reason(steps: Any, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("one")
    step = steps.Step("step", "Making", [source], [], lambda: None)
    step.do()
    source.unlink()
    source.write_text("one")
    assert step.do() is False


def test_a_step_that_failed_is_done_again(steps: Any) -> None:
    attempts: list[int] = []

    def fail_once() -> None:
        attempts.append(len(attempts))
        if len(attempts) == 1:
            raise steps.Failed

    step = steps.Step("step", "Making", ["same"], [], fail_once)
    with pytest.raises(steps.Failed):
        step.do()
    assert [step.do(), step.do()] == [True, False]


def test_help_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = next(line for line in text.splitlines() if line.startswith(".PHONY:")).split()[1:]
    shown = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S607
    assert [target for target in phony if f"make {target} " not in shown] == []


def test_locks_hold_no_addresses() -> None:
    checked = subprocess.run([sys.executable, ROOT / "scripts" / "check_locks.py"], check=False)  # noqa: S603
    assert checked.returncode == 0
