"""Files that would take all memory or hours to read: each costs its article and no other. All made here."""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import pytest
from pdf_pages import written

from rag.readers import bounded
from rag.readers.files import Record, read
from rag.types import Failure

BODY = "Cây cầu dài 420 mét nối hai bờ sông đã mở cho xe cộ qua lại từ sáng thứ ba."
# The parser compares each attribute with all before it.
SLOW = "<p " + " ".join(f"a{number}=1" for number in range(60_000)) + ">Sáng nay.</p>"


def make_docx(body: bytes) -> bytes:
    """A DOCX file whose document holds the elements of `body`."""
    blank = io.BytesIO()
    docx.Document().save(blank)
    made = io.BytesIO()
    with zipfile.ZipFile(blank) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "word/document.xml":
                start, end = content.index(b"<w:body>") + 8, content.index(b"</w:body>")
                content = content[:start] + body + content[end:]
            target.writestr(name, content)
    return made.getvalue()


@pytest.fixture(autouse=True)
def _fresh_workers() -> None:
    # One that was started before has the limits of that time.
    bounded._stop_all()


def only(path: Path) -> Record | Failure:
    (found,) = read(path)
    return found


def said(path: Path) -> str:
    found = only(path)
    assert isinstance(found, Failure), found
    assert found.path == str(path) and "\n" not in found.reason
    return found.reason


def test_a_slow_article_costs_itself_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "_seconds_for", lambda path: 1)
    texts = [BODY, SLOW, f"{BODY} Hai.", SLOW, SLOW, f"{BODY} Ba."]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    found = list(read(path))
    assert [item.text if isinstance(item, Record) else item.reason for item in found] == [
        BODY,
        "its article 2 takes over 1 s to read; leave it out or save it as plain text",
        f"{BODY} Hai.",
        "its article 4 takes over 1 s to read; leave it out or save it as plain text",
        "its article 5 takes over 1 s to read; leave it out or save it as plain text",
        f"{BODY} Ba.",
    ]


def test_a_file_that_breaks_every_worker_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "_seconds_for", lambda path: 1)
    monkeypatch.setattr(bounded, "DEATHS_IN_A_ROW", 2)
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"text": SLOW}) + "\n" for _ in range(5)), encoding="utf-8")
    reasons = [item.reason for item in read(path) if isinstance(item, Failure)]
    assert len(reasons) == 3
    assert reasons[-1] == "was not read to its end after that; split it"


def test_a_slow_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "_seconds_for", lambda path: 1)
    (tmp_path / "slow.html").write_text(f"<html><body>{SLOW}</body></html>", encoding="utf-8")
    assert said(tmp_path / "slow.html") == "it takes over 1 s to read; leave it out or save it as plain text"
    (tmp_path / "good.html").write_text(f"<html><body><p>{BODY}</p></body></html>", encoding="utf-8")
    assert isinstance(only(tmp_path / "good.html"), Record)


def test_a_pdf_that_unpacks_to_hours_of_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "_seconds_for", lambda path: 2)
    # Each form draws the next one ten times, a little aside.
    shown = [b"1 0 0 1 0.3 0 cm /F Do\n" * 10] * 8 + [b"BT /F1 11 Tf 50 700 Td <00610062> Tj ET"]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
        b"/Resources << /XObject << /F 6 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, content in enumerate(shown):
        drawn = b"/Resources << /Font << /F1 4 0 R >> /XObject << /F %d 0 R >> >>" % (number + 6)
        form = b"<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] %s /Length %d >>" % (drawn, len(content))
        objects.append(b"%s\nstream\n%s\nendstream" % (form, content))
    (tmp_path / "a.pdf").write_bytes(written(objects))
    assert "takes over 2 s" in said(tmp_path / "a.pdf")


def test_a_word_file_that_unpacks_to_gigabytes_of_elements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "MEMORY", 600 << 20)
    document = make_docx(b"<w:p/>" * 10_000_000)
    assert len(document) < 200_000
    (tmp_path / "a.docx").write_bytes(document)
    # A worker that is left from another test has other bounds, and counts once it has ended. And Linux counts as a
    # child's what its parent held when it was started: within a long run that hides what this one needs.
    bounded._stop_all()
    before = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF))
    reason = said(tmp_path / "a.docx")
    assert "broken DOCX" in reason or "memory" in reason
    bounded._stop_all()
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(before, 600 << 10)


def test_a_worker_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(f"<html><body><p>{BODY}</p></body></html>", encoding="utf-8")
    assert isinstance(only(tmp_path / "a.html"), Record)
    (worker,) = bounded._idle
    os.kill(worker._process.pid, signal.SIGKILL)
    worker._process.wait()
    assert isinstance(only(tmp_path / "a.html"), Record), "another one takes over"


def test_one_worker_serves_many_files_and_none_is_left(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.html").write_text(f"<html><body><p>{BODY}</p></body></html>", encoding="utf-8")
        only(tmp_path / f"{number}.html")
    (worker,) = bounded._idle
    reading = read(tmp_path / "0.html")
    assert isinstance(next(reading), Record)
    reading.close()
    assert worker._process.poll() is not None, "what nobody listens to is stopped"
    assert bounded._idle == []


def test_a_worker_ends_with_what_asked_it(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(f"<html><body><p>{BODY}</p></body></html>", encoding="utf-8")
    script = (
        "import sys, os, signal; from pathlib import Path; from rag.readers.files import read; from rag.readers import "
        "bounded; list(read(Path(sys.argv[1]))); print(bounded._idle[0]._process.pid, flush=True); "
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "a.html")]
    pid = int(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[2] == "Z":
                return
        except (FileNotFoundError, ProcessLookupError):
            return
        signal.sigtimedwait([], 0.05)
    pytest.fail("the worker lives on")


def test_names_that_are_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"b\xe0i.html")
    (tmp_path / name).write_text(f"<html><body><p>{BODY}</p></body></html>", encoding="utf-8")
    found = only(tmp_path / name)
    assert isinstance(found, Record) and found.path == str(tmp_path / name)
