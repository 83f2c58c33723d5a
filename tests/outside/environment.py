"""A fresh virtual environment, and this project's wheel: for checks of what others get when they install it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MINORS = (11, 12, 13, 14)
_INSTALL_SECONDS = 900


def build_wheel(folder: Path) -> Path:
    """The wheel of this checkout, by the Python that runs the checks."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, timeout=_INSTALL_SECONDS)
    (wheel,) = folder.glob("trich_dan-*.whl")
    return wheel


def pythons() -> dict[str, str]:
    """ "3.12" -> a Python of that version, for all that this machine has and the project supports."""
    return {f"3.{minor}": found for minor in MINORS for found in _found(minor)}


def _found(minor: int) -> Iterator[str]:
    """At most one that runs: on the PATH, or kept by pyenv."""
    kept = sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python"))
    for candidate in (shutil.which(f"python3.{minor}"), *map(str, kept)):
        if candidate and subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            yield candidate
            return


def _install(command: Sequence[str], folder: Path, packages: Sequence[str]) -> None:
    """Skips the check, with the reason, where that fails."""
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"{', '.join(packages)}: not installed within {_INSTALL_SECONDS} s")
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["the installer failed"]
        reasons = [line for line in lines if "ERROR" in line.upper()] or lines
        pytest.skip(f"{', '.join(packages)} cannot be installed here: {reasons[-1]}")


@dataclass(frozen=True)
class Environment:
    """A virtual environment in `folder`; programs run in it see no settings of ours and no checkout."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, python: str, *packages: str) -> Environment:
        """Skips the check, with the reason, where something cannot be installed here."""
        subprocess.run([python, "-m", "venv", str(folder)], check=True, timeout=120)
        made = cls(folder)
        made.install(*packages)
        return made

    def install(self, *packages: str) -> None:
        if packages:
            quick = ("--quiet", "--disable-pip-version-check", "--no-compile")
            pip = [str(self.python), "-m", "pip", "install", *quick, *packages]
            _install(pip, self.folder, packages)

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def run(
        self, *command: str | Path, cwd: Path, settings: Mapping[str, str] | None = None, timeout: float = 300
    ) -> subprocess.CompletedProcess[str]:
        """A program of the environment; its status is for the caller to judge."""
        program = [str(self.folder / "bin" / str(command[0])), *map(str, command[1:])]
        return subprocess.run(
            program, cwd=cwd, env=self.surroundings(settings), capture_output=True, text=True, timeout=timeout,
            check=False,
        )  # fmt: skip

    def surroundings(self, settings: Mapping[str, str] | None = None) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "PATH", "SSL_CERT_FILE")}
        return {**kept, "PATH": f"{self.folder / 'bin'}:{kept['PATH']}", "RAG_ENGINE": "quotes", **(settings or {})}


@dataclass(frozen=True)
class NodeEnvironment:
    """A folder with packages for Node."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, *packages: str) -> NodeEnvironment:
        """Skips the check, with the reason, where something cannot be installed here."""
        npm = shutil.which("npm")
        if npm is None or shutil.which("node") is None:
            pytest.skip("Node is not installed")
        (folder / "package.json").write_text("{}", encoding="utf-8")
        command = [npm, "install", "--no-audit", "--no-fund", "--loglevel", "error", *packages]
        _install(command, folder, packages)
        return cls(folder)

    def run(
        self, *command: str, settings: Mapping[str, str] | None = None, timeout: float = 300
    ) -> subprocess.CompletedProcess[str]:
        """A program of the packages, or `node`, in the folder."""
        own = self.folder / "node_modules" / ".bin" / command[0]
        program = [str(own) if own.exists() else command[0], *command[1:]]
        kept = {name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "PATH")}
        return subprocess.run(
            program, cwd=self.folder, env={**kept, **(settings or {})}, capture_output=True, text=True,
            timeout=timeout, check=False,
        )  # fmt: skip
