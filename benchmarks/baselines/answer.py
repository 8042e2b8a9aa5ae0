"""An answer of a wanted size, in the shape of the emulated API's."""

from typing import Any

__all__ = ["answer_of"]

_EMPTY = len('{"code":0,"message":null,"response":{}}')
_FIELD = len('"field_00":"0123456789012345",')


def answer_of(size: int) -> dict[str, Any]:
    """An envelope that is ``size`` bytes of JSON; a smaller one than the smallest is that one."""
    room = size - _EMPTY
    count = max(room // _FIELD - 1, 0)
    fields = {f"field_{number:02d}": "0123456789012345" for number in range(count)}
    rest = room - count * _FIELD - len('"rest":""')
    if rest >= 0:
        fields["rest"] = "x" * rest
    return {"code": 0, "message": None, "response": fields}
