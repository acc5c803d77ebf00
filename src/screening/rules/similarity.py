"""How alike two names of one row are: a coarse measure for rules, not the name engine of the list channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

if TYPE_CHECKING:
    import numpy.typing as npt

    from screening.rules.coded import Coded

__all__ = ["coded_similarities", "plain_names", "similarities"]


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


def similarities(left: pl.Series, right: pl.Series) -> npt.NDArray[np.float64]:
    """Likeness from 0 to 1 by shared words and then by letters, computed once per distinct pair.

    Example:
        >>> similarities(pl.Series(["Jane Doe"]), pl.Series(["DOE, Jane Testi"])).tolist()
        [1.0]
    """
    both = pl.DataFrame({"left": left, "right": right})
    distinct = both.unique(maintain_order=True)
    pairs = [plain_names(distinct[name]).fill_null("").to_list() for name in ("left", "right")]
    score = (
        cpdist(*pairs, scorer=fuzz.token_set_ratio, dtype=np.float64) / 100 if len(distinct) else np.zeros(0)
    )
    scored = distinct.with_columns(score=pl.Series(score, dtype=pl.Float64))
    joined = both.join(scored, on=["left", "right"], how="left", nulls_equal=True, maintain_order="left")
    return joined["score"].to_numpy()


def coded_similarities(left: Coded, right: Coded, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """`similarities` of two columns that are held as numbers, for some rows."""
    code = left.numbers[rows].astype(np.int64) * right.size + right.numbers[rows]
    pairs, which = np.unique(code, return_inverse=True)
    score: npt.NDArray[np.float64] = similarities(
        left.with_null.gather(pairs // right.size), right.with_null.gather(pairs % right.size)
    )[which]
    return score
