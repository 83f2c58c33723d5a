"""ViCoQA: conversations about one article each, every turn with the span that answers it (Luu et al. 2021)."""

from __future__ import annotations

from pathlib import Path

from eval.adapters.suite import Suite, gold_at, language_of, split_of
from eval.cases import Case
from eval.lines import read_lines
from rag.text.normalise import normalise
from rag.types import Article, Turn


def read_vicoqa(path: Path) -> Suite:
    """A case for each turn, with the turns before it as history; the free answer and its span are both accepted."""
    articles: dict[str, Article] = {}
    for fields in read_lines(path / "articles.jsonl"):
        text = normalise(fields.text("text"))
        articles[fields.text("pid")] = Article(
            id=fields.text("pid"),
            text=text,
            source=fields.optional_text("source"),
            language=language_of(text, "vi"),
            url=fields.optional_text("url"),
        )
    cases: list[Case] = []
    left_out: list[str] = []
    for fields in read_lines(path / "conversations.jsonl"):
        article = articles.get(fields.text("pid")) or fields.fail(f"no article has the id {fields.text('pid')!r}")
        split = split_of(fields.optional_text("split"))
        history: tuple[Turn, ...] = ()
        for number, turn in enumerate(fields.objects("turns"), start=1):
            question, answer, span = turn.text("q"), turn.text("a"), turn.text("span")
            gold = gold_at(article, span, turn.number("start") if "start" in turn else None)
            case_id = f"{article.id}-{number}"
            if gold is None:
                left_out.append(f"{case_id}: the span does not stand in its article")
            else:
                kind = "follow_up" if history else "factoid"
                accepted = tuple(dict.fromkeys((normalise(answer), normalise(span).strip())))
                cases.append(Case(case_id, split, question, "vi", kind, True, (accepted,), (gold,), history))
            history = (*history, Turn("user", question), Turn("assistant", answer))
    return Suite("vicoqa", tuple(articles.values()), tuple(cases), left_out=tuple(left_out))
