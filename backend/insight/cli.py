"""`dangol insight …`."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
import orjson
from flask.cli import AppGroup

from backend.settings import current_settings

if TYPE_CHECKING:
    from datetime import datetime

    from backend.insight.scoring.models import InsightModel
    from backend.insight.service import Prediction

insight_group = AppGroup("insight", help="Who is due, who is leaving, what they are worth.")


@insight_group.command("predict")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), required=True, help="What was known when this day was over."
)
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="Worth is of so many days.")
@click.option("--discount", type=click.FloatRange(0, 1), help="A year's discount instead of DANGOL_INSIGHT_DISCOUNT.")
@click.option("--margin", type=click.FloatRange(0, 1), help="Share of spend earned instead of DANGOL_INSIGHT_MARGIN.")
@click.option("--currency", help="Money is told in it; that of most sales unless one is named.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
def predict_command(
    as_of: datetime, days: int, discount: float | None, margin: float | None, currency: str | None, *, as_json: bool
) -> None:
    """Fit the models on what was known on a day, and print what they say of each member who agreed to profiling."""
    _fit_on_one_core()
    from backend.insight import service  # noqa: PLC0415 - numpy is loaded by who needs it
    from backend.insight.statistics.lifetime_value import Terms  # noqa: PLC0415 - so does this

    settings = current_settings()
    discount = settings.insight_discount if discount is None else discount
    margin = settings.insight_margin if margin is None else margin
    terms = Terms(days=days, annual_discount=discount, margin=margin)
    for each in service.predict(as_of.date(), terms=terms, currency=currency):
        click.echo(orjson.dumps(asdict(each)).decode() if as_json else _told(each))


@insight_group.command("refresh")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="What was known when this day was over; today.")
@click.option("--run", "model_id", hidden=True, help="Carry out a run that the worker claimed, out of everybody's way.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def refresh_command(as_of: datetime | None, model_id: str | None, *, as_json: bool) -> None:
    """Fit and judge all models, and store what they say of each member who agreed to profiling.

    A refresh that was asked for and that nobody works on is done first.

    Exit codes: 0 the scores are there; 1 there are none, or a refresh is under way; 2 wrong usage.
    """
    _fit_on_one_core()
    from backend.insight.scoring import commanded  # noqa: PLC0415 - numpy is loaded by who needs it

    if model_id is not None:
        raise SystemExit(0 if commanded.as_child(model_id) else 1)
    done = commanded.refresh(as_of=as_of.date() if as_of else None)
    click.echo(orjson.dumps(commanded.summary(done)).decode() if as_json else _summary(done))
    if done.state != "ready":
        raise SystemExit(1)


@insight_group.command("rebuild")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def rebuild_command(*, as_json: bool) -> None:
    """Work out the facts of every member from her sales; they come to what they were, or something was wrong."""
    from backend.insight.facts.rebuilding import rebuild  # noqa: PLC0415 - loaded by who needs it

    def tell(done: int) -> None:
        if not as_json:
            click.echo(f"{done} members", err=True)

    done = rebuild(tell)
    click.echo(orjson.dumps({"members": done}).decode() if as_json else f"The facts of {done} members are rebuilt.")


@insight_group.command("members")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), required=True, help="What was true when this day was over.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
def members_command(as_of: datetime, *, as_json: bool) -> None:
    """Print every member who has bought: facts, rhythm, state, and her fifths where she agreed to profiling."""
    from backend.insight.members.listing import members  # noqa: PLC0415 - loaded by who needs it

    for each in members(as_of.date()):
        if as_json:
            click.echo(orjson.dumps(each).decode())
            continue
        who = "members like her " if each["certainty"] == "borrowed" else ""
        usual = "" if each["cycle_days"] is None else f", {who}usually every {each['cycle_days']:g} days"
        late = f", {each['days_late']} late" if (each["days_late"] or 0) > 0 else ""
        click.echo(f"{each['customer_id']}: {each['state']}{usual}{late}, {each['purchase_days']} purchase days")


def _fit_on_one_core() -> None:
    """Before numpy is loaded: the matrices are small, and threads would wait for each other."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _told(each: Prediction) -> str:
    chances = [(days, chance) for days, chance in ((28, each.return_28), (56, each.return_56)) if chance is not None]
    said = ", ".join(f"{chance:.0%} within {days} days" for days, chance in chances) or "nothing is known yet"
    return f"{each.customer_id}: {said}" + "".join(f"; {reason.sentence}" for reason in each.reasons[:1])


def _summary(run: InsightModel) -> str:
    if run.state != "ready":
        return f"Version {run.version} failed: {_PROBLEMS.get(run.problem or '', 'the log tells why')}."
    used = {days: said["released"] for days, said in sorted(run.judgements.items())}
    models = ", ".join(f"{days} days {'in use' if released else 'not in use'}" for days, released in used.items())
    return (
        f"Version {run.version} of {run.as_of}: {run.members:,} members with {run.purchases:,} purchase days,"
        f" {run.scored:,} scores. Chance of return: {models}."
    )


_PROBLEMS = {"no_sales": "nothing was sold to a member yet", "ended": "it was ended before its work"}
