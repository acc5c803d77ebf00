r"""Screen payments with Spark against the UN sanctions list and for terrorist-financing patterns.

Examples:
  spark-submit scripts/screen_on_spark.py payments.parquet consolidated.xml run/
  spark-submit scripts/screen_on_spark.py bank.payments consolidated.xml run/ --policy bank.toml
  spark-submit scripts/screen_on_spark.py today.parquet consolidated.xml run/ \
      --history hdfs:///payments/2026/ --parties parties.csv

Payments and history are Parquet files, folders of them (anything with a "/" or ending in .parquet) or tables
of the catalogue. CSV and JSON lines are not read, for Spark drops in silence what does not fit a line of CSV,
and numbers of JSON pass through floats: `screening run` reads them and checks every line.

The list, the policy, the parties and the folder for the outputs are on the driver. The folder holds the
whole run in the end, or what it held before. An earlier run in it is replaced; a folder with anything else in
it is refused.

Exit codes:
  0    done
  2    the command was mistyped
  3    an input or output cannot be used, or a job of Spark failed; nothing was written
  4    a fault of the program; nothing was written
  130  interrupted; nothing was written
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import screening
from screening import spark
from screening.audit import check_folder
from screening.cli import ExitCode, console
from screening.errors import RunError, SchemaError, ScreeningError
from screening.spark.driver import require_spark
from screening.spark.failures import last_line

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH: Final = "spark.sql.execution.arrow.maxRecordsPerBatch"
PARQUET: Final = (".parquet", ".pq")
TEXTS: Final = (".csv", ".tsv", ".psv", ".txt", ".json", ".jsonl", ".ndjson")


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """What was typed; a mistake ends with code 2."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("table", help="payments: a Parquet file or folder, or a table of the catalogue")
    parser.add_argument("list", type=Path, help="UN consolidated list (XML)")
    parser.add_argument("out", type=Path, help="folder for the outputs, on the driver")
    parser.add_argument("--policy", type=Path, metavar="FILE", help="policy (TOML); without it the defaults")
    parser.add_argument(
        "--history", metavar="TABLE", help="earlier payments, for rules that look back; not screened again"
    )
    parser.add_argument(
        "--parties",
        metavar="FILE",
        help="what is known of parties (party_id, opened_at, ...): CSV, Parquet, JSON lines or Arrow",
    )
    parser.add_argument(
        "--parts",
        type=_number,
        metavar="NUMBER",
        help="parts that the rules' payments are dealt into; by default as many as the table has partitions",
    )
    return parser.parse_args(given)


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def check_out(out: Path) -> None:
    """Refuse a folder that could not be written in the end, before any work is done.

    Raises:
        RunError: It holds something else than a run, or cannot be written.
    """
    out = check_folder(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent):
            pass
    except OSError as error:
        raise RunError(f"{out}: cannot be written: {error.strerror}") from error


def check_name(name: str) -> None:
    """Refuse what Spark would read with losses.

    Raises:
        SchemaError: It is a file of text.
    """
    suffixes = [suffix.lower() for suffix in Path(name).suffixes if suffix.lower() != ".gz"]
    if suffixes and suffixes[-1] in TEXTS:
        raise SchemaError(
            f"{name}: Parquet or a table of the catalogue is read here, no {suffixes[-1]}, of which Spark "
            "loses what does not fit a line: use `screening run`, which checks every line"
        )


def start() -> Any:
    """The session of Spark.

    Raises:
        MissingExtraError: pyspark or pyarrow is not installed.
        RunError: Spark does not start.
    """
    require_spark()
    from pyspark.errors import PySparkException  # noqa: PLC0415  # only where Spark is
    from pyspark.sql import SparkSession  # noqa: PLC0415

    try:
        session = SparkSession.builder.appName("screening").getOrCreate()
    except PySparkException as error:
        raise RunError(f"Spark does not start; it needs Java 17: {last_line(str(error))}") from error
    if BATCH not in dict(session.sparkContext.getConf().getAll()):
        session.conf.set(BATCH, "100000")  # ten times Spark's own: fewer transfers, more names in each
    return session


def read(session: Any, name: str) -> Any:
    """A table of Spark.

    Raises:
        SchemaError: There is none, or it cannot be read.
    """
    from py4j.protocol import Py4JError  # noqa: PLC0415  # only where Spark is
    from pyspark.errors import PySparkException  # noqa: PLC0415

    is_path = "/" in name or name.lower().endswith(PARQUET)
    try:
        return session.read.parquet(name) if is_path else session.table(name)
    except (PySparkException, Py4JError) as error:
        tried = "Parquet" if is_path else "a table of the catalogue (a path has a '/' or ends in .parquet)"
        raise SchemaError(f"{name}: cannot be read as {tried}: {last_line(str(error))}") from error


def screen(given: argparse.Namespace) -> None:
    """Read the tables, screen the payments, write a run folder on the driver's disk."""
    check_out(given.out)
    for name in (given.table, given.history):
        if name is not None:
            check_name(name)
    policy = screening.Policy.from_toml(given.policy) if given.policy else screening.Policy()
    index = screening.NameIndex(screening.read_un_list(given.list), policy=policy)
    session = start()
    payments = read(session, given.table)
    history = None if given.history is None else read(session, given.history)
    result = spark.screen(
        payments, index, policy=policy, history=history, parties=given.parties, parts=given.parts
    ).result
    result.write(given.out)
    with contextlib.suppress(console.Unwritable):  # the outputs are whole, and that is what was asked for
        console.write(result.summary())


def main(given: Sequence[str] | None = None) -> None:
    """Every failure is one readable line and an exit code of the command line."""
    try:
        screen(arguments(given))
    except ScreeningError as error:
        console.fail(str(error), ExitCode.BAD_INPUT)
    except KeyboardInterrupt:
        console.fail("interrupted", ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001  # the last resort: a fault must not look like a result
        told = (
            f"{type(error).__name__}: {last_line(str(error))} (a fault of the program, nothing was written)"
        )
        console.fail(told, ExitCode.INTERNAL, trace=True)


if __name__ == "__main__":
    main(sys.argv[1:])
