"""Taking the sealed entries of a tablet that was locked or wiped: opened here, they go the way of every push."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend.settings import current_settings
from backend.sync import clock, sealing
from backend.sync import push as pushing

if TYPE_CHECKING:
    from backend.sync.contract import Caller

_REFUSED = {
    "status": "rejected",
    "code": "cannot_open",
    "message": "The server cannot open this sealed entry. It stays on the tablet.",
}


def parse(body: bytes) -> list[dict[str, Any]]:
    """The sealed items of a body. Raises `ValidationFailed` when it is no batch."""
    return pushing.parse_batch(body, member="items")


def take(caller: Caller, items: list[dict[str, Any]], *, together: bool) -> list[pushing.Answered | None]:
    """Open `items` and push what is inside as `pushing.push` does; one answer each.

    None stands for one that cannot be opened: no receipt is written, so that its id may still come in another way.
    """
    opened = [_open(item) for item in items]
    answers = iter(pushing.push(caller, [each for each in opened if each is not None], together=together))
    return [None if each is None else next(answers) for each in opened]


def results(items: list[dict[str, Any]], answers: list[pushing.Answered | None]) -> list[dict[str, Any]]:
    """What is sent back, after the commit gave every receipt its `v`."""
    pushed = iter(pushing.results([each for each in answers if each is not None]))
    now = clock.now_v()
    return [
        {"id": item["id"], **_REFUSED, "v": now} if answer is None else next(pushed)
        for item, answer in zip(items, answers, strict=True)
    ]


def _open(item: dict[str, Any]) -> dict[str, Any] | None:
    """The mutation inside, or None when it cannot be opened or is another one than it says."""
    try:
        inside = pushing.parse_json(sealing.unseal(item, known=sealing.keys(current_settings().sealing_key)))
    except (sealing.CannotOpen, ValueError, RecursionError):
        return None
    return inside if isinstance(inside, dict) and inside.get("id") == item["id"] else None
