"""A program over the installed package, as others write it; `mypy --strict` takes it. Argument: an article."""

import asyncio
import sys

from rag import Answer, Citation, Filters, NewsQA, Turn, __version__

QUESTION = "How much did the bridge of Tram cost?"


def shown(citation: Citation) -> str:
    return f"{citation.source or '?'} {citation.published or '?'} {citation.start}-{citation.end}: {citation.quote}"


async def beside_a_loop(qa: NewsQA) -> list[str]:
    answer: Answer = await qa.aask(QUESTION, filters=Filters(until="2030"), engine="quotes")
    hits = await qa.aretrieve(QUESTION, 3)
    streamed = [event async for event in qa.astream(QUESTION, history=[Turn("user", "Hello!")])]
    assert hits[0].rank == 1 and isinstance(streamed[-1], Answer)
    return [shown(citation) for citation in answer.citations]


def main(articles: str) -> None:
    with NewsQA.open("typed-archive") as qa:
        report = qa.ingest([articles])
        assert report.added == 1 and not report.failed
        lines = asyncio.run(beside_a_loop(qa))
        for event in qa.stream(QUESTION, language="en"):
            if isinstance(event, Answer):
                assert event.found and [shown(each) for each in event.citations] == lines
        confidence: float | None = qa.chat().ask(QUESTION).confidence
        assert confidence is not None
    print(__version__, *lines, sep="\n")


if __name__ == "__main__":
    main(sys.argv[1])
