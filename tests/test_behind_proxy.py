"""docs/nginx.conf at work: a real nginx with TLS before two `rag serve` processes of one archive, page included."""

from __future__ import annotations

import shutil
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_server import ApiServer, events
from model_server import ModelServer
from nginx_server import NGINX, OPENSSL, Nginx

from rag.server.access import WRONG_KEYS_A_MINUTE
from rag.server.body_size import MAX_UPLOAD_BYTES
from ui import users

pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="there is no nginx (apt-get install nginx-light)"),
    pytest.mark.skipif(OPENSSL is None, reason="there is no openssl to write a certificate (apt-get install openssl)"),
]

ROOT = Path(__file__).resolve().parents[1]
ARTICLES = ("delta-courier/2025-09-18-ferry-fares.md", "delta-courier/2026-04-29-bridge-opens.md")
BRIDGE = """---
title: Cầu Sông Mơ thông xe
source: Báo Làng Mơ
date: 2031-03-05
---
Cầu Sông Mơ thông xe sáng thứ Tư sau hai năm thi công. Cây cầu dài 840 m và rộng 12 m, có bốn làn xe. Chi phí xây dựng
là 312 tỷ đồng, lấy từ ngân sách tỉnh. Ông Tấn, chủ tịch xã, cắt băng khánh thành.
"""
FERRY = "How much is a monthly card of the Luu River Line?"
LENGTH = "Cầu Sông Mơ dài bao nhiêu mét?"
# Evidence as the model is shown it: a key, then the sentence.
LENGTH_KEY = r"\[([a-z]{4,6})\][^\n]*840 m"
WRITTEN = r"Cầu Sông Mơ dài 840 m [\1]. Cầu rộng 12 m [\1]. "
KEY, PASSWORD = "a-key-of-enough-letters", "a long password"
BEARER = {"authorization": f"Bearer {KEY}"}


class Pair:
    """Two processes, `servers`, of one archive; `routes` are cookies that lead to the first and to the second."""

    def __init__(self, home: Path, settings: dict[str, str]) -> None:
        self._home, self._settings = home, settings
        self.servers = [ApiServer(home, settings, arguments=()) for _ in range(2)]
        self.routes: list[str] = []

    def restart(self, number: int) -> None:
        port = self.servers[number].port
        self.servers[number].__exit__()
        self.servers[number] = ApiServer(self._home, self._settings, arguments=(), port=port).__enter__()

    def number_of(self, response: httpx.Response) -> int:
        """Which of the two answered: nginx's number of a request is in the log of the one that did."""
        request_id, end = response.headers["x-request-id"], time.monotonic() + 10
        while time.monotonic() < end:
            for number, server in enumerate(self.servers):
                if request_id in server.log_text():
                    return number
            time.sleep(0.02)
        raise AssertionError("neither process knows the request")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, model_server_process: ModelServer) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    users.add(folder / "users.json", "reader", PASSWORD)
    both = Pair(
        folder / "home",
        {
            "RAG_USERS": str(folder / "users.json"), "API_KEYS": KEY, "RAG_PROXIES": "127.0.0.1",
            "RAG_CONCURRENT": "8", "LLM_BASE_URL": model_server_process.url, "LLM_MODEL": "tiny", "LLM_TIMEOUT": "30",
        },
    )  # fmt: skip
    with ExitStack() as stack:
        for server in both.servers:
            server.__enter__()
        stack.callback(lambda: [server.__exit__() for server in both.servers])
        yield both


@pytest.fixture(scope="module")
def proxy(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with Nginx(tmp_path_factory.mktemp("proxy") / "plain", [server.port for server in pair.servers]) as running:
        found: dict[int, str] = {}
        for number in range(100):
            with running.client(route=f"{number:032x}") as client:
                found.setdefault(pair.number_of(client.get("/healthz")), f"{number:032x}")
            if len(found) == 2:
                break
        pair.routes = [found[0], found[1]]
        files = [("files", (Path(name).name, (ROOT / "corpus" / name).read_bytes())) for name in ARTICLES]
        files.append(("files", ("bridge.md", BRIDGE.encode())))
        with running.client(BEARER) as client:
            added = client.post("/api/articles", files=files).json()["files"]
        assert [file["added"] for file in added] == [1, 1, 1]
        yield running


@pytest.fixture(scope="module")
def below(pair: Pair, proxy: Nginx, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """The same two at https://localhost/news/."""
    folder = tmp_path_factory.mktemp("below") / "prefix"
    with Nginx(folder, [server.port for server in pair.servers], "/news") as running:
        yield running


def ask(proxy: Nginx, route: str | None = None, **fields: Any) -> httpx.Response:
    with proxy.client(BEARER, route) as client:
        return client.post("/api/ask", json={"question": FERRY, "engine": "quotes", **fields})


# One archive, two processes


def test_both_answer_in_both_languages(pair: Pair, proxy: Nginx) -> None:
    for number, route in enumerate(pair.routes):
        for question, expected in ((FERRY, "280,000"), (LENGTH, "840 m")):
            response = ask(proxy, route, question=question)
            assert expected in response.json()["text"]
            assert pair.number_of(response) == number


def test_a_program_without_cookies_goes_to_either(pair: Pair, proxy: Nginx) -> None:
    # By chance all of 30 go to one: 1 in 500 million.
    assert {pair.number_of(ask(proxy)) for _ in range(30)} == {0, 1}


def test_a_browser_stays_with_its_process(pair: Pair, proxy: Nginx) -> None:
    with proxy.client() as client:
        assert len({pair.number_of(client.get("/login")) for _ in range(8)}) == 1
        (cookie,) = client.cookies.jar
        assert (cookie.name, cookie.secure, cookie.has_nonstandard_attr("HttpOnly")) == ("trich_dan_route", True, True)


def test_an_article_uploaded_through_one_answers_through_the_other(pair: Pair, proxy: Nginx) -> None:
    text = "The Quillmark lighthouse\n\nThe Quillmark lighthouse was built in 1887 by the engineer Oda Brandvik.\n"
    with proxy.client(BEARER, pair.routes[0]) as client:
        added = client.post("/api/articles", files={"files": ("lighthouse.txt", text.encode())})
        assert added.json()["files"][0]["added"] == 1
    assert "Brandvik" in ask(proxy, pair.routes[1], question="Who built the Quillmark lighthouse?").json()["text"]
    with proxy.client(BEARER, pair.routes[1]) as client:
        assert client.delete(f"/api/articles/{added.json()['files'][0]['articles'][0]}").json()["removed"] == 1
    assert not ask(proxy, pair.routes[0], question="Who built the Quillmark lighthouse?").json()["found"]


def test_as_much_is_taken_as_the_program_takes(proxy: Nginx) -> None:
    assert f"client_max_body_size {MAX_UPLOAD_BYTES};" in (ROOT / "docs/nginx.conf").read_text(encoding="utf-8")
    # Only announced: HTTP clients insist on sending what they announce.
    context = ssl.create_default_context(cafile=proxy.certificate)
    with closing(HTTPSConnection("localhost", proxy.port, timeout=20, context=context)) as connection:
        connection.putrequest("POST", "/api/articles")
        connection.putheader("Content-Length", str(MAX_UPLOAD_BYTES + 1))
        connection.endheaders()
        assert connection.getresponse().status == 413


# Streams


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/api/ask/stream", {"question": LENGTH, "engine": "llm"}),
        ("/v1/chat/completions",
         {"model": "trich-dan", "messages": [{"role": "user", "content": LENGTH}], "stream": True, "engine": "llm"}),
    ],
)  # fmt: skip
def test_a_stream_arrives_piece_by_piece(
    proxy: Nginx, model_server: ModelServer, path: str, asked: dict[str, Any]
) -> None:
    """The first piece is there while the model still has to write the rest: it goes on once we have read it."""
    model_server.say(WRITTEN, when=LENGTH_KEY, chunk=40, stall_after=1)
    with proxy.client(BEARER) as client, client.stream("POST", path, json=asked) as response:
        lines = response.iter_lines()
        next(line for line in lines if "840 m" in line)
        model_server.clear()
        rest = list(lines)
    assert any("840 m" in line for line in rest)


# What visitors say of themselves


def test_a_visitors_address_is_the_one_that_the_proxy_sees(pair: Pair, proxy: Nginx) -> None:
    """Whoever guesses keys under invented addresses is slowed down all the same, and nobody else is."""
    transport = httpx.HTTPTransport(local_address="127.0.0.9", verify=str(proxy.certificate))
    with httpx.Client(base_url=proxy.url, transport=transport, cookies={"trich_dan_route": pair.routes[0]}) as client:
        statuses = [
            client.get("/v1/models", headers={"x-forwarded-for": f"203.0.113.{number}"}).status_code
            for number in range(WRONG_KEYS_A_MINUTE + 2)
        ]
    assert (statuses[0], statuses[-1]) == (401, 429)
    assert ask(proxy, pair.routes[0]).status_code == 200


@pytest.mark.parametrize("prefix", ["", "/news"])
def test_links_lead_back_through_the_proxy(request: pytest.FixtureRequest, prefix: str) -> None:
    running: Nginx = request.getfixturevalue("below" if prefix else "proxy")
    forged = {"x-forwarded-host": "evil.example", "x-forwarded-prefix": "/evil", "x-forwarded-proto": "ftp"}
    with running.client(forged) as client:
        assert f"curl -s {running.url}/api/ask" in client.get("/docs").text
        assert client.get("/openapi.json").json().get("servers", []) == ([{"url": prefix}] if prefix else [])
        door = client.get("/en/", headers={"accept": "text/html"})
        assert (door.status_code, door.headers["location"]) == (303, f"{prefix}/login")
        assert client.get("/page-assets/page.css").status_code == 200
        signed_in = client.post("/login?language=en", data={"user": "reader", "password": PASSWORD})
        assert (signed_in.status_code, signed_in.headers["location"]) == (303, "en/")
        cookie = next(cookie for cookie in client.cookies.jar if cookie.name == "trich_dan")
        assert (cookie.secure, cookie.path) == (True, prefix or "/")
        assert client.get("/en/config").json()["root"] == f"{running.url}/en"
        assert client.get("/en").headers["location"] == f"{running.url}/en/"
        assert client.post("/api/ask", json={"question": FERRY}).status_code == 401
    if prefix:
        bare = httpx.get(running.url, verify=str(running.certificate), trust_env=False)
        assert (bare.status_code, bare.headers["location"]) == (301, f"{prefix}/")


# A process that ends


def test_a_killed_process_takes_no_question_with_it(pair: Pair, proxy: Nginx, model_server: ModelServer) -> None:
    """Of those that it was answering, a stream that had begun breaks; everything else is answered by the other one."""
    model_server.say(WRITTEN, when=LENGTH_KEY, chunk=40, stall_after=1, times=None)
    held = {"question": LENGTH, "engine": "llm"}
    killed_at = float("inf")

    def question(number: int) -> tuple[float, bool, bool]:
        """When it was asked, whether streamed, whether answered."""
        asked_at, streamed = time.monotonic(), number % 2 == 0
        if not streamed:
            return asked_at, streamed, bool(ask(proxy).json().get("found"))
        with proxy.client(BEARER) as client:
            try:
                response = client.post("/api/ask/stream", json={"question": FERRY, "engine": "quotes"})
            except httpx.TransportError:
                return asked_at, streamed, False
            answered = response.status_code == 200 and events(response.text)[-1][0] == "answer"
            return asked_at, streamed, answered

    with (
        ThreadPoolExecutor(5) as pool,
        proxy.client(BEARER, pair.routes[0]) as first,
        proxy.client(BEARER, pair.routes[1]) as second,
        first.stream("POST", "/api/ask/stream", json=held) as broken,
        second.stream("POST", "/api/ask/stream", json=held) as whole,
    ):
        broken_lines, whole_lines = broken.iter_lines(), whole.iter_lines()
        for lines in (broken_lines, whole_lines):
            next(line for line in lines if "840 m" in line)
        asked_again = pool.submit(ask, proxy, pair.routes[0], **held)
        while len(model_server.requests) < 3:
            time.sleep(0.02)
        asked = [pool.submit(question, number) for number in range(20)]
        asked[4].result()
        pair.servers[0].kill()
        killed_at = time.monotonic()
        results = [future.result() for future in asked]
        while len(model_server.requests) < 4:
            time.sleep(0.02)
        model_server.clear()
        with pytest.raises(httpx.TransportError):
            list(broken_lines)
        assert "event: answer" in list(whole_lines)
        assert asked_again.result().json()["found"]
    assert pair.number_of(asked_again.result()) == 1
    lost = [(at, streamed) for at, streamed, answered in results if not answered]
    assert all(streamed and at < killed_at for at, streamed in lost)
    assert max(at for at, _, _ in results) > killed_at

    pair.restart(0)
    end = time.monotonic() + 20
    while pair.number_of(ask(proxy, pair.routes[0])) != 0:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_page_goes_on_when_its_process_ends(below: Nginx, pair: Pair) -> None:
    """Below a prefix: signed in, asked, a quote read, a file saved; killed; asked again in the page that is open."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("there is no chromium on PATH (apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(locale="en-GB", ignore_https_errors=True)
        context.set_default_timeout(15_000)
        page, wrong = context.new_page(), []
        ours = (f"{below.url}/", "blob:", "data:")
        page.on("request", lambda asked: asked.url.startswith(ours) or wrong.append(asked.url))
        page.on("response", lambda got: got.status < 400 or wrong.append(f"{got.status} {got.url}"))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"{below.url}/")
        page.fill("input[name=user]", "reader")
        page.fill("input[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_selector(".welcome")
        assert page.url == f"{below.url}/en/"
        page.fill("#question", FERRY)
        page.press("#question", "Enter")
        page.locator("#thread .cite").first.click()
        page.wait_for_selector("#reader mark.is-current")
        page.keyboard.press("Escape")
        page.locator(".conversations li.is-current summary").click()
        with page.expect_download() as download:
            page.locator(".conversations li.is-current a[download]").first.click()
        assert "280,000" in download.value.path().read_text(encoding="utf-8")

        route = next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "trich_dan_route")
        with below.client(route=route) as client:
            pair.servers[pair.number_of(client.get("/healthz"))].kill()
        page.fill("#question", "What does a bicycle cost there?")
        page.press("#question", "Enter")
        page.locator("#thread .exchange").nth(1).wait_for()
        assert "3,000 dong" in page.locator("#thread .exchange").nth(1).inner_text()
        page.click("a.other")
        page.locator("html[lang=vi] #thread .exchange").nth(1).wait_for()
        browser.close()
    assert wrong == []
