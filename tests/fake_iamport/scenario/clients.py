"""Clients that merchants use, each asked for the same: what it makes of an answer that is broken."""

import asyncio
import importlib
import importlib.util
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import httpx

__all__ = ["ANSWERED", "CLIENTS", "MISSING"]

Ask = Callable[[Sequence[str], str, float], list[str]]
"""Gets URLs with a token, patient for so many seconds each: ``answered``, or the error's name."""

ANSWERED = "answered"
NODE = """
const [token, seconds, ...urls] = process.argv.slice(1);
async function ask(url) {
  const signal = AbortSignal.timeout(Number(seconds) * 1000);
  const answer = await fetch(url, { headers: { Authorization: token }, signal });
  await answer.text();
  return "answered";
}
async function main() {
  for (const url of urls) {
    console.log(await ask(url).catch((error) => error.name));
  }
}
main();
"""


def with_httpx(urls: Sequence[str], token: str, seconds: float) -> list[str]:
    with httpx.Client(headers={"Authorization": token}, timeout=seconds) as client:
        return [_outcome(partial(client.get, url), httpx.TransportError) for url in urls]


def with_requests(urls: Sequence[str], token: str, seconds: float) -> list[str]:
    import requests

    with requests.Session() as session:
        session.headers["Authorization"] = token
        return [
            _outcome(partial(session.get, url, timeout=seconds), requests.RequestException)
            for url in urls
        ]


def with_aiohttp(urls: Sequence[str], token: str, seconds: float) -> list[str]:
    aiohttp = importlib.import_module("aiohttp")

    async def get(url: str) -> None:
        timeout = aiohttp.ClientTimeout(total=seconds)
        headers = {"Authorization": token}
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, headers=headers) as answer,
        ):
            await answer.read()

    def run(url: str) -> None:
        asyncio.run(get(url))

    errors = (aiohttp.ClientError, TimeoutError)
    return [_outcome(partial(run, url), errors) for url in urls]


def with_node(urls: Sequence[str], token: str, seconds: float) -> list[str]:
    asked = ["node", "-e", NODE, token, str(seconds), *urls]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.split()


def _outcome(
    get: Callable[[], object], errors: type[Exception] | tuple[type[Exception], ...]
) -> str:
    try:
        get()
    except errors as error:
        return type(error).__name__
    return ANSWERED


_ALL: Mapping[str, tuple[Ask, bool]] = {
    "httpx": (with_httpx, True),
    "requests": (with_requests, True),
    "aiohttp": (with_aiohttp, importlib.util.find_spec("aiohttp") is not None),
    "node": (with_node, shutil.which("node") is not None),
}
CLIENTS = {name: ask for name, (ask, is_here) in _ALL.items() if is_here}
MISSING = [name for name in _ALL if name not in CLIENTS]
"""Those that aren't installed."""
