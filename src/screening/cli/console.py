"""Talking to a terminal or a pipe: results on stdout, all else on stderr."""

from __future__ import annotations

import os
import sys
import time
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NoReturn

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["PIPE_CLOSED", "fail", "print_table", "progress", "write"]

PIPE_CLOSED: Final = 141
"""Exit code when the reader of our output has gone, as after `| head`; what a shell expects."""


def write(text: str) -> None:
    """Print a result."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would complain once more while closing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(PIPE_CLOSED) from None


def print_table(table: Any, *, width: int = 110) -> None:
    """Print a rich table or text: as wide as the terminal, or plain and of one width in a pipe."""
    terminal = sys.stdout.isatty()
    # What payments and lists hold is data: brackets are no markup, and control characters are drawn.
    console = Console(
        width=None if terminal else width, force_terminal=terminal, highlight=False, markup=False, emoji=False
    )
    with console.capture() as captured:
        console.print(table)
    write("\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n")))


def fail(message: str, code: int, *, trace: bool = False) -> NoReturn:
    """End with one readable line; the trace of a fault is shown in Python's development mode only."""
    line = " ".join(message.split())
    sys.stderr.write(f"screening: {line}\n")
    if trace and sys.flags.dev_mode:
        traceback.print_exc()
    raise SystemExit(int(code))


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Give a function that tells what is being done: a moving line on a terminal, plain lines in a pipe."""
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        columns = (
            SpinnerColumn(),
            BarColumn(bar_width=20),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("starting", total=None)
            yield lambda words: bar.update(task, description=words)
    else:
        start = time.perf_counter()

        def say(words: str) -> None:
            sys.stderr.write(f"[{time.perf_counter() - start:6.1f} s] {words}\n")
            sys.stderr.flush()

        yield say
