"""Texts that differ only in numbers which nobody on a list bears: one of each such shape is read.

Most texts of payments are a sentence and the number of an invoice. Such a number meets nothing, whatever its
digits are: it costs what any other of its length costs, and findings stand at the same places.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Shapes", "numbers_within"]

Told = TypeVar("Told")

_NUMBER: Final = "[0-9]+"
_MORE_THAN_A_NUMBER: Final = (
    "[0-9][^ -~]|[^ -~][0-9]"  # beside letters of other scripts, or what may be invisible
    "|[0-9][\"'`]|[\"'`][0-9]"  # what is left out of a word joins what stands around it
    "|[A-Za-z][0-9]{1,3}(?:[^0-9]|$)|(?:^|[^0-9])[0-9]{1,3}[A-Za-z]"  # so few may stand for letters
    r"|(?:^|[^A-Za-z0-9])[A-Za-z]\.[0-9]"  # dotted letters may become one word, with what follows
)
"""Digits of which the letters around them may make something else: such texts are read as they are."""


def numbers_within(texts: Iterable[str]) -> frozenset[str]:
    """Every part of every number in some texts, without zeros before it."""
    runs = {run for text in texts for run in re.findall(_NUMBER, text)}
    parts = (
        run[start:end] for run in runs for start in range(len(run)) for end in range(start + 1, len(run) + 1)
    )
    return frozenset(part.lstrip("0") for part in parts)


class Shapes:
    """Distinct texts, by shape.

    Args:
        texts: Distinct texts.
        borne: Numbers that may mean something to the list, from `numbers_within`.

    Attributes:
        first: The first text of each shape.
    """

    def __init__(self, texts: pl.Series, borne: frozenset[str]) -> None:
        texts = texts.alias("text")
        plain = texts.str.contains("[0-9]") & ~texts.str.contains(_MORE_THAN_A_NUMBER)
        rows = plain.arg_true()
        numbers = pl.DataFrame({"row": rows, "number": texts.gather(rows).str.extract_all(_NUMBER)})
        numbers = numbers.explode("number", empty_as_null=False, keep_nulls=False)
        known = pl.col("number").str.strip_chars_start("0").is_in(sorted(borne))
        plain = plain.scatter(numbers.filter(known)["row"].unique(), values=False)
        alike = texts.filter(plain)
        self._alike = pl.DataFrame({"text": alike, "shape": alike.str.replace_all("[0-9]", "0")})
        self._one = self._alike.unique("shape", keep="first", maintain_order=True)
        self.first = pl.concat([texts.filter(~plain), self._one["text"]])

    def spread(self, told: list[tuple[str, int, Told]]) -> Iterator[tuple[str, int, Told]]:
        """What was told of the first text of each shape, told of all texts."""
        asked = pl.Series("text", list({text for text, _, _ in told}), dtype=pl.String)
        shapes = self._one.filter(pl.col("text").is_in(asked.implode()))
        others = self._alike.join(shapes.rename({"text": "first"}), on="shape", maintain_order="left")
        texts = dict(others.group_by("first").agg("text").iter_rows())
        for first, place, found in told:
            for text in texts.get(first, (first,)):
                yield text, place, found
