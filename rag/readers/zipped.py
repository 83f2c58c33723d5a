"""Zip archives of article files: their members one by one, within bounds."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from rag.errors import ReadError
from rag.readers.kinds import has_suffix, is_about_the_folder

MAX_MEMBER_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 2_000_000_000
MOST_MEMBERS = 100_000

Member = tuple[str, bytes | ReadError]


def members_of_zip(path: Path) -> Iterator[Member]:
    """(name, bytes) of each member of a format that is read, in order of their names; at last what was left out.

    Raises ReadError for a broken or swollen archive or one without such members.
    """
    with zipfile.ZipFile(path) as archive:
        files = [member for member in archive.infolist() if not member.is_dir() and _is_shown(member.filename)]
        if len(files) > MOST_MEMBERS or sum(member.file_size for member in files) > MAX_UNPACKED_BYTES:
            most = f"{MAX_UNPACKED_BYTES // 1_000_000_000} GB or {MOST_MEMBERS} files"
            raise ReadError(f"over {most} when unpacked; unpack it and ingest the folder")
        chosen = [member for member in files if has_suffix(member.filename)]
        if not chosen:
            raise ReadError("a zip archive without files of articles; unpack it and look what is in it")
        for member in sorted(chosen, key=lambda one: one.filename):
            yield member.filename, _read(archive, member)
        left_out = Counter(_type(member.filename) for member in files if not has_suffix(member.filename))
    if left_out:
        named = ", ".join(f"{count} {kind}" for kind, count in left_out.most_common(5))
        files_of = "file of another type" if left_out.total() == 1 else "files of other types"
        yield "", ReadError(f"{left_out.total()} {files_of} in it left out: {named}")


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | ReadError:
    if member.flag_bits & 1:
        return ReadError("protected by a password; unpack it with the password and ingest the folder")
    try:
        with archive.open(member) as file:
            # The directory may lie about the size.
            data = file.read(MAX_MEMBER_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError, RuntimeError):
        return ReadError("damaged in the archive; pack it again")
    except Exception as error:  # a damaged stream raises what its decompressor calls it
        return ReadError(f"damaged in the archive ({type(error).__name__}); pack it again")
    if len(data) > MAX_MEMBER_BYTES:
        return ReadError(f"over {MAX_MEMBER_BYTES // 1_000_000} MB; split it, or write its articles as JSON Lines")
    return data


def _is_shown(name: str) -> bool:
    """Neither hidden, nor a system's own notes, nor about the archive."""
    parts = PurePosixPath(name).parts
    is_hidden = any(part.startswith((".", "~$")) or part == "__MACOSX" for part in parts)
    return bool(parts) and not is_hidden and not is_about_the_folder(parts[-1])


def _type(name: str) -> str:
    return PurePosixPath(name).suffix.lower()[:12] or "without a suffix"
