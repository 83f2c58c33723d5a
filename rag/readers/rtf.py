"""Rich text (RTF): the visible text, without what is hidden, deleted or struck out; notes at the end."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rag.errors import ReadError
from rag.readers.pdf import plausible_author, plausible_title
from rag.readers.record import Draft
from rag.readers.tables import Cell, table_lines

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<symbol>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+"
)
# Groups whose content is no text of the article; any that begins with \* and is not known, too.
_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet listtable listoverridetable info pict object header headerl headerr headerf footer "
    b"footerl footerr footerf themedata datastore fldinst xe tc rxe annotation atnid atnauthor atndate atnref revtbl "
    b"rsidtbl generator latentstyles bkmkstart bkmkend nonshppict filetbl".split()
)
_KEPT = frozenset({b"shptxt", b"shpinst", b"footnote"})
_NOTES = frozenset({b"footnote"})
_HIDING = frozenset({b"v", b"deleted", b"strike", b"striked"})
_CHARS = {
    b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"tab": "\t", b"emdash": "—", b"endash": "–",
    b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•", b"emspace": " ",
    b"enspace": " ", b"qmspace": " ",
}  # fmt: skip
_SYMBOLS = {b"\\": "\\", b"{": "{", b"}": "}", b"~": "\u00a0", b"_": "-", b"\n": "\n", b"\r": "\n"}
_CHARSETS = {163: "cp1258", 238: "cp1250", 204: "cp1251", 161: "cp1253", 162: "cp1254", 177: "cp1255", 178: "cp1256",
             186: "cp1257", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950", 222: "cp874"}  # fmt: skip
_INFO = re.compile(rb"\{\\(?P<name>title|author) (?P<value>(?:[^{}\\]|\\[^a-z*]|\\u-?\d+ ?\??|\\'..){0,500})\}")
_DEEPEST, _MOST_ROWS = 500, 20_000


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside a group: its code page, how many characters stand for one of Unicode, why it is not shown."""

    codec: str
    fallback: int = 1
    is_skipped: bool = False
    is_note: bool = False
    hidden_by: frozenset[bytes] = frozenset()


def read_rtf(data: bytes) -> Draft:
    """The article of an RTF file. Raises ReadError for one without text."""
    reader = _Reader(_code_page(data))
    text = reader.read(data)
    if not any(map(str.isalnum, text)):
        raise ReadError("a rich text file without text; put the article's text in it")
    told = {match["name"]: _Reader(_code_page(data)).read(match["value"]) for match in _INFO.finditer(data[:100_000])}
    return Draft(text=text, title=plausible_title(told.get(b"title")), author=plausible_author(told.get(b"author")))


def _code_page(data: bytes) -> str:
    told = re.search(rb"\\ansicpg(\d{3,5})", data[:1000])
    return _known_codec(f"cp{int(told[1])}") if told else "cp1252"


def _known_codec(name: str) -> str:
    import codecs

    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"


class _Reader:
    """Goes through a file once. Raises ReadError for what is nested too deeply."""

    def __init__(self, codec: str) -> None:
        self._codec = codec
        self._state = _State(codec)
        self._outer: list[_State] = []
        self._fonts: dict[int, str] = {}
        self._font = 0
        # Right after an opening brace a word says what the group is; after \\* it may be skipped.
        self._opened = self._starred = False
        self._to_skip = 0
        self._bytes = bytearray()
        self._out: list[str] = []
        self._notes: list[str] = []
        self._in_table = False
        self._cell: list[str] = []
        self._cells: list[Cell] = []
        self._rows: list[list[Cell]] = []

    def read(self, data: bytes) -> str:
        place = 0
        while place < len(data) and (token := _TOKEN.match(data, place)):
            place = self._letters(token) if token["byte"] or token["text"] or token["symbol"] else self._control(token)
        self._flush()
        self._end_table()
        whole = "".join([*self._out, "\n", *self._notes])
        # Characters beyond the first plane come as two halves.
        return whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _letters(self, token: re.Match[bytes]) -> int:
        """Takes text in; where to go on."""
        if token["symbol"] == b"*" and self._opened:
            self._starred = True
            return token.end()
        self._opened = self._starred = False
        if self._to_skip:
            # What stands for readers that know no Unicode.
            taken = min(self._to_skip, len(token["text"] or b"x"))
            self._to_skip -= taken
            return token.start() + taken if token["text"] else token.end()
        if token["byte"]:
            self._bytes.append(int(token["byte"], 16))
        elif token["text"]:
            self._bytes += token["text"]
        else:
            self._put(_SYMBOLS.get(token["symbol"], ""))
        return token.end()

    def _control(self, token: re.Match[bytes]) -> int:
        """Does what a brace or a word says; where to go on."""
        if token["brace"]:
            self._brace(opens=token["brace"] == b"{")
        elif token["word"]:
            number = int(token["number"]) if token["number"] else None
            self._word(token["word"], number)
            self._opened = self._starred = False
            if token["word"] == b"bin" and number:
                return token.end() + max(0, number)
        return token.end()

    def _brace(self, *, opens: bool) -> None:
        self._flush()
        self._to_skip = 0
        self._opened = opens
        self._starred = False
        if opens:
            if len(self._outer) >= _DEEPEST:
                raise ReadError("rich text nested too deeply to read; save it as DOCX or plain text")
            self._outer.append(self._state)
        elif self._outer:
            was_note, self._state = self._state.is_note, self._outer.pop()
            if was_note and not self._state.is_note:
                self._notes.append("\n")

    def _word(self, word: bytes, number: int | None) -> None:
        self._flush()
        state = self._state
        if self._opened and (word in _SKIPPED or (self._starred and word not in _KEPT)):
            # The list of fonts is read for their code pages.
            self._state = replace(state, is_skipped=True)
        elif word in _NOTES:
            self._state = replace(state, is_note=True)
        elif word in _HIDING:
            hidden = state.hidden_by - {word} if number == 0 else state.hidden_by | {word}
            self._state = replace(state, hidden_by=hidden)
        elif word == b"plain":
            self._state = replace(state, hidden_by=frozenset())
        elif word == b"uc" and number is not None:
            self._state = replace(state, fallback=min(max(number, 0), 10))
        elif word == b"u" and number is not None:
            code = number + 65_536 if number < 0 else number
            self._put(chr(code) if 0 < code <= 0x10FFFF else "")
            self._to_skip = state.fallback
        elif word == b"f" and number is not None:
            self._font = number
            self._state = replace(state, codec=self._fonts.get(number, self._codec))
        elif word == b"fcharset" and number is not None:
            self._fonts[self._font] = _CHARSETS.get(number, self._codec)
        elif word in _CHARS:
            self._put(_CHARS[word])
        else:
            self._table_word(word)

    def _table_word(self, word: bytes) -> None:
        if word in (b"pard", b"intbl"):
            self._in_table = word == b"intbl"
        elif word in (b"cell", b"nestcell"):
            self._cells.append(Cell(" ".join("".join(self._cell).split())))
            self._cell = []
        elif word in (b"row", b"nestrow"):
            if self._cells and len(self._rows) < _MOST_ROWS:
                self._rows.append(self._cells)
            self._cells = []

    def _flush(self) -> None:
        if self._bytes:
            data, self._bytes = bytes(self._bytes), bytearray()
            self._show(data.decode(self._state.codec, errors="replace"))

    def _put(self, text: str) -> None:
        self._flush()
        self._show(text)

    def _show(self, text: str) -> None:
        if not text or self._state.is_skipped or self._state.hidden_by:
            return
        if self._state.is_note:
            self._notes.append(text)
        elif self._in_table:
            self._cell.append(text)
        else:
            if text.strip():
                self._end_table()
            self._out.append(text)

    def _end_table(self) -> None:
        """The rows before this place as lines; what is in no row yet as text."""
        if self._rows:
            self._out.append("\n".join(["", *table_lines(self._rows), ""]))
        self._out += [f"{cell.text}\n" for cell in self._cells] + self._cell
        self._rows, self._cells, self._cell = [], [], []
