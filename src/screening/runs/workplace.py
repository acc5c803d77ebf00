"""The folder beside the output in which a run grows: parts that are sealed, or do not count.

    OUT.unfinished/
        plan.json            what the run rests on; without it nothing here counts
        lock                 held while a process works here
        <part>.parquet       one part of the work
        <part>.json          its receipt: bytes, digest, rows; without it the part does not count; it names
                             the parts sealed before it that it answers for
        new/                 the outputs, renamed to OUT when they are whole

A part is written under another name, brought to the disk and renamed; its receipt follows in the same way.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from screening.audit import discard, put_back, real_folder, settle_on_disk
from screening.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["Workplace", "unfinished", "writing"]

_PLAN: Final = "plan.json"
_LOCK: Final = "lock"
_DRAFT: Final = ".draft"
_UNFINISHED: Final = ".unfinished"
_FOLDERS: Final = ("new", "old")
_SUFFIXES: Final = (".parquet", ".json", _DRAFT)


def unfinished(folder: str | os.PathLike[str]) -> Path:
    """Where a run into a folder works until it is finished.

    Example:
        >>> unfinished("runs/today").name
        'today.unfinished'
    """
    target = real_folder(folder)
    return target.with_name(f"{target.name}{_UNFINISHED}")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a full or broken disk into an error.

    Raises:
        RunError: Something could not be written.
    """
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = getattr(error, "strerror", None) or next(iter(str(error).splitlines()), type(error).__name__)
        raise RunError(f"{path}: cannot be written: {reason}", resumable=True) from error


class Workplace:
    """Sealed parts of one run.

    Args:
        folder: `OUT.unfinished`; it exists.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: int | None = None

    def __reduce__(self) -> tuple[type[Workplace], tuple[Path]]:
        return Workplace, (self.folder,)  # workers seal parts; the lock stays with the first process

    # -- beginning and end --------------------------------------------------------------------------------

    @classmethod
    def begin(cls, target: Path) -> Workplace:
        """Make or enter the folder beside the output, and hold it.

        Raises:
            RunError: It is in use, holds something else, or cannot be made.
        """
        place = cls(unfinished(target))
        try:
            place.folder.mkdir(parents=True, exist_ok=True)
            place._hold()
            place._refuse_foreign()
            # first of all: whoever is told to remove the folder must not lose an earlier run with it
            put_back(place._aside, place._target)
            if place.plan is None:
                place.clear()
        except OSError as error:
            place.release()
            raise RunError(f"{place.folder}: cannot be written: {error.strerror or error}") from error
        except RunError:
            place.release()
            raise
        return place

    def _refuse_foreign(self) -> None:
        foreign = [path.name for path in self.folder.iterdir() if not _is_ours(path)]
        if foreign:
            raise RunError(f"{self.folder}: holds '{foreign[0]}', which no run wrote; name another output")

    @property
    def _aside(self) -> Path:
        return self.folder / "old"

    @property
    def _target(self) -> Path:
        return self.folder.with_name(self.folder.name.removesuffix(_UNFINISHED))

    def _hold(self) -> None:
        self._lock = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.release()
            raise RunError(f"{self.folder}: another process is working on this run") from error

    def release(self) -> None:
        """Let others in."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def plan(self) -> dict[str, Any] | None:
        """What the run that stands here rests on; None where none has begun."""
        return self._read(_PLAN)

    def write_plan(self, plan: Mapping[str, Any]) -> None:
        """State what the run rests on; it begins with that."""
        with writing(self.folder / _PLAN):
            self._write(_PLAN, plan)

    def clear(self) -> None:
        """Take all parts away; an earlier output that was put aside goes back to its place, if that is free.

        Raises:
            RunError: Among that is something that no run wrote.
        """
        (self.folder / _PLAN).unlink(missing_ok=True)  # first, so that half of a cleared run is none
        put_back(self._aside, self._target)
        discard(self._aside)
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != _LOCK:
                path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Take the folder away."""
        with contextlib.suppress(OSError, RunError):
            self.clear()
            (self.folder / _LOCK).unlink(missing_ok=True)
            self.folder.rmdir()
        self.release()

    # -- parts --------------------------------------------------------------------------------------------

    def seal(
        self,
        name: str,
        table: pl.DataFrame,
        *,
        group: int | None = None,
        beside: Sequence[str] = (),
        **note: Any,
    ) -> None:
        """Write a part for good.

        Args:
            name: Name of the part.
            table: What is in it.
            group: Rows that are read at once.
            beside: Parts sealed before this one, of which nobody asks whether they are there once it is.
            note: Kept in its receipt.

        Raises:
            RunError: It cannot be written.
        """
        path = self.part(name)
        with writing(path):
            draft = self.draft(name)
            try:
                # read a few times and thrown away: quick to write and read; statistics find groups of rows
                table.write_parquet(
                    draft, compression="uncompressed", row_group_size=group, statistics=bool(group)
                )
                settle_on_disk(draft)
                size, digest = draft.stat().st_size, _digest(draft)
                draft.replace(path)
            finally:
                draft.unlink(missing_ok=True)
            receipt = {"bytes": size, "sha256": digest, "rows": table.height, "beside": [*beside], **note}
            self._write(f"{name}.json", receipt)

    def drop(self, prefix: str) -> None:
        """Take parts away that nothing needs any more; receipts first, so that no half is taken for one."""
        for suffix in (".json", ".parquet"):
            for path in self.folder.glob(f"{prefix}*{suffix}"):
                path.unlink()

    def draft(self, name: str) -> Path:
        """A file that counts for nothing, until it is renamed."""
        return self.folder / f"{name}-{os.getpid()}{_DRAFT}"

    def part(self, name: str) -> Path:
        """The file of a part."""
        return self.folder / f"{name}.parquet"

    def receipt(self, name: str) -> dict[str, Any] | None:
        """Receipt of a part; None where the part is not sealed, or not what was sealed."""
        held = self._read(f"{name}.json")
        try:
            whole = held is not None and self.part(name).stat().st_size == held["bytes"]
        except OSError:
            return None
        return held if whole else None

    def sealed(self, prefix: str) -> list[str]:
        """Names of the sealed parts that begin so, in order."""
        found = sorted(path.stem for path in self.folder.glob(f"{prefix}*.json") if path.name != _PLAN)
        return [name for name in found if self.receipt(name) is not None]

    def unbroken(self, prefix: str) -> list[str]:
        """Names of the sealed parts `<prefix>000000`, `<prefix>000001`, ... up to the first gap."""
        names: list[str] = []
        while self.receipt(name := f"{prefix}{len(names):06}") is not None:
            names.append(name)
        return names

    def scan(self, prefix: str) -> pl.LazyFrame:
        """The rows of all sealed parts that begin so, in order of the parts.

        Raises:
            RunError: There are none.
        """
        names = self.sealed(prefix)
        if not names:
            raise self.lost(prefix)
        return pl.scan_parquet([self.part(name) for name in names], glob=False)

    def lost(self, name: str) -> RunError:
        """The error that a part is gone which stood there when this process began or was made by it."""
        return RunError(
            f"{self.folder}: part '{name}' was damaged or taken away while the run was working; the same "
            "command with --resume makes it anew",
            part=name,
        )

    def verify(self) -> None:
        """Drop parts whose bytes are not those that were sealed, and parts that answer for such."""
        receipts = {name: self.receipt(name) for name in self.sealed("")}
        sound = {
            name: held["beside"]
            for name, held in receipts.items()
            if held is not None and _digest(self.part(name)) == held["sha256"]
        }
        while bereft := [name for name, beside in sound.items() if not sound.keys() >= {*beside}]:
            for name in bereft:
                del sound[name]
        for path in self.folder.glob("*.json"):
            if path.name != _PLAN and path.stem not in sound:
                path.unlink()
        for path in self.folder.glob(f"*{_DRAFT}"):
            path.unlink()

    def _read(self, name: str) -> dict[str, Any] | None:
        """What `_write` wrote; None where it is not there, or other than it was written."""
        try:
            held = json.loads((self.folder / name).read_text(encoding="utf-8"))
            content: dict[str, Any] = held["content"]
            return content if held["sha256"] == _digest_of(content) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a plan or a receipt with its own digest: a changed size in it would be believed."""
        held = {"content": content, "sha256": _digest_of(content)}
        self._put(name, json.dumps(held, ensure_ascii=False, indent=2).encode())

    def _put(self, name: str, content: bytes) -> None:
        draft = self.draft(name)
        try:
            draft.write_bytes(content)
            settle_on_disk(draft)
            draft.replace(self.folder / name)
        finally:
            draft.unlink(missing_ok=True)
        settle_on_disk(self.folder)


def _is_ours(path: Path) -> bool:
    if path.is_dir():
        return path.name in _FOLDERS
    return path.name == _LOCK or path.suffix in _SUFFIXES


def _digest_of(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
