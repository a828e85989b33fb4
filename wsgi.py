"""The composition root: the API, and the SMS plug-in above it."""

from __future__ import annotations

import sms
from backend.app import create_app

app = create_app()
sms.init_app(app)
