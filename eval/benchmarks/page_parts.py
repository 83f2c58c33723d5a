"""The parts of generated pages, each in several manners: markup and words as real sites have them."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import escape

from eval.benchmarks.page_stories import Story, comment, teaser

_EN_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_VI_DAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
_EN_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
              "November", "December")  # fmt: skip
TODAY = date(2026, 11, 27)


@dataclass
class Context:
    """What a part is drawn from."""

    rng: random.Random
    language: str
    site: str
    american: bool
    story: Story

    def __post_init__(self) -> None:
        # Utility and hashed class names say nothing.
        self._opaque = self.rng.random() < 0.25

    def say(self, english: str, vietnamese: str) -> str:
        return vietnamese if self.language == "vi" else english

    def name(self, word: str) -> str:
        """A class name of the site's own for a part that no convention names."""
        return f"css-{zlib.crc32(f'{word} {self.site}'.encode()):08x}" if self._opaque else f"{word}__wrap"

    def teasers(self, count: int) -> list[tuple[str, str, date]]:
        told = [teaser(self.rng, self.language) for _ in range(count)]
        return [one for one in told if one[0] != self.story.headline]

    def comments(self, count: int) -> list[tuple[str, str, date]]:
        return [comment(self.rng, self.language) for _ in range(count)]

    def day(self, day: date, *, weekday: bool = False) -> str:
        """A date as the site prints it."""
        if self.language == "vi":
            plain = self.rng.choice(
                (
                    f"{day.day}/{day.month}/{day.year}",
                    f"{day.day:02}/{day.month:02}/{day.year}",
                    f"{day.day} tháng {day.month}, {day.year}",
                )
            )
            return f"{_VI_DAYS[day.weekday()]}, {plain}" if weekday else plain
        month = _EN_MONTHS[day.month - 1]
        if self.american:
            plain = self.rng.choice(
                (
                    f"{month} {day.day}, {day.year}",
                    f"{month[:3]}. {day.day}, {day.year}",
                    f"{day.month:02}/{day.day:02}/{day.year}",
                )
            )
        else:
            plain = self.rng.choice(
                (
                    f"{day.day} {month} {day.year}",
                    f"{day.day} {month[:3]} {day.year}",
                    f"{day.day:02}/{day.month:02}/{day.year}",
                )
            )
        return f"{_EN_DAYS[day.weekday()]}, {plain}" if weekday and "/" not in plain else plain

    def clock(self) -> str:
        return self.say(
            f"{self.rng.randrange(1, 12)}:{self.rng.randrange(10, 59)} a.m.{' ET' if self.american else ''}",
            f"{self.rng.randrange(5, 22):02}:{self.rng.randrange(10, 59)} (GMT+7)",
        )


# Consent


def consent_vendor(c: Context) -> str:
    root = c.rng.choice(("onetrust-consent-sdk", "CybotCookiebotDialog", "didomi-host", "usercentrics-root"))
    return f'<div id="{root}"><div class="x1">{_consent_words(c)}</div><button>OK</button></div>'


def consent_plain(c: Context) -> str:
    return f'<div class="{c.rng.choice(("cookie-notice", "gdpr-banner", "consent"))}"><h2>{c.say("Your privacy", "Quyền riêng tư")}</h2>{_consent_words(c)}<button>{c.say("Accept all", "Đồng ý")}</button></div>'


def consent_unnamed(c: Context) -> str:
    return f'<div class="{c.name("bottom")}" style="position:fixed;bottom:0"><p>{c.say("This site stores cookies and shares personal data with partners to measure its adverts.", "Trang này lưu cookie và chia sẻ dữ liệu cá nhân với đối tác để đo quảng cáo.")} <a href="/privacy">{c.say("Manage settings", "Tùy chọn")}</a></p><button>{c.say("I agree", "Chấp nhận")}</button></div>'


def consent_dialog(c: Context) -> str:
    return f'<section role="dialog" aria-modal="true"><h1>{c.say("Before you continue", "Trước khi tiếp tục")}</h1>{_consent_words(c)}<a role="button" href="#">{c.say("Reject", "Từ chối")}</a></section>'


def nothing(_: Context) -> str:
    return ""


def _consent_words(c: Context) -> str:
    count = c.rng.randrange(2, 9)
    words = c.say(
        "<p>We and our {n} partners use cookies to store information on a device and process personal data for personalised advertising.</p>",
        "<p>Chúng tôi và {n} đối tác dùng cookie để lưu thông tin trên thiết bị và xử lý dữ liệu cá nhân nhằm cá nhân hóa quảng cáo.</p>",
    )
    return "".join(words.format(n=800 + i) for i in range(count))


# The top of the page, the frame around the article, the foot


def header_today(c: Context) -> str:
    return f'<header><div class="logo"><a href="/">{c.site}</a></div><span class="date">{c.day(TODAY, weekday=True)}</span>{menu(c)}</header>'


def header_strip(c: Context) -> str:
    return f'<div class="topbar"><div class="today">{c.day(TODAY, weekday=True)}</div><a href="/login">{c.say("Log in", "Đăng nhập")}</a></div><nav>{menu(c)}</nav>'


def header_plain(c: Context) -> str:
    return f'<div class="{c.name("head")}"><a href="/"><img alt="{c.site}" src="/l.png"></a><time datetime="{TODAY}">{c.day(TODAY)}</time>{menu(c)}</div>'


def header_h1_logo(c: Context) -> str:
    return f'<div class="site-head"><h1><a href="/">{c.site}</a></h1><p>{c.day(TODAY, weekday=True)}</p>{menu(c)}</div>'


def menu(c: Context) -> str:
    names = c.say("World,Business,Sport,Culture,Opinion", "Thời sự,Kinh doanh,Thể thao,Văn hóa,Ý kiến").split(",")
    return "<ul>" + "".join(f'<li><a href="/{i}">{name}</a></li>' for i, name in enumerate(names)) + "</ul>"


def frame_grid(_: Context) -> str:
    return '<main class="container"><div class="row"><div class="col-8">@MAIN@</div><aside class="col-4">@SIDE@</aside></div></main>'


def frame_divs(c: Context) -> str:
    return f'<div class="{c.name("outer")}"><div class="{c.name("left")}">@MAIN@</div><div class="{c.name("right")}">@SIDE@</div></div>'


def frame_flat(_: Context) -> str:
    return "@MAIN@@SIDE@"


def frame_form(_: Context) -> str:
    return '<form id="aspnetForm" method="post" action="./"><div id="wrapper"><div id="main-col">@MAIN@</div><div id="side-col">@SIDE@</div></div></form>'


def footer_plain(c: Context) -> str:
    return f"<footer><p>© 2026 {c.site}. {c.say('All rights reserved. Editor in chief: Ola Venn. Licence 14 of 3 May 2011.', 'Tổng biên tập: Vương Tất. Giấy phép số 14 cấp ngày 3/5/2011.')}</p></footer>"


def footer_div(c: Context) -> str:
    return f'<div class="site-footer"><ul><li><a href="/about">{c.say("About", "Giới thiệu")}</a></li><li><a href="/ads">{c.say("Advertise", "Quảng cáo")}</a></li></ul><p>© {c.site} 2011-2026</p></div>'


def sidebar_cards(c: Context) -> str:
    cards = "".join(
        f'<div class="card"><h3><a href="/{i}">{escape(t)}</a></h3><p>{escape(s)}</p><time datetime="{d}">{c.day(d)}</time></div>'
        for i, (t, s, d) in enumerate(c.teasers(3))
    )
    return f'<div class="widget"><h2>{c.say("Most read", "Đọc nhiều")}</h2>{cards}</div>'


def sidebar_list(c: Context) -> str:
    return f'<div class="{c.name("list")}"><h4>{c.say("Latest news", "Tin mới nhất")}</h4><ol>{links(c, 5)}</ol></div>'


# The byline, with the date


def byline_time(c: Context) -> str:
    return f'<div class="byline"><span class="author">{c.say("By ", "")}{c.story.author}</span> <time datetime="{c.story.published}T08:00">{c.day(c.story.published)}</time></div>'


def byline_line(c: Context) -> str:
    return f'<p class="meta">{c.say("By", "Bởi")} {c.story.author}, {c.day(c.story.published)}</p>'


def byline_labels(c: Context) -> str:
    updated = (
        f"<div>{c.say('Updated', 'Cập nhật')}: {c.day(c.story.updated)}, {c.clock()}</div>" if c.story.updated else ""
    )
    own = f"<div>{c.say('Published', 'Xuất bản')}: {c.day(c.story.published)}, {c.clock()}</div>"
    both = c.rng.choice((own + updated, updated + own))
    return f'<div class="article-info"><a rel="author" href="/u">{c.story.author}</a>{both}</div>'


def byline_bars(c: Context) -> str:
    return f'<div class="post-meta"><span>{c.story.author}</span> | <span class="posted-on">{c.day(c.story.published)}</span> | <span>{c.say("4 min read", "4 phút đọc")}</span></div>'


def byline_weekday(c: Context) -> str:
    return f'<span class="date">{c.day(c.story.published, weekday=True)}, {c.clock()}</span><p class="author_mail"><strong>{c.say("By ", "Bởi ")}{c.story.author}</strong></p>'


def byline_opaque(c: Context) -> str:
    return f'<div class="sc-1f9"><div class="sc-2aa">{c.say("By", "Tác giả:")} <a href="/p/1">{c.story.author}</a></div><div class="sc-2ab">{c.say("Published", "Đăng ngày")} {c.day(c.story.published)} {c.say("at", "lúc")} {c.clock()}</div></div>'


def byline_dl(c: Context) -> str:
    updated = (
        f"<dt>{c.say('Last updated', 'Cập nhật lần cuối')}</dt><dd>{c.day(c.story.updated)}</dd>"
        if c.story.updated
        else ""
    )
    return f'<dl class="facts"><dt>{c.say("Author", "Tác giả")}</dt><dd itemprop="author">{c.story.author}</dd>{updated}<dt>{c.say("Published", "Ngày đăng")}</dt><dd>{c.day(c.story.published)}</dd></dl>'


def byline_micro(c: Context) -> str:
    updated = (
        f'<time itemprop="dateModified" datetime="{c.story.updated}">{c.day(c.story.updated)}</time>'
        if c.story.updated
        else ""
    )
    return f'<div class="story-credit">{updated}<span itemprop="author" itemscope itemtype="https://schema.org/Person"><span itemprop="name">{c.story.author}</span></span> <time itemprop="datePublished" datetime="{c.story.published}">{c.day(c.story.published)}</time></div>'


def no_byline(_: Context) -> str:
    return ""


# The article


def article_tag(c: Context) -> str:
    return f'<article><h1>{escape(c.story.headline)}</h1><p class="lead">{escape(c.story.standfirst)}</p>@BYLINE@<div class="article-body">{inline_paragraphs(c)}</div>@TAIL@</article>'


def article_entry(c: Context) -> str:
    return f'<div class="post type-post tag-news"><div class="entry-header"><h1 class="entry-title">{escape(c.story.headline)}</h1>@BYLINE@</div><div class="entry-content"><p><strong>{escape(c.story.standfirst)}</strong></p>{inline_paragraphs(c)}</div>@TAIL@</div>'


def article_date_above(c: Context) -> str:
    return f'<div class="detail"><div class="detail-top">@BYLINE@</div><h1 class="title-detail">{escape(c.story.headline)}</h1><p class="description">{escape(c.story.standfirst)}</p><div class="fck_detail">{inline_paragraphs(c)}</div>@TAIL@</div>'


def article_flat(c: Context) -> str:
    return f"<h1>{escape(c.story.headline)}</h1>@BYLINE@<p>{escape(c.story.standfirst)}</p>{inline_paragraphs(c)}@TAIL@"


def article_opaque(c: Context) -> str:
    return f'<div class="sc-aa1"><div class="sc-aa2"><h1 class="sc-aa3">{escape(c.story.headline)}</h1><div class="sc-aa4">{escape(c.story.standfirst)}</div>@BYLINE@</div><div class="sc-aa5">{inline_paragraphs(c)}</div></div>@TAIL@'


def article_header(c: Context) -> str:
    return f'<article class="story"><header><h1>{escape(c.story.headline)}</h1><h2>{escape(c.story.standfirst)}</h2>@BYLINE@</header><section>{inline_paragraphs(c)}</section><footer>@TAIL@</footer></article>'


def article_breaks(c: Context) -> str:
    return f'<div id="content"><h2 class="headline">{escape(c.story.headline)}</h2>@BYLINE@<b>{escape(c.story.standfirst)}</b><br><br>{"<br><br>".join(map(escape, c.story.paragraphs))}{table_of(c)}@INLINE@</div>@TAIL@'


def article_sections(c: Context) -> str:
    body = "".join(
        f'<div class="chunk" data-testid="text-block">{part}</div>' for part in inline_paragraphs(c).split("<!--cut-->")
    )
    return f'<div class="page-article"><div class="hero"><h1>{escape(c.story.headline)}</h1><p>{escape(c.story.standfirst)}</p></div>@BYLINE@{body}@TAIL@</div>'


def inline_paragraphs(c: Context, *, wrapped: bool = False) -> str:
    """The story's paragraphs, its table, and between them the place of what stands there beside it."""
    open_, close = ("<div><p>", "</p></div>") if wrapped else ("<p>", "</p>")
    written = [f"{open_}{escape(text)}{close}" for text in c.story.paragraphs]
    written.insert(c.rng.randrange(1, len(written)), "@INLINE@")
    return "<!--cut-->".join(written) + table_of(c)


def table_of(c: Context) -> str:
    if not c.story.rows:
        return ""
    head, *rows = c.story.rows
    top = "<tr>" + "".join(f"<th>{cell}</th>" for cell in head) + "</tr>"
    return (
        "<table>"
        + top
        + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        + "</table>"
    )


# Between its paragraphs


def inline_teaser(c: Context) -> str:
    ((title, _, _),) = c.teasers(1)
    return f'<p><strong>{c.say("Read more:", "Xem thêm:")} <a href="/1">{escape(title)}</a></strong></p>'


def inline_box(c: Context) -> str:
    return f'<div class="related-box"><h4>{c.say("Related", "Tin liên quan")}</h4><ul>{links(c, 2)}</ul></div>'


def inline_card(c: Context) -> str:
    ((title, summary, day),) = c.teasers(1)
    return f'<div class="sc-k1"><a href="/1"><img src="/1.jpg"><h3>{escape(title)}</h3></a><p>{escape(summary)}</p><time datetime="{day}">{c.day(day)}</time></div>'


def inline_advert(c: Context) -> str:
    return f'<div class="ad-slot"><p>{c.say("Advertisement", "Quảng cáo")}</p><p>{c.say("Buy two tickets and get the third one free this summer.", "Mua hai vé được tặng vé thứ ba trong mùa hè này.")}</p></div>'


def inline_sale(c: Context) -> str:
    return f'<div class="{c.name("box")}"><p>{c.say("Enjoying this story? Support local reporting.", "Bạn thấy bài viết hữu ích? Hãy ủng hộ tòa soạn.")} <a href="/subscribe?x=1">{c.say("Subscribe for 1 crown", "Đăng ký chỉ với 1 đồng")}</a></p></div>'


# Behind the article


def related_list(c: Context) -> str:
    return (
        f'<section class="related"><h3>{c.say("Related stories", "Tin liên quan")}</h3><ul>{links(c, 4)}</ul></section>'
    )


def related_cards(c: Context) -> str:
    cards = "".join(
        f'<article class="teaser"><a href="/{i}"><h3>{escape(t)}</h3></a><p>{escape(s)}</p><span class="date">{c.day(d)}</span></article>'
        for i, (t, s, d) in enumerate(c.teasers(4))
    )
    return f'<div class="more-stories">{cards}</div>'


def related_opaque(c: Context) -> str:
    cards = "".join(
        f'<div class="sc-m2"><h3><a href="/{i}">{escape(t)}</a></h3><div class="sc-m3">{escape(s)}</div></div>'
        for i, (t, s, _) in enumerate(c.teasers(3))
    )
    return (
        f'<div class="sc-m1"><div class="sc-m0">{c.say("You may also like", "Có thể bạn quan tâm")}</div>{cards}</div>'
    )


def related_tables(c: Context) -> str:
    rows = "".join(
        f'<tr><td><img src="/{i}.jpg"></td><td><a href="/{i}">{escape(t)}</a></td></tr>'
        for i, (t, _, _) in enumerate(c.teasers(3))
    )
    return f'<b>{c.say("More from this section", "Tin cùng chuyên mục")}</b><table width="100%">{rows}</table>'


def comments_list(c: Context) -> str:
    return f'<div id="comments"><h3>{c.say("Comments", "Bình luận")} (2)</h3>{_comments(c, "comment")}<form><textarea></textarea><button>{c.say("Post", "Gửi")}</button></form></div>'


def comments_micro(c: Context) -> str:
    return f"<section>{''.join(f'<div itemprop=comment itemscope itemtype=https://schema.org/Comment><b>{n}</b> <time itemprop=datePublished datetime={d}>{d}</time><p>{escape(w)}</p></div>' for n, w, d in c.comments(3))}</section>"


def comments_opaque(c: Context) -> str:
    return (
        f'<div class="sc-c1"><div class="sc-c0">{c.say("2 comments", "2 bình luận")}</div>{_comments(c, "sc-c2")}</div>'
    )


def _comments(c: Context, name: str) -> str:
    told = c.comments(2)
    return "".join(
        f'<div class="{name}"><b>{who}</b> <span>{c.day(day)}</span><p>{escape(words)}</p></div>'
        for who, words, day in told
    )


def newsletter_form(c: Context) -> str:
    return f'<div class="newsletter-box"><h4>{c.say("The morning mail", "Thư buổi sáng")}</h4><p>{c.say("All the news of the day in your inbox.", "Tin trong ngày gửi tới hộp thư của bạn.")}</p><input type="email"></div>'


def newsletter_opaque(c: Context) -> str:
    return f'<div class="sc-n1"><p>{c.say("Never miss a story from the region again.", "Đừng bỏ lỡ tin tức của vùng.")}</p><form><input type="email" placeholder="@"><button>OK</button></form></div>'


def share_words(c: Context) -> str:
    return f'<div class="share-bar"><span>{c.say("Share", "Chia sẻ")}</span><a href="https://facebook.example/s">Facebook</a> <a href="#">X</a> <a href="mailto:">Email</a></div>'


def share_opaque(c: Context) -> str:
    return f'<ul class="sc-s1"><li><a href="https://facebook.example/s">Facebook</a></li><li><a href="#">Zalo</a></li><li><a href="#">{c.say("Copy link", "Sao chép liên kết")}</a></li></ul>'


def tags_list(c: Context) -> str:
    return f'<div class="tags">{c.say("Tags", "Từ khóa")}: <a href="/t/1">{c.say("harbour", "bến cảng")}</a>, <a href="/t/2">{c.say("budget", "ngân sách")}</a></div>'


def tags_plain(c: Context) -> str:
    return f'<p>{c.say("Topics", "Chủ đề")}: <a href="/t/1">{c.say("harbour", "bến cảng")}</a> <a href="/t/2">{c.say("budget", "ngân sách")}</a></p>'


def links(c: Context, count: int) -> str:
    return "".join(f'<li><a href="/{i}">{escape(title)}</a></li>' for i, (title, _, _) in enumerate(c.teasers(count)))


Manner = Callable[[Context], str]
MANNERS: dict[str, tuple[Manner, ...]] = {
    "consent": (consent_vendor, consent_plain, consent_unnamed, consent_dialog, nothing),
    "header": (header_today, header_strip, header_plain, header_h1_logo),
    "frame": (frame_grid, frame_divs, frame_flat, frame_form),
    "footer": (footer_plain, footer_div),
    "sidebar": (sidebar_cards, sidebar_list, nothing),
    "byline": (byline_time, byline_line, byline_labels, byline_bars, byline_weekday, byline_opaque, byline_dl, byline_micro, no_byline),
    "article": (article_tag, article_entry, article_date_above, article_flat, article_opaque, article_header, article_breaks, article_sections),
    "inline": (inline_teaser, inline_box, inline_card, inline_advert, inline_sale, nothing),
    "related": (related_list, related_cards, related_opaque, related_tables),
    "comments": (comments_list, comments_micro, comments_opaque, nothing),
    "newsletter": (newsletter_form, newsletter_opaque, nothing),
    "share": (share_words, share_opaque, nothing),
    "tags": (tags_list, tags_plain, nothing),
}  # fmt: skip
# Of both halves.
NEITHER: frozenset[Manner] = frozenset({nothing, no_byline})
