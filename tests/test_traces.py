"""Traces of questions, as a collector gets them over OTLP: a real gRPC server on this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from api_server import ApiServer

from rag import NewsQA

pytest.importorskip("openinference.instrumentation.llama_index", reason="the extra `traces` is not installed")
grpc = pytest.importorskip("grpc")
service = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")

QUESTION = "How many visitors came to the Zorbat Observatory?"
ARTICLE = "# Zorbat Observatory opens\n\nThe Zorbat Observatory opened on 1 May 2026 with 4,321 visitors that day."


class Collector:
    """Keeps the spans that are sent to it."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self._came = threading.Condition()
        self.server = grpc.server(ThreadPoolExecutor(2))
        handler = grpc.unary_unary_rpc_method_handler(
            self._export,
            request_deserializer=service.ExportTraceServiceRequest.FromString,
            response_serializer=service.ExportTraceServiceResponse.SerializeToString,
        )
        name = "opentelemetry.proto.collector.trace.v1.TraceService"
        self.server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, {"Export": handler}),))
        self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def _export(self, request: Any, _: Any) -> Any:
        with self._came:
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    self.spans += scope.spans
            self._came.notify_all()
        return service.ExportTraceServiceResponse()

    def wait_for(self, *names: str) -> None:
        end = time.monotonic() + 30
        with self._came:
            while not {span.name for span in self.spans} >= set(names):
                assert self._came.wait(max(0, end - time.monotonic())), [span.name for span in self.spans]


@pytest.fixture
def collector() -> Iterator[Collector]:
    running = Collector()
    yield running
    running.server.stop(0)


@pytest.mark.parametrize("logs_questions", ["0", "1"])
def test_a_question_is_a_span_with_its_words_only_on_wish(
    tmp_path: Path, collector: Collector, logs_questions: str
) -> None:
    article = tmp_path / "zorbat.md"
    article.write_text(ARTICLE, encoding="utf-8")
    home = tmp_path / "home"
    with NewsQA.open(home=home) as qa:
        qa.ingest([article])
    settings = {"RAG_TRACES": f"http://127.0.0.1:{collector.port}", "RAG_LOG_QUESTIONS": logs_questions}
    with ApiServer(home, settings) as server:
        assert server.ask(QUESTION).json()["found"]
        collector.wait_for("QuotesQueryEngine.stream")
    (span,) = [span for span in collector.spans if span.name == "QuotesQueryEngine.stream"]
    assert span.end_time_unix_nano > span.start_time_unix_nano
    assert ("Zorbat" in str(collector.spans)) is (logs_questions == "1")
