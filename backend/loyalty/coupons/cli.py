"""`dangol coupons …`. Exit codes: 0 done, 1 refused (the reason is on stderr), 2 wrong use."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click
from sqlalchemy import select

from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.core.errors import DangolError
from backend.core.ids import new_id
from backend.loyalty.coupons import access, issuing
from backend.loyalty.coupons.models import Coupon, CouponCode


@click.group("coupons")
def coupons_group() -> None:
    """Coupons and their codes."""


@coupons_group.command("list")
def list_command() -> None:
    """Print every coupon: number, state, name."""
    for coupon in access.coupons():
        click.echo(f"{coupon.number}\t{coupon.state}\t{coupon.name}")


@coupons_group.command("issue")
@click.argument("number")
@click.option("--bearer", type=click.IntRange(1, 100_000), help="So many codes for whoever has them.")
@click.option("--grade", help="To every member of this grade.")
@click.option(
    "--members", type=click.Path(exists=True, dir_okay=False), help="A file of ids or card numbers, a line each."
)
@click.option(
    "--csv", "csv", type=click.Path(dir_okay=False), help="Where the bearer codes go; standard output otherwise."
)
def issue_command(number: str, bearer: int | None, grade: str | None, members: str | None, csv: str | None) -> None:
    r"""Issue codes of the live coupon NUMBER.

    \b
    dangol coupons issue 1000 --bearer 500 --csv codes.csv
    dangol coupons issue 1001 --grade gold
    """
    given = {"bearer": bearer, "grade": grade, "members": members}
    chosen = [name for name, value in given.items() if value]
    if len(chosen) != 1:
        message = "Name one of --bearer, --grade and --members."
        raise click.UsageError(message)
    named = Path(members).read_text(encoding="utf-8").split() if members else []
    data = {"id": new_id(), "to": chosen[0], "members": named, "grade": grade, "count": bearer}
    coupon_id = db.session.scalar(select(Coupon.id).where(Coupon.number == number))
    try:
        issue_id = run_in_unit_of_work(partial(issuing.ask, coupon_id or "", data, acting_staff=SYSTEM))
    except DangolError as error:
        click.echo(error.detail, err=True)
        sys.exit(1)
    while run_in_unit_of_work(partial(issuing.go_on, issue_id)):
        pass
    issue = access.issue(issue_id)
    click.echo(f"{issue.issued:,} issued, {issue.skipped:,} passed over of {issue.wanted:,}.", err=True)
    if bearer:
        codes = select(CouponCode.code, CouponCode.good_until).where(CouponCode.issue_id == issue_id)
        lines = issuing.csv_lines(db.session.execute(codes))
        if csv:
            Path(csv).write_text(lines, encoding="utf-8")
        else:
            click.echo(lines, nl=False)
