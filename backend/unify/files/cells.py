"""From a cell's text to the value of a field. Pure.

Readers take text that is not empty and raise `UnreadableValueError` with a code that `sentences` words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from backend.customers import is_network_card, normal_email, normal_phone
from backend.unify.files.dates import read_day
from backend.unify.problems import UnreadableValueError
from backend.unify.values import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    Reader = Callable[[str], str]

_SEXES = {
    "m": ("남", "남자", "남성", "m", "male", "man", "1", "3"),
    "f": ("여", "여자", "여성", "f", "female", "woman", "2", "4"),
    "x": ("기타", "x", "other"),
}
_LANGUAGES = {
    "ko": ("ko", "kor", "korean", "ko-kr", "한국어", "한글"),
    "en": ("en", "eng", "english", "en-us", "영어"),
    "zh": ("zh", "chi", "chn", "chinese", "zh-cn", "zh-tw", "중국어", "中文"),
    "ja": ("ja", "jp", "jpn", "japanese", "ja-jp", "일본어", "日本語"),
}
_COUNTRIES = {
    "KR": ("kor", "korea", "southkorea", "republicofkorea", "한국", "대한민국", "내국인"),
    "CN": ("chn", "china", "중국", "中国"),
    "JP": ("jpn", "japan", "일본", "日本"),
    "TW": ("twn", "taiwan", "대만"),
    "HK": ("hkg", "hongkong", "홍콩"),
    "US": ("usa", "unitedstates", "america", "미국"),
    "GB": ("gbr", "uk", "unitedkingdom", "england", "영국"),
    "TH": ("tha", "thailand", "태국"),
    "VN": ("vnm", "vietnam", "베트남"),
    "PH": ("phl", "philippines", "필리핀"),
    "MY": ("mys", "malaysia", "말레이시아"),
    "SG": ("sgp", "singapore", "싱가포르"),
    "ID": ("idn", "indonesia", "인도네시아"),
    "RU": ("rus", "russia", "러시아"),
    "MN": ("mng", "mongolia", "몽골"),
    "AU": ("aus", "australia", "호주"),
    "CA": ("can", "canada", "캐나다"),
    "DE": ("deu", "germany", "독일"),
    "FR": ("fra", "france", "프랑스"),
}
_CARD = re.compile(r"[0-9A-Za-z-]{1,40}", re.ASCII)
_EMAIL = re.compile(r"(?=[^@]{1,64}@)([a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*)@([A-Za-z0-9.-]+)", re.ASCII)
_LONGEST_EMAIL = 254
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_BETWEEN = re.compile(r"[,;、\n]")
_MOST = 20
_MOBILE, _WITHOUT_ZERO = 11, 10
_SHORTEST = 10


def phone(text: str) -> str:
    """E.164; what names no country is Korean. The zero that spreadsheets lose is put back."""
    digits = text.replace("-", "").replace(" ", "")
    # Nearly all of them, and what phonenumbers says of them; a test holds the two against each other.
    if digits.isascii() and digits.isdigit():
        if len(digits) == _MOBILE and digits.startswith("010") and digits[3] != "0":
            return "+82" + digits[1:]
        if len(digits) == _WITHOUT_ZERO and digits.startswith("10") and digits[2] != "0":
            return "+82" + digits
    found = _other_phone(text)
    # Emergency numbers are possible numbers, too, and nobody's.
    if found is None or len(found) < _SHORTEST:
        code = "phone"
        raise UnreadableValueError(code)
    return found


@lru_cache(maxsize=4096)
def _other_phone(text: str) -> str | None:
    return normal_phone(text)


def email(text: str) -> str:
    """An e-mail address, its domain in lower case."""
    # Nearly all of them: what stands before the sign is plain, and few domains make up a file.
    if plain := _EMAIL.fullmatch(text):
        domain = _domain(plain[2])
        found = domain and f"{plain[1]}@{domain}"
    else:
        found = normal_email(text)
    if not found or len(found) > _LONGEST_EMAIL:
        code = "email"
        raise UnreadableValueError(code)
    return found


@lru_cache(maxsize=4096)
def _domain(text: str) -> str | None:
    address = normal_email(f"a@{text}")
    return None if address is None else address.removeprefix("a@")


def card(text: str) -> str:
    """A card's number without blanks; that of a payment card is not kept."""
    number = text if text.isalnum() and text.isascii() else _BLANKS.sub("", text)
    if not _CARD.fullmatch(number):
        code = "card"
        raise UnreadableValueError(code)
    if is_network_card(number):
        code = "payment_card"
        raise UnreadableValueError(code)
    return number


def one_line(longest: int) -> Reader:
    """Text of one line and at most `longest` characters, its blanks made one."""

    def read(text: str) -> str:
        clean = text if text.isprintable() and "  " not in text else _BLANKS.sub(" ", text).strip()
        return _storable(clean, longest)

    return read


def memo(text: str) -> str:
    """Text of any lines."""
    return _storable(text.replace("\r\n", "\n").replace("\r", "\n").strip(), 4_000)


def several(read: Reader) -> Reader:
    """Values with commas, semicolons or line ends between them, one a line and each once."""

    def read_all(text: str) -> str:
        parts = [part.strip() for part in _BETWEEN.split(text)]
        found = dict.fromkeys(read(part) for part in parts if part)
        if len(found) > _MOST:
            code = "many"
            raise UnreadableValueError(code, str(_MOST))
        return "\n".join(found)

    return read_all


def _storable(text: str, longest: int) -> str:
    if not text.isprintable() and _CONTROL.search(text):
        code = "signs"
        raise UnreadableValueError(code)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if len(text) > longest:
        code = "long"
        raise UnreadableValueError(code, f"{longest:,}")
    return text


class Days(dict[str, str]):
    """Days of birth as ISO text."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today

    def __missing__(self, text: str) -> str:
        found = read_day(text, today=self._today)
        if found is None:
            code = "day"
            raise UnreadableValueError(code)
        self[text] = day = found.isoformat()
        return day


class Choices(dict[str, str]):
    """Spellings of a few values; `code` is that of the problem, which quotes what was met."""

    def __init__(self, spellings: Mapping[str, tuple[str, ...]], code: str) -> None:
        super().__init__()
        self._known = {spelling: value for value, all_ in spellings.items() for spelling in all_}
        self._code = code

    def __missing__(self, text: str) -> str:
        found = self._known.get(_BLANKS.sub("", text).lower())
        if found is None:
            raise UnreadableValueError(self._code, quoted(text))
        self[text] = found
        return found


class Countries(Choices):
    """Nationalities: two capital letters (ISO 3166), or a usual name in Korean or English."""

    def __init__(self) -> None:
        super().__init__(_COUNTRIES, "country")

    def __missing__(self, text: str) -> str:
        code = text.upper()
        if len(code) == 2 and code.isascii() and code.isalpha():  # noqa: PLR2004 - ISO 3166 alpha-2
            # “UK” is what people write; the code is GB.
            self[text] = code = "GB" if code == "UK" else code
            return code
        return super().__missing__(text)


class Codes(dict[str, str]):
    """Codes of stores or business units, read as their ids; `code` is that of the problem."""

    def __init__(self, ids: Mapping[str, str], code: str) -> None:
        super().__init__(ids)
        self._code = code

    def __missing__(self, text: str) -> str:
        raise UnreadableValueError(self._code, quoted(text))


def sexes() -> Choices:
    """Spellings of f, m, x."""
    return Choices(_SEXES, "sex")


def languages() -> Choices:
    """Spellings of the languages that texts are written in."""
    return Choices(_LANGUAGES, "language")


def quoted(text: str) -> str:
    """A short text as a reason quotes it, Hangul as it is."""
    return f"“{text[:30]}”" if text.isprintable() else shown(text)
