import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract_tests.merchant.emulator import Emulator, open_emulator
from contract_tests.merchant.hosting import HostingError
from contract_tests.merchant.house import app_house, command_house, url_house
from contract_tests.merchant.suite import check_merchant
from contract_tests.runner import Plan
from contract_tests.verdicts import Verdict
from tests.contract_tests.merchant import reference
from tests.contract_tests.merchant.test_hosting import command

Start = Callable[..., Any]
CRASHES = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        sent = self.rfile.read(int(self.headers["content-length"])).decode()
        print("TypeError: no price;", sent, flush=True)
        LAST
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
FAILS = CRASHES.replace("LAST", "self.send_response(500); self.end_headers()")
DIES = CRASHES.replace("LAST", "os._exit(7)")


def refusing(environ: dict[str, Any], start: Start) -> list[bytes]:
    start("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"status": "failed"}).encode()]


def test_a_log_that_is_not_there_is_refused(emulator: Emulator, tmp_path: Path) -> None:
    with (
        pytest.raises(HostingError, match=r"none\.log isn't there"),
        app_house(lambda *_: refusing, emulator, log=tmp_path / "none.log"),
    ):
        pass


def test_a_log_without_a_line_says_nothing_of_card_data(emulator: Emulator, tmp_path: Path) -> None:
    log = tmp_path / "shop.log"
    log.write_text("of yesterday\n", "utf-8")
    house = app_house(reference.merchant, emulator, reference.description(), log)
    with house as opened:
        (result,) = check_merchant(opened, Plan(1), ["M-CARD-04"])

    assert result.verdict is Verdict.SKIP
    assert "wrote nothing to the log" in result.reason


def test_a_merchant_that_runs_already_has_a_key_that_somebody_knows(emulator_url: str) -> None:
    with (
        open_emulator(emulator_url) as emulator,
        pytest.raises(HostingError, match="name it with --imp-key"),
        url_house("http://127.0.0.1:1", emulator),
    ):
        pass


def test_a_merchant_that_cannot_be_started_anew_is_an_error_of_all_that_is_left(
    emulator: Emulator,
) -> None:
    starts = iter([refusing])

    def make(*_: str) -> Any:
        return next(starts)

    with app_house(make, emulator) as house:
        first, *left = check_merchant(house, Plan(2), ["M-KEY-0[1-3]"])

    assert first.verdict in (Verdict.FAIL, Verdict.NOTRUN)
    assert [each.verdict for each in left] == [Verdict.ERROR, Verdict.ERROR]
    assert left[1].reason.startswith("the merchant can't be started anew: ")


def test_the_kits_rules_end_with_the_house(emulator_url: str) -> None:
    with open_emulator(emulator_url, "of-the-shop", "secret") as emulator:
        place = f"{emulator_url}/_fake/merchants/of-the-shop/scenarios"
        with app_house(lambda *_: refusing, emulator):
            emulator.rules({"when": {"operation": ["again"]}, "then": {"fail": "limit_exceeded"}})
            during = httpx.get(place).text
        after = httpx.get(place).text

    assert "the-kit" in during
    assert "the-kit" not in after


@pytest.mark.parametrize(
    ("merchant", "said"),
    [(FAILS, "TypeError: no price"), (DIES, "the merchant died with status 7")],
)
def test_what_a_merchant_wrote_in_trouble_is_told_without_card_data(
    emulator: Emulator, tmp_path: Path, merchant: str, said: str
) -> None:
    with command_house(command(tmp_path, merchant), emulator) as house:
        (result,) = check_merchant(house, Plan(1), ["M-KEY-01"])

    told = "\n".join(moment.merchant for moment in result.timeline)
    assert said in told
    assert not re.search(r"9540.?4900|870921|2048-11|pwd_2digit=\d", told)
