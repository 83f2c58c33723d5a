"""Small talk and questions about the archive itself, told from questions about the news. Pure.

A message is taken for small talk only where a pattern covers all of its words: what a pattern leaves over ("How many
articles *did the treaty* have?") makes it a question for the articles. Vietnamese patterns are matched with their
diacritics where the message has some, and without where it was typed plain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import regex as re

from rag.text.normalise import flatten, has_diacritics, normalise

TalkKind = Literal[
    "greeting", "thanks", "noted", "farewell",  # small talk
    "recap",  # about the conversation
    "abilities", "coverage", "count", "outlets", "languages", "dates", "newest", "headlines",  # about the archive
]  # fmt: skip
_Rules = tuple[tuple[TalkKind, re.Pattern[str]], ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """`language` is the one it is written in, None where the word is used in both ("ok", "hello")."""

    kind: TalkKind
    language: Literal["vi", "en"] | None


# What is longer is no small talk.
_LONGEST = 120
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SHARED = re.compile(r"(?:ok|okay|oke|okie|hi|hello|hey|alo|bye|bye bye|wow)(?: (?:ok|okay|hi|hello|bye))?")

_THE_ARCHIVE = r"(?:the|this|your) (?:news )?(?:archive|collection|database|library)"
_ARTICLES = r"(?:articles|news articles|stories|news stories|reports|documents|pieces|items|texts)"
_YOU = rf"(?:you|{_THE_ARCHIVE})"
_IN_IT = rf"(?: (?:(?:stored |held )?in {_THE_ARCHIVE}|in (?:total|all|here)|altogether|here|now|currently|so far))*"
_YOU_HOLD = rf"(?:do(?:es)? {_YOU} (?:currently )?(?:have|hold|know|cover|store|contain|include|use|search|support))"
_ENGLISH: tuple[tuple[TalkKind, str], ...] = (
    (
        "greeting",
        r"(?:(?:hi|hello|hey|hiya|howdy|greetings)(?: (?:hi|hello|hey))*(?: (?:there|again|everyone|all|bot|friend))?"
        r"|good (?:morning|afternoon|evening|day)(?: to you)?|nice to meet you"
        r"|(?:(?:hi|hello|hey) )?how are you(?: doing)?(?: today)?|how's it going|how do you do|is anyone there)",
    ),
    (
        "thanks",
        r"(?:(?:ok(?:ay)?|great|perfect|good|nice|wow|cool|excellent) )?(?:many |a thousand )?"
        r"(?:thanks|thank you|thankyou|thx|ty|cheers)(?: (?:a lot|so much|very much|a million|you|again|everyone))*"
        r"(?: for (?:(?:your|the|all your) )?(?:help|answers?|time|information|that|this|it))?"
        r"(?: (?:that )?(?:was |is |that's )?(?:very |really )?(?:helpful|useful|great|perfect|all))?",
    ),
    (
        "noted",
        r"(?:ok(?:ay)?|okie|oke|great|good|nice|cool|perfect|excellent|awesome|wow|fine|alright|all right|i see|got it|"
        r"i understand|understood|interesting|well done|good (?:job|answer|bot)|that (?:is|was|helps?)(?: very)?"
        r"(?: (?:great|helpful|useful|good|nice|interesting))?|very (?:good|nice|helpful|interesting)|never mind|"
        r"nevermind|ha(?:ha)+|lol)(?: ok(?:ay)?)?(?<!that is|that was)",
    ),
    (
        "farewell",
        r"(?:ok(?:ay)? )?(?:bye|goodbye|good bye|bye bye|farewell|see you|see ya|good night|have a (?:nice|good|great) "
        r"(?:day|evening|weekend|night))(?: (?:bye|later|soon|tomorrow|for now|then|again))*",
    ),
    (
        "recap",
        r"(?:(?:ok(?:ay)?|please|so|now|(?:can|could) you(?: please)?) )*(?:(?:summari[sz]e|sum up|recap|wrap up)"
        r"(?: (?:it|this|that|everything|all|all of (?:it|this|that)|what (?:we|you) (?:have |have)?"
        r"(?:found|said|know|learned)?|what we've (?:got|found|learned)|what we know|(?:the|this|our) (?:conversation|"
        r"chat|discussion)|the (?:findings|answers|above)))?(?: (?:all|up))?|"
        r"(?:give me )?(?:a |the )?(?:short |brief |quick )?(?:summary|recap)"
        r"(?: of (?:it all|everything|this|that|what we (?:have|found|know)|(?:the|this|our) "
        r"(?:conversation|chat|discussion)))?|what (?:have we|do we) (?:got|found|learned|have|know)|tl dr|tldr)"
        r"(?: (?:so far|until now|up to now|again|for me|please|briefly))*",
    ),
    (
        "abilities",
        r"(?:(?:so )?what (?:can|do) you do(?: for me)?|what are you able to do|what can you help(?: me)?(?: with)?|"
        r"who (?:are|made|built) you|what are you|what(?:'s| is) your name|introduce yourself|tell me about yourself|"
        r"are you (?:a |an )?(?:bot|robot|chatbot|human|person|real person|machine|ai|chatgpt|real)|"
        r"how (?:do you|does (?:this|it|this app|this thing)) work|(?:please )?help(?: me)?(?: please)?|"
        r"(?:can|could) you help(?: me)?(?: please)?|i need (?:some )?help|"
        r"what (?:can|should|could) i ask(?: you)?(?: about)?|what (?:kind|kinds|sort) of questions can i ask(?: you)?|"
        r"how (?:can|do|should) i (?:use|ask|search)(?: (?:you|this|it|a question|questions))?|"
        r"where do your answers come from|can i trust (?:you|your answers))",
    ),
    (
        "coverage",
        r"(?:(?:so )?what (?:topics|subjects|news|stories|articles|events|kinds? of (?:news|articles|stories))? ?"
        rf"{_YOU_HOLD}(?: about)?|what (?:do|does) {_YOU} (?:cover|know|have|contain|hold|include)(?: about)?|"
        rf"what(?:'s| is) (?:in|inside) {_THE_ARCHIVE}|what(?:'s| is) {_THE_ARCHIVE}(?: about)?|"
        rf"what (?:topics|subjects|news|stories|articles) (?:are|is) (?:there|in {_THE_ARCHIVE}|covered|available)|"
        rf"(?:tell me about|describe) {_THE_ARCHIVE})",
    ),
    (
        "count",
        rf"(?:how many {_ARTICLES}(?: (?:are(?: (?:there|stored|available|included))?|{_YOU_HOLD}|have you got|"
        rf"(?:have|did) you (?:read|indexed?|stored?)))?{_IN_IT}|how (?:big|large) is {_THE_ARCHIVE}|"
        rf"(?:the )?(?:number|size) of (?:{_ARTICLES} in )?{_THE_ARCHIVE})",
    ),
    (
        "outlets",
        r"(?:(?:which|what|how many) (?:news )?outlets|(?:which|what|how many) (?:news |different )?(?:outlets|sources|"
        r"newspapers|papers|media|publications|publishers|sites|websites) (?:are (?:there|included|covered|available)|"
        rf"{_YOU_HOLD}|are (?:your|the) {_ARTICLES} from|do your {_ARTICLES} come from){_IN_IT}|"
        rf"what are your (?:news )?sources|where (?:do|are) (?:your|the) {_ARTICLES} (?:come )?from|list "
        rf"(?:the|your|all) (?:outlets|sources|newspapers)|(?:what|which) (?:is|are) the sources? of your {_ARTICLES})",
    ),
    (
        "languages",
        r"(?:(?:what|which|how many) languages (?:are (?:supported|available)|(?:do|does) (?:you|"
        rf"{_THE_ARCHIVE}) (?:speak|understand|support|know|cover|have)|can i (?:use|ask in|write in)|"
        rf"are (?:your|the) {_ARTICLES} in){_IN_IT}|(?:do|can) you (?:speak|understand) (?:vietnamese|english)|"
        r"can i (?:ask|write) in (?:vietnamese|english))",
    ),
    (
        "dates",
        r"(?:(?:what|which) (?:dates|years|period|periods|time period|time span|date range|months) "
        rf"(?:{_YOU_HOLD}|are covered)|how far back (?:do|does) {_YOU} go|"
        rf"(?:what|when) (?:is|was) (?:the|your) (?:oldest|earliest|first) article{_IN_IT}"
        r"(?: (?:from|published|written))?)",
    ),
    (
        "newest",
        r"(?:(?:what|which|when|what date|how old) (?:is|was) (?:the|your) (?:date of (?:the|your) )?(?:very )?"
        rf"(?:newest|latest|most recent|last) article{_IN_IT}(?: (?:from|published|written|about|called|added))?|"
        rf"how (?:recent|up to date|up-to-date|current|fresh) (?:are you|is (?:{_THE_ARCHIVE}|your "
        rf"(?:information|data|news|knowledge))|are your {_ARTICLES})|(?:when|how recently) (?:was|were) "
        rf"(?:you|{_THE_ARCHIVE}) (?:last )?updated|(?:what is )?your (?:knowledge )?cutoff(?: date)?|"
        r"(?:newest|latest|most recent) article(?: date)?)",
    ),
    (
        "headlines",
        r"(?:(?:(?:what is|what's|what are|show me|give me|tell me|any) )?(?:the |some )?(?:latest|newest|recent|"
        r"today's|most recent) (?:news|headlines|stories|articles)(?: (?:please|today))?|"
        r"what(?:'s| is) (?:new|the news)(?: today| now)?|"
        r"(?:is there |do you have )?(?:any|some) (?:news|new articles)(?: today)?|news(?: today)?|"
        r"headlines(?: please)?|what happened (?:today|recently|lately))",
    ),
)

_TO_YOU = r"(?: (?:bạn|anh|chị|em|cậu|ad|bot|mọi người|các bạn|trợ lý))?"
_POLITE = r"(?: (?:nhé|nha|ạ|với|nhá|đi|vậy|thế|nhỉ|à))*"
_ASKER = r"(?:tôi|mình|em|tớ|anh|chị)"
_KHO = r"(?:kho(?: (?:này|bài|bài báo|tin|tin tức|lưu trữ|dữ liệu|của bạn|bài này|báo))*|hệ thống(?: này)?|ở đây)"
_BAI = r"(?:bài báo|bài viết|bài|tin bài|tin tức|tin|tài liệu)"
_CO = rf"(?:(?:(?:trong )?{_KHO}|bạn)(?: hiện| đang| hiện nay| hiện tại)* (?:có|gồm|chứa|lưu|lưu trữ|bao gồm|dùng) )"
_TRONG = rf"(?: (?:trong|ở) {_KHO}| ở đây)?(?: (?:tất cả|tổng cộng|rồi|vậy))?"
_WHEN = r"(?:ngày nào|khi nào|bao giờ|lúc nào|hôm nào|ngày bao nhiêu|tháng nào|năm nào)"
_VIETNAMESE: tuple[tuple[TalkKind, str], ...] = (
    (
        "greeting",
        rf"(?:(?:xin )?chào(?: buổi (?:sáng|trưa|chiều|tối))?{_TO_YOU}|(?:hi|hello|hey|alo|a lô){_TO_YOU}|"
        rf"(?:(?:xin )?chào )?(?:bạn|em|anh|chị) (?:có )?(?:khỏe|khoẻ) không|rất vui được gặp{_TO_YOU}){_POLITE}",
    ),
    (
        "thanks",
        rf"(?:(?:ok|okay|tốt lắm|tuyệt|được rồi|hay quá|vâng|dạ) )?(?:xin |rất |chân thành )*(?:cảm|cám) ơn{_TO_YOU}"
        rf"(?: (?:nhiều|rất nhiều|lắm|nhiều lắm))*{_TO_YOU}(?: đã (?:giúp|trả lời|giúp đỡ)(?: {_ASKER})?)?{_POLITE}"
        rf"|thanks?{_TO_YOU}(?: nhiều)?{_POLITE}",
    ),
    (
        "noted",
        r"(?:ok|okay|oke|được rồi|được|tốt|tốt lắm|tốt quá|tuyệt|tuyệt vời|tuyệt quá|hay|hay quá|hay lắm|thú vị|"
        rf"(?:{_ASKER} )?(?:đã )?hiểu(?: rồi)?|(?:{_ASKER} )?biết rồi|vâng|dạ|ừ|thế à|vậy à|ra vậy|ra thế|"
        rf"giỏi quá|giỏi lắm|đúng rồi|ok rồi){_POLITE}",
    ),
    (
        "farewell",
        rf"(?:(?:chào )?tạm biệt|bye|bai bai|hẹn gặp lại|chúc ngủ ngon|ngủ ngon|chúc (?:bạn )?một ngày tốt lành)"
        rf"{_TO_YOU}{_POLITE}",
    ),
    (
        "recap",
        r"(?:(?:ok|vậy|thế|bạn|hãy|xin|vui lòng|làm ơn|giờ|bây giờ|có thể) )*(?:tóm tắt|tổng kết|tổng hợp|tóm gọn|tóm)"
        rf"(?: (?:lại|giúp|cho|ngắn gọn|{_ASKER}|hộ))*(?: (?:(?:những|các) (?:gì|điều|ý|ý chính|thông tin|câu trả lời|"
        r"nội dung)|(?:toàn bộ |tất cả )?(?:cuộc )?(?:trò chuyện|hội thoại|nói chuyện|trao đổi)|tất cả|mọi thứ))?"
        rf"(?: (?:(?:mà )?(?:chúng ta|bạn|{_ASKER}|ta) )?(?:đã |vừa )?(?:có|biết|nói|hỏi|tìm (?:được|thấy)|trả lời|"
        rf"trao đổi|nãy giờ|trên|ở trên|này|được))*(?: (?:nãy giờ|từ đầu|đến giờ|đến nay|được không|lại))*{_POLITE}",
    ),
    (
        "abilities",
        rf"(?:(?:thế |vậy )?bạn (?:có thể )?(?:làm|giúp)(?: được)?(?: {_ASKER})?(?: được)? (?:những )?(?:gì|điều gì|"
        rf"việc gì)(?: cho {_ASKER})?|bạn biết làm gì|bạn là (?:ai|gì|cái gì)|bạn tên(?: là)? gì|tên bạn là gì|"
        rf"(?:ai|công ty nào) (?:tạo|làm|viết) ra bạn|bạn là (?:người|robot|máy|bot|ai)(?: thật)?(?: hay(?: là)? "
        rf"(?:người|robot|máy|bot)| à| phải không)|{_ASKER} (?:có thể|được|nên) hỏi(?: bạn)? (?:những )?(?:gì|điều gì|"
        rf"câu gì)|(?:hãy )?(?:hướng dẫn|giúp đỡ|trợ giúp)(?: cho)?(?: {_ASKER})?(?: sử dụng)?|giúp {_ASKER}|cách "
        r"(?:sử dụng|dùng|hỏi)|(?:sử dụng|dùng) (?:như )?thế nào|bạn hoạt động (?:như )?thế nào|"
        r"(?:bạn )?(?:hãy )?giới thiệu "
        rf"(?:về )?bản thân){_POLITE}",
    ),
    (
        "coverage",
        rf"(?:{_CO}(?:những |các )?(?:gì|nội dung gì|(?:chủ đề|tin|bài|bài báo|tin tức|nội dung|lĩnh vực) (?:gì|nào))"
        rf"|bạn biết (?:những )?(?:gì|chủ đề nào)|{_KHO} (?:nói|viết) về (?:những )?(?:gì|chủ đề nào|chuyện gì)|"
        rf"(?:có )?những (?:chủ đề|tin|lĩnh vực) (?:gì|nào){_TRONG}){_POLITE}",
    ),
    (
        "count",
        rf"(?:(?:{_CO}|có )?(?:tất cả |tổng cộng )?(?:bao nhiêu|mấy) {_BAI}{_TRONG}|"
        rf"số (?:lượng )?(?:bài|bài báo|bài viết) (?:trong|của) {_KHO}(?: là bao nhiêu)?|"
        rf"{_KHO} (?:lớn|to) (?:cỡ nào|bao nhiêu|thế nào)){_POLITE}",
    ),
    (
        "outlets",
        rf"(?:(?:{_CO}|có |gồm )(?:những |các )?(?:nguồn|nguồn tin|báo|tờ báo|đài|tòa soạn|trang tin) nào{_TRONG}|"
        rf"(?:{_CO}|có )(?:bao nhiêu|mấy) (?:nguồn|nguồn tin|tờ báo|báo){_TRONG}|"
        rf"(?:{_BAI}|nguồn tin) (?:được )?(?:lấy )?từ (?:đâu|nguồn nào|báo nào|những báo nào|những nguồn nào|"
        rf"các báo nào)|bạn lấy tin (?:từ|ở) (?:đâu|nguồn nào|báo nào)|nguồn của bạn là gì){_POLITE}",
    ),
    (
        "languages",
        rf"(?:{_CO}(?:những |các )?(?:thứ tiếng|ngôn ngữ) (?:gì|nào){_TRONG}|bạn (?:có )?(?:nói|hiểu|biết|hỗ "
        r"trợ)(?: được)? (?:(?:những )?(?:tiếng|ngôn ngữ) (?:gì|nào)|tiếng (?:việt|anh)(?: được)? không)|"
        rf"{_ASKER} hỏi (?:bằng )?tiếng (?:việt|anh) được không){_POLITE}",
    ),
    (
        "dates",
        rf"(?:(?:{_BAI}|{_KHO}|{_CO}{_BAI}) (?:có )?từ {_WHEN}(?: (?:đến|tới) {_WHEN})?|"
        rf"{_BAI} (?:cũ|xưa|lâu|sớm) nhất{_TRONG}(?: (?:là|của|từ|đăng|vào))* (?:{_WHEN}|bài nào|gì)){_POLITE}",
    ),
    (
        "newest",
        rf"(?:{_BAI} (?:mới|gần|gần đây|mới đây) nhất{_TRONG}(?: (?:là|của|từ|đăng|vào|ra))* (?:{_WHEN}|bài nào|bài "
        rf"gì|gì)|(?:bài báo|bài viết|bài) (?:mới|gần đây) nhất|(?:{_BAI}|{_KHO}|bạn)(?: được)? cập nhật (?:đến|tới|"
        rf"lúc|lần cuối|lần cuối khi|vào)? ?(?:{_WHEN}|đâu)){_POLITE}",
    ),
    (
        "headlines",
        r"(?:(?:cho (?:tôi|mình) (?:biết|xem) )?(?:những |các |có )?(?:tin tức|tin|bài báo|bài) (?:gì )?(?:mới nhất|"
        r"mới|hôm nay|gần đây)(?: hôm nay)?(?: (?:là )?gì| không)?|(?:hôm nay )?có (?:tin )?(?:gì mới|tin gì|tin mới|"
        rf"tin tức gì)(?: không| hôm nay)*|hôm nay có gì(?: mới)?|điểm tin){_POLITE}",
    ),
)


def _rules(patterns: tuple[tuple[TalkKind, str], ...], *, flat: bool = False) -> _Rules:
    return tuple((kind, re.compile(flatten(pattern) if flat else pattern)) for kind, pattern in patterns)


_EN_RULES = _rules(_ENGLISH)
_VI_RULES = _rules(_VIETNAMESE)
_VI_FLAT_RULES = _rules(_VIETNAMESE, flat=True)


def small_talk(message: str) -> Talk | None:
    """What kind of small talk, or of question about the archive itself, the message is; None for any other."""
    if len(message) > _LONGEST:
        return None
    words = " ".join(_WORD.findall(normalise(message).lower())).replace("’", "'")
    marked = has_diacritics(words)
    if not marked and (kind := _kind(words, _EN_RULES)):
        return Talk(kind, None if _SHARED.fullmatch(words) else "en")
    kind = _kind(words, _VI_RULES if marked else _VI_FLAT_RULES)
    return Talk(kind, "vi") if kind else None


def _kind(words: str, rules: _Rules) -> TalkKind | None:
    return next((kind for kind, pattern in rules if pattern.fullmatch(words)), None)
