"""`dangol worker` on the run's clock, with the two waits that are no matter of the clock cut short."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from werkzeug.utils import import_string

from backend import serving
from backend.delivery import dispatcher
from sms.providers import twilio
from tests.chaos.texts import hands

if TYPE_CHECKING:
    from flask import Flask

CALL_SECONDS = 3.0
LOOK_UP_EVERY = 0.2


def main() -> None:
    """Work until somebody ends this process."""
    hands.follow()
    twilio.CALL_SECONDS = CALL_SECONDS  # type: ignore[misc] # final for everybody else
    dispatcher.LOOK_UP_EVERY = LOOK_UP_EVERY  # type: ignore[misc] # as above
    app = cast("Flask", import_string("wsgi:app"))
    with app.app_context():
        serving.work()


if __name__ == "__main__":
    main()
