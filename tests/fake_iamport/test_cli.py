import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from fake_iamport import __version__, cli
from fake_iamport.settings import (
    PUBLIC_SANDBOX_KEY,
    PUBLIC_SANDBOX_SECRET,
    MerchantSettings,
    Settings,
)

KEYS = {"imp_key": PUBLIC_SANDBOX_KEY, "imp_secret": PUBLIC_SANDBOX_SECRET}
SECONDS = 30


@contextmanager
def serving(*options: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "fake_iamport", "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip().rpartition(" ")[2]
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(cli.main, list(arguments), env=environment)


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_serve_says_where_it_answers_and_stops_cleanly(kind: signal.Signals) -> None:
    with serving() as (process, url):
        assert httpx.post(f"{url}/users/getToken", json=KEYS).json()["code"] == 0
        process.send_signal(kind)
        rest, errors = process.communicate(timeout=SECONDS)

    assert (process.returncode, rest, errors) == (0, "", "")


def test_serve_stops_although_a_client_keeps_its_connection() -> None:
    with serving() as (process, url), httpx.Client() as client:
        client.get(f"{url}/_fake/health")
        process.terminate()

        assert process.wait(timeout=SECONDS) == 0


def test_options_reach_the_server() -> None:
    options = ["--imp-key", "k", "--imp-secret", "s", "--seed", "5", "--journal-size", "7"]
    merchant = ["--strict", "--no-card-checks", "--default-pg", "kcp", "--fail", "again=lost_card"]
    several = ["--fail-next", "onetime=F1:a b", "--fail-next", "onetime=lost_card"]

    with serving(*options, *merchant, *several, "--unknown-customer-status", "404") as (_, url):
        settings = httpx.get(f"{url}/_fake/settings").json()
        answer = httpx.post(f"{url}/users/getToken", json={"imp_key": "k", "imp_secret": "s"})

    assert answer.status_code == 200
    chosen = {
        "strict": True,
        "card_checks": False,
        "default_pg": "kcp",
        "unknown_customer_status": 404,
        "fail": {"again": "lost_card"},
        "fail_next": {"onetime": ["F1:a b", "lost_card"]},
    }
    assert (settings["seed"], settings["journal_size"]) == (5, 7)
    assert {name: settings["merchant"][name] for name in chosen} == chosen


def test_every_option_is_also_an_environment_variable() -> None:
    environment = {
        "FAKE_IAMPORT_IMP_KEY": "k",
        "FAKE_IAMPORT_IMP_SECRET": "s",
        "FAKE_IAMPORT_SEED": "5",
        "FAKE_IAMPORT_CARD_CHECKS": "false",
        "FAKE_IAMPORT_FAIL": "again=lost_card;onetime=F113:거래거절 카드번호틀림",
        "FAKE_IAMPORT_SCENARIO": "bad_day;webhook_twice",
    }

    with serving(**environment) as (_, url):
        settings = httpx.get(f"{url}/_fake/settings").json()

    assert settings["seed"] == 5
    assert settings["merchant"]["card_checks"] is False
    assert settings["merchant"]["scenario"] == ["bad_day", "webhook_twice"]
    assert settings["merchant"]["fail"] == {
        "again": "lost_card",
        "onetime": "F113:거래거절 카드번호틀림",
    }


def test_every_setting_has_an_option_and_every_option_a_variable() -> None:
    options = [option for command in cli.main.commands.values() for option in command.params]
    settings = {*Settings.__struct_fields__, *MerchantSettings.__struct_fields__} - {"merchant"}

    assert settings < {option.name for option in options}
    for option in options:
        assert option.envvar == f"FAKE_IAMPORT_{str(option.name).upper()}"
        assert getattr(option, "help", None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "x"], "Invalid value for '--port': 'x' is not a valid integer range."),
        (["--prot", "1"], "No such option '--prot'. (Did you mean one of: '--host', '--port'?)"),
        (["--seed", "x"], "Invalid value for '--seed': 'x' is not a valid integer."),
        (["--imp-key", "k"], "--imp-key and --imp-secret go together; give both or neither"),
        (
            ["--default-pg", "nise"],
            "--default-pg: there is no gateway 'nise'; known are nice, nice_v2, kcp, html5_inicis, "
            "tosspayments, ksnet, daou, welcome; did you mean 'nice'?",
        ),
        (
            ["--fail", "onetime"],
            "Invalid value for '--fail': 'onetime' is not OPERATION=FAILURE, "
            "as in onetime=limit_exceeded",
        ),
        (
            ["--fail", "onetime=limit_exceded"],
            "--fail: there is no failure 'limit_exceded'; did you mean 'limit_exceeded'?",
        ),
        (
            ["--fail-next", "onetyme=lost_card"],
            "--fail-next: 'onetyme' is no operation that asks the gateway; those are again, "
            "cancelPayment, customer_save, onetime, retryScheduleByMid, schedule; "
            "did you mean 'onetime'?",
        ),
        (["--host", "no such host"], "'no such host' is no address of this machine: "),
    ],
)
def test_a_bad_option_gets_one_line_and_exit_code_2(arguments: list[str], message: str) -> None:
    result = run("serve", *arguments)

    assert result.exit_code == 2
    assert result.output.startswith(f"fake-iamport: {message}")
    assert result.output.count("\n") == 1


def test_a_port_in_use_gets_one_line_and_exit_code_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port))

    assert result.exit_code == 2
    assert result.output == (
        f"fake-iamport: port {port} of 127.0.0.1 is in use; "
        "choose another with --port, or --port 0 for a free one\n"
    )


def test_only_this_machine_reaches_it_unless_told_otherwise() -> None:
    (host,) = (option for option in cli.main.commands["serve"].params if option.name == "host")

    assert host.default == "127.0.0.1"


def test_ready_says_whether_an_emulator_answers() -> None:
    with serving() as (_, url):
        answering = run("ready", "--url", url, "--wait")
    gone = run("ready", "--url", url)
    waited = run("ready", "--url", url, "--wait", "--timeout", "0.1")

    assert (answering.exit_code, answering.output) == (
        0, f"fake-iamport {__version__} answers at {url}\n"
    )  # fmt: skip
    assert (gone.exit_code, gone.output) == (1, f"fake-iamport: no fake-iamport answers at {url}\n")
    assert waited.exit_code == 1


def test_ready_asks_at_the_port_that_serve_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as (_, url):
        port = url.rpartition(":")[2]
        given = run("ready", "--port", port)
        monkeypatch.setenv("FAKE_IAMPORT_PORT", port)
        from_environment = run("ready")
        monkeypatch.setenv("FAKE_IAMPORT_PORT", "0")
        named = run("ready", "--url", url)
    nowhere = run("ready")

    assert (nowhere.exit_code, nowhere.output) == (
        2, "fake-iamport: --port: 0 is any free port; say with --url which it became\n"
    )  # fmt: skip
    for answering in (given, from_environment, named):
        assert answering.output == f"fake-iamport {__version__} answers at {url}\n"


def test_ready_is_not_fooled_by_another_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        host, port = mute.getsockname()
        result = run("ready", "--url", f"http://{host}:{port}", "--timeout", "0.1")

    assert result.exit_code == 1


def test_ready_wants_an_url() -> None:
    result = run("ready", "--url", "8900")

    assert result.exit_code == 2
    assert result.output.startswith("fake-iamport: --url: '8900' is no URL")


def test_cards_are_listed_with_what_happens() -> None:
    output = run("cards").output

    assert "succeeds" in output
    assert "limit_exceeded" in output
    assert "card number" in output.splitlines()[0]


def test_failures_are_listed_in_the_words_of_a_gateway() -> None:
    nice, kcp, unknown = (
        run("failures"),
        run("failures", "--pg", "kcp"),
        run("failures", "--pg", "x"),
    )

    assert "거래거절 카드번호틀림" in nice.output
    assert "CC14" in kcp.output
    assert unknown.exit_code == 2
    assert "known are nice, nice_v2" in unknown.output


def test_the_version_is_told() -> None:
    assert run("--version").output == f"fake-iamport, version {__version__}\n"


def test_starting_imports_no_http_client(tmp_path: Any) -> None:
    program = (
        "import sys, fake_iamport.app, fake_iamport.cli\n"
        "print(sorted({'httpx', 'yaml', 'pytest', 'hypothesis'} & sys.modules.keys()))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )

    assert result.stdout == "['yaml']\n" or result.stdout == "[]\n"


def test_serve_stops_cleanly_although_half_of_a_request_is_there() -> None:
    with serving() as (process, url):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=SECONDS) as connection:
            half = "POST /users/getToken HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nimp"
            connection.sendall(half.encode())
            assert httpx.get(f"{url}/_fake/health").status_code == 200
            process.terminate()
            answer = connection.recv(65536)
            rest, errors = process.communicate(timeout=SECONDS)

    assert answer.startswith(b"HTTP/1.1 503 ")
    assert (process.returncode, rest) == (0, "")
    assert "Traceback" not in errors


def test_a_proxy_is_not_asked_for_an_emulator() -> None:
    with serving() as (_, url):
        result = run("ready", "--url", url, http_proxy="http://127.0.0.1:1", no_proxy="")

    assert result.exit_code == 0


def test_the_command_alone_shows_its_help() -> None:
    result = run()

    assert result.output.startswith("Usage: ")
    assert "serve" in result.output
