"""Settings under which the tests' own push service may be asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from backend import settings
from tests.push import pushservice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of the tests' push services."""
    return pushservice.certificate(tmp_path_factory.mktemp("push"))


@pytest.fixture
def local_push(app: Flask, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Let this machine be the house's own push service, whose certificate is known."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    before = app.extensions["dangol.settings"]
    allowed = replace(before, push_local_services=("localhost",))
    settings.attach(app, allowed)
    from backend.delivery import registered  # noqa: PLC0415 - beside what it changes

    channel: Any = registered(app)["push"]
    channel._settings = allowed  # noqa: SLF001 - what a restart with other settings would do
    yield allowed
    channel._settings = before  # noqa: SLF001
    settings.attach(app, before)
