"""The demo has a campaign that is over, measured like any other."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.campaigns import Campaign, CampaignMember
from backend.campaigns.effect import service
from backend.core.db import db, unit_of_work
from sms import demo_sending
from tests import factories

pytestmark = pytest.mark.usefixtures("app")


def test_the_demo_s_campaign_holds_out_by_bucket_and_is_there_once() -> None:
    with unit_of_work():
        unit = factories.unit(code="DEMO")
        for _ in range(150):
            factories.customer(facts={"sms_senders": [unit.code]})
        demo_sending.seed()
    with unit_of_work():
        demo_sending.seed()
    campaign = db.session.scalars(select(Campaign)).one()
    rows = db.session.scalars(select(CampaignMember)).all()
    assert {row.customer_id for row in rows if row.arm == "held_out"} == {
        row.customer_id for row in rows if int(row.customer_id[-7:], 16) % 10_000 < campaign.holdout
    }
    assert all((row.message_id is None) == (row.arm == "held_out") for row in rows)
    report = service.report(campaign)
    stages = {stage["stage"]: stage["members"] for stage in report["stages"]}
    assert stages["exposed"] == campaign.counts["treated"] == len(rows) - campaign.counts["held_out"]
    arrived = [row for row in rows if row.arm == "treated" and row.bucket % 20]
    assert stages["delivered"] == len(arrived)
    assert stages["clicked"] == sum(row.bucket % 5 == 0 for row in arrived)
    assert report["campaign"]["over"]
