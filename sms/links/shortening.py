"""Finding the addresses in a text and writing short ones in their places. Pure but for the codes, which are random."""

from __future__ import annotations

import re
import secrets
import string
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

ALPHABET: Final = string.ascii_letters + string.digits
CODE_LENGTH: Final = 8
PATH: Final = "/l/"
_ADDRESS: Final = re.compile(r"https://[^\s<>\"']+")
_NOT_ITS_END: Final = ".,;:!?)]}…。、"


@dataclass(frozen=True, slots=True)
class Shortened:
    """A text with short addresses, and what each code stands for."""

    text: str
    targets: dict[str, str]


def shortened(text: str, *, base: str | None) -> Shortened:
    """Give every https address of the text a code of its own; the same address twice is one.

    `base`: our own public address; None leaves the text as it is. Addresses that carry a name or a password stay, too:
    nobody is sent to one by us.
    """
    if base is None:
        return Shortened(text, {})
    codes: dict[str, str] = {}

    def short(found: re.Match[str]) -> str:
        whole = found.group()
        address = whole.rstrip(_NOT_ITS_END)
        if not is_target(address) or address.startswith(base + PATH):
            return whole
        code = codes.setdefault(address, new_code())
        return f"{base}{PATH}{code}{whole[len(address) :]}"

    written = _ADDRESS.sub(short, text)
    return Shortened(written, {code: address for address, code in codes.items()})


def is_target(address: str) -> bool:
    """Tell whether somebody may be sent there: https, with a host, without credentials."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None and parts.password is None


def new_code() -> str:
    """Draw a code: 62 to the power of 8, so that nobody finds another's by trying."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
