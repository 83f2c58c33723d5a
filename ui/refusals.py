"""What the page refuses and why: one line in each language, and the errors that carry them."""

from __future__ import annotations

from collections.abc import Mapping

from rag.answer.messages import AnswerLanguage
from rag.errors import RagError

Said = Mapping[AnswerLanguage, str]


class Refused(RagError):
    """Something that a person asked of the page and does not get; `said` tells why in both languages."""

    def __init__(self, said: Said, **values: object) -> None:
        self.said: Said = {language: line.format(**values) for language, line in said.items()}
        super().__init__(self.said["en"])


class UnknownConversation(Refused):
    """No conversation, or no turn of it, is this person's; whether it is another's is not told."""

    def __init__(self) -> None:
        super().__init__(UNKNOWN_CONVERSATION)


class Busy(Refused):
    """Too many questions wait already."""


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
