"""Every sentence that the program itself says in an answer, in both languages."""

from __future__ import annotations

from rag.errors import (
    ModelBroken,
    ModelBusy,
    ModelError,
    ModelKeyError,
    ModelMissing,
    ModelRefused,
    ModelUnknown,
    ModelUnreachable,
)
from rag.types import AnswerLanguage

NOT_FOUND = {
    "vi": "Kho bài báo không có câu trả lời cho câu hỏi này.",
    "en": "The archive does not say.",
}
EMPTY_ARCHIVE = {
    "vi": "Kho chưa có bài báo nào; hãy nạp bài bằng lệnh: rag ingest THƯ_MỤC",
    "en": "The archive holds no articles yet; add some with: rag ingest FOLDER",
}
NONE_WITHIN_FILTERS = {
    "vi": "Không có bài báo nào trong giới hạn đã chọn (ngày, nguồn, ngôn ngữ).",
    "en": "No article lies within the chosen limits (dates, outlets, languages).",
}
EMPTY_QUESTION = {
    "vi": "Câu hỏi trống; hãy viết điều bạn muốn biết.",
    "en": "The question is empty; write what you would like to know.",
}
DISAGREE = {
    "vi": "Các nguồn đưa những con số sau:",
    "en": "The sources give these figures:",
}
UPDATED = {
    "vi": "Các bài đưa những con số sau, mới nhất trước:",
    "en": "Articles give these figures, newest first:",
}
DATES_DISAGREE = {
    "vi": "Các nguồn đưa những ngày sau:",
    "en": "The sources give these dates:",
}
DATES_UPDATED = {
    "vi": "Các bài đưa những ngày sau, mới nhất trước:",
    "en": "Articles give these dates, newest first:",
}
CORRECTED = {
    "vi": "Bài sau đính chính bài trước:",
    "en": "A later article corrects an earlier one:",
}
RECAP = {
    "vi": "Những đoạn đã trích trong cuộc trò chuyện này, mới nhất trước:",
    "en": "What was quoted in this conversation, newest first:",
}
NOTHING_YET = {
    "vi": "Cuộc trò chuyện này chưa trích đoạn nào; hãy hỏi về điều bạn muốn biết.",
    "en": "Nothing has been quoted in this conversation yet; ask what you would like to know.",
}
FOUND = {
    "vi": "{found} bài, hiển thị {shown}, mới nhất trước:",
    "en": "{found} articles, {shown} shown, newest first:",
}
LATEST = {
    "vi": "Kho có tin đến {newest}; mới nhất trước:",
    "en": "The archive reaches to {newest}; newest first:",
}
SUMMARY = {"vi": "Những câu chính của bài “{title}”:", "en": "The main sentences of “{title}”:"}
COMPARED = {"vi": "Từng nguồn nói:", "en": "What each outlet says:"}
SILENT = {"vi": "Không nói gì: {outlets}.", "en": "Saying nothing: {outlets}."}
TIMELINE = {"vi": "Diễn biến theo ngày đăng:", "en": "By date of publication:"}
QUOTED_IN = {
    ("vi", "en"): "nguyên văn tiếng Anh",
    ("vi", "vi"): "nguyên văn tiếng Việt",
    ("en", "vi"): "in Vietnamese",
    ("en", "en"): "in English",
    ("vi", "und"): "nguyên văn ngôn ngữ khác",
    ("en", "und"): "in another language",
}
MODEL_FAILED = {
    "vi": "Mô hình ngôn ngữ không trả lời được ({detail}); đây là các trích dẫn.",
    "en": "The language model did not answer ({detail}); these are quotes.",
}
# Errors speak English; these say the same to a reader of Vietnamese, in fewer words.
MODEL_TROUBLE: tuple[tuple[type[ModelError], str], ...] = (
    (ModelMissing, "máy này chưa có mô hình, hãy chạy: rag model pull"),
    (ModelUnreachable, "không kết nối được hoặc chờ quá lâu, hãy xem: rag doctor"),
    (ModelKeyError, "khóa truy cập thiếu hoặc bị từ chối, hãy đặt lại LLM_API_KEY"),
    (ModelUnknown, "máy chủ không có mô hình này, hãy xem lại LLM_MODEL"),
    (ModelBusy, "quá nhiều yêu cầu hoặc hết hạn mức, hãy thử lại sau"),
    (ModelRefused, "yêu cầu bị từ chối, hãy hỏi cách khác"),
    (ModelBroken, "lời đáp bị hỏng hoặc ngắt giữa chừng, hãy hỏi lại"),
)
MODEL_UNSUPPORTED = {
    "vi": "Không bài báo nào xác nhận điều mô hình ngôn ngữ viết; đây là các trích dẫn.",
    "en": "No article supports what the language model wrote; these are quotes.",
}
MODEL_REFUSED = {
    "vi": "Mô hình ngôn ngữ không thấy câu trả lời; đây là các trích dẫn gần nhất.",
    "en": "The language model saw no answer; these are the closest quotes.",
}
CUT_OFF = {
    "vi": "Câu trả lời bị ngắt giữa chừng; chỉ những câu trọn vẹn được giữ lại.",
    "en": "The answer was cut off; only its whole sentences are kept.",
}
WITHHELD = {
    "vi": "Số câu không được bài báo nào xác nhận nên không hiển thị: {detail}.",
    "en": "Sentences withheld because no article supports them: {detail}.",
}
UNKNOWN_SOURCE = {"vi": "Không rõ nguồn", "en": "Unknown outlet"}
UNDATED = {"vi": "không rõ ngày", "en": "undated"}

# Why a written sentence is not vouched for: codes of `Judgement.reason`.
WHY: dict[str, dict[AnswerLanguage, str]] = {
    "other_language": {
        "vi": "Câu này không viết bằng ngôn ngữ của câu hỏi.",
        "en": "This sentence is not in the question's language.",
    },
    "figure": {
        "vi": "Nguồn không nêu con số “{detail}”.",
        "en": "The source does not give the figure “{detail}”.",
    },
    "date": {
        "vi": "Nguồn không nêu thời điểm “{detail}”.",
        "en": "The source does not give the date “{detail}”.",
    },
    "name": {
        "vi": "Nguồn không nhắc đến “{detail}”.",
        "en": "The source does not mention “{detail}”.",
    },
    "negation": {
        "vi": "Câu này và nguồn nói ngược nhau: “{detail}”.",
        "en": "This sentence and the source say opposite things: “{detail}”.",
    },
    "order": {
        "vi": "Trong nguồn vai trò ngược lại: “{detail}”.",
        "en": "In the source the roles are the other way round: “{detail}”.",
    },
    "not_found": {
        "vi": "Không câu nào trong nguồn xác nhận điều này.",
        "en": "No sentence of the sources confirms this.",
    },
    "instead": {
        "vi": "Nguồn nói khác ở chỗ này: {detail}.",
        "en": "The source says something else there: {detail}.",
    },
    "thin": {
        "vi": "Câu quá ngắn để đối chiếu, và không câu nào trong nguồn nói như vậy: “{detail}”.",
        "en": "Too short to be checked, and no sentence of the sources says it: “{detail}”.",
    },
    "judge": {
        "vi": "Mô hình kiểm tra cho rằng nguồn không xác nhận điều này. {detail}",
        "en": "The checking model finds that the sources do not confirm this. {detail}",
    },
    "no_evidence": {
        "vi": "Không có câu nào trong kho để đối chiếu. {detail}",
        "en": "There is no sentence in the archive to check this against. {detail}",
    },
    "language": {
        "vi": "Không kiểm tra được câu viết bằng ngôn ngữ khác tiếng Việt và tiếng Anh. {detail}",
        "en": "A sentence in a language other than Vietnamese or English cannot be checked. {detail}",
    },
    "empty": {
        "vi": "Câu không có nội dung để kiểm tra. {detail}",
        "en": "The sentence has no content to check. {detail}",
    },
    "framing": {
        "vi": "Câu dẫn, không nêu điều gì để kiểm tra. {detail}",
        "en": "A lead-in that states nothing to check. {detail}",
    },
    "absence": {
        "vi": "Câu nói về điều nguồn không nêu nên không đối chiếu được. {detail}",
        "en": "The sentence says what the sources leave out, which no quote can confirm. {detail}",
    },
}


def model_trouble(error: ModelError, language: AnswerLanguage) -> str:
    """What stopped the language model, in the answer's language."""
    if language == "en":
        return str(error)
    return next((said for kind, said in MODEL_TROUBLE if isinstance(error, kind)), "lỗi chưa rõ, hãy xem: rag doctor")


NOT_THERE = {"vi": " Không thấy: {detail}.", "en": " Not there: {detail}."}


def why(reason: str, language: AnswerLanguage, detail: str = "") -> str:
    """The wording of a reason; `detail` is text of the model and stays plain text."""
    wording = WHY[reason][language] + (NOT_THERE[language] if reason == "not_found" and detail else "")
    return wording.replace("{detail}", detail).replace("“”", "").strip()


def shown_date(published: str | None, language: AnswerLanguage) -> str:
    """An ISO date as it is read: 2024-06-19 -> 19/6/2024 or 19 June 2024; a month or a year likewise."""
    if published is None:
        return UNDATED[language]
    parts = [int(part) for part in published.split("-")]
    if language == "vi":
        return "/".join(str(part) for part in reversed(parts))
    return " ".join([*(str(day) for day in parts[2:]), *(_MONTHS[month - 1] for month in parts[1:2]), str(parts[0])])


def shown_page(page: int | None, language: AnswerLanguage) -> str:
    """A page's number as it is cited: "p. 7" or "tr. 7"; "" for what has no pages."""
    return "" if page is None else f"{'p.' if language == 'en' else 'tr.'} {page}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
