"""Runs over files larger than memory: in batches, sealed part by part, finished after any interruption."""

from screening.runs.budget import LEAST_MEMORY, Budget, cores, machine_memory, read_memory
from screening.runs.parties import read_parties
from screening.runs.run import Run, screen_into
from screening.runs.workplace import unfinished

__all__ = [
    "LEAST_MEMORY",
    "Budget",
    "Run",
    "cores",
    "machine_memory",
    "read_memory",
    "read_parties",
    "screen_into",
    "unfinished",
]
