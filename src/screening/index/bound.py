"""The bound: which pairs of a batch and the list could reach the threshold.

For every token of a query and every listed name, the most that the token can earn and cover there is known
before any name is aligned. Their sums bound the score from above, because an alignment uses each token once
and each use earns at most that much. What stays below the threshold needs no alignment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from screening.names.comparison import CONTRADICTED, EXTRA, FULL_EVIDENCE, MISSING, SCARCITY

__all__ = ["EPSILON", "Worth", "candidates", "upper_bound"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EPSILON: Final = 1e-5  # sums are kept in single precision
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


@dataclass(frozen=True, slots=True)
class Worth:
    """The most that each token of a batch can earn and cover in each listed name that it resembles.

    Attributes:
        token, name: Which token, and which listed name.
        earn: Weight times similarity.
        own: The token's own weight, which is then not extra.
        cover: Weight on the listed side, which is then not missing.
        agree: Weight that both sides share.
        width: Number of tokens.
    """

    token: Ints
    name: Ints
    earn: Floats
    own: Floats
    cover: Floats
    agree: Floats
    width: int


def candidates(
    rows: Ints,
    ids: Ints,
    query_weight: Floats,
    full_line: npt.NDArray[np.bool_],
    worth: Worth,
    name_weight: Floats,
    name_kind: Ints,
    threshold: float,
) -> tuple[Ints, Ints]:
    """Rows and listed names whose bound reaches the threshold.

    Args:
        rows, ids: Which row holds which token.
        query_weight: rows x kinds, sum of the token weights.
        full_line: Rows whose end may have been cut off, so that nothing of the listed name counts as missing.
        worth: What a token is worth in a listed name.
        name_weight: Sum of the token weights of each listed name, for its own kind.
        name_kind: Position of the kind of each listed name.
        threshold: Score to reach.
    """
    keep = _hopeful(rows, ids, query_weight, worth, name_kind, threshold)
    kept = np.flatnonzero(keep)
    chosen = keep[rows]
    place = np.cumsum(keep) - 1
    shape = (len(kept), worth.width)
    queries = sparse.csr_array(
        (np.ones(int(chosen.sum()), np.float32), (place[rows[chosen]], ids[chosen])), shape=shape
    )
    shape = (worth.width, len(name_weight))
    coords = (worth.token, worth.name)
    can = sparse.csr_array(((worth.earn + 1j * worth.own).astype(np.complex64), coords), shape=shape)
    covers = sparse.csr_array(((worth.cover + 1j * worth.agree).astype(np.complex64), coords), shape=shape)
    found_rows, found_names = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for start in range(0, len(kept), _CHUNK):
        chunk = queries[start : start + _CHUNK]
        first, second = chunk @ can, chunk @ covers  # the same places: neither ever holds a zero
        row = kept[start + np.repeat(np.arange(chunk.shape[0]), np.diff(first.indptr))]
        name = first.indices
        bound = upper_bound(
            first.data.real,
            second.data.imag,
            query_weight[row, name_kind[name]] - first.data.imag,
            np.where(full_line[row], 0.0, name_weight[name] - second.data.real),
        )
        reach = np.flatnonzero(bound >= threshold - EPSILON)
        found_rows.append(row[reach])
        found_names.append(name[reach].astype(np.int64))
    return np.concatenate(found_rows), np.concatenate(found_names)


def _hopeful(
    rows: Ints, ids: Ints, query_weight: Floats, worth: Worth, name_kind: Ints, threshold: float
) -> npt.NDArray[np.bool_]:
    """Rows that could reach the threshold if each token met the best partner there is, all in one name."""
    hopeful = np.zeros(len(query_weight), dtype=bool)
    for k in range(query_weight.shape[1]):
        mine = name_kind[worth.name] == k
        best = []
        for value in (worth.earn, worth.agree, worth.own):
            most = np.zeros(worth.width)
            np.maximum.at(most, worth.token[mine], value[mine])
            best.append(np.bincount(rows, most[ids], minlength=len(query_weight)))
        earned, agreed, own = best
        bound = upper_bound(earned, agreed, query_weight[:, k] - own, np.zeros_like(own))
        hopeful |= bound >= threshold - EPSILON
    return hopeful
