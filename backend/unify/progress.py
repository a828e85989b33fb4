"""A line on the terminal that says how far a long job is."""

from __future__ import annotations

import sys
import time
from typing import TextIO

_REDRAW_SECONDS = 0.2
_BAR = 24


class Progress:
    """Count, rate and time left, drawn over itself on `stream` (stderr); silent unless that is a terminal."""

    def __init__(self, label: str, *, shown: bool = True, stream: TextIO | None = None) -> None:
        self.label = label
        self._stream = stream or sys.stderr
        self._shown = shown and self._stream.isatty()
        self._started = time.monotonic()
        self._drawn = 0.0

    def at(self, count: int, *, fraction: float, unit: str = "lines") -> None:
        """Say that `count` of `unit` are done, which is `fraction` (0 to 1) of the job."""
        now = time.monotonic()
        if not self._shown or now - self._drawn < _REDRAW_SECONDS:
            return
        self._drawn = now
        elapsed = max(now - self._started, 0.001)
        fraction = min(max(fraction, 0.001), 1.0)
        left = round(elapsed / fraction - elapsed)
        bar = "█" * round(fraction * _BAR)
        self._write(
            f"{self.label} {bar:·<{_BAR}} {count:,} {unit}, {count / elapsed:,.0f}/s, {left // 60}:{left % 60:02d} left"
        )

    def say(self, text: str) -> None:
        """Show `text` in place of the bar."""
        if self._shown:
            self._write(text)

    def done(self) -> None:
        """Clear the line."""
        if self._shown:
            self._write("")

    def _write(self, text: str) -> None:
        self._stream.write(f"\r{text}\x1b[K")
        self._stream.flush()
