"""Finding files, and the promise that reading never raises: every bad file is one clear line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.readers import listed, parse
from rag.readers.files import Record, discover, read
from rag.types import Failure

BODY = "Cây cầu dài 420 mét nối hai bờ sông đã mở cho xe cộ qua lại từ sáng thứ ba."


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def the_record(path: Path) -> Record:
    (found,) = read(path)
    assert isinstance(found, Record), found
    return found


def the_failure(path: Path) -> Failure:
    (found,) = read(path)
    assert isinstance(found, Failure), found
    assert "\n" not in found.reason
    assert found.path == str(path)
    return found


def test_discover_walks_folders_in_order(tmp_path: Path) -> None:
    for name in ("b/2.md", "b/1.txt", "a.JSONL", "c.html", "b/photo.psd", "b/film.mov", ".hidden/x.txt", "b/.x.txt"):
        write(tmp_path / name, BODY)
    for name in ("README.md", "b/readme.vi.md", "LICENSE", "CONTRIBUTING.md"):
        write(tmp_path / name, BODY)
    found = [path.relative_to(tmp_path).as_posix() for path in discover([tmp_path])]
    assert found == ["a.JSONL", "b/1.txt", "b/2.md", "c.html"]


def test_named_files_are_always_tried_and_given_once(tmp_path: Path) -> None:
    named = [write(tmp_path / name, BODY) for name in ("README.md", "notes", "photo.jpg")]
    missing = tmp_path / "missing.txt"
    assert list(discover([*named, missing, *named])) == [*named, missing]
    assert the_record(named[1]).text == BODY


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    write(tmp_path / "a/x.txt", BODY)
    (tmp_path / "a/up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "b").symlink_to(tmp_path / "a", target_is_directory=True)
    assert list(discover([tmp_path])) == [tmp_path / "a/x.txt"]


def test_paths_are_kept_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "in/x.txt", BODY)
    monkeypatch.chdir(tmp_path)
    assert [the_record(path).path for path in discover([Path("in")])] == ["in/x.txt"]


def test_text_is_stored_whole_and_nfc(tmp_path: Path) -> None:
    record = the_record(write(tmp_path / "x.txt", "  Ca\u0302\u0300u đã mở.QUẢNG CÁO\r\nXe qua.\n"))
    assert record.text == "  Cầu đã mở.QUẢNG CÁO\nXe qua.\n"
    assert [record.text[span.start : span.end] for span in record.unquotable] == ["QUẢNG CÁO"]
    assert (record.record, record.article_id, record.language) == ("", None, "vi")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "an empty file"),
        ("blank.txt", b" \n\t\n", "no text in it"),
        ("blank.md", "---\ntitle: Cầu\n---\n", "no text in it"),
        ("binary.txt", bytes(range(256)) * 20, "a binary file"),
        ("zeros.txt", bytes(5000), "a binary file"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 40, "a binary file"),
        ("utf16.txt", b"\xff\xfea\x00b", "broken UTF-16 text"),
        ("page.html", b"<html><body><script>x()</script></body></html>", "no article text in this page"),
        ("other.zip", b"PK\x03\x04" + bytes(40), "a broken zip archive"),
        ("old.doc", b"\xd0\xcf\x11\xe0" + bytes(60), "an old or password-protected Word file"),
        ("rich.rtf", b"{\\rtf1 }", "a rich text file without text"),
        ("cut.pdf", b"%PDF-1.4 nothing", "a broken PDF"),
        ("deep.json", "[" * 200_000, "nested too deeply"),
        ("bad.json", '{"text": ', "not valid JSON (line 1"),
        ("number.json", "42", "neither an object nor a list"),
        ("none.json", "[]", "a list without articles"),
        ("none.jsonl", "\n\n", "a list without articles"),
        ("binary.jsonl", b"\x00\x01\x02" * 900, "a binary file"),
    ],
)
def test_bad_files_fail_with_one_line(tmp_path: Path, name: str, content: bytes | str, reason: str) -> None:
    assert reason in the_failure(write(tmp_path / name, content)).reason


def test_missing_and_irregular_files(tmp_path: Path) -> None:
    assert "No such file" in the_failure(tmp_path / "missing.txt").reason
    os.mkfifo(tmp_path / "pipe.txt")
    assert "not a regular file" in the_failure(tmp_path / "pipe.txt").reason
    assert "a folder that cannot be listed" in the_failure(tmp_path).reason
    assert list(discover([tmp_path])) == [tmp_path / "pipe.txt"]


def test_file_over_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "MAX_FILE_BYTES", 1_000)
    assert "split it" in the_failure(write(tmp_path / "x.txt", BODY * 20)).reason


def test_json_lines_go_on_after_a_bad_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed, "MAX_LINE_BYTES", 300)
    lines = [
        {"id": 1, "text": BODY},
        "{bad",
        {"text": "x" * 900},
        [],
        {"id": 2},
        {"id": 3, "text": ""},
        {"id": 4, "text": BODY},
    ]
    path = write(
        tmp_path / "x.jsonl", "\n\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    )
    found = list(read(path))
    assert [item.article_id for item in found if isinstance(item, Record)] == ["1", "4"]
    failures = {item.path.rpartition(":")[2]: item.reason for item in found if isinstance(item, Failure)}
    assert sorted(failures, key=int) == ["3", "5", "7", "9", "11"]
    assert "not valid JSON" in failures["3"]
    assert "in one line" in failures["5"]
    assert "an object belongs" in failures["7"]
    assert "no text in its fields (id)" in failures["9"]
    assert "no text in its fields (id, text)" in failures["11"]


def test_field_map_of_unknown_field_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot set 'story'"):
        list(read(write(tmp_path / "x.json", "{}"), field_map={"story": "x"}))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    suffix=st.sampled_from(sorted([*parse.SUFFIXES, ".doc", ""])),
    start=st.sampled_from(
        [b"", b"", b"\xff\xfe", b"\xef\xbb\xbf", b"%PDF-1.7\n", b"PK\x03\x04", b"<html>", b'{"text": "', b"---\n"]
    ),
    data=st.binary(max_size=300),
)
def test_reading_random_bytes_never_raises(tmp_path: Path, suffix: str, start: bytes, data: bytes) -> None:
    for found in read(write(tmp_path / f"x{suffix}", start + data)):
        if isinstance(found, Record):
            assert any(map(str.isalnum, found.text))
            assert all(0 <= span.start < span.end <= len(found.text) for span in found.unquotable)
        else:
            assert found.reason
            assert "\n" not in found.reason


def test_a_list_of_wrong_entries_is_told_in_few_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "_MOST_FAILURES", 3)
    path = write(tmp_path / "x.json", json.dumps([[]] * 10 + [{"text": BODY}]))
    found = list(read(path))
    assert [item.path for item in found if isinstance(item, Failure)] == [
        f"{path}[0]", f"{path}[1]", f"{path}[2]", str(path),
    ]  # fmt: skip
    assert sum(isinstance(item, Record) for item in found) == 1
    assert isinstance(found[-1], Failure)
    assert found[-1].reason.startswith("7 more of its entries cannot be read")


def test_a_number_of_many_digits(tmp_path: Path) -> None:
    path = write(tmp_path / "x.json", '{"text": "a", "n": ' + "9" * 5000 + "}")
    assert the_failure(path).reason == "a number of thousands of digits in its JSON; write it as text"
