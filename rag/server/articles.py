"""/api/articles: upload, list, show, remove."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, File, Query, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from rag.readers.files import MAX_FILE_BYTES, SUFFIXES
from rag.server.bodies import REFUSALS, AddedBody, ArticleBody, ArticlesBody, RemovedBody, UploadedBody
from rag.server.errors import Refusal
from rag.server.jsonline import JsonResponse
from rag.server.line import Busy
from rag.server.service import Service
from rag.server.uploads import safe_name, stored
from rag.store import listing

MOST_FILES = 100
MOST_LISTED = 500


def router(service: Service) -> APIRouter:
    routes = APIRouter(tags=["articles"])
    library = _Library(service)

    @routes.get("/api/articles", responses={**REFUSALS, 200: {"model": ArticlesBody}}, response_model=None)
    def list_articles(
        offset: Annotated[int, Query(ge=0, le=2**62)] = 0, limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100
    ) -> Response:
        """What is in the archive, without texts, in the order of ingestion."""
        catalogue = service.qa.catalogue
        with catalogue.snapshot():
            total = catalogue.count().articles
            shown = listing.part(catalogue, offset, limit)
        end = offset + len(shown)
        return JsonResponse(
            {
                "articles": [info.to_dict() for info in shown],
                "offset": offset,
                "total": total,
                "next": end if shown and end < total else None,
            }
        )

    @routes.post("/api/articles", responses={**REFUSALS, 200: {"model": UploadedBody}}, response_model=None)
    async def add_articles(
        request: Request,
        files: Annotated[list[UploadFile], File(description="articles in any format that `rag ingest` reads")],
    ) -> Response:
        """Add or update the articles of the files; all are refused where one is too large or of an unknown type."""
        names = _checked(files)
        added = await to_thread.run_sync(library.add, files, names, request.state.who)
        if not any(file.articles for file in added):
            reasons = [reason for file in added for reason in file.failed]
            raise Refusal(422, "unreadable", "; ".join(reasons[:3]) or "no article was found in the files", "files")
        return JsonResponse(UploadedBody(files=added).model_dump())

    @routes.get(
        "/api/articles/{article_id:path}", responses={**REFUSALS, 200: {"model": ArticleBody}}, response_model=None
    )
    def show_article(article_id: str) -> Response:
        """One article with the text that the offsets of citations refer to."""
        return JsonResponse(service.qa.article(article_id).to_dict(with_text=True))

    @routes.delete(
        "/api/articles/{article_id:path}", responses={**REFUSALS, 200: {"model": RemovedBody}}, response_model=None
    )
    def remove_article(article_id: str) -> Response:
        """Remove one article for good."""
        return JsonResponse({"removed": service.qa.remove([article_id])})

    return routes


class _Library:
    def __init__(self, service: Service) -> None:
        self._service = service

    def add(self, files: Sequence[UploadFile], names: Sequence[str], who: str) -> list[AddedBody]:
        """What came of each file, in order. Raises Refusal where too many uploads wait."""
        try:
            place = self._service.upload_line.enter(who)
        except Busy:
            said = "too many uploads are waiting already; try again in a minute"
            raise Refusal(429, "busy", said, seconds=60) from None
        with place:
            place.wait()
            return [self._added(file, name) for file, name in zip(files, names, strict=True)]

    def _added(self, file: UploadFile, name: str) -> AddedBody:
        qa = self._service.qa
        path = stored(qa.settings.home, file.file, name)
        report = qa.ingest([path])
        ids = listing.standing_in(qa.catalogue, path)
        if not ids:
            # What holds no article is not kept.
            path.unlink(missing_ok=True)
        # The path is ours, the name theirs.
        failed = [f"{name}: {failure.reason}" for failure in report.failed]
        return AddedBody(
            file=name, added=report.added, updated=report.updated, unchanged=report.unchanged, failed=failed,
            articles=ids,
        )  # fmt: skip


def _checked(files: Sequence[UploadFile]) -> list[str]:
    """The names to store the files under. Raises Refusal for what will not be read."""
    if len(files) > MOST_FILES:
        raise Refusal(413, "too_many_files", f"{len(files)} files, the most at a time is {MOST_FILES}", "files")
    names = [safe_name(file.filename or "") for file in files]
    for file, name in zip(files, names, strict=True):
        if not name.lower().endswith(tuple(SUFFIXES)):
            known = ", ".join(sorted(SUFFIXES))
            raise Refusal(415, "unsupported_type", f"{name}: cannot be read; use one of: {known}", "files")
        if (file.size or 0) > MAX_FILE_BYTES:
            most = MAX_FILE_BYTES // 1_000_000
            raise Refusal(413, "too_large", f"{name}: over {most} MB; split the file", "files")
    return names
