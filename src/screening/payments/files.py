"""Files that come in, as they were when they were described: no other may be read in their place."""

from __future__ import annotations

import functools
import hashlib
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from screening.errors import RunError, SchemaError
from screening.payments.sources import find_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

__all__ = ["STATE_SIZE", "InputFile", "file_states", "reading", "take_files"]

STATE_SIZE: Final = 2
"""Where in `InputFile.state` its bytes stand."""
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file that a manifest says was read.

    Attributes:
        name: What its rows are reported under.
        path: Where it is.
        size: Its bytes.
        sha256: Their digest.
        state: Device, inode, size and times that it had before they were read. While they stay, so does the
            content; where they differ the digest decides, for a file may be touched or moved and be the same.
    """

    name: str
    path: Path
    size: int
    sha256: str
    state: tuple[int, ...]

    def check(self) -> None:
        """Refuse another content than was described.

        Raises:
            RunError: The file was changed, replaced or taken away.
        """
        try:
            now = _state(self.path)
            if now == self.state or _digest_in(self.path, now) == self.sha256:
                return
        except OSError as error:
            raise self._changed(f"cannot be read any more ({error.strerror})") from error
        raise self._changed("was changed or replaced")

    def _changed(self, what: str) -> RunError:
        return RunError(
            f"{self.name}: {what} while it was being screened; put back the file that it was, or begin anew "
            "with what is there now",
            resumable=True,
        )


@contextmanager
def reading(files: Iterable[InputFile]) -> Iterator[None]:
    """Vouch that what is read within comes from the files as they were described.

    Only what was read before this ends without an error may be kept.

    Raises:
        RunError: One of them was changed, replaced or taken away.
    """
    files = tuple(files)
    for file in files:
        file.check()
    try:
        yield
    except SchemaError:
        for file in files:  # that it cannot be read has this reason, if any
            file.check()
        raise
    for file in files:
        file.check()


def take_files(
    where: str | os.PathLike[str], *, read: Callable[[int], None] = lambda _: None
) -> list[InputFile]:
    """The files of a path, a folder or a pattern, and what is in them.

    Args:
        where: The path.
        read: Told how many bytes more of them were read.

    Raises:
        SchemaError: There are none, or one cannot be read.
    """
    return [_taken(name, path, read) for name, path in find_files(os.fspath(where))]


def file_states(where: str | os.PathLike[str]) -> list[tuple[str, tuple[int, ...]]]:
    """Name and `InputFile.state` of each of the files.

    Raises:
        SchemaError: There are none, or one cannot be read.
    """
    return [(name, _state_of(name, path)) for name, path in find_files(os.fspath(where))]


def _taken(name: str, path: Path, read: Callable[[int], None]) -> InputFile:
    state = _state_of(name, path)  # first: whatever changes it later, changes the state
    sha256 = _digest(path, read)
    return InputFile(name=name, path=path, size=path.stat().st_size, sha256=sha256, state=state)


def _state_of(name: str, path: Path) -> tuple[int, ...]:
    try:
        return _state(path)
    except OSError as error:
        raise SchemaError(f"{name}: cannot be read: {error.strerror}") from error


def _state(path: Path) -> tuple[int, ...]:
    # opened, because a network file system may tell of a file that is not open what it was a while ago
    with path.open("rb") as file:
        now = os.fstat(file.fileno())
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns


@functools.lru_cache(maxsize=1_024)
def _digest_in(path: Path, state: tuple[int, ...]) -> str:
    """The digest of a file in a state: a file that was touched is digested once, not for each batch."""
    del state
    return _digest(path)


def _digest(path: Path, read: Callable[[int], None] = lambda _: None) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            read(len(block))
    return digest.hexdigest()
