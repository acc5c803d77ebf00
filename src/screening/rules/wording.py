"""Texts made comparable, and the terms of the lexicon found in them as whole words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from screening.reference.dated import instant

if TYPE_CHECKING:
    import numpy.typing as npt

    from screening.rules.book import Book

__all__ = ["fold_texts", "found_terms", "letters_of", "tier_rows", "words_of"]

_DISGUISES: Final = {
    "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s",
    "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "", "\u00ad": "",
}  # fmt: skip


def fold_texts(texts: pl.Series) -> pl.Series:
    """Lower case without accents; digits read as the letters they stand for; words between single blanks.

    Example:
        >>> fold_texts(pl.Series(["D0N4TI0N", "Spéndén-Aufruf"])).to_list()
        [' donation ', ' spenden aufruf ']
    """
    frame = texts.alias("text").to_frame()
    plain = pl.col("text").str.normalize("NFKD").str.replace_all(r"\p{M}+", "").str.to_lowercase()
    words = plain.str.replace_many(_DISGUISES).str.replace_all(r"[^\p{L}]+", " ").str.strip_chars()
    return frame.select(pl.format(" {} ", words)).to_series()


def letters_of(texts: pl.Series) -> pl.Series:
    """The letters of texts in lower case, nothing between them: texts that differ in numbers are one.

    Example:
        >>> letters_of(pl.Series(["Gift no. 12"])).to_list()
        ['giftno']
    """
    return texts.str.to_lowercase().str.replace_all(r"[^\p{L}]+", "")


def words_of(names: pl.Series) -> pl.Series:
    """The words and numbers of names in upper case between single blanks.

    Example:
        >>> words_of(pl.Series(["Elm-Test,  Ben"])).to_list()
        ['ELM TEST BEN']
    """
    return names.str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()


def found_terms(book: Book) -> pl.DataFrame:
    """Every term of the lexicon in force at the time of a payment whose text holds it: `row term tier`."""

    def make() -> pl.DataFrame:
        table = book.table("lexicon")
        terms = sorted({row["term"] for row in table.rows})
        needles = fold_texts(pl.Series(terms, dtype=pl.String))
        rows = _candidates(book, terms)
        folded = pl.DataFrame({"row": rows, "text": fold_texts(book.column("remittance_text", rows))})
        folded = folded.filter(pl.col("text").str.contains_any(needles.implode()))
        parts = [pl.DataFrame(schema={"row": pl.Int64, "term": pl.String, "tier": pl.String})]
        for term, needle in zip(terms, needles, strict=True):
            hits = folded.filter(pl.col("text").str.contains(needle, literal=True))["row"].to_numpy()
            if not len(hits):
                continue
            for entry in (row for row in table.rows if row["term"] == term):
                time = book.clock.time[hits]
                held = (time >= instant(entry["valid_from"])) & (time < instant(entry["valid_to"]))
                parts.append(
                    pl.DataFrame({"row": hits[held]}).with_columns(
                        term=pl.lit(term), tier=pl.lit(entry["tier"])
                    )
                )
        return pl.concat(parts)

    return book.keep("found_terms", make)


def tier_rows(book: Book, tier: str) -> npt.NDArray[np.bool_]:
    """Rows whose text holds a term of a tier."""
    truth = np.zeros(book.size, np.bool_)
    truth[found_terms(book).filter(pl.col("tier") == tier)["row"].to_numpy()] = True
    return truth


def _candidates(book: Book, terms: list[str]) -> npt.NDArray[np.int64]:
    """Rows worth folding: cheap, and a superset of those that hold a term."""
    longest = sorted({max(fold_texts(pl.Series([term]))[0].split(), key=len) for term in terms})
    text = pl.col("remittance_text")
    foreign = text.str.len_bytes() != text.str.len_chars()
    # a text is looked at as it stands: to make each anew in lower case costs five times as much
    return np.flatnonzero(
        book.select(foreign | text.str.contains("(?i)" + "|".join(map(_disguised, longest))))
    )


def _disguised(word: str) -> str:
    """A pattern for a word, each letter as itself or as a sign that stands for it."""
    signs = {letter: "".join(sign for sign, one in _DISGUISES.items() if one == letter) for letter in word}
    return "".join(f"[{letter}{signs[letter]}]" for letter in word)
