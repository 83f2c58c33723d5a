"""nginx with docs/nginx.conf as a process of its own: `with Nginx(folder, ports, "/news") as proxy: proxy.client()`."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
from api_server import free_port

# Debian keeps it where only root looks.
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
OPENSSL = shutil.which("openssl")
_SITE = Path(__file__).resolve().parents[1] / "docs/nginx.conf"
_MAIN = """daemon off; master_process off; pid nginx.pid; error_log error.log info;
events {{}}
http {{
    access_log access.log; client_body_temp_path body; proxy_temp_path proxy;
    fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    {site}
}}
"""
_START_SECONDS = 20


class Nginx:
    """`upstreams` are the two ports of `rag serve`; `prefix` is the path that both are mounted below, "" for none."""

    def __init__(self, folder: Path, upstreams: Sequence[int], prefix: str = "") -> None:
        folder.mkdir()
        self.port = free_port()
        self.url = f"https://localhost:{self.port}{prefix}"
        self.certificate = folder / "cert.pem"
        key = folder / "key.pem"
        assert OPENSSL and NGINX
        subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        subprocess.run(
            [OPENSSL, "req", "-x509", *kind, *subject, "-keyout", key, "-out", self.certificate],
            check=True, capture_output=True,
        )  # fmt: skip
        changed = {
            "127.0.0.1:7861": f"127.0.0.1:{upstreams[0]}",
            "127.0.0.1:7862": f"127.0.0.1:{upstreams[1]}",
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "server_name news.example": "server_name localhost",
            "/etc/ssl/certs/news.example.pem": str(self.certificate),
            "/etc/ssl/private/news.example.key": str(key),
            **({'set $prefix ""': f"set $prefix {prefix}", "location / {": f"location {prefix}/ {{"} if prefix else {}),
        }
        (folder / "nginx.conf").write_text(_MAIN.format(site=_filled_in(changed)), encoding="utf-8")
        self._log = folder / "error.log"
        command = [NGINX, "-p", str(folder), "-e", str(self._log), "-c", "nginx.conf"]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE)

    def __enter__(self) -> Nginx:
        end = time.monotonic() + _START_SECONDS
        with self.client() as client:
            while time.monotonic() < end and self._process.poll() is None:
                try:
                    client.get("/healthz")
                    return self
                except httpx.TransportError:
                    time.sleep(0.02)
        raise AssertionError(f"nginx did not start: {self._log.read_text(encoding='utf-8')}")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=20)

    def client(self, headers: Mapping[str, str] | None = None, route: str | None = None) -> httpx.Client:
        """A program; with `route` one that stays with the process that this cookie leads to."""
        cookies = {"trich_dan_route": route} if route else {}
        return httpx.Client(
            base_url=self.url, headers=headers, cookies=cookies, timeout=60, verify=str(self.certificate),
            trust_env=False,
        )  # fmt: skip


def _filled_in(changed: Mapping[str, str]) -> str:
    """The file that people copy, with what they are told to change, and nothing else, changed."""
    site = "\n".join(line for line in _SITE.read_text(encoding="utf-8").split("\n") if not line.strip().startswith("#"))
    for told, filled_in in changed.items():
        assert site.count(told) == 1, told
        site = site.replace(told, filled_in)
    return site
