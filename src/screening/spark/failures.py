"""What a failed job of Spark says, in one line: pages of two languages end in the sentence that matters."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from screening import errors
from screening.errors import RunError, ScreeningError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["last_line", "typed"]

_LIMIT: Final = re.compile(
    r"Total size of serialized results of .*? \((.*?)\) is bigger than spark\.driver\.maxResultSize \((.*?)\)"
)
_OURS: Final = re.compile(r"^screening\.errors\.(\w+): (.*)", re.MULTILINE)


@contextmanager
def typed() -> Iterator[None]:
    """Raise an error of this library in place of one of Spark.

    Raises:
        ScreeningError: A task raised it.
        RunError: The job failed otherwise.
    """
    from py4j.protocol import Py4JError  # noqa: PLC0415  # only where Spark is
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        yield
    except (Py4JError, PySparkException) as error:
        raise _told(str(error)) from error


def _told(text: str) -> ScreeningError:
    if limit := _LIMIT.search(text):
        gathered, most = limit.groups()
        return RunError(
            f"hits, flags and rejects come to the driver, and were more ({gathered}) than it may gather "
            f"({most}): set spark.driver.maxResultSize higher, 0 for no limit, and spark.driver.memory to "
            "three times as much; or look first whether payments are rejected or flagged by the million"
        )
    if "java.lang.OutOfMemoryError" in text or "TaskResultLost" in text:  # as a full heap is told of, too
        return RunError(
            "Spark ran out of memory: set spark.driver.memory higher if it was the driver's, which gathers "
            "hits, flags and rejects, or spark.executor.memory if it was a worker's"
        )
    if ours := _OURS.findall(text):
        name, message = ours[-1]
        return getattr(errors, name, RunError)(message)
    return RunError(f"a job of Spark failed: {last_line(text)}")


def last_line(text: str) -> str:
    r"""The line that says what happened: the last of a trace of Python, else the first of Spark's error.

    Example:
        >>> last_line("An exception was thrown:\nTraceback (...)\nModuleNotFoundError: No module named 'a'")
        "ModuleNotFoundError: No module named 'a'"
        >>> last_line("An error occurred.\n: org.apache.spark.SparkException: Disk full\n\tat a.b(c)")
        'Disk full'
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    java = next((line for line in lines if line.startswith(": ")), None)
    if java is not None:
        lines = [re.sub(r"^: ([\w$]+\.)+[\w$]+: ", "", java)]
    elif not any(line.startswith("Traceback") for line in lines):
        lines = lines[:1]
    return lines[-1] if lines else "it does not say why"
