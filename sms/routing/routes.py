"""/sms/register: who may send texts as whom, through whom."""

from __future__ import annotations

from typing import Any

from flask import current_app

from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint
from backend.organization import StaffRole, current_actor, require_staff
from sms.config import providers_of
from sms.routing import access, rules, service
from sms.routing.models import Certificate, SenderNumber
from sms.routing.schemas import (
    CertificateData,
    CertificateSchema,
    SenderNumberData,
    SenderNumberSchema,
    SenderRegisterSchema,
)
from sms.routing.standing import standings

blueprint = Blueprint("sms_register", __name__, description="The register of senders of texts")
_MAY_LOOK = (StaffRole.MARKETER, StaffRole.ADMIN)


@blueprint.route("/sms/register")
@blueprint.response(200, SenderRegisterSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a marketer nor an admin")
def get_register() -> dict[str, Any]:
    """Providers, registered numbers, certificates, and what each business unit lacks today."""
    require_staff(*_MAY_LOOK)
    providers = providers_of(current_app)
    return {
        "providers": [{"name": name, "title": providers.title(name)} for name in providers.names],
        "turns": [{"country": country, "providers": turn} for country, turn in providers.routes.items()],
        "units": standings(providers),
        "sender_numbers": _shown(SenderNumber),
        "certificates": _shown(Certificate),
    }


@blueprint.route("/sms/register/sender-numbers", methods=["POST"])
@blueprint.arguments(SenderNumberData)
@blueprint.response(201, SenderNumberSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such entry to replace")
@blueprint.alt_response(409, description="The number is entered already, or what it replaces has ended")
def post_sender_number(data: dict[str, Any]) -> dict[str, Any]:
    """Enter a number that was registered."""
    require_staff(StaffRole.ADMIN)
    actor, providers = current_actor(), providers_of(current_app)
    made = run_in_unit_of_work(lambda: service.add_number(data, providers=providers, acting_staff=actor))
    return _with_state(made)


@blueprint.route("/sms/register/sender-numbers/<entry_id>/end", methods=["POST"])
@blueprint.response(200, SenderNumberSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such entry")
@blueprint.alt_response(409, description="It has ended already")
def end_sender_number(entry_id: str) -> dict[str, Any]:
    """Have a number count no longer."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    return _with_state(
        run_in_unit_of_work(lambda: service.end(access.entry(SenderNumber, entry_id), acting_staff=actor))
    )


@blueprint.route("/sms/register/certificates", methods=["POST"])
@blueprint.arguments(CertificateData)
@blueprint.response(201, CertificateSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such entry to replace")
@blueprint.alt_response(409, description="The certificate is entered already, or what it replaces has ended")
def post_certificate(data: dict[str, Any]) -> dict[str, Any]:
    """Enter who holds a provider's certificate."""
    require_staff(StaffRole.ADMIN)
    actor, providers = current_actor(), providers_of(current_app)
    made = run_in_unit_of_work(lambda: service.add_certificate(data, providers=providers, acting_staff=actor))
    return _with_state(made)


@blueprint.route("/sms/register/certificates/<entry_id>/end", methods=["POST"])
@blueprint.response(200, CertificateSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such entry")
@blueprint.alt_response(409, description="It has ended already")
def end_certificate(entry_id: str) -> dict[str, Any]:
    """Have a certificate count no longer."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    return _with_state(
        run_in_unit_of_work(lambda: service.end(access.entry(Certificate, entry_id), acting_staff=actor))
    )


def _shown(kind: type[Any]) -> list[dict[str, Any]]:
    return [_with_state(each) for each in (*access.open_entries(kind), *access.earlier_entries(kind))]


def _with_state(entry: SenderNumber | Certificate) -> dict[str, Any]:
    columns = {column.key: getattr(entry, column.key) for column in entry.__table__.columns}
    return columns | {"state": rules.state_of(entry, access.today())}
