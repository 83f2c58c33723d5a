"""The pure parts of the benchmarks: readers, measures, verdicts, tables. The figures themselves are not tested."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from eval.benchmarks import datasets, ingestion, retrieval, speed, table
from eval.benchmarks.baselines import Bm25, RankFusion, fused
from eval.benchmarks.cached import CachedEmbedding
from rag.embed.base import Embedder
from rag.embed.weights import Floats
from rag.types import Article


def write_rows(path: Path, *rows: Mapping[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


class LetterEmbedding(Embedder):
    """Counts the letters a, b and c; remembers what it was asked."""

    asked: list[str] = []  # noqa: RUF012 - a pydantic field, copied for every instance

    @property
    def identity(self) -> str:
        return "letters"

    @property
    def dimension(self) -> int:
        return 3

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Floats:
        self.asked += texts
        counts = np.array([[text.count(letter) for letter in "abc"] for text in texts], np.float32)
        unit: Floats = counts / np.linalg.norm(counts, axis=1, keepdims=True)
        return unit


class TestDatasets:
    def test_xquad_gives_each_passage_in_both_languages(self, tmp_path: Path) -> None:
        write_rows(tmp_path / "xquad" / "passages.jsonl", {"pid": "p1", "text_vi": "Cầu cũ.", "text_en": "Old bridge."})
        write_rows(
            tmp_path / "xquad" / "questions.jsonl",
            {"qid": "q1", "pid": "p1", "question_vi": "Cầu nào?", "question_en": "Which bridge?"},
        )
        found = datasets.xquad(tmp_path)
        assert [(article.id, article.text) for article in found.articles] == [
            ("p1-vi", "Cầu cũ."),
            ("p1-en", "Old bridge."),
        ]
        assert [article.id for article in found.pool(["en"])] == ["p1-en"]
        assert found.questions[0].text == {"vi": "Cầu nào?", "en": "Which bridge?"}
        assert found.questions[0].gold == {"vi": "p1-vi", "en": "p1-en"}

    def test_copies_are_one_article_and_its_gold_moves_along(self, tmp_path: Path) -> None:
        write_rows(
            tmp_path / "mlqa" / "passages.jsonl",
            {"pid": "vi1", "lang": "vi", "text": "Hồ nước."},
            {"pid": "en1", "lang": "en", "text": "A lake."},
            {"pid": "en2", "lang": "en", "text": "A lake. "},
        )
        write_rows(
            tmp_path / "mlqa" / "questions.jsonl",
            {"qid": "q", "question_vi": "Gì?", "question_en": "What?", "pid_vi": "vi1", "pid_en": "en2"},
        )
        found = datasets.mlqa(tmp_path)
        assert [article.id for article in found.articles] == ["vi1", "en1"]
        assert found.questions[0].gold == {"vi": "vi1", "en": "en1"}

    def test_limited_keeps_the_answering_articles_only(self, tmp_path: Path) -> None:
        ids = ["a1", "a2", "a3", "a4"]
        write_rows(
            tmp_path / "vinewsqa" / "articles.jsonl",
            *({"pid": name, "title": f"Tin {name}", "text": f"Bài {name}."} for name in ids),
        )
        write_rows(
            tmp_path / "vinewsqa" / "questions.jsonl",
            *({"qid": f"q-{name}", "pid": name, "question": f"{name}?"} for name in ids),
        )
        found = datasets.vinewsqa(tmp_path).limited(2)
        assert [question.id for question in found.questions] == ["q-a1", "q-a3"]
        assert [(article.id, article.title) for article in found.articles] == [("a1", "Tin a1"), ("a3", "Tin a3")]

    def test_vietnews_takes_the_first(self, tmp_path: Path) -> None:
        write_rows(
            tmp_path / "vietnews" / "articles.jsonl",
            *({"doc_id": f"d{number}", "title": "Tựa", "abstract": "", "text": "Bài."} for number in range(3)),
        )
        assert [article.id for article in datasets.vietnews(tmp_path, 2)] == ["d0", "d1"]

    def test_written_articles_leave_out_what_is_not_known(self, tmp_path: Path) -> None:
        path = tmp_path / "articles.jsonl"
        datasets.write_articles([Article(id="1", text="Chợ nổi", language="vi"), Article("2", "x", title="Tựa")], path)
        assert datasets.json_lines(path) == [{"id": "1", "text": "Chợ nổi"}, {"id": "2", "title": "Tựa", "text": "x"}]

    @pytest.mark.parametrize(("count", "expected"), [(0, []), (2, [0, 2]), (3, [0, 1, 3]), (9, [0, 1, 2, 3, 4])])
    def test_spread(self, count: int, expected: list[int]) -> None:
        assert datasets.spread(range(5), count) == expected


@pytest.mark.parametrize("main", [retrieval.main, speed.main, ingestion.main])
def test_absent_data_is_skipped_with_one_line(main: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert callable(main)
    assert main(["--data", str(tmp_path / "nowhere")]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"Skipped: {tmp_path / 'nowhere'} holds no folder ")
    assert printed.err.count("\n") == 1


def test_an_unknown_data_set_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        retrieval.main(["--data", str(tmp_path), "--only", "xquad,squad"])
    assert stopped.value.code == 2
    assert "'squad': choose from xquad, mlqa, vinewsqa" in capsys.readouterr().err


class TestMeasures:
    def test_distinct_keeps_the_best_place_and_drops_the_removed(self) -> None:
        assert retrieval.distinct(["b", "a", "b", "c"]) == ["b", "a", "c"]
        assert retrieval.distinct(["b", "a", "b", "c"], removed="b") == ["a", "c"]

    def test_scores_by_hand(self) -> None:
        found = retrieval.scores({"q1": ["a", "x"], "q2": ["x", "b"]}, {"q1": "a", "q2": "b", "q3": "c"})
        assert found["recall@1"] == pytest.approx(1 / 3)
        assert found["recall@5"] == pytest.approx(2 / 3)
        assert found["nDCG@10"] == pytest.approx((1 + 1 / math.log2(3)) / 3)

    def test_what_comes_sixth_or_eleventh_does_not_count(self) -> None:
        sixth = [f"x{number}" for number in range(5)] + ["a"]
        assert retrieval.scores({"q": sixth}, {"q": "a"}) == pytest.approx(
            {"recall@1": 0, "recall@5": 0, "nDCG@10": 1 / math.log2(7)}
        )
        eleventh = [f"x{number}" for number in range(10)] + ["a"]
        assert retrieval.scores({"q": eleventh}, {"q": "a"})["nDCG@10"] == 0

    def test_no_rankings_at_all_are_misses(self) -> None:
        assert retrieval.scores({}, {"q": "a"}) == {"recall@1": 0, "recall@5": 0, "nDCG@10": 0}

    def test_verdict(self) -> None:
        half = {"recall@1": 0.5, "recall@5": 0.9, "nDCG@10": 0.7}
        assert retrieval.verdict({"archive": half, "other": half}, None) == "PASS"
        assert retrieval.verdict({"archive": half, "other": half}, 0.9) == "PASS"
        better = {**half, "recall@1": 0.6}
        assert (
            retrieval.verdict({"archive": half, "other": better}, 0.99)
            == "below: recall@5 under 99.0, recall@1 under other"
        )

    def test_own_language_gold_is_removed_only_across_languages(self) -> None:
        question = datasets.Question("q", {"vi": "gì", "en": "what"}, {"vi": "g-vi", "en": "g-en"})
        rows = [row for row in retrieval.ROWS if row.dataset == "xquad" and row.pool == ("vi", "en")]
        found = dict(retrieval._rows(lambda _: ["g-vi", "g-vi", "g-en"], rows, [question]))
        assert {name: figures["recall@1"] for name, figures in found.items()} == {
            "XQuAD mixed, vi own": 1,
            "XQuAD mixed, en own": 0,
            "XQuAD mixed, vi->en": 1,
            "XQuAD mixed, en->vi": 1,
        }


class TestBaselines:
    def test_fusion_prefers_what_both_rank(self) -> None:
        # 2: 1/62 + 1/61; 1: 1/61; 3: 1/62.
        assert fused([1, 2], [2, 3]) == [2, 1, 3]

    def test_bm25_by_hand(self) -> None:
        # Lengths 2 and 3, mean 2.5; "zinc" is in one of two texts: rarity ln(1 + 1.5 / 1.5).
        bm25 = Bm25(["silver lead", "silver silver zinc"])
        expected = math.log(2) * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 3 / 2.5))
        assert bm25.scores("Zinc?").tolist() == pytest.approx([0, expected])
        assert bm25.scores("gold").tolist() == [0, 0]

    def test_rank_fusion_names_articles(self) -> None:
        articles = [Article("one", "aaa aaa.", language="en"), Article("two", "bbb bbb.", language="en")]
        ranking = RankFusion(articles, LetterEmbedding(model_name="letters")).ranking("bbb")
        assert ranking[0] == "two"
        assert sorted(ranking) == ["one", "two"]


class TestCachedEmbedding:
    def test_each_text_is_embedded_once(self) -> None:
        inner = LetterEmbedding(model_name="letters")
        cached = CachedEmbedding(inner)
        first = cached.embed(["ab", "c", "ab"])
        assert cached.embed(["c", "a"])[0].tolist() == [0, 0, 1]
        assert inner.asked == ["ab", "c", "a"]
        assert first.tolist() == inner.embed(["ab", "c", "ab"]).tolist()

    def test_a_question_is_not_mistaken_for_a_passage(self) -> None:
        inner = LetterEmbedding(model_name="letters")
        cached = CachedEmbedding(inner)
        cached.embed(["a"])
        cached.embed(["a"], query=True)
        assert inner.asked == ["a", "a"]

    def test_the_next_run_embeds_nothing_again(self, tmp_path: Path) -> None:
        before = CachedEmbedding(LetterEmbedding(model_name="letters"), tmp_path)
        vectors = before.embed(["ab", "bc", "cầu"])
        before.save()
        inner = LetterEmbedding(model_name="letters")
        after = CachedEmbedding(inner, tmp_path)
        assert after.embed(["cầu", "bc", "ab"]).tolist() == vectors[::-1].tolist()
        assert inner.asked == []
        assert [path.name for path in tmp_path.iterdir()] == ["letters.npz"]


class TestSpeed:
    def test_warm_questions_alternate(self) -> None:
        assert speed.warm_questions(["Mưa lớn.", "Chợ đêm"], ["vì sao?", "ở đâu?"], 3) == [
            "Mưa lớn?",
            "vì sao?",
            "Chợ đêm?",
        ]
        assert speed.warm_questions(["Mưa lớn", "Chợ đêm"], [], 2) == ["Mưa lớn?", "Chợ đêm?"]

    def test_a_failed_process_is_told_in_one_line(self) -> None:
        with pytest.raises(speed.ChildFailed, match=r"ended with status 1: it broke$"):
            speed.child([sys.executable, "-c", "raise SystemExit('long story\\nit broke')"], timeout=60)

    def test_a_process_that_hangs_is_stopped(self) -> None:
        with pytest.raises(speed.ChildFailed, match=r"took more than"):
            speed.child([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.2)

    def test_targets_are_of_the_largest_archive(self) -> None:
        def archive(share: float, p95: float) -> dict[str, speed.Figures]:
            return {
                "ingestion": {"embedding share": share},
                "warm": {"ask p95 ms": p95},
                "cold": {"ask / bare import": 1.5, "help / bare import": 0.2},
            }

        rows = speed.targets({3000: archive(0.85, 299), 100: archive(0.99, 400)})
        assert [row[1:] for row in rows] == [
            ["1.50", "1.50", "PASS"],
            ["0.200", "0.100", "below"],
            ["0.150", "0.100", "below"],
            ["299", "300", "PASS"],
        ]
        assert speed.targets({}) == []

    def test_disk_counts_files_in_folders(self, tmp_path: Path) -> None:
        (tmp_path / "inner").mkdir()
        (tmp_path / "inner" / "file").write_bytes(b"x" * 500_000)
        assert speed.disk_megabytes(tmp_path) == 0.5


class TestIngestion:
    BODIES = ("\n".join(f"Mực nước sông {name} lúc 5 giờ sáng là 412 phân." for name in ("Lam", "Đà", "Mã")),)

    def test_mixed_articles_are_the_same_again_and_none_twice(self) -> None:
        records = list(ingestion.mixed(self.BODIES, ["Lũ về"], 60))
        assert records == list(ingestion.mixed(self.BODIES, ["Lũ về"], 60))
        assert len({record["text"] for record in records}) == len({record["id"] for record in records}) == 60
        assert any(other["text"].endswith(f"\n{one['text']}") for one in records for other in records)

    def test_each_part_has_a_row_and_the_second_run_adds_nothing(self, tmp_path: Path) -> None:
        ingestion.write_files(ingestion.mixed(self.BODIES, ["Lũ về"], 40), tmp_path / "news")
        *parts, end = ingestion.run(tmp_path, 40, "hash")
        assert parts[-1]["articles"] == 40
        assert (end["failed"], end["second run added"]) == (0, 0)


def test_table_aligns_columns() -> None:
    assert table.render(["name", "n"], [["Đà Nẵng", "7"], ["x", "12"]]).splitlines() == [
        "name      n",
        "-------  --",
        "Đà Nẵng   7",
        "x        12",
    ]


def test_figures_that_were_not_measured_are_a_dash() -> None:
    assert [table.figure(None), table.figure(1234.56), table.figure(0.126, 2), table.percent(0.8764)] == [
        "–",
        "1,234.6",
        "0.13",
        "87.6",
    ]
