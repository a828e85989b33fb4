"""When Python looks for garbage."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def collected_by_hand() -> Iterator[Callable[[], None]]:
    """Look for garbage only when the function that is given back is called: between two parts of long work.

    Work that makes many plain rows and no cycle is otherwise searched again and again while it holds them.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield _collect
    finally:
        if was:
            gc.enable()


def _collect() -> None:
    # The middle generation, too: what a part leaves behind is not carried on to the end of the work.
    gc.collect(1)
