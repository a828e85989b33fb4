"""The file of relays: each mistake is one sentence that names the field, and no secret is ever shown."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import sms
from backend.core.errors import SettingsError
from backend.settings import load
from sms.config import read_providers
from sms.providers.relay.settings import relays_in
from tests.sms import relays

URL = "https://api.daon.example"


def described(*path: str | int, to: Any) -> dict[str, Any]:
    """Describe the relay that signs, with one thing changed."""
    made = copy.deepcopy(relays.signing_json(URL, allow_private=False))
    place: Any = made
    for part in path[:-1]:
        place = place[part]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return made


@pytest.mark.parametrize(
    ("path", "to", "says"),
    [
        (("name",), "Daon", "relays.0.name must be 1 to 20 of a-z"),
        (("name",), "twilio", "relays.0.name"),
        (("name",), None, "relays.0.name must be a text"),
        (("title",), 5, "relays.0.title must be a text"),
        (("numbers",), "local", "relays.0.numbers must be one of national, e164"),
        (("kinds",), {"mms": "MMS"}, "relays.0.kinds may name sms and lms only"),
        (("kinds",), ["SMS"], "relays.0.kinds must be an object of texts"),
        (("timeout_seconds",), 31, "relays.0.timeout_seconds must be a number from 1 to 30"),
        (("timeout_seconds",), True, "relays.0.timeout_seconds"),
        (("allow_private",), "yes", "relays.0.allow_private must be true or false"),
        (("secrets",), {"key": "NOT_SET", "secret": "DAON_SECRET"}, "relays.0.secrets.key names the variable NOT_SET"),
        (("secrets",), {"to": "DAON_KEY"}, "relays.0.secrets.to must have a name"),
        (("send", "url"), "http://api.daon.example", "relays.0.send.url must begin with https://"),
        (("send", "url"), "https://u:p@api.daon.example", "relays.0.send.url must not hold a password"),
        (("send", "url"), "https://10.0.0.1/x", "relays.0.send.url is in a private network"),
        (("send", "url"), "https://169.254.169.254/latest", "relays.0.send.url is in a private network"),
        (("send", "url"), "https://[::1]/x", "relays.0.send.url is in a private network"),
        (("send", "url"), "https://localhost/x", "relays.0.send.url is in a private network"),
        (("send", "url"), "https://{to}.example/x", "relays.0.send.url"),
        (("send", "url"), "https://a.example/{key}", "relays.0.send.url has {key}, which is not known here"),
        (("send", "url"), "https://a.example:99999/", "relays.0.send.url is no address"),
        (("send", "method"), "PUT", "relays.0.send.method must be one of POST"),
        (("send", "format"), "xml", "relays.0.send.format must be one of json, form"),
        (("send", "format"), "form", "relays.0.send.body must be an object of texts"),
        (("send", "charset"), "latin-1", "relays.0.send.charset"),
        (("send", "body"), None, "relays.0.send.body must be an object"),
        (("send", "body"), {"to": "{phone}"}, "relays.0.send.body has {phone}, which is not known here"),
        (("send", "body_lms"), [], "relays.0.send.body_lms must be an object"),
        (("send", "headers"), {"X": "{body}"}, "relays.0.send.headers.X has {body}"),
        (("send", "headers"), {"X-K": "가"}, "relays.0.send.headers.X-K must be an ASCII header"),
        (("send", "headers"), {"X Y": "a"}, "relays.0.send.headers.X Y must be an ASCII header"),
        (("send", "retries"), 3, "relays.0.send.retries is not a field that is known here"),
        (("signing", "secret"), "other", "relays.0.signing.secret must be the name of one of the relay's secrets"),
        (("signing", "signed"), "fixed", "relays.0.signing.signed must name what is signed"),
        (("signing", "signed"), "{to}", "relays.0.signing.signed has {to}"),
        (("signing", "algorithm"), "md5", "relays.0.signing.algorithm must be one of sha256, sha512"),
        (("signing",), None, "relays.0.send.headers.Authorization has {signature}"),
        (("answer",), None, "relays.0.answer must be an object"),
        (("answer", "accepted"), None, "relays.0.answer.accepted and code belong together"),
        (("answer", "code"), None, "relays.0.answer.accepted and code belong together"),
        (("answer", "throttled"), ["0000"], "relays.0.answer.accepted and the other lists share a code"),
        (("answer", "throttled"), "4290", "relays.0.answer.throttled must be a list of codes"),
        (("answer", "refused"), {"1": "no"}, "relays.0.answer.refused.1 must be one of bad_number"),
        (("find", "id"), None, "relays.0.find.id is needed"),
        (("find", "states"), None, "relays.0.find.states must say which"),
        (("find", "url"), "https://a.example/{body}", "relays.0.find.url has {body}"),
        (("check", "method"), "POST", "relays.0.check.method must be one of GET"),
        (("reports", "states"), {"3": "arrived"}, "relays.0.reports.states.3 must be one of accepted, sent"),
        (("reports", "codes"), {"9": "x"}, "relays.0.reports.codes.9 must be one of"),
        (("reports", "status"), None, "relays.0.reports.status must be a text"),
        (("reports", "signature"), None, "relays.0.reports.signature must be an object"),
        (("reports", "signature", "signed"), "{body}", "relays.0.reports.signature.signed must cover"),
        (("reports", "signature", "window_seconds"), 5, "relays.0.reports.signature.window_seconds must be a number"),
        (("answers",), {}, "relays.0.answers is not a field that is known here"),
    ],
)
def test_a_mistake_names_its_field(path: tuple[str | int, ...], to: Any, says: str) -> None:
    with pytest.raises(SettingsError) as error:
        relays.read(described(*path, to=to), demo=False)
    assert error.value.detail.startswith("DANGOL_SMS_RELAYS: ")
    assert says in error.value.detail
    assert error.value.detail.endswith(".")
    assert not any(secret in error.value.detail for secret in relays.ENVIRONMENT.values())


def test_reports_need_to_say_which_message_they_are_about() -> None:
    made = relays.signing_json(URL, allow_private=False)
    del made["reports"]["id"], made["reports"]["reference"]
    with pytest.raises(SettingsError, match=r"relays\.0\.reports\.id or reference is needed"):
        relays.read(made)


def test_what_is_right_is_read_outside_demo_mode_too_and_shows_no_secret() -> None:
    found = relays.read(relays.signing_json(URL, allow_private=False), relays.form_in_euc_kr(URL), demo=False)
    assert list(found) == ["daon", "olle"]
    assert found["daon"].secrets == {"key": "key-of-daon", "secret": "secret-of-daon"}
    assert "of-daon" not in repr(found)


def test_two_relays_of_one_name_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"relays\.1\.name"):
        relays.read(relays.form_in_euc_kr(URL), relays.form_in_euc_kr(URL))


def _start(tmp_path: Path, text: str | None, **environment: str) -> Any:
    path = tmp_path / "relays.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    return read_providers(load({"DANGOL_DEMO": "1", "DANGOL_SMS_RELAYS": str(path)} | environment))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot be read"),
        ("{", "is no JSON"),
        ("[]", "relays must be the one field of the file"),
        ('{"relays": []}', "relays must be the one field of the file"),
        ('{"relays": [5]}', "relays.0 must be an object"),
        ('{"relay": []}', "relays must be the one field"),
    ],
)
def test_a_file_that_is_none_is_said_so(tmp_path: Path, text: str | None, says: str) -> None:
    with pytest.raises(SettingsError) as error:
        _start(tmp_path, text)
    assert says in error.value.detail


def test_providers_are_asked_in_turn_by_country(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in relays.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    text = json.dumps({"relays": [relays.signing_json(URL), relays.form_in_euc_kr(URL)]})
    found = _start(tmp_path, text, DANGOL_SMS_ROUTES="KR=daon,olle,twilio *=twilio")
    assert found.in_turn("KR") == ("daon", "olle", "twilio")
    assert found.in_turn("JP") == found.in_turn(None) == ("twilio",)
    assert found.names == ("daon", "olle", "twilio")
    assert _start(tmp_path, text, DANGOL_SMS_PROVIDER="daon").in_turn("KR") == ("daon",)
    with pytest.raises(SettingsError, match="'other' is no provider of texts"):
        _start(tmp_path, text, DANGOL_SMS_PROVIDER="other")
    with pytest.raises(SettingsError, match="both twilio and simulator"):
        _start(tmp_path, text, DANGOL_SMS_ROUTES="KR=twilio *=simulator")


@pytest.mark.parametrize(
    "routes", ["KR", "KR=", "kr=console", "KR=console,console", "KR=console KR=twilio", "KR=a,b,c,d", "KR=Pigeon"]
)
def test_routes_that_cannot_be_understood_name_the_variable(routes: str) -> None:
    with pytest.raises(SettingsError, match="DANGOL_SMS_ROUTES"):
        load({"DANGOL_DEMO": "1", "DANGOL_SMS_RELAYS": "x.json", "DANGOL_SMS_ROUTES": routes})


def test_the_simulator_is_no_way_outside_demo_mode() -> None:
    settings = load({"DANGOL_SECRET_KEY": "x" * 40, "DANGOL_SMS_ROUTES": "KR=simulator *=console"})
    with pytest.raises(SettingsError, match="simulator exists in demo mode only"):
        settings.refuse_unsafe_start()


def test_the_example_that_is_written_down_is_right() -> None:
    readme = Path(sms.__file__).with_name("README.md").read_text(encoding="utf-8")
    example = json.loads(readme.split("```json\n")[1].split("```")[0])
    (found,) = relays_in(example, demo=False, environment=relays.ENVIRONMENT).values()
    assert (found.name, found.title) == ("daon", "다온메시징")
