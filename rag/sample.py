"""The sample archive: articles to try the program on, in a checkout and in an installed package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
# A wheel carries the folder within the package; in a checkout it stands beside it.
SAMPLE = next((found for found in (_PACKAGE / "corpus", _PACKAGE.parent / "corpus") if found.is_dir()), _PACKAGE)
