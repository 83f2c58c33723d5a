"""Every text of the page, in both languages, in one place. Pure.

`{name}` is filled in by `say`. The evaluation's texts are in ui/texts_evaluation.py, refusals in ui/refusals.py; what
the engine itself says is in rag/answer/messages.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from rag.types import AnswerLanguage
from ui import texts_evaluation

TEXTS: Mapping[str, Mapping[str, str]] = {
    # The frame
    "title": {"vi": "Trích Dẫn: hỏi kho báo", "en": "Trích Dẫn: ask the archive"},
    "skip": {"vi": "Đến ô đặt câu hỏi", "en": "Skip to the question"},
    "views": {"vi": "Các phần của trang", "en": "Parts of the page"},
    "ask_view": {"vi": "Hỏi", "en": "Ask"},
    "library_view": {"vi": "Kho bài", "en": "Library"},
    "other_language": {"vi": "English", "en": "Tiếng Việt"},
    "theme": {"vi": "Đổi nền sáng hoặc tối", "en": "Switch light or dark"},
    "sign_in_elsewhere": {
        "vi": "Đăng nhập và thoát ở máy chủ phía trước trang này.",
        "en": "Sign in and out at the server in front of this page.",
    },
    "sign_out": {"vi": "Thoát", "en": "Sign out"},
    "loading": {"vi": "Đang mở…", "en": "Opening…"},
    # What answers, over what
    "archive": {"vi": "{articles} bài", "en": "{articles} articles"},
    "archive_one": {"vi": "1 bài", "en": "1 article"},
    "archive_dates": {"vi": "{first} đến {last}", "en": "{first} to {last}"},
    "by_quotes": {"vi": "Trích nguyên văn, không có mô hình viết", "en": "Verbatim quotes, no model writes"},
    "by_model": {
        "vi": "{model} viết, từng câu được kiểm chứng",
        "en": "Written by {model}, every sentence checked",
    },
    "some_model": {"vi": "Mô hình ngôn ngữ", "en": "a language model"},
    "local_model": {"vi": "Mô hình trên máy này", "en": "the model on this machine"},
    # The empty conversation
    "welcome": {"vi": "Bạn muốn biết điều gì?", "en": "What would you like to know?"},
    "promise": {
        "vi": "Mỗi câu trả lời dẫn đúng nguyên văn, có nguồn và ngày. Bấm vào số để đọc tại chỗ trong bài.",
        "en": "Every answer rests on exact words with outlet and date. Click a number to read them in their article.",
    },
    "examples": {"vi": "Thử hỏi kho này", "en": "Try asking this archive"},
    "empty_archive": {"vi": "Kho chưa có bài nào", "en": "The archive is empty"},
    "empty_archive_advice": {
        "vi": "Thêm bài báo của bạn: văn bản, Markdown, HTML, PDF, Word hoặc JSON. Sau đó hãy đặt câu hỏi.",
        "en": "Add your articles: text, Markdown, HTML, PDF, Word or JSON. Then ask.",
    },
    "add_articles": {"vi": "Thêm bài", "en": "Add articles"},
    # Asking
    "question": {"vi": "Câu hỏi", "en": "Question"},
    "placeholder": {"vi": "Hỏi bằng tiếng Việt hoặc Anh", "en": "Ask in Vietnamese or English"},
    "send": {"vi": "Gửi", "en": "Send"},
    "stop": {"vi": "Dừng", "en": "Stop"},
    "keys": {"vi": "Enter để gửi, Shift+Enter xuống dòng", "en": "Enter sends, Shift+Enter starts a new line"},
    "editing": {
        "vi": "Đang sửa câu hỏi; câu này và các câu sau nó sẽ được thay.",
        "en": "Editing a question; it and those after it will be replaced.",
    },
    "cancel": {"vi": "Thôi", "en": "Cancel"},
    "waiting": {
        "vi": "Đang chờ đến lượt: còn {position} câu hỏi phía trước",
        "en": "Waiting for your turn: {position} in line",
    },
    "searching": {"vi": "Đang tìm trong kho…", "en": "Searching the archive…"},
    "slow": {
        "vi": "Vẫn đang làm, đã {seconds} giây. Bạn có thể dừng bất cứ lúc nào.",
        "en": "Still working, {seconds} seconds so far. You can stop at any time.",
    },
    "draft": {"vi": "đang viết, chưa kiểm chứng", "en": "being written, not checked yet"},
    "stopped": {
        "vi": "Đã dừng. Câu trả lời dở dang này không được lưu.",
        "en": "Stopped. This unfinished answer is not kept.",
    },
    "failed": {"vi": "Chưa trả lời được", "en": "This could not be answered"},
    "failed_advice": {"vi": "Câu hỏi vẫn còn; hãy thử lại.", "en": "Your question is kept; try again."},
    "unexpected": {
        "vi": "Có lỗi ngoài dự kiến; chi tiết nằm trong nhật ký của máy chủ.",
        "en": "Something unexpected went wrong; the server's log has the details.",
    },
    "retry": {"vi": "Hỏi lại", "en": "Ask again"},
    "edit": {"vi": "Sửa", "en": "Edit"},
    # The answer
    "answer_to": {"vi": "Câu hỏi {turn}", "en": "Question {turn}"},
    "citation": {"vi": "Trích dẫn {marker}: {source}, {date}", "en": "Citation {marker}: {source}, {date}"},
    "sources_of": {"vi": "Nguồn cho câu hỏi {turn}", "en": "Sources for question {turn}"},
    "relevance": {"vi": "khả năng trả lời đúng câu hỏi", "en": "chance that it answers the question"},
    "reprints": {"vi": "Cũng đăng ở", "en": "Also printed in"},
    "unsupported": {"vi": "Không có nguồn xác nhận", "en": "No source supports this"},
    "unchecked": {"vi": "Chưa kiểm chứng", "en": "Not checked"},
    "nearest": {"vi": "Những bài gần nhất", "en": "Nearest articles"},
    "quotes_made": {"vi": "Trích nguyên văn", "en": "Verbatim quotes"},
    "model_made": {"vi": "{model} viết", "en": "Written by {model}"},
    "took": {"vi": "{seconds} giây", "en": "{seconds} s"},
    "good": {"vi": "Câu trả lời tốt", "en": "Good answer"},
    "bad": {"vi": "Câu trả lời chưa tốt", "en": "Bad answer"},
    "why": {"vi": "Vì sao? (không bắt buộc)", "en": "Why? (optional)"},
    "rated_up": {"vi": "Bạn đánh giá: tốt", "en": "You rated this good"},
    "rated_down": {"vi": "Bạn đánh giá: chưa tốt", "en": "You rated this bad"},
    "rate_it": {"vi": "Đánh giá", "en": "Rate"},
    "rate": {"vi": "Gửi đánh giá", "en": "Save rating"},
    "unrate": {"vi": "Bỏ đánh giá", "en": "Take rating back"},
    # Limits
    "limits": {"vi": "Giới hạn", "en": "Limits"},
    "since": {"vi": "Từ ngày", "en": "From"},
    "until": {"vi": "Đến ngày", "en": "To"},
    "outlets": {"vi": "Báo", "en": "Outlets"},
    "languages": {"vi": "Ngôn ngữ", "en": "Languages"},
    "clear_limits": {"vi": "Bỏ mọi giới hạn", "en": "Clear all limits"},
    "limits_hint": {"vi": "Áp dụng cho câu hỏi tiếp theo.", "en": "They apply to the next question."},
    "dates_swapped": {
        "vi": "Ngày bắt đầu đứng sau ngày kết thúc; hãy đổi lại.",
        "en": "The first date is after the last one; swap them.",
    },
    "bad_date": {
        "vi": "Không hiểu ngày “{value}”; hãy viết như 2024-06-19, 2024-06 hoặc 2024.",
        "en": "The date “{value}” is not understood; write 2024-06-19, 2024-06 or 2024.",
    },
    "vi": {"vi": "Tiếng Việt", "en": "Vietnamese"},
    "en": {"vi": "Tiếng Anh", "en": "English"},
    "und": {"vi": "Ngôn ngữ khác", "en": "Another language"},
    # The reader
    "reader": {"vi": "Bài báo", "en": "Article"},
    "close": {"vi": "Đóng", "en": "Close"},
    "quote_of": {"vi": "Trích dẫn {place} trên {total}", "en": "Citation {place} of {total}"},
    "previous": {"vi": "Trích dẫn trước", "en": "Previous citation"},
    "next": {"vi": "Trích dẫn sau", "en": "Next citation"},
    "original": {"vi": "Bài gốc", "en": "Original"},
    "updated_on": {"vi": "cập nhật {date}", "en": "updated {date}"},
    "by_author": {"vi": "Tác giả: {author}", "en": "By {author}"},
    "gone": {"vi": "Bài này không còn trong kho", "en": "This article is no longer in the archive"},
    "gone_advice": {
        "vi": "Đoạn trích dưới đây được lưu cùng câu trả lời.",
        "en": "The quote below was kept with the answer.",
    },
    "recognised": {
        "vi": "Văn bản được nhận dạng từ ảnh, độ chắc chắn {sure}: hãy đối chiếu tên và số với bản gốc.",
        "en": "This text was read from a picture, {sure} sure: compare names and figures with the original.",
    },
    "moved": {
        "vi": "Bài đã thay đổi sau khi được trích; nay không còn nguyên văn đoạn này.",
        "en": "The article has changed since it was quoted; it no longer holds these words.",
    },
    "part": {"vi": "Bài dài, đang ở {share}%.", "en": "A long article, at {share}%."},
    "earlier_part": {"vi": "Xem phần trước", "en": "Show the part before"},
    "later_part": {"vi": "Xem phần sau", "en": "Show the part after"},
    "aside": {"vi": "không thuộc bài", "en": "not part of the article"},
    # Conversations
    "conversations": {"vi": "Cuộc trò chuyện", "en": "Conversations"},
    "new": {"vi": "Cuộc mới", "en": "New"},
    "no_conversations": {
        "vi": "Những gì bạn hỏi sẽ được giữ ở đây.",
        "en": "What you ask is kept here.",
    },
    "more": {"vi": "Việc khác với “{title}”", "en": "More for “{title}”"},
    "rename": {"vi": "Đổi tên", "en": "Rename"},
    "name": {"vi": "Tên cuộc trò chuyện", "en": "Name of the conversation"},
    "delete": {"vi": "Xóa", "en": "Delete"},
    "export_markdown": {"vi": "Tải Markdown", "en": "Download Markdown"},
    "export_json": {"vi": "Tải JSON", "en": "Download JSON"},
    "export_ratings": {"vi": "Tải các đánh giá (JSONL)", "en": "Download ratings (JSONL)"},
    "conversation_deleted": {"vi": "Đã xóa “{title}”.", "en": "“{title}” was deleted."},
    "undo": {"vi": "Hoàn tác", "en": "Undo"},
    "restored": {"vi": "Đã khôi phục.", "en": "Restored."},
    # The library
    "drop": {
        "vi": "Thả bài báo vào đây, hoặc bấm để chọn",
        "en": "Drop articles here, or click to choose files",
    },
    "kinds": {
        "vi": "Văn bản, HTML, PDF, Word, bảng tính, thư, RSS, EPUB, JSON, ZIP…; mỗi tệp không quá {most} MB",
        "en": "Text, HTML, PDF, Word, spreadsheets, mail, RSS, EPUB, JSON, ZIP…; at most {most} MB a file",
    },
    "watched": {
        "vi": "Đang theo dõi {paths}; lần xem gần nhất {time}, thêm {added} bài",
        "en": "Watching {paths}; last looked at {time}, {added} added",
    },
    "search": {"vi": "Tìm theo tên bài, báo, tác giả, ngày", "en": "Search title, outlet, author, date"},
    "sort": {"vi": "Sắp xếp", "en": "Sort by"},
    "newest": {"vi": "Mới nhất", "en": "Newest"},
    "oldest": {"vi": "Cũ nhất", "en": "Oldest"},
    "by_title": {"vi": "Tên bài", "en": "Title"},
    "by_source": {"vi": "Báo", "en": "Outlet"},
    "added_last": {"vi": "Vừa thêm", "en": "Added last"},
    "shown_of": {"vi": "{shown} trên {total} bài", "en": "{shown} of {total} articles"},
    "no_match": {"vi": "Không bài nào khớp.", "en": "No article matches."},
    "column_title": {"vi": "Bài", "en": "Article"},
    "column_source": {"vi": "Báo", "en": "Outlet"},
    "column_date": {"vi": "Ngày", "en": "Date"},
    "column_language": {"vi": "Ngôn ngữ", "en": "Language"},
    "column_actions": {"vi": "Thao tác", "en": "Actions"},
    "remove": {"vi": "Gỡ", "en": "Remove"},
    "remove_this": {"vi": "Gỡ “{title}”", "en": "Remove “{title}”"},
    "really": {"vi": "Gỡ khỏi kho?", "en": "Remove from the archive?"},
    "cannot_undo": {
        "vi": "Tệp gốc không còn, nên không hoàn tác được.",
        "en": "Its file is gone, so this cannot be undone.",
    },
    "edit_details": {"vi": "Sửa", "en": "Edit"},
    "edit_this": {"vi": "Sửa thông tin của “{title}”", "en": "Edit the details of “{title}”"},
    "edit_title": {"vi": "Tiêu đề", "en": "Title"},
    "edit_source": {"vi": "Nguồn", "en": "Source"},
    "edit_published": {"vi": "Ngày đăng", "en": "Published"},
    "edit_author": {"vi": "Tác giả", "en": "Author"},
    "edit_save": {"vi": "Lưu", "en": "Save"},
    "article_edited": {"vi": "Đã sửa “{title}”.", "en": "“{title}” was corrected."},
    "article_removed": {"vi": "Đã gỡ “{title}”.", "en": "“{title}” was removed."},
    "untitled": {"vi": "(không có tên)", "en": "(untitled)"},
    "show_more": {"vi": "Xem thêm", "en": "Show more"},
    "adding": {"vi": "Đang thêm {done}/{total}…", "en": "Adding {done} of {total}…"},
    "added_all": {"vi": "Xong {total} tệp.", "en": "{total} files done."},
    "file_waits": {"vi": "đang chờ", "en": "waiting"},
    "file_reads": {"vi": "đang đọc và lập chỉ mục…", "en": "reading and indexing…"},
    "file_added": {"vi": "đã thêm {count} bài", "en": "{count} added"},
    "file_updated": {"vi": "đã cập nhật {count} bài", "en": "{count} updated"},
    "file_known": {"vi": "đã có trong kho", "en": "already in the archive"},
    "file_failed": {"vi": "không thêm được", "en": "could not be added"},
    # What went wrong
    "busy_archive": {
        "vi": "Một tiến trình khác đang ghi vào kho; hãy thử lại khi nó xong.",
        "en": "Another process is writing to the archive; try again when it is done.",
    },
    "fault_article": {"vi": "Không tìm thấy bài này trong kho.", "en": "This article is not in the archive."},
    "fault_archive": {
        "vi": "Không đọc hoặc ghi được kho; người quản lý có thể chạy: rag doctor",
        "en": "The archive cannot be read or written; its keeper can run: rag doctor",
    },
    "fault_embedder": {
        "vi": "Bộ tìm kiếm chưa chạy được; người quản lý có thể chạy: rag doctor",
        "en": "The search cannot run; the archive's keeper can run: rag doctor",
    },
    "fault_settings": {
        "vi": "Thiết lập của máy chủ chưa đúng; người quản lý có thể chạy: rag doctor",
        "en": "The server's settings are wrong; its keeper can run: rag doctor",
    },
    "fault_model": {"vi": "Mô hình ngôn ngữ không trả lời", "en": "The language model does not answer"},
    "fault_other": {
        "vi": "Không làm được; chi tiết nằm trong nhật ký của máy chủ.",
        "en": "This did not work; the server's log has the details.",
    },
    # Signing in
    "sign_in": {"vi": "Đăng nhập", "en": "Sign in"},
    "user": {"vi": "Tên", "en": "Name"},
    "password": {"vi": "Mật khẩu", "en": "Password"},
    "wrong": {
        "vi": "Tên hoặc mật khẩu không đúng. Hãy thử lại.",
        "en": "Name or password is wrong. Try again.",
    },
    **texts_evaluation.TEXTS,
}  # fmt: skip


def say(language: AnswerLanguage, key: str, **values: object) -> str:
    """The text `key` in that language. Raises KeyError for an unknown one."""
    text = TEXTS[key][language]
    return text.format(**values) if values else text


def named(language: AnswerLanguage, kind: str, name: str) -> str:
    """What the page calls an outcome, a metric or a kind of question of a report; its own word where it has none."""
    return texts_evaluation.NAMES[kind].get(name, {}).get(language, name)
