"""Scripts: read with clear errors, carried out by their seed, and everything accepted is in the books."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from backend.core.errors import ValidationFailed
from sms.simulator import faults
from sms.simulator.ledger import Ledger
from sms.simulator.script import CALM, Script, from_text, to_text
from tests.sms.test_simulator import Api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

WHOLE = {
    "seed": 7,
    "segments_per_second": 50,
    "silence_seconds": 0.01,
    "slow": 0.1,
    "slow_seconds": 0.01,
    "answers": {"error_after": 0.02, "reset_before": 0.5},
    "callbacks": {"delay_seconds": 2, "shuffled": 1, "repeated": 0.5, "lost": 0.05},
    "listing": {"lag_seconds": 5, "failing": 0.1, "truncated": 0.2},
    "numbers": [{"pattern": "+8210999*", "code": 30003}],
}


@pytest.fixture
def api(app: Flask, client: Any) -> Iterator[Api]:
    """The simulator, with nothing left to happen, calm again afterwards."""
    made = Api(app, client)
    made.run()
    yield made
    made.run()
    books(made).keep_script("{}")


def books(api: Api) -> Ledger:
    return Ledger(str(api.store._path))  # noqa: SLF001 - the same file


def follow(api: Api, **script: Any) -> None:
    books(api).keep_script(json.dumps(script))


def accepted(api: Api, number: str) -> int:
    return len(api.store.find(recipient=number))


def test_a_script_is_read_whole_and_written_again() -> None:
    read = from_text(json.dumps(WHOLE))
    assert (read.answers.error_after, read.numbers[0].code, read.callbacks.lost) == (0.02, 30003, 0.05)
    assert from_text(to_text(read)) == read
    assert from_text("{}") == CALM


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sed": 1}, "sed"),
        ({"seed": 1.5}, "seed"),
        ({"seed": True}, "seed"),
        ({"slow": 2}, "slow"),
        ({"slow": "often"}, "slow"),
        ({"slow_seconds": -1}, "slow_seconds"),
        ({"answers": []}, "answers"),
        ({"answers": {"error": 1}}, "answers.error"),
        ({"answers": {"error_after": None}}, "answers.error_after"),
        ({"answers": {"error_after": 0.6, "reset_after": 0.6}}, "answers"),
        ({"callbacks": {"lost": 1.01}}, "callbacks.lost"),
        ({"listing": {"lag_seconds": 601}}, "listing.lag_seconds"),
        ({"numbers": {}}, "numbers"),
        ({"numbers": [{"pattern": "+82*"}]}, "numbers.0"),
        ({"numbers": [{"pattern": "(.*)+", "code": 30003}]}, "numbers.0.pattern"),
        ({"numbers": [{"pattern": "+82*", "code": 1}]}, "numbers.0.code"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        from_text(json.dumps(change))
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("text", ["", "[1]", '"x"', "{", '{"slow": NaN}', "[" * 100_000])
def test_what_is_no_script_at_all_is_refused(text: str) -> None:
    with pytest.raises(ValidationFailed):
        from_text(text)


def test_the_same_seed_gives_the_same_fates_in_about_the_shares_asked_for() -> None:
    script = from_text(json.dumps(WHOLE))
    fates = [faults.fate_of_call(script, str(number), 0) for number in range(4_000)]
    assert fates == [faults.fate_of_call(script, str(number), 0) for number in range(4_000)]
    assert 0.46 < fates.count("reset_before") / 4_000 < 0.54
    assert 0.01 < fates.count("error_after") / 4_000 < 0.03
    other = Script(**{**asdict(CALM), "seed": 8, "answers": script.answers, "callbacks": CALM.callbacks})
    assert fates != [faults.fate_of_call(other, str(number), 0) for number in range(4_000)]


@pytest.mark.parametrize(
    ("fate", "status", "is_accepted"),
    [
        ("throttled", 429, False),
        ("error_before", 500, False),
        ("error_after", 500, True),
        ("silent_before", 502, False),
        ("silent_after", 502, True),
        ("reset_before", 502, False),
        ("reset_after", 502, True),
        ("garbled_after", 201, True),
    ],
)
def test_the_books_know_what_was_accepted_whatever_was_answered(
    api: Api, client: Any, fate: str, status: int, *, is_accepted: bool
) -> None:
    number = f"+82107770{sum(fate.encode()) % 10_000:04d}"
    follow(api, answers={fate: 1}, silence_seconds=0.01)
    before = client.get("/simulator/acceptances").json
    assert api.create(To=number).status_code == status
    after = client.get("/simulator/acceptances").json
    assert accepted(api, number) == after["accepted"] - before["accepted"] == int(is_accepted)
    assert after["calls"][fate] == before["calls"].get(fate, 0) + 1


def test_a_text_accepted_twice_for_one_number_is_seen(api: Api, client: Any, app: Flask) -> None:
    sids = [api.create(To="+821077760001", Body="두 번").json["sid"] for _ in range(2)]
    api.create(To="+821077760002", Body="두 번")
    found = [each for each in client.get("/simulator/acceptances").json["twice"] if each["body"] == "두 번"]
    assert found == [{"to": "+821077760001", "body": "두 번", "times": 2, "sids": sids}]
    told = app.test_cli_runner().invoke(args=["simulator", "acceptances"])
    assert (told.exit_code, "두 번" in told.output) == (3, True)
    api.store.forget_person(["+821077760001"])
    assert all(each["body"] != "두 번" for each in client.get("/simulator/acceptances").json["twice"])


def test_too_many_segments_a_second_are_throttled(api: Api) -> None:
    follow(api, segments_per_second=3)
    answers = [api.create(To="+821077750001", Body=f"{number}" * 80).status_code for number in range(3)]
    answers += [api.create(To="+821077750001", Body=f"나{number}").status_code for number in range(3)]
    assert answers[0] == 201
    assert 429 in answers
    assert api.create(To="+821077750001", Body="이").json.get("code", 20429) == 20429


@pytest.mark.parametrize(("code", "status"), [(21211, 400), (21610, 400), (21614, 400), (30003, 201), (30008, 201)])
def test_numbers_of_a_pattern_end_with_their_code(api: Api, code: int, status: int) -> None:
    follow(api, numbers=[{"pattern": "+8210777400*", "code": code}])
    answer = api.create(To="+821077740001")
    assert answer.status_code == status
    if status == 400:
        assert answer.json["code"] == code
        return
    assert api.run() == ["sent", "undelivered"]
    fetched = api.get(f"/Messages/{answer.json['sid']}.json").json
    assert (fetched["status"], fetched["error_code"]) == ("undelivered", code)


def test_shuffled_steps_happen_in_another_order_and_the_message_never_goes_back(api: Api) -> None:
    follow(api, callbacks={"shuffled": 1}, seed=3)
    orders = set()
    for number in range(8):
        created = api.create(To="+821077730001", Body=f"섞임 {number}", From="", MessagingServiceSid="MG1").json
        orders.add(tuple(api.run()))
        assert api.get(f"/Messages/{created['sid']}.json").json["status"] == "delivered"
    assert len(orders) > 1


def test_the_list_is_late_fails_or_is_cut_off_as_the_script_says(api: Api) -> None:
    for number in range(4):
        api.create(To="+821077720001", Body=f"목록 {number}")
    asked = {"To": "+821077720001", "PageSize": "100"}
    follow(api, listing={"lag_seconds": 60})
    assert api.get("/Messages.json", **asked).json["messages"] == []
    follow(api, listing={"failing": 1})
    assert api.get("/Messages.json", **asked).status_code == 500
    follow(api, listing={"truncated": 1})
    cut = api.get("/Messages.json", **asked).json
    assert len(cut["messages"]) == 2
    following = dict(each.split("=") for each in cut["next_page_uri"].partition("?")[2].split("&"))
    assert api.get("/Messages.json", **following).status_code == 500
    follow(api)
    assert len(api.get("/Messages.json", **asked).json["messages"]) == 4


def test_a_slow_answer_takes_its_time(api: Api) -> None:
    follow(api, slow=1, slow_seconds=0.2)
    began = time.monotonic()
    assert api.create(To="+821077710001").status_code == 201
    assert time.monotonic() - began >= 0.2


@pytest.mark.usefixtures("api")
def test_a_script_is_put_and_shown_over_http_and_by_command(client: Any, app: Flask, tmp_path: Path) -> None:
    assert client.put("/simulator/script", data=json.dumps(WHOLE)).json["seed"] == 7
    refused = client.put("/simulator/script", data='{"slow": 3}')
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["slow"])
    assert client.put("/simulator/script", data=b"\xff").status_code == 422
    assert client.put("/simulator/script", data="x" * 70_000).status_code == 413
    assert client.get("/simulator/script").json["answers"]["reset_before"] == 0.5
    file = tmp_path / "script.json"
    file.write_text('{"seed": 9}')
    runner = app.test_cli_runner()
    assert json.loads(runner.invoke(args=["simulator", "script", str(file)]).output)["seed"] == 9
    assert json.loads(runner.invoke(args=["simulator", "script"]).output)["seed"] == 9
