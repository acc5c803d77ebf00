"""What RapidFuzz's own scorers find and disturb, on the names the board asks: the scale for its rows.

Both sides are folded to lower-case ASCII, and a listed name is a hit from the cutoff of the issue on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from anyascii import anyascii
from rapidfuzz import fuzz, process

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

__all__ = ["SCORERS", "best_scores"]

SCORERS: Final[dict[str, tuple[Callable[..., float], float]]] = {
    "token_set_ratio at 90": (fuzz.token_set_ratio, 90.0),
    "WRatio at 88": (fuzz.WRatio, 88.0),
}
"""Scorer and cutoff."""

_BLOCK: Final = 500  # queries looked at together: bounds memory


def best_scores(
    queries: Sequence[str], listed: Sequence[str], owner: NDArray[np.int64], scorer: Callable[..., float]
) -> NDArray[np.float32]:
    """Best score of each query with each owner's names: queries x owners.

    Args:
        queries: Names asked.
        listed: Names of the list, those of one owner next to each other.
        owner: Number of the owner of each listed name, from 0 without a gap.
        scorer: One of RapidFuzz's.
    """
    folded = [anyascii(name).lower() for name in listed]
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    best = np.empty((len(queries), len(first)), dtype=np.float32)
    for begin in range(0, len(queries), _BLOCK):
        asked = [anyascii(name).lower() for name in queries[begin : begin + _BLOCK]]
        scores = process.cdist(asked, folded, scorer=scorer, dtype=np.float32, workers=-1)
        best[begin : begin + _BLOCK] = np.maximum.reduceat(scores, first, axis=1)
    return best
