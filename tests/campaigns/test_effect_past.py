"""Campaigns of the real data: imported, counted as a plain reader counts them, and compared without claiming more."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from sqlalchemy import select

from backend.campaigns import Campaign, CampaignMember
from backend.campaigns.effect import PastRedemption, past, service
from backend.core.db import db, unit_of_work
from backend.core.money import minor_units
from backend.customers import Customer, merge_into
from backend.unify import Progress, import_directory
from tests.unify import journeys

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

pytestmark = pytest.mark.usefixtures("app")
needs_real_data = pytest.mark.skipif(not journeys.SHARED.is_dir(), reason="the shared data is not here")
_FILES = ("campaigns", "campaign_members", "coupon_redemptions")
_FIRST, _LAST = date(2017, 1, 1), date(2017, 9, 30)


def bring_in(folder: Path) -> Any:
    return import_directory(folder, progress=Progress("sales", shown=False))


def with_campaigns(folder: Path) -> Path:
    """The real campaigns beside whatever else is in `folder`."""
    for stem in _FILES:
        text = (journeys.SHARED / f"{stem}.csv").read_text(encoding="utf-8")
        (folder / f"{stem}.csv").write_text(text, encoding="utf-8")
    return folder


def read(stem: str) -> list[dict[str, str]]:
    with (journeys.SHARED / f"{stem}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@needs_real_data
def test_redemption_rates_are_those_of_a_plain_count_over_the_files(tmp_path: Path) -> None:
    outcome = bring_in(with_campaigns(journeys.real_slice(tmp_path, 200)))
    assert (outcome.figures.campaigns, outcome.figures.sent, outcome.problem_count) == (19, 4_168, 0)
    sent: dict[str, set[str]] = defaultdict(set)
    redeemed: dict[str, set[str]] = defaultdict(set)
    for row in read("campaign_members"):
        sent[row["campaign_id"]].add(row["card_number"])
    for row in read("coupon_redemptions"):
        redeemed[row["campaign_id"]].add(row["card_number"])
    found = {}
    for campaign in db.session.scalars(select(Campaign)):
        line = service.line(campaign)
        found[campaign.source_key] = (line["redeemed"], line["treated"], line["redeemed_share"])
    plain = {key: (len(redeemed[key]), len(cards), len(redeemed[key]) / len(cards)) for key, cards in sent.items()}
    assert found == plain
    assert found["8"][:2] == (158, 1_076)
    assert found["13"][:2] == (196, 1_077)


@needs_real_data
def test_a_second_import_of_campaigns_changes_nothing(tmp_path: Path) -> None:
    folder = with_campaigns(journeys.real_slice(tmp_path, 200))
    bring_in(folder)
    before = everything()
    bring_in(folder)
    assert everything() == before


def everything() -> list[Any]:
    db.session.rollback()
    tables = (Campaign.__table__, CampaignMember.__table__, PastRedemption.__table__)
    return [sorted(map(tuple, db.session.execute(select(table))), key=str) for table in tables]


@needs_real_data
def test_without_an_earlier_window_nothing_is_computed_and_never_is_it_nothing(tmp_path: Path) -> None:
    bring_in(with_campaigns(journeys.real_slice(tmp_path, 100_000_000, every=60)))
    for campaign in db.session.scalars(select(Campaign)):
        length = campaign.window_days
        first = date.fromisoformat(read_of(campaign)["start_date"])
        report = service.report(campaign)
        assert report["basis"] == "differences"
        assert "no measured effect" in report["said"]["en"]
        assert "측정된 효과가 아닙니다" in report["said"]["ko"]
        assert not any(report["lift"][name]["computable"] for name in ("share", "spend", "buyers", "amount"))
        differences = report["differences"]
        none = "no_sales_before" if first - timedelta(days=length) < _FIRST else None
        none = none or ("no_sales_after" if first + timedelta(days=length - 1) > _LAST else None)
        no_placebo = "no_sales_before" if first - timedelta(days=2 * length) < _FIRST else None
        for name in ("share", "spend"):
            assert_known(differences[name], none, differences)
            assert_known(differences[f"placebo_{name}"], no_placebo, differences)


def assert_known(estimate: dict[str, Any], reason: str | None, differences: dict[str, Any]) -> None:
    if reason is None and min(differences["sent"], differences["others"]) < 30:
        reason = "too_few"
    assert estimate["reason"] == reason
    assert estimate["computable"] == (reason is None)
    assert (estimate["value"] is None) == (reason is not None)


def read_of(campaign: Campaign) -> dict[str, str]:
    return next(row for row in read("campaigns") if row["campaign_id"] == campaign.source_key)


@needs_real_data
def test_differences_are_those_of_a_plain_reader_and_their_interval_that_of_statsmodels(tmp_path: Path) -> None:
    folder = with_campaigns(journeys.real_slice(tmp_path, 100_000_000, every=10))
    bring_in(folder)
    campaign = db.session.scalars(select(Campaign).where(Campaign.source_key == "13")).one()
    shown = past.shown(campaign, past.compare(campaign))
    for name, (changes, sent) in plain_changes(folder, "13").items():
        fitted = sm.OLS(changes, sm.add_constant(sent.astype(float))).fit(cov_type="HC2")
        assert shown[name]["value"] == pytest.approx(fitted.params[1], rel=1e-9)
        # Welch's standard error is that of HC2; its quantile is Student's.
        half = (shown[name]["high"] - shown[name]["low"]) / 2
        freedom = welch_freedom(changes[sent], changes[~sent])
        assert half == pytest.approx(fitted.bse[1] * student(freedom), rel=1e-9)


def plain_changes(folder: Path, key: str) -> dict[str, tuple[Any, Any]]:
    """{figure: (change of each member, whether she was sent it)}, counted over the files."""
    about = next(row for row in read("campaigns") if row["campaign_id"] == key)
    begun = date.fromisoformat(about["start_date"])
    length = (date.fromisoformat(about["end_date"]) - begun).days + 1
    with (folder / "members.csv").open(encoding="utf-8", newline="") as file:
        cards = [row["card_number"] for row in csv.DictReader(file)]
    spend: dict[tuple[str, int], int] = defaultdict(int)
    bought: set[tuple[str, int]] = set()
    with (folder / "sale_lines.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            sold = datetime.fromisoformat(row["sold_at"]).replace(tzinfo=UTC).astimezone(ZoneInfo("America/New_York"))
            window = (sold.date() - begun).days // length
            spend[row["card_number"], window] += minor_units(row["sales_value"], "USD")
            bought.add((row["card_number"], window))
    members = {row["card_number"] for row in read("campaign_members") if row["campaign_id"] == key}
    sent = np.array([card in members for card in cards])
    found: dict[str, tuple[Any, Any]] = {}
    for prefix, window in (("", 0), ("placebo_", -1)):
        shares = [float(((card, window) in bought) - ((card, window - 1) in bought)) for card in cards]
        spends = [float(spend[card, window] - spend[card, window - 1]) for card in cards]
        found |= {f"{prefix}share": (np.array(shares), sent), f"{prefix}spend": (np.array(spends), sent)}
    return found


def welch_freedom(first: Any, second: Any) -> float:
    one, other = first.var(ddof=1) / len(first), second.var(ddof=1) / len(second)
    return float((one + other) ** 2 / (one**2 / (len(first) - 1) + other**2 / (len(second) - 1)))


def student(freedom: float) -> float:
    return float(stats.t.ppf(0.975, freedom))


def test_rows_of_campaigns_that_cannot_be_read_are_listed(app: Flask, tmp_path: Path) -> None:
    folder = journeys.small(tmp_path)
    ran = ("1,Type A,2017-02-01,2017-02-28", "2,Type B,2017-03-02,2017-03-01", "1,Type C,2017-03-01,2017-03-02")
    write(folder, "campaigns", "campaign_id,campaign_type,start_date,end_date", *ran)
    write(folder, "campaign_members", "campaign_id,card_number", "1,1", "1,1", "9,1", "1,77")
    redeemed = ("1,51,1,2017-02-03", "1,51,1,2017-02-03", "1,51,1,soon")
    write(folder, "coupon_redemptions", "card_number,coupon_upc,campaign_id,redemption_date", *redeemed)
    result = app.test_cli_runner().invoke(args=["import", "complete-journey", str(folder), "--json"])
    printed = json.loads(result.stdout)
    assert result.exit_code == 3
    assert (printed["campaigns"], printed["sent"], printed["redemptions"]) == (1, 1, 1)
    assert [(each["file"], each["line"]) for each in printed["problems"]] == [
        ("campaigns.csv", 3),
        ("campaigns.csv", 4),
        ("campaign_members.csv", 4),
        ("campaign_members.csv", 5),
        ("coupon_redemptions.csv", 4),
    ]


def write(folder: Path, stem: str, *lines: str) -> None:
    (folder / f"{stem}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_a_campaign_sent_to_somebody_who_was_merged_since_is_whose_she_is_now(tmp_path: Path) -> None:
    folder = journeys.small(tmp_path)
    bring_in(folder)
    one, other = db.session.scalars(select(Customer).order_by(Customer.source_key)).all()
    ids = one.id, other.id
    with unit_of_work():
        merge_into(db.session.get_one(Customer, ids[0]), db.session.get_one(Customer, ids[1]))
    write(folder, "campaigns", "campaign_id,campaign_type,start_date,end_date", "1,Type A,2017-02-01,2017-02-28")
    write(folder, "campaign_members", "campaign_id,card_number", "1,2")
    redeemed = "2,51,1,2017-02-03"
    write(folder, "coupon_redemptions", "card_number,coupon_upc,campaign_id,redemption_date", redeemed)
    bring_in(folder)
    sent, used = db.session.scalars(select(CampaignMember)).one(), db.session.scalars(select(PastRedemption)).one()
    for row in (sent, used):
        assert (row.member_id, row.customer_id, row.owner_id) == (ids[1], ids[0], ids[1])
    campaign = db.session.scalars(select(Campaign)).one()
    assert service.line(campaign)["redeemed"] == 1
