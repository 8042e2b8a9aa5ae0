import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.reference_client.iamport_stub import KEY, NUMBER, SECRET
from tests.reference_client.shop_driver import CARD_FORM

COMMAND = [sys.executable, "-m", "reference_client.merchant"]
NOBODY = "http://127.0.0.1:1"


def environment(**settings: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("IAMPORT_")}
    return clean | settings


@contextmanager
def running() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--iamport-url", NOBODY, "--timeout", "2"],
        env=environment(IAMPORT_IMP_KEY=KEY, IAMPORT_IMP_SECRET=SECRET),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    with process:
        try:
            line = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:[0-9]+", line)
            assert found, line
            yield found[0], process
        finally:
            process.kill()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_once_it_answers_and_ends_cleanly(ending: signal.Signals) -> None:
    with running() as (url, process):
        assert httpx.get(f"{url}/health").json() == {"status": "ok"}
        form = CARD_FORM | {"customer_uid": "shopper-1"}
        told = httpx.post(f"{url}/subscriptions/issue-billing", data=form)
        assert (told.status_code, told.json()["status"]) == (400, "failed")
        httpx.get(f"{url}/?card_number={NUMBER}")
        process.send_signal(ending)
        rest, _ = process.communicate(timeout=10)
        assert process.returncode == 0, rest
    assert NUMBER not in rest
    assert SECRET not in rest
    assert "Traceback" not in rest


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        ([], {}, "imp-key"),
        (["--imp-key", KEY, "--imp-secret", SECRET, "--iamport-url", "nonsense"], {}, "base URL"),
        (["--port", "99999"], {"IAMPORT_IMP_KEY": KEY, "IAMPORT_IMP_SECRET": SECRET}, "99999"),
    ],
)
def test_bad_settings_are_said_in_a_line(
    arguments: list[str], settings: dict[str, str], said: str
) -> None:
    done = subprocess.run(
        [*COMMAND, *arguments],
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_said_in_a_line() -> None:
    with running() as (url, _):
        port = url.rpartition(":")[2]
        done = subprocess.run(
            [*COMMAND, "--port", port],
            env=environment(IAMPORT_IMP_KEY=KEY, IAMPORT_IMP_SECRET=SECRET),
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    assert done.returncode == 2
    assert port in done.stderr.splitlines()[-1]
