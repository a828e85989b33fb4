"""Files whose columns may have any name, of members, products or sales: read, mapped, written, taken back."""

from __future__ import annotations

from backend.unify.files.cli import add_commands
from backend.unify.files.runs import Outcome, Wishes, import_file
from backend.unify.files.target import CannotUndo
from backend.unify.files.undoing import Undone, undo

__all__ = ["CannotUndo", "Outcome", "Undone", "Wishes", "add_commands", "import_file", "undo"]
