"""Uploaded files: written part by part into a private folder under an id, deleted as soon as nobody needs them."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

from sqlalchemy import delete, select

from backend.core import audit, clock
from backend.core.db import db, run_in_unit_of_work
from backend.core.errors import DangolError, Gone, NotFound, TooLarge, ValidationFailed
from backend.core.ids import is_id, new_id
from backend.settings import current_settings
from backend.unify.files.encoding import Watcher, least_damaged, refuse_wide
from backend.unify.files.tables import Looked, open_table
from backend.unify.models import ImportRun, ImportUpload

if TYPE_CHECKING:
    from backend.core.audit import Actor

_PART = 1 << 20
_MEGABYTE = 1 << 20
_LONGEST_NAME = 200
_ZIP = b"PK\x03\x04"
# A file that has no row yet may still be on its way in.
_ON_ITS_WAY = 3_600


class FileGone(Gone):
    """The file is no longer kept. Upload it again: what is imported already is not imported twice."""

    code = "file_gone"


def largest() -> int:
    """How many bytes a file may have."""
    return current_settings().upload_megabytes * _MEGABYTE


def take_in(stream: IO[bytes], *, name: str, kind: str) -> ImportUpload:
    """Write a file into the folder and see what it is. Not in the database yet: `keep` does that.

    Raises `TooLarge`, `ValidationFailed` for what is no table; then nothing is left of it.
    """
    upload = ImportUpload(id=new_id(), kind=kind, name=shown_name(name), uploaded_at=clock.now())
    path = _path(upload.id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        watcher, upload.size = _write(stream, path)
        _look(upload, path, watcher)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return upload


def keep(upload: ImportUpload, *, acting_staff: Actor) -> ImportUpload:
    """Enter an uploaded file in the open unit of work."""
    upload.staff_id = acting_staff.staff_id
    db.session.add(upload)
    db.session.flush()
    detail = {"file": upload.name, "bytes": upload.size}
    audit.record(acting_staff, "import.upload", subject_kind="import_upload", subject_id=upload.id, detail=detail)
    return upload


def find(upload_id: str) -> ImportUpload:
    """The row of a file. Raises `NotFound`."""
    upload = db.session.get(ImportUpload, upload_id) if is_id(upload_id) else None
    if upload is None:
        raise NotFound
    return upload


def is_here(upload_id: str | None) -> bool:
    """Whether the file is in this machine's folder."""
    return upload_id is not None and _path(upload_id).is_file()


def is_known(upload_id: str | None) -> bool:
    """Whether the file is kept, here or on another machine."""
    return upload_id is not None and db.session.get(ImportUpload, upload_id) is not None


def path_of(upload: ImportUpload) -> Path:
    """Where the file is. Raises `FileGone`."""
    path = _path(upload.id)
    if not path.is_file():
        raise FileGone
    return path


def looked(upload: ImportUpload) -> Looked:
    """What is known of the file already, so that it is not read whole again."""
    return Looked(upload.name, upload.fingerprint, upload.encoding, upload.damaged)


def remove(upload_id: str, *, acting_staff: Actor | None = None) -> None:
    """Delete a file and its row in the open unit of work; audited when somebody asked for it."""
    db.session.execute(delete(ImportUpload).where(ImportUpload.id == upload_id))
    _path(upload_id).unlink(missing_ok=True)
    if acting_staff is not None:
        audit.record(acting_staff, "import.discard", subject_kind="import_upload", subject_id=upload_id)


def remove_all() -> None:
    """Delete every file in the open unit of work: an erased person may be in any of them.

    An import that is reading one goes on to its end; one that was stopped goes on with the file uploaded again.
    """
    for upload_id in list(db.session.scalars(select(ImportUpload.id))):
        remove(upload_id)


def tend() -> None:
    """Delete what has been kept for long enough, and files that belong to no row."""
    run_in_unit_of_work(_remove_old)
    folder = Path(current_settings().uploads)
    if not folder.is_dir():
        return
    known = set(db.session.scalars(select(ImportUpload.id)))
    for path in folder.iterdir():
        if is_id(path.name) and path.name not in known and time.time() - path.stat().st_mtime > _ON_ITS_WAY:
            path.unlink(missing_ok=True)


def shown_name(name: str) -> str:
    """What a file is called, without folders and control characters."""
    plain = "".join(sign for sign in name.replace("\\", "/").rsplit("/", 1)[-1] if sign.isprintable()).strip()
    return plain[-_LONGEST_NAME:] or "file"


def _path(upload_id: str) -> Path:
    if not is_id(upload_id):
        raise NotFound
    return Path(current_settings().uploads) / upload_id


def _write(stream: IO[bytes], path: Path) -> tuple[Watcher, int]:
    watcher, size, most = Watcher(), 0, largest()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while part := stream.read(_PART):
            size += len(part)
            if size > most:
                message = f"The file is larger than {current_settings().upload_megabytes} MB."
                raise TooLarge(message)
            watcher.see(part)
            file.write(part)
    return watcher, size


def _look(upload: ImportUpload, path: Path, watcher: Watcher) -> None:
    """See what the file is, and that it can be read at all."""
    upload.fingerprint, encoding = watcher.done()
    upload.damaged = False
    with path.open("rb") as file:
        is_workbook = file.read(len(_ZIP)) == _ZIP
    if not is_workbook:
        refuse_wide(path)
        upload.damaged = encoding is None
        upload.encoding = encoding or least_damaged(path)
    try:
        table = open_table(path, looked=looked(upload))
        if next(iter(table.records()), None) is None:
            raise ValidationFailed({"file": ["The file has no row that can be read."]})
    except (ValueError, KeyError, OSError) as error:
        if isinstance(error, DangolError):
            raise
        raise ValidationFailed({"file": ["This is no file of rows that can be read: CSV or .xlsx."]}) from error


def _remove_old() -> None:
    before = clock.now() - timedelta(days=current_settings().upload_days)
    wanted = select(ImportRun.upload_id).where(ImportRun.job.in_(["check", "import"]), ImportRun.upload_id.is_not(None))
    old = select(ImportUpload.id).where(ImportUpload.uploaded_at < before, ImportUpload.id.not_in(wanted))
    for upload_id in list(db.session.scalars(old)):
        remove(upload_id)
