"""A batch of names as token ids: every distinct word is analysed once, however many names hold it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from screening.names.normalise import FULL_LINE, MAX_CHARACTERS, MAX_TOKENS, WORD, analyse
from screening.names.tokens import Token

__all__ = ["Batch", "Ints", "ranges", "tokenise_batch"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Batch:
    """Names as rows of token ids.

    Attributes:
        tokens: The distinct tokens of the batch; an id is a position in this list.
        starts: Row i holds the ids `ids[starts[i]:starts[i + 1]]`, in the order of the name.
        whole_rows, whole_ids: Which row holds which compound, written whole.
        unscreenable: Rows with nothing to compare, or too much of it; they hold no ids.
        full_line: Rows whose end may have been cut off.
    """

    tokens: list[Token]
    starts: Ints
    ids: Ints
    whole_rows: Ints
    whole_ids: Ints
    unscreenable: npt.NDArray[np.bool_]
    full_line: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.starts) - 1


def tokenise_batch(names: pl.Series) -> Batch:
    """Cut and analyse names; the same tokens as `names.normalise.prepare`, for all rows at once."""
    too_long = (names.str.len_chars() > MAX_CHARACTERS).fill_null(value=False)
    words = (
        pl.DataFrame({"row": pl.int_range(len(names), dtype=pl.UInt32, eager=True), "name": names})
        .filter(~too_long)
        .select("row", pl.col("name").str.extract_all(WORD).alias("word"))
        .explode("word", empty_as_null=False, keep_nulls=False)
    )
    distinct = words["word"].unique(maintain_order=True)
    number: dict[Token, int] = {}
    parts, wholes = _Spread(), _Spread()
    for word in distinct:
        analysed = analyse(word)
        parts.add([number.setdefault(token, len(number)) for token in analysed.tokens])
        wholes.add([number.setdefault(token, len(number)) for _, _, token in analysed.compounds])
    code = words.join(
        pl.DataFrame({"word": distinct, "code": pl.int_range(len(distinct), dtype=pl.UInt32, eager=True)}),
        on="word",
        how="left",
        maintain_order="left",
    )["code"].to_numpy()
    row_of_word = words["row"].to_numpy().astype(np.int64)
    rows, ids = parts.over(row_of_word, code)
    whole_rows, whole_ids = wholes.over(row_of_word, code)
    length = np.bincount(rows, minlength=len(names))
    unscreenable = too_long.to_numpy() | (length == 0) | (length > MAX_TOKENS)
    full_line = names.str.len_chars().is_in(FULL_LINE).to_numpy()
    keep, keep_whole = ~unscreenable[rows], ~unscreenable[whole_rows]
    starts = np.concatenate([[0], np.cumsum(np.where(unscreenable, 0, length))]).astype(np.int64)
    return Batch(
        list(number),
        starts,
        ids[keep],
        whole_rows[keep_whole],
        whole_ids[keep_whole],
        unscreenable,
        full_line,
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
        starts = np.array(self.starts, dtype=np.int64)
        count = np.diff(starts)[words]
        return np.repeat(rows, count), np.array(self.ids, dtype=np.int64)[ranges(starts[words], count)]


def ranges(start: Ints, length: Ints) -> Ints:
    """start[0], start[0]+1, ... for `length[0]` numbers, then the next range."""
    total = int(length.sum())
    offset = np.repeat(np.cumsum(length) - length, length)
    return np.arange(total, dtype=np.int64) - offset + np.repeat(start, length)
