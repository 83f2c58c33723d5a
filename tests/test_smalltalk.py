"""Small talk and questions about the archive are told from questions about the news; replies state the catalogue."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer import about
from rag.answer.about import ArchiveFacts, Headline
from rag.text.normalise import fold
from rag.text.smalltalk import TalkKind, small_talk

PROPERTY = settings(derandomize=True, deadline=None, max_examples=200)

TALK: tuple[tuple[TalkKind, str | None, tuple[str, ...]], ...] = (
    ("greeting", None, ("hello", "Hi!", "hey")),
    ("greeting", "en", ("Hi there!", "Good morning", "Hello, how are you?")),
    ("greeting", "vi", ("Xin chào", "chào bạn", "Bạn khỏe không?", "Chào buổi sáng ạ")),
    ("thanks", "en", ("thanks", "Thank you very much!", "ok, thanks", "Great, thank you!", "Thanks for your help.")),
    ("thanks", "vi", ("Cảm ơn bạn nhiều nhé", "cám ơn", "ok cảm ơn", "Xin cảm ơn!")),
    ("noted", None, ("ok", "OK.", "okay")),
    ("noted", "en", ("I see.", "Got it", "very interesting")),
    ("noted", "vi", ("được rồi", "Hay quá!", "hiểu rồi")),
    ("farewell", "en", ("Goodbye!", "see you later")),
    ("farewell", "vi", ("tạm biệt", "Hẹn gặp lại nhé")),
    ("abilities", "en", ("What can you do?", "Who are you?", "help", "Are you a robot?", "What can I ask you?")),
    ("abilities", "vi", ("Bạn là ai?", "Bạn có thể làm gì?", "Bạn giúp được gì cho tôi?", "Tôi có thể hỏi gì?")),
    ("coverage", "en", ("What do you cover?", "What topics do you cover?", "What is in the archive?")),
    ("coverage", "vi", ("Kho có những gì?", "Kho bài báo này có những chủ đề nào?", "Bạn có những tin gì?")),
    ("count", "en", ("How many articles?", "How many articles are in the archive?", "How many stories do you have?")),
    ("count", "vi", ("Có bao nhiêu bài báo?", "Kho có bao nhiêu bài?", "Trong kho có tất cả bao nhiêu bài báo?")),
    ("outlets", "en", ("Which outlets?", "What are your sources?", "Which newspapers do you have?")),
    ("outlets", "vi", ("Có những báo nào?", "Kho gồm những nguồn nào?", "Tin lấy từ đâu?")),
    ("languages", "en", ("What languages do you speak?", "Do you speak Vietnamese?")),
    ("languages", "vi", ("Bạn có nói tiếng Anh không?", "Bạn hỗ trợ những ngôn ngữ nào?")),
    ("dates", "en", ("What period do you cover?", "How far back does the archive go?")),
    ("dates", "vi", ("Kho có bài từ ngày nào đến ngày nào?", "Bài cũ nhất là khi nào?")),
    ("newest", "en", ("What is the newest article?", "How recent is the archive?", "When was the archive updated?")),
    ("newest", "vi", ("Bài mới nhất ngày nào?", "Bài báo mới nhất trong kho là khi nào?")),
    ("headlines", "en", ("Latest news", "What's new?", "any news today?")),
    ("headlines", "vi", ("Tin mới nhất", "Có gì mới không?", "tin hôm nay")),
)
MESSAGES = [(kind, language, message) for kind, language, messages in TALK for message in messages]

NEWS = (
    "How many articles did the treaty have?",
    "How many articles does the new constitution have?",
    "How many articles of the pact deal with defence?",
    "How many articles are in the criminal code?",
    "How many articles did she write about Ukraine?",
    "How many stories does the tallest tower have?",
    "How many stories is the new hospital?",
    "How many documents did the two sides sign?",
    "How many documents are in the land registry?",
    "How many pieces are in the museum's collection?",
    "How many reports did the council publish in 2025?",
    "How big is the archive of the Boat Museum?",
    "How large is the collection of the city museum?",
    "How many newspapers reported the flood?",
    "Which newspapers reported Kim's message?",
    "Which newspaper reported Kim's message for Russia's national day?",
    "Which sources did the CNN report cite?",
    "Which media were banned in Russia?",
    "What languages does Putin speak?",
    "What languages do the people of Con Diec speak?",
    "Do you speak of the bridge or the ferry?",
    "Who said hello to Kim?",
    "Who said thank you to the mayor?",
    "Why did the mayor thank the rescuers?",
    "Thanks to whom did the bridge open early?",
    "Goodbye party for coach Khiem: when was it?",
    "Who said goodbye to the coach?",
    "What did the coach say in his farewell?",
    "Hello Kitty exhibition in Luu Giang opens when?",
    "What can you do in a flood?",
    "What can residents do about scam messages?",
    "What can you do with old batteries in the city?",
    "Who are the members of the council?",
    "Who are you voting for, asked the reporter of whom?",
    "What do you need to get a permit?",
    "What does the insurance cover?",
    "What does the treaty cover?",
    "What does the new law cover?",
    "What is the archive of the ministry used for?",
    "Where is the city archive?",
    "When was the city archive founded?",
    "What is the latest gold price?",
    "What is the latest on the bridge?",
    "Latest news about Putin",
    "Latest news on the bridge",
    "What's new at the hospital?",
    "What happened today in Luu Giang?",
    "When was North Korea's latest nuclear test?",
    "When was the first article of the treaty changed?",
    "How recent is the pumping station?",
    "How old is the latest bus?",
    "How far back do the records of the river go?",
    "How do solar panels work?",
    "How does the pumping station work?",
    "Are you allowed to cross the bridge by lorry?",
    "Can you help me find who built the bridge?",
    "Help for flood victims: how much?",
    "Is the mayor a robot, as the joke goes?",
    "OK Corral: what happened there?",
    "Good news for farmers: what was it?",
    "What is good about the treaty?",
    "Interesting finds at the dig?",
    "Kho lưu trữ của tỉnh có bao nhiêu bài báo cũ?",
    "Kho lưu trữ của tỉnh ở đâu?",
    "Kho lúa của xã có bao nhiêu tấn?",
    "Kho đạn Triều Tiên có bao nhiêu quả đạn?",
    "Trong kho vũ khí của Nga có những gì?",
    "Kho bạc thành phố có bao nhiêu tiền?",
    "Hiệp ước có bao nhiêu điều?",
    "Có bao nhiêu bài thi bị hủy?",
    "Có bao nhiêu bài báo nói về cầu Trầm Ngân?",
    "Bà Quyên viết bao nhiêu bài báo?",
    "Nhạc sĩ ấy có bao nhiêu bài hát?",
    "Bài thơ mới nhất của ông ấy ra ngày nào?",
    "Bài hát mới nhất của ca sĩ là gì?",
    "Báo nào đăng thông điệp ông Kim gửi Nga?",
    "Những báo nào đưa tin về trận lũ?",
    "Nguồn nào cấp tiền cho trạm bơm?",
    "Nguồn nước sạch của thành phố lấy từ đâu?",
    "Tin nhắn lừa đảo từ đâu?",
    "Ai chào ông Putin ở sân bay?",
    "Ông Kim chào ông Putin thế nào?",
    "Vì sao thị trưởng cảm ơn người dân?",
    "Lễ chia tay tạm biệt huấn luyện viên diễn ra khi nào?",
    "Bạn của ông Kim là ai?",
    "Bạn đời của thị trưởng là ai?",
    "Bạn đọc có thể gọi cho ai?",
    "Người dân có thể làm gì khi bị lừa?",
    "Tổng thống Nga có thể làm gì cho Triều Tiên?",
    "Giá vàng mới nhất là bao nhiêu?",
    "Tin mới nhất về cầu Trầm Ngân?",
    "Tin mới về giá vàng hôm nay",
    "Có gì mới ở bệnh viện Bến Cũ?",
    "Hôm nay giá gạo thế nào?",
    "Ngôn ngữ nào được dạy ở trường Vườn Cau?",
    "Ông Putin nói được những thứ tiếng nào?",
    "Bạn có biết ai xây cầu Trầm Ngân không?",
    "Giúp tôi tìm giá vé phà đi Bãi Nhàn",
    "Hệ thống thoát nước có bao nhiêu cống?",
    "Hệ thống đèn mới gồm những gì?",
    "Cách sử dụng bình chữa cháy thế nào?",
    "co bao nhieu bai bao noi ve cau tram ngan",
    "kho luu tru cua tinh co bao nhieu bai bao cu",
    "kho thoc cua xa co bao nhieu tan",
    "ai chao ong putin",
    "chao luon cua quan nao ngon",
    "cam on ai",
    "tin moi nhat ve putin",
    "ban be cua ong kim la ai",
    "bao nhieu bai thi bi huy",
)


@pytest.mark.parametrize(("kind", "language", "message"), MESSAGES)
def test_small_talk_is_known(kind: TalkKind, language: str | None, message: str) -> None:
    talk = small_talk(message)
    assert talk is not None
    assert (talk.kind, talk.language) == (kind, language)


@pytest.mark.parametrize(("kind", "message"), [(kind, text) for kind, language, text in MESSAGES if language == "vi"])
def test_small_talk_is_known_without_diacritics(kind: TalkKind, message: str) -> None:
    talk = small_talk(fold(message))
    assert talk is not None
    assert talk.kind == kind


@pytest.mark.parametrize("question", NEWS)
def test_questions_about_the_news_are_no_small_talk(question: str) -> None:
    assert small_talk(question) is None
    assert small_talk(fold(question)) is None


@PROPERTY
@given(st.text(max_size=200))
def test_any_message_is_read(message: str) -> None:
    small_talk(message)


@PROPERTY
@given(st.lists(st.sampled_from(["xin", "chào", "bạn", "hi", "kho", "có", "bao", "nhiêu", "bài", "ok"]), max_size=40))
def test_repeated_words_are_read_quickly(words: list[str]) -> None:
    small_talk(" ".join(words))


FACTS = ArchiveFacts(
    articles=1_234,
    outlets=(("Báo Làng Mơ", 1_000), ("The Moor Post", 234)),
    languages=("vi", "en"),
    first="2031",
    last="2031-08-04",
    newest=(Headline("Thiệt hại sau lũ", "Báo Làng Mơ", "2031-08-04"), Headline("New bridge", None, "2031-03")),
)


@pytest.mark.parametrize(
    ("kind", "vietnamese", "english"),
    [
        ("greeting", ("Xin chào",), ("Hello",)),
        ("count", ("1.234 bài báo", "từ 2031 đến 4/8/2031"), ("1,234 articles", "from 2031 to 4 August 2031")),
        ("outlets", ("Báo Làng Mơ (1000)", "The Moor Post (234)"), ("Báo Làng Mơ (1000)",)),
        ("languages", ("tiếng Việt, tiếng Anh",), ("Vietnamese, English",)),
        ("dates", ("từ 2031 đến 4/8/2031",), ("from 2031 to 4 August 2031",)),
        ("newest", ("4/8/2031", "Thiệt hại sau lũ"), ("4 August 2031", "Thiệt hại sau lũ")),
        ("headlines", ("- 4/8/2031, Báo Làng Mơ: Thiệt hại sau lũ", "- 3/2031, Không rõ nguồn"), ("- March 2031",)),
        ("coverage", ("1.234", "The Moor Post", "New bridge"), ("1,234", "The Moor Post", "New bridge")),
        ("abilities", ("tiếng Việt hoặc tiếng Anh", "1.234"), ("Vietnamese or English", "1,234")),
    ],
)
def test_replies_hold_the_facts(kind: TalkKind, vietnamese: tuple[str, ...], english: tuple[str, ...]) -> None:
    for language, expected in (("vi", vietnamese), ("en", english)):
        answer = about.reply("?", kind, FACTS, "vi" if language == "vi" else "en")
        assert all(part in answer.text for part in expected), answer.text
        assert (answer.found, answer.language, answer.citations, answer.sentences) == (True, language, (), ())


def test_one_article_and_none() -> None:
    assert "1 article (" in about.reply("?", "count", ArchiveFacts(1, languages=("en",)), "en").text
    empty: tuple[TalkKind, ...] = ("abilities", "coverage", "count", "outlets", "languages", "dates", "newest")
    for kind in empty:
        assert "no articles yet" in about.reply("?", kind, ArchiveFacts(0), "en").text


def test_what_the_catalogue_does_not_know_is_said() -> None:
    bare = ArchiveFacts(3, languages=("vi",))
    assert about.reply("?", "newest", bare, "vi").text == "Không bài báo nào trong kho có ghi ngày đăng."
    assert about.reply("?", "dates", bare, "en").text == "No article in the archive has a known date."
    assert about.reply("?", "outlets", bare, "en").text == "The articles in the archive name no outlets."
