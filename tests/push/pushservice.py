"""A push service for one test: it speaks TLS on this machine, keeps what it is sent and answers as it is told."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@dataclass
class Posted:
    """One request; names of headers in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """What was posted; `answers` holds what is answered next, 201 otherwise. An answer is (status, headers)."""

    port: int = 0
    posted: list[Posted] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    by_path: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)

    def endpoint(self, name: str) -> str:
        """An endpoint of this service."""
        return f"https://localhost:{self.port}/{name}"

    def will(self, *statuses: int, **headers: str) -> None:
        """Answer the next requests with these."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers += [(status, named) for status in statuses]

    async def take(self, request: web.Request) -> web.Response:
        """Keep a request and answer it."""
        self.posted.append(
            Posted(request.path, {name.lower(): value for name, value in request.headers.items()}, await request.read())
        )
        status, more = self.by_path.get(request.path) or (self.answers.pop(0) if self.answers else (201, {}))
        return web.Response(status=status, headers=more)


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert, private = folder / "push.crt", folder / "push.key"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return cert, private


@asynccontextmanager
async def running(files: tuple[Path, Path]) -> AsyncIterator[PushService]:
    """Serve until the block is left."""
    service = PushService()
    app = web.Application(client_max_size=1 << 20)
    app.router.add_post("/{rest:.*}", service.take)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*files)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    server: Any = site._server  # noqa: SLF001 - where aiohttp keeps the port that it was given
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        await runner.cleanup()
        await asyncio.sleep(0)
