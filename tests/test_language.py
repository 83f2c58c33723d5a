"""Which language a question, a sentence or an article is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.language import detect


@pytest.mark.parametrize(
    "text",
    [
        "Cầu Bạch Hạc mở lại khi nào?",
        "gia vang hom nay bao nhieu",
        "cau bach hac mo lai khi nao",
        "Putin đến Pyongyang khi nào?",
        "Còn Alexander Gabuev?",
        "Sau đó ông ấy đi đâu?",
        "GIÁ XĂNG TĂNG TỪ HÔM NAY",
        "Nguyễn Phú Trọng",
        "Việt Nam",
        "Vì sao?",
        "Hà Nội FC thua Manchester United bao nhiêu bàn?",
        "Apple ra mắt iPhone 15 Pro Max tại Việt Nam",
    ],
)
def test_vietnamese(text: str) -> None:
    assert detect(text) == "vi"


@pytest.mark.parametrize(
    "text",
    [
        "When does the Bach Hac bridge reopen?",
        "Who is Nguyễn Phú Trọng?",
        "What did they eat there?",
        "Gold price today",
        "Tô Lâm visits Beijing",
        "The price of phở in Hà Nội rose by a tenth.",
        "HOSPITAL OPENS NEW WING",
        "How old is Kim?",
    ],
)
def test_english(text: str) -> None:
    assert detect(text) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024 7,09% 5/3",
        "🎉 ...",
        "Le président est arrivé à Hanoï pour une visite de deux jours",
        "Quel est le prix de l'or aujourd'hui ?",
        "El presidente visita la ciudad por primera vez",
        "¿Quién es el presidente?",
        "Der Präsident besucht heute die Stadt",
        "O presidente não vai para a cidade",
        "总统今天访问河内",
        "Президент прибыл в Ханой",
        "대통령은 오늘 하노이를 방문했다",
    ],
)
def test_neither(text: str) -> None:
    assert detect(text) == "und"


def test_most_of_a_text_decides() -> None:
    vietnamese = "Thành phố đã chi một trăm tỷ đồng cho cây cầu này. "
    english = "The city has spent a hundred billion on this bridge. "
    assert detect(vietnamese * 3 + english) == "vi"
    assert detect(english * 3 + vietnamese) == "en"
    assert detect("— " + vietnamese * 400) == "vi"


@given(st.text(max_size=300))
def test_any_text_has_an_answer(text: str) -> None:
    assert detect(text) in ("vi", "en", "und")
