"""Who opens a link, by what a browser says of itself: a person, or a program that looks ahead. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["human", "bot", "prefetch", "doubtful"]
Device = Literal["ios", "android", "desktop", "other"]

NOBODY_TAPS_WITHIN: Final = 2.0
"""Seconds."""

_BOTS: Final = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|scrap|preview|facebookexternalhit|facebookcatalog|meta-external|whatsapp|"
    r"telegrambot|skypeuripreview|slack|discord|embedly|linkedin|pinterest|vkshare|daum|yeti|naver(?!\(inapp)|"
    r"google-read-aloud|google-safety|apis-google|mediapartners|lighthouse|headless|phantomjs|python|java/|okhttp|curl|"
    r"wget|go-http|axios|node-fetch|libwww|httpclient|monitor|uptime|scan|proofpoint|barracuda|mimecast|safelinks",
    re.IGNORECASE,
)
_BROWSERS: Final = re.compile(r"^Mozilla/5\.0 .*(Mobile|Safari|Gecko|Chrome|Trident)", re.IGNORECASE)
_AHEAD: Final = frozenset({"prefetch", "prefetch;prerender", "prerender", "preview"})


def kind_of(method: str, headers: Mapping[str, str], *, seconds_old: float) -> Kind:
    """Judge one request. `seconds_old`: how long ago the text went; see `NOBODY_TAPS_WITHIN`."""
    agent = headers.get("User-Agent", "")
    if method == "HEAD" or _BOTS.search(agent):
        return "bot"
    purposes = (headers.get(name, "").replace(" ", "").lower() for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    if any(purpose in _AHEAD for purpose in purposes):
        return "prefetch"
    if not _BROWSERS.match(agent) or seconds_old < NOBODY_TAPS_WITHIN:
        return "doubtful"
    return "human"


def device_of(agent: str) -> Device:
    """Tell what was held in the hand, and no more than that."""
    if re.search(r"iPhone|iPad|iPod", agent):
        return "ios"
    if "Android" in agent:
        return "android"
    return "desktop" if re.search(r"Windows|Macintosh|X11|CrOS", agent) else "other"
