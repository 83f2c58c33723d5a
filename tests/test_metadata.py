"""What an article's own text tells: titles, bylines, datelines, sources. All sentences are invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.readers.bylines import Credit, read_line, read_mark
from rag.readers.metadata import Metadata, from_text
from rag.readers.outlets import outlet_of

BODY = "Cây cầu dài 420 mét nối hai bờ sông đã mở cho xe cộ qua lại từ sáng thứ ba."


@pytest.mark.parametrize(
    ("line", "author", "source"),
    [
        ("Bởi An Bình và Lan Chi , CNN", "An Bình, Lan Chi", "CNN"),
        ("By Jane Roe and John Doe, Reuters", "Jane Roe, John Doe", "Reuters"),
        ("By JANE ROE", "JANE ROE", None),
        ("By Jane Roe | June 17, 2024", "Jane Roe", None),
        ("By Jane Roe, Bach Hac Times", "Jane Roe", "Bach Hac Times"),
        ("By Reuters", None, "Reuters"),
        ("Tác giả: Trần Bình", "Trần Bình", None),
        ("(Theo abc.vn - Lam Anh tổng hợp)", "Lam Anh", "abc.vn"),
        ("Phương Mai (Theo AFP / Kyodo)", "Phương Mai", "AFP"),
        ("Mộc Anh (tổng hợp)", "Mộc Anh", None),
        ("Theo Dân trí", None, "Dân trí"),
        ("Nguồn: Báo Sông Lam", None, "Báo Sông Lam"),
        ("**Source:** The Bach Hac Post", None, "The Bach Hac Post"),
    ],
)
def test_bylines(line: str, author: str | None, source: str | None) -> None:
    credit = read_line(line)
    assert credit is not None
    assert (credit.author, credit.source) == (author, source)


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("Đã cập nhật 7:58 AM EDT, Thứ Hai, ngày 17 tháng 6 năm 2024", "2024-06-17"),
        ("Updated 7:58 AM EDT, Mon June 17, 2024", "2024-06-17"),
        ("Thứ Hai, 17/6/2024, 10:05 (GMT+7)", "2024-06-17"),
        ("date 2024-06 (VTC News) -", "2024-06"),
        ("17/06/2024 10:05", "2024-06-17"),
        ("Hà Nội, ngày 17 tháng 6 năm 2024", "2024-06-17"),
        ("Updated June 18, 2024 | Published June 17, 2024", "2024-06-17"),
        ("Ngày đăng: 17/6/2024", "2024-06-17"),
    ],
)
def test_datelines(line: str, published: str) -> None:
    credit = read_line(line)
    assert credit is not None
    assert credit.published == published


@pytest.mark.parametrize(
    "line",
    [
        "Ngày 17/6/2024, ông Nam khánh thành cầu",
        "Tổng thống đến thăm thành phố ngày 17/6/2024",
        "Tháng 9/2023",
        "Theo báo cáo",
        "Theo ông Nam, giá vàng còn tăng.",
        "By the river",
        "By 2030 the city will be larger",
        "Quảng cáo trên báo giảm từ 1/1/2024",
        "(Nguồn: AFP/TTXVN)",
        "Ông Nam (42 tuổi) đi chợ",
    ],
)
def test_lines_of_the_story_credit_nobody(line: str) -> None:
    assert read_line(line) is None


@pytest.mark.parametrize(
    ("paragraph", "credit"),
    [
        ("(VTC News) - Cây cầu đã mở.", Credit(source="VTC News")),
        ("CNN — The bridge is open.", Credit(source="CNN")),
        ("(CNN)The bridge is open.", Credit(source="CNN")),
        ("TTO - Ngày 23-10, cây cầu đã mở.", Credit(source="Tuổi Trẻ")),
        ("HÀ NỘI (Reuters) - Cây cầu đã mở.", Credit(source="Reuters")),
        ("SEOUL, June 17, 2024 (Reuters) — The bridge is open.", Credit(source="Reuters", published="2024-06-17")),
        ("(Bạch Hạc Nay) – Cây cầu đã mở.", Credit(source="Bạch Hạc Nay")),
        ("BẠCH HẠC - Hôm 13/9, cây cầu đã mở.", None),
        ("Ông Nam (SN 1982) - một người dân", None),
        ("Hội nghị (APEC) - diễn ra ở Huế", None),
        ("Bà Mai (Reuters) nói", None),
    ],
)
def test_marks_before_the_first_words(paragraph: str, credit: Credit | None) -> None:
    assert read_mark(paragraph) == credit


def test_a_translated_wire_story() -> None:
    dateline = "Đã cập nhật 7:58 AM, Thứ Hai, ngày 17 tháng 6 năm 2024"
    text = f"Cầu Bạch Hạc mở lại sau hai năm\nBởi An Bình , CNN\n{dateline}\n{BODY}"
    assert from_text(text) == Metadata("Cầu Bạch Hạc mở lại sau hai năm", "CNN", "An Bình", "2024-06-17")


def test_a_source_address_gives_outlet_and_day() -> None:
    url = "https://www.nytimes.com/2023/09/13/world/asia/bridge.html"
    found = from_text(f"Cầu Bạch Hạc mở lại\n\n{BODY}\n\nNguồn: {url}\n\nThe bridge is open again, after two years.")
    assert found == Metadata("Cầu Bạch Hạc mở lại", "The New York Times", None, "2023-09-13", url)


def test_labelled_lines() -> None:
    found = from_text(f"Title: Bridge opens\nSource: Bach Hac Times\nDate: 17 June 2024\nAuthor: Jane Roe\n\n{BODY}")
    assert found == Metadata("Bridge opens", "Bach Hac Times", "Jane Roe", "2024-06-17")


@pytest.mark.parametrize(
    "first",
    [
        BODY,
        "Thị trưởng (giữa) cắt băng ở cầu Bạch Hạc ngày 13/9/2023. (Ảnh: Mai Lan/AFP)",
        "(VTC News) - Cây cầu đã mở cho xe cộ",
        "#cầu #giaothông",
        "- Cầu dài 420 mét",
        "Cầu",
        "Theo AFP",
    ],
)
def test_a_first_line_that_is_no_title(first: str) -> None:
    assert from_text(f"{first}\n{BODY}").title is None


def test_a_title_needs_text_below() -> None:
    assert from_text("Cầu Bạch Hạc mở lại").title is None
    assert from_text(f"# Cầu Bạch Hạc mở lại #\n\n{BODY}").title == "Cầu Bạch Hạc mở lại"
    assert from_text(f"Vì sao cầu đóng?\n{BODY}").title == "Vì sao cầu đóng?"


CAPTION = "Thị trưởng cắt băng ở cầu Bạch Hạc vào ngày 13/9/2023. (Ảnh: Mai Lan)"


@pytest.mark.parametrize(
    ("text", "published"),
    [
        (f"{CAPTION}\nBẠCH HẠC - Hôm 13/9, thị trưởng đã cắt băng khánh thành cầu.", "2023-09"),
        ("Hôm 19/6, thị trưởng cắt băng. Cầu cũ xây năm 1998.", None),
        (f"{CAPTION}\nHôm 14/9, thị trưởng đã cắt băng khánh thành cầu.", None),
        (f"{CAPTION}\nHôm 13/9, thị trưởng đã cắt băng. Cầu thứ hai sẽ xong năm 2025.", None),
        ("Hôm 13/9, cả phố kỷ niệm một năm mở cầu.\nCầu mở ngày 13/9/2023.", None),
        ("Hôm 30/4, phố đông vui.\nHàng quán đã có từ ngày 30/4/1975.", None),
        ("Hôm qua, cầu đã mở.\nCầu xây từ tháng 3/2021.", None),
        (f"{BODY}\nCầu cũ sập ngày 5/3/2021.", None),
    ],
)
def test_a_day_without_a_year(text: str, published: str | None) -> None:
    assert from_text(text).published == published


def test_the_date_of_an_event_at_the_foot_is_no_publication_date() -> None:
    foot = "Thời gian: 8h ngày 20/7/2024.\nDate: 20 July 2024\nĐịa điểm: chợ Bạch Hạc"
    assert from_text("\n".join([BODY] * 9 + [foot])).published is None


def test_signature_below_prose() -> None:
    assert from_text(f"{BODY}\n{BODY}\n" * 5 + "Trần Bình").author == "Trần Bình"
    assert from_text("Gạo: 15.000 đồng\n" * 12 + "Cá Hồi").author is None


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://www.nytimes.com/x", "The New York Times"),
        ("https://edition.cnn.com/x", "CNN"),
        ("http://thethao.tuoitre.vn/x", "Tuổi Trẻ"),
        ("https://bachhac.example/x", "bachhac.example"),
        ("no address", None),
        ("http://[broken", None),
    ],
)
def test_outlet_of_an_address(url: str, outlet: str | None) -> None:
    assert outlet_of(url) == outlet


PIECES = [*"AĐaáb 0129/.,:;()-—\n|#*", "Theo ", "By ", "2024", "Nguồn: ", "https://", "17/6/2024", " (AFP) - "]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_text_gives_single_trimmed_lines(text: str) -> None:
    found = from_text(text)
    for value in (found.title, found.source, found.author, found.published, found.url):
        assert value is None or (value and value == " ".join(value.split()))
