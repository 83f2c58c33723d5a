"""`rag mcp`: the archive as tools of an MCP host, over standard input and output."""

from __future__ import annotations

import argparse

from rag.commands.base import DONE, AddCommand, open_archive


def add(command: AddCommand) -> None:
    mcp = command("mcp", "the archive as tools of an assistant (MCP, over stdio)")
    mcp.set_defaults(run=_mcp)


def _mcp(args: argparse.Namespace) -> int:
    from rag.server import tools

    with open_archive(args) as qa:
        tools.serve(qa)
    return DONE
