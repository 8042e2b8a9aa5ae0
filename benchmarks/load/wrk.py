"""Load by wrk, which is one small process in C and leaves the measuring of time to nobody's loop."""

import math
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import msgspec

from benchmarks.cores import on_load_cores
from benchmarks.load.request import SERIAL, Load, Request, run_name

__all__ = ["press_with_wrk", "script", "wrk"]

_LONGEST_ANSWER_SECONDS = 10

_DONE = """
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\\n{"requests":%d,"seconds":%f,"p50_ms":%f,"p99_ms":%f,"failures":%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


@cache
def wrk() -> str | None:
    """Where wrk is installed."""
    return shutil.which("wrk")


def press_with_wrk(url: str, request: Request, seconds: float, connections: int) -> Load:
    """Send ``request`` to the server at ``url`` for at least so many seconds, which wrk wants whole."""
    program = wrk()
    assert program is not None
    with tempfile.TemporaryDirectory() as folder:
        lua = Path(folder, "load.lua")
        lua.write_text(script(request, run_name()), "utf-8")
        options = [
            *("--threads", "1", "--connections", str(connections)),
            *("--duration", f"{max(math.ceil(seconds), 1)}s"),
            *("--timeout", f"{_LONGEST_ANSWER_SECONDS}s", "--script", str(lua)),
        ]
        with on_load_cores():
            done = subprocess.run(  # noqa: S603 - found on the path by its name
                [program, *options, url], check=True, capture_output=True, text=True
            )
    try:
        return msgspec.json.decode(done.stdout.splitlines()[-1], type=Load)
    except msgspec.DecodeError:
        raise RuntimeError(
            f"wrk did not say what it measured: {done.stderr or done.stdout}"
        ) from None


def script(request: Request, run: str) -> str:
    """The Lua script that tells wrk what to send; only what varies is put together each time."""
    lines = [
        f"wrk.headers[ {_lua(name)} ] = {_lua(value)}" for name, value in request.headers.items()
    ]
    if request.varies:
        path, body = (_joined(text) for text in (request.path, request.body))
        made = f"wrk.format({_lua(request.method)}, {path}, nil, {body})"
        lines += [f"local run = {_lua(run)}", "local count = 0", "request = function()"]
        lines += ["  count = count + 1", f"  return {made}", "end"]
    else:
        lines += [f"wrk.method = {_lua(request.method)}", f"wrk.path = {_lua(request.path)}"]
        lines += [f"wrk.body = {_lua(request.body)}"] if request.body else []
    return "\n".join(lines) + _DONE


def _joined(text: str) -> str:
    return " .. run .. count .. ".join(map(_lua, text.split(SERIAL))) if text else "nil"


def _lua(text: str) -> str:
    return f"[==[{text}]==]"
