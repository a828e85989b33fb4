"""Outside demo mode Dangol starts only when it is safe, and the recipe of the README for a reverse proxy works."""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from backend.core import crypto
from backend.sync import sealing
from tests.e2e.server import DANGOL, ROOT, DangolServer, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e
_NGINX_WITHIN = 20.0
_SECRET = "not-a-secret-but-long-enough-for-one"
_SEALING_KEY = sealing.fresh()
_DATA_KEYS = crypto.new_key("test")


class RealServer(DangolServer):
    """`dangol serve` as one would run it: no demo, behind a proxy, texts to the console."""

    def __init__(self, folder: Path, https_port: int) -> None:
        super().__init__(folder)
        self._https_port = https_port

    @property
    def environment(self) -> dict[str, str]:
        """Everything that the README names for a real start."""
        real = {
            "DANGOL_SECRET_KEY": _SECRET,
            "DANGOL_SEALING_KEY": _SEALING_KEY,
            "DANGOL_DATA_KEYS": _DATA_KEYS,
            "DANGOL_SMS_PROVIDER": "console",
            "DANGOL_BEHIND_PROXY": "1",
            "DANGOL_PUBLIC_URL": f"https://127.0.0.1:{self._https_port}",
        }
        return {key: value for key, value in super().environment.items() if key != "DANGOL_DEMO"} | real


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _nginx_configuration(folder: Path, *, https_port: int, backend_port: int) -> Path:
    """The recipe with this test's ports and certificate in the place of the example's."""
    recipe = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for there, here in (
        ("listen 443", f"listen 127.0.0.1:{https_port}"),
        ("crm.example.com", "127.0.0.1"),
        ("/etc/ssl/dangol", str(folder)),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:{backend_port}"),
    ):
        assert there in recipe
        recipe = recipe.replace(there, here)
    paths = "\n".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"pid {folder}/nginx.pid;\nerror_log {folder}/nginx.log;\ndaemon off;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{paths}\n{recipe}\n}}\n",
        encoding="utf-8",
    )
    return configuration


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, RealServer]]:
    """The https address of a real Dangol behind nginx, and its server."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    folder = tmp_path_factory.mktemp("real")
    https_port = free_port()
    server = RealServer(folder, https_port)
    server.command("init")
    server.start()
    _certificate(folder)
    configuration = _nginx_configuration(folder, https_port=https_port, backend_port=server.port)
    nginx = subprocess.Popen([program, "-c", str(configuration), "-p", str(folder)])
    try:
        _wait_until_open(https_port)
        yield f"https://127.0.0.1:{https_port}", server
    finally:
        nginx.terminate()
        nginx.wait(20)
        server.kill()


def _wait_until_open(port: int) -> None:
    """Wait until nginx takes connections, which is a moment after it was started."""
    deadline = time.monotonic() + _NGINX_WITHIN
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    message = f"nginx did not open port {port} within {_NGINX_WITHIN} seconds."
    raise AssertionError(message)


def _call(address: tuple[str, RealServer], path: str, body: Any = None, **headers: str) -> tuple[int, Any, Any]:
    url, server = address
    context = ssl.create_default_context(cafile=str(server.folder / "fullchain.pem"))
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, {"Content-Type": "application/json"} | headers)
    try:
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.status or 0, refused.headers, refused.read()


def test_the_recipe_serves_over_https_with_secure_cookies(address: tuple[str, RealServer]) -> None:
    _, server = address
    server.command("unit", "add", "--code", "DF", "--name", "한빛면세점")
    server.command("store", "add", "--code", "S1", "--name", "본점", "--unit", "DF")
    server.command(
        "staff",
        "add",
        "--login",
        "jiwoo",
        "--name",
        "박지우",
        "--role",
        "associate",
        "--store",
        "S1",
        "--password",
        "a long password",
    )
    status, headers, _ = _call(address, "/healthz")
    assert status == 200
    assert headers["Strict-Transport-Security"]
    status, headers, body = _call(address, "/api/v1/session", {"login": "jiwoo", "password": "a long password"})
    assert status == 200, body
    assert all("Secure" in cookie and "HttpOnly" in cookie for cookie in headers.get_all("Set-Cookie"))


def test_another_site_cannot_make_the_browser_write(address: tuple[str, RealServer]) -> None:
    credentials = {"login": "jiwoo", "password": "a long password"}
    status, _, body = _call(address, "/api/v1/session", credentials, **{"Sec-Fetch-Site": "cross-site"})
    assert (status, json.loads(body)["code"]) == (403, "cross_site")
    status, _, body = _call(address, "/api/v1/session", credentials, Origin="https://elsewhere.example")
    assert (status, json.loads(body)["code"]) == (403, "cross_site")


def test_outside_a_demo_there_is_neither_a_simulator_nor_a_demo_sign_in(address: tuple[str, RealServer]) -> None:
    assert _call(address, "/simulator")[0] == 404
    about = json.loads(_call(address, "/api/v1/about")[2])
    assert not about["demo"]
    assert not about.get("demo_sign_ins")
    assert _call(address, "/api/v1/tablets/demo", {})[0] in {401, 404}


def test_an_unsafe_start_is_refused_in_one_sentence(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DANGOL_")}
    environment |= {"DANGOL_DATABASE_URL": f"sqlite:///{tmp_path / 'd.sqlite3'}", "DANGOL_SECRET_KEY": _SECRET}
    done = subprocess.run([DANGOL, "serve"], cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 2, sys.executable
    assert "DANGOL_DATA_KEYS" in done.stderr
    assert "Traceback" not in done.stderr
