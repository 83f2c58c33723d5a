"""The page's server without a browser: whose address is believed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from rag import NewsQA
from rag.errors import SettingsError
from rag.settings import load
from ui import server, users
from ui.gate import Gate
from ui.users import Users


class Watched(Users):
    """Remembers from which address each password came."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.addresses: list[str] = []

    def check(self, name: str, password: str, address: str = "") -> bool:
        self.addresses.append(address)
        return False


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    path = tmp_path_factory.mktemp("users") / "users.json"
    users.add(path, "reader", "a long password")
    return Watched(path)


@pytest.fixture
def client(request: pytest.FixtureRequest, watched: Watched, tmp_path: Path) -> Iterator[TestClient]:
    """Somebody who connects from 10.0.0.2; the parameter is RAG_PROXIES."""
    settings = load(tmp_path / "home", environ={"RAG_PROXIES": request.param, "RAG_ENGINE": "quotes"})
    with NewsQA.open(settings=replace(settings, users=None)) as qa:
        yield TestClient(server.create(qa, users=watched), client=("10.0.0.2", 5000))


@pytest.mark.parametrize(
    ("client", "forwarded", "believed"),
    [
        ("", "203.0.113.9", "10.0.0.2"),
        ("10.0.0.3", "203.0.113.9", "10.0.0.2"),
        ("10.0.0.2", "203.0.113.9", "203.0.113.9"),
        # The nearest address is the one that the proxy saw; what stands before it anybody can write.
        ("10.0.0.0/24", "198.51.100.7, 203.0.113.9, 10.0.0.5", "203.0.113.9"),
    ],
    indirect=["client"],
)
def test_only_a_named_proxy_tells_the_clients_address(
    client: TestClient, watched: Watched, forwarded: str, believed: str
) -> None:
    client.post("/login", data={"user": "reader", "password": "x"}, headers={"x-forwarded-for": forwarded})
    assert watched.addresses[-1] == believed


@pytest.mark.parametrize("client", [""], indirect=True)
def test_who_has_not_signed_in_sees_the_door_only(client: TestClient) -> None:
    for language in ("vi", "en"):
        page = client.get(f"/login?language={language}")
        assert page.status_code == 200 and f'<html lang="{language}">' in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert client.get("/favicon.ico").status_code == client.get("/page-assets/theme.js").status_code == 200
    for path in ("/vi/config", "/conversations/x.json", "/ratings.jsonl", "/en/gradio_api/info"):
        assert client.get(path).status_code == 401
    assert client.get("/vi/", headers={"accept": "text/html"}, follow_redirects=False).headers["location"] == "/login"


@pytest.mark.parametrize("client", ["10.0.0.2", "10.0.0.3"], indirect=True)
@pytest.mark.parametrize("path", ["/", "/news/"], ids=["taken away", "still there"])
def test_only_a_named_proxy_tells_where_the_page_is_mounted(
    client: TestClient, request: pytest.FixtureRequest, path: str
) -> None:
    is_believed = request.node.callspec.params["client"] == "10.0.0.2"
    told = {
        "x-forwarded-prefix": "/news/", "x-forwarded-proto": "https", "x-forwarded-host": "evil.example",
        "x-gradio-server": "https://evil.example", "accept": "text/html",
    }  # fmt: skip
    door = client.get(f"{path}en/", headers=told, follow_redirects=False)
    assert door.headers["location"] == ("/news/login" if is_believed else "/login")
    mistaken = client.get(
        f"{path}en/", headers={**told, "x-forwarded-prefix": "//evil.example"}, follow_redirects=False
    )
    assert mistaken.headers["location"] == "/login"


@pytest.mark.parametrize("client", [""], indirect=True)
def test_nobody_fills_the_memory_by_signing_in(client: TestClient) -> None:
    for content in (b"user=" + b"x" * 1_000_000, iter([b"user=x&"] * 200_000)):
        headers = {"content-type": "application/x-www-form-urlencoded"}
        assert client.post("/login", content=content, headers=headers).status_code == 413


def test_events_are_not_held_back_and_go_through_no_proxy_without_sign_in() -> None:
    async def events(_: Request) -> Response:
        return Response("data: 1\n\n", media_type="text/event-stream")

    client = TestClient(Gate(Starlette(routes=[Route("/queue", events)]), user_of=None), base_url="http://localhost")
    assert client.get("/queue").headers["x-accel-buffering"] == "no"
    # A proxy that calls us by our local name lets everybody in: not where nobody signs in.
    for header in ("x-forwarded-for", "forwarded", "x-real-ip"):
        assert client.get("/queue", headers={header: "203.0.113.9"}).status_code == 403


def test_a_proxy_is_an_address() -> None:
    with pytest.raises(SettingsError, match="RAG_PROXIES holds 'everybody'"):
        load("home", environ={"RAG_PROXIES": "10.0.0.2, everybody"})


@pytest.mark.parametrize(
    ("address", "told", "is_in"),
    [
        ("10.0.0.2", ["Ann@News.example"], True),
        ("10.0.0.3", ["ann"], False),
        ("10.0.0.2", ["ann", "bob"], False),
        ("10.0.0.2", [""], False),
        ("10.0.0.2", ["an\u202en".encode()], False),
        ("10.0.0.2", [], False),
    ],
)
def test_who_signed_in_at_a_named_proxy_is_signed_in(
    tmp_path: Path, address: str, told: list[str | bytes], is_in: bool
) -> None:
    environ = {"RAG_PROXIES": "10.0.0.2", "RAG_USER_HEADER": "X-Remote-User", "RAG_ENGINE": "quotes"}
    with NewsQA.open(settings=load(tmp_path / "home", environ=environ)) as qa:
        client = TestClient(server.create(qa), client=(address, 5000))
        headers: list[tuple[str, str | bytes]] = [("x-remote-user", name) for name in told]
        page = client.get("/en/", headers=[*headers, ("accept", "text/html")], follow_redirects=False)  # type: ignore[arg-type]
        assert page.status_code == (200 if is_in else 303)
        assert client.get("/ratings.jsonl", headers=headers).status_code == (200 if is_in else 401)  # type: ignore[arg-type]
        assert client.get("/login", headers=headers).status_code == 401  # type: ignore[arg-type]


def test_a_header_is_believed_of_a_proxy_alone() -> None:
    with pytest.raises(SettingsError, match="name the proxy by RAG_PROXIES"):
        load("home", environ={"RAG_USER_HEADER": "X-Remote-User"})
    with pytest.raises(SettingsError, match="no name of a header"):
        load("home", environ={"RAG_USER_HEADER": "X-Remote: User", "RAG_PROXIES": "10.0.0.2"})
