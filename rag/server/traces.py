"""OpenTelemetry traces of questions, through LlamaIndex's instrumentation; only where they are configured."""

from __future__ import annotations

from rag.errors import SettingsError
from rag.settings import Settings


def begin(settings: Settings) -> None:
    """Sends traces to RAG_TRACES from now on; nothing where it is not set. Raises SettingsError.

    They hold questions and answers only where RAG_LOG_QUESTIONS allows it.
    """
    if settings.traces_url is None:
        return
    if not settings.traces_url.startswith(("http://", "https://")):
        raise SettingsError("RAG_TRACES is no address; write http://HOST:4317")
    try:
        from openinference.instrumentation import TraceConfig
        from openinference.instrumentation.llama_index import LlamaIndexInstrumentor
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SettingsError(
            f"RAG_TRACES needs the extra `traces` ({error.name} is missing): pip install 'trich-dan[traces]'"
        ) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "trich-dan"}))
    exporter = OTLPSpanExporter(settings.traces_url, insecure=settings.traces_url.startswith("http://"))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    hidden = not settings.log_questions
    config = TraceConfig(
        hide_inputs=hidden, hide_outputs=hidden, hide_embeddings_text=hidden, hide_embeddings_vectors=True,
        hide_prompts=hidden, hide_choices=hidden, hide_retrieval_documents=hidden,
    )  # fmt: skip
    LlamaIndexInstrumentor().instrument(tracer_provider=provider, config=config)
