"""`dangol insight …`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click
import orjson
from flask.cli import AppGroup

from backend.insight.statistics.lifetime_value import Terms

if TYPE_CHECKING:
    from datetime import datetime

insight_group = AppGroup("insight", help="Who is due, who is leaving, what they are worth.")


@insight_group.command("predict")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), required=True, help="What was known when this day was over."
)
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="Worth is of so many days.")
@click.option("--discount", type=click.FloatRange(0, 1), default=0.1, show_default=True, help="A year's discount.")
@click.option("--margin", type=click.FloatRange(0, 1), default=1.0, show_default=True, help="Share of spend earned.")
@click.option("--currency", help="Money is told in it; that of most sales unless one is named.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
def predict_command(
    as_of: datetime, days: int, discount: float, margin: float, currency: str | None, *, as_json: bool
) -> None:
    """Fit the models on what was known on a day, and print what they say of each member who agreed to profiling."""
    from backend.insight import service  # noqa: PLC0415 - numpy is loaded by who needs it

    terms = Terms(days=days, annual_discount=discount, margin=margin)
    for each in service.predict(as_of.date(), terms=terms, currency=currency):
        if as_json:
            click.echo(orjson.dumps(asdict(each), option=orjson.OPT_NON_STR_KEYS).decode())
            continue
        chances = ", ".join(f"{chance:.0%} within {horizon} days" for horizon, chance in each.returns.items())
        click.echo(f"{each.customer_id}: {chances or 'nothing is known yet'}")


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
        usual = "" if each["cycle_days"] is None else f", usually every {each['cycle_days']:g} days"
        late = f", {each['days_late']} late" if (each["days_late"] or 0) > 0 else ""
        click.echo(f"{each['customer_id']}: {each['state']}{usual}{late}, {each['purchase_days']} purchase days")
