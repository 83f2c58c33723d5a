"""Stories: reprints and small edits are one, translations and other news are not."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from conftest import HashingEmbedder

from rag.ingest import stories
from rag.ingest.embedding import embed
from rag.ingest.place import content_hash
from rag.store.catalogue import Catalogue
from rag.types import Article, Span

SYLLABLES = "sông cầu lũ chợ trường đường nhà cây biển núi đảo rừng mưa nắng gió bão thuyền cá gạo muối"

DATABASES = ("sqlite", "postgresql")


def prose(seed: int, words: int = 200) -> str:
    """Words at random, so that two seeds share no run of five."""
    random = Random(seed)
    return " ".join(random.choice(SYLLABLES.split()) + random.choice(["", ",", "."]) for _ in range(words))


WIRE = Article("wire", prose(1), published="2024-06-19")


def edited(text: str, every: int) -> str:
    """The text with every n-th word replaced."""
    return " ".join("khác" if number % every == 0 else word for number, word in enumerate(text.split(), start=1))


def similar(one: Article, other: Article) -> bool:
    return stories.is_near_duplicate(stories.shingles(one), stories.shingles(other))


def test_shingles_count_runs_of_five_words() -> None:
    assert len(stories.shingles(Article("a", "một hai ba bốn năm sáu bảy tám chín mười mười_một mười_hai"))) == 8
    assert len(stories.shingles(Article("a", "một hai ba bốn năm sáu bảy tám chín mười mười_một"))) == 0


def test_spelling_without_diacritics_capitals_and_punctuation_do_not_matter() -> None:
    plain = Article("b", "MUC NUOC song dang cao, hang tram ho dan phai so tan ngay trong dem")
    marked = Article("a", "Mực nước sông dâng cao; hàng trăm hộ dân phải sơ tán ngay trong đêm.")
    assert stories.shingles(plain).tolist() == stories.shingles(marked).tolist()


def test_reprints_edits_and_excerpts_are_near_duplicates() -> None:
    assert similar(WIRE, replace(WIRE, text=f"Theo TTX. {WIRE.text} Hết."))
    assert similar(WIRE, replace(WIRE, text=edited(WIRE.text, 20)))
    assert similar(WIRE, replace(WIRE, text=" ".join(WIRE.text.split()[:80])))


def test_rewritten_and_other_news_are_not() -> None:
    assert not similar(WIRE, replace(WIRE, text=edited(WIRE.text, 4)))
    assert not similar(WIRE, Article("b", prose(2)))
    assert not similar(WIRE, Article("b", prose(2) + " " + " ".join(WIRE.text.split()[:60])))


def test_what_is_not_quotable_makes_no_duplicate() -> None:
    box = prose(3, 60)
    hole = (Span(0, len(box)),)
    one, other = (Article("a", f"{box}\n{prose(seed, 30)}", unquotable=hole) for seed in (4, 5))
    assert not similar(one, other)
    assert similar(replace(one, unquotable=()), replace(other, unquotable=()))


def test_near_duplicates_share_a_band() -> None:
    def meet(seed: int) -> bool:
        one, other = Article("a", prose(seed)), Article("b", edited(prose(seed), 20))
        return bool(set(stories.bands(stories.shingles(one))) & set(stories.bands(stories.shingles(other))))

    assert all(meet(seed) for seed in range(40))


def add(catalogue: Catalogue, *articles: Article) -> None:
    model = HashingEmbedder()
    for article in articles:
        with catalogue.transaction() as writer:
            writer.set_embedder(model.identity, model.dimension)
            writer.add(article, content_hash(article), embed(model, [article])[0])  # type: ignore[arg-type]
            stories.link(writer, article)


def remove(catalogue: Catalogue, article_id: str) -> None:
    with catalogue.transaction() as writer:
        stories.unlink(writer, article_id)
        writer.remove(article_id)


def told(catalogue: Catalogue) -> dict[str, str]:
    return {info.id: info.story_id for info in catalogue.list_articles()}


def test_a_story_is_named_after_its_earliest_member(catalogue: Catalogue) -> None:
    later = Article("later", edited(WIRE.text, 20), published="2024-06-21")
    undated = Article("undated", f"{WIRE.text} Hết.")
    add(catalogue, undated, later, Article("other", prose(9)), WIRE)
    assert told(catalogue) == {"undated": "wire", "later": "wire", "other": "other", "wire": "wire"}


def test_a_member_that_goes_leaves_the_others_together_or_apart(catalogue: Catalogue) -> None:
    left, right = prose(11, 120), prose(12, 120)
    add(catalogue, Article("left", left), Article("right", right), Article("both", f"{left} {right}"))
    assert set(told(catalogue).values()) == {"left"}
    remove(catalogue, "both")
    assert told(catalogue) == {"left": "left", "right": "right"}
    assert catalogue.query("SELECT count(*) FROM story_bands WHERE article_id = 'both'") == [(0,)]


def test_the_next_earliest_gives_the_name_when_the_first_goes(catalogue: Catalogue) -> None:
    copies = [Article(f"copy{day}", f"{WIRE.text} {day}", published=f"2024-06-{day}") for day in (21, 20)]
    add(catalogue, WIRE, *copies)
    remove(catalogue, "wire")
    assert told(catalogue) == {"copy21": "copy20", "copy20": "copy20"}


def test_a_stub_is_its_own_story(catalogue: Catalogue) -> None:
    add(catalogue, Article("one", "Ảnh: tư liệu"), Article("two", "Ảnh: tư liệu."))
    assert told(catalogue) == {"one": "one", "two": "two"}
