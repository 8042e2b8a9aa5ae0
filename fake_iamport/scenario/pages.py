"""Pages as the servers in front of an API send them when it is down, busy or broken.

What i'mport's own front sends isn't published; these are the pages of servers that are common there.
"""

from collections.abc import Mapping
from functools import cache
from http.client import responses

import msgspec

from fake_iamport.wire.envelope import Answer

__all__ = ["page", "pages"]

_REASONS = {
    429: "Too Many Requests",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}
_NGINX = (
    "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n"
    "<center><h1>{status} {reason}</h1></center>\r\n<hr><center>nginx</center>\r\n"
    "</body>\r\n</html>\r\n"
)
_BALANCER = (
    "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n"
    "<center><h1>{status} {reason}</h1></center>\r\n</body>\r\n</html>\r\n"
)
_MAINTENANCE = (
    '<!DOCTYPE html>\n<html lang="ko">\n'
    '<head><meta charset="utf-8"><title>시스템 점검 중</title></head>\n'
    "<body><h1>시스템 점검 중입니다.</h1><p>잠시 후 다시 이용해 주세요.</p></body>\n</html>\n"
)
_PHP_ERROR = (
    "<br />\n<b>Fatal error</b>:  Maximum execution time of 30 seconds exceeded in "
    "<b>/var/www/html/index.php</b> on line <b>1</b><br />\n"
)


@cache
def pages() -> Mapping[str, Answer]:
    """Every page, by name."""
    return {
        **{f"nginx_{status}": _front(_NGINX, status, "nginx") for status in (413, 429)},
        **{f"nginx_{status}": _front(_NGINX, status, "nginx") for status in (500, 502, 503, 504)},
        **{
            f"balancer_{status}": _front(_BALANCER, status, "awselb/2.0")
            for status in (502, 503, 504)
        },
        "maintenance": _html(200, _MAINTENANCE, "Apache"),
        "php_error": _html(200, _PHP_ERROR, "Apache"),
        "empty": _html(200, "", "Apache"),
    }


def page(name: str) -> Answer:
    """The page with that name."""
    return pages()[name]


def _front(text: str, status: int, server: str) -> Answer:
    reason = _REASONS.get(status, responses[status])
    return _html(status, text.format(status=status, reason=reason), server)


def _html(status: int, text: str, server: str) -> Answer:
    return Answer(
        status,
        text.encode(),
        code=None,
        shown=msgspec.json.encode(text),
        headers=((b"content-type", b"text/html; charset=utf-8"), (b"server", server.encode())),
    )
