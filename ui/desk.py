"""What all pages of one server share: the archive, the conversations, the line of questions, who is being answered."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import replace
from itertools import islice

from rag.errors import ArchiveError, RagError, UnknownArticle
from rag.models.choose import choose
from rag.newsqa import NewsQA
from rag.server.asking import Stop
from rag.server.line import Queue
from rag.store import listing
from rag.store.rows import ArticleInfo
from rag.types import AnswerLanguage, Article, Citation
from ui.conversations import Conversations
from ui.examples import examples
from ui.faults import line_of
from ui.render import render
from ui.runs import Runs
from ui.shelf import chosen
from ui.texts import say
from ui.view import Reprints, Welcome

# Browsers whose unfinished answers are remembered.
_MOST_SESSIONS = 1000
# In an archive of more articles only the newest are looked at, where that serves.
_LISTED, _NEWS = 2000, 500


class Desk:
    """Used by many threads. Questions wait in `line`."""

    def __init__(self, qa: NewsQA, line: Queue | None = None) -> None:
        self.qa = qa
        self.conversations = Conversations(qa.settings.home)
        self.line = line or Queue()
        self.runs = Runs(qa.settings.eval_results)
        # Article id -> path of what was removed here and may be brought back.
        self.removed: dict[str, str] = {}
        self._lock = threading.Lock()
        self._asking: dict[str, Stop] = {}
        self._live: dict[str, tuple[Citation, ...]] = {}
        self._welcomes: dict[AnswerLanguage, tuple[int, Welcome]] = {}

    def warm_up(self) -> None:
        """Opens all that the first question would otherwise wait for."""
        self.qa.warm_up()
        for language in ("vi", "en"):
            self.welcome(language)

    def begin(self, session: str) -> Stop:
        """A question of a browser's session is being asked; an earlier one of the same session is given up."""
        stop = Stop()
        with self._lock:
            earlier = self._asking.get(session)
            self._asking[session] = stop
        if earlier is not None:
            earlier()
        return stop

    def end(self, session: str, stop: Stop) -> None:
        stop()
        with self._lock:
            if self._asking.get(session) is stop:
                del self._asking[session]

    def stop(self, session: str) -> None:
        with self._lock:
            stop = self._asking.get(session)
        if stop is not None:
            stop()

    def show_live(self, session: str, citations: tuple[Citation, ...]) -> None:
        """What the answer in the making cites; kept after it was stopped or failed, for as long as it is shown."""
        with self._lock:
            self._live.pop(session, None)
            self._live[session] = citations
            if len(self._live) > _MOST_SESSIONS:
                del self._live[next(iter(self._live))]

    def cited_live(self, session: str) -> tuple[Citation, ...]:
        with self._lock:
            return self._live.get(session, ())

    def welcome(self, language: AnswerLanguage) -> Welcome:
        """What the archive offers to ask; made anew when more than a hundredth of the archive has changed."""
        counts = self.qa.catalogue.count()
        kept = self._welcomes.get(language)
        # In a large archive it takes seconds, and news comes all the time.
        if kept and 0 <= counts.generation - kept[0] <= counts.passages // 100:
            return replace(kept[1], articles=counts.articles)
        asked = examples(self._newest(counts.articles), language, self._is_answered) if counts.articles else ()
        welcome = Welcome(counts.articles, asked)
        self._welcomes[language] = (counts.generation, welcome)
        return welcome

    def shelf(self, most: int, search: str, order: str) -> tuple[list[ArticleInfo], int, int]:
        """The first articles of those searched for, in an order; how many those are, and how many there are at all."""
        total = self.qa.catalogue.count().articles
        if order in ("", "newest") and not search.strip() and total > _LISTED:
            newest = self.qa.catalogue.newest(most)
            if len(newest) == most:
                return newest, total, total
        return *chosen(listing.every(self.qa.catalogue), most, search, order), total

    def _newest(self, total: int) -> list[ArticleInfo]:
        """Every article; of a large archive those published last."""
        newest = self.qa.catalogue.newest(_NEWS) if total > _LISTED else []
        return newest or list(islice(listing.every(self.qa.catalogue), _LISTED))

    def archive_line(self, language: AnswerLanguage) -> str:
        """The HTML of what answers, over how many articles of which dates."""
        catalogue = self.qa.catalogue
        return render(
            "archive", language, engine=self._engine(language), articles=catalogue.count().articles,
            dates=catalogue.date_range(),
        )  # fmt: skip

    def limits(self, language: AnswerLanguage) -> str:
        return render("limits", language, sources=self.qa.catalogue.sources())

    def reprints(self, ids: Collection[str]) -> Reprints:
        if not ids:
            return {}
        found = listing.reprints(self.qa.catalogue, ids)
        return {
            article_id: [(other.source, other.published) for other in others] for article_id, others in found.items()
        }

    def with_title(self, title: str) -> Article:
        """Raises UnknownArticle."""
        info = listing.with_title(self.qa.catalogue, title)
        if info is None:
            raise UnknownArticle(f"no article is called {title!r}")
        return self.qa.article(info.id)

    def _engine(self, language: AnswerLanguage) -> str:
        try:
            choice = choose(self.qa.settings)
        except RagError as error:
            return line_of(error, language)
        if choice.engine == "quotes":
            return say(language, "by_quotes")
        if choice.provider == "local":
            return say(language, "by_model", model=say(language, "local_model"))
        return say(language, "by_model", model=choice.model or say(language, "some_model"))

    def _is_answered(self, question: str) -> bool:
        try:
            return self.qa.ask(question, engine="quotes").found
        except ArchiveError:
            return False
