"""Passages: every quotable sentence in exactly one of them, none touching what may not be quoted."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.ingest.passages import MAXIMUM, TARGET, chunk, quotable_sentences
from rag.text.normalise import normalise
from rag.types import Article, Span

VI = "Hội đồng thành phố họp sáng nay để bàn về con đê mới ở phía bắc sông Lam Khê."
EN = "The city council met this morning to talk about the new dyke north of the river."


def texts(article: Article) -> list[str]:
    return [article.quote(passage.start, passage.end) for passage in chunk(article)]


def test_short_paragraphs_are_joined() -> None:
    article = Article("a", f"{VI}\n\n{VI}\n\n{VI}")
    (passage,) = chunk(article)
    assert (passage.id, passage.language, len(passage.sentences)) == (f"a:0-{len(article.text)}", "vi", 3)
    assert [article.quote(s.start, s.end) for s in passage.sentences] == [VI] * 3


def test_paragraphs_are_kept_whole() -> None:
    paragraph = " ".join([VI] * 6)
    article = Article("a", "\n\n".join([paragraph] * 4))
    assert TARGET / 2 < len(paragraph) < TARGET
    assert texts(article) == [paragraph] * 4


def test_a_long_paragraph_is_cut_between_sentences_into_equal_parts() -> None:
    article = Article("a", " ".join([VI] * 40))
    sizes = [len(passage.sentences) for passage in chunk(article)]
    assert sum(sizes) == 40
    assert max(sizes) - min(sizes) <= 1
    assert all(len(text) <= MAXIMUM for text in texts(article))


def test_a_heading_stays_with_what_follows() -> None:
    paragraph = " ".join([VI] * 8)
    article = Article("a", f"{paragraph}\n\nĐê mới\n\n{paragraph}")
    assert texts(article) == [paragraph, f"Đê mới\n\n{paragraph}"]


def test_a_small_rest_joins_what_stands_before_it() -> None:
    paragraph = " ".join([VI] * 11)
    assert len(paragraph) + len(VI) > TARGET
    assert len(texts(Article("a", f"{paragraph}\n\n{VI}"))) == 1


def test_a_change_of_language_ends_a_passage() -> None:
    vietnamese, english = " ".join([VI] * 3), " ".join([EN] * 3)
    article = Article("a", f"{vietnamese}\n\n{english}\n\n{vietnamese}")
    assert [passage.language for passage in chunk(article)] == ["vi", "en", "vi"]
    on_one_line = Article("a", f"{vietnamese} {english}")
    assert texts(on_one_line) == [vietnamese, english]


def test_a_short_sentence_in_the_other_language_does_not() -> None:
    article = Article("a", f"{VI} {VI} “It will hold,” the mayor said. {VI}\n\nBy our staff\n\n{VI} {VI}")
    assert [passage.language for passage in chunk(article)] == ["vi"]


def test_what_no_sentence_tells_takes_the_articles_language() -> None:
    assert [passage.language for passage in chunk(Article("a", "12345 67890.", language="en"))] == ["en"]


def test_unquotable_text_is_cut_off_and_parts_passages() -> None:
    text = f"QUẢNG CÁO {VI}\nĐăng ký nhận tin\n{VI} Chia sẻ"
    holes = tuple(
        Span(text.index(piece), text.index(piece) + len(piece)) for piece in ("QUẢNG CÁO", "Đăng ký nhận tin")
    )
    share = Span(text.index("Chia sẻ"), len(text))
    assert texts(Article("a", text, unquotable=(share, *holes))) == [VI, VI]


def test_a_sentence_with_a_hole_in_it_is_no_quote() -> None:
    start = VI.index("sáng nay")
    assert texts(Article("a", f"{VI} {VI}", unquotable=(Span(start, start + 8),))) == [VI]


def test_nothing_to_quote() -> None:
    assert chunk(Article("a", "")) == []
    assert chunk(Article("a", "... 😀 —\n\n***")) == []
    assert chunk(Article("a", VI, unquotable=(Span(0, len(VI)),))) == []


def test_a_line_of_a_megabyte_is_chunked() -> None:
    article = Article("a", f"{VI} " * 6000)
    assert sum(len(passage.sentences) for passage in chunk(article)) == len(quotable_sentences(article)) > 5900
    assert sum(passage.end - passage.start for passage in chunk(Article("a", "x" * 1_000_000))) == 1_000_000


PIECES = st.one_of(
    st.sampled_from(
        [VI, EN, f"{VI} {EN}", "TP. Hồ Chí Minh, 5/3/2024.", "Quảng cáo", "- mục một", "1. mục hai", "?!", ""]
    ),
    st.text(alphabet=st.sampled_from(list('aăđơ ưA.,!?…’”"(%0\u00a0\u200b\u0301\u0323\ufeff\t\r😀')), max_size=60),
    st.text(max_size=40),
)
BREAKS = st.sampled_from([" ", "\n", "\n\n", "\r\n", "\t", "\u00a0", ""])


@st.composite
def hostile_articles(draw: st.DrawFn) -> Article:
    repeat = draw(st.integers(1, 12))
    pieces = draw(st.lists(st.tuples(PIECES, BREAKS), max_size=8))
    text = normalise("".join(piece + gap for piece, gap in pieces) * repeat)
    edges = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, 80)), max_size=5))
    holes = tuple(Span(start, min(len(text), start + length)) for start, length in edges)
    return Article("a", text, unquotable=holes)


@settings(max_examples=100, deadline=None)
@given(article=hostile_articles())
def test_every_quotable_sentence_is_in_exactly_one_passage(article: Article) -> None:
    passages = chunk(article)
    kept = [(sentence.start, sentence.end) for passage in passages for sentence in passage.sentences]
    assert kept == [(span.start, span.end) for span in quotable_sentences(article)]
    assert kept == sorted(kept)
    holes = [hole for hole in article.unquotable if hole.start < hole.end]
    last = 0
    for passage in passages:
        assert last <= passage.start < passage.end <= len(article.text)
        assert passage.end - passage.start <= MAXIMUM
        assert (passage.start, passage.end) == (passage.sentences[0].start, passage.sentences[-1].end)
        assert passage.id == f"a:{passage.start}-{passage.end}"
        assert not any(hole.overlaps(Span(passage.start, passage.end)) for hole in holes)
        assert {sentence.language for sentence in passage.sentences} == {passage.language}
        for sentence in passage.sentences:
            assert last <= sentence.start < sentence.end
            last = sentence.end
            quote = article.quote(sentence.start, sentence.end)
            assert quote.strip() == quote
            assert any(map(str.isalnum, quote))
