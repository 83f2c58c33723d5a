"""A web server on this machine for tests: pages by path, and a list of what was asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HTML, XML, TEXT = "text/html; charset=utf-8", "application/xml", "text/plain"


@dataclass
class Site:
    """`pages`: path -> (status, headers, body); `asked` grows with each request."""

    address: str
    pages: dict[str, tuple[int, Mapping[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def add(self, path: str, body: str | bytes, kind: str = HTML, status: int = 200, **headers: str) -> None:
        """`ROOT` in a body stands for the server's address."""
        data = body.replace("ROOT", self.address).encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value.replace("ROOT", self.address) for name, value in headers.items()}
        self.pages[path] = (status, {"Content-Type": kind, **named}, data)


@contextmanager
def web_server() -> Iterator[Site]:
    site = Site("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            status, headers, body = site.pages.get(self.path, (404, {"Content-Type": TEXT}, b"none"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
