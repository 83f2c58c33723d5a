"""The API keeps to its own description, whatever is sent: requests made from the OpenAPI file by schemathesis."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from api_server import ApiServer
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable

from rag import NewsQA
from rag.server.app import create_api
from rag.settings import Settings

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed (pip install -e '.[dev]')")
checks = pytest.importorskip("schemathesis.specs.openapi.checks")

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
# How many requests are made up for each of the ten operations.
EXAMPLES = int(os.environ.get("API_EXAMPLES", "40"))


@pytest.fixture(scope="module")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    home = tmp_path_factory.mktemp("schema") / "home"
    article = shutil.copy(CORPUS / "delta-courier/2025-09-18-ferry-fares.md", home.parent)
    with NewsQA.open(home=home) as qa:
        assert qa.ingest([article]).added == 1
    with ApiServer(home, {"RAG_REQUESTS_A_MINUTE": "0"}) as running:
        yield running


# Its own pytest plugin does not work with this pytest, so the operations are taken from it one by one.
OPERATIONS = {
    found.ok().label: found.ok()
    for found in schemathesis.openapi.from_dict(
        create_api(NewsQA(Settings(Path("unused")))).openapi()
    ).get_all_operations()
}


@pytest.mark.parametrize("label", OPERATIONS)
@pytest.mark.parametrize("mode", schemathesis.GenerationMode)
def test_every_answer_is_as_described(label: str, mode: Any, api_server: ApiServer) -> None:
    """Whether what is sent fits the description ("positive") or not."""

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def answered(case: Any) -> None:
        response = case.call(base_url=api_server.url, timeout=30)
        assert response.status_code < 500, response.text
        # A question of blanks fits the description, and what is too large is refused by its size alone.
        left_out = [checks.negative_data_rejection if response.status_code == 413 else checks.positive_data_acceptance]
        case.validate_response(response, excluded_checks=left_out)

    try:
        answered()
    except Unsatisfiable:
        # Nothing that is sent here could be wrong.
        assert mode.is_negative
