"""Every provider keeps the port's promises: what is not certain is called unknown, and nothing is asked twice."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from backend.delivery import Accepted, Lookup, NotProcessed, OutcomeUnknown, Refused, State
from sms.providers import twilio
from tests.sms import provider_contract as contract
from tests.sms import standin
from tests.sms.provider_contract import CASES, Case

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_that_asks = pytest.mark.parametrize("case", [each for each in CASES if each.asks], ids=lambda case: case.name)

LOST = Lookup(
    id=contract.OUTGOING.id,
    address="+821048214821",
    body="안녕하세요",
    began_at=datetime(2026, 11, 10, 3, tzinfo=UTC),
    known_refs=frozenset(),
)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for long."""
    monkeypatch.setattr(twilio, "CALL_SECONDS", contract.SILENCE)
    monkeypatch.setattr(contract, "RELAY_SECONDS", contract.SILENCE)


@every
def test_a_text_is_taken_with_a_reference_and_its_size(case: Case) -> None:
    outcome, stand_in = contract.sent(case, case.accepts)
    assert isinstance(outcome, Accepted)
    assert outcome.ref
    assert outcome.state in {State.ACCEPTED, State.SENT, State.DELIVERED}
    assert outcome.size == 1
    assert len(stand_in.asked) == (1 if case.asks else 0)


@every
def test_many_are_sent_at_once_and_it_can_be_opened_again(case: Case) -> None:
    assert all(isinstance(each, Accepted) for each in contract.many(case, 80))


@every_that_asks
def test_a_refusal_is_told_and_asked_once(case: Case) -> None:
    outcome, stand_in = contract.sent(case, case.refuses)
    assert isinstance(outcome, Refused)
    assert len(stand_in.asked) == 1


@every_that_asks
def test_one_too_many_was_not_processed_and_says_how_long_to_wait(case: Case) -> None:
    outcome, stand_in = contract.sent(case, case.throttles)
    assert isinstance(outcome, NotProcessed)
    assert (outcome.reason, outcome.retry_after) == ("throttled", 7.0)
    assert len(stand_in.asked) == 1


@pytest.mark.usefixtures("impatient")
@every_that_asks
@pytest.mark.parametrize(
    "answer",
    [
        standin.answering({"message": "later"}, 500),
        standin.answering({"code": "3001", "status": 503}, 503),
        standin.broken("<html>Bad gateway</html>", 502),
        standin.broken("not json", 200),
        standin.broken("", 200),
        standin.broken("x" * 300_000, 200),
        standin.moved(301),
        standin.moved(302),
        standin.moved(303),
        standin.moved(307),
        standin.moved(308),
        standin.Dropped(),
        standin.reset(),
        standin.cut_short(),
        standin.silent(2),
    ],
    ids=[
        "500",
        "503",
        "502",
        "words",
        "nothing",
        "flood",
        *map(str, (301, 302, 303, 307, 308)),
        "dropped",
        "reset",
        "cut",
        "silent",
    ],
)
def test_what_leaves_a_doubt_is_unknown_and_never_asked_again(case: Case, answer: Any) -> None:
    outcome, stand_in = contract.sent(case, answer)
    assert isinstance(outcome, OutcomeUnknown), outcome
    assert len(stand_in.asked) == 1


@every_that_asks
def test_no_connection_means_nothing_was_sent(case: Case) -> None:
    outcome = contract.sent_nowhere(case)
    assert isinstance(outcome, NotProcessed)
    assert outcome.reason == "provider_unreachable"


@every_that_asks
def test_nothing_is_sent_to_whoever_shows_a_wrong_certificate(case: Case, tmp_path: Path) -> None:
    outcome, stand_in = contract.sent(case, tls=_self_signed(tmp_path))
    assert isinstance(outcome, NotProcessed)
    assert stand_in.asked == []


@every_that_asks
def test_a_list_that_cannot_be_had_finds_nothing(case: Case) -> None:
    for answer in (standin.broken("x", 500), standin.broken("not json", 200), standin.reset(), standin.moved(302)):
        assert contract.found(case, LOST, answer) is None


@every
def test_credentials_are_checked_without_sending(case: Case) -> None:
    refused, stand_in = contract.checked(case, standin.refused(20003, 401))
    assert refused.ok is not True or not case.asks
    assert [asked["method"] for asked in stand_in.asked] in (["GET"], [])


def _self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "both.pem").write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context
