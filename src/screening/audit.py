"""What a run leaves behind: a manifest that proves what was examined, and a folder that is whole or absent.

A clean result must show that it looked: rows that came in, rows screened, names per field, rules that
could not be evaluated, and digests of the list, the policy and the data behind them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import io
import json
import os
import platform
import shutil
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from polars.io.plugins import register_io_source

import screening
from screening.errors import RunError
from screening.payments import take_files
from screening.policy import OUTCOMES, Policy
from screening.reference.dated import hashes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from screening.designations import Provenance
    from screening.payments import InputFile
    from screening.rules import Rule

__all__ = [
    "CLOCK",
    "MANIFEST",
    "RUN_FORMAT",
    "account_for_rows",
    "check_folder",
    "describe_input",
    "describe_rule",
    "digest_rows",
    "discard",
    "draw_manifest",
    "in_chunks",
    "library_versions",
    "publish",
    "put_back",
    "read_manifest",
    "real_folder",
    "reference_data",
    "run_id",
    "settle_on_disk",
    "write_manifest",
    "write_run",
    "write_table",
]

RUN_FORMAT: Final = "screening.run/1"
MANIFEST: Final = "manifest.json"
CLOCK: Final = "clock"
"""The only key of a manifest that differs between two runs over the same inputs."""

_ROW_GROUP: Final = 100_000
_BLOCK: Final = 1 << 20
"""Rows of a row group: fixed, so that the bytes of a file do not depend on how its rows came together."""

_ENGINES: Final = ("polars", "rapidfuzz", "numpy", "scipy", "lxml", "anyascii", "narwhals")


def describe_input(
    table: Any, rows: pl.DataFrame | None = None, *, files: Sequence[InputFile] = ()
) -> dict[str, Any]:
    """Name what came in: a file by its bytes, a table by its rows.

    Args:
        table: A path, or a table of any library.
        rows: The same as a polars frame; None where it is too large for that, as a Spark table is.
        files: `take_files` of a path.

    Returns:
        `kind`; of a file `path`, `bytes` and `sha256`; of several files those of each under `files`; of a
        table the `sha256` of its rows (`digest_rows`).
    """
    if isinstance(table, str | os.PathLike):
        path = Path(table)
        files = files or take_files(path)
        held = [{"bytes": file.size, "sha256": file.sha256} for file in files]
        if [path] == [file.path for file in files]:
            return {"kind": "file", "path": path.as_posix(), **held[0]}
        named = [{"path": file.name, **about} for file, about in zip(files, held, strict=True)]
        return {"kind": "files", "path": path.as_posix(), "files": named}
    kind = f"{type(table).__module__.partition('.')[0]}.{type(table).__qualname__}"
    return {"kind": kind} if rows is None else {"kind": kind, "sha256": digest_rows(rows)}


def digest_rows(frame: pl.DataFrame) -> str:
    """SHA-256 of the names, types and values of a frame, however they lie in memory.

    Example:
        >>> import polars as pl
        >>> halves = pl.concat([pl.DataFrame({"a": ["x"]}), pl.DataFrame({"a": [None]})])
        >>> digest_rows(halves) == digest_rows(pl.DataFrame({"a": ["x", None]}))
        True
    """
    digest = hashlib.sha256(f"{frame.height}".encode())
    for column in frame:
        digest.update(f"\n{column.name}\n{column.dtype}\n".encode())
        for content in _contents(column):
            digest.update(content)
    return digest.hexdigest()


def _contents(column: pl.Series) -> Iterator[bytes]:
    """Where a column has values, and the values."""
    yield column.is_null().cast(pl.UInt8).to_numpy().tobytes()
    values = column.drop_nulls()
    if values.is_empty():
        return
    if isinstance(values.dtype, pl.List | pl.Array):
        values = values.cast(pl.List(values.dtype.inner))
        yield values.list.len().to_numpy().tobytes()
        yield from _contents(values.explode(empty_as_null=False))
    elif isinstance(values.dtype, pl.Struct):
        for field in values.struct.fields:
            yield from _contents(values.struct.field(field))
    elif values.dtype == pl.Binary:
        yield from _contents(values.bin.encode("hex"))
    elif values.dtype.is_float() or (
        values.dtype.is_integer() and values.dtype not in (pl.Int128, pl.UInt128)
    ):
        yield values.to_numpy().tobytes()
    elif values.dtype.is_temporal():
        yield from _contents(values.to_physical())
    else:
        try:
            texts = values.cast(pl.String)
        except pl.exceptions.PolarsError:
            # objects and types of other libraries, in columns that nothing reads
            texts = pl.Series([repr(value) for value in values], dtype=pl.String)
        yield texts.str.len_bytes().to_numpy().tobytes()
        yield "".join(texts).encode("utf-8", "surrogatepass")


def describe_rule(rule: Rule) -> dict[str, Any]:
    """What the flags of a rule and their part in a score depend on, beside payments and reference data."""
    parameters = {parameter.name: parameter.value for parameter in rule.parameters}
    return {
        "version": rule.version, "weight": rule.weight, "family": rule.family, "context": rule.context,
        "parameters": parameters,
    }  # fmt: skip


@functools.cache
def reference_data() -> dict[str, str]:
    """Digest of every data file that the library ships and a result may rest on."""
    root = Path(screening.__file__).parent
    files = sorted(path for path in root.glob("*/data/**/*") if path.is_file())
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def library_versions() -> dict[str, str]:
    """Versions of this library and of what it computes with."""
    return {
        "screening": screening.__version__,
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in _ENGINES},
    }


def account_for_rows(*, came_in: int, screened: int, rejected: int) -> dict[str, int]:
    """Count in = count out, or there is no result.

    Raises:
        RunError: A row is neither screened nor rejected, or is both.

    Example:
        >>> account_for_rows(came_in=10, screened=9, rejected=1)
        {'rows': 10, 'screened': 9, 'rejected': 1}
    """
    if came_in != screened + rejected:
        raise RunError(
            f"{came_in:,} rows came in, but {screened:,} were screened and {rejected:,} rejected; "
            "the run is void, because a row would be missing silently",
            came_in=came_in,
            screened=screened,
            rejected=rejected,
        )
    return {"rows": came_in, "screened": screened, "rejected": rejected}


def draw_manifest(
    *,
    source: Mapping[str, Any],
    provenance: Provenance,
    index: Mapping[str, Any],
    policy: Policy,
    fields: pl.DataFrame,
    rules: Iterable[Rule],
    coverage: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame | pl.LazyFrame],
    warnings: Sequence[str] = (),
    history: Mapping[str, Any] | None = None,
    parties: Mapping[str, Any] | None = None,
    clock: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Draw up the record of a run.

    Args:
        source: `describe_input` and `account_for_rows` of the payments.
        provenance: Of the sanctions list.
        index: Fingerprint and threshold of the name index.
        policy: The policy in force, kept in full.
        fields: FIELDS.
        rules: The rules as they were applied.
        coverage: COVERAGE: what each of them could look at.
        tables: The tables of the result by name; a lazy one is counted as it streams by.
        warnings: What a reader of the result must know.
        history: `describe_input` of earlier payments.
        parties: `describe_input` of the table of parties.
        clock: Times and durations; kept apart, because nothing else may differ between equal runs.
    """
    stated = {name: getattr(provenance, name) for name in provenance.__slots__}
    hits = tables["hits"].lazy()
    outcomes, statuses = _counts(tables["alerts"], "outcome"), _counts(hits, "status")
    about = {rule.id: describe_rule(rule) for rule in rules}
    manifest = {
        "format": RUN_FORMAT,
        "library": library_versions(),
        "input": dict(source),
        "history": dict(history) if history else None,
        "parties": dict(parties) if parties else None,
        "list": stated,
        "policy": {"sha256": policy.sha256, **policy.to_dict()},
        "index": dict(index),
        "reference_data": reference_data(),
        "rule_tables": hashes(policy.rules.reference),
        "fields": fields.to_dicts(),
        "hits": {
            **{status: statuses.get(status, 0) for status in ("hit", "unscreenable")},
            "designations": _one(hits.select(pl.col("reference").drop_nulls().n_unique())),
        },
        "rules": [{**row, **about[row["rule"]]} for row in coverage.to_dicts()],
        "flags": _counts(tables["flags"], "rule"),
        "alerts": {outcome: outcomes.get(outcome, 0) for outcome in reversed(OUTCOMES)},
        "rejects": _one(tables["rejects"].lazy().select(pl.len())),
        "warnings": list(warnings),
    }
    return {"run_id": run_id(manifest), **manifest, CLOCK: dict(clock or {})}


def run_id(manifest: Mapping[str, Any]) -> str:
    """Digest of everything in a manifest but the clock: equal for equal runs."""
    content = {key: value for key, value in manifest.items() if key not in (CLOCK, "run_id", "outputs")}
    return hashlib.sha256(_json(content, indent=None).encode()).hexdigest()


def read_manifest(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the manifest of a finished run.

    Raises:
        RunError: The folder holds no finished run.
    """
    path = Path(folder) / MANIFEST
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{folder}: no finished run ({MANIFEST} is missing or broken)") from error
    if content.get("format") != RUN_FORMAT:
        raise RunError(f"{folder}: {MANIFEST} is not of a run of this version ({RUN_FORMAT})")
    return content


def write_run(
    folder: str | os.PathLike[str], tables: Mapping[str, pl.DataFrame], manifest: Mapping[str, Any]
) -> Path:
    """Write tables and manifest so that the folder holds either a whole run or what it held before.

    Everything is written beside the folder, then renamed. A folder that holds an earlier run is
    replaced; one that holds anything else is left alone.

    Raises:
        RunError: The folder holds something else, or cannot be written.
    """
    target = check_folder(folder)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        workplace = Path(tempfile.mkdtemp(prefix=f".{target.name}.unfinished-", dir=target.parent))
    except OSError as error:
        raise RunError(f"{folder}: cannot be written: {error.strerror}") from error
    try:
        fresh = workplace / "new"
        fresh.mkdir()
        outputs = {
            f"{name}.parquet": write_table(fresh / f"{name}.parquet", [table], table.schema)
            for name, table in tables.items()
        }
        write_manifest(fresh, {**manifest, "outputs": outputs})
        publish(fresh, target, aside=workplace / "old")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise RunError(f"{folder}: cannot be written: {_reason(error)}") from error
    finally:
        shutil.rmtree(workplace / "new", ignore_errors=True)
        with contextlib.suppress(OSError, RunError):  # an earlier run that cannot be let go stays there
            discard(workplace / "old")
            workplace.rmdir()
    return target


def write_table(path: Path, frames: Iterable[pl.DataFrame], schema: pl.Schema) -> dict[str, Any]:
    """Write one Parquet file from frames that need not fit into memory together.

    Its bytes depend on the rows and their order alone, not on how they are divided into frames.

    Returns:
        `rows` and `sha256` of the file.
    """
    rows = 0

    def source(*_: Any) -> Iterator[pl.DataFrame]:
        nonlocal rows
        for chunk in in_chunks(frames, _ROW_GROUP):
            rows += chunk.height
            # equal values may lie in memory in several ways, and the encoder would tell them apart
            plain = io.BytesIO()
            chunk.write_ipc(plain, compat_level=pl.CompatLevel.oldest())
            plain.seek(0)
            yield pl.read_ipc(plain)

    register_io_source(source, schema=schema, is_pure=True).sink_parquet(path, row_group_size=_ROW_GROUP)
    settle_on_disk(path)
    with path.open("rb") as file:
        return {"rows": rows, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def in_chunks(frames: Iterable[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """The same rows in frames of `rows` rows each, the last one as long as it comes.

    Example:
        >>> import polars as pl
        >>> frames = [pl.DataFrame({"a": [1]}), pl.DataFrame({"a": [2, 3, 4]})]
        >>> [chunk["a"].to_list() for chunk in in_chunks(frames, 3)]
        [[1, 2, 3], [4]]
    """
    held: list[pl.DataFrame] = []
    wanted = rows
    for frame in frames:
        rest = frame
        while rest.height >= wanted:
            yield pl.concat([*held, rest.head(wanted)], rechunk=True)
            held, rest, wanted = [], rest.slice(wanted), rows
        if rest.height:
            held.append(rest)
            wanted -= rest.height
    if held:
        yield pl.concat(held, rechunk=True)


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest of a folder of outputs; what else is in it must be whole by then."""
    path = folder / MANIFEST
    path.write_text(_json(manifest), encoding="utf-8")
    settle_on_disk(path)
    settle_on_disk(folder)


def publish(fresh: Path, target: Path, *, aside: Path) -> None:
    """Put a finished folder into its place; what was there is put aside, and back if that fails.

    Raises:
        RunError: Since the run began, something came into the folder that no run wrote.
    """
    try:
        if target.exists():
            discard(aside)  # left by a process that was killed when all but this was done
            _refuse_arrivals(target, target)
            target.rename(aside)
            _refuse_arrivals(aside, target)  # once more, where nobody can put anything
        fresh.rename(target)
    except BaseException:
        put_back(aside, target)
        raise
    settle_on_disk(target.parent)


def put_back(aside: Path, target: Path) -> None:
    """Give an earlier run its place again, if nothing took it."""
    if aside.exists() and not (target.exists() and any(target.iterdir())):
        aside.rename(target)


def discard(folder: Path) -> None:
    """Delete a run that was replaced: the files that it wrote, and nothing else.

    Raises:
        RunError: The folder holds something that no run wrote; all of it stays.
    """
    if not folder.exists():
        return
    held = sorted(folder.iterdir(), key=lambda path: path.name == MANIFEST)  # last: it names the others
    if foreign := _foreign(folder):
        raise RunError(
            f"{folder}: holds files that no run wrote ({_few(foreign)}); move them elsewhere", resumable=True
        )
    for path in held:
        path.unlink()
    folder.rmdir()


def _refuse_arrivals(folder: Path, target: Path) -> None:
    if foreign := _foreign(folder):
        raise RunError(
            f"{target}: while the run was working, files came into it that no run wrote ({_few(foreign)}); "
            "move them elsewhere",
            resumable=True,
        )


def _foreign(folder: Path) -> list[str]:
    """Names in a folder that no run wrote; without a manifest that is all of them."""
    held = {path.name for path in folder.iterdir()}
    try:
        written = {MANIFEST, *read_manifest(folder).get("outputs", {})} if held else set[str]()
    except RunError:
        written = set()
    return sorted(held - written)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3])


def real_folder(folder: str | os.PathLike[str]) -> Path:
    """The folder that a path means which is a link or ends in dots: these cannot be replaced themselves."""
    path = Path(folder)
    return Path(os.path.realpath(path)) if path.is_symlink() or path.name in ("", "..") else path


def check_folder(folder: str | os.PathLike[str]) -> Path:
    """Refuse a folder that a run must not replace, before any work is done.

    Returns:
        `real_folder` of it.

    Raises:
        RunError: It is a file, holds something that no run wrote, is where the process works or a disk is
            mounted, or may not be moved.
    """
    target = real_folder(folder)
    if target.is_symlink():
        raise RunError(f"{target}: is a link that leads back to itself; name another folder")
    try:
        if not target.exists():
            return target
        inside = Path.cwd().is_relative_to(target.resolve())
        if not target.is_dir():
            raise RunError(f"{target}: is a file; name a folder for the outputs")
        _refuse_foreign(target)
    except OSError as error:
        raise RunError(f"{target}: cannot be looked into: {error.strerror}; name another folder") from error
    if inside:  # the shell would be left in a folder that is put aside
        raise RunError(
            f"{target}: the command is run inside this folder, and it is replaced as a whole; "
            f"name a folder in it, such as {target / 'run'}"
        )
    if target.is_mount():
        raise RunError(
            f"{target}: a disk is mounted here, and the folder is replaced as a whole; "
            f"name a folder in it, such as {target / 'run'}"
        )
    if not os.access(target, os.W_OK):  # to move a folder is to write in it
        raise RunError(f"{target}: may not be written, and so not be replaced; name another folder")
    return target


def _refuse_foreign(target: Path) -> None:
    """Refuse a folder that holds something that no run wrote."""
    foreign = _foreign(target)
    if MANIFEST in foreign or (foreign and not (target / MANIFEST).exists()):
        raise RunError(f"{target}: holds something other than a run; name another folder")
    if foreign:
        raise RunError(f"{target}: holds files that no run wrote ({_few(foreign)}); name another folder")


def settle_on_disk(path: Path) -> None:
    """Wait until the bytes of a file, or the names in a folder, are on the disk.

    A rename must not overtake what it renames.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or next(iter(str(error).splitlines()), type(error).__name__)


def _one(frame: pl.LazyFrame) -> int:
    return int(frame.collect(engine="streaming").item())


def _counts(table: pl.DataFrame | pl.LazyFrame, column: str) -> dict[str, int]:
    counted = table.lazy().group_by(column).len().sort(column).collect(engine="streaming")
    return dict(zip(counted[column], counted["len"], strict=True))


def _json(content: Any, *, indent: int | None = 2) -> str:
    return json.dumps(content, indent=indent, ensure_ascii=False, sort_keys=indent is None, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a manifest")
