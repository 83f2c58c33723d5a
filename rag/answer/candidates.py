"""From retrieved passages to the sentences that may answer, each with what is around it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile

from rag.answer.features import Candidate
from rag.types import Article, Hit, Sentence, Span

# A heading or a credit has no room for a statement.
MIN_WORDS = 4
# A list is quoted with the sentence that announces it, up to so many characters.
MAX_LIST = 1200
# The characters of an article that introduce what it is about.
OPENING = 250
# The sentences quoted with one that announces them, up to so many characters in all.
ANNOUNCED = 3
MAX_ANNOUNCED = 600
_ANNOUNCES = re.compile(
    r"\b(?:two|three|four|five|several|hai|ba|bốn|năm|nhiều)\s(?:main\s)?"
    r"(?:reasons?|causes?|factors?|lý do|lí do|nguyên nhân|yếu tố)\b[^.:]{0,40}[.:]$",
    re.IGNORECASE,
)
# "Earlier we reported ..." must never be quoted without the correction that follows.
_CORRECTS = re.compile(
    r"\b(?:we|this paper|our report) (?:\w+ )?(?:reported|wrote|said|stated|published)\b"
    r"|\b(?:chúng tôi|bài báo|bài viết|tòa soạn)(?: \w+)? (?:đưa tin|viết|thông tin|nêu|đăng)\b",
    re.IGNORECASE,
)
_LIST_ITEM = re.compile(r"(?:[-*•–+]|\d{1,2}[.)])\s")


def candidates_of(hits: Sequence[Hit], articles: Mapping[str, Article]) -> list[Candidate]:
    """Every sentence of the hits that can stand as a quote, in the order of the hits."""
    best: dict[str, float] = {}
    for hit in hits:
        best[hit.passage.article_id] = max(hit.score, best.get(hit.passage.article_id, hit.score))
    found: list[Candidate] = []
    for hit in hits:
        article = articles[hit.passage.article_id]
        found += _of_hit(hit, article, best[article.id], max(best.values()))
    return found


def _of_hit(hit: Hit, article: Article, article_score: float, best_score: float) -> list[Candidate]:
    passage, scores = hit.passage, hit.sentence_scores
    passage_text = article.text[passage.start : passage.end]
    opening = article.text[:OPENING]
    out = []
    for place, sentence in enumerate(passage.sentences):
        end = _end(passage.sentences, place, article.text)
        text = article.text[sentence.start : end]
        if len(text.split()) < MIN_WORDS or text.startswith("#"):
            continue
        previous = passage.sentences[place - 1] if place else None
        neighbours = [scores[at] for at in (place - 1, place + 1) if 0 <= at < len(scores)]
        out.append(
            Candidate(
                hit=hit,
                place=place,
                span=Span(sentence.start, end),
                language=sentence.language if sentence.language != "und" else passage.language,
                text=text,
                before=article.text[previous.start : previous.end] if previous else "",
                passage=passage_text,
                title=article.title or "",
                opening=opening,
                sentence_dense=scores[place],
                residual_dense=hit.sentence_residuals[place],
                aspect_dense=hit.sentence_aspects[place],
                neighbour_dense=max(neighbours, default=0.0),
                lead=scores[place] - max((score for at, score in enumerate(scores) if at != place), default=0.0),
                article_behind=article_score - best_score,
                passage_behind=hit.score - article_score,
                position=sentence.start,
            )
        )
    return out


def _end(sentences: Sequence[Sentence], place: int, text: str) -> int:
    """The end of the sentence, or of what it announces: a list, reasons, a correction, the reply to a question."""
    start, end = sentences[place].start, sentences[place].end
    sentence, following = text[start:end], sentences[place + 1 :]
    if sentence.endswith(":"):
        items = [item for item in following if item.end - start <= MAX_LIST]
        listed = [item.end for item in takewhile(lambda item: _LIST_ITEM.match(text, item.start), items)]
        return listed[-1] if listed else end
    if _ANNOUNCES.search(sentence) or _CORRECTS.search(sentence) or sentence.rstrip('*"”’ ').endswith("?"):
        announced = [item.end for item in following[:ANNOUNCED] if item.end - start <= MAX_ANNOUNCED]
        return announced[-1] if announced else end
    return end
