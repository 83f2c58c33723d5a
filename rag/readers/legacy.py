"""Vietnamese eight-bit encodings that Python has no codec for, and which of them a text is in. Pure.

Tables: TCVN3 (TCVN 5712:1993, "ABC" fonts) and VISCII (RFC 1456) as one string of the upper 128 characters each;
VNI (VNI-Times and its family) writes a base letter and then its marks as a second byte.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from rag.text.normalise import normalise

_TCVN3 = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽ"
    "éẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)
_VISCII = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđự"
    "òóôõỏọụùúũủýợỮ"
)
_TONES = {"acute": "\u0301", "grave": "\u0300", "hook": "\u0309", "tilde": "\u0303", "dot": "\u0323"}
_VNI_MARKS = {
    mark: shape + tone
    for shape, marks in (("", "ùøûõï"), ("\u0302", "áàåãä"), ("\u0306", "éèúüë"))
    for mark, tone in zip(marks, _TONES.values(), strict=True)
} | {"â": "\u0302", "ê": "\u0306"}
_VNI_LETTERS = dict(zip("íìæóòîñôöÍÌÆÓÒÎÑÔÖ", "íìỉĩịỵđơưÍÌỈĨỊỴĐƠƯ", strict=True))
_VNI = re.compile(
    rf"(?P<base>[AEOUYaeouyÔÖôö])(?P<mark>[{''.join(_VNI_MARKS)}{''.join(_VNI_MARKS).upper()}])"
    rf"|[{''.join(_VNI_LETTERS)}]"
)

# A quarter of the words of any Vietnamese text are among these; of a wrongly decoded one, hardly any.
_FREQUENT = frozenset({
    "và", "của", "là", "được", "không", "người", "những", "các", "có", "trong", "với", "này", "đã", "một", "để",
    "năm", "ngày", "ở", "từ", "đến", "khi", "về", "tại", "ông", "nước", "sẽ", "cũng", "như", "ra", "vào", "thành",
    "phố", "việt", "giá", "tháng", "trên", "sau", "bị", "hai", "đang", "rằng", "bà", "số", "hơn", "việc", "nhà",
})  # fmt: skip
_LEAST_SHARE = 0.06
_WORD = re.compile(r"[^\W\d_]+")


def decode_tcvn3(data: bytes) -> str:
    return normalise(data.decode("latin-1").translate(_upper_half(_TCVN3)))


def decode_viscii(data: bytes) -> str:
    return data.decode("latin-1").translate(_upper_half(_VISCII))


def decode_vni(data: bytes) -> str:
    return _VNI.sub(_vni_letter, data.decode("cp1252", errors="replace"))


def decode_windows_1258(data: bytes) -> str:
    """Windows-1258 writes tones as combining characters behind their letter; normalising joins them."""
    return normalise(data.decode("cp1258", errors="replace"))


_DECODERS: dict[str, Callable[[bytes], str]] = {
    "windows-1258": decode_windows_1258,
    "TCVN3": decode_tcvn3,
    "VNI": decode_vni,
    "VISCII": decode_viscii,
}


def decode_legacy(data: bytes, sample_bytes: int = 65_536) -> str | None:
    """`data` in the Vietnamese encoding that makes it read as Vietnamese, or None where none does."""
    sample = data[:sample_bytes]
    shares = {name: _share_of_frequent(decoder(sample)) for name, decoder in _DECODERS.items()}
    best = max(shares, key=lambda name: shares[name])
    return _DECODERS[best](data) if shares[best] >= _LEAST_SHARE else None


def _share_of_frequent(text: str) -> float:
    words = [word.lower() for word in _WORD.findall(text)]
    # Only words with a mark tell encodings apart.
    marked = sum(word in _FREQUENT and not word.isascii() for word in words)
    return marked / len(words) if len(words) >= 3 and marked >= 2 else 0.0


def _upper_half(table: str) -> dict[int, str]:
    return {0x80 + i: char for i, char in enumerate(table)}


def _vni_letter(match: re.Match[str]) -> str:
    if base := match["base"]:
        letter = _VNI_LETTERS.get(base, base)
        return unicodedata.normalize("NFC", letter + _VNI_MARKS[match["mark"].lower()])
    return _VNI_LETTERS[match.group()]
