"""A stand-in for the i'mport (PortOne V1) payment REST API.

::

    from fake_iamport import FakeIamport

    with FakeIamport() as server:
        print(server.url, server.imp_key)
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_iamport.app import create_app as create_app
    from fake_iamport.clock import Clock as Clock
    from fake_iamport.server import AsyncFakeIamport as AsyncFakeIamport
    from fake_iamport.server import AsyncFakeMerchant as AsyncFakeMerchant
    from fake_iamport.server import FakeIamport as FakeIamport
    from fake_iamport.server import FakeMerchant as FakeMerchant
    from fake_iamport.settings import MerchantSettings as MerchantSettings
    from fake_iamport.settings import Settings as Settings

__version__ = "0.1.0"

_HOMES = {
    "AsyncFakeIamport": "server",
    "AsyncFakeMerchant": "server",
    "Clock": "clock",
    "FakeIamport": "server",
    "FakeMerchant": "server",
    "MerchantSettings": "settings",
    "Settings": "settings",
    "create_app": "app",
}
__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for, so that the command line starts quickly."""
    if name not in _HOMES:
        raise AttributeError(f"module 'fake_iamport' has no attribute {name!r}")
    return getattr(importlib.import_module(f"fake_iamport.{_HOMES[name]}"), name)
