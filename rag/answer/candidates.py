"""From retrieved passages to the sentences that may answer, each with what is around it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.answer.extent import extent
from rag.answer.features import Candidate
from rag.types import Article, Hit

# A credit or a scrap has no room for a statement.
MIN_WORDS = 4
# The characters of an article that introduce what it is about.
OPENING = 250


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
        span = extent(passage.sentences, place, article.text)
        text = article.text[span.start : span.end]
        if len(text.split()) < MIN_WORDS or text == article.title:
            continue
        previous = passage.sentences[place - 1] if place else None
        neighbours = [scores[at] for at in (place - 1, place + 1) if 0 <= at < len(scores)]
        out.append(
            Candidate(
                hit=hit,
                place=place,
                span=span,
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
