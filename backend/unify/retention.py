"""What grows old here: the problems of imports, and the journals by which they can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, or_, select

from backend.core.db import db
from backend.core.retention import Rule
from backend.unify.models import ImportChange, ImportEntry, ImportProblem, ImportRun

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select

    from backend.core.db import Base


def _rule(name: str, title: tuple[str, str], *models: type[ImportProblem | ImportChange | ImportEntry]) -> Rule:
    def due(before: datetime) -> Select[Any, Any]:
        has = or_(*(exists().where(model.run_id == ImportRun.id) for model in models))
        return select(ImportRun.id, ImportRun.updated_at).where(ImportRun.updated_at < before, has)

    def take(keys: Sequence[str]) -> None:
        for model in models:
            gone: type[Base] = model
            old = delete(gone).where(model.run_id.in_(keys))
            db.session.execute(old, execution_options={"synchronize_session": False})

    return Rule(name, title, due, take)


RULES = (
    _rule("import_problems", ("가져오기의 문제 목록", "Problem lists of imports"), ImportProblem),
    _rule("import_journals", ("가져오기 되돌리기 자료", "What imports can be undone by"), ImportChange, ImportEntry),
)
