"""Talking to a terminal or a pipe: results on stdout, all else on stderr."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import time
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NoReturn, TextIO

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "PIPE_CLOSED",
    "UNWRITABLE",
    "Unwritable",
    "fail",
    "note",
    "print_table",
    "progress",
    "write",
]

PIPE_CLOSED: Final = 141
"""Exit code when the reader of our output has gone, as after `| head`; what a shell expects."""

UNWRITABLE: Final = 3
"""Exit code when a result cannot be printed for another reason, such as a full disk."""


class Unwritable(Exception):  # noqa: N818  # the state of a stream, not a fault
    """Standard output cannot be written; `code` is what the program ends with if that was all it was for."""

    def __init__(self, reason: str, code: int) -> None:
        super().__init__(reason)
        self.code = code


def write(text: str) -> None:
    """Print a result.

    Raises:
        Unwritable: The stream is closed, full, or nobody reads it any more.
    """
    try:
        if sys.stdout is None:
            raise OSError("it is closed")  # noqa: TRY301  # like a stream that says so itself
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        _silence(sys.stdout)
        code = PIPE_CLOSED if isinstance(error, BrokenPipeError) else UNWRITABLE
        raise Unwritable(getattr(error, "strerror", None) or str(error), code) from None


def note(text: str) -> None:
    """Tell the user something beside the result; if nobody can hear it, that is no failure."""
    try:
        if sys.stderr is not None:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()
    except (OSError, ValueError):
        _silence(sys.stderr)


def _silence(stream: TextIO | None) -> None:
    """Send what is left of a broken stream nowhere: Python would complain once more at its end."""
    if stream is not None:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def print_table(table: Any, *, width: int = 110) -> None:
    """Print a rich table or text: as wide as the terminal, or plain and of one width in a pipe."""
    terminal = sys.stdout is not None and sys.stdout.isatty()
    # What payments and lists hold is data: brackets are no markup, and control characters are drawn.
    drawn = io.StringIO()  # and not the stream itself, which may be closed or full
    console = Console(
        file=drawn,
        width=None if terminal else width,
        force_terminal=terminal,
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.print(table)
    write("\n".join(line.rstrip() for line in drawn.getvalue().rstrip("\n").split("\n")))


def fail(message: str, code: int, *, trace: bool = False) -> NoReturn:
    """End with one readable line; the trace of a fault is shown in Python's development mode only."""
    line = " ".join(message.split())
    note(f"screening: {line}")
    if trace and sys.flags.dev_mode:
        note(traceback.format_exc())
    raise SystemExit(int(code))


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Give a function that tells what is being done: a moving line on a terminal, plain lines in a pipe."""
    if quiet:
        yield lambda _: None
    elif sys.stderr is not None and sys.stderr.isatty() and not Console(stderr=True).is_dumb_terminal:
        # of a narrow terminal the words are cut, which come last, and never the time
        words = Column(no_wrap=True, overflow="ellipsis", ratio=1)
        columns = (
            SpinnerColumn(table_column=Column(no_wrap=True)),
            TimeElapsedColumn(table_column=Column(no_wrap=True, min_width=7)),
            TextColumn("{task.description}", table_column=words),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True, expand=True) as bar:
            task = bar.add_task("starting", total=None)
            yield lambda words: bar.update(task, description=words)
    else:
        start = time.perf_counter()

        def say(words: str) -> None:
            note(f"[{time.perf_counter() - start:6.1f} s] {words}")

        yield say
