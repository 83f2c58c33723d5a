"""NewsQA: the archive as one object. What Python programs import: `from rag import NewsQA`."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from rag import settings as settings_module
from rag.errors import UsageError
from rag.settings import Settings
from rag.types import Answer, AnswerEvent, Article, Failure, Filters, Hit, IngestReport, Turn

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from rag.conversation import Chat
    from rag.engine.quotes import QuotesQueryEngine
    from rag.ingest.pipeline import Progress
    from rag.models.choose import Choice
    from rag.models.client import ChatModel
    from rag.retrieve.retriever import ArchiveRetriever
    from rag.store.catalogue import Catalogue
    from rag.store.rows import ArticleInfo
    from rag.store.vectors import Index
    from rag.understand.understood import Understood

# Tokens that a follow-up may take when a language model makes it a question of its own.
REWRITTEN_TOKENS = 120


class Asking(TypedDict, total=False):
    """The arguments of `NewsQA.ask` beside the question."""

    filters: Filters | None
    history: Sequence[Turn]
    since: str | None
    until: str | None
    source: str | None
    author: str | None
    language: str | None
    engine: str | None


class NewsQA:
    """One archive: its articles, its index and its answers. Construct with `NewsQA.open`; light until first used.

    Usable as a context manager; `close` gives the index back so that another process may own it.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @classmethod
    def open(cls, home: str | os.PathLike[str] | None = None, settings: Settings | None = None) -> NewsQA:
        """The archive in `home` (default: `RAG_HOME`, else `./.rag`); it need not exist yet.

        Settings come from the environment and `.env` unless given. Raises SettingsError.
        """
        resolved = settings or settings_module.load(home)
        return cls(replace(resolved, home=Path(home)) if home and settings else resolved)

    @cached_property
    def embedder(self) -> BaseEmbedding:
        from rag.embed import open_embedder

        return open_embedder(self.settings)

    @cached_property
    def catalogue(self) -> Catalogue:
        from rag.store.catalogue import Catalogue

        return Catalogue.open(self.settings.home, url=self.settings.catalogue_url)

    @cached_property
    def index(self) -> Index:
        from rag.store.vectors import open_index

        return open_index(self.catalogue, self.settings.chroma_server)

    @cached_property
    def retriever(self) -> ArchiveRetriever:
        from rag.retrieve.retriever import ArchiveRetriever

        return ArchiveRetriever(self.catalogue, self.index, self.embedder, top_k=self.settings.top_k)

    @property
    def query_engine(self) -> QuotesQueryEngine:
        """The LlamaIndex query engine: `query_engine.query("...").source_nodes` are the cited passages."""
        return self.engine()

    def engine(self, name: str | None = None) -> QuotesQueryEngine:
        """The engine of that name ("quotes", "llm", "auto"), by default the settings'. Raises SettingsError."""
        return self._composing_engine if self.choice(name).engine == "llm" else self._quotes_engine

    def choice(self, name: str | None = None) -> Choice:
        """What answers, and through which language model. Raises SettingsError."""
        from rag.models.choose import choose

        return choose(self.settings, name)

    @cached_property
    def model(self) -> ChatModel:
        """The language model of the settings; nothing is asked of it before its first use. Raises SettingsError."""
        from rag.models.client import ChatModel

        return ChatModel.open(self.settings, self.choice("llm"))

    @cached_property
    def _quotes_engine(self) -> QuotesQueryEngine:
        from rag.engine.quotes import QuotesQueryEngine

        return QuotesQueryEngine(self.retriever)

    @cached_property
    def _composing_engine(self) -> QuotesQueryEngine:
        from rag.engine.composing import ComposingQueryEngine, Limits

        settings = self.settings
        limits = Limits(settings.strict, settings.evidence_tokens, settings.llm_max_tokens, settings.llm_judge)
        return ComposingQueryEngine(self.retriever, self.model, limits)

    def ingest(
        self,
        paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        *,
        field_map: Mapping[str, str] | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        rebuild: bool = False,
        prune: bool = False,
        allow_private: bool = False,
        most_pages: int | None = None,
    ) -> IngestReport:
        """Add or update the articles in files and folders, one path or several; safe to repeat and to interrupt.

        An address (https://...) is that of an article, a feed or a sitemap; of what these list, `most_pages` (100)
        that are new or changed are fetched. Addresses of this machine and its network need `allow_private`.
        `field_map` names the fields of JSON records ({"text": "body_html"}). `rebuild` embeds everything again,
        for a changed embedder. Nothing is removed of a folder all of whose files are gone, unless `prune` is set.
        A bad file is reported in `failed`; the others go on. Raises ArchiveError.
        """
        from rag.ingest.pipeline import ingest

        files, unfetched = self._fetched(_several(paths), allow_private, most_pages)
        report = ingest(
            self.catalogue,
            self.embedder,
            files,
            field_map=field_map,
            on_progress=on_progress,
            rebuild=rebuild,
            prune=prune,
        )
        self.index.sync()
        return replace(report, failed=(*unfetched, *report.failed)) if unfetched else report

    def _fetched(
        self, named: Sequence[str | os.PathLike[str]], allow_private: bool, most_pages: int | None
    ) -> tuple[list[Path], list[Failure]]:
        """The files of paths and addresses, in order, and the addresses that gave none."""
        from rag.fetch.addresses import is_address

        if not any(map(is_address, named)):
            return [Path(path) for path in named], []
        from rag.fetch.visit import MOST_PAGES, visit
        from rag.fetch.web import Web

        addresses = [str(one) for one in named if is_address(one)]
        with Web(allow_private=allow_private) as web:
            found = list(visit(web, self.settings.home, addresses, most=most_pages or MOST_PAGES))
        files = [Path(path) for path in named if not is_address(path)]
        files += [one for one in found if isinstance(one, Path)]
        return files, [one for one in found if isinstance(one, Failure)]

    def remove(self, ids: str | Iterable[str] = (), *, sources: str | Iterable[str] = ()) -> int:
        """Remove articles by id or outlet; how many. Raises UnknownArticle before anything is removed."""
        from rag.ingest.pipeline import remove

        removed = remove(self.catalogue, _several(ids), _several(sources))
        self.index.sync()
        return removed

    def edit(self, article_id: str, **changes: str | None) -> Article:
        """Correct an article's `title`, `source`, `published` or `author` (None or "": unknown); the article then.

        Kept when it is ingested again, until its file itself says otherwise. Raises UnknownArticle, UsageError.
        """
        from rag.ingest.edit import edit

        edited = edit(self.catalogue, lambda: self.embedder, article_id, changes)
        self.index.sync()
        return edited

    def articles(self) -> list[ArticleInfo]:
        """What is in the archive, without texts."""
        return self.catalogue.list_articles()

    def article(self, article_id: str) -> Article:
        """One article with its stored text. Raises UnknownArticle."""
        return self.catalogue.article(article_id)

    def ask(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
        since: str | None = None,
        until: str | None = None,
        source: str | None = None,
        author: str | None = None,
        language: str | None = None,
        engine: str | None = None,
    ) -> Answer:
        """What the archive says. `since`/`until` are ISO dates, months or years. Raises UsageError on a bad one.

        `engine` is "quotes", "llm" or "auto" for this question; by default that of the settings. What limits the
        question is in `filters` or in the arguments of its own, and raises UsageError where it is in both.
        """
        from rag.retrieve.query import ArchiveQuery

        limits = _limits(filters, since, until, source, language, author)
        chosen = self.engine(engine)
        understood = self._understood(question, history, limits, engine)
        return self._replied(understood, history) or chosen.answer(ArchiveQuery.of(understood))

    def stream(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
        since: str | None = None,
        until: str | None = None,
        source: str | None = None,
        author: str | None = None,
        language: str | None = None,
        engine: str | None = None,
    ) -> Iterator[AnswerEvent]:
        """The same answer as it is made: `Draft`s and `Settled` sentences, and at the end the `Answer`."""
        from rag.answer.compose import settled
        from rag.retrieve.query import ArchiveQuery

        limits = _limits(filters, since, until, source, language, author)
        chosen = self.engine(engine)
        understood = self._understood(question, history, limits, engine)
        replied = self._replied(understood, history)
        return settled(replied) if replied else chosen.stream(ArchiveQuery.of(understood))

    async def aask(self, question: str, **how: Unpack[Asking]) -> Answer:
        """`ask` in a thread, while the event loop goes on."""
        import asyncio

        return await asyncio.to_thread(self.ask, question, **how)

    async def astream(self, question: str, **how: Unpack[Asking]) -> AsyncGenerator[AnswerEvent]:
        """`stream` in a thread; closing it ends the answer after the event that it is at."""
        from rag import background

        async with aclosing(background.items(lambda: self.stream(question, **how))) as events:
            async for event in events:
                yield event

    def _understood(self, question: str, history: Sequence[Turn], filters: Filters, engine: str | None) -> Understood:
        from rag.conversation import understand
        from rag.retrieve.query import checked_filters

        usage: dict[str, int] = {}
        # The local model takes longer to read a conversation than the rules are wrong about it.
        rewrites = bool(history) and self.choice(engine).provider not in (None, "local")
        write = partial(self.model.say, usage=usage, max_tokens=REWRITTEN_TOKENS) if rewrites else None
        understood = understand(question, history, self.retriever, checked_filters(filters), write)
        return replace(understood, usage=usage)

    def _replied(self, understood: Understood, history: Sequence[Turn]) -> Answer | None:
        """The answer to what is not a question about one fact; None for those."""
        from rag.conversation import reply
        from rag.newsroom.answer import NEWSROOM, newsroom_answer
        from rag.understand.hear import TALKING

        started = time.perf_counter()
        if understood.intent in NEWSROOM:
            answer = newsroom_answer(understood, self.retriever)
        elif understood.intent in TALKING:
            answer = reply(understood, history, self.retriever, self._quoted)
        else:
            return None
        seconds = time.perf_counter() - started
        return replace(answer, seconds={"retrieve": 0.0, "answer": seconds, "total": seconds})

    def _quoted(self, understood: Understood) -> Answer:
        from rag.retrieve.query import ArchiveQuery

        return self._quotes_engine.answer(ArchiveQuery.of(understood))

    def chat(self, *, filters: Filters | None = None, engine: str | None = None) -> Chat:
        """A conversation: follow-up questions are understood from what was asked before."""
        from rag.conversation import Chat

        return Chat(lambda question, turns: self.stream(question, filters=filters, history=turns, engine=engine))

    def retrieve(self, question: str, top_k: int | None = None, *, filters: Filters | None = None) -> tuple[Hit, ...]:
        """The passages closest to the question, best first. Raises UsageError."""
        from rag.retrieve.query import ArchiveQuery, checked_filters

        if top_k is not None and top_k < 1:
            raise UsageError(f"top_k is {top_k}; ask for at least one passage")
        query = ArchiveQuery(query_str=question, filters=checked_filters(filters or Filters()), top_k=top_k)
        return self.retriever.search(query)

    async def aretrieve(
        self, question: str, top_k: int | None = None, *, filters: Filters | None = None
    ) -> tuple[Hit, ...]:
        """`retrieve` in a thread, while the event loop goes on."""
        import asyncio

        return await asyncio.to_thread(self.retrieve, question, top_k, filters=filters)

    def warm_up(self) -> None:
        """Opens all that the first question would otherwise wait for."""
        from rag.read.reader import default_reader
        from rag.understand.hear import default_listener

        _ = self.query_engine
        self.embedder.get_query_embedding("?")
        default_listener()
        default_reader()

    def close(self) -> None:
        for name in ("model", "index", "catalogue"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()
        for name in ("retriever", "_quotes_engine", "_composing_engine"):
            self.__dict__.pop(name, None)

    def __enter__(self) -> NewsQA:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _several(given: Any) -> list[Any]:
    """What was given as one string or path, or as several: a string is not its letters."""
    return [given] if isinstance(given, str | os.PathLike) else list(given)


def _limits(
    filters: Filters | None,
    since: str | None,
    until: str | None,
    source: str | None,
    language: str | None,
    author: str | None,
) -> Filters:
    outlets, languages, authors = ((name,) if name else () for name in (source, language, author))
    given = Filters(since, until, outlets, languages, authors)
    return (filters or Filters()).joined(given)
