"""The import rules that import-linter's contracts cannot say."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
# What is no feature of the backend: everybody may use its modules by name.
SHARED = {"core", "sync", "settings"}
FEATURES = sorted(
    path.name
    for path in (ROOT / "backend").iterdir()
    if path.is_dir() and (path / "__init__.py").exists() and path.name not in SHARED | {"migrations"}
)


def modules(package: str) -> list[Path]:
    return [path for path in sorted((ROOT / package).rglob("*.py")) if "migrations" not in path.parts]


@cache
def imported(path: Path) -> tuple[str, ...]:
    """The dotted names that a module imports; `from a import b` gives `a`, and `a.b` where that is a module."""
    return tuple(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path} imports relatively"
            yield node.module
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                stem = ROOT / name.replace(".", "/")
                # A name that the package re-exports hides a module of the same name.
                if stem.with_suffix(".py").exists() and not _exports(stem.parent, alias.name):
                    yield name


def _exports(package: Path, name: str) -> bool:
    found = package / "__init__.py"
    return found.exists() and f'"{name}"' in found.read_text(encoding="utf-8")


def test_there_are_features() -> None:
    assert {"organization", "customers", "sales", "delivery"} <= set(FEATURES)


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_is_imported_through_its_init_only(feature: str) -> None:
    inside = ROOT / "backend" / feature
    reached_into = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in [*modules("backend"), *modules("sms"), ROOT / "wsgi.py"]
        if inside not in path.parents
        for name in imported(path)
        if name.startswith(f"backend.{feature}.")
    ]
    assert reached_into == []


def test_the_composition_root_knows_backend_and_sms_only() -> None:
    ours = {name.split(".")[0] for name in imported(ROOT / "wsgi.py")} - {"__future__", "flask"}
    assert ours <= {"backend", "sms", "gevent", "typing"}


@pytest.mark.parametrize("package", ["backend", "sms"])
def test_nobody_imports_the_composition_root(package: str) -> None:
    assert [path for path in modules(package) if "wsgi" in set(imported(path))] == []


def test_sync_and_core_import_no_feature() -> None:
    features = tuple(f"backend.{feature}" for feature in FEATURES)
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for package in ("backend/core", "backend/sync")
        for path in modules(package)
        for name in imported(path)
        if name in features or name.startswith(tuple(f"{feature}." for feature in features))
    ]
    assert found == []


def test_services_neither_begin_nor_commit() -> None:
    """What opens a unit of work is an edge: a route, the push, a command, a job, the worker."""
    found = [
        str(path.relative_to(ROOT))
        for path in modules("backend")
        if path.name in {"service.py", "rules.py", "models.py"}
        and any(word in path.read_text(encoding="utf-8") for word in ("unit_of_work(", "session.commit("))
    ]
    assert found == []


def test_views_are_short() -> None:
    """A view declares and calls: six statements, which the formatter may spread over a few more lines."""
    long = []
    for path in [*modules("backend"), *modules("sms")]:
        if path.name != "routes.py":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any("'route'" in ast.dump(each) for each in node.decorator_list):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = (body[-1].end_lineno or 0) - body[0].lineno + 1
                if len(body) > 6 or lines > 10:
                    long.append(f"{path.relative_to(ROOT)}:{node.name} has {lines} lines")
    assert long == []
