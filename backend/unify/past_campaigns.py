"""Campaigns of another system, to be measured here: when each ran, whom it was sent to, and what was redeemed.

Ids are derived as those of the other rows of an import, so that a second run finds everything there. The files may be
missing altogether. A campaign that is there already stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

from backend.campaigns import Campaign, CampaignMember, effect
from backend.core.db import db
from backend.customers import Customer, survivors
from backend.unify.csv_rows import CsvFile
from backend.unify.keys import derived_id
from backend.unify.problems import UnreadableValueError
from backend.unify.rows import write_rows
from backend.unify.values import Codes, clean_text, shown, time_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from backend.unify.problems import Problems

_DAY = timedelta(days=1)
_CAMPAIGNS = "campaign_id", "campaign_type", "start_date", "end_date"
_MEMBERS = "campaign_id", "card_number"
_REDEMPTIONS = "card_number", "coupon_upc", "campaign_id", "redemption_date"
_BUCKETS, _RANDOM_END = 10_000, 7


@dataclass(frozen=True, slots=True)
class PastSource:
    """Where campaigns come from; `began` is the moment from which its derived ids are made."""

    name: str
    time_zone: str
    currency: str
    began: datetime


@dataclass(frozen=True, slots=True)
class _Ran:
    id: str
    first: date
    began: datetime


def import_campaigns(directory: Path, source: PastSource, problems: Problems) -> None:
    """Bring them in, within a unit of work. Raises `ValidationFailed` when some of the three files are missing."""
    if not any((directory / f"campaigns.csv{end}").is_file() for end in ("", ".gz")):
        return
    files = (
        CsvFile(directory, "campaigns", _CAMPAIGNS),
        CsvFile(directory, "campaign_members", _MEMBERS),
        CsvFile(directory, "coupon_redemptions", _REDEMPTIONS),
    )
    ran = _campaigns(files[0], source, problems)
    people = _People(source)
    _members(files[1], ran, people, problems)
    _redemptions(files[2], ran, people, problems)


class _People:
    """Whose card is whose: the member it was imported for, and who she is now."""

    def __init__(self, source: PastSource) -> None:
        self._source = source
        here = db.session.execute(select(Customer.source_key, Customer.id).where(Customer.source == source.name))
        self._now = {str(card): (id_, id_) for card, id_ in here}

    def of(self, card: str) -> tuple[str, str] | None:
        """(who she was at first, who she is now), also of one who was merged since; None of nobody's card."""
        if card not in self._now:
            first = derived_id(self._source.name, "customer", card, moment=self._source.began)
            now = survivors([first]).get(first)
            if now is None:
                return None
            self._now[card] = (first, now)
        return self._now[card]


def _campaigns(file: CsvFile, source: PastSource, problems: Problems) -> dict[str, _Ran]:
    """Write those that are not there; every one that can be read, by its number."""
    here = dict(
        db.session.execute(select(Campaign.source_key, Campaign.id).where(Campaign.source == source.name)).all()
    )
    found: dict[str, _Ran] = {}
    codes = Codes("campaign_id")
    for number, (key_text, kind_text, *days_text) in file.rows(problems):
        try:
            key, kind = codes[key_text], clean_text(kind_text, "campaign_type")
            days = _days(*days_text)
        except UnreadableValueError as error:
            problems.add(file.name, number, str(error))
            continue
        if key in found:
            problems.add(file.name, number, f"campaign_id {key} was given already")
            continue
        made = _campaign(source, key, kind, days)
        if key not in here:
            db.session.add(made)
        found[key] = _Ran(here.get(key, made.id), days[0], _midnight(days[0], source))
    db.session.flush()
    return found


def _campaign(source: PastSource, key: str, kind: str, days: tuple[date, date]) -> Campaign:
    began, ended = _midnight(days[0], source), _midnight(days[1] + _DAY, source)
    return Campaign(
        id=derived_id(source.name, "campaign", key, moment=began),
        name=f"Campaign {key} ({kind})"[:120] if kind else f"Campaign {key}",
        kind="past",
        state="done",
        holdout=0,
        window_days=(days[1] - days[0]).days + 1,
        currency=source.currency,
        starts_at=began,
        frozen_at=began,
        started_at=began,
        ended_at=ended,
        source=source.name,
        source_key=key,
    )


def _members(file: CsvFile, ran: Mapping[str, _Ran], people: _People, problems: Problems) -> None:
    """Write to whom each was sent."""
    ids = [each.id for each in ran.values()]
    known = select(CampaignMember.campaign_id, CampaignMember.member_id).where(CampaignMember.campaign_id.in_(ids))
    there = {(campaign_id, member_id) for campaign_id, member_id in db.session.execute(known)}
    rows = []
    for number, (key, card) in file.rows(problems):
        sent = _sent(file, number, (key, card), (ran, people), problems)
        if sent is None or (sent[0].id, sent[1]) in there:
            continue
        campaign, first, now = sent
        there.add((campaign.id, first))
        bucket = int(first[-_RANDOM_END:], 16) % _BUCKETS
        owner = first if first != now else None
        began = time_text(campaign.began)
        rows.append((campaign.id, campaign.first.isoformat(), first, now, owner, "treated", bucket, began))
    columns = ("campaign_id", "entered_on", "member_id", "customer_id", "owner_id", "arm", "bucket", "from_at")
    write_rows(CampaignMember, columns, rows)


def _redemptions(file: CsvFile, ran: Mapping[str, _Ran], people: _People, problems: Problems) -> None:
    """Write what was redeemed; the same coupon twice on a day is one."""
    ids = [each.id for each in ran.values()]
    there = set(db.session.scalars(select(effect.PastRedemption.id).where(effect.PastRedemption.campaign_id.in_(ids))))
    codes, rows = Codes("coupon_upc"), []
    for number, (card, coupon_text, key, day) in file.rows(problems):
        sent = _sent(file, number, (key, card), (ran, people), problems)
        if sent is None:
            continue
        try:
            coupon, redeemed_on = codes[coupon_text], _day(day, "redemption_date")
        except UnreadableValueError as error:
            problems.add(file.name, number, str(error))
            continue
        campaign, first, now = sent
        key_text = f"{campaign.id}\0{first}\0{coupon}\0{redeemed_on}"
        id_ = derived_id("past", "redemption", key_text, moment=campaign.began)
        if id_ in there:
            continue
        there.add(id_)
        owner = first if first != now else None
        rows.append((id_, campaign.id, first, now, owner, coupon, redeemed_on.isoformat()))
    columns = ("id", "campaign_id", "member_id", "customer_id", "owner_id", "coupon", "redeemed_on")
    write_rows(effect.PastRedemption, columns, rows)


def _sent(
    file: CsvFile,
    number: int,
    row: tuple[str, str],
    known: tuple[Mapping[str, _Ran], _People],
    problems: Problems,
) -> tuple[_Ran, str, str] | None:
    """The campaign and the member that a row names, and who she is now; None, and a problem noted, of others."""
    key, card = row
    campaign, whose = known[0].get(key), known[1].of(card)
    if campaign is None:
        problems.add(file.name, number, f"campaign_id {shown(key)} is no campaign of the files")
    elif whose is None:
        problems.add(file.name, number, f"card_number {shown(card)} is no member's")
    else:
        return campaign, *whose
    return None


def _days(first: str, last: str) -> tuple[date, date]:
    days = _day(first, "start_date"), _day(last, "end_date")
    if days[1] < days[0]:
        message = f"end_date {shown(last)} is before start_date"
        raise UnreadableValueError(message)
    return days


def _day(text: str, column: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        message = f"{column} {shown(text)} is no day such as 2017-01-31"
        raise UnreadableValueError(message) from None


def _midnight(day: date, source: PastSource) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(source.time_zone)).astimezone(UTC)
