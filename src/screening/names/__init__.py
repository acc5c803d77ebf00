"""Names: normalise, cut into tokens, compare."""

from screening.names.comparison import Comparison, compare

__all__ = ["Comparison", "compare"]
