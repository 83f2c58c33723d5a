"""Questions that people would ask of `corpus/`, each with the title of an article it is about. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from rag.types import AnswerLanguage

# They show what answers look like: figures that were updated, the other language, a correction, a plain fact.
SAMPLE_QUESTIONS: Mapping[AnswerLanguage, tuple[tuple[str, str], ...]] = {
    "vi": (
        (
            "Đính chính: tháng 10 Lưu Giang có 214 ca sốt xuất huyết, không phải 412",
            "Có bao nhiêu ca sốt xuất huyết ở Lưu Giang?",
        ),
        (
            "Vàng nhẫn lên 148,2 triệu đồng/lượng, tăng 14,75% so với tháng 9",
            "Giá vàng nhẫn tháng 3/2026 là bao nhiêu?",
        ),
        ("Tram Ngan Bridge opens at last, four months late", "Khi nào cầu Trầm Ngân thông xe?"),
        ("Thư viện trên ghe cập bến Bãi Nhàn mỗi thứ Năm", "Ai lái ghe thư viện?"),
    ),
    "en": (
        ("Tram Ngan Bridge opens at last, four months late", "When did the Tram Ngan Bridge open to traffic?"),
        (
            "Ten stops, new fares: what the Luu River Line will cost from 1 October",
            "How much is a monthly card of the Luu River Line?",
        ),
        ("Lũ sông Lưu vượt báo động 3, 1.240 căn nhà ngập nước", "How many homes were flooded in October 2025?"),
        ("Salt water reaches Ba Mien Lock, 21 kilometres from the sea", "How far did salt water reach up the river?"),
    ),
}
