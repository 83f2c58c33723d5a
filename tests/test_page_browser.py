"""What a person does on the page, in a real browser over a real archive: Chromium, Chroma, SQLite, a local server."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from rag import NewsQA
from rag.settings import load
from rag.types import Article

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on PATH (apt-get install chromium)")

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
ARTICLES = (
    "delta-courier/2025-09-18-ferry-fares.md",
    "delta-courier/2026-04-29-bridge-opens.md",
    "ben-song/2025-10-22-lu-song-luu.md",
    "luu-giang-hom-nay/2026-03-12-gia-vang-thang-ba.md",
)
HOSTILE = """---
title: "<img src=x onerror=window.hurt=1> \u202egnp.exe {{7*7}} ${window.hurt=1}"
source: "<script>window.hurt=1</script>"
published: 2026-05-01
url: "javascript:window.hurt=1"
---

The Zorbat Observatory opened on 1 May 2026 with 4,321 visitors <script>window.hurt=1</script> on its first day. It cost
${window.hurt=1} {{constructor}} 77 million dong <img src="http://evil.example/p.png" onerror="window.hurt=1">.
![pixel](http://evil.example/p.png) [click](javascript:window.hurt=1) WORDWORDWORD"""
QUESTION = "How much is a monthly card of the Luu River Line?"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsQA]:
    folder = tmp_path_factory.mktemp("articles")
    for name in ARTICLES:
        shutil.copy(CORPUS / name, folder)
    (folder / "hostile.md").write_text(HOSTILE + "W" * 3000 + ".\n", encoding="utf-8")
    home = tmp_path_factory.mktemp("home")
    with NewsQA.open(settings=replace(load(home, environ={}), engine="quotes")) as qa:
        assert qa.ingest([folder]).added == len(ARTICLES) + 1
        yield qa


def serve(app: Any) -> Iterator[str]:
    import uvicorn

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def address(archive: NewsQA) -> Iterator[str]:
    from ui import server

    yield from serve(server.create(archive))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """An English page, ready; afterwards nothing was asked of another host and no script failed."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(15_000)
    opened, wrong = context.new_page(), []
    here = urlsplit(address).netloc
    opened.on("request", lambda request: urlsplit(request.url).netloc in (here, "") or wrong.append(request.url))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.goto(f"{address}/en/")
    opened.wait_for_selector(".welcome")
    yield opened
    assert opened.evaluate("window.hurt") is None
    context.close()
    assert wrong == []


def ask(page: Page, question: str) -> None:
    count = page.locator("#thread .exchange").count()
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.locator("#thread .exchange").nth(count).wait_for()


def in_view(page: Page, selector: str) -> bool:
    script = """element => { const box = element.getBoundingClientRect();
        return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth }"""
    return bool(page.locator(selector).first.evaluate(script))


def highlighted(page: Page) -> str:
    return "".join(page.locator("#reader mark.is-current").all_text_contents())


def test_a_question_is_answered_and_its_quote_read_in_place(page: Page) -> None:
    ask(page, QUESTION)
    assert page.evaluate("document.activeElement.id") == "question"
    cite = page.locator("#thread .cite").first
    quote = cite.get_attribute("data-quote")
    cite.hover()
    assert "The Delta Courier" in page.locator("#tip").inner_text()
    assert quote in (page.locator("#tip").text_content() or "")
    cite.click()
    page.wait_for_selector("#reader mark.is-current")
    assert highlighted(page) == quote
    page.wait_for_timeout(200)
    assert in_view(page, "#reader mark.is-current")
    page.keyboard.press("Escape")
    page.wait_for_selector("html:not(.reading-on)")


def test_a_follow_up_and_an_old_conversation(page: Page) -> None:
    ask(page, QUESTION)
    ask(page, "What does a bicycle cost there?")
    assert page.locator("#thread .exchange").count() == 2
    page.reload()
    page.locator("#thread .exchange").nth(1).wait_for()
    page.locator("#thread .cite").first.click()
    page.wait_for_selector("#reader mark.is-current")
    page.click(".conversations .new")
    page.wait_for_selector(".welcome")
    page.locator(".conversations .open").first.click()
    page.locator("#thread .exchange").nth(1).wait_for()


def test_limits_are_shown_and_apply(page: Page) -> None:
    page.click(".limits summary")
    page.check("input[name=languages][value=vi]")
    assert "Vietnamese" in page.locator(".limits .active").inner_text()
    ask(page, QUESTION)
    assert page.locator("#thread .chips").inner_text().strip() == "Vietnamese"
    assert all(card != "The Delta Courier" for card in page.locator("#thread .where bdi").all_inner_texts())


def test_nothing_found_offers_the_nearest_articles(page: Page) -> None:
    ask(page, "Who won the 1966 football world cup final in London?")
    page.locator(".nearest button").first.click()
    page.wait_for_selector("#reader .article h2")


def test_upload_ask_remove_undo(page: Page, tmp_path: Path) -> None:
    (tmp_path / "lighthouse.txt").write_text(
        "The Quillmark lighthouse\n\nThe Quillmark lighthouse was built in 1887 by the engineer Oda Brandvik.\n"
    )
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    page.click("a[data-view=library]")
    page.set_input_files("#drop input[type=file]", [tmp_path / "lighthouse.txt"])
    page.wait_for_selector("#uploads li.added")
    page.click("a[data-view=ask]")
    ask(page, "Who built the Quillmark lighthouse?")
    assert "Brandvik" in page.locator("#thread .answer").inner_text()
    page.click("a[data-view=library]")
    page.fill("#library-search", "quillmark")
    row = page.locator("#shelf tbody tr")
    sync_api.expect(row).to_have_count(1)
    row.locator(".edit summary").click()
    row.locator("input[name=source]").fill("Quillmark Herald")
    row.locator("input[name=published]").fill("3/6/2026")
    row.locator(".edit button").click()
    sync_api.expect(row).to_contain_text("Quillmark Herald")
    sync_api.expect(row.locator("time")).to_contain_text("3 June 2026")
    row.locator(".remove summary").click()
    row.locator("button.danger").click()
    sync_api.expect(page.locator("#toast .toast")).to_contain_text("removed")
    sync_api.expect(page.locator("#shelf tbody tr")).to_have_count(0)
    page.click("#toast [data-on=undo]")
    # What was searched for is still what is listed.
    sync_api.expect(page.locator("#shelf tbody tr", has_text="Quillmark")).to_have_count(1)
    sync_api.expect(page.locator("#shelf tbody tr")).to_have_count(1)


def test_rename_and_delete_with_undo(page: Page) -> None:
    ask(page, QUESTION)
    current = page.locator(".conversations li.is-current")
    current.locator("summary").click()
    current.locator("input").fill("Ferries <b>")
    current.locator("form button").click()
    sync_api.expect(page.locator(".conversations li.is-current .open")).to_have_text("Ferries <b>")
    current.locator("summary").click()
    current.locator("[data-on=delete]").click()
    page.wait_for_selector(".welcome")
    page.click("#toast [data-on=undo]")
    sync_api.expect(page.locator(".conversations li.is-current .open")).to_have_text("Ferries <b>")


def test_an_answer_is_rated_with_a_reason(page: Page) -> None:
    ask(page, QUESTION)
    page.click(".rating summary")
    page.check(".rating input[value=no]")
    page.fill(".rating textarea", "too long")
    page.click(".rating button[type=submit]")
    sync_api.expect(page.locator(".rating .thumb")).to_have_text("You rated this bad")


def test_vietnamese_page(page: Page) -> None:
    page.click("a.other")
    page.wait_for_selector("text=Bạn muốn biết điều gì?")
    sync_api.expect(page.locator("html")).to_have_attribute("lang", "vi")


def test_phone_width(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 720})
    ask(page, QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.locator("#thread .cite").first.click()
    page.wait_for_selector("#reader mark.is-current")
    page.wait_for_timeout(200)
    assert in_view(page, "#reader mark.is-current")
    page.click("#reader [data-close]")
    page.click(".side-toggle")
    assert page.locator(".conversations").is_visible()


def test_keyboard_alone(page: Page) -> None:
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.locator("#thread .exchange").first.wait_for()
    page.locator("#thread .cite").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#reader mark.is-current")
    page.keyboard.press("Escape")
    page.wait_for_selector("html:not(.reading-on)")
    assert "cite" in (page.evaluate("document.activeElement.className"))


def test_a_hostile_article_does_nothing(page: Page) -> None:
    ask(page, "How many visitors came to the Zorbat Observatory?")
    cite = page.locator("#thread .cite").first
    quote = cite.get_attribute("data-quote")
    cite.hover()
    cite.click()
    page.wait_for_selector("#reader mark.is-current")
    assert highlighted(page) == quote
    assert page.locator("#reader img, #reader script, #thread img, #thread script, #reader .facts a").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_a_hostile_question_does_nothing(page: Page) -> None:
    ask(page, "<img src=x onerror=window.hurt=1> ${window.hurt=1} {{7*7}} Zorbat?")
    assert "<img src=x" in page.locator("#thread .question h2").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessibility(browser: Browser, address: str, theme: str) -> None:
    """axe-core finds nothing serious in the main states."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    context = browser.new_context(locale="en-GB", color_scheme=theme, bypass_csp=True)
    page = context.new_page()

    def serious(state: str) -> list[str]:
        found = axe.Axe().run(page).response["violations"]
        return [f"{state}: {v['id']}: {v['nodes'][0]['html']}" for v in found if v["impact"] in ("serious", "critical")]

    page.goto(f"{address}/vi/")
    page.wait_for_selector(".welcome")
    wrong = serious("welcome")
    ask(page, QUESTION)
    page.locator("#thread .cite").first.click()
    page.wait_for_selector("#reader mark.is-current")
    wrong += serious("reader")
    page.keyboard.press("Escape")
    page.click(".limits summary")
    wrong += serious("limits")
    page.click("a[data-view=library]")
    wrong += serious("library")
    assert page.locator("#thread .exchange").count() == 1
    context.close()
    assert wrong == []


def test_inline_scripts_are_forbidden(page: Page) -> None:
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=window.hurt=1>')")
    page.wait_for_timeout(300)


def test_sign_in(browser: Browser, archive: NewsQA, tmp_path: Path) -> None:
    from ui import server, users

    users.add(tmp_path / "users.json", "reader", "a long password")
    serving = serve(server.create(archive, users=users.Users.load(tmp_path / "users.json")))
    address = next(serving)
    context = browser.new_context(locale="en-GB")
    opened = context.new_page()
    assert context.request.get(f"{address}/en/config").status == 401
    opened.goto(f"{address}/en/")
    opened.fill("input[name=user]", "reader")
    opened.fill("input[name=password]", "wrong password")
    opened.click("button[type=submit]")
    opened.wait_for_selector("[role=alert]")
    opened.fill("input[name=user]", "reader")
    opened.fill("input[name=password]", "a long password")
    opened.click("button[type=submit]")
    opened.wait_for_selector(".welcome")
    assert opened.locator(".conversations li").count() == 0
    opened.click("text=reader")
    opened.wait_for_selector("input[name=password]")
    context.close()
    next(serving, None)


def test_small_talk_is_answered(page: Page) -> None:
    ask(page, "hello")
    assert page.locator("#thread .said").inner_text().startswith("Hello")


def test_a_citation_is_looked_up_on_the_server(page: Page) -> None:
    """What the page sends along is only which one: a forged marker or turn finds nothing."""
    ask(page, QUESTION)
    cite = page.locator("#thread .cite").first
    cite.evaluate("element => { element.dataset.marker = '99' }")
    cite.click()
    page.wait_for_selector("#toast .failed")
    assert page.locator("#reader .reading").count() == 0


def test_a_long_article_is_read_in_parts(page: Page, archive: NewsQA, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five million characters behind the quote do not freeze the page."""
    original = archive.article

    def longer(article_id: str) -> Article:
        article = original(article_id)
        return replace(article, text=article.text + "\nThe clerk wrote another line." * 172_000)

    ask(page, QUESTION)
    monkeypatch.setattr(archive, "article", longer)
    page.locator("#thread .cite").first.click()
    page.wait_for_selector("#reader mark.is-current")
    assert in_view(page, "#reader mark.is-current")
    assert len(page.locator("#reader").inner_text()) < 100_000
    page.locator("#reader .part button").click()
    sync_api.expect(page.locator("#reader .part")).to_have_count(2)
    assert page.locator("#reader mark").count() == 0
