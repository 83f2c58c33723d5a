"""The files that containers and GitHub run from agree with the checkout. Nothing is built here."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8")))


def test_the_image_copies_what_there_is() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lets_in = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE)
        for source in shlex.split(line)[:-1]
    }
    assert copied == set(lets_in)
    assert all((ROOT / name).exists() for name in copied)
    extras = re.search(r"'\.\[(.+)\]'", dockerfile)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert extras and set(extras[1].split(",")) <= set(project["optional-dependencies"])
    # The last user is the one it runs as.
    assert re.findall(r"^USER (\S+)", dockerfile, re.MULTILINE)[-1] == "10001"


def test_the_services_are_those_of_the_documents(compose: dict[str, Any]) -> None:
    services = compose["services"]
    nginx = (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8")
    for name in ("first", "second"):
        service = services[name]
        assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["volumes"] == ["archive:/data"]
        assert service["network_mode"] == "service:nginx"
        assert f"server 127.0.0.1:{service['environment']['RAG_PORT']} " in nginx
    mounted = [mount.split(":")[0] for mount in services["nginx"]["volumes"]]
    assert "./docs/nginx.conf" in mounted
    for certificate in re.findall(r"ssl_certificate(?:_key)? (\S+);", nginx):
        assert any(f":{certificate}:" in mount for mount in services["nginx"]["volumes"])


def test_every_setting_is_documented(compose: dict[str, Any]) -> None:
    known = (ROOT / ".env.example").read_text(encoding="utf-8")
    for name in compose["x-settings"]:
        assert re.search(rf"^#? ?{name}=", known, re.MULTILINE), name


def test_the_servers_are_of_the_versions_that_are_tested(compose: dict[str, Any]) -> None:
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert f"chromadb=={compose['services']['chroma']['image'].split(':')[1]}\n" in constraints


def test_github_runs_what_is_run_here() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    commands = [step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]]
    assert any(command.endswith(".ci/run") for command in commands) and "make test-clients" in commands
    assert workflow["permissions"] == {"contents": "read"}
