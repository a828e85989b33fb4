"""Points, grades, coupons and partner cards. So far, the ledger and redemption at the till."""

from backend.loyalty.models import PointsEntry
from backend.loyalty.service import balance, redeem

__all__ = ["PointsEntry", "balance", "redeem"]
