"""Lines that an outlet repeats under its articles: invitations, labels, calls for money. Learnt from the archive.

What most pages of an outlet have is of its layout. What several have counts where it speaks to the reader or names the
outlet, and tells nothing: a sentence of news may stand in several stories, too. Such lines are marked as not quotable,
in the articles that come and in those that are there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.ingest.embedding import embed
from rag.store.catalogue import Catalogue
from rag.store.rows import PhraseQuery
from rag.text.normalise import fold
from rag.text.outlets import outlet_keys
from rag.text.terms import terms
from rag.types import Article, Filters, Span, merge_spans

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

# Where such lines stand: among the first and the last of an article.
_HEAD, _TAIL = 3, 10
_SHORTEST, _LONGEST = 6, 240
# An outlet's newest articles that are looked at before the first that comes.
_SAMPLE = 100
# In so many articles of different titles, and in which share of all.
_LEAST, _SHARE = 3, 0.1
_LAYOUT_LEAST, _LAYOUT_SHARE = 5, 0.5
_MOST_LINES = 200_000
_MOST_MENDED = 200

_LINE = re.compile(r"[^\n]+")
_ADDRESS = re.compile(
    r"\b(?:you|your|us|our|we|bạn|bạn đọc|độc giả|quý vị|chúng tôi|tòa soạn|toà soạn)\b"
    r"|^(?:mời|xem|đọc|theo dõi|tải|gửi|bấm|nhấn|đăng ký|read|see|follow|get|click|sign up|subscribe|send|watch|listen|"
    r"download|share|join|support)\b",
    re.IGNORECASE,
)
_INNER_CAPITAL = re.compile(r"(?<=[\w,;] )[A-ZÀ-ÖØ-ÞĂĐĨŨƠƯẠ-Ỹ]\w*")
_PLACES = frozenset(
    [
        "facebook",
        "twitter",
        "x",
        "zalo",
        "telegram",
        "whatsapp",
        "youtube",
        "tiktok",
        "instagram",
        "google",
        "news",
        "apple",
        "viber",
    ]
)
_LABEL_WORDS = 6


@dataclass(slots=True)
class _Outlet:
    """What was seen of one outlet: the titles of its articles, and those in which each line stands."""

    names: frozenset[str]
    titles: set[str] = field(default_factory=set)
    lines: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def see(self, article: Article) -> None:
        title = fold(article.title or article.text[:80])
        self.titles.add(title)
        for line, _ in _lines(article):
            self.lines[line].add(title)
        if len(self.lines) > _MOST_LINES:
            for line in [line for line, titles in self.lines.items() if len(titles) == 1]:
                del self.lines[line]

    def repeats(self, line: str) -> bool:
        count, total = len(self.lines.get(line, ())), len(self.titles)
        if count >= _LAYOUT_LEAST and count >= _LAYOUT_SHARE * total:
            return True
        return count >= max(_LEAST, _SHARE * total) and self._tells_nothing(line)

    def _tells_nothing(self, line: str) -> bool:
        """Whether a line, without figures and foreign names, speaks to the reader, or is a label."""
        if any(map(str.isdigit, line)):
            return False
        named = {fold(name) for name in _INNER_CAPITAL.findall(line)}
        if named - _PLACES - self.names:
            return False
        is_label = len(line.split()) <= _LABEL_WORDS and not line.endswith((".", "!", "?", "…", "”", '"'))
        return is_label or bool(_ADDRESS.search(line)) or bool(named & self.names)


class Refrains:
    """What one ingestion knows of the lines that outlets repeat."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._outlets: dict[str, _Outlet] = {}
        self._learnt: dict[tuple[str, str], str] = {}

    def marked(self, article: Article) -> Article:
        """The article on its way in, its outlet's refrains marked as not quotable."""
        if not article.source:
            return article
        key = outlet_keys(article.source)[0]
        outlet = self._outlets.get(key) or self._seeded(key, article.source)
        outlet.see(article)
        found = [(line, span) for line, span in _candidates(article) if outlet.repeats(line)]
        for line, _ in found:
            self._learnt.setdefault((key, line), article.source)
        spans = (span for _, span in found)
        return replace(article, unquotable=merge_spans((*article.unquotable, *spans))) if found else article

    def mend(self, embedder: BaseEmbedding) -> None:
        """Marks what was learnt in the articles that were stored before it was. Raises EmbedderError, ArchiveError."""
        for (key, line), source in list(self._learnt.items())[:_MOST_MENDED]:
            holders = [self._catalogue.article(article_id) for article_id in self._holding(line, source)]
            for article in holders:
                outlet = self._outlets[key]
                spans = [span for told, span in _candidates(article) if outlet.repeats(told)]
                unquotable = merge_spans((*article.unquotable, *spans))
                if unquotable == article.unquotable:
                    continue
                mended = replace(article, unquotable=unquotable)
                (passages,) = embed(embedder, [mended])
                with self._catalogue.transaction() as writer:
                    if writer.has_article(mended.id):
                        writer.replace(mended, writer.content_hash(mended.id), passages)

    def _seeded(self, key: str, source: str) -> _Outlet:
        outlet = self._outlets[key] = _Outlet(frozenset(re.findall(r"\w+", fold(source))))
        for article in self._catalogue.newest_of(source, _SAMPLE):
            outlet.see(article)
        return outlet

    def _holding(self, line: str, source: str) -> list[str]:
        """The outlet's articles in which the line can still be quoted."""
        phrase = tuple(terms(line))
        if not phrase:
            return []
        chosen = self._catalogue.selection(Filters(sources=(source,)))
        rowids = [rowid for rowid, _ in self._catalogue.lexical(PhraseQuery((phrase,)), None, _SAMPLE, chosen)]
        return sorted({stored.passage.article_id for stored in self._catalogue.passages(rowids).values()})


def _candidates(article: Article) -> list[tuple[str, Span]]:
    """Those of the lines that may be quoted so far."""
    holes = article.unquotable
    return [
        (line, span)
        for line, span in _lines(article)
        if not any(hole.start <= span.start and span.end <= hole.end for hole in holes)
    ]


def _lines(article: Article) -> Iterator[tuple[str, Span]]:
    """Short lines of an article's head and foot, and where they stand."""
    matches = list(_LINE.finditer(article.text))
    ends = matches if len(matches) <= _HEAD + _TAIL else [*matches[:_HEAD], *matches[-_TAIL:]]
    for match in ends:
        line = match.group().strip()
        if _SHORTEST <= len(line) <= _LONGEST and " " in line:
            start = match.start() + match.group().index(line)
            yield line, Span(start, start + len(line))
