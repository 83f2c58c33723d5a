"""What a question asks for, in Vietnamese, in Vietnamese typed without diacritics, and in English."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.question import Kind, Question, analyse, answers_kind

PROPERTY = settings(derandomize=True, deadline=None, max_examples=200)

ASKED: dict[Kind, tuple[str, ...]] = {
    "when": (
        "Cầu Lưu Giang khánh thành khi nào?",
        "Trận chung kết diễn ra ngày nào?",
        "Ông An sinh năm bao nhiêu?",
        "Phiên họp bắt đầu lúc mấy giờ?",
        "Bao giờ tuyến xe buýt số 5 chạy?",
        "Chợ họp vào thứ mấy?",
        "cau luu giang khanh thanh khi nao",
        "tran dau dien ra ngay nao",
        "When did the bridge open?",
        "What year did the club win the cup?",
        "According to the mayor, when will the hospital open?",
    ),
    "how_many": (
        "Bao nhiêu người chết trong trận lũ?",
        "Có mấy người bị thương?",
        "Giá vàng tăng bao nhiêu so với tháng trước?",
        "Đội bóng đứng thứ mấy?",
        "Cuộc họp kéo dài bao lâu?",
        "Hội đồng đề xuất mức phí nào?",
        "bao nhieu nguoi chet trong tran lu",
        "co may nguoi bi thuong",
        "How many people died in the flood?",
        "How much did rice prices rise compared with May?",
        "What percentage of voters agreed?",
        "What was the total cost of the bridge?",
        "How long did the meeting last?",
    ),
    "why": (
        "Vì sao giá gạo tăng?",
        "Tại sao cầu bị đóng?",
        "Nguyên nhân vụ cháy chợ là gì?",
        "vi sao gia gao tang",
        "Why was the bridge closed?",
        "What caused the fire?",
        "What was the reason for the strike?",
    ),
    "who": (
        "Ai là thị trưởng Lưu Giang?",
        "Cầu thủ nào ghi bàn?",
        "Ai điều tra nguyên nhân vụ cháy?",
        "ai la thi truong luu giang",
        "Who is the coach of Lưu Giang FC?",
        "Whose plan did the council reject?",
        "Who said the cause of the fire was known?",
    ),
    "where": (
        "Trận đấu diễn ra ở đâu?",
        "Nạn nhân được đưa đến bệnh viện nào?",
        "Những học sinh bị ngộ độc được đưa đến bệnh viện nào?",
        "Công ty đặt trụ sở tại đâu?",
        "tran dau dien ra o dau",
        "Where was he when the flood came?",
        "Where does the mayor who resigned live?",
        "In which city was the treaty signed?",
    ),
    "how": (
        "Người dân phản ứng như thế nào?",
        "Bệnh nặng đến mức độ ra sao?",
        "Dịch bệnh lây lan ra sao?",
        "nguoi dan phan ung nhu the nao",
        "How did people react when the dam broke?",
    ),
    "list": (
        "Những nước nào ký hiệp ước?",
        "Các triệu chứng gì thường gặp?",
        "Kể tên ba tuyến xe buýt mới.",
        "nhung nuoc nao ky hiep uoc",
        "Which countries signed the treaty?",
        "List the new bus lines.",
        "What are the symptoms?",
    ),
    "compare": (
        "So sánh giá gạo ở Lưu Giang và Thuận Hải.",
        "Hai kế hoạch khác nhau ở điểm gì?",
        "so sanh gia gao o luu giang va thuan hai",
        "What is the difference between the two plans?",
        "How do prices in Lưu Giang compare to those in Thuận Hải?",
    ),
    "yes_no": (
        "Hội đồng có thông qua ngân sách không?",
        "Cầu đã mở lại chưa?",
        "hoi dong co thong qua ngan sach khong",
        "Did the council pass the budget?",
        "Is the bridge open?",
    ),
    "what": (
        "Hội đồng quyết định gì?",
        "Thế nào là lạm phát?",
        "Hãng hàng không gì?",
        "hoi dong quyet dinh gi",
        "What did the council decide?",
        "Which bus was late?",
        "What is AI used for?",
        "Máy bán hàng tự động để làm gì?",
        "What did he say when he left?",
    ),
}


@pytest.mark.parametrize(("kind", "question"), [(kind, text) for kind, texts in ASKED.items() for text in texts])
def test_kind(kind: Kind, question: str) -> None:
    assert analyse(question).kind == kind


@pytest.mark.parametrize(
    ("question", "measured"),
    [
        ("Bao nhiêu người chết trong trận lũ?", "người"),
        ("Có mấy tỉnh mất điện?", "tỉnh"),
        ("Bà ấy bao nhiêu tuổi?", "tuổi"),
        ("bao nhieu nguoi chet trong tran lu", "nguoi"),
        ("co may tinh mat dien", "tinh"),
        ("How many people died?", "people"),
        ("How many sacks of rice were sold?", "sack"),  # as a term: without its plural ending
        ("Bao nhiêu phần trăm cử tri đồng ý?", "%"),
        ("bao nhieu phan tram cu tri dong y", "%"),
        # Not what is counted, but the next word of the question.
        ("Giá vàng là bao nhiêu vào tháng 6?", "money"),
        ("Giá vàng tăng bao nhiêu so với năm ngoái?", None),
        ("How much did rice prices rise?", None),
        ("How old is the mayor?", None),
        # Nothing is counted.
        ("Vì sao bao nhiêu người bỏ đi?", "người"),
        ("Khi nào cầu mở?", None),
    ],
)
def test_measured(question: str, measured: str | None) -> None:
    assert analyse(question).measured == measured


def ask(kind: Kind, measured: str | None = None) -> Question:
    return Question("?", kind, measured)


@pytest.mark.parametrize(
    ("question", "sentence", "fit"),
    [
        (ask("how_many"), "Trận lũ làm 12 người chết.", 1.0),
        (ask("how_many"), "Trận lũ làm mười hai người chết.", 0.6),
        (ask("how_many"), "Twelve farmers left, half of them for good.", 0.6),
        (ask("how_many"), "Trận lũ gây thiệt hại lớn.", 0.0),
        (ask("how_many", "người"), "Trận lũ làm 12 người chết.", 1.0),
        (ask("how_many", "người"), "Nước dâng 12 mét.", 0.7),
        (ask("how_many", "nguoi"), "Trận lũ làm 12 người chết.", 1.0),
        (ask("how_many", "sack"), "They sold 12 sacks.", 1.0),
        (ask("how_many", "%"), "Có 12% cử tri đồng ý.", 1.0),
        (ask("how_many", "%"), "Có 12 phần trăm cử tri đồng ý.", 1.0),
        (ask("how_many", "%"), "Có 12 cử tri đồng ý.", 0.7),
        (ask("when"), "Cầu mở hôm thứ Hai.", 1.0),
        (ask("when"), "Cầu mở lại từ 19/6.", 1.0),
        (ask("when"), "It has been so since the 1990s.", 1.0),
        (ask("when"), "The bridge is made of stone.", 0.0),
        (ask("why"), "Chợ đóng cửa vì nước dâng.", 1.0),
        (ask("why"), "The market closed because of the flood.", 1.0),
        (ask("why"), "The market closed.", 0.0),
        (ask("where"), "Tại Thuận Hải, chợ đã mở.", 1.0),
        (ask("where"), "Trận đấu diễn ra ở Lưu Giang.", 1.0),
        (ask("where"), "Bệnh viện tỉnh tiếp nhận họ.", 1.0),
        (ask("where"), "In Arden the market opened.", 1.0),
        (ask("where"), "They were very tired.", 0.0),
        (ask("who"), "Ông Bảo ký quyết định.", 1.0),
        (ask("who"), "The mayor signed it.", 1.0),
        (ask("who"), "Then Arden signed it.", 0.7),
        (ask("who"), "Then somebody signed it.", 0.0),
        (ask("what"), "Anything at all.", 0.5),
        (ask("how"), "Anything at all.", 0.5),
        (ask("list"), "Anything at all.", 0.5),
        (ask("compare"), "Anything at all.", 0.5),
        (ask("yes_no"), "Anything at all.", 0.5),
    ],
)
def test_answers_kind(question: Question, sentence: str, fit: float) -> None:
    assert answers_kind(question, sentence) == pytest.approx(fit)


@PROPERTY
@given(st.text(max_size=200), st.text(max_size=200))
def test_anything_can_be_asked_and_answered(question: str, sentence: str) -> None:
    asked = analyse(question)
    assert asked.text == question
    assert 0 <= answers_kind(asked, sentence) <= 1


@PROPERTY
@given(
    st.sampled_from([text for texts in ASKED.values() for text in texts]), st.sampled_from(["", " ", "?", " ?", "??"])
)
def test_the_end_mark_does_not_matter(question: str, mark: str) -> None:
    assert analyse(question.rstrip("?. ") + mark).kind == analyse(question).kind


@pytest.mark.parametrize("piece", ["có ", "when ", "those ", "What which ", "không?", "a"])
def test_a_pasted_document_is_analysed(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    assert analyse(text).text == text
