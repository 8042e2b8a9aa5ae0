"""The control API, ``/_fake/…``: what tests and QA steer the emulator with."""
