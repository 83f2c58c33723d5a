"""Every error a user can meet, in one tree. The message is the one line that is shown.

RagError
├── UsageError            the call is wrong: a bad date, an unknown option value (exit status 2)
├── SettingsError         a setting is missing or has a wrong value (exit status 2)
├── ReadError             a file is no article that can be read
├── ArchiveError          the archive cannot be opened or does not hold what was asked for
│   ├── UnknownArticle    no article has that id
│   └── EmbedderMismatch  the archive was embedded by another model
├── EmbedderError         the embedding model failed or cannot be reached
└── ModelError            the language model failed or cannot be reached
"""

from __future__ import annotations


class RagError(Exception):
    """Base of all; str(error) is one line that says what failed and what to do next."""


class UsageError(RagError):
    pass


class SettingsError(RagError):
    pass


class ReadError(RagError):
    pass


class ArchiveError(RagError):
    pass


class UnknownArticle(ArchiveError):
    pass


class EmbedderMismatch(ArchiveError):
    pass


class EmbedderError(RagError):
    pass


class ModelError(RagError):
    pass
