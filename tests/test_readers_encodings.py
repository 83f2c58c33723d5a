"""Text in the encodings that Vietnamese articles are found in."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.readers.encoding import decode, wide_codec
from rag.readers.legacy import decode_legacy, decode_tcvn3, decode_viscii, decode_vni

TEXT = "Giá vàng trong nước đã tăng và người dân thành phố không mua được những thứ ấy ở chợ."
ENGLISH = "Prices rose again, and the café's owner said the naïve résumé of a year was “not good”."
TONES = "\u0300\u0301\u0303\u0309\u0323"


def windows_1258(text: str) -> bytes:
    """The form Windows writes: a letter with its shape, then its tone as a combining character."""
    out = b""
    for char in text:
        decomposed = unicodedata.normalize("NFD", char)
        letter = unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark not in TONES))
        out += (letter + "".join(mark for mark in decomposed if mark in TONES)).encode("cp1258")
    return out


UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("codec", UNICODE)
def test_unicode(codec: str) -> None:
    for text in (TEXT, ENGLISH):
        assert decode((text * 3).encode(codec)).removeprefix("\ufeff") == text * 3


def test_windows_1258() -> None:
    assert decode(windows_1258(TEXT)) == TEXT


def test_tcvn3() -> None:
    # Bytes typed from the standard's table.
    written = b"Gi\xb8 v\xb5ng trong n\xad\xedc \xae\xb7 t\xa8ng, ng\xad\xeai d\xa9n kh\xabng mua \xae\xad\xeec"
    assert decode_tcvn3(written) == "Giá vàng trong nước đã tăng, người dân không mua được"
    assert decode(written) == decode_tcvn3(written)


def test_vni() -> None:
    written = "Giaù vaøng trong nöôùc ñaõ taêng vaø ngöôøi daân thaønh phoá khoâng mua ñöôïc nhöõng thöù aáy ôû chôï."
    assert decode_vni(written.encode("latin-1")) == TEXT
    assert decode_vni("ÑAÁT NÖÔÙC, lyù do, kyû luaät, xích ñu, chæ só, ñònh".encode("latin-1")) == (
        "ĐẤT NƯỚC, lý do, kỷ luật, xích đu, chỉ sĩ, định"
    )
    assert decode(written.encode("latin-1")) == TEXT


def test_viscii() -> None:
    assert decode_viscii(b"Ti\xaang Vi\xaet n\xdf\xbec \xf0\xe3") == "Tiếng Việt nước đã"


def test_western_text_is_not_taken_for_vietnamese() -> None:
    assert decode_legacy(ENGLISH.encode("cp1252")) is None
    assert decode((ENGLISH * 4).encode("cp1252")) == ENGLISH * 4


def test_a_broken_byte_does_not_change_the_alphabet() -> None:
    assert decode(TEXT.encode() + b"\xff" + TEXT.encode()) == f"{TEXT}\ufffd{TEXT}"


def test_binary_is_refused() -> None:
    with pytest.raises(ReadError, match="binary"):
        wide_codec(b"PK\x03\x04\x00\x00\x08" * 9)
    with pytest.raises(ReadError, match="binary"):
        decode(b"\x01\x02\x03\xff\xfe\xfd" * 50)


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        assert isinstance(decode(data), str)
    except ReadError as error:
        assert "\n" not in str(error)
