"""What an article gains before its passages are compared: for its date, and for being talked about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from rag.store.rows import StoredPassage
from rag.text.asked_time import AskedTime, Period

# For having been published in a period that the question names, or by being talked about.
DATE_PREFERENCE = 0.15
FOCUS_PREFERENCE = 0.3
# For being the newest of the candidates, where the latest is asked for; the oldest gains nothing.
RECENCY_PREFERENCE = 0.1


def preferences(candidates: Sequence[StoredPassage], asked: AskedTime, focus: Iterable[str]) -> dict[str, float]:
    """Article id -> what is added to the score of each of its passages."""
    gained = dict.fromkeys(focus, FOCUS_PREFERENCE)
    dated = {
        stored.passage.article_id: (stored.published_first, stored.published_last)
        for stored in candidates
        if stored.published_first is not None and stored.published_last is not None
    }
    for article_id, (first, last) in dated.items():
        if any(_overlap(first, last, period) for period in asked.periods):
            gained[article_id] = gained.get(article_id, 0.0) + DATE_PREFERENCE
    if asked.latest and dated:
        oldest, newest = min(last for _, last in dated.values()), max(last for _, last in dated.values())
        for article_id, (_, last) in dated.items():
            share = (last - oldest) / (newest - oldest) if newest > oldest else 0.0
            gained[article_id] = gained.get(article_id, 0.0) + RECENCY_PREFERENCE * share
    return gained


def _overlap(first: int, last: int, period: Period) -> bool:
    since, until = period
    return first <= date.toordinal(until) and date.toordinal(since) <= last
