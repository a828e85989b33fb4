"""What makes a login, a password, a code and a scope good. Pure: no clock, session or request."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from zoneinfo import available_timezones

import phonenumbers

from backend.core.money import CURRENCIES

LANGUAGES = ("ko", "en", "zh", "ja")
SCREEN_LANGUAGES = ("ko", "en")
PASSWORD_LENGTH_MIN = 12
PASSWORD_LENGTH_MAX = 200
# No 0 and O, no 1, I and L, no U beside V: a code is read aloud across a counter.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
EVERY_STORE = "all"
KEEPS_OWN = "own"
SHARES = ("all", KEEPS_OWN)
"""What a business unit lets the others see of its purchases, remarks, texts and members: all, or nothing."""
TABLET_STATES = ("active", "revoked", "revoked_hard")

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,58}[a-z0-9]")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_COMMON_PASSWORDS = frozenset(
    {
        "123456789012",
        "1234567890123",
        "password1234",
        "passwordpassword",
        "qwertyuiop12",
        "qwertyuiop123",
        "administrator",
    }
)
_MIN_DIFFERENT = 4


def normal_login(text: str) -> str:
    """A login as it is stored and looked up: NFKC, without blanks around it, lower case."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def normal_password(text: str) -> str:
    """A password as it is hashed: NFKC, so that every keyboard's spelling of it is the same."""
    return unicodedata.normalize("NFKC", text)


def normal_code(text: str) -> str:
    """An enrolment code as it is hashed: upper case, without the dash and blanks that people type."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def shown_code(code: str) -> str:
    """An enrolment code as people read it: `XXXX-XXXX`."""
    return f"{code[:4]}-{code[4:]}"


def secret_hash(secret: str) -> str:
    """How a device token or an enrolment code is stored: its SHA-256 in hex. They are random, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def login_problems(login: str) -> list[str]:
    """What is wrong with a (normalised) login, in sentences."""
    if _LOGIN.fullmatch(login):
        return []
    return [
        "Use 2 to 60 letters a-z, digits, dots, dashes or underscores, beginning and ending with a letter or digit."
    ]


def password_problems(password: str, login: str) -> list[str]:
    """What is wrong with a (normalised) password, in sentences. Length is what counts; no recipe of characters."""
    problems = []
    if len(password) < PASSWORD_LENGTH_MIN:
        problems.append(f"Use at least {PASSWORD_LENGTH_MIN} characters; a few words are easy to remember.")
    if len(password) > PASSWORD_LENGTH_MAX:
        problems.append(f"Use at most {PASSWORD_LENGTH_MAX} characters.")
    if password.lower() in _COMMON_PASSWORDS or len(set(password)) < _MIN_DIFFERENT:
        problems.append("This password is among the first that are tried; choose another.")
    if login and password.lower().strip() == login:
        problems.append("The password must not be the login.")
    return problems


def code_problems(code: str) -> list[str]:
    """What is wrong with the short code of a store or business unit, in sentences."""
    if _CODE.fullmatch(code):
        return []
    return ["Use 1 to 40 letters a-z, digits, dots, dashes or underscores, beginning with a letter or digit."]


def name_problems(name: str, limit: int = 120) -> list[str]:
    """What is wrong with a name that people read, in sentences."""
    if not name.strip():
        return ["Give a name."]
    return [f"Use at most {limit} characters."] if len(name) > limit else []


def time_zone_problems(time_zone: str) -> list[str]:
    """What is wrong with a time zone, in sentences."""
    return [] if time_zone in available_timezones() else ["Give an IANA time zone, such as Asia/Seoul."]


def currency_problems(currency: str) -> list[str]:
    """What is wrong with a currency, in sentences."""
    return [] if currency in CURRENCIES else [f"Give one of {', '.join(sorted(CURRENCIES))}."]


def store_phone(text: str) -> str | None:
    """A store's phone number in E.164; a number without country code is Korean. None when it is none."""
    try:
        number = phonenumbers.parse(text, "KR")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def tablet_state(*, revoked: bool, hard: bool) -> str:
    """A tablet's state in a word."""
    return TABLET_STATES[revoked + (revoked and hard)]


def belongs(*, staff_store_id: str | None, tablet_store_id: str, enrolled_it: bool) -> bool:
    """Whether a staff member works where a tablet stands: at its store, at head office, or as who enrolled it."""
    return enrolled_it or staff_store_id is None or staff_store_id == tablet_store_id
