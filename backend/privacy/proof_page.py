"""Proof of consent as a page to print: one table for each entry of the ledger. Pure."""

from __future__ import annotations

import html
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from backend.privacy.paper import LANGUAGES, document

_ZONE: Final = ZoneInfo("Asia/Seoul")
_TITLE: Final = ("동의 증빙", "Proof of consent")
_INTRO: Final = (
    "회원이 동의하거나 거부·철회한 기록 전부입니다. 기록은 추가만 되고 고치지 않습니다. 시각은 한국 시간입니다.",
    "All that the member agreed to, refused or withdrew. Entries are added and never changed. Times are Korean.",
)
_NONE: Final = ("기록이 없습니다.", "There are no entries.")
_DIGEST: Final = ("전체 확인값(SHA-256)", "Digest of all entries (SHA-256)")
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "privacy": ("개인정보 수집·이용", "Personal data"),
    "profiling": ("맞춤 분석", "Profiling"),
    "third_party": ("제3자 제공", "Handing to a third party"),
    "abroad": ("국외 이전", "Transfer abroad"),
    "sensitive": ("민감정보", "Sensitive data"),
    "unique_identifier": ("고유식별정보", "Unique identifiers"),
    "marketing": ("모든 광고", "All advertising"),
    "marketing/sms": ("광고 문자", "Offers by text"),
    "marketing/push": ("광고 알림", "Offers by notification"),
    "marketing/call": ("광고 전화", "Offers by phone"),
    "night": ("야간(21시–8시) ", "At night (21–8): "),
    "granted": ("동의", "Agreed"),
    "refused": ("거부·철회", "Refused or withdrawn"),
    "tick": ("태블릿에서 직접 선택", "Ticked on a tablet"),
    "signature": ("서명", "Signed"),
    "paper": ("종이 동의서", "On paper"),
    "spoken": ("전화·구두", "By phone or in words"),
    "in_person": ("매장에서 직접", "In person at the store"),
    "call": ("전화", "by phone"),
    "post": ("우편", "by post"),
    "email": ("이메일", "by e-mail"),
    "consent_result": ("처리 결과 안내(14일)", "Result told (14 days)"),
    "reconfirmation": ("동의 확인 안내(2년)", "Asked to confirm (two years)"),
    "owed": ("아직 알리지 않음", "not told yet"),
    "queued": ("발송 중", "on its way"),
    "told": ("알림", "told"),
    "impossible": ("알리지 못함", "could not be told"),
}
_ROWS: Final[dict[str, tuple[str, str]]] = {
    "said": ("의사 표시", "Said"),
    "recorded": ("기록", "Recorded"),
    "sender": ("보내는 사업자", "Sender"),
    "recipient": ("받는 곳", "Recipient"),
    "wording": ("보여 드린 문구", "Words that were shown"),
    "how": ("방법", "How"),
    "guardian": ("보호자", "Guardian"),
    "more": ("그 밖의 증빙", "Further evidence"),
    "lifts": ("해제한 거부", "Refusal that it lifts"),
    "who": ("기록한 직원", "Recorded by"),
    "where": ("매장·태블릿", "Store and tablet"),
    "told": ("안내", "Notices"),
    "id": ("기록 번호", "Entry"),
    "digest": ("확인값", "Digest"),
}
_UNKNOWN: Final = ("등록되지 않은 문구", "no such wording is registered")


def page(name: str, entries: list[dict[str, Any]], *, digest: str, made_at: datetime, language: str) -> str:
    """The page, complete HTML."""
    spoken = LANGUAGES.index(language)
    parts = [f"<p>{_INTRO[spoken]}</p>"]
    parts += [_entry(number, entry, spoken) for number, entry in enumerate(entries, 1)]
    parts += [] if entries else [f"<p>{_NONE[spoken]}</p>"]
    parts.append(f"<h2>{_DIGEST[spoken]}</h2><p><code>{digest}</code></p>")
    subtitle = f"{name} · {made_at.astimezone(_ZONE):%Y-%m-%d %H:%M}"
    return document(_TITLE[spoken], subtitle, parts, language=language)


def _entry(number: int, entry: dict[str, Any], spoken: int) -> str:
    matter = "/".join(filter(None, (entry["purpose"], entry["channel"])))
    night = _WORDS["night"][spoken] if entry["night"] else ""
    said = _WORDS["granted" if entry["granted"] else "refused"][spoken]
    title = html.escape(f"{number}. {night}{_word(matter, spoken)}")
    rows = "".join(
        f'<tr><th scope="row">{_ROWS[key][spoken]}</th><td>{told}</td></tr>'
        for key, told in _rows(entry, spoken).items()
        if told
    )
    answer = f"<span{'' if entry['granted'] else ' class=no'}>{said}</span>"
    return f"<h2>{title} — {answer}</h2><table><tbody>{rows}</tbody></table>"


def _rows(entry: dict[str, Any], spoken: int) -> dict[str, str]:
    evidence = entry["evidence"] or {}
    known = {"method", "signature", "guardian"}
    more = ", ".join(f"{key}: {value}" for key, value in evidence.items() if key not in known and value is not None)
    staff = " ".join(filter(None, (entry["staff"], f"({entry['staff_login']})" if entry["staff_login"] else None)))
    told = {
        "said": _moment(entry["occurred_at"]),
        "recorded": _moment(entry["recorded_at"]),
        "sender": (entry["sender"] or {}).get("name"),
        "recipient": entry["recipient"],
        "more": more,
        "lifts": entry["lifts"],
        "who": staff,
        "where": " · ".join(filter(None, (entry["store"], entry["tablet"] or entry["device_id"]))),
        "guardian": " · ".join(str(each) for each in (evidence.get("guardian") or {}).values()),
        "id": entry["id"],
    }
    texts = {key: html.escape(value or "") for key, value in told.items()}
    texts |= {
        "wording": _wording(entry, spoken),
        "how": _how(evidence, spoken),
        "told": "<br>".join(html.escape(_notice(each, spoken)) for each in entry["notices"]),
        "digest": f"<code>{entry['digest']}</code>",
    }
    return {key: texts[key] for key in _ROWS}


def _wording(entry: dict[str, Any], spoken: int) -> str:
    about = " · ".join(filter(None, (entry["wording_version"], entry["text_language"])))
    return f"{html.escape(entry['text'] or _UNKNOWN[spoken])}<br><code>{html.escape(about)}</code>"


def _how(evidence: dict[str, Any], spoken: int) -> str:
    method, drawn = evidence.get("method"), evidence.get("signature")
    words = html.escape(_word(str(method), spoken)) if method else ""
    if not isinstance(drawn, dict):
        return words
    box = f"0 0 {int(drawn['width'])} {int(drawn['height'])}"
    line = f'<path d="{html.escape(str(drawn["path"]))}" fill="none" stroke="currentColor" stroke-width="3"/>'
    return f'{words}<br><svg viewBox="{box}" role="img" aria-label="{_word("signature", spoken)}">{line}</svg>'


def _notice(notice: dict[str, Any], spoken: int) -> str:
    at = notice["delivered_at"] or notice["sent_at"] or notice["ended_at"]
    state = _word(notice["state"], spoken)
    due = ("기한", "due")[spoken]
    way = f"{_word(notice['told_how'], spoken)}: {notice['told_note']}" if notice["told_how"] else ""
    told = " ".join(filter(None, (state, _moment(at) if at else None, way, notice["told_by"])))
    return f"{_word(notice['kind'], spoken)}: {told} ({due} {_moment(notice['due_by'])})"


def _word(code: str, spoken: int) -> str:
    return _WORDS[code][spoken] if code in _WORDS else code


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(_ZONE):%Y-%m-%d %H:%M:%S}"
