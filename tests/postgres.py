"""A private PostgreSQL: its own cluster in a temporary folder, on a free port, gone when whoever asked for it is gone.

    with postgres.running() as cluster:
        url = cluster.create("chaos")

The cluster is kept by a process of its own (`python -m tests.postgres`) that lives as long as the pipe to it is open,
so that nothing stays behind when the tests are killed. PostgreSQL refuses to run as root: it then runs as the user
`postgres`, whom the distribution's package makes. `fsync` is off unless `durable`: a power cut ends the tests anyway.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ROOT = Path(__file__).resolve().parents[1]
_OWNER = "postgres"
_START_WITHIN = 60.0
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_SETTINGS = ("max_connections=250", "shared_buffers=128MB", "logging_collector=off", "autovacuum_naptime=10s")


class Unavailable(Exception):
    """Why there is no PostgreSQL here, as a sentence."""


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL that answers on 127.0.0.1; `folder` holds its data."""

    port: int
    password: str
    folder: str

    def url(self, database: str) -> str:
        """The address of a database as SQLAlchemy reads it."""
        return f"postgresql+psycopg://{_OWNER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, *, template: str = "template0") -> str:
        """Make a database, a copy of `template`; its address."""
        self._execute("CREATE DATABASE {} TEMPLATE {}", database, template)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Throw a database away, and everybody out of it first."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)

    def create_from(self, template: str, database: str, fill: Callable[[str], None]) -> str:
        """Make a database as a copy of a template, which is made once for all processes by `fill(url)`; its address."""
        with Path(self.folder, "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with self._connected() as connection:
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone()
            if known is None:
                fill(self.create(f"{template}_new"))
                # Under its last name only when it is whole.
                self._execute("ALTER DATABASE {} RENAME TO {}", f"{template}_new", template)
            return self.create(database, template=template)

    def _execute(self, statement: str, *names: str) -> None:
        with self._connected() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _connected(self) -> psycopg.Connection[Any]:
        address = f"host=127.0.0.1 port={self.port} user={_OWNER} password={self.password} dbname=postgres"
        return psycopg.connect(address, autocommit=True)


@contextlib.contextmanager
def running(*, durable: bool = False) -> Iterator[Cluster]:
    """A cluster for as long as the block runs. Raises `Unavailable` with what is missing."""
    command = [sys.executable, "-m", "tests.postgres", *(["--durable"] if durable else [])]
    # A session of its own: Ctrl-C is for the tests, whose end then ends the cluster.
    with subprocess.Popen(  # noqa: S603 - this module as a program
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as keeper:
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        try:
            said = json.loads(keeper.stdout.readline() or '{"problem": "PostgreSQL could not be started."}')
            if "problem" in said:
                raise Unavailable(said["problem"])
            yield Cluster(**said)
        finally:
            keeper.stdin.close()


def programs() -> Path:
    """The folder of PostgreSQL's newest programs. Raises `Unavailable`."""
    folders = [Path(found).parent for found in [shutil.which("initdb")] if found]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    message = "The tests need PostgreSQL's programs: install the package postgresql, or run scripts/system-packages."
    raise Unavailable(message)


def _keep(*, durable: bool) -> None:
    """Start a cluster, tell where it is, and stop it when standard input ends."""
    folder = Path(tempfile.mkdtemp(prefix="dangol-postgres-"))
    server = None
    try:
        cluster, server = _start(folder, durable=durable)
        print(json.dumps(asdict(cluster)), flush=True)  # noqa: T201 - the answer to who asked
        sys.stdin.read()
    except (Unavailable, subprocess.CalledProcessError) as error:
        detail = error.stderr if isinstance(error, subprocess.CalledProcessError) else str(error)
        print(json.dumps({"problem": detail}), flush=True)  # noqa: T201 - the same
    finally:
        if server is not None:
            # At once: the data is thrown away.
            server.send_signal(signal.SIGQUIT)
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path, *, durable: bool) -> tuple[Cluster, subprocess.Popen[bytes]]:
    owner = _owner(folder)
    cluster = Cluster(_free_port(), secrets.token_hex(16), str(folder))
    (folder / "password").write_text(cluster.password)
    initdb: list[str | Path] = [
        programs() / "initdb",
        "--pgdata",
        folder / "data",
        "--username",
        _OWNER,
        "--encoding",
        "UTF8",
    ]
    initdb += ["--locale", "C.UTF-8", "--auth", "scram-sha-256", "--pwfile", folder / "password", "--no-sync"]
    subprocess.run(initdb, check=True, capture_output=True, text=True, cwd=folder, **owner)  # noqa: S603 - found above
    settings = (*_SETTINGS, *(() if durable else _FAST), f"port={cluster.port}", "listen_addresses=127.0.0.1")
    command: list[str | Path] = [programs() / "postgres", "-D", folder / "data", "-k", folder]
    command += [part for setting in settings for part in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        server: subprocess.Popen[bytes] = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **owner)  # noqa: S603 - the same
    deadline = time.monotonic() + _START_WITHIN
    while True:
        try:
            cluster._connected().close()  # noqa: SLF001 - this module's own
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise Unavailable((folder / "log").read_text(errors="replace")[-2000:]) from None
            time.sleep(0.05)
        else:
            return cluster, server


def _owner(folder: Path) -> dict[str, Any]:
    """Options that run a program as somebody who may own a cluster; the folder becomes theirs."""
    if os.geteuid() != 0:
        return {}
    try:
        person = pwd.getpwnam(_OWNER)
    except KeyError:
        message = "PostgreSQL does not run as root, and there is no user postgres: install the package postgresql."
        raise Unavailable(message) from None
    os.chown(folder, person.pw_uid, person.pw_gid)
    return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    _keep(durable="--durable" in sys.argv)
