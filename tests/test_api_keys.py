"""Who may use the HTTP API: keys, addresses, rates; and the page beside it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_server import ApiServer, surroundings

from rag import NewsQA
from rag.errors import SettingsError
from rag.server.access import Keys, Rate, check_host
from rag.settings import Settings, load

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
FERRY = "How much is a monthly card of the Luu River Line?"
FIRST, SECOND = "first-key-of-sixteen", "second-key-of-sixteen"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("keys") / "home"
    article = shutil.copy(CORPUS / "delta-courier/2025-09-18-ferry-fares.md", home.parent)
    with NewsQA.open(home=home) as qa:
        assert qa.ingest([article]).added == 1
    return home


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[ApiServer]:
    settings = {"API_KEYS": f"{FIRST}, {SECOND}", "RAG_REQUESTS_A_MINUTE": "30", "RAG_LOG_QUESTIONS": "1"}
    with ApiServer(home, settings, host="0.0.0.0") as running:
        yield running


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def test_keys_open_everything_but_health(server: ApiServer) -> None:
    get = server.client.get
    for path in ("/api/articles", "/v1/models", "/metrics", "/api/nothing"):
        for headers in ({}, bearer("wrong"), bearer(FIRST[:-1]), {"authorization": FIRST}, {"authorization": "Bearer"}):
            refused = get(path, headers=headers)
            assert refused.status_code in (401, 429)
            if refused.status_code == 401:
                assert refused.json()["error"]["code"] == "invalid_api_key"
                assert refused.headers["www-authenticate"] == "Bearer"
    # After so many wrong keys the address waits, with its right key too.
    assert get("/v1/models", headers=bearer(FIRST)).status_code in (200, 429)
    assert get("/healthz").status_code == get("/readyz").status_code == get("/docs").status_code == 200
    assert get("/openapi.json").json()["security"] == [{"key": []}]


def test_the_log_names_the_key_by_its_number(home: Path) -> None:
    settings = {"API_KEYS": f"{FIRST},{SECOND}", "RAG_LOG_QUESTIONS": "1"}
    with ApiServer(home, settings) as server:
        # With keys, any name and any site's program may ask: a key is no cookie.
        headers = {**bearer(SECOND), "host": "kho.example", "x-forwarded-for": "203.0.113.9"}
        response = server.client.post("/api/ask", json={"question": FERRY}, headers=headers)
        assert response.status_code == 200
        line = server.log(response.headers["x-request-id"])
        assert (line["who"], line["question"]) == ("key-2", FERRY)
        assert FIRST not in server.log_text() and SECOND not in server.log_text()


def test_wrong_keys_slow_down_the_client_behind_a_named_proxy_alone(home: Path) -> None:
    """All of a proxy's visitors come from its address: RAG_PROXIES says whose word about them is believed."""
    with ApiServer(home, {"API_KEYS": FIRST, "RAG_PROXIES": "127.0.0.1"}) as server:
        guessing = {"x-forwarded-for": "203.0.113.9", **bearer("wrong")}
        statuses = [server.client.get("/v1/models", headers=guessing).status_code for _ in range(22)]
        assert (statuses[0], statuses[-1]) == (401, 429)
        other = {"x-forwarded-for": "203.0.113.10", **bearer(FIRST)}
        assert server.client.get("/v1/models", headers=other).status_code == 200


def test_too_many_requests(home: Path) -> None:
    with ApiServer(home, {"RAG_REQUESTS_A_MINUTE": "5"}) as server:
        statuses = [server.client.get("/v1/models").status_code for _ in range(7)]
        assert statuses == [200] * 5 + [429] * 2
        refused = server.client.get("/v1/models")
        assert refused.json()["error"]["code"] == "too_many_requests"
        assert 1 <= int(refused.headers["retry-after"]) <= 12
        assert server.client.get("/healthz").status_code == 200


def test_the_page_stands_beside_the_api(home: Path) -> None:
    with ApiServer(home, arguments=()) as server:
        assert server.client.get("/", headers={"accept-language": "en"}).headers["location"] == "en/"
        assert "Trích Dẫn" in server.client.get("/en/").text
        assert server.client.post("/api/ask", json={"question": FERRY}).json()["found"]
        assert server.client.get("/en/", headers={"host": "evil.example"}).status_code == 403
        line = server.log(server.client.get("/page-assets/page.css").headers["x-request-id"])
        assert (line["route"], line["status"]) == ("page", 200)


@pytest.mark.parametrize(
    ("settings", "arguments", "said"),
    [
        ({}, ("--host", "0.0.0.0"), "API_KEYS"),
        ({"RAG_HOST": "192.0.2.1"}, (), "API_KEYS"),
        ({"API_KEYS": "short"}, (), "API_KEYS: key 1"),
        ({"API_KEYS": f"{FIRST},with blanks in it all"}, (), "API_KEYS: key 2"),
        ({"RAG_USERS": "users.json"}, (), "API_KEYS"),
        ({}, ("--port", "0"), "--port"),
        ({"RAG_TRACES": "localhost:4317"}, (), "RAG_TRACES"),
    ],
)
def test_what_is_not_safe_does_not_start(
    home: Path, settings: dict[str, str], arguments: tuple[str, ...], said: str
) -> None:
    command = [sys.executable, "-m", "rag.cli", "serve", "--home", str(home), *arguments]
    environment = {**surroundings(), **settings}
    ended = subprocess.run(
        command, env=environment, cwd=home.parent, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert said in ended.stderr and len(ended.stderr.splitlines()) == 1
    assert "short" not in ended.stderr.replace("shorter", "") and "with blanks" not in ended.stderr


# The parts


def test_keys() -> None:
    keys = Keys([FIRST, SECOND])
    assert keys.who(f"Bearer {FIRST}") == "key-1"
    assert keys.who(f"bearer  {SECOND} ") == "key-2"
    for wrong in (None, "", "Bearer", "Bearer ", FIRST, f"Basic {FIRST}", f"Bearer {FIRST},{SECOND}", "Bearer é\udce9"):
        assert keys.who(wrong) is None
    assert not Keys([]) and Keys([]).who("Bearer ") is None


def test_the_rate_fills_steadily() -> None:
    now = [0.0]
    rate = Rate(6, lambda: now[0])
    assert [rate.take("a") for _ in range(6)] == [0] * 6
    # One every ten seconds.
    assert rate.take("a") == 10
    assert rate.take("b") == 0
    now[0] = 4.0
    assert rate.take("a") == 6
    now[0] = 10.0
    assert (rate.take("a"), rate.take("a")) == (0, 10)
    now[0] = 1000.0
    assert [rate.take("a") for _ in range(7)] == [0] * 6 + [10]
    assert [Rate(0, lambda: 0.0).take("a") for _ in range(100)] == [0] * 100


def test_the_rate_remembers_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.server.access.MOST_REMEMBERED", 2)
    rate = Rate(1, lambda: 0.0)
    assert [rate.take(who) for who in "abc"] == [0, 0, 0]
    # The first was forgotten, the last was not.
    assert (rate.take("c"), rate.take("a")) == (60, 0)


def test_where_it_may_listen() -> None:
    open_to_all = Settings(Path("x"))
    check_host("127.0.0.1", open_to_all, with_page=True)
    check_host("::1", open_to_all, with_page=True)
    for host in ("0.0.0.0", "::", "kho.example"):
        with pytest.raises(SettingsError, match="openssl rand"):
            check_host(host, open_to_all, with_page=False)
    check_host("0.0.0.0", Settings(Path("x"), api_keys=(FIRST,)), with_page=True)
    with_users = Settings(Path("x"), users=Path("users.json"))
    check_host("127.0.0.1", with_users, with_page=False)
    with pytest.raises(SettingsError, match="rag chat"):
        check_host("127.0.0.1", with_users, with_page=True)


def test_settings_never_show_keys() -> None:
    settings = load("x", {"API_KEYS": f" {FIRST} ,, {SECOND}"})
    assert settings.api_keys == (FIRST, SECOND)
    assert FIRST not in repr(settings)
