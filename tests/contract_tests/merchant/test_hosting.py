import shlex
import sys
import textwrap
from pathlib import Path

import httpx
import pytest

from contract_tests.merchant.hosting import (
    HostingError,
    free_port,
    hosted_app,
    hosted_command,
    variables,
    with_scheme,
)

KEYS = ("http://127.0.0.1:1", "key", "secret")
SERVER = """
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        self.wfile.write((os.environ['IMP_KEY'] + os.environ.get('MINE', '')).encode())
    def log_message(self, *_): print('asked', flush=True)
port = int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ['PORT'])
server = http.server.ThreadingHTTPServer(('127.0.0.1', port), Handler)
print(f'listening at http://localhost:{server.server_address[1]}/', flush=True)
server.serve_forever()
"""


async def asgi(scope: object, receive: object, send: object) -> None:
    assert callable(send)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"asgi"})


def command(folder: Path, text: str, *arguments: str) -> str:
    path = folder / "merchant.py"
    path.write_text(textwrap.dedent(text), "utf-8")
    return " ".join([sys.executable, str(path), *arguments])


def test_an_asgi_application_is_served() -> None:
    with hosted_app(asgi) as url:
        assert httpx.get(url).text == "asgi"


@pytest.mark.parametrize("arguments", [[], ["0"]], ids=["at PORT", "where it says"])
def test_a_command_is_run_until_the_block_ends(tmp_path: Path, arguments: list[str]) -> None:
    port = free_port()
    environment = variables(*KEYS, port, {"MINE": "+{port}"})
    with hosted_command(command(tmp_path, SERVER, *arguments), environment, port) as (url, output):
        assert httpx.get(url).text == f"key+{port}"
        assert (url == f"http://127.0.0.1:{port}") is not bool(arguments)
    assert "asked" in output.text
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_a_command_that_ends_is_told_with_its_last_words(tmp_path: Path) -> None:
    wrong = command(tmp_path, "raise SystemExit('ConfigError: no database')")
    with (
        pytest.raises(HostingError, match="ended with status 1: ConfigError: no database"),
        hosted_command(wrong, {}, free_port()),
    ):
        pass


def test_a_command_that_is_none_is_told() -> None:
    with (
        pytest.raises(HostingError, match="can't be run: No such file"),
        hosted_command("no-such-program", {}, 1),
    ):
        pass


@pytest.mark.parametrize("shell", ["exec 3>&1; {command} & wait", "{command}; true"])
def test_what_a_shell_started_ends_with_it(tmp_path: Path, shell: str) -> None:
    port = free_port()
    wrapped = f"sh -c {shlex.quote(shell.format(command=command(tmp_path, SERVER)))}"
    with hosted_command(wrapped, variables(*KEYS, port, {}), port) as (url, output):
        assert httpx.get(url).text == "key"
    assert "asked" in output.text
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_a_merchant_that_ignores_the_signal_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contract_tests.merchant.hosting._STOP_SECONDS", 0.2)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVER
    port = free_port()
    with hosted_command(command(tmp_path, deaf), variables(*KEYS, port, {}), port) as (url, _):
        assert httpx.get(url).text == "key"
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


@pytest.mark.parametrize(
    ("wrong", "said"), [("node 'shop.js", "No closing quotation"), (" ", "is empty")]
)
def test_a_command_that_cannot_be_read_is_told(wrong: str, said: str) -> None:
    with pytest.raises(HostingError, match=said), hosted_command(wrong, {}, 1):
        pass


@pytest.mark.parametrize("text", ["{base}", "{", "{}", "{url.a}", "{port:x!}"])
def test_a_placeholder_that_there_is_not_is_told(text: str) -> None:
    with pytest.raises(HostingError, match=r"\[environment\] A: .*known are \{url\}, \{imp_key\}"):
        variables(*KEYS, 1, {"A": text})


def test_a_url_has_a_scheme() -> None:
    assert with_scheme("https://shop.test") == "https://shop.test"
    with pytest.raises(HostingError, match="put http:// in front"):
        with_scheme("localhost:3000")
