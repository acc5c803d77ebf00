"""Writes docs/cli.md from the command line's own help; `--check` only compares.

A document that is not generated from what it documents goes stale.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import typer.main

from screening.cli import app

TARGET = Path(__file__).parents[1] / "docs" / "cli.md"
HEAD = """# The command line

Written by `make docs` from the help of the commands; a test compares the two.
Results go to stdout; progress and errors go to stderr: a moving line on a terminal, plain lines in a pipe.
`python -m screening` is the same as `screening`.
"""


def commands() -> list[tuple[str, ...]]:
    """Every command with its path, the program itself first."""
    found: list[tuple[str, ...]] = []
    waiting: list[tuple[tuple[str, ...], Any]] = [((), typer.main.get_command(app))]
    while waiting:
        path, command = waiting.pop(0)
        found.append(path)
        inner = getattr(command, "commands", {})
        waiting += [((*path, name), inner[name]) for name in inner]
    return found


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for path in commands():
        command = [sys.executable, "-m", "screening", *path, "--help"]
        environment = {**os.environ, "COLUMNS": "100", "TERM": "dumb"}
        shown = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        parts.append(f"## `{' '.join(('screening', *path))}`\n\n```text\n{shown.stdout.rstrip()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    text = page()
    if "--check" in sys.argv:
        sys.exit(
            None if TARGET.read_text(encoding="utf-8") == text else f"{TARGET.name} is stale: run `make docs`"
        )
    TARGET.write_text(text, encoding="utf-8")
