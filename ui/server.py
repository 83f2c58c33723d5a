"""The web server of the page: a page in each language, downloads, sign-in, and what stands before them all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import gradio as gr
from fastapi import FastAPI, Form
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from rag.errors import SettingsError
from rag.newsqa import NewsQA
from rag.readers.files import MAX_FILE_BYTES
from rag.server.forwarded import Forwarded, signed_in
from rag.server.line import Queue
from rag.server.listen import is_this_machine
from rag.types import AnswerLanguage
from ui import export
from ui.app import build
from ui.desk import Desk
from ui.form import page_language
from ui.gate import Gate
from ui.refusals import Refused
from ui.render import render
from ui.sessions import COOKIE, SECONDS, Sessions
from ui.texts import TEXTS
from ui.users import Users

ASSETS = Path(__file__).parent / "assets"
_HEAD = (
    '<script src="../page-assets/theme.js"></script><link rel="stylesheet" href="../page-assets/page.css">'
    '<script src="../page-assets/page.js"></script>'
    '<meta name="color-scheme" content="light dark"><link rel="icon" href="../page-assets/icon.svg">'
)
LANGUAGES: tuple[AnswerLanguage, ...] = ("vi", "en")


def checked_host(host: str, *, signs_in: bool) -> str:
    """The host to listen on. Raises SettingsError for one that others can reach while nobody has to sign in."""
    if not signs_in and not is_this_machine(host):
        raise SettingsError(
            f"the page does not listen on {host} without sign-in; add a user with `rag user add NAME` and set "
            "RAG_USERS to that file, or listen on 127.0.0.1"
        )
    return host


def create(qa: NewsQA, *, users: Users | None = None, at_once: int = 2, line: Queue | None = None) -> FastAPI:
    """The whole server as an ASGI application; `qa` is opened and warmed up here."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    mount(app, qa, users=users, line=line or Queue(at_once))
    return app


def mount(app: FastAPI, qa: NewsQA, *, users: Users | None = None, line: Queue) -> None:
    """Adds the page to an application, at / with what it needs; `line` is where questions wait."""
    desk, sessions = Desk(qa, line), Sessions(qa.settings.home)
    desk.warm_up()

    signs_in = users is not None or qa.settings.user_header is not None

    def user_of(request: Request) -> str | None:
        if told := signed_in(request.scope):
            return told
        user = sessions.user(request.cookies.get(COOKIE))
        return user if user and users and users.knows(user) else None

    def name_of(request: Request) -> str:
        return (user_of(request) or "") if signs_in else ""

    app.mount("/page-assets", StaticFiles(directory=ASSETS))
    app.add_api_route("/favicon.ico", _icon, include_in_schema=False)
    app.add_api_route("/", _front, include_in_schema=False)
    _add_downloads(app, desk, name_of)
    if users:
        _add_sign_in(app, users, sessions)
    elif signs_in:
        app.add_api_route("/login", _sign_in_elsewhere, include_in_schema=False)
        app.add_api_route("/logout", _sign_in_elsewhere, methods=["POST"], include_in_schema=False)
    for language in LANGUAGES:
        gr.mount_gradio_app(
            app, build(desk, language), f"/{language}",
            auth_dependency=user_of if signs_in else None, footer_links=[], run_history=False, show_error=False,
            max_file_size=MAX_FILE_BYTES, ssr_mode=False, enable_monitoring=False, pwa=False, mcp_server=False,
            theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]), head=_HEAD,
        )  # fmt: skip
    app.add_middleware(Gate, user_of=user_of if signs_in else None)
    # Last, so that all others see the client's own address.
    app.add_middleware(Forwarded, proxies=qa.settings.proxies, user_header=qa.settings.user_header)


def _sign_in_elsewhere(request: Request) -> Response:
    return PlainTextResponse(TEXTS["sign_in_elsewhere"][_language_of(request)], 401)


def _icon() -> Response:
    return FileResponse(ASSETS / "icon.svg")


def _front(request: Request) -> Response:
    """To the page in the browser's language; Vietnamese where it names neither."""
    return RedirectResponse(f"{_language_of(request)}/", 307)


def _language_of(request: Request) -> AnswerLanguage:
    """The one that the address names, else the browser's first that is ours."""
    wanted = request.headers.get("accept-language", "").lower().replace("-", ",").split(",")
    named = request.query_params.get("language")
    return page_language(named or next((code.strip() for code in wanted if code.strip() in LANGUAGES), None))


def _add_downloads(app: FastAPI, desk: Desk, name_of: Callable[[Request], str]) -> None:
    def conversation(request: Request, name: str) -> Response:
        conversation_id, _, kind = name.rpartition(".")
        try:
            found = desk.conversations.load(name_of(request), conversation_id)
        except Refused as error:
            return PlainTextResponse(str(error), 404)
        if kind == "json":
            return _file(export.as_json(found), export.file_name(found, ".json"), "application/json")
        language = page_language(request.query_params.get("language"))
        return _file(export.as_markdown(found, language), export.file_name(found, ".md"), "text/markdown")

    def ratings(request: Request) -> Response:
        return _file(
            export.as_cases(desk.conversations.ratings(name_of(request))), "ratings.jsonl", "application/jsonl"
        )

    app.add_api_route("/conversations/{name}", conversation, include_in_schema=False)
    app.add_api_route("/ratings.jsonl", ratings, include_in_schema=False)


def _file(text: str, name: str, kind: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(text, media_type=f"{kind}; charset=utf-8", headers={"content-disposition": disposition})


def _add_sign_in(app: FastAPI, users: Users, sessions: Sessions) -> None:
    def page(request: Request) -> Response:
        return _sign_in_page(request, "")

    # Not async: checking a password takes a tenth of a second, which is spent in a thread.
    def sign_in(request: Request, user: Annotated[str, Form()] = "", password: Annotated[str, Form()] = "") -> Response:
        language = _language_of(request)
        try:
            is_right = users.check(user, password, request.client.host if request.client else "")
        except Refused as error:
            return _sign_in_page(request, error.said[language], 429)
        if not is_right:
            return _sign_in_page(request, TEXTS["wrong"][language], 401)
        response = RedirectResponse(f"{language}/", 303)
        response.set_cookie(
            COOKIE, sessions.begin(user), max_age=SECONDS, path=_home_of(request), httponly=True, samesite="lax",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return response

    def sign_out(request: Request) -> Response:
        sessions.end(request.cookies.get(COOKIE))
        response = RedirectResponse("login", 303)
        response.delete_cookie(COOKIE, path=_home_of(request))
        return response

    app.add_api_route("/login", page, include_in_schema=False)
    app.add_api_route("/login", sign_in, methods=["POST"], include_in_schema=False)
    app.add_api_route("/logout", sign_out, methods=["POST"], include_in_schema=False)


def _home_of(request: Request) -> str:
    """Beside us at a proxy may stand others, whom our cookie is nothing to."""
    return str(request.scope.get("root_path")) or "/"


def _sign_in_page(request: Request, message: str, status: int = 200) -> HTMLResponse:
    language = _language_of(request)
    return HTMLResponse(render("sign_in", language, message=message), status)
