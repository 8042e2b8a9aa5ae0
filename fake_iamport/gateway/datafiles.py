"""Finds the data files of the gateway in a checkout and in an installed wheel alike."""

import pkgutil

__all__ = ["read_data"]


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
