"""How often things go wrong (`make test-faults`: often), and the table of what was found afterwards."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from faults.workers import Worker

# In the default tests: a sample of a few seconds.
FEW = 3

counts: defaultdict[str, Counter[str]] = defaultdict(Counter)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=FEW, help="ingestions that are killed; other faults in proportion")
    parser.addoption("--seed", type=int, default=0, help="of everything that is random")


@pytest.fixture
def kills(pytestconfig: pytest.Config) -> int:
    return int(pytestconfig.getoption("kills", FEW))


@pytest.fixture
def seed(pytestconfig: pytest.Config) -> int:
    return int(pytestconfig.getoption("seed", 0))


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    """A process that does what it is told and may be killed at it."""
    started = Worker()
    yield started
    started.close()


@pytest.fixture(scope="session")
def others() -> Iterator[list[Worker]]:
    """Two more."""
    started = [Worker() for _ in range(2)]
    yield started
    for one in started:
        one.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not counts:
        return
    columns = ("times", "completed", "cut short", "reported", "answered", "doubled", "lost", "index built", "problems")
    terminalreporter.write_line(f"faults, seed {config.getoption('seed', 0)}")
    terminalreporter.write_line(f"{'fault':<26}" + "".join(f"{column:>13}" for column in columns))
    for fault, found in counts.items():
        terminalreporter.write_line(f"{fault:<26}" + "".join(f"{found[column]:>13,}" for column in columns))
