"""Reading a file on one processor while another writes what was read before."""

from __future__ import annotations

import gc
import marshal
import multiprocessing
import os
import signal
import sys
import warnings
from typing import TYPE_CHECKING, Any

from backend.core.db import db

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

_READ, _FAILED, _ENDED = 0, 1, 2


def read_ahead(chunks: Callable[[], Iterator[Any]], *, aside: bool) -> Iterator[Any]:
    """Yield what `chunks()` yields: plain tuples, lists, texts and numbers.

    With `aside`, and where a second processor and a cheap fork are at hand, `chunks` runs in a process of its own, one
    chunk ahead. That process touches no database: connections are closed before the fork. Raises `RuntimeError` when
    the process fails; then what it had read is not the whole file.
    """
    if not aside or sys.platform != "linux" or (os.cpu_count() or 1) == 1:
        yield from chunks()
        return
    db.session.rollback()
    db.engine.dispose()
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    reader = context.Process(target=_serve, args=(chunks, sender, receiver), daemon=True)
    with warnings.catch_warnings():
        # Python 3.12 warns of forking beside threads; the child runs pure code only and takes no lock of theirs.
        warnings.simplefilter("ignore", DeprecationWarning)
        reader.start()
    sender.close()
    try:
        yield from _received(receiver)
    finally:
        receiver.close()
        reader.join()


def _received(receiver: Connection) -> Iterator[Any]:
    while True:
        try:
            what, content = marshal.loads(receiver.recv_bytes())  # noqa: S302 - written by our own child
        except EOFError:
            what, content = _FAILED, "it was killed"
        if what == _ENDED:
            return
        if what == _FAILED:
            message = f"The process that reads the file failed: {content}"
            raise RuntimeError(message)
        yield content


def _serve(chunks: Callable[[], Iterator[Any]], sender: Connection, receiver: Connection) -> None:
    # Held open here, too, the other end would never seem closed: this process would outlive a killed importer.
    receiver.close()
    # Millions of tuples and no cycle: walking them again and again took a fifth of the time.
    gc.disable()
    # Ctrl-C is for the importer, which then stops listening.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for chunk in chunks():
            sender.send_bytes(marshal.dumps((_READ, chunk)))
        sender.send_bytes(marshal.dumps((_ENDED, None)))
    except BrokenPipeError:
        return  # Nobody waits for the rest.
    except Exception as error:  # noqa: BLE001 - told to the process that waits, which raises it
        sender.send_bytes(marshal.dumps((_FAILED, f"{type(error).__name__}: {error}")))
