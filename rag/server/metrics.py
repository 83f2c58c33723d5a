"""What Prometheus reads at /metrics: requests, questions, the line, the archive, the process. No text of anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from rag.server.line import Queue
from rag.store.rows import Counts
from rag.types import Answer

# Seconds: quotes take a tenth of one, a language model on two cores up to a minute.
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The figures of one server. `counts` gives what the archive holds now; it may raise."""

    def __init__(self, line: Queue, counts: Callable[[], Counts]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "rag_requests", "Requests answered", ["route", "method", "status"], registry=self._registry
        )
        self._request_seconds = Histogram(
            "rag_request_seconds", "Seconds until the answer was sent whole", ["route"],
            buckets=_BUCKETS, registry=self._registry,
        )  # fmt: skip
        self._refused = Counter("rag_refusals", "Requests refused or failed", ["code"], registry=self._registry)
        self._questions = Counter("rag_questions", "Questions answered", ["engine", "found"], registry=self._registry)
        self._question_seconds = Histogram(
            "rag_question_seconds", "Seconds at the engine, without the line", ["engine"],
            buckets=_BUCKETS, registry=self._registry,
        )  # fmt: skip
        self._registry.register(_Now(line, counts))
        ProcessCollector(registry=self._registry)

    def request(self, route: str, method: str, status: int, seconds: float, code: str | None) -> None:
        """`route` and `method` are of the few that there are, whatever was asked for."""
        self._requests.labels(route, method, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)
        if code:
            self._refused.labels(code).inc()

    def answered(self, answer: Answer) -> None:
        self._questions.labels(answer.engine, str(answer.found).lower()).inc()
        self._question_seconds.labels(answer.engine).observe(answer.seconds.get("total", 0.0))

    def page(self) -> bytes:
        return generate_latest(self._registry)


class _Now(Collector):
    """What is read anew each time."""

    def __init__(self, line: Queue, counts: Callable[[], Counts]) -> None:
        self._line = line
        self._counts = counts

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: registering must not open the archive."""
        yield from ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        waiting, served = self._line.length()
        yield GaugeMetricFamily("rag_questions_waiting", "Questions in line", value=waiting)
        yield GaugeMetricFamily("rag_questions_at_work", "Questions being answered", value=served)
        counts = self._counts()
        yield GaugeMetricFamily("rag_archive_articles", "Articles in the archive", value=counts.articles)
        yield GaugeMetricFamily("rag_archive_passages", "Passages in the archive", value=counts.passages)
