"""What is not quotable, and above all what is. All sentences are invented."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.readers.boilerplate import markup_spans, unquotable_spans

BODY = "Cây cầu dài 420 mét nối hai bờ sông đã mở cho xe cộ qua lại từ sáng thứ ba."


def marked(text: str) -> list[str]:
    return [text[span.start : span.end] for span in unquotable_spans(text)]


@pytest.mark.parametrize(
    "line",
    [
        "QUẢNG CÁO", "Advertisement", "Chia sẻ bài viết", "Share this article", "Share on Facebook", "Bình luận (12)",
        "Chia sẻ bài viết: Facebook | Zalo | Sao chép liên kết", "Enter your email address", "Name * Email * Website",
        "Vui lòng đăng nhập để gửi bình luận của bạn", "Your email address will not be shown to anyone.",
        "7 Comments", "Leave a Reply", "Your email address will not be published. Required fields are marked *",
        "Email của bạn sẽ không được hiển thị công khai.", "Save my name, email, and website in this browser.",
        "Xem thêm: Giá vàng tăng", ">> Cầu cũ sập", "Xem thêm > > Cầu cũ sập", "Tin liên quan", "Đọc thêm",
        "Read more: The old bridge", "Related articles", "This site uses cookies to improve your visit.",
        "Trang web này sử dụng cookie.", "#cầu #giaothông", "#Cầu hôm nay #BạchHạc đông vui",
        "https://bachhac.example/a?b=1", "Nguồn: https://bachhac.example/a", "Từ khóa: cầu, sông", "Facebook | Twitter",
        "Nhập email của bạn để đăng ký nhận bản tin.", "Sign up for our morning newsletter.",
        "Đăng ký nhận bản tin của chúng tôi mỗi ngày.", "Ảnh: AFP", "CNN —",
    ],
)  # fmt: skip
def test_whole_lines(line: str) -> None:
    assert marked(f"{BODY}\n{line}\n{BODY} {BODY}") == [line]


@pytest.mark.parametrize(
    "sentence",
    [
        "Chi phí quảng cáo trên báo tăng một phần năm.",
        "Quảng cáo ngoài trời bị cấm ở phố cổ.",
        "QUẢNG CÁO SAI SỰ THẬT BỊ PHẠT NẶNG",
        "Advertisement revenue fell by a tenth.",
        "Toà soạn mời độc giả nhập email của bạn để đăng ký nhận tin.",
        "The company asked readers to sign up for its newsletter last year.",
        "Đăng ký nhận tin đã tăng gấp đôi.",
        "Bình luận về việc này, thị trưởng nói không.",
        "Chia sẻ với báo chí, bà Mai nói cầu đẹp.",
        "Comments by the mayor drew applause.",
        "Xem thêm một trận nữa, khán giả mới về.",
        "Read more books, teachers say.",
        "Share prices fell.",
        "Tin mới nhất cho thấy giá tăng.",
        "Related industries suffered too.",
        '"We use cookies," the company said.',
        "Mời xem https://bachhac.example để biết giờ mở cửa.",
        "Ảnh vệ tinh cho thấy cầu đã xong.",
        "Tỷ lệ là 5/6. AFP cho biết Nga/Mỹ chưa trả lời",
        "- Cầu dài 420 mét",
        "# Cầu mở lại",
        "Reuters và AFP đưa tin cầu đã mở.",
    ],
)
def test_sentences_that_only_speak_of_such_things(sentence: str) -> None:
    assert marked(sentence) == []
    assert marked(f"{BODY}\n{sentence}\n{BODY}") == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Cầu đã mở.QUẢNG CÁO", ["QUẢNG CÁO"]),
        ("Cầu đã mở.QUẢNG CÁO Xe cộ qua lại từ sáng.", ["QUẢNG CÁO"]),
        ("Đã mở.Nhập email của bạn để đăng ký nhận Tin Sáng.", ["Nhập email của bạn để đăng ký nhận Tin Sáng."]),
        ("Cầu mở. Sign up for our daily briefing. Cars passed.", ["Sign up for our daily briefing."]),
        ("Bà Mai ở chợ nổi. (Ảnh: Lan/AFP)", ["(Ảnh: Lan/AFP)"]),
        ("Bà Mai ở chợ nổi (Nguồn: AFP) sáng nay.", ["(Nguồn: AFP)"]),
        ("Bà Mai ở chợ nổi - Ảnh: TRẦN LAN.", ["- Ảnh: TRẦN LAN."]),
        ("The mayor at the bridge. Photo by Jane Roe", ["Photo by Jane Roe"]),
        ("Mayor Roe on the bridge. Jane Doe/Pool/AFP", ["Jane Doe/Pool/AFP"]),
        ("Thị trưởng ở cầu. Văn phòng/Hình ảnh Getty/Tập tinCNN —", ["Văn phòng/Hình ảnh Getty/Tập tinCNN —"]),
    ],
)  # fmt: skip
def test_inside_a_line_only_the_mark_is_taken(line: str, expected: list[str]) -> None:
    assert marked(f"{BODY}\n{line}\n{BODY}") == expected


def test_bylines_and_datelines_at_head_and_foot() -> None:
    byline, dateline, sign_off = "Bởi An Bình , CNN", "Thứ Hai, 17/6/2024, 10:05", "(Theo abc.vn - Lam Anh tổng hợp)"
    text = "\n".join(["Cầu mở lại", byline, dateline, *[BODY] * 8, byline, *[BODY] * 8, sign_off])
    assert marked(text) == [byline, dateline, sign_off]


def test_markup() -> None:
    text = "![ảnh](a.png)\nMột câu.\n<!-- ghi\nchú -->\n[1]: https://bachhac.example\nHai câu."
    assert [text[span.start : span.end] for span in markup_spans(text)] == [
        "![ảnh](a.png)",
        "<!-- ghi\nchú -->",
        "[1]: https://bachhac.example",
    ]


PIECES = [
    *'aÁ .!?…”"’)(]\n\t/-—:#>*|1',
    "QUẢNG CÁO",
    "Ảnh: ",
    "AFP",
    "Nhập email và nhận ",
    "Share",
    "https://a.b",
    "Theo ",
    "By A",
]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_spans_are_in_range_in_order_and_apart(text: str) -> None:
    for spans in (unquotable_spans(text), markup_spans(text)):
        assert all(0 <= span.start < span.end <= len(text) for span in spans)
        assert all(left.end < right.start for left, right in itertools.pairwise(spans))
    for span in unquotable_spans(text):
        assert text[span.start : span.end].strip() == text[span.start : span.end]
