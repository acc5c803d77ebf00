"""How alike two names of one row are: a coarse measure for rules, not the name engine of the list channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from screening.rules.coded import encode

if TYPE_CHECKING:
    import numpy.typing as npt

    from screening.rules.coded import Coded

__all__ = ["coded_similarities", "plain_at", "plain_names", "plain_similarities", "similarities"]


def plain_names(names: pl.Series) -> pl.Series:
    """Upper case, letters and digits only, words in alphabetical order between single blanks.

    Example:
        >>> plain_names(pl.Series(["Doe-Testi,  Jane", None])).to_list()
        ['DOE JANE TESTI', None]
    """
    frame = names.alias("name").to_frame()
    plain = pl.col("name").str.normalize("NFKD").str.replace_all(r"\p{M}+", "").str.to_uppercase()
    words = plain.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars().str.split(" ").list.sort()
    return frame.select(words.list.join(" ")).to_series()


def plain_at(names: Coded, *selections: npt.NDArray[np.int64]) -> list[Coded]:
    """The plain names of some selections of rows in one numbering; each different name is made plain once."""
    used, which = np.unique(np.concatenate([names.numbers[rows] for rows in selections]), return_inverse=True)
    plain = encode(plain_names(names.with_null.gather(used)))
    ends = np.cumsum([len(rows) for rows in selections])[:-1]
    return [plain.at(part) for part in np.split(which, ends)]


def similarities(left: pl.Series, right: pl.Series) -> npt.NDArray[np.float64]:
    """Likeness from 0 to 1 by shared words and then by letters, computed once per distinct pair.

    Example:
        >>> similarities(pl.Series(["Jane Doe"]), pl.Series(["DOE, Jane Testi"])).tolist()
        [1.0]
    """
    return coded_similarities(encode(left), encode(right), np.arange(len(left)))


def coded_similarities(left: Coded, right: Coded, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """`similarities` of two columns that are held as numbers, for some rows."""
    return plain_similarities(*(plain_at(names, rows)[0] for names in (left, right)))


def plain_similarities(left: Coded, right: Coded) -> npt.NDArray[np.float64]:
    """`similarities` of names that are plain already."""
    code = left.numbers.astype(np.int64) * right.size + right.numbers
    pairs, which = np.unique(code, return_inverse=True)
    texts = [
        names.with_null.fill_null("").gather(number).to_list()
        for names, number in ((left, pairs // right.size), (right, pairs % right.size))
    ]
    score = cpdist(*texts, scorer=fuzz.token_set_ratio, dtype=np.float64) / 100 if len(pairs) else np.zeros(0)
    likeness: npt.NDArray[np.float64] = score[which]
    return likeness
