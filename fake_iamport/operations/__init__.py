"""The API itself: one module per tag of the V1 reference, one async function per operation."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from fake_iamport.operations.declaration import Operation, declared

__all__ = ["operations"]


@cache
def operations() -> Mapping[str, Operation]:
    """Every operation that is served, by its operationId."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return MappingProxyType(declared)
