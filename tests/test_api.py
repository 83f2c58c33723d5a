"""The HTTP API as programs meet it: a real server process, its own archive, real connections."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_server import ApiServer, events

from rag import NewsQA

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
ARTICLES = (
    "delta-courier/2025-09-18-ferry-fares.md",
    "delta-courier/2026-04-29-bridge-opens.md",
    "ben-song/2025-10-22-lu-song-luu.md",
)
FERRY = "How much is a monthly card of the Luu River Line?"
NOWHERE = "Who won the chess olympiad on the moon?"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("api") / "articles"
    folder.mkdir()
    for name in ARTICLES:
        shutil.copy(CORPUS / name, folder)
    home = folder.parent / "home"
    with NewsQA.open(home=home) as qa:
        assert qa.ingest([folder]).added == len(ARTICLES)
    return home


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[ApiServer]:
    with ApiServer(home) as running:
        yield running


def error(response: httpx.Response, status: int) -> dict[str, Any]:
    """The error of a refusal, in the one shape that all have."""
    assert response.status_code == status, response.text
    told = response.json()
    assert set(told) == {"title", "status", "detail", "error"}
    assert response.headers["content-type"] == "application/problem+json"
    assert (told["status"], told["detail"]) == (status, told["error"]["message"])
    assert set(told["error"]) == {"message", "type", "code", "param", "request_id"}
    assert told["error"]["request_id"] == response.headers["x-request-id"]
    assert "\n" not in told["error"]["message"]
    return dict(told["error"])


# Asking


def test_the_same_object_as_from_python(server: ApiServer, home: Path) -> None:
    told = server.ask(FERRY).json()
    with NewsQA.open(home=home) as qa:
        expected = qa.ask(FERRY, engine="quotes").to_dict()
        for citation in told["citations"]:
            article = qa.article(citation["article_id"])
            assert article.text[citation["start"] : citation["end"]] == citation["quote"]
    assert told["found"] and told["citations"]
    assert {**told, "seconds": None} == {**expected, "seconds": None}


def test_nothing_found_is_an_answer(server: ApiServer) -> None:
    response = server.ask(NOWHERE)
    assert response.status_code == 200
    assert (response.json()["found"], response.json()["citations"]) == (False, [])


def test_limits_and_history(server: ApiServer) -> None:
    assert not server.ask(FERRY, to="2024").json()["found"]
    assert server.ask(FERRY, **{"from": "2025-09", "source": "The Delta Courier", "language": "en"}).json()["found"]
    history = [{"role": "user", "content": FERRY}, {"role": "assistant", "content": "17,000 dong [1]."}]
    follow_up = server.ask("And to Ba Mien Lock?", history=history)
    assert "6. Ba Mien Lock: 11,000 dong" in follow_up.json()["text"]


def test_the_stream_ends_with_the_answer(server: ApiServer) -> None:
    response = server.client.post("/api/ask/stream", json={"question": FERRY})
    assert response.headers["content-type"].startswith("text/event-stream")
    *sentences, (last, answer) = events(response.text)
    assert last == "answer"
    assert {name for name, _ in sentences} == {"sentence"}
    assert [data["sentence"] for _, data in sentences] == answer["sentences"]
    assert {**answer, "seconds": None} == {**server.ask(FERRY).json(), "seconds": None}


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({"question": ""}, 422, "empty_question", "question"),
        ({"question": " \u0000\n"}, 422, "empty_question", "question"),
        ({"question": "x" * 2001}, 422, "question_too_long", "question"),
        ({"question": "x" * 5000}, 422, "invalid_request", "question"),
        ({"question": 3}, 422, "invalid_request", "question"),
        ({}, 422, "invalid_request", "question"),
        ({"question": "q", "history": [{"role": "king", "content": "x"}]}, 422, "invalid_request", "history.0.role"),
        ({"question": "q", "from": "yesterday"}, 400, "invalid_request", None),
        ({"question": "q", "from": "2025", "to": "2024"}, 400, "invalid_request", None),
        ({"question": "q", "language": "fr"}, 422, "invalid_request", "language"),
        ({"question": "q", "engine": "llm"}, 400, "not_configured", None),
        ({"question": "q", "form": "2025"}, 400, "unknown_field", "form"),
        ([], 422, "invalid_request", "body"),
    ],
)
@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream"])
def test_wrong_questions(server: ApiServer, path: str, body: Any, status: int, code: str, param: str | None) -> None:
    told = error(server.client.post(path, json=body), status)
    assert (told["code"], told["param"]) == (code, param)


def test_what_is_no_json(server: ApiServer) -> None:
    headers = {"content-type": "application/json"}
    long_number = b'{"question": "q", "x": ' + b"9" * 5000 + b"}"
    for body in (b"{", b"\xff\xfe", b"[" * 100_000, b'{"question": NaN}', b"null", b"", long_number):
        response = server.client.post("/api/ask", content=body, headers=headers)
        assert response.status_code in (400, 422), body[:20]
        error(response, response.status_code)
    told = error(server.client.post("/api/ask", content=b'{"question": "q",}', headers=headers), 400)
    assert (told["code"], "at character 17" in told["message"]) == ("invalid_json", True)


def test_a_long_conversation_is_read(server: ApiServer) -> None:
    history = [{"role": role, "content": FERRY} for _ in range(500) for role in ("user", "assistant")]
    assert "11,000 dong" in server.ask("And to Ba Mien Lock?", history=history).json()["text"]


def test_a_question_of_odd_characters(server: ApiServer) -> None:
    headers = {"content-type": "application/json"}
    error(server.client.post("/api/ask", content=b'{"question": "ferry \\ud800"}', headers=headers), 422)
    raw = b'{"question": "ferry  fare \\u202e\\u0000\\u001b[2J Bai Nhan", "history": []}'
    response = server.client.post("/api/ask", content=raw, headers=headers)
    assert response.status_code == 200
    assert response.json()["question"] == "ferry  fare [2J Bai Nhan"


# Articles


def test_upload_show_ask_remove(server: ApiServer) -> None:
    text = "# Zorbat Observatory opens\n\nThe Zorbat Observatory opened on 1 May 2026 with 4,321 visitors."
    uploaded = server.client.post("/api/articles", files={"files": ("zorbat.md", text.encode())})
    assert uploaded.status_code == 200, uploaded.text
    (file,) = uploaded.json()["files"]
    assert (file["file"], file["added"], file["failed"]) == ("zorbat.md", 1, [])
    (article_id,) = file["articles"]
    again = server.client.post("/api/articles", files={"files": ("zorbat.md", text.encode())}).json()["files"][0]
    assert (again["added"], again["unchanged"], again["articles"]) == (0, 1, [article_id])
    assert "4,321 visitors" in server.client.get(f"/api/articles/{article_id}").json()["text"]
    assert server.ask("How many visitors came to the Zorbat Observatory?").json()["found"]
    assert server.client.delete(f"/api/articles/{article_id}").json() == {"removed": 1}
    for method in ("GET", "DELETE"):
        told = error(server.client.request(method, f"/api/articles/{article_id}"), 404)
        assert told["code"] == "article_not_found"
    assert not server.ask("How many visitors came to the Zorbat Observatory?").json()["found"]


def test_the_list_is_read_in_parts(server: ApiServer) -> None:
    whole = server.client.get("/api/articles").json()
    assert (whole["total"], whole["offset"], whole["next"]) == (len(ARTICLES), 0, None)
    ids, offset = [], 0
    while offset is not None:
        part = server.client.get("/api/articles", params={"offset": offset, "limit": 2}).json()
        ids += [article["id"] for article in part["articles"]]
        offset = part["next"]
    assert ids == [article["id"] for article in whole["articles"]]
    assert server.client.get("/api/articles", params={"offset": 99}).json()["articles"] == []
    for wrong in ({"limit": 0}, {"limit": 501}, {"offset": -1}, {"offset": 10**30}, {"limit": "x"}):
        error(server.client.get("/api/articles", params=wrong), 422)


def test_uploads_that_are_refused(server: ApiServer) -> None:
    def upload(*files: tuple[str, bytes]) -> httpx.Response:
        return server.client.post("/api/articles", files=[("files", file) for file in files])

    assert error(upload(("run.exe", b"MZ")), 415)["param"] == "files"
    assert error(upload(("big.txt", b"x" * 50_000_001)), 413)["code"] == "too_large"
    assert error(upload(*[(f"{number}.txt", b"x") for number in range(101)]), 413)["code"] == "too_many_files"
    assert error(upload(("broken.pdf", b"no pdf at all")), 422)["code"] == "unreadable"
    assert error(upload(("empty.txt", b"")), 422)["code"] == "unreadable"
    error(server.client.post("/api/articles", data={"files": "text"}), 422)
    error(server.client.post("/api/articles", content=b"--x", headers={"content-type": "multipart/form-data"}), 400)


def test_uploads_at_once_wait_for_one_another(server: ApiServer) -> None:
    def upload(number: int) -> int:
        text = f"# Report {number}\n\nStation {number} counted {number * 37} herons on Monday."
        return server.client.post("/api/articles", files={"files": (f"h{number}.md", text.encode())}).status_code

    with ThreadPoolExecutor(40) as pool:
        statuses = list(pool.map(upload, range(40)))
    assert set(statuses) <= {200, 429}
    added = [article["id"] for article in server.client.get("/api/articles").json()["articles"]][len(ARTICLES) :]
    assert len(added) == statuses.count(200) >= 20
    for article_id in added:
        assert server.client.delete(f"/api/articles/{article_id}").status_code == 200


def test_a_file_name_stays_in_its_folder(server: ApiServer, home: Path) -> None:
    name = "../../../../outside\r\nX-Evil: 1.md"
    response = server.client.post(
        "/api/articles", files={"files": (name, b"# Way out\n\nNobody gets out of here today.")}
    )
    (file,) = response.json()["files"]
    article = server.client.get(f"/api/articles/{file['articles'][0]}").json()
    assert Path(article["path"]).resolve().is_relative_to((home / "uploads").resolve())
    assert not list(home.parent.rglob("outside*.md")) or all(
        path.is_relative_to(home / "uploads") for path in home.parent.rglob("outside*")
    )
    for odd in ("../../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "a%00b", "%0d%0aX-Evil:%201"):
        refused = server.client.get(f"/api/articles/{odd}")
        assert refused.status_code == 404
        assert "x-evil" not in refused.headers
    server.client.delete(f"/api/articles/{file['articles'][0]}")


# The door


def test_addresses_and_methods(server: ApiServer) -> None:
    assert error(server.client.get("/api/nothing"), 404)["code"] == "not_found"
    assert error(server.client.get("/nothing"), 404)["code"] == "not_found"
    assert error(server.client.get("/api/ask"), 405)["code"] == "method_not_allowed"
    assert error(server.client.request("PATCH", "/api/ask"), 405)["code"] == "method_not_allowed"


def test_other_sites_and_names_are_refused(server: ApiServer) -> None:
    for headers in (
        {"host": "evil.example"},
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "null"},
    ):
        response = server.client.post("/api/ask", json={"question": FERRY}, headers=headers)
        assert error(response, 403)["code"] == "other_site"
    for header in ("x-forwarded-for", "forwarded", "x-real-ip"):
        response = server.client.post("/api/ask", json={"question": FERRY}, headers={header: "203.0.113.9"})
        assert error(response, 403)["code"] == "forwarded"


def test_a_body_that_is_too_large_is_not_read(server: ApiServer) -> None:
    assert error(server.client.post("/api/ask", content=b"x" * 20_000_001), 413)["code"] == "too_large"
    pieces = (b" " * 1_000_000 for _ in range(30))
    response = server.client.post("/api/ask", content=pieces, headers={"content-type": "application/json"})
    assert error(response, 413)["code"] == "too_large"


def test_balancers_may_ask_without_a_body(server: ApiServer) -> None:
    for path in ("/healthz", "/readyz"):
        assert (server.client.head(path).status_code, server.client.head(path).content) == (200, b"")


def test_a_request_id_is_taken_over_where_it_is_harmless(server: ApiServer) -> None:
    assert server.client.get("/healthz", headers={"x-request-id": "trace-7.a"}).headers["x-request-id"] == "trace-7.a"
    for odd in ("a b", "x" * 65, "<script>", "é".encode(), ""):
        given = server.client.get(
            "/healthz", headers={b"x-request-id": odd if isinstance(odd, bytes) else odd.encode()}
        )
        assert len(given.headers["x-request-id"]) == 16


def test_the_log_is_json_and_holds_no_question(server: ApiServer) -> None:
    secret = "Zanzibar-7731 ferry fare"
    response = server.ask(secret)
    line = server.log(response.headers["x-request-id"])
    assert (line["route"], line["method"], line["status"], line["who"]) == ("/api/ask", "POST", 200, "127.0.0.1")
    assert line["seconds"] >= line["answered"]["total"] > 0
    server.client.get("/api/articles/%0A%7B%22forged%22%3A1%7D")
    last = server.client.get('/api/articles/"\\%1b[2J%E2%80%A8').headers["x-request-id"]
    assert server.log(last)["status"] == 404
    text = server.log_text()
    assert "Zanzibar" not in text
    assert "\x1b" not in text and "\u2028" not in text
    lines = [line for line in text.splitlines() if not line.startswith("rag: ")]
    assert all("forged" not in json.loads(line) for line in lines)


def test_health_and_figures(server: ApiServer) -> None:
    assert server.client.get("/healthz").json() == {"status": "alive"}
    assert server.client.get("/readyz").json() == {"status": "ready"}
    server.ask(FERRY)
    figures = server.client.get("/metrics").text
    assert f"rag_archive_articles {len(ARTICLES)}.0" in figures
    assert 'rag_questions_total{engine="quotes",found="true"}' in figures
    assert 'route="/api/ask",status="200"' in figures
    # Whatever is asked for, the labels are few.
    server.client.get("/api/x1")
    server.client.get("/api/x2")
    assert "x1" not in server.client.get("/metrics").text


def test_the_description_needs_nothing_from_elsewhere(server: ApiServer) -> None:
    schema = server.client.get("/openapi.json").json()
    paths = {"/api/ask", "/api/ask/stream", "/api/articles", "/v1/chat/completions", "/v1/models", "/healthz"}
    assert paths <= schema["paths"].keys()
    page = server.client.get("/docs").text
    assert "<script" not in page and "http://" not in page.replace(server.url, "")
    assert all(path in page for path in schema["paths"])
    # FastAPI's own shape of errors is nowhere.
    assert "HTTPValidationError" not in json.dumps(schema)


def test_many_at_once_are_answered_or_told_to_wait(server: ApiServer) -> None:
    with ThreadPoolExecutor(80) as pool, httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client:
        statuses = list(pool.map(lambda _: client.post("/api/ask", json={"question": FERRY}).status_code, range(160)))
    assert set(statuses) <= {200, 429}
    assert statuses.count(200) >= 50
    assert server.client.get("/readyz").status_code == 200
    figures = server.client.get("/metrics").text
    assert "rag_questions_at_work 0.0" in figures
    # Whatever was opened for a question is closed with it.
    (open_files,) = [line.split()[1] for line in figures.splitlines() if line.startswith("process_open_fds ")]
    assert float(open_files) < 150
