"""Outlets by their names: which spellings are one outlet, and which two outlets a retold piece names. Pure.

"CNN", "cnn.com", "theo CNN" and "after CNN" are one; "Báo Bến Sông, theo CNN" names Báo Bến Sông and CNN.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.text.normalise import fold

BY_DOMAIN = {
    "nytimes.com": "The New York Times", "cnn.com": "CNN", "bbc.com": "BBC", "bbc.co.uk": "BBC",
    "reuters.com": "Reuters", "apnews.com": "AP", "afp.com": "AFP", "theguardian.com": "The Guardian",
    "washingtonpost.com": "The Washington Post", "wsj.com": "The Wall Street Journal", "bloomberg.com": "Bloomberg",
    "ft.com": "Financial Times", "economist.com": "The Economist", "aljazeera.com": "Al Jazeera",
    "cnbc.com": "CNBC", "nbcnews.com": "NBC News", "abcnews.go.com": "ABC News", "cbsnews.com": "CBS News",
    "foxnews.com": "Fox News", "npr.org": "NPR", "politico.com": "Politico", "time.com": "Time",
    "forbes.com": "Forbes", "theverge.com": "The Verge", "scmp.com": "South China Morning Post",
    "nikkei.com": "Nikkei", "japantimes.co.jp": "The Japan Times", "straitstimes.com": "The Straits Times",
    "channelnewsasia.com": "CNA", "yna.co.kr": "Yonhap", "xinhuanet.com": "Xinhua", "tass.com": "TASS",
    "dw.com": "DW", "rfi.fr": "RFI", "rfa.org": "RFA", "voanews.com": "VOA", "voatiengviet.com": "VOA",
    "vnexpress.net": "VnExpress", "tuoitre.vn": "Tuổi Trẻ", "thanhnien.vn": "Thanh Niên", "dantri.com.vn": "Dân trí",
    "vietnamnet.vn": "VietNamNet", "zingnews.vn": "Zing News", "znews.vn": "Znews", "vtc.vn": "VTC News",
    "vtcnews.vn": "VTC News", "vov.vn": "VOV", "vtv.vn": "VTV", "nhandan.vn": "Nhân Dân",
    "qdnd.vn": "Quân đội nhân dân", "tienphong.vn": "Tiền Phong", "laodong.vn": "Lao Động",
    "nld.com.vn": "Người Lao Động", "plo.vn": "Pháp Luật TP.HCM", "sggp.org.vn": "Sài Gòn Giải Phóng",
    "vietnamplus.vn": "VietnamPlus", "baotintuc.vn": "Báo Tin tức",
    "vneconomy.vn": "VnEconomy", "cafef.vn": "CafeF", "kenh14.vn": "Kênh 14", "soha.vn": "Soha",
    "suckhoedoisong.vn": "Sức khỏe & Đời sống", "hanoimoi.vn": "Hànộimới", "vietnamnews.vn": "Viet Nam News",
    "baochinhphu.vn": "Báo Chính phủ",
}  # fmt: skip
BY_MARK = {
    "TTO": "Tuổi Trẻ", "TPO": "Tiền Phong", "NLĐO": "Người Lao Động", "PLO": "Pháp Luật TP.HCM", "LĐO": "Lao Động",
    "TNO": "Thanh Niên", "SGGP": "Sài Gòn Giải Phóng", "QĐND": "Quân đội nhân dân", "VNE": "VnExpress", "AP": "AP",
    "AFP": "AFP", "CNN": "CNN", "BBC": "BBC", "VOA": "VOA", "VOV": "VOV", "VTV": "VTV", "RFA": "RFA", "RFI": "RFI",
    "TTXVN": "TTXVN", "Reuters": "Reuters", "REUTERS": "Reuters", "Bloomberg": "Bloomberg", "Xinhua": "Xinhua",
    "Yonhap": "Yonhap", "KCNA": "KCNA", "TASS": "TASS", "CNBC": "CNBC", "DW": "DW", "ANTĐ": "An ninh Thủ đô",
}  # fmt: skip
_DOMAIN = re.compile(r"(?:https?://)?(?:www\.)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:/\S*)?", re.IGNORECASE)
_ENDING = re.compile(r"\.(?:com|net|org|info|gov|co|edu|example|[a-z]{2,3})(?:\.[a-z]{2})?$")
# What may stand before or behind an outlet's own name.
_BEFORE = re.compile(r"(?:the|bao dien tu|bao|dai|hang tin|hang thong tan|thong tan xa|trang tin|trang|tap chi|kenh) ")
_BEHIND = re.compile(r" (?:online|newspaper|dien tu|news agency|website)$")
_RETOLD = re.compile(
    r"(?P<own>.*?)[\s,;:|(\[–—-]*(?<!\w)(?:(?:theo|dẫn lại(?: từ)?|dẫn nguồn|tổng hợp từ|dịch từ|after|via|"
    r"according to|courtesy of|originally (?:in|by|from)|republished from)(?!\w)\s*:?|(?:nguồn|source)\s*:)\s+"
    r"(?P<other>\S.*?)[\s)\].]*",
    re.IGNORECASE,
)
_SLASH = re.compile(r"\s*[/|+]\s*|\s+[-–—]\s+")


@lru_cache(maxsize=4096)
def outlets_named(source: str) -> tuple[str, ...]:
    """The outlets that a source line names, its own first: ("Báo Bến Sông", "CNN"); one without a name is left out."""
    match = _RETOLD.fullmatch(source.strip())
    if match is None:
        parts = [part for part in _SLASH.split(source.strip()) if part]
        # "AFP/Reuters", but not "Kinh tế - Đô thị".
        return tuple(parts) if len(parts) > 1 and all(map(known_name, parts)) else (source.strip(),)
    own, other = match["own"].strip(" ,;:|(-–—"), match["other"].strip(" ,;.")
    named = other[:1].isupper() or other[:1].isdigit() or bool(_DOMAIN.fullmatch(other))
    found = [name for name in (own, other if named else "") if name]
    return tuple(found) or (source.strip(),)


@lru_cache(maxsize=4096)
def outlet_key(name: str) -> str:
    """The same for every spelling of one outlet's name: letters and digits only, or the name where it has none."""
    bare = fold(known_name(name) or _without_domain(name.strip()))
    plain = _BEHIND.sub("", _BEFORE.sub("", " ".join(bare.split())))
    return re.sub(r"[\W_]", "", plain) or bare


def outlet_keys(source: str) -> tuple[str, ...]:
    """The keys of the outlets that a source line names, its own first."""
    return tuple(dict.fromkeys(map(outlet_key, outlets_named(source))))


def known_name(name: str) -> str | None:
    """The name by which an outlet is well known, from its address, its mark or a spelling of it; None for others."""
    bare = name.strip()
    if match := _DOMAIN.fullmatch(bare):
        labels = match[1].lower().split(".")
        for first in range(len(labels) - 1):
            if found := BY_DOMAIN.get(".".join(labels[first:])):
                return found
    return BY_MARK.get(bare) or _KNOWN.get(_plain(bare))


def _without_domain(name: str) -> str:
    match = _DOMAIN.fullmatch(name)
    return _ENDING.sub("", match[1].lower()) if match else name


def _plain(name: str) -> str:
    return _BEHIND.sub("", _BEFORE.sub("", " ".join(fold(name).split())))


_KNOWN = {_plain(name): name for name in (*BY_MARK.values(), *BY_DOMAIN.values())}
