"""A merchant that takes the steps of a scenario's walk, and shows what it sees.

``python -m reference_client.rehearsal --url URL --scenario NAME`` works with any running emulator: it
makes a merchant of its own there, loads the scenario for it, and speaks HTTP only.
"""

from reference_client.rehearsal._rehearsal import Seen, rehearse

__all__ = ["Seen", "rehearse"]
