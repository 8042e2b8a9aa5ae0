"""Where the ready-made scenario files are: in an installed package and in a checkout alike.

They are data of this package and are found through it, never through a module called
``scenarios``, which a user's own project may have.
"""

from pathlib import Path

__all__ = ["scenario_folder"]

_PACKAGE = Path(__file__).parent


def scenario_folder() -> Path:
    """The folder of the ready-made scenario files."""
    installed = _PACKAGE / "scenarios"
    return installed if installed.is_dir() else _PACKAGE.parent / "scenarios"
