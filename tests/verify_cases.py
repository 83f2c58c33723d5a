"""Hand-written claims over sentences of the sample archive: true ones, and the same with one thing wrong.

Each case: the claim, its language, the names of the sentences it is checked against, and what is expected:
"" where it is supported, else the code of the reason ("*" for any).
"""

from __future__ import annotations

from typing import NamedTuple


class Sentence(NamedTuple):
    language: str
    published: str
    source: str
    title: str
    before: str
    text: str


SENTENCES = {
    "treaty-vi": Sentence(
        "vi", "2024-06-20", "Trích Dẫn", "Ông Putin và ông Kim ký hiệp ước có điều khoản phòng thủ chung", "",
        "Ngày 19/6/2024 tại Bình Nhưỡng, Tổng thống Nga Vladimir Putin và nhà lãnh đạo Triều Tiên Kim Jong Un ký hiệp "
        "ước đối tác chiến lược toàn diện.",
    ),
    "treaty-en": Sentence(
        "en", "2024-06-20", "Trích Dẫn", "Putin and Kim sign a treaty with a mutual defence clause", "",
        "Russian President Vladimir Putin and North Korean leader Kim Jong Un signed a comprehensive strategic "
        "partnership treaty in Pyongyang on 19 June 2024.",
    ),
    "china-vi": Sentence(
        "vi", "2024-06-20", "Trích Dẫn", "Ông Putin và ông Kim ký hiệp ước", "",
        "Trung Quốc, chỗ dựa chính của Triều Tiên về chính trị và kinh tế, ban đầu chưa phản ứng về hiệp ước mới.",
    ),
    "china-en": Sentence(
        "en", "2024-06-20", "Trích Dẫn", "Putin and Kim sign a treaty", "",
        "China, which is North Korea's main political and economic benefactor, did not react to the new treaty at first.",
    ),
    "first-visit-en": Sentence(
        "en", "2024-06-20", "Trích Dẫn", "Putin and Kim sign a treaty", "",
        "It was Putin's first visit to Pyongyang since July 2000.",
    ),
    "founded-vi": Sentence(
        "vi", "2024-06-20", "Trích Dẫn", "Ông Putin và ông Kim ký hiệp ước", "",
        "Triều Tiên thành lập năm 1948 nhờ hậu thuẫn của Liên Xô.",
    ),
    "bridge-length-vi": Sentence(
        "vi", "2025-10-09", "Báo Bến Sông", "Cầu Trầm Ngân sẽ thông xe ngày 31/12/2025", "",
        "Cầu dài 1.486 m, có bốn làn xe, nối phường Bến Cũ với phường Cồn Diệc.",
    ),
    "bridge-cost-vi": Sentence(
        "vi", "2025-10-09", "Báo Bến Sông", "Cầu Trầm Ngân sẽ thông xe ngày 31/12/2025",
        "Cầu dài 1.486 m, có bốn làn xe, nối phường Bến Cũ với phường Cồn Diệc.",
        "Tổng mức đầu tư của dự án là 1.865 tỷ đồng, lấy từ ngân sách thành phố và vốn vay.",
    ),
    "bridge-opens-en": Sentence(
        "en", "2026-04-29", "The Delta Courier", "Tram Ngan Bridge opens at last, four months late", "",
        "The Tram Ngan Bridge opened to traffic at 8am on Wednesday, 29 April, nearly four months after the date that "
        "had first been promised.",
    ),
    "bridge-final-en": Sentence(
        "en", "2026-04-29", "The Delta Courier", "Tram Ngan Bridge opens at last, four months late", "",
        "The final cost is 1,912 billion dong, which is 47 billion, or 2.5%, more than the planned 1,865 billion.",
    ),
    "delay-vi": Sentence(
        "vi", "2025-12-12", "Báo Bến Sông", "Cầu Trầm Ngân lùi ngày thông xe sang 15/3/2026",
        "Cầu Trầm Ngân sẽ không kịp thông xe vào ngày 31/12/2025 như đã hứa.",
        "Sở Giao thông TP. Lưu Giang chiều 11/12 thông báo dời ngày mở cầu sang 15/3/2026.",
    ),
    "flood-en": Sentence(
        "en", "2025-10-22", "The Delta Courier", "Luu River flood swamps 1,180 homes", "",
        "The worst flood in 16 years hit the river port of Luu Giang before dawn on Wednesday, filling 1,180 homes with "
        "water and sending 2,900 people to 12 shelters, according to the city's civil defence office.",
    ),
    "flood-vi": Sentence(
        "vi", "2025-10-22", "Báo Bến Sông", "Lũ sông Lưu vượt báo động 3", "",
        "Tính đến 9h sáng cùng ngày, 1.240 căn nhà bị ngập và 3.150 người đã được sơ tán, theo Ban Chỉ huy Phòng chống "
        "thiên tai thành phố.",
    ),
    "hurt-en": Sentence(
        "en", "2025-10-22", "The Delta Courier", "Luu River flood swamps 1,180 homes", "",
        "Two people were hurt by flying roof sheets. No deaths were reported.",
    ),
    "dengue-vi": Sentence(
        "vi", "2025-11-18", "Lưu Giang Hôm Nay", "Sốt xuất huyết ở Lưu Giang tăng mạnh sau lũ", "",
        "TP. Lưu Giang ghi nhận 412 ca sốt xuất huyết trong tháng 10/2025, tăng 120,3% so với 187 ca của tháng 9.",
    ),
    "match-en": Sentence(
        "en", "2026-04-17", "Đài Sóng Nước", "Sông Lưu FC go up, and their coach goes away", "",
        "They beat Mường Nước 3-1 in the play-off on Sunday, 12 April, at Gò Sậy Stadium, which was sold out with 12,500 "
        "people.",
    ),
    "fire-en": Sentence(
        "en", "2025-11-27", "Đài Sóng Nước", "Overloaded freezer cable, not gas, started the Chợ Lưới market fire", "",
        "The number of burned stalls stays at 63, but the damage is now put at 10.4 billion dong.",
    ),
    "stations-vi": Sentence(
        "vi", "2026-01-17", "Báo Bến Sông", "Giáo sư Phần Lan rời Lưu Giang sau chuyến thăm năm ngày",
        "Ngày 15/1, bà cùng PGS.TS. Nghiêm Thục Quyên ký thỏa thuận quan trắc sông Lưu trong ba năm.",
        "Hai bên sẽ đặt 16 trạm thu âm dưới nước từ kênh Bà Miên đến cửa sông, kinh phí 5,4 tỷ đồng, trong đó phía Phần "
        "Lan góp 3,6 tỷ đồng.",
    ),
    "teachers-vi": Sentence(
        "vi", "2025-09-05", "Báo Bến Sông", "Thành phố còn thiếu 118 giáo viên", "",
        "Toàn thành phố còn thiếu 118 giáo viên, gồm 52 giáo viên tiếng Anh, 34 giáo viên tin học và 32 giáo viên mầm "
        "non.",
    ),
}  # fmt: skip


class Case(NamedTuple):
    claim: str
    language: str
    evidence: str
    expected: str


def _cases(language: str, evidence: str, *rows: tuple[str, str]) -> list[Case]:
    return [Case(claim, language, evidence, expected) for claim, expected in rows]


CASES = [
    # English claims on Vietnamese sentences.
    *_cases(
        "en", "treaty-vi",
        ("On June 19, Vladimir Putin and Kim Jong Un signed a comprehensive strategic partnership treaty in Pyongyang.", ""),
        ("Russia and North Korea signed a comprehensive strategic partnership treaty on 19 June 2024.", ""),
        ("According to Trích Dẫn, Putin and Kim Jong-un signed a comprehensive strategic partnership treaty.", ""),
        ("On June 17, Vladimir Putin and Kim Jong Un signed a comprehensive strategic partnership treaty in Pyongyang.", "date"),
        ("On 19 June 2023, Putin and Kim Jong Un signed a comprehensive strategic partnership treaty.", "date"),
        ("Vladimir Putin and Kim Jong Un signed a comprehensive strategic partnership treaty in Moscow.", "name"),
        ("Vladimir Putin and Xi Jinping signed a comprehensive strategic partnership treaty in Pyongyang.", "name"),
        ("Russia and South Korea signed a comprehensive strategic partnership treaty in Pyongyang.", "name"),
        ("Vladimir Putin and Kim Jong Un did not sign a comprehensive strategic partnership treaty in Pyongyang.", "negation"),
    ),
    *_cases(
        "en", "china-vi",
        ("China did not react to the new treaty at first.", ""),
        ("China, North Korea's main political and economic backer, had no initial reaction to the new treaty.", ""),
        ("China reacted to the new treaty at once.", "*"),
        ("Japan did not react to the new treaty at first.", "name"),
        ("China condemned the new treaty.", "*"),
    ),
    *_cases(
        "en", "founded-vi",
        ("North Korea was founded in 1948 with Soviet backing.", ""),
        ("North Korea was founded in 1949 with Soviet backing.", "date"),
        ("North Korea was founded in 1948 with American backing.", "name"),
        ("North Korea was founded in 1948 with Chinese support.", "name"),
    ),
    *_cases(
        "en", "bridge-length-vi bridge-cost-vi",
        ("The bridge is 1,486 metres long and has four lanes.", ""),
        ("The bridge, 1,486 m long, joins Ben Cu ward with Con Diec ward.", ""),
        ("The project costs 1,865 billion dong, paid from the city budget and loans.", ""),
        ("The four-lane bridge is about 1,500 metres long.", ""),
        ("The bridge is 1,468 metres long and has four lanes.", "figure"),
        ("The bridge is 1,486 metres long and has six lanes.", "figure"),
        ("The bridge is 1,486 kilometres long and has four lanes.", "figure"),
        ("The project costs 1,865 million dong, paid from the city budget and loans.", "figure"),
        ("The project costs 1,865 billion dollars, paid from the city budget and loans.", "figure"),
        ("The bridge joins Ben Cu ward with Vuon Cau ward.", "name"),
    ),
    *_cases(
        "en", "dengue-vi",
        ("Luu Giang recorded 412 dengue cases in October 2025, up 120.3% from 187 in September.", ""),
        ("Dengue cases in Luu Giang rose by 120.3% in October.", ""),
        ("Luu Giang recorded 421 dengue cases in October 2025.", "figure"),
        ("Luu Giang recorded 412 dengue cases in November 2025.", "date"),
        ("Dengue cases in Luu Giang fell by 120.3% in October.", "negation"),
        ("Dengue cases in Luu Giang rose by 12.03% in October.", "figure"),
    ),
    *_cases(
        "en", "stations-vi",
        ("The two sides will place 16 underwater recording stations, at a cost of 5.4 billion dong.", ""),
        ("Finland contributes 3.6 billion dong of the 5.4 billion dong.", ""),
        ("Sweden contributes 3.6 billion dong of the 5.4 billion dong.", "name"),
        ("The two sides will place 60 underwater recording stations, at a cost of 5.4 billion dong.", "figure"),
    ),
    *_cases(
        "en", "delay-vi",
        ("The opening of the bridge was moved to 15 March 2026.", ""),
        ("The opening of the bridge was moved to 15 May 2026.", "date"),
    ),
    # Vietnamese claims on English sentences.
    *_cases(
        "vi", "treaty-en",
        ("Ngày 19/6, ông Putin và ông Kim Jong Un ký hiệp ước đối tác chiến lược toàn diện tại Bình Nhưỡng.", ""),
        ("Nga và Triều Tiên ký hiệp ước đối tác chiến lược toàn diện ngày 19 tháng 6 năm 2024.", ""),
        ("Ngày 16/9, ông Putin và ông Kim Jong Un ký hiệp ước đối tác chiến lược toàn diện tại Bình Nhưỡng.", "date"),
        ("Nga và Hàn Quốc ký hiệp ước đối tác chiến lược toàn diện ngày 19/6/2024.", "name"),
        ("Ông Putin và ông Kim Jong Un ký hiệp ước đối tác chiến lược toàn diện tại Bắc Kinh.", "name"),
        ("Ông Lavrov và ông Kim Jong Un ký hiệp ước đối tác chiến lược toàn diện tại Bình Nhưỡng.", "name"),
    ),
    *_cases(
        "vi", "china-en",
        ("Trung Quốc ban đầu chưa phản ứng về hiệp ước mới.", ""),
        ("Trung Quốc lập tức phản ứng về hiệp ước mới.", "*"),
        ("Nhật Bản ban đầu chưa phản ứng về hiệp ước mới.", "name"),
    ),
    *_cases(
        "vi", "first-visit-en",
        ("Đây là lần đầu ông Putin thăm Bình Nhưỡng kể từ tháng 7/2000.", ""),
        ("Đây là lần đầu ông Putin thăm Bình Nhưỡng kể từ tháng 6/2000.", "date"),
        ("Đây là lần đầu ông Putin thăm Hà Nội kể từ tháng 7/2000.", "name"),
        ("Đây là lần cuối ông Putin thăm Bình Nhưỡng kể từ tháng 7/2000.", "negation"),
    ),
    *_cases(
        "vi", "bridge-opens-en bridge-final-en",
        ("Cầu Trầm Ngân thông xe lúc 8 giờ sáng thứ Tư 29/4.", ""),
        ("Cầu Trầm Ngân thông xe ngày 29/4/2026, chậm gần bốn tháng so với lời hứa ban đầu.", ""),
        ("Chi phí cuối cùng là 1.912 tỷ đồng, cao hơn dự kiến 47 tỷ đồng, tức 2,5%.", ""),
        ("Cầu Trầm Ngân thông xe lúc 9 giờ sáng thứ Tư 29/4.", "figure"),
        ("Cầu Trầm Ngân thông xe lúc 8 giờ sáng thứ Năm 29/4.", "date"),
        ("Cầu Trầm Ngân đóng cửa lúc 8 giờ sáng thứ Tư 29/4.", "negation"),
        ("Chi phí cuối cùng là 1.912 tỷ đồng, thấp hơn dự kiến 47 tỷ đồng, tức 2,5%.", "negation"),
        ("Chi phí cuối cùng là 1.912 tỷ đồng, cao hơn dự kiến 47 tỷ đồng, tức 25%.", "figure"),
        ("Cầu Bến Cũ thông xe lúc 8 giờ sáng thứ Tư 29/4.", "name"),
    ),
    *_cases(
        "vi", "flood-en hurt-en",
        ("Trận lũ lớn nhất trong 16 năm làm ngập 1.180 căn nhà ở Lưu Giang.", ""),
        ("2.900 người phải đến 12 điểm trú tạm, theo cơ quan phòng vệ dân sự thành phố.", ""),
        ("Hai người bị thương, không có ai thiệt mạng.", ""),
        ("Trận lũ lớn nhất trong 60 năm làm ngập 1.180 căn nhà ở Lưu Giang.", "figure"),
        ("1.180 người phải đến 12 điểm trú tạm.", "*"),
        ("Ba người bị thương, không có ai thiệt mạng.", "figure"),
    ),
    *_cases(
        "vi", "match-en",
        ("Sông Lưu FC thắng Mường Nước 3-1 ngày 12/4 trên sân Gò Sậy.", ""),
        ("Sông Lưu FC thua Mường Nước 3-1 ngày 12/4 trên sân Gò Sậy.", "*"),
        ("Sông Lưu FC thắng Mường Nước 2-1 ngày 12/4 trên sân Gò Sậy.", "figure"),
    ),
    # Within one language.
    *_cases(
        "vi", "treaty-vi china-vi",
        ("Ông Putin và ông Kim Jong Un đã ký hiệp ước đối tác chiến lược toàn diện ở Bình Nhưỡng hôm 19/6.", ""),
        ("Ban đầu Trung Quốc chưa lên tiếng về hiệp ước mới.", ""),
        ("Trung Quốc ban đầu đã phản ứng về hiệp ước mới.", "negation"),
        ("Ông Putin và ông Tập Cận Bình đã ký hiệp ước đối tác chiến lược toàn diện ở Bình Nhưỡng hôm 19/6.", "name"),
        ("Ông Putin tặng ông Kim Jong Un một chiếc xe hơi hạng sang.", "not_found"),
    ),
    *_cases(
        "vi", "dengue-vi",
        ("Tháng 10/2025, Lưu Giang có 412 ca sốt xuất huyết, tăng 120,3% so với tháng 9.", ""),
        ("Tháng 10/2025, Lưu Giang có 187 ca sốt xuất huyết, giảm 120,3% so với tháng 9.", "*"),
        ("Tháng 10/2025, Lưu Giang có hơn 400 ca sốt xuất huyết.", ""),
        ("Tháng 10/2025, Lưu Giang có hơn 500 ca sốt xuất huyết.", "figure"),
    ),
    *_cases(
        "vi", "teachers-vi",
        ("Thành phố còn thiếu 118 giáo viên, trong đó có 52 giáo viên tiếng Anh.", ""),
        ("Thành phố còn thiếu 118 giáo viên, trong đó có 34 giáo viên tiếng Anh.", "*"),
        ("Thành phố còn thiếu 181 giáo viên.", "figure"),
    ),
    *_cases(
        "en", "treaty-en china-en",
        ("Kim Jong Un and Putin signed a strategic partnership treaty in Pyongyang on June 19.", ""),
        ("China initially did not react to the new treaty.", ""),
        ("China reacted to the new treaty at first.", "negation"),
        ("Putin gave Kim Jong Un a luxury car.", "not_found"),
    ),
    *_cases(
        "en", "fire-en",
        ("The damage is now estimated at 10.4 billion dong, with 63 stalls burned.", ""),
        ("Sixty-three stalls burned.", ""),
        ("The damage is now estimated at 10.4 billion dong, with 36 stalls burned.", "figure"),
        ("The damage is now estimated at 10.04 billion dong.", "figure"),
        ("The damage is now estimated at over 10 billion dong.", ""),
    ),
    *_cases(
        "en", "match-en",
        ("Mường Nước lost 3-1 to them in the play-off at Gò Sậy Stadium.", ""),
        ("They beat Mường Nước 3-1 in the play-off on 12 April 2026.", ""),
        ("They beat Mường Nước 3-1 in the play-off on 12 May 2026.", "date"),
        ("They beat Thạch Kiều 3-1 in the play-off on 12 April 2026.", "name"),
    ),
]  # fmt: skip

# True ones that the check withholds and wrong ones that it lets pass: known, and measured so that they get fewer.
_FAR = "a translation that the embedder puts far from its source: withheld, the quote is shown instead"
KNOWN_FAILURES: dict[str, str] = {
    "China did not react to the new treaty at first.": _FAR,
    "Finland contributes 3.6 billion dong of the 5.4 billion dong.": _FAR,
    "2.900 người phải đến 12 điểm trú tạm, theo cơ quan phòng vệ dân sự thành phố.": _FAR,
}
