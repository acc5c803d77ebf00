"""The bound: which pairs of a batch and the list could reach the threshold.

For every token of a query and every listed name, the most that the token can earn and cover there is known
before any name is aligned. Their sums bound the score from above, because an alignment uses each token once
and each use earns at most that much. What stays below the threshold needs no alignment.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from screening.names.comparison import CONTRADICTED, EXTRA, FULL_EVIDENCE, MISSING, SCARCITY

__all__ = ["EPSILON", "candidates", "upper_bound"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EPSILON: Final = 1e-9
_CHUNK: Final = 50_000


def upper_bound(earned: Floats, agreed: Floats, extra: Floats, missing: Floats) -> Floats:
    """The score formula, on values that are each at least as favourable as any alignment."""
    extra = np.maximum(extra, 0.0)
    missing = np.maximum(missing, 0.0)
    both = np.minimum(extra, missing)
    loss = CONTRADICTED * both + EXTRA * (extra - both) + MISSING * (missing - both)
    loss = loss * (1 + SCARCITY * np.maximum(0.0, FULL_EVIDENCE - agreed))
    total = earned + loss
    return np.divide(earned, total, out=np.zeros_like(total), where=total > 0)


def candidates(
    queries: sparse.csr_array,
    query_weight: Floats,
    can: sparse.csr_array,
    covers: sparse.csr_array,
    name_weight: Floats,
    name_kind: Ints,
    threshold: float,
) -> tuple[Ints, Ints]:
    """Rows and listed names whose bound reaches the threshold.

    Args:
        queries: rows x tokens, ones.
        query_weight: rows x kinds, sum of the token weights.
        can: tokens x names; real part what the token can earn there, imaginary part its own weight if it can.
        covers: tokens x names; real part the listed weight it can cover, imaginary part the weight it can agree on.
        name_weight: sum of the token weights of each listed name, for its own kind.
        name_kind: position of the kind of each listed name.
        threshold: Score to reach.
    """
    found_rows, found_names = [], []
    for start in range(0, queries.shape[0], _CHUNK):
        chunk = queries[start : start + _CHUNK]
        first = (chunk @ can).tocoo()
        if not first.nnz:
            continue
        rows, names = first.coords
        weight = query_weight[start + rows, name_kind[names]]
        earned = first.data.real
        keep = earned >= threshold * (earned + EXTRA * np.maximum(0.0, weight - first.data.imag)) - EPSILON
        keep = np.nonzero(keep)[0]
        if not len(keep):
            continue
        rows, names, earned, own, weight = (
            rows[keep],
            names[keep],
            earned[keep],
            first.data.imag[keep],
            weight[keep],
        )
        second = np.asarray((chunk[rows].multiply(covers.T.tocsr()[names])).sum(axis=1)).ravel()
        bound = upper_bound(earned, second.imag, weight - own, name_weight[names] - second.real)
        keep = np.nonzero(bound >= threshold - EPSILON)[0]
        found_rows.append(start + rows[keep].astype(np.int64))
        found_names.append(names[keep].astype(np.int64))
    if not found_rows:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    return np.concatenate(found_rows), np.concatenate(found_names)
