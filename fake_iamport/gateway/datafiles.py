"""Finds the data files of the gateway in a checkout and in an installed wheel alike."""

from importlib.resources import files

__all__ = ["read_data"]


def read_data(name: str) -> str:
    """Return the text of the data file ``name``, such as ``profiles.yaml``."""
    return (files("fake_iamport.gateway") / "data" / name).read_text("utf-8")
