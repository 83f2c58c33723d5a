"""Invented stories for generated pages: headline, paragraphs and a table, in Vietnamese or English. Pure and seeded."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

_SYLLABLES = ("bra", "kel", "dor", "ven", "mas", "lin", "tor", "esk", "hal", "grim", "sund", "wex", "orr", "pil", "nar")
_VI_NAMES = (
    "Tạ Hữu Khôi", "Lê Thục Đoan", "Mạc Tiến Dậu", "Hà Cẩm Vân", "Bùi Sĩ Luân", "Phó Đức Thanh", "Vi Thị Nhài",
    "Đào Kim Sa", "Ngô Bá Trác", "Trịnh Ngọc Mão",
)  # fmt: skip
_VI_PLACES = ("Vũng Trầm", "Cù Lao Sếu", "Bến Dạ", "Đồng Ngải", "Phố Hến", "Gò Thủy Tùng", "Khe Lạng", "Mỏ Phượng")
_EN_WHAT = (
    "{who} said the {thing} in {place} would cost {n} million crowns and take {m} months to build.",
    "Workers at the {thing} found {n} crates of old letters behind a wall on Monday, the owner told reporters.",
    "About {n} residents of {place} signed a petition against the {thing} before the vote in the council.",
    "The {thing} lost {m} per cent of its visitors last winter, according to figures that {who} presented.",
    "“We counted {n} boats in a single morning,” {who} said, standing on the quay below the {thing}.",
    "Police closed the road past the {thing} for {m} hours after a lorry had lost its load of gravel.",
    "{who}, who has led the office since the spring, expects {n} more applications by the end of the season.",
    "The river rose by {m} centimetres overnight and reached the steps of the {thing} shortly before dawn.",
    "A report of {n} pages, seen by this newspaper, lists what went wrong when the {thing} was repaired.",
    "Nobody was hurt, but {n} households in {place} were without power until the late evening.",
)
_VI_WHAT = (
    "{who} cho biết {thing} ở {place} sẽ tốn {n} tỷ đồng và phải mất {m} tháng mới xong.",
    "Công nhân sửa {thing} tìm thấy {n} hòm thư cũ sau bức tường hôm thứ hai, chủ nhà kể với phóng viên.",
    "Khoảng {n} hộ dân {place} ký đơn phản đối {thing} trước khi hội đồng bỏ phiếu.",
    "Lượng khách đến {thing} giảm {m} phần trăm trong mùa đông, theo số liệu mà {who} công bố.",
    "“Riêng buổi sáng chúng tôi đếm được {n} chiếc thuyền”, {who} nói khi đứng ở bến bên dưới {thing}.",
    "Cảnh sát chặn đường qua {thing} trong {m} giờ sau khi một xe tải làm đổ sỏi xuống mặt đường.",
    "{who} nhận việc từ mùa xuân và dự tính có thêm {n} hồ sơ trước cuối vụ.",
    "Nước sông dâng thêm {m} cm trong đêm và tràn đến bậc thềm {thing} trước lúc trời sáng.",
    "Bản báo cáo dài {n} trang nêu rõ sai sót khi sửa chữa {thing}, theo tài liệu của tòa soạn.",
    "Không ai bị thương nhưng {n} gia đình tại {place} mất điện đến tận khuya.",
)
_EN_THINGS = ("ferry pier", "glass works", "night school", "tram depot", "salt mill", "lighthouse", "covered market")
_VI_THINGS = (
    "bến phà",
    "lò thủy tinh",
    "trường bổ túc",
    "xưởng xe điện",
    "nhà máy muối",
    "ngọn hải đăng",
    "chợ mái vòm",
)
_EN_HEADS = (
    "{thing} in {place} closes after {n} years",
    "Council of {place} votes on {thing}",
    "How the {thing} of {place} lost {n} jobs",
)
_VI_HEADS = (
    "{thing} ở {place} đóng cửa sau {n} năm",
    "Hội đồng {place} bỏ phiếu về {thing}",
    "Vì sao {thing} của {place} mất {n} việc làm",
)


@dataclass(frozen=True, slots=True)
class Story:
    """What a page's article is: the truth that a reader of pages is measured by. `rows` has the heading first."""

    language: str
    headline: str
    standfirst: str
    paragraphs: tuple[str, ...]
    author: str
    published: date
    rows: tuple[tuple[str, ...], ...] = ()
    updated: date | None = None


def story(rng: random.Random, language: str, *, table: bool = False) -> Story:
    """An invented article of three to fourteen paragraphs."""
    fill = _Filler(rng, language)
    heads, what = (_VI_HEADS, _VI_WHAT) if language == "vi" else (_EN_HEADS, _EN_WHAT)
    published = date(2019, 1, 1) + timedelta(days=rng.randrange(2_700))
    count = rng.choice((3, 4, 6, 9, 14))
    paragraphs = tuple(
        " ".join(fill(template) for template in rng.sample(what, rng.choice((1, 2, 2, 3)))) for _ in range(count)
    )
    headline = fill(rng.choice(heads))
    return Story(
        language=language,
        headline=headline[0].upper() + headline[1:],
        standfirst=fill(rng.choice(what)),
        paragraphs=paragraphs,
        author=fill.name(),
        published=published,
        rows=_table(rng, fill) if table else (),
        updated=published + timedelta(days=rng.randrange(2, 40)) if rng.random() < 0.4 else None,
    )


def teaser(rng: random.Random, language: str) -> tuple[str, str, date]:
    """Headline, summary and date of another story of the site."""
    other = story(rng, language)
    return other.headline, other.standfirst, other.published


def comment(rng: random.Random, language: str) -> tuple[str, str, date]:
    """Name, words and date of a reader's comment."""
    fill = _Filler(rng, language)
    words = ("Tôi thấy {thing} này nên giữ lại, nhà tôi ở {place} đã {n} năm.", "Bài viết thiếu số liệu {m} năm trước.")
    if language != "vi":
        words = (
            "I worked at the {thing} for {n} years and nobody asked us.",
            "Typical of {place}, same as {m} years ago.",
        )
    return fill.name(), fill(rng.choice(words)), date(2019, 1, 1) + timedelta(days=rng.randrange(2_700))


class _Filler:
    """Fills a template with names, places, things and numbers."""

    def __init__(self, rng: random.Random, language: str) -> None:
        self._rng, self._language = rng, language

    def __call__(self, template: str) -> str:
        things = _VI_THINGS if self._language == "vi" else _EN_THINGS
        return template.format(
            who=self.name(), place=self.place(), thing=self._rng.choice(things),
            n=self._rng.randrange(12, 980), m=self._rng.randrange(2, 90),
        )  # fmt: skip

    def name(self) -> str:
        if self._language == "vi":
            return self._rng.choice(_VI_NAMES)
        return f"{self._word()} {self._word()}"

    def place(self) -> str:
        return self._rng.choice(_VI_PLACES) if self._language == "vi" else self._word()

    def _word(self) -> str:
        return "".join(self._rng.sample(_SYLLABLES, 2)).capitalize()


def _table(rng: random.Random, fill: _Filler) -> tuple[tuple[str, ...], ...]:
    heads = (fill("{place}"), fill("{place}"))
    while heads[0] == heads[1]:
        heads = (fill("{place}"), fill("{place}"))
    return (
        ("", *heads),
        *((fill.name(), str(rng.randrange(100, 999)), f"{rng.randrange(10, 99)}.5") for _ in range(4)),
    )
