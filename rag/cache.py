"""Where what can be made or fetched again is kept: the user's cache folder for this program."""

from __future__ import annotations

from pathlib import Path


def cache_folder() -> Path:
    """It need not exist yet."""
    from platformdirs import user_cache_path

    return user_cache_path("trich-dan", appauthor=False)
