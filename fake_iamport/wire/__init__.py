"""Bytes to calls and back: bodies, parameters, authorization, routing, envelope."""
