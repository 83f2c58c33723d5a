"""Every error a user can meet, in one tree. The message is the one line that is shown.

RagError
├── UsageError            the call is wrong: a bad date, an unknown option value (exit status 2)
├── SettingsError         a setting is missing or has a wrong value (exit status 2)
├── ReadError             a file is no article that can be read
├── FetchError            an address on the web gives nothing, or must not be asked
├── ArchiveError          the archive cannot be opened or does not hold what was asked for
│   ├── UnknownArticle    no article has that id
│   └── EmbedderMismatch  the archive was embedded by another model
├── EmbedderError         the embedding model failed or cannot be reached
├── ReaderError           the reading model cannot be run on this machine
└── ModelError            the language model failed or cannot be reached
    ├── ModelMissing      the local model, or what runs it, is not installed
    ├── ModelUnreachable  nobody answers, or not in time
    ├── ModelKeyError     the key is missing or refused
    ├── ModelUnknown      the server has no model of that name
    ├── ModelBusy         too many requests, or no credit left
    ├── ModelRefused      this request is not taken: too long, filtered, a parameter
    └── ModelBroken       what came is no whole answer: an error of the server, nonsense, broken off
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


class FetchError(RagError):
    pass


class ArchiveError(RagError):
    pass


class UnknownArticle(ArchiveError):
    pass


class EmbedderMismatch(ArchiveError):
    pass


class EmbedderError(RagError):
    pass


class ReaderError(RagError):
    pass


class ModelError(RagError):
    pass


class ModelMissing(ModelError):
    pass


class ModelUnreachable(ModelError):
    pass


class ModelKeyError(ModelError):
    pass


class ModelUnknown(ModelError):
    pass


class ModelBusy(ModelError):
    pass


class ModelRefused(ModelError):
    pass


class ModelBroken(ModelError):
    pass
