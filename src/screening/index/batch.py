"""A batch of names as token ids: every distinct word is analysed once, however many names hold it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from screening.index.threads import in_threads
from screening.names.normalise import FULL_LINE, MAX_CHARACTERS, MAX_TOKENS, REVERSED, analyse

if TYPE_CHECKING:
    from collections.abc import Callable

    from screening.names.tokens import Token

__all__ = ["Batch", "Ints", "ranges", "tokenise_batch", "unreadable"]

_BLOCK: Final = 1 << 17  # names or words worked on together: their arrays stay in the cache of a core

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
    too_long = unreadable(names, max_characters)
    numbered = pl.DataFrame({"row": pl.int_range(len(names), dtype=pl.UInt32, eager=True), "name": names})
    blocks = numbered.filter(~too_long).iter_slices(_BLOCK)
    words = pl.concat([_no_words(), *in_threads(_words, blocks)])
    distinct = words["word"].unique(maintain_order=True)
    if idle is not None:
        numbers = distinct.filter(distinct.str.contains("^[0-9]+$"))
        left_out = numbers.filter(pl.Series([idle(word) for word in numbers], dtype=pl.Boolean))
        words = words.filter(~pl.col("word").is_in(left_out.implode()))
        distinct = distinct.filter(~distinct.is_in(left_out.implode()))
    number: dict[Token, int] = {}
    parts: dict[int, list[int]] = {}
    in_order, written = _Spread(), _Spread()
    for word in distinct:
        analysed = analyse(word)
        members = [number.setdefault(token, len(number)) for token in analysed.tokens]
        in_order.add(members)
        as_written = list(members)
        for start, count, token in reversed(analysed.compounds):
            compound = number.setdefault(token, len(number))
            parts[compound] = members[start : start + count]
            as_written[start : start + count] = [compound]
        written.add(as_written)
    code = words["word"].cast(pl.Enum(distinct)).to_physical().to_numpy()
    row_of_word = words["row"].to_numpy().astype(np.int64)
    rows, ids = in_order.over(row_of_word, code)
    written_rows, written_ids = written.over(row_of_word, code)
    length = np.bincount(rows, minlength=len(names))
    unscreenable = too_long.to_numpy() | (length == 0) | (length > max_tokens)
    keep, keep_written = ~unscreenable[rows], ~unscreenable[written_rows]
    return Batch(
        tokens=list(number),
        parts=parts,
        starts=np.concatenate([[0], np.cumsum(np.where(unscreenable, 0, length))]).astype(np.int64),
        rows=rows[keep],
        ids=ids[keep],
        written_rows=written_rows[keep_written],
        written_ids=written_ids[keep_written],
        unscreenable=unscreenable,
        full_line=names.str.len_chars().is_in(FULL_LINE).to_numpy(),
    )


def unreadable(names: pl.Series, max_characters: int) -> pl.Series:
    """Which are too long to be judged, or show another text than they hold."""
    too_long = names.str.len_chars() > max_characters
    return (too_long | names.str.contains(REVERSED.pattern)).fill_null(value=False)


def _no_words() -> pl.DataFrame:
    return pl.DataFrame(schema={"row": pl.UInt32, "word": pl.String})


def _words(names: pl.DataFrame) -> pl.DataFrame:
    """Split at blanks, which is quick; the few names with other white space are first given blanks."""
    other, name = r"[^\S ]|[\x1c-\x1f]", pl.col("name")
    plain = pl.when(name.str.contains(other)).then(name.str.replace_all(other, " ")).otherwise(name)
    return (
        names.select("row", plain.str.split(" ").alias("word"))
        .explode("word", empty_as_null=False, keep_nulls=False)
        .filter(pl.col("word") != "")
    )


class _Spread:
    """Token ids of each distinct word, to be laid out over the rows that hold the word."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.starts = [0]

    def add(self, ids: list[int]) -> None:
        self.ids += ids
        self.starts.append(len(self.ids))

    def over(self, rows: Ints, words: npt.NDArray[np.uint32]) -> tuple[Ints, Ints]:
        starts, ids = np.array(self.starts, dtype=np.int64), np.array(self.ids, dtype=np.int64)
        length = np.diff(starts)

        def laid_out(begin: int) -> tuple[Ints, Ints]:
            block = slice(begin, begin + _BLOCK)
            count = length[words[block]]
            return np.repeat(rows[block], count), ids[ranges(starts[words[block]], count)]

        empty = np.empty(0, dtype=np.int64)
        sides = zip((empty, empty), *in_threads(laid_out, range(0, len(words), _BLOCK)), strict=True)
        row, token = (np.concatenate(side) for side in sides)
        return row, token


def ranges(start: Ints, length: Ints) -> Ints:
    """start[0], start[0]+1, ... for `length[0]` numbers, then the next range."""
    total = int(length.sum())
    return np.arange(total, dtype=np.int64) + np.repeat(start - np.cumsum(length) + length, length)
