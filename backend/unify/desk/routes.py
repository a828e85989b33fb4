"""/imports."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Response, request, stream_with_context

from backend.core import audit
from backend.core.db import run_in_unit_of_work
from backend.core.errors import ValidationFailed
from backend.core.http import Blueprint, PageArgs, page
from backend.organization import StaffRole, current_actor, require_staff
from backend.unify.desk import access, asking, uploads
from backend.unify.desk.samples import sample
from backend.unify.desk.schemas import (
    ImportAskData,
    ImportFileSchema,
    ImportProblemPage,
    ImportProfileData,
    ImportProfilePage,
    ImportProfileSchema,
    ImportRunPage,
    ImportRunSchema,
    LookArgs,
    RunListArgs,
    UploadArgs,
)
from backend.unify.files import mapping
from backend.unify.files.targets import TARGETS
from backend.unify.models import ImportProblem, ImportProfile, ImportRun

if TYPE_CHECKING:
    from backend.core.audit import Actor

blueprint = Blueprint("imports", __name__, description="Bringing in files")
_BINARY = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


def _admin() -> Actor:
    require_staff(StaffRole.ADMIN)
    return current_actor()


@blueprint.route("/imports/uploads", methods=["POST"])
@blueprint.arguments(UploadArgs, location="query")
@blueprint.response(201, ImportFileSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(413, description="The file is too large")
@blueprint.doc(requestBody=_BINARY)
def post_upload(args: dict[str, Any]) -> dict[str, Any]:
    """Take a file in, and say what it seems to hold. The body is the file."""
    actor = _admin()
    request.max_content_length = uploads.largest()
    upload = uploads.take_in(request.stream, name=args["name"], kind=args["kind"])
    run_in_unit_of_work(partial(uploads.keep, upload, acting_staff=actor))
    return access.look(upload, encoding=None, sheet=None, profile=None)


@blueprint.route("/imports/uploads/<upload_id>")
@blueprint.arguments(LookArgs, location="query")
@blueprint.response(200, ImportFileSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such file")
@blueprint.alt_response(410, description="The file is no longer kept")
def get_upload(args: dict[str, Any], upload_id: str) -> dict[str, Any]:
    """Look at a file again: another sheet, another encoding, another profile (`-` for none)."""
    _admin()
    return access.look(uploads.find(upload_id), **args)


@blueprint.route("/imports/uploads/<upload_id>", methods=["DELETE"])
@blueprint.response(204)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such file")
def delete_upload(upload_id: str) -> None:
    """Delete a file that is not wanted after all."""
    actor, upload = _admin(), uploads.find(upload_id)
    run_in_unit_of_work(lambda: uploads.remove(upload.id, acting_staff=actor))


@blueprint.route("/imports/uploads/<upload_id>/runs", methods=["POST"])
@blueprint.arguments(ImportAskData)
@blueprint.response(202, ImportRunSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such file")
@blueprint.alt_response(409, description="The worker is at this import already")
@blueprint.alt_response(410, description="The file is no longer kept")
def post_run(data: dict[str, Any], upload_id: str) -> dict[str, Any]:
    """Have a file checked (`dry_run`) or imported; an unfinished import of the same file goes on."""
    actor, upload, profile = _admin(), uploads.find(upload_id), data.pop("save_profile")
    prepared = asking.prepared_as(upload, **data)

    def work() -> str:
        if profile is not None:
            mapping.save_profile(profile, prepared.columns, upload.kind)
        return asking.ask(prepared, upload, acting_staff=actor).id

    return _run(run_in_unit_of_work(work))


@blueprint.route("/imports/runs")
@blueprint.arguments(RunListArgs, location="query")
@blueprint.response(200, ImportRunPage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
def list_runs(args: dict[str, Any]) -> dict[str, Any]:
    """Imports of files, the newest first."""
    _admin()
    items, after = page(access.runs(args["kind"]), keys=[ImportRun.id], args=args, newest_first=True)
    return {"items": access.described(items), "next": after}


@blueprint.route("/imports/runs/<run_id>")
@blueprint.response(200, ImportRunSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such import")
def get_run(run_id: str) -> dict[str, Any]:
    """How far an import or a check is, and what it came to."""
    _admin()
    return _run(run_id)


@blueprint.route("/imports/runs/<run_id>/stop", methods=["POST"])
@blueprint.response(202, ImportRunSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such import")
@blueprint.alt_response(409, description="It is not running")
def stop_run(run_id: str) -> dict[str, Any]:
    """Stop an import or a check after the rows that are being written; those stay."""
    actor = _admin()
    return _run(run_in_unit_of_work(lambda: asking.stop(run_id, acting_staff=actor).id))


@blueprint.route("/imports/runs/<run_id>/resume", methods=["POST"])
@blueprint.response(202, ImportRunSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such import")
@blueprint.alt_response(409, description="It runs, or has come to its end")
@blueprint.alt_response(410, description="The file is no longer kept: upload it again")
def resume_run(run_id: str) -> dict[str, Any]:
    """Have a stopped import go on where it was."""
    actor = _admin()
    return _run(run_in_unit_of_work(lambda: asking.take_up(run_id, acting_staff=actor).id))


@blueprint.route("/imports/runs/<run_id>/undo", methods=["POST"])
@blueprint.response(202, ImportRunSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such import")
@blueprint.alt_response(409, description="There is nothing to undo, or it is running")
def undo_run(run_id: str) -> dict[str, Any]:
    """Have an import taken back. What stands in its way the run says afterwards; then nothing has changed."""
    actor = _admin()
    return _run(run_in_unit_of_work(lambda: asking.take_back(run_id, acting_staff=actor).id))


@blueprint.route("/imports/runs/<run_id>/problems")
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, ImportProblemPage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such import")
def list_problems(args: dict[str, Any], run_id: str) -> dict[str, Any]:
    """What could not be used, by line, as sentences in the language of the request; the first 10,000."""
    _admin()
    run = asking.find(run_id)
    items, after = page(access.problems(run.id), keys=[ImportProblem.number], args=args)
    return {"items": access.told(items), "next": after}


@blueprint.route("/imports/runs/<run_id>/problems.csv")
@blueprint.alt_response(200, content_type="text/csv", schema={"type": "string"}, description="CSV in UTF-8")
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such import")
def get_problems(run_id: str) -> Response:
    """The same as a file."""
    actor, run = _admin(), asking.find(run_id)
    run_in_unit_of_work(lambda: audit.record(actor, "import.problems", subject_kind="import_run", subject_id=run.id))
    return _download(stream_with_context(access.problems_as_csv(run.id)), f"problems-{run.id}.csv")


@blueprint.route("/imports/samples/<kind>.csv")
@blueprint.alt_response(200, content_type="text/csv", schema={"type": "string"}, description="CSV in UTF-8")
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such kind")
def get_sample(kind: str) -> Response:
    """A file to begin with."""
    _admin()
    return _download(sample(kind), f"{kind}.csv")


@blueprint.route("/imports/profiles")
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, ImportProfilePage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
def list_profiles(args: dict[str, Any]) -> dict[str, Any]:
    """Mappings that were kept, by name."""
    _admin()
    items, after = page(access.profiles(), keys=[ImportProfile.name], args=args)
    return {"items": items, "next": after}


@blueprint.route("/imports/profiles/<name>", methods=["PUT"])
@blueprint.arguments(ImportProfileData)
@blueprint.response(200, ImportProfileSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
def put_profile(data: dict[str, Any], name: str) -> ImportProfile:
    """Keep a mapping under a name, in place of one of that name."""
    actor = _admin()
    if strange := sorted(set(data["columns"].values()) - set(TARGETS[data["kind"]].fields.names)):
        raise ValidationFailed({"columns": [f"There is no field {', '.join(strange)} of {data['kind']}."]})
    return run_in_unit_of_work(lambda: mapping.keep_profile(name, data["columns"], kind=data["kind"], actor=actor))


@blueprint.route("/imports/profiles/<name>", methods=["DELETE"])
@blueprint.response(204)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such profile")
def delete_profile(name: str) -> None:
    """Forget a mapping."""
    actor = _admin()
    run_in_unit_of_work(lambda: mapping.forget_profile(name, actor=actor))


def _run(run_id: str) -> dict[str, Any]:
    return access.described([asking.find(run_id)])[0]


def _download(body: Any, name: str) -> Response:  # noqa: ANN401 - bytes, or parts of text
    response = Response(body, content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
