"""What answers cost: time, tokens, money. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.metrics.score import Score
from rag.errors import UsageError

PRICES = Path(__file__).resolve().parents[1] / "prices.json"
PER = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """For a million tokens of each kind, in the table's currency."""

    prompt: float
    completion: float


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of them do not exceed (nearest rank). Raises ValueError without any."""
    if not values:
        raise ValueError("no percentile of nothing")
    return sorted(values)[max(1, math.ceil(share * len(values))) - 1]


def load_prices(path: Path = PRICES) -> dict[str, Price]:
    """A JSON object: model -> {"prompt": for a million tokens, "completion": ...}. Raises UsageError."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        return {
            model: Price(float(row["prompt"]), float(row["completion"]))
            for model, row in table.items()
            if not model.startswith("#")
        }
    except OSError as error:
        raise UsageError(f"{path}: the price table cannot be read ({error.strerror}); check the name") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(
            f'{path}: no price table; write {{"model": {{"prompt": 0.15, "completion": 0.6}}}}, for a million tokens'
        ) from None


def cost(model: str | None, usage: Mapping[str, int], prices: Mapping[str, Price]) -> Score:
    """None where tokens were used of a model without a price."""
    prompt, completion = usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)
    if not prompt and not completion:
        return Score(0.0)
    if model is None or model not in prices:
        return Score(None, f"no price for the model {model or '(unnamed)'}; name a table with --prices")
    price = prices[model]
    return Score((prompt * price.prompt + completion * price.completion) / PER)
