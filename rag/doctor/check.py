"""One finding of `rag doctor`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; `advice` says what to do about it, "" where nothing is to be done."""

    name: str
    status: Literal["ok", "mended", "warning", "problem"]
    detail: str
    advice: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)
