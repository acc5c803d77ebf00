"""Names: normalise, cut into tokens, compare."""

from screening.names.explanation import Comparison, compare

__all__ = ["Comparison", "compare"]
