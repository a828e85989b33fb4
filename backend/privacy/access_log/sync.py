"""What tablets report of the cards that were opened on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.privacy.access_log import service
from backend.privacy.access_log.schemas import ReportData
from backend.sync import Kind, Mutation, Outcome, register_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the kind `access.report`: what was seen was seen, whoever it was that looked."""
    register_kind(app, Kind("access.report", ReportData(), report, always_taken=True, apply_all=report_all))


def report(mutation: Mutation) -> Outcome:
    """Write down what one report says."""
    return report_all([mutation])[0]


def report_all(mutations: Sequence[Mutation]) -> list[Outcome]:
    """Write down what reports say that arrived together."""
    service.report(mutations)
    return [Outcome() for _ in mutations]
