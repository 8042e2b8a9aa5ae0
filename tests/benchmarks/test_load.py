import msgspec
import pytest

from benchmarks import load
from benchmarks.load import Request, load_generator
from benchmarks.load.own_client import press_here, press_with_own_client
from benchmarks.load.wrk import script
from benchmarks.scale import QUICK
from benchmarks.servers import EMULATOR, bare, serving
from benchmarks.subject import NotMeasured, Run

ORDER = Request(method="POST", path="/orders", body='{"uid":"order-{serial}"}')


def test_the_own_client_counts_answers_and_measures_time() -> None:
    with serving(*bare(150)) as url:
        pressed = press_with_own_client(url, ORDER, 0.1, 2)

    assert pressed.failures == 0
    assert pressed.requests > 2
    assert pressed.seconds >= 0.1
    assert 0 < pressed.p50_ms <= pressed.p99_ms


def test_refused_requests_are_no_measurement() -> None:
    refused = Request(method="GET", path="/payments/imps_000000000000")

    with serving(*EMULATOR) as url, pytest.raises(NotMeasured, match="expected HTTP 2xx"):
        Run(msgspec.structs.replace(QUICK, seconds=0.05), press_here).press(url, refused)


def test_a_script_for_wrk_makes_every_order_another() -> None:
    lua = script(ORDER, "run-7-")

    assert "local run = [==[run-7-]==]" in lua
    assert '[==[{"uid":"order-]==] .. run .. count .. [==["}]==]' in lua


def test_a_script_for_wrk_sends_a_request_that_stays_the_same_as_it_is() -> None:
    lua = script(Request(method="GET", path="/payments/1", headers={"Authorization": "t"}), "run-")

    assert "wrk.headers[ [==[Authorization]==] ] = [==[t]==]" in lua
    assert "wrk.path = [==[/payments/1]==]" in lua
    assert "request = function" not in lua


def test_where_wrk_is_missing_the_own_client_makes_the_load(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(load, "wrk", lambda: None)

    assert load_generator() == ("our own client", press_with_own_client)
