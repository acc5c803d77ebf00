"""A batch of names as token ids: every distinct word is analysed once, however many names hold it."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from screening.index.threads import in_threads, slices
from screening.names.normalise import FULL_LINE, MAX_CHARACTERS, MAX_TOKENS, REVERSED, Word, analyse

if TYPE_CHECKING:
    from collections.abc import Callable

    from screening.names.tokens import Token

__all__ = ["Batch", "Ints", "ranges", "tokenise_batch", "unreadable"]

_DIGITS: Final = re.compile("[0-9]+")

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Batch:
    """Names as rows of token ids.

    Attributes:
        tokens: The distinct tokens and compounds of the batch; an id is a position in this list.
        parts: Id of each compound -> ids of its parts.
        starts: Row i holds the tokens `ids[starts[i]:starts[i + 1]]`, in the order of the name.
        rows: The row of each of `ids`.
        written_rows, written_ids: The same names as they are written: a compound stands for its parts.
        unscreenable: Rows with nothing to compare, or too much of it; they hold no ids.
        full_line: Rows whose end may have been cut off.
    """

    tokens: list[Token]
    parts: dict[int, list[int]]
    starts: Ints
    rows: Ints
    ids: Ints
    written_rows: Ints
    written_ids: Ints
    unscreenable: Flags
    full_line: Flags

    def __len__(self) -> int:
        return len(self.starts) - 1


def tokenise_batch(
    names: pl.Series,
    *,
    max_characters: int = MAX_CHARACTERS,
    max_tokens: int = MAX_TOKENS,
    idle: Callable[[str], bool] | None = None,
) -> Batch:
    """Cut and analyse names; the same tokens as `names.normalise.prepare`, for all rows at once.

    Args:
        names: Names, without nulls.
        max_characters: A longer name is unscreenable.
        max_tokens: So is one of more tokens.
        idle: Which words of digits alone may be left out; texts hold many, such as numbers of invoices.
    """
    parts = slices(names)
    begins = accumulate(map(len, parts[:-1]), initial=0)
    cut = in_threads(lambda part: _cut(*part, max_characters), zip(parts, begins, strict=True))
    lexicon = _Lexicon(pl.concat([block.distinct for block in cut]).unique(maintain_order=True), idle)
    laid = in_threads(lambda block: lexicon.laid_out(block, max_tokens), cut)
    length, *of_tokens, unscreenable = (np.concatenate(of_blocks) for of_blocks in zip(*laid, strict=True))
    rows, ids, written_rows, written_ids = of_tokens
    return Batch(
        tokens=list(lexicon.number),
        parts=lexicon.parts,
        starts=np.concatenate([[0], np.cumsum(length)]),
        rows=rows,
        ids=ids,
        written_rows=written_rows,
        written_ids=written_ids,
        unscreenable=unscreenable,
        full_line=np.concatenate([block.full_line for block in cut]),
    )


def unreadable(names: pl.Series, max_characters: int) -> pl.Series:
    """Which are too long to be judged, or show another text than they hold."""
    too_long = names.str.len_chars() > max_characters
    return (too_long | names.str.contains(REVERSED.pattern)).fill_null(value=False)


@dataclass(frozen=True, slots=True)
class _Cut:
    """Some names, cut into words.

    Attributes:
        begin: Row of the first name.
        words, rows: The words of all names, in their order, and the row of each.
        distinct: Each word once.
    """

    begin: int
    words: pl.Series
    rows: Ints
    distinct: pl.Series
    too_long: Flags
    full_line: Flags


def _cut(names: pl.Series, begin: int, max_characters: int) -> _Cut:
    """Split at blanks, which is quick; the few names with other white space are first given blanks."""
    too_long = unreadable(names, max_characters)
    numbered = pl.DataFrame({"row": pl.int_range(begin, begin + len(names), eager=True), "name": names})
    other, name = r"[^\S ]|[\x1c-\x1f]", pl.col("name")
    plain = pl.when(name.str.contains(other)).then(name.str.replace_all(other, " ")).otherwise(name)
    words = (
        numbered.filter(~too_long)
        .select("row", plain.str.split(" ").alias("word"))
        .explode("word", empty_as_null=False, keep_nulls=False)
        .filter(pl.col("word") != "")
    )
    return _Cut(
        begin,
        words["word"],
        words["row"].to_numpy(),
        words["word"].unique(maintain_order=True),
        too_long.to_numpy(),
        names.str.len_chars().is_in(FULL_LINE).to_numpy(),
    )


class _Lexicon:
    """The distinct words of a batch, and the tokens that they stand for, numbered as they come."""

    def __init__(self, words: pl.Series, idle: Callable[[str], bool] | None) -> None:
        self.words = pl.Enum(words)
        self.number: dict[Token, int] = {}
        self.parts: dict[int, list[int]] = {}
        self.in_order, self.written = _Spread(), _Spread()
        for word in words:
            left_out = idle is not None and _DIGITS.fullmatch(word) and idle(word)
            self._add(Word(()) if left_out else analyse(word))

    def _add(self, word: Word) -> None:
        number = self.number
        members = [number.setdefault(token, len(number)) for token in word.tokens]
        self.in_order.add(members)
        as_written = list(members)
        for start, count, token in reversed(word.compounds):
            compound = number.setdefault(token, len(number))
            self.parts[compound] = members[start : start + count]
            as_written[start : start + count] = [compound]
        self.written.add(as_written)

    def laid_out(self, cut: _Cut, max_tokens: int) -> tuple[Ints, Ints, Ints, Ints, Ints, Flags]:
        """Tokens laid out over names.

        Returns:
            How many each name holds; row and id of each; row and id of each as they are written; and which
            names cannot be judged, which hold none.
        """
        words = cut.words.cast(self.words).to_physical().to_numpy()
        spread = [side for spread in (self.in_order, self.written) for side in spread.over(cut.rows, words)]
        length = np.bincount(spread[0] - cut.begin, minlength=len(cut.too_long))
        unscreenable = cut.too_long | (length == 0) | (length > max_tokens)
        if unscreenable.any():
            length[unscreenable] = 0
            for rows, place in ((spread[0], 0), (spread[2], 2)):
                keep = ~unscreenable[rows - cut.begin]
                spread[place : place + 2] = [side[keep] for side in spread[place : place + 2]]
        return length, *spread, unscreenable


class _Spread:
    """Token ids of each distinct word, to be laid out over the rows that hold the word."""

    def __init__(self) -> None:
        self.ids = array("q")
        self.starts = array("q", [0])

    def add(self, ids: list[int]) -> None:
        self.ids.extend(ids)
        self.starts.append(len(self.ids))

    def over(self, rows: Ints, words: npt.NDArray[np.unsignedinteger[Any]]) -> tuple[Ints, Ints]:
        """Row and id of each token of some words."""
        starts, ids = np.array(self.starts, dtype=np.int64), np.array(self.ids, dtype=np.int64)
        count = np.diff(starts)[words]
        return np.repeat(rows, count), ids[ranges(starts[words], count)]


def ranges(start: Ints, length: Ints) -> Ints:
    """start[0], start[0]+1, ... for `length[0]` numbers, then the next range."""
    total = int(length.sum())
    return np.arange(total, dtype=np.int64) + np.repeat(start - np.cumsum(length) + length, length)
