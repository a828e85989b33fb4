"""What sign-in and enrolment can refuse."""

from __future__ import annotations

from backend.core.errors import DangolError, NotSignedIn


class DeviceRevoked(NotSignedIn):
    """This tablet was withdrawn. Its copy of the customer book is wiped."""

    code = "device_revoked"

    def __init__(self, *, accept_outbox: bool, epoch: str | None = None) -> None:
        """`accept_outbox`: whether the tablet may still push what waits on it before it wipes.

        `epoch`: the database's, so that a tablet that has not heard of a restore sends again what that may have lost.
        """
        super().__init__(None, wipe=True, accept_outbox=accept_outbox, epoch=epoch)
        self.accept_outbox = accept_outbox


class EnrolmentCodeUnusable(DangolError):
    """This code is unknown, was used already or has expired. Ask for a new one."""

    code = "enrolment_code_unusable"
    status = 422


class TooManyAttempts(DangolError):
    """Too many attempts. Wait a moment and try again."""

    code = "too_many_attempts"
    status = 429

    def __init__(self, *, retry_after: int) -> None:
        """`retry_after`: seconds until the next attempt is taken."""
        super().__init__(None, retry_after=retry_after)
