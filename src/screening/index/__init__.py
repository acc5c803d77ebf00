"""The name index: all names of a sanctions list, made ready to meet a batch of names at once.

The law of this package: `NameIndex.search` returns exactly what comparing every pair would return.
"""

from screening.index.index import NameIndex

__all__ = ["NameIndex"]
