"""Shares of sums in whole numbers, so that a test at exactly 80 % does not depend on rounding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["at_least_share", "at_most_share", "is_share"]

_STEPS = 10_000  # a share is used to a hundredth of a percent


def at_least_share(part: Any, whole: Any, share: float) -> npt.NDArray[np.bool_]:
    """Whether a part is at least a share of a whole, exactly.

    Example:
        >>> at_least_share(np.array([80, 79]), np.array([100, 100]), 0.8).tolist()
        [True, False]
    """
    truth: npt.NDArray[np.bool_] = np.asarray(part) * _STEPS >= np.asarray(whole) * round(share * _STEPS)
    return truth


def at_most_share(part: Any, whole: Any, share: float) -> npt.NDArray[np.bool_]:
    """Whether a part is at most a share of a whole, exactly."""
    truth: npt.NDArray[np.bool_] = np.asarray(part) * _STEPS <= np.asarray(whole) * round(share * _STEPS)
    return truth


def is_share(part: Any, whole: Any, low: float, high: float) -> npt.NDArray[np.bool_]:
    """Whether a part is between two shares of a whole, both included."""
    return at_least_share(part, whole, low) & at_most_share(part, whole, high)
