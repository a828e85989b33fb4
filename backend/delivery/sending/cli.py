"""`dangol messages …`: the switch and the batches from outside, also where neither web nor worker runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from backend.core.audit import SYSTEM
from backend.core.db import run_in_unit_of_work
from backend.delivery.sending import batches, switch, views
from backend.delivery.sending.schemas import CHANNELS, BatchSchema, SendingSchema

if TYPE_CHECKING:
    from collections.abc import Callable

    from backend.core.audit import Actor
    from backend.delivery.sending.models import MessageBatch

_CHANNEL = click.option("--channel", type=click.Choice(CHANNELS), help="This one only.")
_BATCH = click.option("--batch", "batch_id", required=True, help="Its id, as `status` names it.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group("messages")
def messages_group() -> None:
    """Steer what is being sent."""


@messages_group.command("status")
@_JSON
def status_command(*, as_json: bool) -> None:
    """Say what is stopped, what each sender may, how far the batches are, and of what nobody knows."""
    _show_sending(as_json=as_json)


@messages_group.command("stop")
@_CHANNEL
@click.option("--note", help="Why, for those who see it at the desk.")
@_JSON
def stop_command(*, channel: str | None, note: str | None, as_json: bool) -> None:
    """Stop all sending at once. When this returns nothing more is handed over; calls under way end by themselves."""
    run_in_unit_of_work(lambda: switch.stop(channel, note=note, actor=SYSTEM))
    _show_sending(as_json=as_json)


@messages_group.command("start")
@_CHANNEL
@_JSON
def start_command(*, channel: str | None, as_json: bool) -> None:
    """Let go on what was stopped."""
    run_in_unit_of_work(lambda: switch.start(channel, actor=SYSTEM))
    _show_sending(as_json=as_json)


@messages_group.command("pause")
@_BATCH
@_JSON
def pause_command(*, batch_id: str, as_json: bool) -> None:
    """Hold back what of a batch has not left."""
    _steer(batch_id, lambda batch, actor: batches.pause(batch, actor=actor), as_json=as_json)


@messages_group.command("resume")
@_BATCH
@_JSON
def resume_command(*, batch_id: str, as_json: bool) -> None:
    """Let a batch go on where it stopped."""
    _steer(batch_id, lambda batch, actor: batches.resume(batch, actor=actor), as_json=as_json)


@messages_group.command("cancel")
@_BATCH
@_JSON
def cancel_command(*, batch_id: str, as_json: bool) -> None:
    """Take back what of a batch has not left, for good."""
    _steer(batch_id, lambda batch, actor: batches.cancel(batch, actor=actor), as_json=as_json)


def _steer(batch_id: str, act: Callable[[MessageBatch, Actor], MessageBatch], *, as_json: bool) -> None:
    run_in_unit_of_work(lambda: act(views.batch(batch_id), SYSTEM))
    answer = BatchSchema().dump(views.described(views.batch(batch_id)))
    click.echo(json.dumps(answer, ensure_ascii=False) if as_json else _line(answer))


def _show_sending(*, as_json: bool) -> None:
    answer: dict[str, Any] = SendingSchema().dump(views.sending())
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    for each in answer["stopped"]:
        name = "All sending" if each["channel"] == switch.ALL else each["channel"]
        click.echo(f"{name} is stopped since {each['stopped_at']}. {each['note'] or ''}".rstrip())
    for each in answer["lanes"]:
        rate = "unlimited" if each["rate"] is None else f"{each['rate']:g}/s"
        paused = f", paused: {each['reason']}" if each["paused_at"] else ""
        click.echo(f"{each['channel']} of {each['sender'] or 'nobody in particular'}: {rate}{paused}")
    for each in answer["batches"]:
        click.echo(_line(each))
    unknown = answer["doubtful"]
    click.echo(f"Unknown outcome: {unknown['sought']} being looked for, {unknown['final']} that nobody will know.")


def _line(batch: dict[str, Any]) -> str:
    done = batch["size"] - batch["left"]
    return f"{batch['id']} {batch['name']}: {batch['state']}, {done} of {batch['size']}, {batch['per_minute']}/min"
