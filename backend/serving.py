"""`dangol serve`: the web server and the worker as two children of one process in the foreground."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext

from backend.core import jobs
from backend.core.children import die_with_parent
from backend.core.errors import SettingsError
from backend.health import is_migrated
from backend.settings import ROOT, current_settings

if TYPE_CHECKING:
    from types import FrameType

    from backend.settings import Settings

_GRACE_SECONDS = 10
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def serve(host: str | None, tls_cert: str | None, tls_key: str | None) -> int:
    """Run web and worker until a signal or until one of them ends; the exit code. Raises `SettingsError`."""
    settings = replace(current_settings(), tls_cert=tls_cert, tls_key=tls_key)
    settings.refuse_unsafe_start()
    environment = dict(os.environ)
    if tls_cert and tls_key:
        environment |= {"DANGOL_TLS_CERT": tls_cert, "DANGOL_TLS_KEY": tls_key}
    address = host or "127.0.0.1"
    if settings.demo and address != "127.0.0.1":
        message = "Demo mode binds to 127.0.0.1 only: anyone could sign in."
        raise SettingsError(message)
    if not is_migrated():
        message = "The database is not ready: run `dangol init` first."
        raise SettingsError(message)
    _refuse_taken_port(address, settings.port)
    commands = [_web(settings, address, tls_cert, tls_key), [sys.executable, "-m", "backend.cli", "worker"]]
    children = [_start(command, environment) for command in commands]
    for number in _SIGNALS:
        signal.signal(number, lambda *_: _stop(children))
    return _wait(children)


def _refuse_taken_port(address: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            message = f"Dangol cannot listen on {address}:{port}; something else may be there. PORT names another."
            raise SettingsError(message) from None


def work() -> None:
    """Run the worker's jobs until SIGTERM or SIGINT. Raises `SettingsError`."""
    current_settings().refuse_unsafe_start()
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in _SIGNALS:
        signal.signal(number, end)
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - how a LocalProxy gives its object
    jobs.run(app, stop)


def _web(settings: Settings, address: str, tls_cert: str | None, tls_key: str | None) -> list[str]:
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--chdir", str(ROOT)]
    command += ["--worker-class", "gevent", "--workers", str(settings.web_processes)]
    command += ["--bind", f"{address}:{settings.port}", "--log-level", "warning", "--graceful-timeout", "5"]
    command += ["--no-control-socket"]
    if tls_cert and tls_key:
        command += ["--certfile", tls_cert, "--keyfile", tls_key]
    return command


def _start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    # The commands are made here from settings that were checked; a shell is not involved.
    return subprocess.Popen(command, env=environment, cwd=ROOT, preexec_fn=die_with_parent)  # noqa: PLW1509, S603


def _wait(children: list[subprocess.Popen[bytes]]) -> int:
    """Wait for the first child to end, end the other, and give back what the first one said."""
    while all(child.poll() is None for child in children):
        time.sleep(0.2)
    code = next(code for child in children if (code := child.poll()) is not None)
    _stop(children)
    deadline = time.monotonic() + _GRACE_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
    return max(code, 0)


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()


@click.command("serve")
@click.option("--host", help="The address to listen on; 127.0.0.1 unless set.")
@click.option(
    "--tls-cert", type=click.Path(exists=True, dir_okay=False), envvar="DANGOL_TLS_CERT", help="Certificate file (PEM)."
)
@click.option(
    "--tls-key", type=click.Path(exists=True, dir_okay=False), envvar="DANGOL_TLS_KEY", help="Key file (PEM)."
)
@with_appcontext
def serve_command(host: str | None, tls_cert: str | None, tls_key: str | None) -> None:
    """Start the web server and the worker in the foreground. The port is $PORT (8000 unless set)."""
    sys.exit(serve(host, tls_cert, tls_key))


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Start a worker only: it sends messages and builds blocks."""
    work()
