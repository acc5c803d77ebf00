"""Runs over files larger than memory: in batches, sealed part by part, finished after any interruption."""

from screening.runs.budget import Budget, machine_memory, read_memory
from screening.runs.run import Run, screen_into
from screening.runs.workplace import unfinished

__all__ = ["Budget", "Run", "machine_memory", "read_memory", "screen_into", "unfinished"]
