"""Answers that a language model writes, on the page: a real server behaves and misbehaves, the real check decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from model_server import ModelServer, model_server
from test_composing import LENGTH, LENGTH_KEY, home
from test_page_browser import ask, browser, pytestmark, serve, sync_api

from rag import NewsQA
from rag.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser", "home", "model_server", "pytestmark"]

TRUE = "Cầu Sông Mơ dài 840 m."
FALSE = "Cầu Sông Mơ dài 990 m."


@pytest.fixture
def strict() -> bool:
    return True


@pytest.fixture
def page(browser: Browser, home: Path, model_server: ModelServer, strict: bool, tmp_path: Path) -> Iterator[Page]:
    """A Vietnamese page over a small archive, whose answers the scripted model writes."""
    from ui import server

    settings = Settings(home=home, llm_base_url=model_server.url, llm_model="tiny", llm_timeout=2.0, strict=strict)
    with NewsQA.open(settings=replace(settings, eval_results=tmp_path)) as qa:
        serving = serve(server.create(qa))
        context = browser.new_context(locale="vi-VN")
        context.set_default_timeout(15_000)
        opened = context.new_page()
        opened.goto(f"{next(serving)}/vi/")
        opened.wait_for_selector(".welcome")
        yield opened
        context.close()
        next(serving, None)


def begin(page: Page) -> None:
    page.fill("#question", LENGTH)
    page.press("#question", "Enter")


def test_a_sentence_is_drafted_settled_and_kept(page: Page, model_server: ModelServer) -> None:
    model_server.say(f"{TRUE[:-1]} [\\1]. Một câu nữa đang viết", when=LENGTH_KEY, delay=0.25, chunk=6)
    begin(page)
    page.wait_for_selector("#live .draft")
    assert "chưa kiểm chứng" in page.locator("#live .draft .verdict").inner_text()
    page.wait_for_selector("#live .line.supported .cite")
    page.locator("#live .cite").first.click()
    page.wait_for_selector("#reader mark.is-current")
    page.wait_for_selector("#thread .exchange")
    assert page.locator("#thread .line .words").first.inner_text() == TRUE
    assert "tiny viết" in page.locator("#thread .made").inner_text()
    assert page.locator("#live .exchange").count() == 0


def test_a_withheld_sentence_gives_way_to_the_quote(page: Page, model_server: ModelServer) -> None:
    model_server.say(f"{TRUE[:-1]} [\\1]. {FALSE[:-1]} [\\1].", when=LENGTH_KEY, chunk=200)
    ask(page, LENGTH)
    assert "990" not in page.locator("#thread .answer .line").all_inner_texts()
    assert FALSE not in page.locator("#thread .answer").inner_text()
    assert "không được bài báo nào xác nhận" in page.locator("#thread .notice").inner_text()


def test_nothing_supported_ends_in_quotes_with_a_notice(page: Page, model_server: ModelServer) -> None:
    model_server.say("Cầu đẹp nhất thế giới!")
    ask(page, LENGTH)
    assert page.locator("#thread blockquote.quote").count() >= 1
    assert "Không bài báo nào xác nhận" in page.locator("#thread .notice").inner_text()


@pytest.mark.parametrize("strict", [False])
def test_unsupported_sentences_are_marked_where_they_are_shown(page: Page, model_server: ModelServer) -> None:
    model_server.say(f"{TRUE[:-1]} [\\1]. {FALSE[:-1]} [\\1].", when=LENGTH_KEY)
    ask(page, LENGTH)
    wrong = page.locator("#thread .line.unsupported")
    assert wrong.locator(".words").inner_text() == FALSE
    assert "Không có nguồn xác nhận" in wrong.inner_text() and "990" in wrong.locator(".verdict").inner_text()


def test_a_model_that_fails_mid_answer(page: Page, model_server: ModelServer) -> None:
    model_server.say(f"{TRUE[:-1]} [\\1]. Sau đó người ta", when=LENGTH_KEY, chunk=10, drop_after=4)
    ask(page, LENGTH)
    assert TRUE in page.locator("#thread .answer").inner_text()
    assert "bị ngắt giữa chừng" in page.locator("#thread .notice").inner_text()
    assert "người ta" not in page.locator("#thread .answer").inner_text()


def test_a_model_that_cannot_be_asked_is_told_in_vietnamese(page: Page, model_server: ModelServer) -> None:
    model_server.fail(401, "no such key", times=None)
    ask(page, LENGTH)
    assert page.locator("#thread blockquote.quote").count() >= 1
    notice = page.locator("#thread .notice").inner_text()
    assert "khóa truy cập" in notice and "no such key" not in notice


def test_a_model_that_is_slow_is_told_of_and_stopped(page: Page, model_server: ModelServer) -> None:
    model_server.say("...", wait=20, times=None)
    begin(page)
    page.wait_for_selector("#live .status.busy")
    page.click(".halt")
    page.wait_for_selector("#live .status:has-text('Đã dừng')")
    sync_api.expect(page.locator(".send")).to_be_visible()
