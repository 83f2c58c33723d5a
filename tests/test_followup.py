"""Follow-ups are told from questions that stand on their own, in both languages, with and without diacritics."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.followup import leans_back

PROPERTY = settings(derandomize=True, deadline=None, max_examples=200)

LEANING = (
    "Sau đó ông ấy đi đâu?",
    "Còn Alexander Gabuev?",
    "Còn Hà Nội thì sao?",
    "Thế còn năm 2023?",
    "Vậy giá bao nhiêu?",
    "Họ ăn gì ở đó?",
    "Nó xảy ra khi nào?",
    "Anh ta bị bắt ở đâu?",
    "Bà ấy nói gì về vụ việc này?",
    "Ai là người đầu tiên phát hiện điều đó?",
    "Vì sao cô bị phạt?",
    "Cô bị bệnh gì?",
    "Hai bên đã ký bao nhiêu văn kiện?",
    "Khi nào?",
    "Ở đâu?",
    "Vì sao?",
    "Có bao nhiêu người chết?",
    "Rồi chuyện gì xảy ra tiếp?",
    "Và ở Hải Phòng?",
    "Trường đó có bao nhiêu học sinh?",
    "Con số này tăng bao nhiêu so với năm ngoái?",
    "Trước đó ông làm chức vụ gì?",
    "Ngoài ra, công ty còn làm gì nữa?",
    "Cả hai đã nói gì?",
    "Như vậy tổng cộng là bao nhiêu?",
    "Thế ai thắng trận chung kết?",
    "ong ay lam gi sau do",
    "ho da noi gi",
    "the con ha noi thi sao",
    "con nam 2023 thi sao",
    "vay ai thang",
    "o do co gi",
    "chuyen nay xay ra khi nao",
    "What did they eat there?",
    "And in 2023?",
    "What about Alexander Gabuev?",
    "How about exports?",
    "Why?",
    "When was it built?",
    "Where did he go afterwards?",
    "Who else was there?",
    "What happened then?",
    "How did that happen?",
    "Did she win?",
    "Is this the first time?",
    "How much did it cost?",
    "What was their reaction?",
    "So what did the mayor decide?",
    "But why did the council refuse?",
    "How many people died?",
    "Who was arrested?",
    "Why did both refuse?",
    "What did the latter say?",
    "Which of them won the most medals at the games?",
    "Was anyone else hurt?",
    "What is that company called?",
    "Then what did the city do?",
    "Who told him to leave the hospital?",
    "What caused this?",
    "How old is he?",
    "Vì sao bà bị khởi tố?",
    "Ai đã giúp nó?",
    "Liên minh này kéo dài bao lâu?",
    "Ông đi đâu sau đó?",
    "Nguyên nhân là gì?",
    "Thủ phạm là ai?",
)
# Some hold what looks like a pronoun but is a name, another word without its marks, or means a name before it.
STANDING = (
    "Vì sao giá vàng SJC tăng mạnh trong tháng 6?",
    "Thế giới có bao nhiêu người nhiễm cúm gia cầm?",
    "Thế hệ trẻ Việt Nam nghĩ gì về biến đổi khí hậu?",
    "Thế nào là lạm phát cơ bản?",
    "Số người chết trong vụ cháy chợ Tân Phú là bao nhiêu?",
    "Con số thương vong ở Lưu Giang là bao nhiêu?",
    "Con trai thị trưởng Lưu Giang học trường nào?",
    "Chủ tịch Hồ Chí Minh sinh năm nào?",
    "Hồ Gươm rộng bao nhiêu héc-ta?",
    "Chính phủ hỗ trợ nông dân bao nhiêu tiền?",
    "Hồ sơ đăng ký dự thi đại học gồm những gì?",
    "Vụ nổ nhà máy hóa chất làm bao nhiêu người chết?",
    "Tỷ lệ thất nghiệp của Việt Nam năm 2023 là bao nhiêu?",
    "Có thêm bao nhiêu tuyến xe buýt mới ở Lưu Giang?",
    "Giá vàng hôm nay bao nhiêu một lượng?",
    "Ai là trưởng họ Trịnh ở làng Đông?",
    "Trận lũ làm bao nhiêu người chết, trong đó có mấy trẻ em?",
    "Thủ tướng thăm Hà Nội ngày nào?",
    "Đội bóng nào vô địch giải Thuận Hải?",
    "Hai nước Việt Nam và Nga ký mấy văn kiện?",
    "Ai được bầu làm chủ tịch hội đồng thành phố?",
    "Giá xăng tăng mấy lần trong tháng 9/2023?",
    "gia vang hom nay bao nhieu mot luong",
    "vi sao gia xang tang manh trong thang 6",
    "ho chi minh sinh nam nao",
    "chinh phu ho tro nong dan bao nhieu tien",
    "vu no nha may hoa chat o luu giang lam bao nhieu nguoi chet",
    "the gioi co bao nhieu nguoi nhiem cum",
    "con so thuong vong o luu giang la bao nhieu",
    "Bà mẹ bốn con ở Thuận Hải làm nghề gì?",
    "Alexander Gabuev là ai?",
    "Arden có bao nhiêu dân?",
    "Sarcoma là gì?",
    "arden co bao nhieu dan o ngoai o",
    "Who is the coach of Lưu Giang FC?",
    "The mayor of Lưu Giang said what about the bridge?",
    "What did the council decide about the new bus line?",
    "Which ship that left Hai Phong sank in June?",
    "Who is the former president of the council?",
    "How many people who live in Lưu Giang own a car?",
    "How long does it take to cross the new bridge by bus?",
    "Is there a hospital in the old town of Lưu Giang?",
    "How many hospitals are there in the province of Quảng Hải?",
    "What did Lan Vy say about her victory in the final?",
    "How much did rice prices rise this year in Vietnam?",
    "Did both Hanoi and Moscow sign the agreement?",
    "When did the So-ha river flood the market?",
    "Why did gold prices rise sharply in September 2023?",
    "Where is the head office of Hòa Phát Group?",
    "What is the population of the city of Lưu Giang?",
    "When does Southampton play Norwich?",
    "Who won the men's final at the Lưu Giang Open?",
    "What did the minister say that angered farmers?",
    "Orlando Bloom filmed which film in Hội An?",
    "Sofia hosted which football match in June?",
    "Those who died in the flood came from which village?",
    "What was the price of rice in Cần Thơ last week?",
    "How many former soldiers live in the city?",
    "Vào năm nào Thành Lộc rời nhóm kịch?",
    "Hệ thống đèn mới hỗ trợ bao nhiêu nút giao?",
    "Người thất nghiệp ở Lưu Giang được nhận gì?",
    "Loại thuốc nào thêm vào danh mục năm 2024?",
    "How old was Mora when she won the Arden Cup?",
    "Is it true that Arden raised its bus fares?",
    "Máy bay của hãng Sao Mai chở bao nhiêu khách?",
    "con song dai nhat o thuan hai la song nao",
    "HIV lây qua những đường nào?",
)


@pytest.mark.parametrize("question", LEANING)
def test_follow_ups_lean_back(question: str) -> None:
    assert leans_back(question)


@pytest.mark.parametrize("question", STANDING)
def test_full_questions_stand_on_their_own(question: str) -> None:
    assert not leans_back(question)


@pytest.mark.parametrize("question", [text for text in LEANING if not text[0].islower()])
def test_a_small_first_letter_does_not_matter(question: str) -> None:
    assert leans_back(question[0].lower() + question[1:])


@PROPERTY
@given(st.text(max_size=300))
def test_anything_can_be_asked(question: str) -> None:
    assert leans_back(question) in (True, False)


@pytest.mark.parametrize("piece", ["both ", "Hồ ", "...", "that ", "a", "their Arden "])
def test_a_pasted_document_is_judged(piece: str) -> None:
    assert leans_back(piece * (1_000_000 // len(piece))) in (True, False)
