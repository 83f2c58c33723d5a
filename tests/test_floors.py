"""The floors of the house: imports run downward only, vendors stay behind their fences, one file reads the environment.

Read from the source with `ast`, so that imports inside functions and those for types count as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# From the top floor to the ground. A module may import those below it, and others of its own package.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("rag.cli", "rag.pytest_plugin"),
    ("rag.commands",),
    ("rag.doctor", "ui", "eval"),
    ("rag.server",),
    ("rag",),
    ("rag.newsqa",),
    ("rag.newsroom",),
    ("rag.conversation", "rag.engine"),
    ("rag.ingest", "rag.retrieve", "rag.fetch"),
    ("rag.answer",),
    ("rag.understand",),
    ("rag.read",),
    ("rag.embed", "rag.models"),
    ("rag.readers", "rag.store"),
    ("rag.settings", "rag.cache", "rag.sample", "rag.parts", "rag.background"),
    ("rag.text",),
    ("rag.types",),
    ("rag.errors",),
)
ONLY_FOR_THE_CLI = ("rag.cli", "rag.commands", "rag.doctor")

# Benchmarks compare with what the vendors offer.
FENCES: dict[str, tuple[str, ...]] = {
    "chromadb": ("rag.store", "eval.benchmarks"),
    "gradio": ("ui",),
    "mcp": ("rag.server.tools",),
    "openinference": ("rag.server.traces",),
    "prometheus_client": ("rag.server.metrics",),
    "openai": ("rag.embed.remote", "rag.models"),
    "psycopg": ("rag.store.postgres", "rag.store.postgres_connection"),
    "llama_index": ("rag.retrieve", "rag.engine", "rag.embed", "rag.models", "eval.benchmarks", "eval.llamaindex"),
}


@dataclass(frozen=True)
class Import:
    """`importer` imports the module `imported`; `for_types` when no program that runs does so."""

    importer: str
    imported: str
    line: int
    for_types: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


@cache
def modules() -> dict[str, Path]:
    """Every module of rag, ui and eval by its dotted name."""
    found = {}
    for package in ("rag", "ui", "eval"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def imports() -> tuple[Import, ...]:
    return tuple(found for name, path in modules().items() for found in imports_of(name, path))


def imports_of(name: str, path: Path) -> Iterator[Import]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        for imported in imported_by(node):
            yield Import(name, imported, getattr(node, "lineno", 0), id(node) in typing_only)


def imported_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            yield inner if inner in modules() else str(node.module)


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def within_any(module: str, packages: tuple[str, ...]) -> bool:
    return any(is_within(module, package) for package in packages)


def floor(module: str) -> int:
    """The number of the floor, 0 at the top. The longest name that fits decides; `rag` itself is `rag/__init__.py`."""
    fitting = [
        (len(package), number)
        for number, packages in enumerate(FLOORS)
        for package in packages
        if module == package or (package != "rag" and is_within(module, package))
    ]
    assert fitting, f"{module} has no floor; give it one in {Path(__file__).name}"
    return max(fitting)[1]


def own(module: str) -> bool:
    return module in modules()


def package_of(module: str) -> str:
    return next(
        (package for packages in FLOORS for package in packages if package != "rag" and is_within(module, package)),
        module,
    )


def test_every_module_has_a_floor() -> None:
    for module in modules():
        floor(module)


def test_imports_run_downward() -> None:
    upward = [
        str(found)
        for found in imports()
        if own(found.imported)
        and package_of(found.importer) != package_of(found.imported)
        and floor(found.importer) >= floor(found.imported)
    ]
    assert upward == []


def test_no_cycles() -> None:
    graph: dict[str, set[str]] = {module: set() for module in modules()}
    for found in imports():
        if own(found.imported) and found.imported != found.importer:
            graph[found.importer].add(found.imported)
    # What imports nothing that is left is taken away, until only cycles (and what leads to them) remain.
    while free := [module for module, wanted in graph.items() if not wanted & graph.keys()]:
        for module in free:
            del graph[module]
    assert {module: sorted(wanted & graph.keys()) for module, wanted in graph.items()} == {}


def test_only_the_command_line_imports_its_parts() -> None:
    others = [
        str(found)
        for found in imports()
        if within_any(found.imported, ONLY_FOR_THE_CLI) and not within_any(found.importer, ONLY_FOR_THE_CLI)
    ]
    assert others == []


def test_page_and_evaluation_never_meet() -> None:
    met = [
        str(found)
        for found in imports()
        if {found.importer.split(".")[0], found.imported.split(".")[0]} == {"ui", "eval"}
    ]
    assert met == []


@pytest.mark.parametrize("vendor", FENCES)
def test_vendors_stay_behind_their_fence(vendor: str) -> None:
    outside = [
        str(found)
        for found in imports()
        if is_within(found.imported, vendor)
        and not found.for_types
        and not any(is_within(found.importer, place) for place in FENCES[vendor])
    ]
    assert outside == []


def test_only_the_settings_read_the_environment() -> None:
    readers = [
        f"{module}:{getattr(node, 'lineno', 0)}"
        for module, path in modules().items()
        if module != "rag.settings"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if reads_environment(node)
    ]
    assert readers == []


def reads_environment(node: ast.AST) -> bool:
    names = {"environ", "environb", "getenv", "getenvb"}
    if isinstance(node, ast.ImportFrom):
        return node.module == "os" and bool(names & {alias.name for alias in node.names})
    return (
        isinstance(node, ast.Attribute)
        and node.attr in names
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    )


def test_the_rules_see_what_they_forbid() -> None:
    """The readers above find a cycle's edge, a name of a package, and each way to the environment."""
    tree = ast.parse("from rag import newsqa\nfrom rag import NewsQA\nimport chromadb.config as c\n")
    assert [name for node in ast.walk(tree) for name in imported_by(node)] == ["rag.newsqa", "rag", "chromadb.config"]
    for source in ("import os\nos.environ['A']", "import os\nos.getenv('A')", "from os import environ"):
        assert any(reads_environment(node) for node in ast.walk(ast.parse(source)))
    assert floor("rag.cli") < floor("rag") < floor("rag.newsqa") < floor("rag.store.chroma") < floor("rag.errors")
