"""The engines that are measured side by side: our quotes and composed answers, and LlamaIndex's `CitationQueryEngine`.

All answer over the same archive and retriever, and those that write do it with the same language model.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
)
from llama_index.core.llms.custom import CustomLLM
from llama_index.core.llms.llm import LLM
from llama_index.core.schema import NodeWithScore
from pydantic import PrivateAttr

from eval.benchmarks.checked import Check
from eval.benchmarks.replies import Cited, Reply, Written
from rag.newsqa import NewsQA
from rag.retrieve.retriever import ArchiveRetriever
from rag.text.sentences import sentences
from rag.types import Answer, Draft, Turn, Verdict

Engine = Callable[[str, Sequence[Turn]], Reply]

# How many passages LlamaIndex's engine is given, as in its documentation.
CITATION_TOP_K = 3
_MARKER = re.compile(r"\[(\d{1,3})\]")
_SENTENCE_END = re.compile(r"(?<=[.!?…])(?=\s)")
# LlamaIndex's engine has no way to say that nothing was found but in words.
_SOURCES = r"(?:sources?|context|texts?|articles?|passages?|documents?|information|excerpts?)"
_SOURCES_VI = r"(?:nguồn|tài liệu|văn bản|bài báo|bài viết|đoạn văn|thông tin)"
_DECLINES = re.compile(
    r"^\s*(?:empty response|none of the (?:provided |given )?sources|unknown|n/a)"
    rf"|\b{_SOURCES}\b[^.]{{0,60}}\b(?:do|does|did|is|are|was|were|has|have)(?: not|n't)\b"
    r"|\bI (?:cannot|can't|could not|couldn't|do not|don't) (?:find|answer|determine|know|have)\b"
    r"|\b(?:there is|contains?|provides?|found|have|has) no (?:\w+ ){0,2}(?:information|mention|answer|details?)\b"
    rf"|\b{_SOURCES_VI}\b[^.]{{0,60}}\bkhông (?:có|chứa|cung cấp|đề cập|nêu|nói|cho biết|đủ|được)\b"
    r"|\bkhông (?:có|tìm thấy|đủ) (?:thông tin|câu trả lời|dữ liệu)\b|\bkhông thể (?:trả lời|xác định)\b",
    re.IGNORECASE,
)


def ours(qa: NewsQA, engine: str, check: Check | None = None) -> Engine:
    """The archive's own answer, "quotes" or "llm"."""

    def ask(question: str, history: Sequence[Turn]) -> Reply:
        began = time.perf_counter()
        first: float | None = None
        answer: Answer | None = None
        for event in qa.stream(question, history=history, engine=engine):
            if isinstance(event, Answer):
                answer = event
            elif first is None and (not isinstance(event, Draft) or event.text):
                first = time.perf_counter() - began
        assert answer is not None
        total = time.perf_counter() - began
        return reply_of(answer, total if first is None else first, total, check)

    return ask


def reply_of(answer: Answer, first: float, total: float, check: Check | None = None) -> Reply:
    cited = tuple(Cited(citation.article_id, citation.quote) for citation in answer.citations)
    places = {citation.marker: place for place, citation in enumerate(answer.citations)}

    def written(text: str, markers: Sequence[int], verdict: Verdict) -> Written:
        wanted = [places[marker] for marker in markers if marker in places]
        return Written(text, verdict, check(text, wanted, cited) if check else None)

    return Reply(
        engine=answer.engine,
        text=answer.text,
        found=answer.found,
        citations=cited,
        sentences=tuple(written(part.text, part.citations, part.verdict) for part in answer.sentences),
        first=first,
        total=total,
        tokens=(answer.usage["prompt_tokens"], answer.usage["completion_tokens"]),
        model=answer.model,
        notice=answer.notice,
    )


def citation_query_engine(qa: NewsQA, llm: LLM, check: Check | None = None, top_k: int = CITATION_TOP_K) -> Engine:
    """LlamaIndex's engine with its own prompts; history is not its concern and is left out."""
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.core.query_engine import CitationQueryEngine

    metered = MeteredModel(llm)
    engine = CitationQueryEngine.from_args(
        None,  # type: ignore[arg-type]  # no index is needed where a retriever is given
        llm=metered,
        retriever=ArchiveRetriever(qa.catalogue, qa.index, qa.embedder, top_k=top_k),
        # Its own sentence splitter fails where nltk was installed as a hard link.
        text_splitter=SentenceSplitter(chunk_size=512, chunk_overlap=20, chunking_tokenizer_fn=_SENTENCE_END.split),
        streaming=True,
    )

    def ask(question: str, history: Sequence[Turn]) -> Reply:
        metered.reset()
        began = time.perf_counter()
        response: Any = engine.query(question)
        first: float | None = None
        pieces = []
        for piece in response.response_gen:
            if first is None and piece:
                first = time.perf_counter() - began
            pieces.append(piece)
        total = time.perf_counter() - began
        text = "".join(pieces).strip()
        return citing_reply(text, response.source_nodes, total if first is None else first, total, metered, check)

    return ask


def citing_reply(
    text: str,
    nodes: Sequence[NodeWithScore],
    first: float,
    total: float,
    metered: MeteredModel,
    check: Check | None = None,
) -> Reply:
    """What LlamaIndex's engine wrote, its markers resolved to its sources; those beyond them are passed over."""
    sources = [Cited(node.metadata["article_id"], node.get_content().partition(":\n")[2].strip()) for node in nodes]
    found = bool(text) and not _DECLINES.search(text)
    lines = [text[span.start : span.end] for span in sentences(text)] if found else []

    # A chunk is many sentences, and each of them is a ground of its own.
    grounds = [
        (place, Cited(source.article_id, source.quote[span.start : span.end]))
        for place, source in enumerate(sources)
        for span in sentences(source.quote)
    ]

    def written(line: str) -> Written:
        if check is None:
            return Written(line, None)
        cited = _cited(line, len(sources))
        places = [at for at, (place, _) in enumerate(grounds) if place in cited]
        return Written(line, None, check(_MARKER.sub("", line), places, [ground for _, ground in grounds]))

    return Reply(
        engine="citation",
        text=text,
        found=found,
        citations=tuple(sources[place] for place in _cited(text, len(sources))) if found else (),
        sentences=tuple(written(line) for line in lines if _MARKER.sub("", line).strip(" .")),
        first=first,
        total=total,
        tokens=metered.tokens,
        model=metered.metadata.model_name,
    )


def _cited(text: str, count: int) -> list[int]:
    """The places of the sources that a text's markers name, each once."""
    places = dict.fromkeys(int(marker) - 1 for marker in _MARKER.findall(text))
    return [place for place in places if 0 <= place < count]


class MeteredModel(CustomLLM):
    """`inner` with its tokens counted, as the model server reports them."""

    _inner: LLM = PrivateAttr()
    _counts: list[tuple[int, int]] = PrivateAttr(default_factory=list)

    def __init__(self, inner: LLM) -> None:
        super().__init__()
        self._inner = inner

    @property
    def metadata(self) -> LLMMetadata:
        return self._inner.metadata

    @property
    def tokens(self) -> tuple[int, int] | None:
        """Of the prompts and of what was written since `reset`; None where the server reported none."""
        if not self._counts:
            return None
        return sum(count[0] for count in self._counts), sum(count[1] for count in self._counts)

    def reset(self) -> None:
        self._counts.clear()

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        said = self._inner.chat(messages, **kwargs)
        self._count(said.additional_kwargs)
        return said

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        last: dict[str, Any] = {}
        for said in self._inner.stream_chat(messages, **kwargs):
            last = said.additional_kwargs
            yield said
        self._count(last)

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        said = self._inner.complete(prompt, formatted, **kwargs)
        self._count(said.additional_kwargs)
        return said

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        last: dict[str, Any] = {}
        for said in self._inner.stream_complete(prompt, formatted, **kwargs):
            last = said.additional_kwargs
            yield said
        self._count(last)

    def _count(self, usage: dict[str, Any]) -> None:
        if "prompt_tokens" in usage and "completion_tokens" in usage:
            self._counts.append((int(usage["prompt_tokens"]), int(usage["completion_tokens"])))
