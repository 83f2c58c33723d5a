"""What the page refuses and why: one line in each language, and the errors that carry them."""

from __future__ import annotations

from collections.abc import Mapping

from rag.errors import RagError
from rag.server.line import Busy

# "vi" and "en" -> one line.
Said = Mapping[str, str]


class Refused(RagError):
    """Something that a person asked of the page and does not get; `said` tells why in both languages."""

    def __init__(self, said: Said, **values: object) -> None:
        self.said: Said = {language: line.format(**values) for language, line in said.items()}
        super().__init__(self.said["en"])


class UnknownConversation(Refused):
    """No conversation, or no turn of it, is this person's; whether it is another's is not told."""

    def __init__(self) -> None:
        super().__init__(UNKNOWN_CONVERSATION)


def told(error: Busy) -> Refused:
    """That there is no room in line, as the page says it."""
    return Refused(QUEUE_FULL) if error.most is None else Refused(OWN_QUESTIONS_WAIT, most=error.most)


UNKNOWN_CONVERSATION: Said = {
    "vi": "Không tìm thấy cuộc trò chuyện này; có thể nó đã bị xóa. Hãy chọn một cuộc khác hoặc bắt đầu cuộc mới.",
    "en": "This conversation cannot be found; it may have been deleted. Choose another one or start a new one.",
}
TOO_MANY_CONVERSATIONS: Said = {
    "vi": "Bạn đã có {most} cuộc trò chuyện; hãy xóa bớt một cuộc cũ rồi bắt đầu cuộc mới.",
    "en": "You have {most} conversations already; delete an old one, then start a new one.",
}
TOO_MANY_TURNS: Said = {
    "vi": "Cuộc trò chuyện này đã có {most} câu hỏi; hãy bắt đầu một cuộc mới.",
    "en": "This conversation has {most} questions already; start a new one.",
}
ANSWER_TOO_LARGE: Said = {
    "vi": "Câu trả lời này quá dài nên không lưu được; hãy hỏi một câu hẹp hơn.",
    "en": "This answer is too long to be kept; ask a narrower question.",
}
REASON_TOO_LONG: Said = {
    "vi": "Lý do dài quá {most} ký tự; hãy viết ngắn hơn.",
    "en": "The reason is longer than {most} characters; write a shorter one.",
}
QUESTION_TOO_LONG: Said = {
    "vi": "Câu hỏi dài {count} ký tự, nhiều nhất là {most}; hãy rút gọn.",
    "en": "The question has {count} characters, the most is {most}; shorten it.",
}
TOO_MANY_FILES: Said = {
    "vi": "Bạn chọn {count} tệp, mỗi lần nhiều nhất là {most}; hãy chia thành nhiều lần.",
    "en": "{count} files were chosen, the most at a time is {most}; add them in several goes.",
}
FILES_TOO_LARGE: Said = {
    "vi": "Các tệp nặng hơn {most} MB tổng cộng; hãy chia thành nhiều lần.",
    "en": "The files are over {most} MB together; add them in several goes.",
}
FILE_TOO_LARGE: Said = {
    "vi": "{name}: tệp nặng hơn {most} MB; hãy chia nhỏ tệp.",
    "en": "{name}: over {most} MB; split the file.",
}
FILE_OF_UNKNOWN_TYPE: Said = {
    "vi": "{name}: loại tệp này không đọc được; hãy dùng một trong các loại: {known}.",
    "en": "{name}: files of this type cannot be read; use one of: {known}.",
}
QUEUE_FULL: Said = {
    "vi": "Đang có quá nhiều câu hỏi chờ trả lời; hãy thử lại sau một phút.",
    "en": "Too many questions are waiting already; try again in a minute.",
}
OWN_QUESTIONS_WAIT: Said = {
    "vi": "{most} câu hỏi của bạn đang chờ trả lời; hãy đợi một câu xong rồi hỏi tiếp.",
    "en": "{most} of your questions are being answered or wait already; ask again when one is done.",
}
TOO_MANY_SIGN_INS: Said = {
    "vi": "Đã có quá nhiều lần đăng nhập sai; hãy thử lại sau {seconds} giây.",
    "en": "There were too many failed attempts to sign in; try again in {seconds} seconds.",
}
UNKNOWN_RUN: Said = {
    "vi": "Không tìm thấy lần đánh giá hoặc câu hỏi này; có thể nó đã bị xóa. Hãy mở lại phần Đánh giá.",
    "en": "This run or case cannot be found; it may have been deleted. Open the evaluation again.",
}
