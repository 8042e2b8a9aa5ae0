"""The end of a server that is busy."""

import itertools
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.standing_up.limited_server import limited_server
from tests.standing_up.shoppers import shopping
from tests.standing_up.talk import Talk

SHOPPERS = 8
PAID_BEFORE = 40
ENDS_WITHIN = 20
DELAYED = 600


def orders(server: Talk, shopper: int) -> Iterator[tuple[str, bytes]]:
    for number in itertools.count():
        order = f"order-{shopper}-{number}"
        yield order, server.charge(order)


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], Talk]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "fake_iamport", "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        host, _, port = process.stdout.readline().strip().rpartition("/")[2].partition(":")
        yield process, Talk((host, int(port)))
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def delayed(tmp_path: Path) -> str:
    """A scenario that lets every charge wait for much longer than a stop may take."""
    rule = f"{{when: {{operation: onetime}}, then: {{delay: {{before_commit: {DELAYED}}}}}}}"
    late = tmp_path / "late.yaml"
    late.write_text(f"title: Late\nrules: [{rule}]\n")
    return str(late)


@pytest.mark.anyio
async def test_a_call_that_the_end_meets_is_finished_or_not_begun() -> None:
    with limited_server() as server:
        requests = [orders(server, shopper) for shopper in range(SHOPPERS)]
        with shopping(server.address, requests) as outcomes:
            outcomes.wait_for(PAID_BEFORE)
            server.stop()

    assert sorted(await server.orders_kept()) == sorted(outcomes.paid)
    assert outcomes.refused == outcomes.cut == []


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_under_load_cuts_no_answer_and_the_exit_code_is_0(kind: signal.Signals) -> None:
    with serving() as (process, server):
        requests = [orders(server, shopper) for shopper in range(SHOPPERS)]
        with shopping(server.address, requests) as outcomes:
            outcomes.wait_for(PAID_BEFORE)
            paid_before = [*outcomes.paid]
            kept = server.orders()
            process.send_signal(kind)
            _, errors = process.communicate(timeout=ENDS_WITHIN)

    assert (process.returncode, errors) == (0, "")
    assert outcomes.refused == outcomes.cut == []
    assert set(paid_before) <= set(kept)
    assert len(kept) == len(set(kept))
    assert set(kept) <= set(outcomes.paid)


def test_a_call_that_a_scenario_delays_is_given_up_after_the_farewell(delayed: str) -> None:
    with (
        serving("--scenario", delayed) as (process, server),
        shopping(server.address, [orders(server, 1)]) as outcomes,
    ):
        server.wait_until_asked()
        process.terminate()
        process.communicate(timeout=ENDS_WITHIN)

    assert process.returncode == 0
    assert (outcomes.paid, outcomes.cut) == ([], [])


def test_a_second_signal_ends_it_at_once(delayed: str) -> None:
    with (
        serving("--scenario", delayed) as (process, server),
        shopping(server.address, [orders(server, 1)]) as outcomes,
    ):
        server.wait_until_asked()
        process.terminate()
        server.wait_until_closed()
        process.terminate()
        _, errors = process.communicate(timeout=ENDS_WITHIN)

    assert process.returncode == 0
    assert "timeout graceful shutdown exceeded" not in errors
    assert (outcomes.paid, outcomes.cut) == ([], [])
