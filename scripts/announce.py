"""Wait until the server answers, then say where it is and who may sign in."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request

_PATIENCE = 120


def main(port: str) -> int:
    """Wait for the server on this port of 127.0.0.1. Returns 1 when it never answers."""
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):  # noqa: S310 - our own address
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    else:
        return 1
    with urllib.request.urlopen(f"{address}/api/v1/about", timeout=30) as answer:  # noqa: S310 - our own address
        about = json.load(answer)
    lines = [f"Dangol {about['version']} answers at {address}"]
    lines += [f"Texts arrive on the phone at {address}/simulator"] if about["simulator"] else []
    lines += ["Demo sign-ins (login, password):"] if about["demo_sign_ins"] else []
    lines += [
        f"  {each['login']:<12} {each['password']:<18} {each['role']:<10} {each['name']} {each['store'] or ''}".rstrip()
        for each in about["demo_sign_ins"]
    ]
    print("\n" + "\n".join(lines) + "\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
