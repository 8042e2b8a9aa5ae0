"""The application that ``--app module:function`` names."""

import inspect
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from contract_tests.merchant.hosting import HostingError

__all__ = ["maker"]

_WANTED = (
    "expected module:function, a function that takes i'mport's URL, imp_key and imp_secret and gives"
    " an ASGI or WSGI application"
)
_ARGUMENTS = 3
_READY = ({"scope", "receive", "send"}, {"environ", "start_response"})
"""What a ready ASGI or WSGI application calls its parameters."""


def maker(name: str) -> Callable[..., Any]:
    """What makes the application that ``name`` means; modules of the current folder are found too.

    What it raises later is a :class:`HostingError` as well.

    Raises:
        HostingError: there is nothing of that name, it can't be imported, or it makes no application.
    """
    found = _named(name)
    if not callable(found):
        raise HostingError(f"{name!r} is no function; {_WANTED}")
    _check_arguments(name, found)

    def make(url: str, imp_key: str, imp_secret: str) -> Any:
        try:
            made = found(url, imp_key, imp_secret)
        except Exception as error:  # noqa: BLE001 - a factory may raise anything
            raise HostingError(f"{name!r} {_raised(error)}; {_WANTED}") from None
        if not callable(made) and not hasattr(made, "__enter__"):
            raise HostingError(f"{name!r} made no application but {type(made).__name__}; {_WANTED}")
        return made

    return make


def _named(name: str) -> Any:
    module, _, attribute = name.partition(":")
    if not module or not attribute:
        raise HostingError(f"{name!r}: {_WANTED}")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        imported = import_module(module)
    except ModuleNotFoundError as error:
        raise HostingError(f"{name!r}: {error}; {_WANTED}") from None
    except Exception as error:  # noqa: BLE001 - a module may raise anything when it is imported
        raise HostingError(f"{name!r}: {module} {_raised(error)} when it was imported") from None
    found = imported
    for step in attribute.split("."):
        if not hasattr(found, step):
            raise HostingError(f"{name!r}: there is no {attribute} in {module}; {_WANTED}")
        found = getattr(found, step)
    return found


def _check_arguments(name: str, found: Callable[..., Any]) -> None:
    try:
        signature = inspect.signature(found)
    except (TypeError, ValueError):
        return
    if any(parameters <= signature.parameters.keys() for parameters in _READY):
        raise HostingError(f"{name!r} is a ready application, and can't be told the URL; {_WANTED}")
    try:
        signature.bind(*[""] * _ARGUMENTS)
    except TypeError as error:
        raise HostingError(f"{name!r}{signature} can't be called: {error}; {_WANTED}") from None


def _raised(error: Exception) -> str:
    """What was raised and where, in one line; the text may hold a secret, so it isn't shown."""
    trace = error.__traceback__
    place = ""
    while trace is not None:
        place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"raised {type(error).__name__}{place}"
