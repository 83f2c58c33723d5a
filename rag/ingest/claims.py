"""Who embeds what, among workers that ingest at the same time: each claims the contents of a batch before embedding it.

A claim saves work and guards nothing: one that is judged wrongly (a jumped clock, a process id given anew) costs an
embedding, since `place` decides inside the transaction that writes.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from rag.errors import ArchiveError
from rag.store.catalogue import Catalogue
from rag.store.rows import Claim

# A claim that is not renewed for so long belongs to a worker that died; it is renewed three times as often.
_SECONDS = 60
_RENEWED_SECONDS = 20


class Claims:
    """The claims of one worker; its name tells the machine and the process."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.worker = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
        self._catalogue = catalogue

    def take(self, hashes: Iterable[str]) -> set[str]:
        """Claims those contents that are neither stored nor claimed by another living worker; those it has now."""
        taken = set()
        with self._catalogue.transaction() as writer:
            now = int(time.time())
            for content_hash in hashes:
                if writer.id_of_content(content_hash) is not None:
                    continue
                claim = writer.ledger.claim_on(content_hash)
                if claim is None or claim.worker == self.worker or not _is_alive(claim, now):
                    writer.ledger.claim(Claim(content_hash, self.worker, now + _SECONDS))
                    taken.add(content_hash)
        return taken

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renews the claims for as long as the work inside takes."""
        ended = threading.Event()
        keeper = threading.Thread(target=self._renew, args=[ended], name="claims", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            ended.set()
            keeper.join()

    def release(self) -> None:
        with self._catalogue.transaction() as writer:
            writer.ledger.release(self.worker)

    def _renew(self, ended: threading.Event) -> None:
        while not ended.wait(_RENEWED_SECONDS):
            # The batch that is written next meets the same trouble and says so.
            with suppress(ArchiveError), self._catalogue.transaction() as writer:
                writer.ledger.renew(self.worker, int(time.time()) + _SECONDS)


def _is_alive(claim: Claim, now: int) -> bool:
    # No clock that is right gives an end so far away.
    if not now < claim.until <= now + _SECONDS:
        return False
    machine, process, _ = claim.worker.rsplit("/", 2)
    return machine != socket.gethostname() or _runs(int(process))


def _runs(process: int) -> bool:
    """Whether a process of this machine runs; True where that cannot be asked."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
