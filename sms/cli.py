"""`dangol template …` and `dangol sms …`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from sqlalchemy import select

from backend.core.audit import SYSTEM
from backend.core.db import db, end_read, run_in_unit_of_work
from backend.core.errors import NotFound
from backend.customers import find_one
from backend.delivery import FINAL, Message, MessageSchema, State, reason_text
from backend.organization import store as find_store
from sms import templates, texts, variants
from sms.models import Template
from sms.provider_commands import check_providers, list_providers
from sms.refusals import lists
from sms.schemas import TemplateSchema

if TYPE_CHECKING:
    from collections.abc import Callable

_REFUSED: Final = 3
_WAITING: Final = 4
_LOOK_EVERY: Final = 0.1
_SETTLED: Final = FINAL | {State.HELD, State.UNKNOWN}


@click.group("template")
def template_group() -> None:
    """Look after the templates of texts."""


@template_group.command("add")
@click.argument("name")
@click.option("--body", required=True, help="Liquid, for example 'Hello {{ customer.name | default: \"there\" }}'.")
@click.option("--purpose", type=click.Choice(templates.PURPOSES), default="commercial", show_default=True)
@click.option("--language", type=click.Choice(variants.LANGUAGES), default="ko", show_default=True)
@click.option("--title", help="What people read in lists.")
@click.option("--approve", is_flag=True, help="Approve it at once.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add_template(
    *, name: str, body: str, purpose: str, language: str, title: str | None, approve: bool, as_json: bool
) -> None:
    """Add the template NAME as a draft. A commercial text gets its legal frame, (광고) and so on, by itself."""
    new = templates.NewTemplate(name=name, language=language, purpose=purpose, body=body, title=title)

    def work() -> Template:
        added = templates.add(new, acting_staff=SYSTEM)
        return templates.approve(added, acting_staff=SYSTEM) if approve else added

    _show_template(run_in_unit_of_work(work), as_json=as_json)


@template_group.command("approve")
@click.argument("name")
@click.option("--language", type=click.Choice(variants.LANGUAGES), default="ko", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def approve_template(*, name: str, language: str, as_json: bool) -> None:
    """Approve the newest version of the template NAME."""

    def work() -> Template:
        found = db.session.scalar(select(Template).where(Template.name == name, Template.language == language))
        if found is None:
            detail = f"There is no template {name} in this language."
            raise NotFound(detail)
        return templates.approve(found, acting_staff=SYSTEM)

    _show_template(run_in_unit_of_work(work), as_json=as_json)


@template_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_templates(*, as_json: bool) -> None:
    """List the templates by name."""
    found = list(db.session.scalars(variants.all_templates().order_by(Template.name, Template.language)))
    if as_json:
        click.echo(json.dumps(TemplateSchema(many=True).dump(found), ensure_ascii=False))
        return
    for each in found:
        _show_template(each, as_json=False)


@click.group("sms")
def sms_group() -> None:
    """Send texts."""


sms_group.add_command(list_providers)
sms_group.add_command(check_providers)


@sms_group.command("send")
@click.option("--to", "recipient", required=True, help="A customer: id, card number or phone.")
@click.option("--template", required=True, help="The name or id of an approved template.")
@click.option("--field", "given", multiple=True, help="A field to fill in, as product.name=VALUE. May be repeated.")
@click.option("--store", "store_code", help="The store to send for; else the one that may text the customer.")
@click.option("--wait", is_flag=True, help="Wait until the text has arrived, failed or is held.")
@click.option("--timeout", default=30.0, show_default=True, help="Seconds to wait at most.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def send_text(
    *,
    recipient: str,
    template: str,
    given: tuple[str, ...],
    store_code: str | None,
    wait: bool,
    timeout: float,
    as_json: bool,
) -> None:
    """Text one customer, if that is lawful. The worker sends it.

    Exit codes: 0 on its way or there, 3 not sent (skipped, failed, undelivered, canceled), 4 held or outcome unknown.
    """
    write = _writing(recipient, template, given, store_code)
    message = run_in_unit_of_work(lambda: texts.send(write(), acting_staff=SYSTEM))
    if wait:
        message = _settled(message.id, timeout)
    shown = MessageSchema().dump(message)
    shown["reason_text"] = reason_text(message.reason, "en") if message.reason else None
    click.echo(json.dumps(shown, ensure_ascii=False) if as_json else _line(shown))
    sys.exit(_exit_code(message))


def _writing(
    recipient: str, template: str, given: tuple[str, ...], store_code: str | None
) -> Callable[[], texts.Composed]:
    values: dict[str, object] = {}
    for pair in given:
        name, separator, value = pair.partition("=")
        if not separator:
            message = f"{pair!r} is not NAME=VALUE."
            raise click.BadParameter(message, param_hint="--field")
        values[name] = value

    def write() -> texts.Composed:
        customer = find_one(recipient)
        store = find_store(store_code) if store_code else None
        if store_code and store is None:
            detail = f"There is no store {store_code}."
            raise NotFound(detail)
        sender = texts.sender_at(store.id if store else None, customer)
        return texts.compose(customer, template, given=values, sender=sender, acting_staff=SYSTEM)

    return write


def _settled(message_id: str, timeout: float) -> Message:
    deadline = time.monotonic() + timeout
    while True:
        end_read()
        message = db.session.get(Message, message_id, populate_existing=True)
        if message is None:
            raise NotFound
        if message.state in _SETTLED or time.monotonic() > deadline:
            return message
        time.sleep(_LOOK_EVERY)


def _exit_code(message: Message) -> int:
    if message.state in {State.SKIPPED, State.FAILED, State.UNDELIVERED, State.CANCELED}:
        return _REFUSED
    return _WAITING if message.state in {State.HELD, State.UNKNOWN} else 0


def _show_template(template: Template, *, as_json: bool) -> None:
    shown = TemplateSchema().dump(template)
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
    else:
        click.echo(f"{shown['name']}  {shown['language']}  {shown['purpose']}  {shown['state']}  v{shown['version']}")


def _line(shown: dict[str, Any]) -> str:
    why = f": {shown['reason_text']}" if shown["reason"] else ""
    return f"{shown['id']}  {shown['state']}{why}"


@sms_group.command("refusals")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", required=True, help="The code of the business unit whose 080 number it is.")
@click.option("--dry-run", is_flag=True, help="Say what would become of each row; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a row, and the counts last.")
def take_refusals(*, file: Path, unit: str, dry_run: bool, as_json: bool) -> None:
    """Take in FILE, a list of who refused by an 080 number: CSV or .xlsx with the columns number and time.

    Each number and time counts once, so that the same file may be given again, also after it was interrupted.

    Exit codes: 0 every row is in; 3 some could not be read; 1 nothing could be done; 2 wrong usage.
    """
    counts: dict[str, int] = {}
    for row in lists.take_list(file, unit, dry_run=dry_run):
        counts[row.outcome] = counts.get(row.outcome, 0) + 1
        if as_json:
            click.echo(json.dumps(row._asdict(), ensure_ascii=False))
        elif row.why is not None:
            click.echo(f"line {row.line}: {row.number}: {row.why}")
    if as_json:
        click.echo(json.dumps({"counts": counts, "dry_run": dry_run}))
    else:
        click.echo(", ".join(f"{outcome}: {count:,}" for outcome, count in sorted(counts.items())) or "no rows")
        if dry_run:
            click.echo("Nothing was changed.")
    sys.exit(_REFUSED if counts.get("bad") else 0)
