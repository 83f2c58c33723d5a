"""Web pages: the date, headline, author and text of the article, and nothing of what stands beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.errors import ReadError
from rag.readers.files import Record, read
from rag.readers.web import read_page, read_pages

HEADLINE = "Ferry stays in Low Ness"
FIRST = "The council of Low Ness voted on Tuesday to keep its ferry, with 14 votes to 3, its clerk Una Bell said."
SECOND = "The ferry costs 2.4 million crowns a year, and the fare stays at 3 crowns until 2029, she told the meeting."
STORY = f"<p>{FIRST}</p><p>{SECOND}</p>"


def page(body: str, head: str = "", language: str = "en") -> str:
    title = f"<title>{HEADLINE} | Ness Courier</title>"
    return f'<!doctype html><html lang="{language}"><head>{title}{head}</head><body>{body}</body></html>'


def article(byline: str = "", behind: str = "") -> str:
    return f"<article><h1>{HEADLINE}</h1>{byline}{STORY}{behind}</article>"


def data(*objects: object) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in objects)


MINE = {"@type": "NewsArticle", "headline": HEADLINE, "datePublished": "2026-06-03T08:00:00+07:00"}
OTHER = {"@type": "NewsArticle", "headline": "Gold at a record", "datePublished": "2019-01-05"}


@pytest.mark.parametrize(
    "head",
    [
        data(MINE),
        data({"@type": "ItemList", "itemListElement": [OTHER]}, MINE),
        data(OTHER, MINE),
        data({"@graph": [{"@type": "WebSite", "name": "Ness Courier"}, OTHER, MINE]}),
        data([OTHER, MINE | {"@type": ["ReportageNewsArticle", "Article"]}]),
        data({"@type": "WebPage", "name": f"{HEADLINE} | Ness Courier", "datePublished": "2026-06-03"}),
        data({"@type": "NewsArticle", "datePublished": "2026-06-03"}),
        '<meta name="parsely-pub-date" content="2026-06-03">',
        '<meta itemprop="datePublished" content="3/6/2026">',
        f'<script type="application/ld+json">{json.dumps(MINE)[:-1]},}}</script>',
    ],
)
def test_date_in_the_pages_data(head: str) -> None:
    assert read_page(page(article(), head)).published == "2026-06-03"


def test_an_object_counts_by_the_pages_address() -> None:
    head = '<link rel="canonical" href="https://ness.example/ferry">' + data(
        {"@type": "NewsArticle", "url": "https://ness.example/other", "headline": "Other", "datePublished": "2011-01-01"},
        {"@type": "NewsArticle", "mainEntityOfPage": {"@id": "https://www.ness.example/ferry/"},
         "headline": "Council keeps its boat", "datePublished": "2026-06-03", "author": [{"name": "Una Bell"}]},
    )  # fmt: skip
    draft = read_page(page(article(), head))
    assert (draft.published, draft.author, draft.url) == ("2026-06-03", "Una Bell", "https://ness.example/ferry")


@pytest.mark.parametrize(
    "byline",
    [
        '<p class="byline">By Lena Stroud, 3 June 2026</p>',
        '<div class="meta">Lena Stroud | <span>3 June 2026</span> | 4 min read</div>',
        '<div><span class="author">Lena Stroud</span> <time datetime="2026-06-03T08:00">3 June</time></div>',
        '<a rel="author" href="/l">Lena Stroud</a><p>Updated <time datetime="2026-06-20">20 June 2026</time></p>'
        '<p>Published <time datetime="2026-06-03">3 June 2026</time></p>',
        '<dl><dt>Author</dt><dd itemprop="author">Lena Stroud</dd><dt>Updated</dt><dd>20 June 2026</dd>'
        "<dt>Published</dt><dd>3 June 2026</dd></dl>",
        '<p>By Lena Stroud</p><p class="when">Published 06/03/2026 at 9:15 p.m. ET</p>',
        '<p>By Lena Stroud</p><div>Wed 3 June 2026 08.00 BST</div>',
    ],
)  # fmt: skip
def test_date_and_author_beside_the_headline(byline: str) -> None:
    draft = read_page(page(f'<div class="header__date">Friday, 27 November 2026</div>{article(byline)}'))
    assert (draft.published, draft.author) == ("2026-06-03", "Lena Stroud")
    assert draft.text == f"{FIRST}\n{SECOND}"


def test_an_update_is_kept_apart() -> None:
    byline = "<p>Updated 20 June 2026</p><p>Published 3 June 2026</p>"
    assert read_page(page(article(byline))).updated == "2026-06-20"
    assert read_page(page(article(), data(MINE | {"dateModified": "2026-06-09"}))).updated == "2026-06-09"


@pytest.mark.parametrize(
    "body",
    [
        f'<div class="topbar">Friday, 27 November 2026</div>{article()}',
        f'<header><span class="date">27/11/2026</span></header>{article()}',
        article('<p class="candidate">Born: 12 March 1961</p>'),
        article('<div class="date">Event date: 4 July 2027</div>'),
        article("<ul><li>Elected: 4 May 2015</li></ul>"),
        article(behind='<div class="comments"><b>Bob</b> <time datetime="2025-01-01">1 January 2025</time></div>'),
        article(behind='<ul><li><a href="/1">Gold at a record high again</a> <time datetime="2025-01-01">x</time></li></ul>'),
        f"{article()}<footer>Founded on 3 May 1911</footer>",
    ],
)  # fmt: skip
def test_dates_elsewhere_are_none(body: str) -> None:
    assert read_page(page(body)).published is None


def test_american_dates_are_month_first() -> None:
    byline = "<p>By Lena Stroud | 03/04/2026</p>"
    assert read_page(page(article(byline))).published == "2026-04-03"
    assert read_page(page(article(byline), language="en-US")).published == "2026-03-04"


def test_contradictions_are_told() -> None:
    head = '<meta property="article:published_time" content="2024-03-01">' + data(MINE)
    draft = read_page(page(article(), head))
    assert draft.published == "2026-06-03"
    assert draft.contradictions == (
        "JSON-LD and metas give several dates of publication: 2026-06-03, 2024-03-01",
    )  # fmt: skip
    assert read_page(page(article(), data(MINE))).contradictions == ()


@pytest.mark.parametrize(
    "box",
    [
        '<div id="onetrust-consent-sdk"><p>Whatever the words are here, they are the words of a vendor.</p></div>',
        '<div role="dialog" aria-modal="true"><h1>Hello</h1><p>We and our 812 partners store data on your device.</p></div>',
        '<div style="position:fixed"><p>This site stores cookies and shares personal data with its partners.</p>'
        "<button>I agree</button></div>",
        '<section class="related"><h3>Related</h3><p>Gold rose to a record on Monday, its dealers said.</p></section>',
        '<div><h4>You may also like</h4><div><h3><a href="/1">Gold at a record high again</a></h3><p>Dealers said so.</p></div></div>',
        '<div class="x"><a href="/1"><h3>Gold at a record high again</h3></a><p>Dealers in Ude said so on Monday.</p></div>',
        '<p><strong>Read more: <a href="/1">Gold at a record high again</a></strong></p>',
        '<p><a href="/1">Gold at a record high again, and silver too</a></p>',
        "<h3>Comments (2)</h3><div><b>Bob</b><p>I never liked that boat, it smells of diesel and of fish.</p></div>",
        '<div class="share"><a href="#">Facebook</a> <a href="#">X</a></div>',
        '<div><p>Support local reporting.</p><a href="/subscribe">Subscribe for 1 crown</a></div>',
        '<div><p>Never miss a story.</p><form><input type="email"><button>OK</button></form></div>',
        '<div class="paywall"><p>You have reached your limit of free articles this month.</p></div>',
        '<table><tr><td><img src="1"></td><td><a href="/1">Gold at a record high again</a></td></tr>'
        '<tr><td><img src="2"></td><td><a href="/2">Silver follows at last</a></td></tr></table>',
    ],
)  # fmt: skip
def test_boxes_are_no_part_of_the_story(box: str) -> None:
    expected = f"{FIRST}\n{SECOND}"
    assert read_page(page(article(behind=box))).text == expected
    assert read_page(page(box + article())).text == expected


def test_a_story_in_an_aside_or_a_form_is_read() -> None:
    for around in ("aside class='story'", "form method='post'", "div class='article has-paywall'"):
        body = f"<{around}><h1>{HEADLINE}</h1>{STORY}</{around.split(maxsplit=1)[0]}>"
        assert read_page(page(body)).text == f"{FIRST}\n{SECOND}"


def test_text_in_the_data_fills_a_stub() -> None:
    stub = f"<article><h1>{HEADLINE}</h1><p>{FIRST}</p></article>"
    draft = read_page(
        page(stub, data(MINE | {"articleBody": f"{FIRST}\n{SECOND}\nA third paragraph has the reasons."}))
    )
    assert draft.text == f"{FIRST}\n{SECOND}\nA third paragraph has the reasons."


@pytest.mark.parametrize(
    "other",
    [
        "<article><h1>Bakery opens</h1><p>By Otto Reim</p><p>{}</p><p>{}</p></article>",
        "<article><h2>Bakery opens</h2><p>By Otto Reim</p><p>{}</p><p>{}</p></article>",
    ],
)
def test_two_articles_on_a_page_are_two(tmp_path: Path, other: str) -> None:
    lines = (
        "The bakery opened with 9 staff on the quay, its owner said.",
        "It sells rye bread for 4 crowns until noon each day.",
    )
    (tmp_path / "a.html").write_text(page(article("<p>By Una Bell</p>") + other.format(*lines), data(MINE)))
    first, second = (item for item in read(tmp_path / "a.html") if isinstance(item, Record))
    assert (first.title, first.author, first.published) == (HEADLINE, "Una Bell", "2026-06-03")
    assert (second.title, second.author, second.published) == ("Bakery opens", "Otto Reim", None)
    assert second.text == "\n".join(lines)
    assert first.record != second.record


def test_headings_of_sections_are_no_articles() -> None:
    body = f"<h1>{HEADLINE}</h1>{STORY}<h1>Background</h1><p>The ferry has crossed the sound since 1911, the clerk said.</p>"
    assert len(read_pages(page(body))) == 1


def test_struck_out_words_are_gone() -> None:
    body = f"<h1>{HEADLINE}</h1>{STORY}<p>It cost <del>90</del> <s>80</s> <span style='text-decoration:line-through'>70</span> 60.</p>"
    assert read_page(page(body)).text.endswith("\nIt cost 60.")


def test_raised_figures_stay_apart() -> None:
    body = f"<h1>{HEADLINE}</h1>{STORY}<p>About 10<sup>6</sup> litres on 12 m<sup>2</sup>.<sup><a href='#n'>[1]</a></sup></p>"
    assert read_page(page(body)).text.endswith("\nAbout 10⁶ litres on 12 m2.")


def test_a_live_blog_keeps_entries_times_and_headings() -> None:
    entries = "".join(
        f'<div class="live-post"><time datetime="2026-06-03T{hour}:00">{hour}:00</time><h3>{what}</h3><p>{what} at {hour}.</p></div>'
        for hour, what in (("14", "Bridge shut"), ("13", "Roofs lost"), ("12", "Warning given"))
    )
    draft = read_page(page(f"<h1>{HEADLINE}</h1>{entries}", data(MINE | {"@type": "LiveBlogPosting"})))
    assert draft.text.split("\n") == [
        "14:00 · Bridge shut", "Bridge shut at 14.", "13:00 · Roofs lost", "Roofs lost at 13.",
        "12:00 · Warning given", "Warning given at 12.",
    ]  # fmt: skip
    assert draft.published == "2026-06-03"


@pytest.mark.parametrize(
    ("title", "body", "reason"),
    [
        ("Just a moment...", "<h1>ness.example</h1><p>Verify you are human by completing the action below.</p>", "captcha"),
        ("Xin chờ", "<h1>Xác minh bạn là con người</h1><p>Hãy hoàn thành bước kiểm tra bên dưới.</p>", "captcha"),
        ("404 Not Found", "<h1>404</h1><p>Page not found</p>", "error page"),
        ("Báo Nét", "<h2>Không tìm thấy trang</h2><p>Trang bạn tìm không tồn tại.</p>", "error page"),
        ("503 Service Temporarily Unavailable", "<h1>503 Service Temporarily Unavailable</h1>nginx", "error page"),
        ("Ness Courier", "<p>Please enable JavaScript to continue using this application.</p>", "refuses to show"),
        ("Ness Courier", "<nav><a href='/'>Home</a></nav>", "no article text"),
        ("Log in", "<form><h1>Log in</h1><input type=email><input type=password></form>", "no article text"),
    ],
)  # fmt: skip
def test_pages_that_are_no_article(title: str, body: str, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read_pages(f"<html><head><title>{title}</title></head><body>{body}</body></html>")


def test_a_story_about_captchas_is_read() -> None:
    story = "Captchas ask readers to prove you are human. " + " ".join([FIRST, SECOND] * 4)
    assert "prove you are human" in read_page(page(f"<h1>{HEADLINE}</h1><p>{story}</p>")).text


# Three layouts after well-known publishing systems, whole.

PAPER = f"""<header class="hd"><nav><a href="/w">World</a></nav></header><section class="layout__wrapper"><section class="main">
<div class="headline"><h1 class="headline__text">{HEADLINE}</h1><div class="headline__footer"><div class="byline">
<div class="byline__names">By <a class="byline__link"><span>Lena Stroud</span></a>, Ness Courier</div></div>
<div class="timestamp">3 minute read <div>Published 9:20 PM EDT, Wed June 3, 2026</div><div>Updated 9:01 PM EDT, Thu June 4, 2026</div>
</div><div class="social-share"><a>Facebook</a></div></div></div><div class="article__content" itemprop="articleBody">
<p>{FIRST}</p><div class="ad-slot"><span>Ad Feedback</span></div><div class="related-content"><p>Related article</p>
<a href="/x"><span>How the tram depot lost its roof</span></a></div><p>{SECOND}</p></div></section>
<section class="right"><h2>Most popular</h2><ol><li><a href="/1">Storm takes the market roof</a></li><li><a href="/2">Gold</a></li></ol>
</section></section>"""
BLOG = f"""<div class="header"><h1 class="title"><a href="https://ness.example/">Ness Notes</a></h1></div><div class="main">
<div class="date-outer"><h2 class="date-header"><span>Wednesday, June 3, 2026</span></h2><div class="post-outer"><div class="post">
<h3 class="post-title entry-title">{HEADLINE}</h3><div class="post-body entry-content">{FIRST}<br /><br />{SECOND}</div>
<div class="post-footer">Posted by <span class="fn">Lena Stroud</span></div></div><div class="comments"><h4>1 comment:</h4>
<p>Bob said on May 9, 2026: nice.</p></div></div></div></div><div class="sidebar"><h2>Archive</h2><ul><li><a>2026</a></li></ul></div>"""
DAILY = f"""<section class="top-header"><span class="time-now">Thứ sáu, 27/11/2026</span></section><section class="page-detail"><div class="sidebar-1">
<div class="header-content"><ul class="breadcrumb"><li><a href="/t">Thời sự</a></li></ul><span class="date">Thứ tư, 3/6/2026, 15:20 (GMT+7)</span></div>
<h1 class="title-detail">{HEADLINE}</h1><article class="fck_detail"><p class="Normal">{FIRST}</p><p class="Normal">{SECOND}</p>
<p class="author_mail"><strong>Trịnh Ngọc Mão</strong></p></article><div class="box-tinlienquan"><article><h4><a href="/a">Phà mắc cạn ở Bến Dạ</a></h4>
</article></div><div id="box_comment"><p>Nên làm cầu luôn cho tiện.</p><span>4/6/2026</span></div></div></section>"""


@pytest.mark.parametrize(
    ("body", "author", "updated"),
    [(PAPER, "Lena Stroud", "2026-06-04"), (BLOG, None, None), (DAILY, "Trịnh Ngọc Mão", None)],
)
def test_whole_layouts(body: str, author: str | None, updated: str | None) -> None:
    draft = read_page(page(body))
    assert (draft.title, draft.published, draft.author, draft.updated) == (HEADLINE, "2026-06-03", author, updated)
    assert draft.text == f"{FIRST}\n{SECOND}"


def test_a_place_that_only_the_style_sheet_sets_apart() -> None:
    body = f'<h1>{HEADLINE}</h1><p><span class="location-stamp">Low Ness</span>{FIRST}</p><p>{SECOND}</p>'
    assert read_page(page(body)).text.startswith(f"Low Ness - {FIRST}")
