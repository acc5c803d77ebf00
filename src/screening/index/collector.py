"""Python's collector of cycles, and when it would look in vain."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["collector_paused"]


@contextmanager
def collector_paused() -> Iterator[None]:
    """Without the collector, for work that makes many objects and no cycles: it took a sixth of the time.

    Whatever else a caller set stands again afterwards; of several threads the first that ends sets it.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
