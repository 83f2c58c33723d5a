"""Packed documents (ODT, PPTX, EPUB): members of a zip archive as bytes and XML, within bounds. Reads no files."""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import Any
from urllib.parse import unquote

from rag.errors import ReadError

MAX_UNPACKED_BYTES = 200_000_000


class Package:
    """One packed document; `kind` is what messages call it. Raises ReadError for a broken, swollen or locked one."""

    def __init__(self, data: bytes, kind: str) -> None:
        self._kind = kind
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            members = self._archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
            raise self._broken() from error
        if any(member.flag_bits & 1 for member in members):
            raise ReadError("protected by a password; save it without one")
        if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
            raise ReadError(f"over {MAX_UNPACKED_BYTES // 1_000_000} MB when unpacked; remove its pictures or split it")
        self.names = {member.filename for member in members}

    def read(self, name: str) -> bytes:
        try:
            with self._archive.open(name) as member:
                # The directory may lie about the size.
                data = member.read(MAX_UNPACKED_BYTES + 1)
        except (
            KeyError,
            zipfile.BadZipFile,
            NotImplementedError,
            ValueError,
            EOFError,
            OSError,
            RuntimeError,
        ) as error:
            raise self._broken() from error
        except Exception as error:  # a damaged stream raises what its decompressor calls it
            raise self._broken() from error
        if len(data) > MAX_UNPACKED_BYTES:
            raise ReadError(f"over {MAX_UNPACKED_BYTES // 1_000_000} MB when unpacked; remove its pictures or split it")
        return data

    def xml(self, name: str) -> Any:
        """The root element of a member; entities are not expanded, nothing is fetched."""
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            return etree.fromstring(self.read(name), parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise self._broken() from error

    def _broken(self) -> ReadError:
        return ReadError(f"a broken {self._kind} file; open it and save it again")


def member_at(base: str, target: str) -> str:
    """The name of the member that a link in the member `base` leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(target.partition("#")[0]))).lstrip("/")
