"""States that a quick quotes engine does not show: a slow model, stopping it, its failure, an empty archive."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag import NewsQA
from rag.errors import ModelError
from rag.settings import load
from rag.types import Answer, AnswerEvent, AnswerSentence, Citation, Draft, Filters, Settled, Turn
from tests.test_page_browser import ask, browser, pytestmark, serve, sync_api

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser", "pytestmark"]

TEXT = "The Quillmark lighthouse was built in 1887. It is red.\n\nIt was painted white in 1990 by Oda Brandvik.\n"


class SlowModel(NewsQA):
    """An archive whose answers are written by a script: a draft, then as the question says."""

    def __init__(self, settings: object) -> None:
        super().__init__(settings)  # type: ignore[arg-type]
        self.go = threading.Event()

    def stream(
        self, question: str, *, filters: Filters | None = None, history: Sequence[Turn] = (), engine: str | None = None
    ) -> Iterator[AnswerEvent]:
        yield Draft("The lighthouse was buil")
        assert self.go.wait(30)
        if "fail" in question:
            raise ModelError("the model at http://127.0.0.1:9 cannot be reached; start it <b>now</b>")
        article = self.articles()[0]
        quote = "It was painted white in 1990 by Oda Brandvik."
        start = self.article(article.id).text.index(quote)
        end = start + len(quote)
        cited = Citation(
            1, article.id, article.title, article.source, None, "en", article.path, None, start, end, quote, 1.0
        )  # fmt: skip
        sentences = (
            AnswerSentence("It was painted white in 1990.", (1,), "supported"),
            AnswerSentence("It is 90 metres high.", (), "unsupported", "no quote holds 90"),
        )
        for sentence in sentences:
            yield Settled(sentence, (cited,) if sentence.citations else ())
        yield Answer(
            question, "…", True, "en", "llm", sentences, (cited,), model="tiny", notice="One sentence was withheld."
        )


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlowModel]:
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("articles")
    (folder / "lighthouse.txt").write_text(TEXT)
    with SlowModel(replace(load(home, environ={}), engine="quotes")) as qa:
        qa.ingest([folder])
        yield qa


@pytest.fixture(scope="module")
def address(slow: SlowModel) -> Iterator[str]:
    from ui import server

    yield from serve(server.create(slow))


@pytest.fixture
def page(browser: Browser, address: str, slow: SlowModel) -> Iterator[Page]:
    slow.go.clear()
    context = browser.new_context(locale="en-GB")
    context.set_default_timeout(15_000)
    opened = context.new_page()
    opened.goto(f"{address}/en/")
    opened.wait_for_selector(".welcome")
    yield opened
    slow.go.set()
    context.close()


def begin(page: Page, question: str) -> None:
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.wait_for_selector("#live .draft")


def test_a_draft_is_shown_as_unchecked_and_then_replaced(page: Page, slow: SlowModel) -> None:
    begin(page, "When was it painted?")
    assert "not checked yet" in page.locator("#live .draft").inner_text()
    slow.go.set()
    page.wait_for_selector("#thread .exchange")
    assert "no quote holds 90" in page.locator("#thread .line.unsupported").inner_text()
    assert "Written by tiny" in page.locator("#thread .made").inner_text()
    assert "One sentence was withheld." in page.locator("#thread .notice").inner_text()
    sync_api.expect(page.locator("#live .exchange")).to_have_count(0)


def test_stop_at_once_and_ask_again(page: Page, slow: SlowModel) -> None:
    begin(page, "When was it painted?")
    page.click(".halt")
    page.wait_for_selector("#live .status:has-text('Stopped')")
    assert page.locator(".send").is_visible()
    slow.go.set()
    page.click("#live [data-ask]")
    page.wait_for_selector("#thread .exchange")


def test_a_model_that_cannot_be_reached(page: Page, slow: SlowModel) -> None:
    slow.go.set()
    page.fill("#question", "please fail")
    page.press("#question", "Enter")
    failed = page.locator("#live .failed")
    failed.wait_for()
    assert "cannot be reached; start it <b>now</b>" in failed.inner_text()
    assert page.locator("#live [data-ask]").is_visible()


def test_edit_and_resend_replaces_the_question(page: Page, slow: SlowModel) -> None:
    slow.go.set()
    ask(page, "When was it painted?")
    page.click("#thread [data-edit]")
    assert page.input_value("#question") == "When was it painted?"
    page.fill("#question", "When was it painted white?")
    page.press("#question", "Enter")
    sync_api.expect(page.locator("#thread .question h2")).to_have_text(["When was it painted white?"])


def test_an_empty_archive_leads_to_the_library(browser: Browser, tmp_path: Path) -> None:
    from ui import server

    with NewsQA.open(settings=replace(load(tmp_path / "home", environ={}), engine="quotes")) as qa:
        serving = serve(server.create(qa))
        context = browser.new_context(locale="en-GB")
        page = context.new_page()
        page.goto(f"{next(serving)}/")
        page.wait_for_selector("text=The archive is empty")
        ask(page, "What is new about gold?")
        assert page.locator("#thread .unanswered a").inner_text() == "Add articles"
        page.click(".conversations .new")
        page.click(".main-action")
        page.wait_for_selector("#drop")
        assert page.locator("#drop").is_visible()
        context.close()
        next(serving, None)
