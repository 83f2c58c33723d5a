"""What went wrong, in the reader's language; what only the keeper of the archive can mend is in the log.

The engine's own lines are English. Those of readers and models speak to whoever gave the file or asked: they are shown.
"""

from __future__ import annotations

import re
import sqlite3

from rag.answer.messages import model_trouble
from rag.errors import ArchiveError, EmbedderError, ModelError, RagError, SettingsError, UnknownArticle
from rag.types import AnswerLanguage
from ui.texts import say

# The first that fits; what fits none is `fault_other`.
_FAULTS: tuple[tuple[type[RagError], str], ...] = (
    (UnknownArticle, "fault_article"),
    (ArchiveError, "fault_archive"),
    (EmbedderError, "fault_embedder"),
    (SettingsError, "fault_settings"),
)
# Words of a reason why a file is not taken (rag/readers), and the same in Vietnamese; the first that fits.
_REASONS: tuple[tuple[str, str], ...] = (
    ("Tesseract|recognise", "không nhận dạng được chữ trong ảnh; hãy xem: rag doctor, hoặc dùng ảnh rõ và nhỏ hơn"),
    ("million pixels|a picture", "ảnh không đọc được hoặc quá lớn; hãy thu nhỏ lại"),
    (
        "fonts do not say|letters stand apart",
        "PDF có chữ không đọc được; hãy nhận dạng chữ (OCR) hoặc lưu thành văn bản",
    ),
    ("PDF without pages", "PDF không có trang nào; hãy mở ra và lưu lại"),
    ("EPUB locked", "sách EPUB bị khóa bản quyền; hãy xin bản không khóa"),
    ("mailbox|no mail", "không có thư nào trong đó; hãy lưu lại thành EML hoặc văn bản"),
    (
        "feed without|web archive without|saved page without",
        "không có bài nào trong đó; hãy lưu lại trang hoặc bỏ tệp này",
    ),
    ("cells where|quotation mark|left out", "bảng không đúng dạng; hãy xem lại các cột và dấu ngoặc kép"),
    (
        "compressed|zip archive|unpacked|packed too deeply|in the archive",
        "tệp nén hỏng, quá lớn hoặc không có bài; hãy giải nén rồi thêm cả thư mục",
    ),
    ("PDF without text", "PDF không có chữ, có lẽ là bản quét; hãy nhận dạng chữ (OCR) trước"),
    ("no article text|no HTML in it", "không thấy bài báo trong trang này; hãy lưu lại trang, hoặc lưu thành văn bản"),
    ("an empty file|no text in it|without text", "không có chữ nào trong đó"),
    ("old or password-protected Word|rich text", "tệp Word cũ hoặc RTF; hãy lưu thành DOCX, không có mật khẩu"),
    ("password|encrypted", "có mật khẩu hoặc bị mã hóa; hãy lưu lại không có mật khẩu"),
    ("no DOCX file", "tệp nén, không phải DOCX; hãy giải nén rồi thêm từng tệp"),
    ("JSON|where an object belongs|without articles", "JSON không đúng dạng; hãy viết mỗi bài là một đối tượng"),
    ("over .*(MB|pages|characters)", "quá lớn; hãy chia nhỏ theo từng bài"),
    ("UTF-8|binary file", "không phải văn bản UTF-8; hãy lưu lại bằng UTF-8"),
    ("broken|parsed|opened|listed|regular file", "tệp hỏng hoặc không đọc được; hãy mở ra và lưu lại"),
)


def line_of(error: RagError, language: AnswerLanguage) -> str:
    """One line that says what failed and what to do."""
    if isinstance(error, ModelError):
        said = model_trouble(error, language)
        return said if language == "en" else f"{say(language, 'fault_model')}: {said}."
    if isinstance(error.__cause__, sqlite3.Error) and _is_busy(error.__cause__):
        return say(language, "busy_archive")
    return say(language, next((text for kind, text in _FAULTS if isinstance(error, kind)), "fault_other"))


def file_reason(reason: str, language: AnswerLanguage) -> str:
    """Why a file was not taken; as it is where it cannot be said in that language."""
    if language == "en":
        return reason
    return next((said for words, said in _REASONS if re.search(words, reason)), reason)


def _is_busy(error: sqlite3.Error) -> bool:
    # Extended codes hold the plain one in their low byte.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
