"""The floor of `pull_unchanged`: a Flask view that looks the token up and reads the clock with the bare driver."""

from __future__ import annotations

import hashlib
import os
import sqlite3

from flask import Flask, Response, jsonify, request

app = Flask(__name__)
_connection = sqlite3.connect(os.environ["BARE_DATABASE"], check_same_thread=False, isolation_level=None)


@app.get("/api/v1/sync/pull")
def pull() -> Response:
    """The clock, for a tablet that is known."""
    token = request.authorization.token if request.authorization else None
    hashed = hashlib.sha256((token or "").encode()).hexdigest()
    known = _connection.execute("SELECT id, scope FROM device WHERE token_hash = ?", [hashed]).fetchone()
    if known is None:
        return Response(status=401)
    (v,) = _connection.execute("SELECT v FROM sync_clock").fetchone()
    return jsonify({"changes": [], "cursor": request.args["cursor"], "more": False, "v": v})
