"""Every reader on hostile files: an article whose quotes are exact, or one clear line; nothing else, and soon.

`make fuzz` gives many more inputs. The readers run in this process, without the bounds that ingestion gives them.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import samples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fuzz import conftest, inputs
from rag.ingest.passages import chunk
from rag.readers.parse import parse
from rag.readers.record import Record
from rag.types import Article, Failure

# Seconds of processor time for a few kilobytes: what takes longer grows faster than its file.
SOON = 5.0
READERS: dict[str, tuple[str, st.SearchStrategy[bytes]]] = {
    "text": (".txt", inputs.text_files()),
    "markdown": (".md", inputs.markdown_files()),
    "html": (".html", inputs.html_files),
    "json": (".json", inputs.json_files()),
    "json lines": (".jsonl", inputs.json_lines_files()),
    "pdf": (".pdf", inputs.pdf_files()),
    "docx": (".docx", inputs.docx_files()),
    "unnamed": ("", inputs.unnamed_files),
    **{name[2:]: (name[1:], inputs.sample_files(name)) for name in samples.SAMPLES},
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.timeout(0)
def test_an_article_or_one_clear_line(reader: str, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    suffix, strategy = READERS[reader]
    most = pytestconfig.getoption("inputs", conftest.FEW) // inputs.VERSIONS
    path = tmp_path / f"fuzz{suffix}"

    def check(data: bytes, seed: int) -> None:
        for version in inputs.versions(data, Random(seed)):
            path.write_bytes(version)
            began = time.process_time()
            items = list(parse(path, None))
            took = time.process_time() - began
            conftest.counts[reader]["inputs"] += 1
            conftest.slowest[reader] = max(conftest.slowest.get(reader, 0.0), took)
            assert took < SOON, version
            assert items
            for item in items:
                if isinstance(item, Failure):
                    conftest.counts[reader]["failures"] += 1
                    is_clear(item, path)
                else:
                    conftest.counts[reader]["articles"] += 1
                    is_exact(item)

    _run(check, strategy, most)


def _run(check: Callable[[bytes, int], None], strategy: st.SearchStrategy[bytes], most: int) -> None:
    options: dict[str, Any] = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
    # The few of the default tests are the same ones every time.
    fixed = most * inputs.VERSIONS <= conftest.FEW
    phases = [Phase.generate] if fixed else [Phase.generate, Phase.shrink]
    settings(max_examples=most, derandomize=fixed, phases=phases, **options)(
        given(strategy, st.integers(0, 2**32))(check)
    )()


def is_clear(failure: Failure, path: Path) -> None:
    assert failure.path.startswith(str(path))
    assert 5 < len(failure.reason) < 500
    assert failure.reason.isprintable(), "one line, and nothing that moves the cursor"
    assert not re.search(r"Traceback|0x[0-9a-f]{6}|object at", failure.reason)


def is_exact(record: Record) -> None:
    text = record.text
    assert unicodedata.is_normalized("NFC", text)
    text.encode()
    assert any(map(str.isalnum, text))
    fields = (record.title, record.source, record.author, record.published, record.url, record.article_id)
    assert all(field is None or (field.strip() == field != "" and "\n" not in field) for field in fields)
    ends = [0]
    for span in record.unquotable:
        assert ends[-1] <= span.start < span.end <= len(text)
        ends.append(span.end)
    article = Article("id", text, title=record.title, language=record.language, unquotable=record.unquotable)
    last = 0
    for passage in chunk(article):
        for sentence in passage.sentences:
            assert last <= sentence.start < sentence.end <= len(text)
            assert passage.start <= sentence.start and sentence.end <= passage.end
            assert article.quote(sentence.start, sentence.end) == text[sentence.start : sentence.end]
            assert not any(span.start < sentence.end and sentence.start < span.end for span in record.unquotable)
            last = sentence.end
