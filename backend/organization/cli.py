"""`dangol unit|store|staff|tablet …`. Exit codes: 0 done, 1 refused (the reason is on stderr), 2 wrong use."""

from __future__ import annotations

import json
import secrets
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import run_in_unit_of_work
from backend.core.errors import DangolError, ValidationFailed
from backend.organization import passwords, rules, service, tablets
from backend.organization.models import StaffRole
from backend.organization.values import NewBusinessUnit, NewStaff, NewStore, ScopeKind, ScopeWish
from backend.sync import prepare_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from backend.organization.models import BusinessUnit, Device, Staff, Store

T = TypeVar("T")
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
_scope_options = (
    click.option(
        "--scope",
        type=click.Choice([kind.value for kind in ScopeKind]),
        default=ScopeKind.STORE.value,
        show_default=True,
        help="Whose customers the tablet holds: its store's, its business unit's, or everybody's.",
    ),
    click.option("--reason", help="Why it holds more than its store's customers (needed then, and kept)."),
)


def _scoped(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_scope_options):
        command = option(command)
    return command


@click.group("unit")
def unit_group() -> None:
    """Business units: who sells, and who is the legal sender of its texts."""


@unit_group.command("add")
@click.option("--code", required=True, help="Short code, such as DF.")
@click.option("--name", required=True)
@click.option("--name-latin")
@click.option("--sender-name", help="Who sends, as advertising texts must say.")
@click.option("--contact", help="Phone number or address in advertising texts.")
@click.option("--refusal-number", help="Free number to refuse further advertising.")
@_json_option
def unit_add(*, as_json: bool, **values: Any) -> None:  # noqa: ANN401 - click's options
    r"""Add a business unit.

    \b
    dangol unit add --code DF --name "하늘면세점" --name-latin "Haneul Duty Free"
    """
    unit = _do(lambda: _unit_row(service.add_business_unit(NewBusinessUnit(**values), acting_staff=SYSTEM)))
    _tell(unit, f"Added business unit {unit['code']}.", as_json=as_json)


@unit_group.command("list")
@_json_option
def unit_list(*, as_json: bool) -> None:
    """List business units."""
    _table([_unit_row(unit) for unit in service.business_units()], ("code", "name", "name_latin"), as_json=as_json)


@click.group("store")
def store_group() -> None:
    """Stores: where a business unit sells."""


@store_group.command("add")
@click.option("--code", required=True, help="Short code, such as DF-INCHEON.")
@click.option("--name", required=True)
@click.option("--unit", "business_unit", required=True, help="Code of its business unit.")
@click.option("--name-latin")
@click.option("--time-zone", default="Asia/Seoul", show_default=True, help="IANA name; decides the business day.")
@click.option("--currency", default="KRW", show_default=True, help="ISO 4217 code.")
@click.option("--phone")
@_json_option
def store_add(*, as_json: bool, **values: Any) -> None:  # noqa: ANN401 - click's options
    r"""Add a store.

    \b
    dangol store add --code DF-INCHEON --name "인천공항점" --unit DF
    """
    store = _do(lambda: _store_row(service.add_store(NewStore(**values), acting_staff=SYSTEM)))
    _tell(store, f"Added store {store['code']}.", as_json=as_json)


@store_group.command("list")
@_json_option
def store_list(*, as_json: bool) -> None:
    """List stores."""
    columns = ("code", "name", "business_unit", "time_zone", "currency")
    _table([_store_row(store) for store in service.stores()], columns, as_json=as_json)


@click.group("staff")
def staff_group() -> None:
    """Staff: who works here, and as what."""


@staff_group.command("add")
@click.option("--login", required=True)
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice([str(role) for role in StaffRole]))
@click.option("--store", help="Code of the store; associates and managers need one.")
@click.option("--language", default="ko", show_default=True, type=click.Choice(rules.LANGUAGES))
@click.option(
    "--password", help="Other users of this machine can read it; better answer the question, or use the next."
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@_json_option
def staff_add(*, password: str | None, password_stdin: bool, as_json: bool, **values: Any) -> None:  # noqa: ANN401 - click's options
    r"""Add a staff member. Without a password and without a terminal to ask on, one is made and printed.

    \b
    dangol staff add --login seoyeon --name "이서연" --role associate --store DF-INCHEON
    """
    chosen, made = _password(password, from_stdin=password_stdin)
    new = NewStaff(**values, password=chosen)
    hashed = passwords.hash_password(chosen)
    staff = _do(lambda: _staff_row(service.add_staff(new, acting_staff=SYSTEM, hashed=hashed)))
    if made:
        staff["password"] = chosen
    sentence = f"Added {staff['role']} {staff['login']}." + (f" The password is {chosen}" if made else "")
    _tell(staff, sentence, as_json=as_json)


@staff_group.command("list")
@_json_option
def staff_list(*, as_json: bool) -> None:
    """List staff."""
    _table([_staff_row(one) for one in service.staff()], ("login", "name", "role", "store", "active"), as_json=as_json)


@click.group("tablet")
def tablet_group() -> None:
    """Tablets: enrol them, see them, withdraw them."""


@tablet_group.command("enrol")
@click.option("--store", required=True, help="Code of the store where it is used.")
@click.option("--staff", required=True, help="Login of who uses it.")
@click.option("--label", help="What it is called.")
@_scoped
@_json_option
def tablet_enrol(*, store: str, staff: str, label: str | None, scope: str, reason: str | None, as_json: bool) -> None:
    r"""Enrol a tablet and print its token, once: only its hash is kept.

    \b
    dangol tablet enrol --store DF-INCHEON --staff seoyeon --json
    dangol tablet enrol --store DF-INCHEON --staff admin --scope all --reason "head office" --json
    """
    wish = ScopeWish(kind=scope, reason=reason)
    enrolled = _do(lambda: tablets.enrol(store, staff, wish=wish, acting_staff=SYSTEM, label=label))
    prepare_scope(enrolled.scope)
    row = {
        "device_id": enrolled.device_id,
        "token": enrolled.token,
        "store": enrolled.store,
        "scope": enrolled.scope,
    }
    _tell(
        row, f"Enrolled tablet {enrolled.device_id} of {enrolled.store}. Its token: {enrolled.token}", as_json=as_json
    )


@tablet_group.command("code")
@click.option("--store", required=True, help="Code of the store where it will be used.")
@click.option("--staff", required=True, help="Login of who will use it.")
@_scoped
@_json_option
def tablet_code(*, store: str, staff: str, scope: str, reason: str | None, as_json: bool) -> None:
    r"""Make a one-time code, good for 15 minutes, to type in on the tablet.

    \b
    dangol tablet code --store DF-INCHEON --staff seoyeon
    """
    wish = ScopeWish(kind=scope, reason=reason)
    fresh = _do(lambda: tablets.make_code(store, staff, wish=wish, acting_staff=SYSTEM))
    row = {"code": fresh.code, "expires_at": clock.rfc3339(fresh.expires_at)}
    _tell(row, f"{fresh.code}  (until {row['expires_at']})", as_json=as_json)


@tablet_group.command("list")
@_json_option
def tablet_list(*, as_json: bool) -> None:
    """List tablets, the one enrolled last first."""
    columns = ("id", "label", "store", "staff", "scope", "last_seen_at", "state")
    _table([_device_row(device) for device in tablets.tablets()], columns, as_json=as_json)


@tablet_group.command("revoke")
@click.argument("device_id")
@click.option(
    "--hard", is_flag=True, help="It is lost or stolen: take nothing from it any more, not even unsent sales."
)
@click.option("--reason", help="Why; kept with the tablet and in the audit.")
@_json_option
def tablet_revoke(*, device_id: str, hard: bool, reason: str | None, as_json: bool) -> None:
    r"""Withdraw a tablet: at its next call it is told to wipe its copy.

    \b
    dangol tablet revoke 0199a000-0000-7000-8000-000000000001
    """
    row = _do(lambda: _device_row(tablets.revoke(device_id, hard=hard, reason=reason, acting_staff=SYSTEM)))
    _tell(
        row,
        f"Tablet {device_id} is withdrawn{', with what waits on it' if row['revoked_hard'] else ''}.",
        as_json=as_json,
    )


def _do(work: Callable[[], T]) -> T:
    try:
        return run_in_unit_of_work(work)
    except ValidationFailed as error:
        lines = [f"{name.replace('_', '-')}: {text}" for name, texts in sorted(error.fields.items()) for text in texts]
        raise click.ClickException("\n".join(lines)) from error
    except DangolError as error:
        raise click.ClickException(error.detail) from error


def _password(given: str | None, *, from_stdin: bool) -> tuple[str, bool]:
    """The password to use, and whether it was made here."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n"), False
    if given is not None:
        return given, False
    if sys.stdin.isatty():
        return click.prompt("Password", hide_input=True, confirmation_prompt=True), False
    return secrets.token_urlsafe(15), True


def _tell(row: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    click.echo(json.dumps(row, ensure_ascii=False) if as_json else sentence)


def _table(rows: list[dict[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo("\t".join("-" if row[column] is None else str(row[column]) for column in columns))


def _unit_row(unit: BusinessUnit) -> dict[str, Any]:
    return {"id": unit.id, "code": unit.code, "name": unit.name, "name_latin": unit.name_latin}


def _store_row(store: Store) -> dict[str, Any]:
    return {
        "id": store.id,
        "code": store.code,
        "name": store.name,
        "name_latin": store.name_latin,
        "business_unit": store.business_unit.code,
        "time_zone": store.time_zone,
        "currency": store.currency,
        "phone": store.phone,
    }


def _staff_row(staff: Staff) -> dict[str, Any]:
    return {
        "id": staff.id,
        "login": staff.login,
        "name": staff.name,
        "role": staff.role,
        "language": staff.language,
        "store": staff.store.code if staff.store else None,
        "active": staff.active,
    }


def _device_row(device: Device) -> dict[str, Any]:
    return {
        "id": device.id,
        "label": device.label,
        "store": device.store.code,
        "staff": device.staff.login,
        "scope": device.scope,
        "last_seen_at": clock.rfc3339(device.last_seen_at) if device.last_seen_at else None,
        "revoked_at": clock.rfc3339(device.revoked_at) if device.revoked_at else None,
        "revoked_hard": device.revoked_hard,
        "revoked_reason": device.revoked_reason,
        "state": rules.tablet_state(revoked=device.revoked_at is not None, hard=device.revoked_hard),
    }
