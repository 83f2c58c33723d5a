"""A fixture for projects that test their own archive: every case of theirs, asked once, with its scores.

    # pytest.ini
    [pytest]
    addopts = -p rag.pytest_plugin
    rag_cases = cases.jsonl
    rag_home = .rag

    def test_faithful(rag_case):
        assert not rag_case.doubtful
    def test_right(rag_case):
        assert rag_case.is_right, rag_case.why

Loaded only where it is asked for (`-p rag.pytest_plugin`): installing this package changes no other project's tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from rag import parts

if TYPE_CHECKING:
    from eval.cases import Case
    from eval.score import Scored
    from rag.newsqa import NewsQA


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("rag", "cases asked of a news archive")
    for name, about in (
        ("cases", "file of cases for the fixture rag_case"),
        ("home", "folder of the archive that they are asked of"),
        ("engine", "what answers: quotes, llm or auto"),
    ):
        group.addoption(f"--rag-{name}", dest=f"rag_{name}", default=None, help=about)
        parser.addini(f"rag_{name}", about, default="")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "rag_case" not in metafunc.fixturenames:
        return
    parts.make_importable()
    try:
        from eval.cases import load
    except ImportError:
        raise pytest.Collector.CollectError(
            "rag_case cannot be used beside a package of this project that is named `eval`; run: rag eval FILE"
        ) from None
    from rag.errors import RagError

    path = _option(metafunc.config, "cases")
    if not path:
        raise pytest.Collector.CollectError(
            "rag_case needs cases: set rag_cases in pytest.ini, or give --rag-cases FILE"
        )
    try:
        cases = load(metafunc.config.rootpath / path)
    except RagError as error:
        raise pytest.Collector.CollectError(str(error)) from None
    metafunc.parametrize("rag_case", cases, ids=[case.id for case in cases], indirect=True, scope="session")


@pytest.fixture(scope="session")
def rag_archive(pytestconfig: pytest.Config) -> Iterator[NewsQA]:
    """The archive that the cases are asked of; override it to build one for the tests."""
    from rag.newsqa import NewsQA

    home = _option(pytestconfig, "home")
    with NewsQA.open(home=pytestconfig.rootpath / home if home else None) as qa:
        yield qa


@pytest.fixture(scope="session")
def rag_case(request: pytest.FixtureRequest, rag_archive: NewsQA) -> Scored:
    """One case as the archive answers it: `.case`, `.record.answer`, `.outcome`, `.why`, `.scores`."""
    from eval.evaluate import scored_case

    case: Case = request.param
    return scored_case(rag_archive, case, _option(request.config, "engine") or None)


def _option(config: pytest.Config, name: str) -> str:
    return str(config.getoption(f"rag_{name}") or config.getini(f"rag_{name}") or "")
