"""Where the page (`ui`) and the evaluation (`eval`) are imported from.

In a checkout they stand beside `rag`. A wheel carries them within `rag`, so that installing it puts no package of so
common a name before anybody's own; what needs them asks for them here first.
"""

from __future__ import annotations

import sys
from pathlib import Path

_INSTALLED = Path(__file__).resolve().parent / "installed"


def make_importable() -> None:
    """Does nothing in a checkout, nor a second time. What is named alike before it on the path comes first."""
    if _INSTALLED.is_dir() and str(_INSTALLED) not in sys.path:
        sys.path.append(str(_INSTALLED))
