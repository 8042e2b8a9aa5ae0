"""The journal as an HTTP Archive (HAR 1.2), which browsers and proxies can open."""

from collections.abc import Iterable
from http.client import responses
from typing import Any
from urllib.parse import urlencode

from fake_iamport import __version__
from fake_iamport.gateway.korea import korean_time
from fake_iamport.journal.curl import curl
from fake_iamport.journal.line import Line
from fake_iamport.journal.redaction import REDACTED
from fake_iamport.journal.sent import TOKEN_FIELD, encoded_path, fields, is_form, json_text

__all__ = ["har"]

_BASE_URL = "https://api.iamport.kr"
"""Where the calls would have gone, had they not come here."""

_HTTP = "HTTP/1.1"
_ANSWER_TYPE = "application/json; charset=UTF-8"
_NOT_KNOWN = -1

_Pairs = list[dict[str, str]]


def har(lines: Iterable[Line]) -> dict[str, Any]:
    """Calls as one archive; what an archive has no place for stands in fields that begin with _."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "fake-iamport", "version": __version__},
            "entries": [_entry(line) for line in lines],
        }
    }


def _entry(line: Line) -> dict[str, Any]:
    milliseconds = round(line.seconds * 1000, 3)
    comment = {"comment": line.fault} if line.fault else {}
    return {
        "startedDateTime": korean_time(line.at).isoformat(),
        "time": milliseconds,
        "request": _request(line),
        "response": _response(line),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        **comment,
        "_number": line.number,
        "_merchant": line.merchant,
        "_operation": line.operation,
        "_code": line.code,
        "_failure": line.failure,
        "_curl": curl(line),
    }


def _request(line: Line) -> dict[str, Any]:
    query = [(name, str(value)) for name, value in fields(line.query or {})]
    if line.token == TOKEN_FIELD:
        query.append((TOKEN_FIELD, REDACTED))
    request = {
        "method": line.method,
        "url": f"{_BASE_URL}{encoded_path(line)}{'?' if query else ''}{urlencode(query)}",
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": _headers(line),
        "queryString": _pairs(query),
        "headersSize": _NOT_KNOWN,
        "bodySize": line.body_size,
    }
    return {**request, "postData": _post_data(line)} if line.body_size else request


def _headers(line: Line) -> _Pairs:
    headers = [("Content-Type", line.content_type), ("User-Agent", line.user_agent)]
    if line.token is not None and line.token != TOKEN_FIELD:
        name, _, scheme = line.token.partition(": ")
        headers.append((name, f"{scheme} {REDACTED}".strip()))
    return _pairs((name, value) for name, value in headers if value is not None)


def _post_data(line: Line) -> dict[str, Any]:
    described: dict[str, Any] = {"mimeType": line.content_type or ""}
    if line.body is None:
        return {**described, "text": REDACTED}
    if not is_form(line):
        return {**described, "text": json_text(line.body)}
    return {**described, "params": _pairs((name, str(value)) for name, value in fields(line.body))}


def _response(line: Line) -> dict[str, Any]:
    body = bytes(line.response)
    return {
        "status": line.status,
        "statusText": responses.get(line.status, ""),
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": _pairs([("Content-Type", _ANSWER_TYPE)]),
        "content": {"size": len(body), "mimeType": _ANSWER_TYPE, "text": body.decode()},
        "redirectURL": "",
        "headersSize": _NOT_KNOWN,
        "bodySize": len(body),
    }


def _pairs(pairs: Iterable[tuple[str, str]]) -> _Pairs:
    return [{"name": name, "value": value} for name, value in pairs]
