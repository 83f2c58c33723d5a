"""News that the fault tests ingest: invented articles, each with one fact that one question asks for."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

_FIRST = (
    "An", "Bình", "Cẩm", "Duy", "Đông", "Gia", "Hòa", "Khánh", "Lộc", "Mỹ", "Nghĩa", "Phước", "Quế", "Sơn", "Tân",
    "Uyên", "Vĩnh", "Xuân", "Yên", "Thanh",
)  # fmt: skip
_SECOND = (
    "Lạc", "Khê", "Giang", "Thủy", "Phú", "Lâm", "Trì", "Hải", "Điền", "Kiều", "Minh", "Nhơn", "Quang", "Thới", "Tường",
    "Viên", "Châu", "Bắc", "Mai", "Hưng",
)  # fmt: skip
_NAMES = [f"{first} {second}" for first, second in itertools.product(_FIRST, _SECOND)]
_FILLERS = (
    "Người dân quanh vùng đã chờ công trình này từ nhiều năm.", "Kinh phí lấy từ ngân sách của huyện.",
    "Kỹ sư trực máy suốt đêm khi triều lên.", "Con đường ven kênh cũng được nâng cao thêm.",
    "Nhà máy xay lúa bên cạnh không phải dời đi.", "Học sinh hai xã nghỉ học một ngày vì mưa.",
    "Đoàn kiểm tra sẽ quay lại vào tháng sau.", "Chợ phiên vẫn họp như thường lệ bên bờ sông.",
    "Một tổ thợ lặn đã dọn rác dưới cửa hút.", "Trưởng ấp nói ruộng lúa không còn bị úng.",
)  # fmt: skip


@dataclass
class Town:
    """A folder of articles that come, change and go; `figures` is what each file's article says now."""

    folder: Path
    random: Random
    figures: dict[str, int] = field(default_factory=dict)
    _next: int = 0

    def add(self, count: int) -> list[str]:
        names = [f"{self._next + i:04}.md" for i in range(count)]
        self._next += count
        assert self._next <= len(_NAMES), "two articles would have one title"
        for name in names:
            self.write(name, self.random.randint(100, 999))
        return names

    def change(self, count: int) -> list[str]:
        """Other figures of the same length, in some files."""
        names = self.random.sample(sorted(self.figures), min(count, len(self.figures)))
        for name in names:
            self.write(name, (self.figures[name] - 100 + self.random.randint(1, 898)) % 900 + 100)
        return names

    def drop(self, count: int) -> list[str]:
        names = self.random.sample(sorted(self.figures), min(count, len(self.figures)))
        for name in names:
            (self.folder / name).unlink()
            del self.figures[name]
        return names

    def write(self, name: str, figure: int, at: float | None = None) -> None:
        """`at`: the time that the file system gives the file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        place, number = place_of(name), int(name[:4])
        extra = " ".join(Random(number).sample(_FILLERS, 3))
        fact = f"Trạm bơm {place} hút {figure} mét khối nước mỗi phút."
        path = self.folder / name
        path.write_text(f"---\ntitle: Trạm bơm {place} chạy thử\n---\n{fact} {extra}\n", encoding="utf-8")
        if at is not None:
            os.utime(path, (at, at))
        self.figures[name] = figure


def place_of(name: str) -> str:
    return _NAMES[int(name[:4]) % len(_NAMES)]


def question_of(name: str) -> str:
    return f"Trạm bơm {place_of(name)} hút bao nhiêu mét khối nước mỗi phút?"


def fact_of(name: str, figure: int) -> str:
    return f"Trạm bơm {place_of(name)} hút {figure} mét khối nước mỗi phút."
