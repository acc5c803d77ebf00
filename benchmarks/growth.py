"""How a cost grows with a size: the exponent of a power law, and how far neighbouring sizes disagree."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Exponent:
    """cost ~ size ** value.

    Attributes:
        value: Slope of the straight line through all points, by least squares, both axes logarithmic.
        low, high: Flattest and steepest slope between neighbouring sizes. Fixed costs flatten the first ones.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"


def fit_exponent(sizes: Sequence[float], costs: Sequence[float]) -> Exponent | None:
    """Fit the exponent; None with fewer than two sizes.

    Raises:
        ValueError: A size or cost is not above zero, or sizes do not rise.

    Example:
        >>> str(fit_exponent([1, 10, 100], [2, 20, 200]))
        '1.00 (1.00 to 1.00)'
    """
    if len(sizes) != len(costs) or any(value <= 0 for value in (*sizes, *costs)):
        raise ValueError("one cost per size, and all of them above zero")
    if any(after <= before for before, after in pairwise(sizes)):
        raise ValueError("sizes must rise")
    if len(sizes) < 2:
        return None
    x, y = np.log(sizes), np.log(costs)
    between = np.diff(y) / np.diff(x)
    return Exponent(float(np.polyfit(x, y, 1)[0]), float(between.min()), float(between.max()))
