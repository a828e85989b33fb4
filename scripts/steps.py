"""The steps of the preparation, each with what it is made from and a stamp that says for which content it was done."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".make"
VENV = ROOT / ".venv"
PWA = ROOT / "pwa"
NOTHING: Mapping[str, str] = MappingProxyType({})
_UNFINISHED = STATE / "venv.unfinished"
# Made by the tools inside the PWA's folder, hence no input of its build.
_PWA_MADE = {"node_modules", "dist", "coverage", "paraglide", "cache", ".svelte-kit", "test-results"}

# The file that carries the clone's lock, while it is held.
_held: list[int] = []


class Failed(Exception):
    """What stopped the work, as a sentence."""


@dataclass(frozen=True)
class Step:
    """One step: `inputs` decide whether it must be done again, `outputs` must exist for it to count as done."""

    name: str
    sentence: str
    inputs: Sequence[Path | str]
    outputs: Sequence[Path]
    action: Callable[[], None]

    def do(self) -> bool:
        """Do the step unless its stamp fits. Returns whether it was done now."""
        stamp, print_now = STATE / f"{self.name}.stamp", fingerprint([self.name, str(ROOT), *self.inputs])
        if stamp.exists() and stamp.read_text() == print_now and all(path.exists() for path in self.outputs):
            return False
        say(self.sentence)
        stamp.unlink(missing_ok=True)
        self.action()
        fresh = stamp.with_suffix(".new")
        fresh.write_text(print_now)
        fresh.replace(stamp)
        return True


def say(sentence: str) -> None:
    """Tell, in one line, what is being done."""
    print(f"» {sentence}", flush=True)


def fingerprint(inputs: Sequence[Path | str]) -> str:
    """A hash over texts and the content of files and folders, with their names."""
    whole = hashlib.sha256()
    for each in inputs:
        for path in _files(each) if isinstance(each, Path) else ():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            whole.update(f"{path.relative_to(ROOT)} {content}\n".encode())
        if isinstance(each, str):
            whole.update(f"{each}\n".encode())
    return whole.hexdigest()


def environment(more: Mapping[str, str] = NOTHING) -> dict[str, str]:
    """The environment for what runs inside the virtual environment: its programs come first."""
    found = {key: value for key, value in os.environ.items() if key not in {"PYTHONHOME", "NODE_ENV"} and value}
    found |= {"VIRTUAL_ENV": str(VENV), "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    return found | dict(more)


def call(*command: str | Path, cwd: Path = ROOT, more: Mapping[str, str] = NOTHING) -> None:
    """Run a command of the virtual environment. Raises `CalledProcessError`."""
    subprocess.run([str(part) for part in command], cwd=cwd, env=environment(more), check=True, pass_fds=_held)


def call_quietly(*command: str | Path, cwd: Path = ROOT) -> None:
    """The same for a talkative one: what it said is shown only when it failed. Raises `CalledProcessError`."""
    shown = [str(part) for part in command]
    done = subprocess.run(
        shown,
        cwd=cwd,
        env=environment(),
        check=False,
        text=True,
        pass_fds=_held,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        raise subprocess.CalledProcessError(done.returncode, shown)


def bin_path(name: str) -> Path:
    """A program of the virtual environment."""
    return VENV / "bin" / name


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold the clone's lock, so that two `make` do not prepare it at once.

    What is started meanwhile holds it, too: a pip that outlives its killed make is waited for.
    """
    STATE.mkdir(exist_ok=True)
    with (STATE / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another make that is preparing this clone")
            fcntl.flock(lock, fcntl.LOCK_EX)
        _held.append(lock.fileno())
        try:
            yield
        finally:
            _held.clear()


def python_steps(*, dev: bool) -> None:
    """The virtual environment, the locked packages and Dangol itself in it."""
    if _UNFINISHED.exists():
        # pip is no transaction: what it leaves when it is stopped looks installed. So it starts over.
        say("The last attempt was interrupted; starting .venv over")
        shutil.rmtree(VENV, ignore_errors=True)
        _UNFINISHED.unlink()
    _virtual_environment().do()
    for kind in ["run", "dev"] if dev else ["run"]:
        _packages(kind).do()
    Step(
        "dangol",
        "Installing the command dangol",
        [ROOT / "pyproject.toml", _which_python()],
        [bin_path("dangol")],
        lambda: _pip("install", "--no-deps", "--no-build-isolation", "--editable", "."),
    ).do()


def pwa_packages() -> None:
    """The locked packages of the PWA; node and npm come with the virtual environment."""
    inputs = [PWA / "package.json", PWA / "package-lock.json", PWA / ".npmrc"]
    Step(
        "npm",
        "Fetching the PWA's packages",
        inputs,
        [PWA / "node_modules" / ".package-lock.json"],
        lambda: call_quietly(
            bin_path("npm"), "ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error", cwd=PWA
        ),
    ).do()


def pwa_build() -> None:
    """The PWA as files to serve."""
    Step(
        "pwa",
        "Building the PWA",
        [PWA],
        [PWA / "dist" / "index.html"],
        lambda: call_quietly(bin_path("npm"), "run", "build", cwd=PWA),
    ).do()


def _virtual_environment() -> Step:
    return Step(
        "venv",
        f"Making the virtual environment .venv (Python {_which_python()})",
        [_which_python()],
        [bin_path("python"), VENV / "pyvenv.cfg"],
        _make_virtual_environment,
    )


def _make_virtual_environment() -> None:
    for stamp in ("packages-run", "packages-dev", "dangol"):
        (STATE / f"{stamp}.stamp").unlink(missing_ok=True)
    if _usable():
        return  # Somebody made it by hand, of the right kind; its packages are looked at next.
    with _marked_unfinished():
        command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
        made = subprocess.run(command, check=False, capture_output=True, text=True)
        if made.returncode:
            message = (
                "python -m venv failed; on Debian and Ubuntu it comes with the package python3-venv. "
                f"It said: {(made.stderr or made.stdout).strip()}"
            )
            raise Failed(message)


def _usable() -> bool:
    """Whether .venv is a virtual environment of this place, for a Python like the one that runs."""
    python = bin_path("python")
    if not python.exists():
        return False
    code = "import sys, pip; print(sys.prefix, *sys.version_info[:2])"
    asked = subprocess.run([str(python), "-c", code], check=False, capture_output=True, text=True)
    return asked.returncode == 0 and asked.stdout.split() == [str(VENV), *map(str, sys.version_info[:2])]


def _packages(kind: str) -> Step:
    locked = ROOT / "requirements" / f"{kind}.txt"
    what = {"run": "Fetching the locked Python packages", "dev": "Fetching the tools for tests and checks"}[kind]
    return Step(f"packages-{kind}", what, [locked, _which_python()], [], lambda: _fetch(locked))


def _fetch(locked: Path) -> None:
    with _marked_unfinished():
        _pip("install", "--require-hashes", "--requirement", str(locked))


@contextlib.contextmanager
def _marked_unfinished() -> Iterator[None]:
    """Leave a mark when what happens inside does not come to its end."""
    _UNFINISHED.touch()
    yield
    _UNFINISHED.unlink()


def _pip(*arguments: str) -> None:
    call(bin_path("python"), "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input", *arguments)


def _which_python() -> str:
    return ".".join(map(str, sys.version_info[:2]))


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        for each in sorted(path.iterdir()):
            if each.name not in _PWA_MADE and (path.name != "project.inlang" or each.name == "settings.json"):
                yield from _files(each)
