"""Measures what the emulator costs, beside baselines that it starts itself: ``python -m benchmarks``."""
