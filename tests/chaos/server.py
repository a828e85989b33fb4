"""The server under trial: `dangol serve` on SQLite or PostgreSQL, which can be killed, backed up and restored."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from tests.e2e.server import DANGOL, ROOT, DangolServer

if TYPE_CHECKING:
    from pathlib import Path


class ChaosServer(DangolServer):
    """`dangol serve` over any database."""

    def __init__(self, folder: Path, database_url: str, *, web_processes: int) -> None:
        super().__init__(folder, web_processes=web_processes)
        self.database_url = database_url

    @property
    def environment(self) -> dict[str, str]:
        """The same with this database."""
        return super().environment | {"DANGOL_DATABASE_URL": self.database_url}

    def program(self, module: str, *arguments: str) -> Any:
        """The JSON that a program of the tests prints last about this database."""
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, check=False, capture_output=True, text=True)
        assert done.returncode == 0, f"{module}: {done.stderr}"
        return json.loads(done.stdout.splitlines()[-1])

    def restart(self) -> None:
        """Pull the plug and start again."""
        self.kill()
        self.start()

    def told(self, *arguments: str) -> Any:
        """The JSON that a command prints, whether it liked what it saw or not."""
        done = subprocess.run(
            [str(DANGOL), *arguments], cwd=ROOT, env=self.environment, check=False, capture_output=True, text=True
        )
        try:
            return json.loads(done.stdout)
        except ValueError:
            message = f"dangol {' '.join(arguments)} said no JSON: {done.stdout[-500:]}{done.stderr[-2000:]}"
            raise AssertionError(message) from None

    def said(self, lines: int = 40) -> str:
        """The end of its log."""
        return "\n".join((self.folder / "serve.log").read_text(errors="replace").splitlines()[-lines:])
