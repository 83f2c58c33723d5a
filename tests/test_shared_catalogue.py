"""Two servers with homes of their own over one PostgreSQL catalogue: what one is given the other answers from."""

from __future__ import annotations

from pathlib import Path

from api_server import ApiServer
from postgres_server import Server

FACT = "Trạm bơm Gò Vắp hút 418 mét khối nước mỗi phút."
QUESTION = {"question": "Trạm bơm Gò Vắp hút bao nhiêu mét khối nước mỗi phút?"}


def test_two_servers_answer_alike(tmp_path: Path, postgres: Server) -> None:
    settings = {"CATALOGUE_URL": postgres.new_database()}
    with (
        ApiServer(tmp_path / "one", settings) as one,
        ApiServer(tmp_path / "two", settings) as two,
    ):
        article = f"{FACT} Nước rút khỏi ruộng lúa sau hai ngày, trưởng ấp cho biết."
        added = one.client.post("/api/articles", files={"files": ("tram-bom.txt", article)})
        assert added.is_success, added.text
        answers = [server.client.post("/api/ask", json=QUESTION).json() for server in (one, two, two)]
        assert [answer["citations"][0]["quote"] for answer in answers] == [FACT] * 3
        (listed,) = two.client.get("/api/articles").json()["articles"]
        assert two.client.delete(f"/api/articles/{listed['id']}").status_code in (200, 204)
        assert not one.client.post("/api/ask", json=QUESTION).json()["found"], "what is removed there is gone here"
