"""Names of well-known outlets: by web domain, and by the mark they put before an article's first words."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_BY_DOMAIN = {
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
_BY_MARK = {
    "TTO": "Tuổi Trẻ", "TPO": "Tiền Phong", "NLĐO": "Người Lao Động", "PLO": "Pháp Luật TP.HCM", "LĐO": "Lao Động",
    "TNO": "Thanh Niên", "SGGP": "Sài Gòn Giải Phóng", "QĐND": "Quân đội nhân dân", "VNE": "VnExpress", "AP": "AP",
    "AFP": "AFP", "CNN": "CNN", "BBC": "BBC", "VOA": "VOA", "VOV": "VOV", "VTV": "VTV", "RFA": "RFA", "RFI": "RFI",
    "TTXVN": "TTXVN", "Reuters": "Reuters", "REUTERS": "Reuters", "Bloomberg": "Bloomberg", "Xinhua": "Xinhua",
    "Yonhap": "Yonhap", "KCNA": "KCNA", "TASS": "TASS", "CNBC": "CNBC", "DW": "DW", "ANTĐ": "An ninh Thủ đô",
}  # fmt: skip
_KNOWN = frozenset(name.casefold() for name in (*_BY_DOMAIN.values(), *_BY_MARK.values(), *_BY_MARK))
_OUTLET_WORD = re.compile(
    r"\b(?:News|Times|Post|Journal|Press|Daily|Herald|Tribune|Magazine|Agency|Online|Standard|Gazette|Báo|Đài|Tạp chí|"
    r"Thông tấn xã|Truyền hình)\b|\.[a-z]{2,4}$"
)


def domain(url: str) -> str | None:
    """The host of a web address without "www.", or None where there is none."""
    try:
        host = urlsplit(url.strip()).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host and "." in host else None


def outlet_of(url: str) -> str | None:
    """The outlet behind a web address: its name where it is well known, otherwise its domain."""
    host = domain(url)
    if host is None:
        return None
    labels = host.split(".")
    for first in range(len(labels) - 1):
        if name := _BY_DOMAIN.get(".".join(labels[first:])):
            return name
    return host


def outlet_of_mark(mark: str) -> str | None:
    """The outlet that signs with `mark` ("TTO", "CNN", "VOV.VN"), or None where it is no known mark."""
    mark = mark.strip()
    return _BY_MARK.get(mark) or _BY_DOMAIN.get(mark.lower())


def is_outlet(name: str) -> bool:
    """Whether `name` reads as an outlet rather than a person: a known one, or one with a word such as "News"."""
    name = name.strip()
    return name.casefold() in _KNOWN or (len(name.split()) <= 5 and bool(_OUTLET_WORD.search(name)))
