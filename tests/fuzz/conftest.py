"""How many inputs each reader gets (`make fuzz` gives many), and the table of what came of them."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

# Of one reader in the default tests: a few seconds for all of them.
FEW = 100

counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
slowest: dict[str, float] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--inputs", type=int, default=FEW, help="inputs for each reader")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not counts:
        return
    columns = ("inputs", "articles", "failures")
    terminalreporter.write_line(f"{'reader':<12}" + "".join(f"{column:>12}" for column in columns) + "   slowest")
    for reader, found in sorted(counts.items()):
        row = "".join(f"{found[column]:>12,}" for column in columns)
        terminalreporter.write_line(f"{reader:<12}{row}{slowest[reader]:>8.2f} s")
    total = "".join(f"{sum(found[column] for found in counts.values()):>12,}" for column in columns)
    terminalreporter.write_line(f"{'all':<12}{total}")
