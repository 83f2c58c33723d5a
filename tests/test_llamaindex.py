"""The archive in LlamaIndex's own machinery: tracers, chat engines, post-processors, a query engine's two halves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from llama_index.core.chat_engine import CondenseQuestionChatEngine
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events.retrieval import RetrievalEndEvent, RetrievalStartEvent
from llama_index.core.llms import MockLLM
from llama_index.core.postprocessor import FixedRecencyPostprocessor, SimilarityPostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from llama_index.core.tools import QueryEngineTool

from rag import NewsQA

FARE = "How much is the ferry fare to Heron Island?"
ARTICLES = {
    "old.md": ("2024-03", "The ferry fare to Heron Island is 9,000 dong, the council said."),
    "new.md": ("2025-09-18", "The ferry fare to Heron Island is now 12,000 dong after the autumn rise."),
    "undated.md": (None, "A ferry to Heron Island sails every hour and takes bicycles free of charge."),
}


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsQA]:
    folder = tmp_path_factory.mktemp("llamaindex")
    for name, (published, text) in ARTICLES.items():
        date = f"published: {published}\n" if published else ""
        (folder / name).write_text(f"---\ntitle: {name}\nsource: The Post\n{date}---\n\n{text}\n", encoding="utf-8")
    with NewsQA.open(home=folder / "home") as opened:
        assert opened.ingest(folder.glob("*.md")).added == 3
        yield opened


class Heard(BaseEventHandler):
    events: list[Any]

    def handle(self, event: Any, **_: Any) -> None:
        self.events.append(event)


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    handler = Heard(events=[])
    get_dispatcher().add_event_handler(handler)
    yield handler.events
    get_dispatcher().event_handlers.remove(handler)


@pytest.mark.parametrize("way", ["query", "aquery", "stream"])
def test_tracers_see_what_was_found(qa: NewsQA, heard: list[Any], way: str) -> None:
    if way == "stream":
        *_, _answer = qa.stream(FARE, engine="quotes")
    elif way == "aquery":
        asyncio.run(qa.engine("quotes").aquery(FARE))
    else:
        qa.engine("quotes").query(FARE)
    (started,) = [event for event in heard if isinstance(event, RetrievalStartEvent)]
    (ended,) = [event for event in heard if isinstance(event, RetrievalEndEvent)]
    assert started.span_id == ended.span_id and "retrieve" in str(ended.span_id)
    found = [node.node_id for node in ended.nodes]
    assert found == [hit.passage.id for hit in qa.retrieve(FARE)]


def test_the_two_halves_of_a_query(qa: NewsQA) -> None:
    engine = qa.engine("quotes")
    query = QueryBundle(FARE)
    nodes = engine.retrieve(query)
    assert str(engine.synthesize(query, nodes)) == str(engine.query(query))
    old = [node for node in nodes if node.metadata["title"] == "old.md"]
    elsewhere = NodeWithScore(node=TextNode(text="The fare is a million dong."), score=1.0)
    for said in (engine.synthesize(query, [*old, elsewhere]), asyncio.run(engine.asynthesize(query, old))):
        assert "9,000 dong" in str(said) and "12,000" not in str(said) and "million" not in str(said)
        assert [node.node_id for node in said.source_nodes] == [node.node_id for node in old]
    assert not engine.synthesize(query, [elsewhere]).source_nodes


def test_streaming_chat_engines(qa: NewsQA) -> None:
    engine = qa.engine("quotes").as_streaming()
    chat = CondenseQuestionChatEngine.from_defaults(engine, llm=MockLLM())
    said = chat.stream_chat(FARE)
    assert "12,000 dong" in "".join(said.response_gen)
    assert said.source_nodes
    streamed = engine.query(FARE)
    assert str(streamed) == str(qa.engine("quotes").query(FARE))
    assert streamed.metadata and streamed.metadata["answer"]["found"]

    async def ask() -> str:
        fresh = CondenseQuestionChatEngine.from_defaults(engine, llm=MockLLM())
        answer = await fresh.astream_chat(FARE)
        return "".join([piece async for piece in answer.async_response_gen()])

    assert "12,000 dong" in asyncio.run(ask())


def test_post_processors_use_dates_and_scores(qa: NewsQA) -> None:
    query = QueryBundle(FARE)
    nodes = qa.retriever.retrieve(FARE)
    assert {node.metadata["title"]: node.metadata["date"] for node in nodes} == {
        "old.md": "2024-03-01", "new.md": "2025-09-18", "undated.md": None,
    }  # fmt: skip
    (newest,) = FixedRecencyPostprocessor(top_k=1).postprocess_nodes(
        [node for node in nodes if node.metadata["date"]], query
    )
    assert newest.metadata["title"] == "new.md"
    best = max(node.score or 0.0 for node in nodes)
    kept = SimilarityPostprocessor(similarity_cutoff=best).postprocess_nodes(nodes, query)
    assert [node.node_id for node in kept] == [nodes[0].node_id]
    assert nodes[0].node.ref_doc_id == nodes[0].metadata["article_id"]


def test_an_agents_tool(qa: NewsQA) -> None:
    tool = QueryEngineTool.from_defaults(qa.engine("quotes"), name="archive", description="News of Heron Island")
    said = tool.call(FARE)
    assert "12,000 dong" in said.content and said.raw_output.source_nodes
