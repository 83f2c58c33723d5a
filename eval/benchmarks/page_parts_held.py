"""More manners of the parts of generated pages, after well-known publishing systems; kept back from work on readers."""

from __future__ import annotations

from html import escape

from eval.benchmarks.page_parts import TODAY, Context, Manner, inline_paragraphs, menu, table_of

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def consent_line(c: Context) -> str:
    return f'<p>{c.say("By using this site you agree to our cookie policy and privacy statement.", "Khi dùng trang này bạn đồng ý với chính sách cookie và quyền riêng tư.")} <a href="#">OK</a></p>'


def consent_frame(c: Context) -> str:
    return f'<div id="sp_message_container_84412"><div class="message"><h1>{c.say("We care", "Quyền của bạn")}</h1><p>{c.say("Choose what we may store.", "Hãy chọn những gì được lưu.")}</p></div></div>'


def consent_google(c: Context) -> str:
    return f'<div class="fc-consent-root"><div class="fc-dialog"><p>{c.say("The Gazette asks for your consent to use your personal data", "Trang tin xin phép dùng dữ liệu cá nhân của bạn")}</p><ul><li>{c.say("Personalised advertising and content", "Quảng cáo và nội dung cá nhân hóa")}</li></ul><button>OK</button></div></div>'


def header_ticker(c: Context) -> str:
    items = "".join(
        f'<li><time datetime="{day}T0{i}:15">{c.day(day)}</time> <a href="/{i}">{escape(title)}</a></li>'
        for i, (title, _, day) in enumerate(c.teasers(3))
    )
    return f'<div class="site-top">{menu(c)}<div class="ticker"><b>{c.say("Breaking", "Tin nóng")}</b><ul>{items}</ul></div></div>'


def header_edition(c: Context) -> str:
    return f'<div class="b-head"><span>{c.site}</span><span>{c.say("No. 4,412", "Số 4412")} · {c.day(TODAY, weekday=True)} · 27°C</span></div>{menu(c)}'


def header_crumbs(c: Context) -> str:
    return f'<div class="main-header"><div class="hdr-date">{c.day(TODAY, weekday=True)}</div></div><ol class="crumbs"><li><a href="/">{c.say("Home", "Trang chủ")}</a></li><li><a href="/w">{c.say("World", "Thế giới")}</a></li></ol>'


def frame_table(_: Context) -> str:
    return '<table width="980" align="center"><tr><td valign="top" width="680">@MAIN@</td><td valign="top">@SIDE@</td></tr></table>'


def frame_root(_: Context) -> str:
    return '<div id="__next"><div class="styles_layout__x9Yz"><div class="styles_primary__Ab1">@MAIN@</div><div class="styles_secondary__Cd2">@SIDE@</div></div></div>'


def footer_address(c: Context) -> str:
    return f'<div class="ft"><p>{c.site}, {c.say("12 Quay Street. Telephone 0140 555. Founded on 3 May 1911.", "12 phố Bến. Điện thoại 0140 555. Thành lập ngày 3/5/1991.")}</p><p>{c.say("No part of this page may be reproduced without permission.", "Không sao chép khi chưa được phép.")}</p></div>'


def sidebar_ranked(c: Context) -> str:
    rows = "".join(
        f'<div class="styles_item__q"><span>{i + 1}</span><a href="/{i}"><span>{escape(title)}</span></a></div>'
        for i, (title, _, _) in enumerate(c.teasers(5))
    )
    return f'<div><div class="styles_h__z">{c.say("Popular now", "Xem nhiều")}</div>{rows}</div>'


def byline_stamp(c: Context) -> str:
    day = c.story.published
    stamp = c.say(
        f"Published {c.rng.randrange(1, 12)}:05 AM EDT, {_WEEKDAYS[day.weekday()]} {_MONTHS[day.month - 1]} {day.day}, {day.year}",
        f"Đăng lúc 08:05, {day.day:02}/{day.month:02}/{day.year}",
    )
    updated = f"<br>{c.say('Updated', 'Cập nhật')} {c.day(c.story.updated)}" if c.story.updated else ""
    return f'<div class="byline"><div class="byline__names">{c.say("By", "Bởi")} <a class="byline__link" href="/p"><span>{c.story.author}</span></a>, {c.site}</div></div><div class="timestamp">{stamp}{updated}</div>'


def byline_summary(c: Context) -> str:
    updated = (
        c.say(f"Last modified on {c.day(c.story.updated)}", f"Sửa đổi lần cuối {c.day(c.story.updated)}")
        if c.story.updated
        else ""
    )
    return f'<address><a rel="author" href="/profile/x">{c.story.author}</a></address><details><summary><span>{c.day(c.story.published, weekday=True)} 08.00 BST</span></summary>{updated}</details>'


def byline_role(c: Context) -> str:
    day = c.story.published
    return f'<div class="detail-time"><div data-role="publishdate">{c.day(day)} 10:05</div></div><div class="author-info"><div class="box-author"><a class="name" href="/tac-gia/x.htm">{c.story.author}</a></div></div>'


def byline_ago(c: Context) -> str:
    return f'<div class="u-flex"><a class="author-name" href="/x">{c.story.author}</a><span>·</span><time datetime="{c.story.published}T03:00:00.000Z">{c.say("2 years ago", "2 năm trước")}</time></div>'


def byline_blocks(c: Context) -> str:
    return f'<div class="wp-block-group"><div class="wp-block-post-author-name">{c.story.author}</div><div class="wp-block-post-date"><time datetime="{c.story.published}T08:00:00+00:00">{c.day(c.story.published)}</time></div></div>'


def byline_brackets(c: Context) -> str:
    return f"<p><i>({c.site}) - {c.day(c.story.published, weekday=True)}</i></p><p><b>{c.say('By', 'Tác giả:')} {c.story.author}</b></p>"


def article_field(c: Context) -> str:
    return f'<div class="node node--type-article"><h1 class="page-title"><span class="field field--name-title">{escape(c.story.headline)}</span></h1><div class="node__submitted">@BYLINE@</div><div class="field field--name-field-summary">{escape(c.story.standfirst)}</div><div class="clearfix text-formatted field field--name-body"><div class="field__item">{inline_paragraphs(c)}</div></div>@TAIL@</div>'


def article_old(c: Context) -> str:
    return f'<div><font size="5"><h1>{escape(c.story.headline)}</h1></font>@BYLINE@<p><b>{escape(c.story.standfirst)}</b></p><div align="justify">{inline_paragraphs(c)}</div></div>@TAIL@'


def article_modules(c: Context) -> str:
    return f'<article class="styles_article__1"><div class="styles_head__2"><span class="styles_kicker__3">{c.say("Regions", "Địa phương")}</span><h1>{escape(c.story.headline)}</h1><div class="styles_dek__4"><p>{escape(c.story.standfirst)}</p></div></div><div class="styles_meta__5">@BYLINE@</div><div class="styles_body__6">{inline_paragraphs(c, wrapped=True)}</div></article>@TAIL@'


def article_sapo(c: Context) -> str:
    return f'<div class="detail__cmain"><h1 class="detail-title article-title" data-role="title">{escape(c.story.headline)}</h1>@BYLINE@<h2 class="detail-sapo" data-role="sapo">{escape(c.story.standfirst)}</h2><div class="detail-cmain clearfix"><div class="detail-content afcbc-body" data-role="content">{inline_paragraphs(c)}</div></div>@TAIL@</div>'


def inline_figure(c: Context) -> str:
    return f'<figure><img src="/1.jpg" alt=""><figcaption>{c.say("Photo: Ola Venn", "Ảnh: Vương Tất")}</figcaption></figure>'


def inline_follow(c: Context) -> str:
    return f'<div class="styles_app__7"><p>{c.say("Get our app for push alerts", "Tải ứng dụng của chúng tôi")}</p><a href="https://apps.example/1">App Store</a> <a href="https://play.example/1">Google Play</a></div>'


def inline_more(c: Context) -> str:
    ((title, _, _),) = c.teasers(1)
    return f'<p><em>{c.say("SEE ALSO", "ĐỌC THÊM")} | <a href="/1">{escape(title)}</a></em></p>'


def related_grid(c: Context) -> str:
    cells = "".join(
        f'<a class="styles_tile__8" href="/{i}"><img src="/{i}.jpg"><span>{escape(title)}</span><span>{c.day(day)}</span></a>'
        for i, (title, _, day) in enumerate(c.teasers(4))
    )
    return f'<div class="styles_grid__9"><h2>{c.say("Read next", "Đọc tiếp")}</h2><div>{cells}</div></div>'


def related_feed(c: Context) -> str:
    cells = "".join(
        f'<div class="trc_item"><a href="https://x.example/{i}"><span>{escape(title)}</span></a></div>'
        for i, (title, _, _) in enumerate(c.teasers(3))
    )
    return f'<div id="taboola-below-article">{cells}</div>'


def related_items(c: Context) -> str:
    cells = "".join(
        f'<div class="item-news"><p class="title-news"><a href="/{i}">{escape(title)}</a></p><p class="description"><a href="/{i}">{escape(summary)}</a></p></div>'
        for i, (title, summary, _) in enumerate(c.teasers(3))
    )
    return f'<div class="box-category"><div class="title-box">{c.say("In the same section", "Cùng chuyên mục")}</div>{cells}</div>'


def comments_wordpress(c: Context) -> str:
    listed = "".join(
        f'<li class="depth-1"><div><cite>{who}</cite> <a href="#c1">{c.day(day)} {c.say("at", "lúc")} 9:00</a><p>{escape(words)}</p></div></li>'
        for who, words, day in c.comments(2)
    )
    return f'<h2 class="styles_t__1">{c.say("2 responses", "2 phản hồi")}</h2><ol class="commentlist">{listed}</ol>'


def comments_box(c: Context) -> str:
    listed = "".join(
        f'<div class="content-comment"><p class="full_content"><span class="txt-name">{who}</span> {escape(words)}</p><span>{c.day(day)}</span></div>'
        for who, words, day in c.comments(3)
    )
    return f'<div id="box_comment_vne" class="box_comment_vne"><div class="box_category_title">{c.say("Readers’ views", "Ý kiến")} (3)</div>{listed}</div>'


def newsletter_link(c: Context) -> str:
    return f'<div class="styles_nl__1"><strong>{c.say("Sunday letter", "Thư chủ nhật")}</strong><p>{c.say("The week in five minutes, every Sunday.", "Cả tuần trong năm phút, mỗi chủ nhật.")}</p><a href="/newsletter/sunday">{c.say("Sign up here", "Đăng ký tại đây")}</a></div>'


def share_spans(c: Context) -> str:
    return f'<div class="styles_sh__1"><span>{c.say("Share this", "Chia sẻ")}</span><span>Facebook</span><span>Zalo</span></div>'


def tags_filed(c: Context) -> str:
    return f'<div class="styles_tg__1"><span>{c.say("Filed under", "Chủ đề")}</span><ul><li><a href="/t/1">{c.say("harbour", "bến cảng")}</a></li><li><a href="/t/2">{c.say("budget", "ngân sách")}</a></li></ul></div>'


def byline_icons(c: Context) -> str:
    return f'<div class="post-info"><i class="fa fa-user"></i> {c.story.author} <i class="fa fa-calendar"></i> {c.day(c.story.published)} <i class="fa fa-eye"></i> 1,204</div>'


def byline_items(c: Context) -> str:
    return f'<ul class="details"><li>{c.story.author}</li><li>{c.day(c.story.published, weekday=True)}</li><li>{c.clock()}</li></ul>'


def byline_sentence(c: Context) -> str:
    return f'<div class="sc-b1">{c.say("Published on", "Đăng ngày")} {c.day(c.story.published)} {c.say("by", "bởi")} {c.story.author} {c.say("in Regions", "trong mục Địa phương")}</div>'


def article_spans(c: Context) -> str:
    text = "".join(f"<div><span>{escape(text)}</span></div>" for text in c.story.paragraphs)
    return f'<main><h1><span>{escape(c.story.headline)}</span></h1><div><span>{escape(c.story.standfirst)}</span></div>@BYLINE@<div class="txt">{text}{table_of(c)}</div>@TAIL@</main>'


def article_quoted(c: Context) -> str:
    return f"<center><h1>{escape(c.story.headline)}</h1>@BYLINE@</center><blockquote><p><em>{escape(c.story.standfirst)}</em></p>{inline_paragraphs(c)}</blockquote>@TAIL@"


def related_arrows(c: Context) -> str:
    items = "".join(f'<li>› <a href="/{i}">{escape(title)}</a></li>' for i, (title, _, _) in enumerate(c.teasers(4)))
    return f'<div class="sc-r1"><p><b>{c.say("Also in the news", "Các tin khác")}</b></p><ul>{items}</ul></div>'


def comments_thread(c: Context) -> str:
    listed = "".join(
        f'<div class="msg"><strong>{who}</strong> {c.say("wrote on", "viết ngày")} {c.day(day)}: <blockquote>{escape(words)}</blockquote></div>'
        for who, words, day in c.comments(2)
    )
    return f'<div class="thread"><h4>{c.say("Have your say", "Bạn đọc viết")}</h4>{listed}</div>'


def consent_overlay(c: Context) -> str:
    return f'<div class="cc-overlay"><p>{c.say("Cookies help us deliver this site. Some are necessary, others measure how it is used.", "Cookie giúp chúng tôi vận hành trang. Một số là cần thiết, số khác đo cách sử dụng.")}</p><button>{c.say("Allow all", "Cho phép tất cả")}</button><button>{c.say("Only necessary", "Chỉ cookie cần thiết")}</button></div>'


MANNERS_HELD: dict[str, tuple[Manner, ...]] = {
    "consent": (consent_line, consent_frame, consent_google, consent_overlay),
    "header": (header_ticker, header_edition, header_crumbs),
    "frame": (frame_table, frame_root),
    "footer": (footer_address,),
    "sidebar": (sidebar_ranked,),
    "byline": (
        byline_stamp,
        byline_summary,
        byline_role,
        byline_ago,
        byline_blocks,
        byline_brackets,
        byline_icons,
        byline_items,
        byline_sentence,
    ),
    "article": (article_field, article_old, article_modules, article_sapo, article_spans, article_quoted),
    "inline": (inline_figure, inline_follow, inline_more),
    "related": (related_grid, related_feed, related_items, related_arrows),
    "comments": (comments_wordpress, comments_box, comments_thread),
    "newsletter": (newsletter_link,),
    "share": (share_spans,),
    "tags": (tags_filed,),
}
