"""Where an URL leads: what has to be known to send something there."""

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

__all__ = ["Target", "canonical_host", "read_target"]

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_KEPT = "/?%:@!$&'()*+,;=~-._[]"
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """``host`` is canonical and without brackets, ``path`` has the query, all of it is ASCII."""

    host: str
    port: int
    path: str
    authority: str
    encrypted: bool


@lru_cache(maxsize=256)
def read_target(url: str) -> Target:
    """Find out where ``url`` leads.

    Raises:
        ValueError: nowhere; the text says why, and doesn't repeat the URL.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("the URL can't be read") from None
    if parts.scheme not in _PORTS:
        raise ValueError("the URL is not one of http or https")
    if parts.username is not None:
        raise ValueError("the URL holds a user's name")
    host = canonical_host(parts.hostname or "")
    bracketed = f"[{host}]" if ":" in host else host
    path = quote(parts.path or "/", safe=_KEPT)
    return Target(
        host=host,
        port=_PORTS[parts.scheme] if port is None else port,
        path=f"{path}?{quote(parts.query, safe=_KEPT)}" if parts.query else path,
        authority=bracketed if port is None else f"{bracketed}:{port}",
        encrypted=parts.scheme == "https",
    )


def canonical_host(host: str) -> str:
    """A name in lower-case ASCII or an IP address, in the one form that can be compared.

    Raises:
        ValueError: it is neither.
    """
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        name = host.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        name = ""
    if not _NAME.fullmatch(name):
        raise ValueError("the URL names no host")
    return name
