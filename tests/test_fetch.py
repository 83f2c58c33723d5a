"""From the web: articles, feeds and sitemaps of a real server on this machine."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_server import XML, Site, web_server

from rag import NewsQA
from rag.cli import main
from rag.errors import FetchError
from rag.fetch import web as web_module
from rag.fetch.addresses import is_public
from rag.fetch.visit import visit
from rag.fetch.web import Web
from rag.types import Failure

PAGE = """<html><head><title>TITLE</title></head><body><article><h1>TITLE</h1>
<p>Cây cầu Bạch Hạc dài 420 mét nối hai bờ sông đã mở cho xe cộ qua lại từ sáng thứ ba, sau hai năm thi công.</p>
<p>TITLE: thành phố chi 180 tỷ đồng cho công trình và không thu phí của người đi bộ.</p></article></body></html>"""


@pytest.fixture
def site() -> Iterator[Site]:
    with web_server() as served:
        yield served


def visited(site: Site, home: Path, *paths: str, **more: int) -> tuple[list[Path], list[Failure]]:
    with Web(allow_private=True, pause=0) as web:
        found = list(visit(web, home, [site.address + path for path in paths], **more))
    return [one for one in found if isinstance(one, Path)], [one for one in found if isinstance(one, Failure)]


def page(title: str) -> str:
    return PAGE.replace("TITLE", title)


def test_an_article_is_kept_with_its_canonical_address(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.add("/a?x=1", page("Cầu mở").replace("<head>", '<head><link rel="canonical" href="https://song.example/cau">'))
    site.add("/old", "", status=301, Location="/b")
    site.add("/b", page("Chợ mở"))
    asked = [f"{site.address}/a?x=1", f"{site.address}/old"]
    with NewsQA.open(tmp_path) as qa:
        assert qa.ingest(asked, allow_private=True).added == 2
        assert {(one.title, one.url) for one in qa.articles()} == {
            ("Cầu mở", "https://song.example/cau"), ("Chợ mở", f"{site.address}/b"),
        }  # fmt: skip
    # Twice is once.
    assert main(["ingest", *asked, "--allow-private", "--home", str(tmp_path)]) == 0
    assert "added 0  updated 0  unchanged 2" in capsys.readouterr().out


def test_a_feed_gives_its_pages_and_next_time_the_new_ones(site: Site, tmp_path: Path) -> None:
    entry = "<item><title>x</title><link>ROOT/{}</link><pubDate>Tue, 05 May 2020 10:00:00 GMT</pubDate></item>"
    site.add("/feed", f"<rss><channel><title>Báo</title>{entry.format('a')}{entry.format('b')}</channel></rss>", XML)
    for name in "abc":
        site.add(f"/{name}", page(f"Bài {name}"))
    files, failed = visited(site, tmp_path, "/feed")
    assert (len(files), failed) == (2, [])
    items = "".join(map(entry.format, "abcd"))
    site.add("/feed", f"<rss><channel><title>Báo</title>{items}</channel></rss>", XML)
    site.asked.clear()
    files, failed = visited(site, tmp_path, "/feed")
    assert site.asked == ["/robots.txt", "/feed", "/c", "/d"]
    assert (len(files), [one.path for one in failed]) == (3, [f"{site.address}/d"])
    assert "answers 404" in failed[0].reason


def test_sitemaps_of_sitemaps_newest_first_and_no_more_than_asked(site: Site, tmp_path: Path) -> None:
    site.add("/s.xml", "<sitemapindex><sitemap><loc>ROOT/1.xml</loc></sitemap><sitemap><loc>ROOT/2.xml.gz</loc>"
             "<lastmod>2026-05-05</lastmod></sitemap></sitemapindex>", XML)  # fmt: skip
    listed = "".join(f"<url><loc>{site.address}/{name}</loc><lastmod>2026-05-0{name}</lastmod></url>" for name in "123")
    site.add("/2.xml.gz", gzip.compress(f"<urlset>{listed}</urlset>".encode()), "application/gzip")
    for name in "123":
        site.add(f"/{name}", page(f"Bài {name}"))
    files, failed = visited(site, tmp_path, "/s.xml", most=2)
    assert site.asked == ["/robots.txt", "/s.xml", "/2.xml.gz", "/3", "/2"]
    assert len(files) == 2
    assert failed[0].reason.startswith("1 more of its pages are new")


def test_robots_are_obeyed_and_waited_for(site: Site, tmp_path: Path) -> None:
    site.add("/robots.txt", "User-agent: *\nDisallow: /secret\nCrawl-delay: 3\n", "text/plain")
    site.add("/a", page("Cầu"))
    site.add("/secret", page("Chợ"))
    waited: list[float] = []
    with Web(allow_private=True, sleep=waited.append) as web:
        assert web.fetch(f"{site.address}/a").kind == "text/html"
        assert web.fetch(f"{site.address}/a").kind == "text/html"
        with pytest.raises(FetchError, match=r"robots\.txt"):
            web.fetch(f"{site.address}/secret")
    assert "/secret" not in site.asked
    assert len(waited) == 1
    assert 2 < waited[0] <= 3
    site.add("/robots.txt", "", status=503)
    _, failed = visited(site, tmp_path, "/a")
    assert "robots.txt" in failed[0].reason


@pytest.mark.parametrize(
    ("ip", "public"),
    [("8.8.8.8", True), ("127.0.0.1", False), ("10.1.2.3", False), ("169.254.169.254", False), ("0.0.0.0", False),
     ("100.64.0.1", False), ("224.0.0.1", False), ("::1", False), ("::ffff:10.0.0.1", False), ("fe80::1", False),
     ("fd00::1", False), ("2002:0a00:0001::", False), ("64:ff9b::7f00:1", False), ("2606:4700::1", True)],
)  # fmt: skip
def test_which_addresses_are_of_the_internet(ip: str, public: bool) -> None:
    assert is_public(ip) is public


def test_this_machine_is_refused_also_behind_a_redirect(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.add("/a", page("Cầu"))
    with Web(pause=0) as web, pytest.raises(FetchError, match="--allow-private"):
        web.fetch(f"{site.address}/a")
    assert site.asked == []
    # The first host counts as public here, what it redirects to does not.
    checked = web_module.checked_ip

    def first_is_public(host: str, port: int, *, allow_private: bool) -> str:
        return (
            checked("127.0.0.1", port, allow_private=True)
            if host == "news.example"
            else checked(host, port, allow_private=False)
        )

    monkeypatch.setattr(web_module, "checked_ip", first_is_public)
    port = site.address.rpartition(":")[2]
    site.add("/r", "", status=302, Location="ROOT/a")
    with Web(pause=0) as web, pytest.raises(FetchError, match="--allow-private"):
        web.fetch(f"http://news.example:{port}/r")
    assert "/a" not in site.asked


def test_what_gives_no_page_says_why(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_module, "MAX_BYTES", 1_000_000)
    site.add("/loop", "", status=302, Location="/loop")
    site.add("/large", gzip.compress(b"x" * 3_000_000), Content_Encoding="gzip")
    site.add("/picture", b"x", "image/png")
    site.add("/file", "", status=302, Location="file:///etc/passwd")
    site.add("/empty", "<urlset></urlset>", XML)
    paths = ("/loop", "/large", "/picture", "/file", "/empty", "/missing")
    _, failed = visited(site, tmp_path, *paths)
    said = ("redirected more", "over 1 MB", "image/png", "no address of a web page", "lists no pages", "answers 404")
    assert [one.path for one in failed] == [site.address + path for path in paths]
    assert all(part in one.reason for part, one in zip(said, failed, strict=True)), failed
    with Web(pause=0) as web:
        for wrong in ("http://", "http://a b/", "http://user:secret@a.example/", "http://[x", "http://no.invalid/"):
            with pytest.raises(FetchError):
                web.fetch(wrong)


def test_a_server_that_never_ends_is_left(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_module, "MAX_SECONDS", -1.0)
    site.add("/robots.txt", "")
    site.add("/a", page("Cầu"))
    _, failed = visited(site, tmp_path, "/a")
    assert "s to come" in failed[0].reason
