"""Finds the data files of the gateway in a checkout and in an installed wheel alike."""

import pkgutil
from typing import TypeVar

__all__ = ["read_data", "read_document", "read_table"]

Type = TypeVar("Type")


def read_data(name: str) -> str:
    """Return the text of the data file ``name``, such as ``profiles.yaml``.

    Raises:
        FileNotFoundError: there is none.
    """
    # importlib.resources takes longer to import than all that is read here.
    content = pkgutil.get_data("fake_iamport.gateway", f"data/{name}")
    if content is None:
        raise FileNotFoundError(name)
    return content.decode()


def read_table(name: str, type_: type[Type]) -> tuple[Type, ...]:
    """The rows of a CSV file of this package's data."""
    # A start can do without YAML, which comes with it.
    from fake_iamport.documents import load_table

    return load_table(read_data(name), type_, name)


def read_document(name: str, type_: type[Type]) -> Type:
    """A YAML file of this package's data."""
    from fake_iamport.documents import load_document

    return load_document(read_data(name), type_, name)
