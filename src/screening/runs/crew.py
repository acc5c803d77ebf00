"""Workers: processes that each seal parts of a run. What they find does not depend on how many they are."""

from __future__ import annotations

import contextlib
import ctypes
import math
import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from screening.errors import PolicyError, RunError, ScreeningError
from screening.reference.dated import hashes
from screening.runs.workplace import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from screening.index import NameIndex
    from screening.policy import Policy
    from screening.rules.partitions import Plan
    from screening.runs.workplace import Workplace

__all__ = ["Crew", "Desk", "Task", "refuse_unguarded"]

_THREADS: Final = "POLARS_MAX_THREADS"
_GUARD: Final = (
    "a worker begins by loading the script that the run was called from: put the call under "
    "`if __name__ == '__main__':` in a file, or let one worker do it"
)
_WORTH_BEGINNING: Final = 4.0
"""Seconds of work from which workers begin: to begin takes two seconds (measured with two of them)."""

_COULD_NOT_BEGIN: Final = 1  # what Python ends with where the script cannot be loaded


def refuse_unguarded() -> None:
    """End a worker that would begin the run once more while it loads the script that began it.

    By an exit and not an error: every worker would print the whole trace of it.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise SystemExit(f"screening: {_GUARD}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every worker has before it.

    Attributes:
        place: Where parts are read and sealed.
        index: The sanctions list.
        facts: FACTS of the list.
        policy: The policy of the run.
        threshold: Score from which a name is a hit; the policy's where None.
        tables: Digests of the reference tables, which each process reads for itself.
        plan: How payments are dealt out for the rules.
    """

    place: Workplace
    index: NameIndex
    facts: pl.DataFrame
    policy: Policy
    threshold: float | None
    tables: Mapping[str, str]
    plan: Plan | None = None

    def check_tables(self) -> None:
        """Refuse reference tables of one's own that a worker read otherwise than the first process.

        Raises:
            RunError: One was changed or taken away.
        """
        own = self.policy.rules.reference
        try:
            changed = [name for name, digest in hashes(own).items() if digest != self.tables[name]]
        except PolicyError as error:
            raise RunError(f"{error}; put it back as it was", resumable=True) from error
        if changed:
            raise RunError(
                f"{own.get(changed[0], changed[0])}: the reference table was changed while the run was "
                "working; put it back as it was",
                resumable=True,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One part to be sealed.

    Attributes:
        part: Its name.
        make: Function of a module, called with the desk, the name of the part and `given`.
        given: What else it needs.
        size: How much of the stage it is.
        pace: How much of that is done a second, at least; where 0, it is enough to share in any case.
    """

    part: str
    make: Callable[..., None]
    given: dict[str, Any]
    size: int
    pace: float = 0.0


class Crew:
    """Does tasks, in this process or in several; these wait for more until the `with` block ends.

    Args:
        desk: What the workers have before them.
        workers: How many processes.
        threads: Cores that all of them share.
    """

    def __init__(self, desk: Desk, *, workers: int, threads: int) -> None:
        self._desk, self._workers, self._threads = desk, workers, threads
        self._pool: ProcessPoolExecutor | None = None
        self._others: set[Any] = set()
        self._own: set[Any] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._dismiss()

    def do(self, tasks: Sequence[Task], advance: Callable[[int], None]) -> None:
        """Do all tasks whose part is not sealed yet.

        Raises:
            RunError: A worker died.
        """
        place = self._desk.place
        waiting = [task for task in tasks if place.receipt(task.part) is None]
        advance(sum(task.size for task in tasks) - sum(task.size for task in waiting))
        if not self._is_worth_sharing(waiting):
            if waiting:
                self._dismiss()  # what is done here may need their memory
            for task in waiting:
                _make(task, self._desk)
                advance(task.size)
            return
        self._share(waiting, advance)

    def _is_worth_sharing(self, tasks: Sequence[Task]) -> bool:
        work = [task.size / task.pace if task.pace else math.inf for task in tasks if task.size]
        if self._workers == 1 or len(work) < 2:
            return False
        return self._pool is not None or sum(work) >= _WORTH_BEGINNING

    def _share(self, tasks: Iterable[Task], advance: Callable[[int], None]) -> None:
        limit = os.environ.get(_THREADS)
        os.environ[_THREADS] = str(max(1, self._threads // self._workers))  # for those that begin now
        try:
            pool = self._pool or self._gather()
            with _deaf():  # with what they are given to do, workers begin
                futures = {pool.submit(_do, task): task for task in tasks}
            self._own = set(multiprocessing.active_children()) - self._others
            for future in as_completed(futures):
                future.result()
                advance(futures[future].size)
        except BrokenProcessPool as error:
            self._dismiss()
            ended = [worker.exitcode for worker in self._own]  # known once the pool has ended
            reason = (
                f"a worker could not begin; {_GUARD}"
                if _COULD_NOT_BEGIN in ended
                else "a worker died, perhaps for want of memory; fewer --workers or less --memory may help"
            )
            raise RunError(reason, resumable=True) from error
        except BaseException:
            self._dismiss()
            raise
        finally:
            if limit is None:
                del os.environ[_THREADS]
            else:
                os.environ[_THREADS] = limit

    def _gather(self) -> ProcessPoolExecutor:
        self._others = set(multiprocessing.active_children())
        self._pool = ProcessPoolExecutor(
            self._workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_enter,
            initargs=(self._lay_out(),),
        )
        return self._pool

    def _dismiss(self) -> None:
        """End the workers."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        self._desk.place.draft("desk").unlink(missing_ok=True)
        for child in set(multiprocessing.active_children()) - self._others:
            child.kill()  # what it has not sealed does not count
        # waited for: a thread of the pool that still closes it when Python ends is told of as an error
        pool.shutdown(cancel_futures=True)

    def _lay_out(self) -> Path:
        """The desk as a file: a pipe would block for ever if a worker died before it had read it."""
        path = self._desk.place.draft("desk")
        with writing(path):
            path.write_bytes(pickle.dumps(self._desk))
        return path


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Begin processes that never hear Ctrl-C, and hear it here when they have all begun.

    The first process ends them. Told to a worker itself, it would come too late: until the library is loaded
    there, Ctrl-C prints a trace; so does a worker to which the first process did not finish speaking.
    """
    heard: list[int] = []
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    handlers = dict[int, Any]()
    if threading.current_thread() is threading.main_thread():  # to others it does not come
        for one in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(one) is None:  # not Python's, and could not be put back
                continue
            handlers[one] = signal.signal(one, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for number in heard[:1]:
            signal.raise_signal(number)


_DESK: list[Desk] = []


def _enter(desk: Path) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # it may have been ignored where the first process began
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _DESK[:] = [pickle.loads(desk.read_bytes())]  # noqa: S301  # written by the process that began this one


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """Keep back what is written to standard error until it is known whether an error of ours says it all.

    Where a file is cut while polars reads it, a dozen of its threads say that they panic; one line is enough.
    """
    try:
        file, stderr = tempfile.TemporaryFile(), os.dup(2)  # noqa: SIM115  # closed below
    except OSError:  # no place to keep it
        yield
        return
    with file as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except ScreeningError:
            held.truncate(0)
            raise
        finally:
            os.dup2(stderr, 2)
            held.seek(0)
            with contextlib.suppress(OSError):  # nobody hears it
                os.write(stderr, held.read())
            os.close(stderr)


def _do(task: Task) -> None:
    desk = _DESK[0]
    try:
        desk.check_tables()
        with _hushed():
            _make(task, desk)
    except (Exception, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001  # a panic of polars, which cannot travel back
        raise RuntimeError(f"{type(error).__name__}: {error}") from None


def _make(task: Task, desk: Desk) -> None:
    task.make(desk, task.part, **task.given)
    _give_back()


def _give_back() -> None:
    """Give memory that is free back to the machine: glibc keeps it, and with every part a little more."""
    with contextlib.suppress(OSError, AttributeError):  # where the allocator is another
        ctypes.CDLL(None).malloc_trim(0)
