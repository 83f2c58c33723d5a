"""The archive as tools of an assistant: a real MCP client starts `rag mcp` and speaks with it over stdio."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from api_server import ApiServer, surroundings

from rag import NewsQA

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
FERRY = "How much is a monthly card of the Luu River Line?"
needs_mcp = pytest.mark.skipif(
    subprocess.run([sys.executable, "-c", "import mcp"], capture_output=True, check=False).returncode != 0,
    reason="the extra `mcp` is not installed",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("mcp") / "home"
    article = shutil.copy(CORPUS / "delta-courier/2025-09-18-ferry-fares.md", home.parent)
    with NewsQA.open(home=home) as qa:
        assert qa.ingest([article]).added == 1
    return home


def with_client(home: Path, use: Callable[[Any], Awaitable[None]], way: str = "stdio") -> None:
    """Speaks with `rag mcp` over stdio, or with `rag serve` over HTTP."""
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    server = StdioServerParameters(
        command=sys.executable, args=["-m", "rag.cli", "mcp", "--home", str(home)],
        env={**surroundings(), "RAG_ENGINE": "quotes"}, cwd=str(home.parent),
    )  # fmt: skip

    async def run(target: Any) -> None:
        async with Client(target) as client:
            await use(client)

    if way == "stdio":
        asyncio.run(asyncio.wait_for(run(stdio_client(server)), 120))
        return
    with ApiServer(home) as http:
        asyncio.run(asyncio.wait_for(run(f"{http.url}/mcp"), 120))


@needs_mcp
@pytest.mark.parametrize("way", ["stdio", "http"])
def test_ask_search_and_show(home: Path, way: str) -> None:
    from mcp.shared.exceptions import MCPError

    async def use(client: Any) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"ask", "search", "show_article"}
        assert all(tool.annotations.read_only_hint for tool in tools.values())
        assert {"found", "citations", "sentences"} <= set(tools["ask"].output_schema["required"])
        assert "context" not in tools["ask"].input_schema["properties"]
        answer = (await client.call_tool("ask", {"question": FERRY})).structured_content
        assert answer["found"] and answer["citations"]
        citation = answer["citations"][0]
        shown = await client.call_tool("show_article", {"article_id": citation["article_id"]})
        article = shown.structured_content
        assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
        assert (article["start"], article["next"]) == (0, None)
        rest = await client.call_tool("show_article", {"article_id": article["id"], "start": citation["start"]})
        assert rest.structured_content["text"].startswith(citation["quote"])
        found = (await client.call_tool("search", {"question": FERRY, "top_k": 2})).structured_content["hits"]
        assert found[0]["text"] == article["text"][found[0]["start"] : found[0]["end"]]
        none = (await client.call_tool("ask", {"question": FERRY, "until": "2024"})).structured_content
        assert none["found"] is False
        # Articles are resources as well.
        (listed,) = (await client.list_resources()).resources
        assert listed.uri == f"article://{article['id']}"
        (content,) = (await client.read_resource(listed.uri)).contents
        assert json.loads(content.text) == article
        with pytest.raises(MCPError, match="no article has the id"):
            await client.read_resource("article://no/such")

    with_client(home, use, way)


@needs_mcp
@pytest.mark.parametrize("way", ["stdio", "http"])
def test_what_is_wrong_is_told_in_a_line(home: Path, way: str) -> None:
    async def use(client: Any) -> None:
        for name, arguments, said in (
            ("show_article", {"article_id": "no-such"}, "no article has the id"),
            ("ask", {"question": FERRY, "since": "soon"}, "the from date"),
            ("search", {"question": FERRY, "top_k": 0}, "top_k"),
            ("ask", {}, "question"),
        ):
            result = await client.call_tool(name, arguments)
            assert result.is_error
            assert said in result.content[0].text and "Traceback" not in result.content[0].text

    with_client(home, use, way)


def test_over_http_a_key_is_asked_for(home: Path) -> None:
    key = "0123456789abcdef0123"
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}
    with ApiServer(home, {"API_KEYS": key}) as server:
        assert server.client.post("/mcp", json=call, headers=headers).status_code == 401
        answered = server.client.post("/mcp", json=call, headers={**headers, "authorization": f"Bearer {key}"})
        assert {tool["name"] for tool in answered.json()["result"]["tools"]} == {"ask", "search", "show_article"}


def test_without_the_library_a_line_says_how(home: Path) -> None:
    code = (
        "import sys; sys.modules['mcp.server'] = None; from rag.cli import main; "
        "sys.exit(main(['mcp', '--home', sys.argv[1]]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(home)], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert "trich-dan[mcp]" in ended.stderr and len(ended.stderr.splitlines()) == 1
