"""What an article holds beside its story: advertising marks, newsletter boxes, comment forms, credits. Pure.

Such text stays where it is and is marked as not quotable, so no offset shifts. The rules are conservative: a
sentence that merely speaks of advertising or of newsletters matches none. A rule looks at a whole line, or at the
beginning of a sentence that only such a box begins with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.readers.box_labels import leads_to_another_story
from rag.readers.bylines import is_signature, read_line
from rag.readers.metadata import head_lines, tail_lines
from rag.types import Span, merge_spans

_MAX_LINE = 400
_LINE = re.compile(r"[^\n]+")
_LIST_MARKS = "*_•-–|[] \t"

_NETWORKS = (
    r"(?:(?:facebook|twitter|x|zalo|e-?mail|print|in bài|linkedin|pinterest|whatsapp|telegram|messenger|copy link|"
    r"sao chép(?: liên kết)?)[\s|,/•·]*){1,12}"
)
_WHOLE_LINES = (
    # advertising
    r"quảng cáo|advertisements?|sponsored(?: content)?|nội dung (?:được )?tài trợ|story continues below.{0,40}",
    # related articles
    r"(?:xem|đọc) thêm(?: tại đây)?(?:\s*[:>»].*|\.?)",
    r"(?:tin|bài)(?: viết)? (?:cùng chuyên mục|liên quan|khác|mới(?: nhất)?|đọc nhiều)(?:\s*[:>»].*)?",
    r"(?:read more|see also|related(?: articles?| stories| topics?)?|more on this|recommended|up next)(?:\s*[:>»].*)?",
    r"(?:>>|»).*",
    r"xem (?:video|chi tiết|ảnh)\s*:?",
    # sharing
    r"(?:chia sẻ|share)(?: (?:bài viết|this|now))?(?: (?:này|article|story|post|page))?\s*:?"
    rf"(?:\s*(?:on|lên|qua)\s.{{0,40}}|\s*{_NETWORKS})?",
    _NETWORKS,
    # comments
    r"(?:bình luận|ý kiến(?: bạn đọc)?|comments?)\s*(?:\(\s*\d+\s*\)|:)?",
    r"\d+\s+(?:bình luận|comments?|lượt (?:xem|thích|chia sẻ)|shares?|likes?)",
    r"(?:gửi|viết|đăng|thêm) (?:bình luận|ý kiến)(?: của bạn)?.{0,30}",
    r"(?:leave a (?:reply|comment)|cancel reply|(?:post|add) (?:a )?comment|reply)(?:\s*cancel reply)?",
    r"your email address will not be (?:published|shown|shared|displayed).{0,120}",
    r"(?:required )?fields (?:are )?(?:marked|with).{0,40}",
    r"(?:vui lòng )?đăng nhập để (?:gửi |viết )?bình luận.{0,40}|(?:please )?(?:log|sign) in to (?:post a )?comment\.?",
    r"(?:địa chỉ )?email của bạn sẽ không được (?:hiển thị )?công khai\.?.{0,80}",
    r"save my name,? email.{0,100}",
    r"(?:(?:comment|name|email|website|tên|bình luận)\s*\*\s*){1,5}(?:website)?",
    r"(?:please )?enter your e-?mail(?: address)?\.?",
    # cookies
    r"(?:this (?:web)?site|we)(?: and our partners)? uses? cookies.*",
    r"by continuing to (?:use|browse).{0,80}cookies.*|accept (?:all )?cookies",
    r"(?:trang web này|website này|chúng tôi) sử dụng cookies?\b.*",
    # addresses, topics, pictures
    r"(?:[^\W\d_][\w ]{0,20}\s*:\s*)?(?:https?://|www\.)\S+",
    r"(?:\#[^\s#]+[\s,;|]*){1,40}|(?:tags?|từ khóa|từ khoá|chủ đề)\s*:.*",
    r"(?:ảnh minh họa|ảnh minh hoạ|chú thích ảnh|getty images|file photo)\.?",
)
_WHOLE_LINE = re.compile("|".join(f"(?:{pattern})" for pattern in _WHOLE_LINES), re.IGNORECASE)
_TOPICS_WITH_WORDS = re.compile(r"#[^\s#][^#\n]*\s#[^\s#][^.!?]*")

# A whole line that bids its reader follow, install or subscribe, and names where.
_PLACES = (
    r"(?:facebook|fanpage|twitter|zalo|telegram|whats\s?app|viber|you\s?tube|tik\s?tok|instagram|threads|linkedin|"
    r"google (?:news|tin tức)|apple news|flipboard|rss|newsletters?|bản tin|podcasts?|(?:our|the|us on|mobile|this) "
    r"(?:app|channel|page|community|group)|ứng dụng|kênh|trang(?: fanpage)?|inbox|hộp thư)"
)
_INVITATION = re.compile(
    r"(?:(?:please |you can |don['’]t forget to )?(?:follow|join|like|subscribe|sign up|download|install|"
    r"get (?:our|the)|connect with|find us|stay (?:informed|updated|tuned|connected|up to date))\b"
    r"|(?:mời |kính mời )?(?:(?:bạn|quý|bạn đọc|quý vị|độc giả|quý độc giả|các bạn) ){0,3}(?:hãy |có thể |vui lòng )?"
    r"(?:theo dõi|tham gia|đăng ký|tải|cài đặt|bấm|nhấn|like|follow|đón đọc|đón xem|kết nối)\b)"
    rf"(?=.{{0,160}}\b(?:us|our|chúng tôi|báo|tòa soạn|toà soạn|{_PLACES}))"
    rf"(?=.{{0,160}}\b{_PLACES}\b)[^.!?]{{0,200}}[.!?]?",
    re.IGNORECASE,
)

# At the foot: on what terms the text may be used, and what kind of text it is.
_NOTICE = re.compile(
    r"(?=.*\b(?:this (?:article|story|text|piece)|bài (?:này|viết này|báo này)|văn bản này)\b)"
    r"(?=.*\b(?:CC0|CC[ -]BY\b|public domain|sample (?:data|text|article)|dữ liệu mẫu|bài mẫu|licen[cs]ed? under|"
    r"giấy phép|all rights reserved|republished (?:from|with|under)|fictional|hư cấu)\b)",
    re.IGNORECASE,
)
_START = r"(?:^[ \t]*|(?<=[.!?…”\"’)\]])[ \t]{0,4})"
_TO_STOP = r"[^.!?\n]{0,100}[.!?]?"
_SOON = r"[^.!?\n]{0,80}"
_NEXT_SENTENCE = r"(?=[ \t]*$|[ \t]*[“\"]?[A-ZÀ-ÖØ-ÞĂĐĨŨƠƯẠ-Ỹ][a-zà-ỹ])"
_AGENCY = (
    r"(?:AFP|AP|EPA|EFE|Reuters|REUTERS|Getty(?: Images)?|GETTY IMAGES|Hình ảnh Getty|Anadolu|KCNA|TASS|Sputnik|"
    r"Xinhua|Tân Hoa Xã|TTXVN|VNA|Yonhap|Kyodo|Bloomberg|CNN|Shutterstock|Alamy|NASA)"
)
_PICTURE = r"(?:[Ảả]nh|[Đđ]ồ h[oọ][aạ]|Photo|Image|Picture|Hình ảnh|Nguồn|Nguồn ảnh|Video|Clip)(?: minh h[oọ][aạ])?"
_PICTURE_LABEL = r"(?:(?:Ảnh|Đồ h[oọ][aạ])(?: minh h[oọ][aạ]| chụp màn hình)?|Nguồn ảnh|Photo|Photograph)"
_BY = r"(?:[ \t]*:|[ \t]+by\b)[ \t]*"
_PHOTOGRAPHER = r"[^\n.:]{1,50}?(?:\.?[ \t]*$|(?<=[A-Z])\.[A-Z][^\n:]{0,30}$)"
_TELLS = r"\b(?:cho biết|nói|đưa tin|dẫn|đã|là|said|says|reported|was|were|is|are)\b"
_SLASHED = r"(?:[^.!?\n/]{2,60}/){1,6}"

# Inside a line: at the beginning of a sentence (glued to the one before it or not), in brackets, or at the line's end.
# Each pattern is tried only on a text that holds one of its words, which few texts do.
_WITHIN_LINE = tuple(
    (needles, re.compile(pattern, re.MULTILINE))
    for needles, pattern in (
        (
            ("QUẢNG CÁO", "Quảng cáo", "ADVERTISEMENT", "Advertisement"),
            rf"{_START}(?:QUẢNG CÁO|Quảng cáo|ADVERTISEMENT|Advertisement){_NEXT_SENTENCE}",
        ),
        (
            ("Nhập ",),
            rf"{_START}Nhập (?:địa chỉ )?[Ee]-?mail(?: của bạn)? (?:để|và) (?:đăng ký|nhận){_TO_STOP}",
        ),
        (
            ("Đăng ký ",),
            rf"{_START}Đăng ký (?:ngay )?(?:để )?nhận (?:bản tin|tin|newsletter)\b(?={_SOON}(?:của chúng tôi|của bạn|"
            rf"tại đây|miễn phí|h[aằà]ng ngày|mỗi ngày|email)|[.!?]?$){_TO_STOP}",
        ),
        (
            ("Sign up", "Subscribe"),
            rf"{_START}(?:Sign up|Subscribe)(?: now| here)? (?:for|to) (?:our|the|your|[A-Z][\w’']{{0,20}})\b"
            rf"{_SOON}(?:newsletters?|updates|alerts|briefing|inbox)\b{_TO_STOP}",
        ),
        (("(",), rf"\({_PICTURE}(?:[ \t]*:|[ \t]+by\b|[ \t]+của\b)[^()\n]{{0,120}}\)"),
        (
            ("Ảnh", "Đồ h", "Photo", "Nguồn ảnh"),
            rf"(?:(?:^|[ \t]+[-–—]|(?<=[.!?…”\"]))[ \t]*|(?<=\w)[ \t]+){_PICTURE_LABEL}{_BY}"
            rf"(?:{_AGENCY}(?:[ \t]?/[ \t]?[\w.]{{2,20}}){{0,3}}(?!\w)|{_PHOTOGRAPHER})",
        ),
        # "… in May. Jane Roe/Pool/AFP", also with the outlet's mark of the next line glued to it: "…/FileCNN —"
        (
            ("/",),
            rf"(?<=[.!?…”\"])[ \t]{{0,4}}(?=[^\n]{{0,160}}\b{_AGENCY})(?![^\n]{{0,160}}{_TELLS})"
            rf"{_SLASHED}[^.!?\n/—]{{1,60}}(?:—[ \t]*)?$",
        ),
        (("—", "–"), rf"(?:^|(?<=[.!?…”\"]))[ \t]*{_AGENCY}[ \t]*[—–][ \t]*$"),
    )
)


# A picture, alone or as a link; the definition of a link's target; an HTML comment.
_MARKUP = re.compile(
    r"\[?!\[[^\]\n]{0,500}\]\([^)\n]{0,2000}\)(?:\]\([^)\n]{0,2000}\))?"
    r"|^[ ]{0,3}\[[^\]\n]{1,100}\]:[ \t]{1,8}\S[^\n]{0,2000}$"
    r"|<!--.{0,5000}?-->",
    re.MULTILINE | re.DOTALL,
)


def unquotable_spans(text: str) -> tuple[Span, ...]:
    """Spans of NFC `text` that belong to no story, in order, not overlapping, without white space at their ends."""
    found = [*_whole_lines(text), *_credit_lines(text)]
    for needles, pattern in _WITHIN_LINE:
        if any(needle in text for needle in needles):
            found.extend(_trimmed(text, *match.span()) for match in pattern.finditer(text))
    return merge_spans(found)


def markup_spans(text: str) -> tuple[Span, ...]:
    """Pictures, definitions of links and comments in Markdown, in order, not overlapping."""
    return merge_spans(Span(*match.span()) for match in _MARKUP.finditer(text))


def _whole_lines(text: str) -> Iterator[Span]:
    for match in _LINE.finditer(text):
        line = match.group().strip(_LIST_MARKS) if len(match.group()) <= _MAX_LINE else ""
        if line and (
            _WHOLE_LINE.fullmatch(line)
            or _TOPICS_WITH_WORDS.fullmatch(line)
            or leads_to_another_story(line)
            or _INVITATION.fullmatch(line)
        ):
            yield _trimmed(text, *match.span())


def _credit_lines(text: str) -> Iterator[Span]:
    """Bylines and datelines, where they stand: at the head and at the foot."""
    tail = tail_lines(text)
    for line in (*head_lines(text), *tail):
        credit = read_line(line.text)
        if (credit and not credit.title) or (line in tail and _is_notice(line.text)):
            yield _trimmed(text, line.start, line.start + len(line.text))
    if len(tail) > 1 and is_signature(tail[-1].text.strip(), tail[-2].text.strip()):
        yield _trimmed(text, tail[-1].start, tail[-1].start + len(tail[-1].text))


def _is_notice(line: str) -> bool:
    return len(line) <= _MAX_LINE and bool(_NOTICE.match(line))


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)
