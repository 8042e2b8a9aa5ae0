"""A stand-in for the i'mport (PortOne V1) payment REST API."""

__version__ = "0.1.0"
