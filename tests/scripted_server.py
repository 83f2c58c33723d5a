"""An OpenAI-compatible server as a process of its own: `python scripted_server.py 0` prints its port and serves.

Standard library only, so that it starts at once. What it answers is scripted through `/script` (see
`model_server.Reply` for the fields of a reply); what it was asked is read from `/asked`. It ends when its
standard input is closed, so that it never outlives the tests.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_FOREVER = 600.0


class Script:
    """What the server has been told and what it was asked. Shared by its threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.wakes = threading.Event()
        self.clear()

    def clear(self) -> None:
        with self.lock:
            # Those that wait or drip for an earlier test stop.
            self.wakes.set()
            self.wakes = threading.Event()
            self.replies: list[dict[str, Any]] = []
            self.refused: list[str] = []
            self.models = ["scripted-model"]
            self.key: str | None = None
            self.asked: list[dict[str, Any]] = []
            self.abandoned = 0

    def next_reply(self, prompt: str) -> dict[str, Any]:
        """The first waiting reply whose `when` is found in the prompt; it is used up after `times`."""
        with self.lock:
            for reply in self.replies:
                match = re.search(reply["when"], prompt) if reply["when"] else None
                if reply["when"] and not match:
                    continue
                if reply["times"] is not None:
                    reply["times"] -= 1
                    if not reply["times"]:
                        self.replies.remove(reply)
                return {**reply, "text": match.expand(reply["text"]) if match else reply["text"]}
        return {"text": "Scripted reply."}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        script = self.server.script
        if self.path == "/asked":
            self.send(200, {"asked": script.asked, "abandoned": script.abandoned})
        elif self.path.partition("?")[0].endswith("/models") and self.admitted():
            self.send(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in script.models]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        script = self.server.script
        if self.path == "/script":
            if body.pop("clear", False):
                script.clear()
            script.replies += body.pop("replies", [])
            vars(script).update(body)
            self.send(200, {})
            return
        script.asked.append(
            {"path": self.path, "headers": {name.lower(): value for name, value in self.headers.items()}, "body": body}
        )
        if not self.admitted():
            return
        refused = next((name for name in script.refused if uses(name, body)), None)
        if refused:
            self.send(400, {"error": {"message": refusal(refused), "param": refused, "type": "invalid_request_error"}})
            return
        prompt = "\n".join(str(message["content"]) for message in body["messages"])
        try:
            self.reply(script.next_reply(prompt), body)
        except OSError:
            with script.lock:
                script.abandoned += 1
            self.close_connection = True

    def admitted(self) -> bool:
        key = self.server.script.key
        given = self.headers.get("api-key") or self.headers.get("Authorization", "").removeprefix("Bearer ")
        if key is None or given == key:
            return True
        self.send(401, {"error": {"message": f"Incorrect API key provided: {given}.", "code": "invalid_api_key"}})
        return False

    def reply(self, reply: dict[str, Any], body: dict[str, Any]) -> None:
        self.wait(reply.get("wait") or 0.0)
        status, raw = reply.get("status") or 200, reply.get("raw")
        if reply.get("drop_after") == 0:
            self.close_connection = True
        elif raw is not None:
            self.send(status, raw.encode(), reply.get("headers"), reply.get("content_type") or "text/html")
        elif status != 200:
            self.send(status, {"error": {"message": reply.get("text") or "scripted failure"}}, reply.get("headers"))
        elif body.get("stream") and not reply.get("whole"):
            self.stream(reply, body)
        else:
            message = {"role": "assistant", "content": reply["text"], "reasoning_content": reply.get("reasoning")}
            choice = {"index": 0, "message": message, "finish_reason": reply.get("finish_reason", "stop")}
            whole = {"id": "1", "object": "chat.completion", "model": body.get("model"), "choices": [choice]}
            self.send(200, {**whole, "usage": reply["usage"]} if reply.get("usage") else whole)

    def stream(self, reply: dict[str, Any], body: dict[str, Any]) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        text, size = reply["text"], reply.get("chunk") or 8
        if reply.get("drip"):
            self.drip(reply["drip"])
            return
        if reply.get("reasoning"):
            self.event({"choices": [{"index": 0, "delta": {"reasoning_content": reply["reasoning"]}}]})
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        for number, piece in enumerate(pieces, start=1):
            self.event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
            if number == reply.get("drop_after"):
                return
            if number == reply.get("stall_after"):
                self.wait(_FOREVER)
            if number == reply.get("garble_after"):
                self.chunk(b'data: {"choices": [{"delta": {"cont\n\n')
            if number == reply.get("error_after"):
                self.event({"error": {"message": "scripted failure in the stream", "code": 500}})
            self.wait(reply.get("delay") or 0.0)
        self.event({"choices": [{"index": 0, "delta": {}, "finish_reason": reply.get("finish_reason", "stop")}]})
        if reply.get("usage") and (body.get("stream_options") or {}).get("include_usage"):
            self.event({"choices": [], "usage": reply["usage"]})
        self.chunk(b"data: [DONE]\n\n")
        self.chunk(b"")

    def drip(self, kind: str) -> None:
        """Forever: "bytes" of an event that never ends, "comments", or "empty" events without text."""
        wakes = self.server.script.wakes
        dripped = {"bytes": b" ", "comments": b": still here\n\n", "empty": b'data: {"choices": [{"delta": {}}]}\n\n'}
        self.chunk(b'data: {"choices": ' if kind == "bytes" else b"\n")
        while not wakes.wait(0.02):
            self.chunk(dripped[kind])

    def event(self, value: dict[str, Any]) -> None:
        self.chunk(f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode())

    def chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def wait(self, seconds: float) -> None:
        """Raises OSError when the caller leaves meanwhile."""
        until = time.monotonic() + seconds
        wakes = self.server.script.wakes
        while time.monotonic() < until and not wakes.wait(min(0.02, max(0.0, until - time.monotonic()))):
            self.connection.setblocking(False)
            try:
                if self.connection.recv(1) == b"":
                    raise ConnectionResetError
            except BlockingIOError:
                pass
            finally:
                self.connection.setblocking(True)

    def send(self, status: int, content: object, headers: dict[str, str] | None = None, kind: str = "") -> None:
        data = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind or "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.script = Script()

    def handle_error(self, *_: object) -> None:
        pass


def uses(name: str, body: dict[str, Any]) -> bool:
    if name == "system":
        return any(message["role"] == "system" for message in body["messages"])
    return bool(body.get("stream")) if name == "stream" else name in body


def refusal(name: str) -> str:
    """In the words that servers use."""
    return {
        "system": "System role not supported",
        "max_tokens": "Unsupported parameter: 'max_tokens' is not supported with this model. "
        "Use 'max_completion_tokens' instead.",
        "temperature": "Unsupported value: 'temperature' does not support 0 with this model.",
    }.get(name, f"Unrecognized request argument supplied: {name}")


if __name__ == "__main__":
    running = Server(int(sys.argv[1]))
    threading.Thread(target=running.serve_forever, args=[0.01], daemon=True).start()
    print(running.server_port, flush=True)
    sys.stdin.read()
