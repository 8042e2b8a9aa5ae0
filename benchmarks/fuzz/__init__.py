"""Bad input by the hundred thousand: bytes, headers, paths, bodies, control calls, scenarios."""
