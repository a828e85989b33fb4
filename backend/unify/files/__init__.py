"""Members from files whose columns may have any name: read, mapped, compared, written, taken back."""

from __future__ import annotations

from backend.unify.files.cli import add_commands
from backend.unify.files.runs import Outcome, Wishes, import_members
from backend.unify.files.undoing import CannotUndo, Undone, undo

__all__ = ["CannotUndo", "Outcome", "Undone", "Wishes", "add_commands", "import_members", "undo"]
