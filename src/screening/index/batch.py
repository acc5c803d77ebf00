"""A batch of names as token ids: every distinct word is analysed once, however many names hold it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from screening.names.normalise import MAX_CHARACTERS, MAX_TOKENS, WORD, Token, analyse

__all__ = ["Batch", "tokenise_batch"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Batch:
    """Names as rows of token ids.

    Attributes:
        tokens: The distinct tokens of the batch; an id is a position in this list.
        starts: Row i holds the ids `ids[starts[i]:starts[i + 1]]`, in the order of the name.
        unscreenable: Rows with nothing to compare, or too much of it; they hold no ids.
    """

    tokens: list[Token]
    starts: Ints
    ids: Ints
    unscreenable: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.starts) - 1


def tokenise_batch(names: pl.Series) -> Batch:
    """Cut and analyse names; the same tokens as `names.normalise.tokenise`, for all rows at once."""
    too_long = (names.str.len_chars() > MAX_CHARACTERS).fill_null(value=False)
    words = (
        pl.DataFrame({"row": pl.int_range(len(names), dtype=pl.UInt32, eager=True), "name": names})
        .filter(~too_long)
        .select("row", pl.col("name").str.extract_all(WORD).alias("word"))
        .explode("word", empty_as_null=False, keep_nulls=False)
    )
    distinct = words["word"].unique(maintain_order=True)
    number: dict[Token, int] = {}
    of_word: list[int] = []
    count = np.empty(len(distinct), dtype=np.int64)
    for position, word in enumerate(distinct):
        tokens = analyse(word).tokens
        count[position] = len(tokens)
        of_word += [number.setdefault(token, len(number)) for token in tokens]
    first = np.concatenate([[0], np.cumsum(count)])
    code = words.join(
        pl.DataFrame({"word": distinct, "code": pl.int_range(len(distinct), dtype=pl.UInt32, eager=True)}),
        on="word",
        how="left",
        maintain_order="left",
    )["code"].to_numpy()
    per_word = count[code]
    ids = np.asarray(of_word, dtype=np.int64)[_ranges(first[code], per_word)]
    rows = np.repeat(words["row"].to_numpy().astype(np.int64), per_word)
    length = np.bincount(rows, minlength=len(names))
    unscreenable = too_long.to_numpy() | (length == 0) | (length > MAX_TOKENS)
    keep = ~unscreenable[rows]
    starts = np.concatenate([[0], np.cumsum(np.where(unscreenable, 0, length))])
    return Batch(list(number), starts.astype(np.int64), ids[keep], unscreenable)


def _ranges(start: Ints, length: Ints) -> Ints:
    """start[0], start[0]+1, ... for `length[0]` numbers, then the next range."""
    total = int(length.sum())
    offset = np.repeat(np.cumsum(length) - length, length)
    return np.arange(total, dtype=np.int64) - offset + np.repeat(start, length)
