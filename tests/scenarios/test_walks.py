"""Every ready-made scenario, walked through by the reference client over a real socket."""

import logging

import httpx
import pytest

from fake_iamport import FakeIamport
from fake_iamport.gateway.cards import test_cards as every_test_card
from fake_iamport.scenario.library import scenario_library
from fake_iamport.scenario.printing import document_of
from fake_iamport.scenario.reading import open_scenario
from reference_client.rehearsal import Seen, rehearse

# Rules that a good merchant never sets off, each with a test of its own elsewhere.
NEVER_SET_OFF = {"schedule_in_milliseconds": ["milliseconds"]}

CARDS = [
    number for card in every_test_card() for number in (card.number, card.number.replace("-", ""))
]


@pytest.mark.parametrize("name", scenario_library())
def test_a_good_merchant_sees_what_the_file_says(
    name: str, emulator: FakeIamport, caplog: pytest.LogCaptureFixture
) -> None:
    document = document_of(open_scenario(name))
    steps: list[Seen] = []
    kept = ""
    for seen in rehearse(emulator.url, name, document):
        steps.append(seen)
        if len(steps) == len(document["walk"]):
            kept = _kept(emulator)

    surprises = [seen for seen in steps if not seen.as_expected]
    told = "\n".join(line for seen in steps for line in (*seen.saw, *seen.recorded))
    unused = [f"never applied: {rule}" for rule in NEVER_SET_OFF.get(name, [])]
    assert surprises == []
    assert "/users/getToken" in kept
    assert [line for line in steps[-1].recorded if line.startswith("never applied")] == unused
    assert [number for number in CARDS if number in kept + told + caplog.text] == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def _kept(emulator: FakeIamport) -> str:
    """All that the emulator gives away of the merchant that walked."""
    with httpx.Client(base_url=f"{emulator.url}/_fake", trust_env=False) as http:
        imp_key = http.get("/merchants").json()["merchants"][-1]["imp_key"]
        told = [
            http.get("/journal/export", params={"merchant": imp_key}),
            http.get(f"/merchants/{imp_key}/snapshot"),
            http.get(f"/merchants/{imp_key}/ledger"),
        ]
    assert [answer.status_code for answer in told] == [200, 200, 200]
    return "".join(answer.text for answer in told)
